package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/channels/console/visits"
	"madoguchi/channels/line"
	"madoguchi/channels/mail"
	"madoguchi/channels/web"
	"madoguchi/flows"
	"madoguchi/flows/event"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/conversation"
	"madoguchi/store/notice"
	"madoguchi/store/plan"
	"madoguchi/store/reservation"
)

// planPages gives the web pages personal task lists.
type planPages struct{ *house }

// Plan implements web.Plans.
func (p planPages) Plan(ctx context.Context, q web.PlanQuery) (view web.PlanView, err error) {
	err = p.guess(ctx, q, func(tx *store.Tx, list *event.Plan, kept plan.Plan) (err error) {
		view.Plan, err = p.planCard(tx, list, q.Lang)
		view.Until = civil.In(kept.Until).Date.AddDays(-1)
		return err
	})
	if err == nil {
		key, _ := reservation.ReadKey(q.Key)
		view.Key = reservation.ShowKey(key)
	}
	return view, err
}

// guess opens a list by a key that somebody typed. A wrong key is counted, so
// that the transaction commits and the error is told afterwards.
func (p planPages) guess(ctx context.Context, q web.PlanQuery, use func(*store.Tx, *event.Plan, plan.Plan) error) error {
	var outcome string
	err := p.db.Update(ctx, q.Tenant, func(tx *store.Tx) error {
		list, kept, o, err := p.actions.GuessPlan(tx, q.Key, q.Address)
		if outcome = o; err != nil || o != "found" {
			return err
		}
		return use(tx, list, kept)
	})
	switch {
	case err != nil:
		return err
	case outcome == "unknown":
		return web.ErrUnknown
	case outcome == "blocked":
		return web.ErrTries
	}
	return nil
}

// planCard puts a list into the words of a language.
func (h *house) planCard(tx *store.Tx, list *event.Plan, lang i18n.Lang) (*bot.Plan, error) {
	texts, err := h.wordings.Catalog(tx)
	if err != nil {
		return nil, err
	}
	site, err := sites{h}.Site(tx)
	if err != nil {
		return nil, err
	}
	return action.PlanCard(list, texts, lang, site, civil.In(tx.Now()).Date), nil
}

// Dates implements web.Plans.
func (p planPages) Dates(ctx context.Context, q web.PlanQuery) ([]byte, error) {
	var file bytes.Buffer
	err := p.guess(ctx, q, func(tx *store.Tx, list *event.Plan, kept plan.Plan) error {
		card, err := p.planCard(tx, list, q.Lang)
		if err != nil {
			return err
		}
		host := ""
		if u, err := url.Parse(p.config.PublicURL); err == nil {
			host = u.Hostname()
		}
		return plan.Calendar(&file, kept, host, planEntries(card.Plain()))
	})
	return file.Bytes(), err
}

// planEntries are the dates of a list that are still to come.
func planEntries(card *bot.Plan) []plan.Entry {
	var out []plan.Entry
	for _, g := range card.Groups {
		for _, t := range g.Tasks {
			day, err := civil.ParseDate(t.Due)
			if err != nil || t.Over {
				continue
			}
			e := plan.Entry{Task: t.ID, Day: day, Summary: t.Title}
			var about []string
			for _, f := range t.Facts {
				if f.Field == "place" {
					e.Location = f.Value
				}
			}
			if len(t.Bring) > 0 {
				about = append(about, card.Bring)
				for _, b := range t.Bring {
					about = append(about, "□ "+b)
				}
			}
			e.Description = strings.Join(append(about, t.Notes...), "\n")
			out = append(out, e)
		}
	}
	return out
}

// taskLists gives the staff what a visitor's key opens.
type taskLists struct{ *house }

// ByKey implements visits.TaskLists.
func (l taskLists) ByKey(tx *store.Tx, key string) (string, error) {
	kept, err := l.actions.Plans.Kept.ByKey(tx, key)
	return kept.ID, err
}

// ByID implements visits.TaskLists.
func (l taskLists) ByID(tx *store.Tx, id string, lang i18n.Lang) (visits.TaskList, error) {
	kept, err := l.actions.Plans.Kept.ByID(tx, id)
	if err != nil {
		return visits.TaskList{}, err
	}
	list, err := l.actions.Recompute(tx, kept)
	if err != nil {
		return visits.TaskList{}, err
	}
	out := visits.TaskList{Made: civil.In(kept.Made)}
	if out.Plan, err = l.planCard(tx, list, lang); err != nil {
		return out, err
	}
	shelf, err := l.library.Shelf(tx)
	if err != nil {
		return out, err
	}
	site, err := sites(l).Site(tx)
	if err != nil {
		return out, err
	}
	if f := shelf.Current[list.Event.Flow]; f != nil {
		out.Answers = planAnswers(f, kept.Answers, lang, func(t *i18n.Text) string {
			return i18n.Plain(t.In(lang, i18n.Arg{Name: "city", Value: i18n.Markup(site.City.In(lang))}))
		}, func(yes string) string { return i18n.Plain(l.text(lang, "bot."+yes)) })
	}
	return out, nil
}

// planAnswers puts the answers of a list into words, in the order of the flow that
// asked for them. What it no longer asks is left out.
func planAnswers(f *flows.Flow, answers map[string]string, lang i18n.Lang, text func(*i18n.Text) string, yesNo func(string) string) []visits.Answer {
	var out []visits.Answer
	type asked struct {
		name string
		at   int
	}
	var order []asked
	for name := range answers {
		if step := f.Asking(name); step != nil && f.Field(name) != nil {
			order = append(order, asked{name, slices.Index(f.Order, step.Name)})
		}
	}
	slices.SortFunc(order, func(a, b asked) int { return cmp.Compare(a.at, b.at) })
	for _, o := range order {
		field, value := f.Field(o.name), answers[o.name]
		a := visits.Answer{Name: o.name, Value: value}
		if field.Label != nil {
			a.Name = text(field.Label)
		}
		switch field.Type {
		case "yesno":
			a.Value = yesNo(value)
		case "date":
			if d, err := civil.ParseDate(value); err == nil {
				a.Value = i18n.FormatDate(lang, d)
			}
		case "choice", "choices":
			var words []string
			for _, one := range strings.Split(value, ",") {
				for _, c := range f.Asking(o.name).Choices {
					if c.Value == one {
						words = append(words, text(c.Label))
					}
				}
			}
			a.Value = i18n.FormatList(lang, words)
		}
		out = append(out, a)
	}
	return out
}

// planPage is where task lists of a tenant open.
func (h *house) planPage(tenant string) string { return h.config.PublicURL + "/t/" + tenant + "/plan" }

// mails reports whether the transaction's tenant sends mail (action.Plans).
func (h *house) mails(tx *store.Tx) (bool, error) {
	account, err := h.mailAccount(tx)
	return account != nil, err
}

// remindOfTasks queues the reminders of task lists whose day has come, from the
// hour on at which visits are reminded of too.
func (h *house) remindOfTasks(ctx context.Context, tenant string) error {
	for {
		n := 0
		err := h.db.Update(ctx, tenant, func(tx *store.Tx) error {
			from, err := h.remindFrom(tx)
			if err != nil {
				return err
			}
			now := civil.In(tx.Now())
			if now.Clock < from {
				return nil
			}
			due, err := h.actions.Plans.Kept.Due(tx, now.Date, remindedAtOnce)
			n = len(due)
			for _, kept := range due {
				if err == nil {
					err = h.remindOfList(tx, kept, now.Date)
				}
			}
			return err
		})
		if err != nil || n < remindedAtOnce {
			return err
		}
	}
}

// remindOfList reminds of what is due soon on a list, and sets its next day.
func (h *house) remindOfList(tx *store.Tx, kept plan.Plan, today civil.Date) error {
	list, err := h.actions.Recompute(tx, kept)
	if errors.Is(err, store.ErrNotFound) {
		return h.actions.Plans.Kept.Next(tx, kept.ID, civil.Date{})
	}
	if err != nil {
		return err
	}
	if err := h.actions.Plans.Kept.Next(tx, kept.ID, action.NextReminder(list, today)); err != nil {
		return err
	}
	n := notice.Notice{
		Booking: kept.ID, Kind: notice.Tasks, Sequence: today.Year*10000 + int(today.Month)*100 + today.Day,
		Channel: notice.Mail, Lang: kept.Lang,
	}
	if kept.Contact {
		if mails, err := h.mails(tx); err != nil || !mails {
			return err
		}
		_, err := h.notices.Queue(tx, n)
		return err
	}
	n.Channel = notice.Line
	return h.tasksOnLine(tx, n, kept.Owner, action.Soon(list, today))
}

// tasksOnLine says what is due soon in the LINE conversation the list was made in.
func (h *house) tasksOnLine(tx *store.Tx, n notice.Notice, owner string, soon *event.Plan) error {
	c, err := h.talks.ByID(tx, owner)
	if errors.Is(err, store.ErrNotFound) || len(soon.Items) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if channel, _ := c.Person(); channel != line.Name {
		return nil
	}
	card, err := h.planCard(tx, soon, n.Lang)
	if err != nil {
		return err
	}
	texts, err := h.wordings.Catalog(tx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(bot.Message{Kind: bot.KindPlan, Text: texts.Text("plan.push").In(n.Lang), Plan: card})
	if err != nil {
		return err
	}
	outcome, err := json.Marshal(bot.Outcome{Lang: n.Lang})
	if err != nil {
		return err
	}
	said, err := h.talks.Say(tx, owner, conversation.Saying{
		Event:   fmt.Sprintf("tasks/%s/%d", n.Booking, n.Sequence),
		Lines:   []conversation.Line{{Author: string(bot.FromBot), Body: body}},
		Outcome: outcome, Push: true,
	})
	if err != nil || !said {
		return err
	}
	_, err = h.notices.Told(tx, n)
	return err
}

// planLetter is what the mail of a reminder says: what is due soon when it is
// sent. A list that is gone, or has nothing due any more, sends none.
func (h *house) planLetter(tx *store.Tx, n notice.Notice) (mail.Apart, bool, error) {
	kept, err := h.actions.Plans.Kept.ByID(tx, n.Booking)
	if errors.Is(err, store.ErrNotFound) {
		return mail.Apart{}, false, nil
	}
	if err != nil {
		return mail.Apart{}, false, err
	}
	list, err := h.actions.Recompute(tx, kept)
	if errors.Is(err, store.ErrNotFound) {
		return mail.Apart{}, false, nil
	}
	if err != nil {
		return mail.Apart{}, false, err
	}
	to, err := h.actions.Plans.Kept.Contact(tx, kept.ID)
	if err != nil {
		return mail.Apart{}, false, err
	}
	soon := action.Soon(list, civil.In(tx.Now()).Date)
	if to == "" || len(soon.Items) == 0 {
		return mail.Apart{}, false, nil
	}
	card, err := h.planCard(tx, soon, n.Lang)
	if err != nil {
		return mail.Apart{}, false, err
	}
	a := mail.Apart{To: to, Page: h.planPage(tx.Tenant())}
	for _, g := range card.Plain().Groups {
		for _, t := range g.Tasks {
			a.Lines = append(a.Lines, "・"+t.Title+"　"+t.When)
			for _, b := range t.Bring {
				a.Lines = append(a.Lines, "　□ "+b)
			}
		}
	}
	return a, true, nil
}

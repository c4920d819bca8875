package main

import (
	"bytes"
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/channels/console/visits"
	"madoguchi/channels/web"
	"madoguchi/flows"
	"madoguchi/flows/event"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
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

package action

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"madoguchi/bot"
	"madoguchi/flows"
	"madoguchi/flows/event"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/plan"
)

// Plans is what the task lists of life events are made with.
type Plans struct {
	// Events returns the life events that there are lists for.
	Events func() (map[string]*event.Event, error)
	// Texts are the texts of the transaction's tenant.
	Texts func(tx *store.Tx) (*i18n.Catalog, error)
	Kept  plan.Service
	// Mails reports whether the municipality sends mail; nil: it does not.
	Mails func(tx *store.Tx) (bool, error)
	// Site returns what is known of the municipality besides what was answered
	// (bot.Site.Facts); nil: nothing.
	Site func(tx *store.Tx) (map[string]string, error)
	// Page is where a list opens by its key, prints and goes into a calendar; nil
	// where there are no pages.
	Page func(tenant string) string
}

// The names under which the answers keep the list: what was shown last, so that
// the way forward after a correction repeats nothing; its id and its key, so that
// a correction changes it.
const (
	planShown = "plan-shown"
	planID    = "plan-id"
	planKey   = "plan-key"
)

// eventPlan computes the personal task list, shows it, and finds the service of
// the one visit that does what is done at the counter.
func eventPlan(a *Actions, act *bot.Act) (string, error) {
	events, err := a.Plans.Events()
	if err != nil {
		return "", err
	}
	e := events[act.Answer("event")]
	if e == nil {
		return "", fmt.Errorf("there is no event %q", act.Answer("event"))
	}
	facts, err := a.facts(act.Tx, act.Answer)
	if err != nil {
		return "", err
	}
	p, err := e.Plan(facts)
	if err != nil {
		return "", err
	}
	service, err := a.visit(act, p)
	if err != nil {
		return "", err
	}
	if before := act.Answer("service"); before != "" && before != service {
		act.Drop("visit") // a time for a visit of another length
	}
	act.Set("service", service)
	act.Drop(bot.FirstDay)
	if first := firstDay(p); act.Now.Date.Before(first) {
		act.Set(bot.FirstDay, first.String())
	}
	if now := fingerprint(p, act); act.Answer(planShown) != now {
		act.Set(planShown, now)
		if err := a.keep(act, p); err != nil {
			return "", err
		}
		if err := a.showPlan(act, p, act.Answer(planKey)); err != nil {
			return "", err
		}
	}
	return "next", nil
}

// keep keeps the list, or changes the one this dialog has kept.
func (a *Actions) keep(act *bot.Act, p *event.Plan) error {
	d := plan.Draft{Event: p.Event.Name, Hash: p.Event.Hash, Lang: act.Lang, Last: p.Last, Answers: map[string]string{}}
	for _, name := range p.Event.Keeps() {
		if v := act.Answer(name); v != "" {
			d.Answers[name] = v
		}
	}
	if id := act.Answer(planID); id != "" {
		err := a.Plans.Kept.Change(act.Tx, id, d)
		if !errors.Is(err, plan.ErrNotFound) {
			return err
		}
	}
	id, key, err := a.Plans.Kept.Keep(act.Tx, d)
	if err != nil {
		return err
	}
	act.Set(planID, id)
	act.Set(planKey, key)
	return nil
}

// showPlan says the list; with its key where that is new to the resident.
func (a *Actions) showPlan(act *bot.Act, p *event.Plan, key string) error {
	texts, err := a.Plans.Texts(act.Tx)
	if err != nil {
		return err
	}
	card := PlanCard(p, texts, act.Lang, act.Site, act.Now.Date)
	card.Key = key
	lead := planLead(card, texts, act.Lang)
	if key != "" {
		lead += "\n" + texts.Text("plan.key").In(act.Lang, i18n.Arg{Name: "key", Value: key})
	}
	m := bot.Message{Kind: bot.KindPlan, Text: lead, Plan: card}
	if a.Plans.Page != nil {
		m.Link = &bot.Link{URL: a.Plans.Page(act.Tx.Tenant()), Label: texts.Text("plan.page").In(act.Lang)}
	}
	act.Say(m)
	return nil
}

// planOpen opens a list by its key and shows it as it is today.
func planOpen(a *Actions, act *bot.Act) (string, error) {
	var p *event.Plan
	outcome, err := guess(act, func() (err error) {
		p, _, err = a.OpenPlan(act.Tx, act.Answer("list"))
		return err
	})
	if err != nil || outcome != "found" {
		return outcome, err
	}
	return outcome, a.showPlan(act, p, "")
}

// remindAhead is how many days before its last day a task is reminded of: time to
// find what to bring and to come.
const remindAhead = 3

// NextReminder is the first day after a day on which a list reminds, zero if there
// is none.
func NextReminder(p *event.Plan, after civil.Date) civil.Date {
	var next civil.Date
	for _, i := range p.Items {
		if i.Due.IsZero() {
			continue
		}
		if on := i.Due.AddDays(-remindAhead); after.Before(on) && (next.IsZero() || on.Before(next)) {
			next = on
		}
	}
	return next
}

// Soon keeps of a list what is due within the days a reminder comes before.
func Soon(p *event.Plan, today civil.Date) *event.Plan {
	soon := *p
	soon.Items = slices.DeleteFunc(slices.Clone(p.Items), func(i event.Item) bool {
		return i.Due.IsZero() || i.Due.Before(today) || today.AddDays(remindAhead).Before(i.Due)
	})
	return &soon
}

// onLine is the channel that can speak first.
const onLine = "line"

// planWay says how the resident can be reminded of the dates of the list.
func planWay(a *Actions, act *bot.Act) (string, error) {
	p, err := a.planOfDialog(act)
	if err != nil {
		return "", err
	}
	if NextReminder(p, act.Now.Date).IsZero() {
		return "none", nil
	}
	if act.Channel == onLine {
		return "line", nil
	}
	if a.Plans.Mails == nil {
		return "none", nil
	}
	mails, err := a.Plans.Mails(act.Tx)
	if err != nil || !mails {
		return "none", err
	}
	return "mail", nil
}

// planOfDialog is the list this dialog has kept.
func (a *Actions) planOfDialog(act *bot.Act) (*event.Plan, error) {
	kept, err := a.Plans.Kept.ByID(act.Tx, act.Answer(planID))
	if err != nil {
		return nil, err
	}
	return a.Recompute(act.Tx, kept)
}

// planRemind has the list remind as was answered, or no longer.
func planRemind(a *Actions, act *bot.Act) (string, error) {
	p, err := a.planOfDialog(act)
	if err != nil {
		return "", err
	}
	r := plan.Reminding{Mail: act.Answer("mail")}
	if act.Channel == onLine && act.Answer("remind") == "yes" {
		r = plan.Reminding{Owner: act.Owner}
	}
	if r.Mail != "" || r.Owner != "" {
		r.On = NextReminder(p, act.Now.Date)
	}
	return "next", a.Plans.Kept.Remind(act.Tx, act.Answer(planID), r)
}

// PlanPage is the channel under which tries at keys on the page of lists are
// counted.
const PlanPage = "plan"

// GuessPlan is OpenPlan for a page without a dialog, with the same budgets for
// wrong keys, by the caller's address. The outcome is found, unknown or blocked.
func (a *Actions) GuessPlan(tx *store.Tx, key, address string) (p *event.Plan, kept plan.Plan, outcome string, err error) {
	act := &bot.Act{Tx: tx, Channel: PlanPage, User: address, Address: address}
	outcome, err = guess(act, func() (err error) {
		p, kept, err = a.OpenPlan(tx, key)
		return err
	})
	return p, kept, outcome, err
}

// OpenPlan computes the list a key opens. It is store.ErrNotFound if the key opens
// none, or one of an event that is no more. The caller counts the tries.
func (a *Actions) OpenPlan(tx *store.Tx, key string) (*event.Plan, plan.Plan, error) {
	kept, err := a.Plans.Kept.ByKey(tx, key)
	if err != nil {
		return nil, kept, err
	}
	p, err := a.Recompute(tx, kept)
	return p, kept, err
}

// Recompute computes a list that was kept, by the rules and the calendar of today.
func (a *Actions) Recompute(tx *store.Tx, kept plan.Plan) (*event.Plan, error) {
	events, err := a.Plans.Events()
	if err != nil {
		return nil, err
	}
	e := events[kept.Event]
	if e == nil {
		return nil, plan.ErrNotFound
	}
	facts, err := a.facts(tx, func(name string) string { return kept.Answers[name] })
	if err != nil {
		return nil, err
	}
	return e.Plan(facts)
}

// facts are answers and the calendar of the office, for plans.
func (a *Actions) facts(tx *store.Tx, answer func(string) string) (flows.Facts, error) {
	t, err := a.Reservations.Timetable(tx)
	if err != nil {
		return flows.Facts{}, err
	}
	var site map[string]string
	if a.Plans.Site != nil {
		if site, err = a.Plans.Site(tx); err != nil {
			return flows.Facts{}, err
		}
	}
	return flows.Facts{
		Answer: func(name string) string { return cmp.Or(answer(name), site[name]) }, Now: civil.In(tx.Now()),
		Open: func(d civil.Date) bool { return open(t, d) },
	}, nil
}

// visit is the service to book, "" if nothing is done at a counter or no counter
// takes it.
func (a *Actions) visit(act *bot.Act, p *event.Plan) (string, error) {
	if !slices.ContainsFunc(p.Items, func(i event.Item) bool { return i.Group == event.Day }) {
		return "", nil
	}
	for _, service := range p.Services {
		list, err := Desk{Reservations: a.Reservations}.Counters(act.Tx, service, act.Lang)
		if err != nil {
			return "", err
		}
		if len(list) > 0 {
			return service, nil
		}
	}
	return "", nil
}

// firstDay is the first day on which all that is done at the counter can be done.
func firstDay(p *event.Plan) civil.Date {
	var first civil.Date
	for _, i := range p.Items {
		if i.Group == event.Day && first.Before(i.Opens) {
			first = i.Opens
		}
	}
	return first
}

// fingerprint tells one list from another.
func fingerprint(p *event.Plan, act *bot.Act) string {
	s := string(act.Lang)
	for _, name := range p.Event.Keeps() {
		s += "\x1f" + act.Answer(name)
	}
	return fmt.Sprintf("%x", act.Tx.Blind("plan.shown", s)[:8])
}

// planLead is the sentence above the list.
func planLead(p *bot.Plan, texts *i18n.Catalog, lang i18n.Lang) string {
	n := 0
	for _, g := range p.Groups {
		n += len(g.Tasks)
	}
	return texts.Text("plan.lead").In(lang, i18n.Arg{Name: "title", Value: i18n.Markup(p.Title)}, i18n.Arg{Name: "count", Value: n})
}

// PlanCard puts a plan into the words of a language.
func PlanCard(p *event.Plan, texts *i18n.Catalog, lang i18n.Lang, site *bot.Site, today civil.Date) *bot.Plan {
	args := append(p.Args(),
		i18n.Arg{Name: "city", Value: i18n.Markup(site.City.In(lang))}, i18n.Arg{Name: "office", Value: i18n.Markup(site.Office.In(lang))},
		i18n.Arg{Name: "phone", Value: site.Phone}, i18n.Arg{Name: "hours", Value: i18n.Markup(site.Hours.In(lang))})
	in := func(t *i18n.Text) string { return texts.Reword(t).In(lang, args...) }
	word := func(key string, args ...i18n.Arg) string { return texts.Text("plan."+key).In(lang, args...) }

	card := &bot.Plan{Event: p.Event.Name, Title: in(p.Event.Title), Bring: word("bring")}
	for _, g := range event.Groups {
		group := bot.PlanGroup{ID: string(g), Title: word("group." + string(g))}
		for _, i := range p.Items {
			if i.Group != g {
				continue
			}
			t := bot.PlanTask{ID: i.ID, Title: in(i.Title), Opens: iso(i.Opens), Due: iso(i.Due)}
			t.Over = !i.Due.IsZero() && i.Due.Before(today)
			t.When = span(word, i.Opens, i.Due, today)
			fact := func(key string, text *i18n.Text, more string) {
				if text != nil {
					t.Facts = append(t.Facts, bot.Item{Field: key, Label: word(key), Value: in(text) + more})
				}
			}
			fact("place", i.Place, "")
			fact("people", i.People, "")
			online := ""
			if !i.OnlineTo.IsZero() {
				online = "\n" + span(word, i.OnlineFrom, i.OnlineTo, today)
			}
			fact("online", i.Online, online)
			for _, b := range i.Bring {
				t.Bring = append(t.Bring, in(b))
			}
			if i.Why != nil {
				t.Notes = append(t.Notes, in(i.Why))
			}
			for _, n := range i.Notes {
				t.Notes = append(t.Notes, in(n))
			}
			group.Tasks = append(group.Tasks, t)
		}
		if len(group.Tasks) > 0 {
			card.Groups = append(card.Groups, group)
		}
	}
	return card
}

// span is a first and a last day in words; either may be none.
func span(word func(string, ...i18n.Arg) string, first, last, today civil.Date) string {
	from, until := i18n.Arg{Name: "first", Value: first}, i18n.Arg{Name: "last", Value: last}
	switch {
	case !last.IsZero() && last.Before(today):
		return word("over", until)
	case !last.IsZero() && today.Before(first):
		return word("between", from, until)
	case !last.IsZero():
		return word("until", until)
	case today.Before(first):
		return word("from", from)
	}
	return ""
}

func iso(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

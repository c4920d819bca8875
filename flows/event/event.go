// Package event is the language of life events: what somebody who moves house or
// has a child must see to, as data. A file names facts a dialog has asked for and
// lists tasks, each with the condition under which it is somebody's and the dates
// that follow from their answers. From answers it makes a personal task list.
//
//	YAML ──Parse──▶ File ──Check──▶ problems (file, line, column, hint)
//	                 │
//	                 └──Compile──▶ *Event ──Plan(answers, calendar)──▶ *Plan
//
// Like package flows it is pure, and for the same reason: a plan is computed anew
// each time it is shown, in whatever language, and never kept as text. An Event
// belongs to the flow that asks its questions and sees that flow's fields, in the
// flow's own expression language (flows/expr.go).
//
//	event: moving
//	flow: moving
//	title: 引越しの手続き
//	dates:                      # dates by name, in the order they build on each other
//	  move: 'kind == "out" ? leaving : moved_in'
//	things:                     # what people bring
//	  id: 本人確認書類
//	  card: {text: マイナンバーカード, when: card}
//	places:
//	  office: "{office}"
//	people:                     # who may go
//	  household: ご本人、世帯主または同じ世帯の方
//	visit:                      # the service to book for one visit: the first that holds
//	  - {service: move-foreign, when: foreign}
//	  - {service: move}
//	tasks:
//	  - id: notice
//	    group: day              # before the event, day (the visit), after
//	    when: kind == "in"
//	    title: 転入届
//	    opens: moved_in         # the first day it can be done
//	    due: deadline(moved_in, 14)
//	    place: office
//	    people: household
//	    bring: [id, card]
//	    online: {when: card, text: …, opens: before(move, 30), until: after(move, 10)}
//	    why: …
//	    notes: [… , {text: …, when: foreign}]
//
// Texts are Japanese in the file and translated in the catalogs under
// event.<event>.<part>. They may fill in dates by name and what every text knows
// of the office.
package event

import (
	"cmp"
	"fmt"
	"slices"

	"madoguchi/flows"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// Group is when in the course of the event a task has its place.
type Group string

// The groups, in order.
const (
	Before Group = "before"
	Day    Group = "day" // at the visit
	After  Group = "after"
)

// Groups are all groups in the order they are shown.
var Groups = []Group{Before, Day, After}

// Event is one compiled life event. It is immutable and shared.
type Event struct {
	Name  string
	Flow  string // whose fields it sees
	Hash  string // of the source file
	Title *i18n.Text

	dates   []namedDate
	visits  []visit
	tasks   []*Task
	fields  map[string]flows.Kind // what expressions and texts may name
	keeps   []string              // those they do name, without its own dates
	texts   []*i18n.Text
	sources []i18n.Source
}

type namedDate struct {
	name string
	date *flows.Expr
}

type visit struct {
	service string
	when    *flows.Expr
}

// Task is one thing to see to.
type Task struct {
	ID     string
	Group  Group
	Title  *i18n.Text
	Why    *i18n.Text // nil: nothing to add
	Place  *i18n.Text
	People *i18n.Text // who may go; nil: nothing to say

	when         *flows.Expr
	opens, due   *flows.Expr
	online       conditional
	start, until *flows.Expr // of online
	bring, notes []conditional
}

type conditional struct {
	text *i18n.Text
	when *flows.Expr
}

// Plan is the task list of one set of answers.
type Plan struct {
	Event *Event
	// Items are the tasks by group, and within it by date, what has no date last;
	// those of the visit in the order of the file, as one leads to the next.
	Items []Item
	// Services are those that do the tasks in one visit, the best first; empty if
	// nothing is done at a counter of the city's.
	Services []string
	// Last is the last date of all, zero if there is none.
	Last civil.Date

	dates map[string]civil.Date
}

// Item is a task with what follows from the answers. A zero date means none.
type Item struct {
	*Task
	Opens, Due civil.Date
	// Online is what online can and cannot do for this person, between two days;
	// nil if there is nothing to say.
	Online               *i18n.Text
	OnlineFrom, OnlineTo civil.Date
	Bring, Notes         []*i18n.Text
}

// Plan computes the list. An error is a fault no check could see: an answer that
// is not of its field's type.
func (e *Event) Plan(f flows.Facts) (*Plan, error) {
	p := &Plan{Event: e, dates: map[string]civil.Date{}}
	answer := f.Answer
	f.Answer = func(name string) string {
		if d, ok := p.dates[name]; ok {
			return written(d)
		}
		return answer(name)
	}
	fail := func(what string, err error) error { return fmt.Errorf("event %s: %s: %w", e.Name, what, err) }
	for _, d := range e.dates {
		at, err := d.date.Date(f)
		if err != nil {
			return nil, fail("date "+d.name, err)
		}
		p.dates[d.name] = at
	}
	for _, t := range e.tasks {
		item, ok, err := t.item(f)
		if err != nil {
			return nil, fail("task "+t.ID, err)
		}
		if !ok {
			continue
		}
		p.Items = append(p.Items, item)
		for _, d := range []civil.Date{item.Opens, item.Due, item.OnlineTo} {
			if p.Last.Before(d) {
				p.Last = d
			}
		}
	}
	slices.SortStableFunc(p.Items, func(a, b Item) int {
		return cmp.Or(
			cmp.Compare(slices.Index(Groups, a.Group), slices.Index(Groups, b.Group)),
			cmp.Compare(a.place(), b.place()),
		)
	})
	for _, v := range e.visits {
		ok, err := holds(v.when, f)
		if err != nil {
			return nil, fail("visit", err)
		}
		if ok {
			p.Services = append(p.Services, v.service)
		}
	}
	for field, kind := range e.fields {
		if _, ok := p.dates[field]; !ok && kind == flows.DateKind {
			if d, err := civil.ParseDate(answer(field)); err == nil {
				p.dates[field] = d
			}
		}
	}
	return p, nil
}

func (t *Task) item(f flows.Facts) (item Item, ok bool, err error) {
	if ok, err = holds(t.when, f); !ok || err != nil {
		return item, false, err
	}
	item.Task = t
	online, err := holds(t.online.when, f)
	if err != nil {
		return item, false, err
	}
	if online {
		item.Online = t.online.text
	}
	for _, d := range []struct {
		expr *flows.Expr
		into *civil.Date
	}{{t.opens, &item.Opens}, {t.due, &item.Due}, {t.start, &item.OnlineFrom}, {t.until, &item.OnlineTo}} {
		if d.expr == nil || !online && (d.expr == t.start || d.expr == t.until) {
			continue
		}
		if *d.into, err = d.expr.Date(f); err != nil {
			return item, false, err
		}
	}
	if item.Bring, err = those(t.bring, f); err != nil {
		return item, false, err
	}
	item.Notes, err = those(t.notes, f)
	return item, true, err
}

func those(all []conditional, f flows.Facts) ([]*i18n.Text, error) {
	var out []*i18n.Text
	for _, c := range all {
		ok, err := holds(c.when, f)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, c.text)
		}
	}
	return out, nil
}

func holds(e *flows.Expr, f flows.Facts) (bool, error) {
	if e == nil {
		return true, nil
	}
	return e.Holds(f)
}

// place is what an item is sorted by within its group.
func (i *Item) place() string {
	switch {
	case i.Group == Day:
		return ""
	case i.Due.IsZero():
		return "last"
	}
	return i.Due.String()
}

// written is a date as answers hold it, "" for none.
func written(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// Item returns the item of a task, nil if it is not on the list.
func (p *Plan) Item(task string) *Item {
	for i := range p.Items {
		if p.Items[i].ID == task {
			return &p.Items[i]
		}
	}
	return nil
}

// Args are the values of the plan's own placeholders: its dates by name.
func (p *Plan) Args() []i18n.Arg {
	out := make([]i18n.Arg, 0, len(p.dates))
	for name, d := range p.dates {
		out = append(out, i18n.Arg{Name: name, Value: d})
	}
	return out
}

// Keeps are the names of the answers the event looks at. Nothing else needs to be
// kept of what somebody answered.
func (e *Event) Keeps() []string { return e.keeps }

// Bound returns every text of the event, its title first.
func (e *Event) Bound() []*i18n.Text { return e.texts }

// Sources are the texts of the event that are to be translated, in the order of
// the file.
func (e *Event) Sources() []i18n.Source { return e.sources }

package wording

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"madoguchi/bot"
	"madoguchi/flows"
	"madoguchi/flows/event"
	"madoguchi/flows/faq"
	"madoguchi/i18n"
	"madoguchi/store"
)

// Place is where residents meet a text.
type Place string

// The places, in the order they are listed.
const (
	InFlow   Place = "flow"   // a procedure's own sentences
	InDialog Place = "dialog" // what the dialog says in any procedure
	InFAQ    Place = "faq"
	InPages  Place = "pages"
	InMail   Place = "mail"
	InLine   Place = "line"
)

var places = []Place{InFlow, InDialog, InFAQ, InPages, InMail, InLine}

// item is one text with where it stands.
type item struct {
	Key   string
	Place Place
	// Group is the key of the words for the part of the place, such as "the page
	// of vacancies"; for a procedure and an answer Name has its title instead.
	Group string
	Name  *i18n.Text
	// Part is the key of the words for what the text does, "" if there are none.
	Part    string
	OneLine bool
	text    *i18n.Text  // in the program's words
	flow    *flows.Flow // nil outside procedures
}

// groups name the parts of a place by the beginning of the keys. The longest
// that fits counts.
var groups = []struct {
	prefix string
	place  Place
	one    bool // titles and buttons: on one line
}{
	{"bot.", InDialog, false},
	{"bot.button.", InDialog, true},
	{"bot.hint.", InDialog, false},
	{"bot.reason.", InDialog, false},
	{"bot.refusal.", InDialog, false},
	{"bot.slot.", InDialog, false},
	{"bot.field.", InDialog, true},
	{"bot.miss.", InDialog, false},
	{"common.", InDialog, true},
	{"plan.", InDialog, false},
	{"web.", InPages, false},
	{"web.front.", InPages, false},
	{"web.chat.", InPages, false},
	{"web.book.", InPages, false},
	{"web.card.", InPages, false},
	{"web.vacancy.", InPages, false},
	{"web.link.", InPages, false},
	{"web.error.", InPages, false},
	{"web.example.", InPages, false},
	{"mail.", InMail, false},
	{"mail.subject.", InMail, true},
	{"mail.lead.", InMail, false},
	{"mail.heading.", InMail, true},
	{"mail.bring.", InMail, false},
	{"mail.manage.", InMail, false},
	{"line.", InLine, true},
}

// buttons are texts on one line that no group tells.
var buttons = map[string]bool{
	"bot.yes": true, "bot.no": true, "bot.correct": true, "bot.skip": true, "bot.later": true, "bot.first": true,
	"bot.change": true, "bot.cancel": true, "bot.open-form": true, "bot.none-of-these": true, "bot.nothing": true,
	"bot.persons": true, "mail.calendar": true,
}

// items lists every text that the tenant's residents can meet: those of the
// program, of the tenant's flows and of the answers.
func (a *area) items(tx *store.Tx) ([]*item, error) {
	shelf, err := a.Shelf(tx)
	if err != nil {
		return nil, err
	}
	var list []*item
	seen := map[string]bool{}
	add := func(it *item) {
		if !seen[it.Key] {
			seen[it.Key] = true
			list = append(list, it)
		}
	}
	for _, f := range shelf.Menu {
		titles := map[string]*i18n.Text{}
		for _, t := range f.Bound() {
			if name, ok := titled(t.Key); ok {
				titles[name] = t
			}
		}
		for _, t := range f.Bound() {
			if name, ok := titled(t.Key); ok && name != f.Name {
				continue // nobody is shown the title of a part
			}
			add(a.flowItem(f, t, titles))
		}
	}
	events, err := a.Events()
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(events)) {
		e := events[name]
		for _, t := range e.Bound() {
			add(a.eventItem(e, t))
		}
	}
	for _, s := range a.Program.Sources("") {
		if it := a.programItem(s); it != nil {
			add(it)
		}
	}
	for _, e := range answers(shelf) {
		for _, t := range []*i18n.Text{e.Question, e.Answer, e.Source} {
			part := "wording.part.faq-" + t.Key[strings.LastIndexByte(t.Key, '.')+1:]
			add(&item{
				Key: t.Key, Place: InFAQ, Name: e.Question, Part: part, OneLine: t != e.Answer,
				text: a.Program.Bind(t.Key, t.Source),
			})
		}
	}
	slices.SortStableFunc(list, func(x, y *item) int { return slices.Index(places, x.Place) - slices.Index(places, y.Place) })
	return list, nil
}

// find returns the text with a key, store.ErrNotFound if residents meet none.
func (a *area) find(tx *store.Tx, key string) (*item, error) {
	list, err := a.items(tx)
	if err != nil {
		return nil, err
	}
	for _, it := range list {
		if it.Key == key {
			return it, nil
		}
	}
	return nil, store.ErrNotFound
}

func (a *area) programItem(s i18n.Source) *item {
	// The names of states are changed on a page of their own (S4-118).
	if s.Phrases != nil || strings.HasPrefix(s.Key, "cards.state.") {
		return nil
	}
	it := &item{Key: s.Key, OneLine: buttons[s.Key], text: a.Program.Text(s.Key)}
	longest := -1
	for i := range groups {
		g := &groups[i]
		if strings.HasPrefix(s.Key, g.prefix) && len(g.prefix) > longest {
			longest = len(g.prefix)
			it.Place, it.Group = g.place, "wording.group."+strings.TrimSuffix(g.prefix, ".")
			it.OneLine = g.one || buttons[s.Key]
		}
	}
	if longest < 0 { // all of the program's catalogs are for residents
		it.Place, it.Group = InDialog, "wording.group.other"
	}
	return it
}

// titled returns the flow whose title has this key.
func titled(key string) (flow string, ok bool) {
	parts := strings.Split(key, ".")
	return parts[1], len(parts) == 3 && parts[2] == "title"
}

// flowItem reads what a text of a flow is for from its key:
// flow.<flow>.<step>.ask, flow.<flow>.<step>.choice.<value> … Texts of a part
// that several flows call stand under the part's own title.
func (a *area) flowItem(f *flows.Flow, t *i18n.Text, titles map[string]*i18n.Text) *item {
	parts := strings.Split(t.Key, ".")
	last := parts[len(parts)-1]
	it := &item{Key: t.Key, Place: InFlow, Name: titles[parts[1]], flow: f, text: a.Program.Bind(t.Key, t.Source)}
	_, numbered := strconv.Atoi(last)
	switch {
	case len(parts) == 3: // flow.<flow>.title
		it.Part, it.OneLine = "wording.part.title", true
	case parts[2] == "papers" && numbered == nil:
		it.Part = "wording.part.papers"
	case parts[2] == "field":
		it.Part, it.OneLine = "wording.part.field", true
	case len(parts) > 4 && parts[3] == "choice":
		it.Part, it.OneLine = "wording.part.choice", true
	case last == "ask", last == "say", last == "hint", last == "help":
		it.Part = "wording.part." + last
	default:
		it.Part = "wording.part.say"
	}
	return it
}

// eventItem reads what a text of a life event is for from its key:
// event.<event>.thing.<thing>, event.<event>.task.<task>.title …
func (a *area) eventItem(e *event.Event, t *i18n.Text) *item {
	it := &item{Key: t.Key, Place: InFlow, Name: e.Title, Part: "wording.part.say", text: a.Program.Bind(t.Key, t.Source)}
	switch parts := strings.Split(t.Key, "."); {
	case parts[len(parts)-1] == "title":
		it.Part, it.OneLine = "wording.part.title", true
	case parts[2] == "thing":
		it.Part = "wording.part.papers"
	}
	return it
}

// answers are the questions residents may ask, by id.
func answers(s *bot.Shelf) []*faq.Entry {
	list := make([]*faq.Entry, 0, len(s.FAQ))
	for _, e := range s.FAQ {
		list = append(list, e)
	}
	slices.SortFunc(list, func(x, y *faq.Entry) int { return strings.Compare(x.ID, y.ID) })
	return list
}

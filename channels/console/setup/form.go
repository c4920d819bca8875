package setup

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"madoguchi/channels/console"
	"madoguchi/channels/console/setup/plan"
	"madoguchi/i18n"
	"madoguchi/store/reservation"
)

// form is a form of this area: its fields as they are drawn, with what was
// typed and what is wrong with it. One template draws them all.
type form struct {
	Head     head
	title    string // key
	Action   string // below /console/
	Back     string
	BackText string // key
	Intro    string
	Faults   []string // what is wrong with no field in particular
	Sets     []fieldset
	Submit   string // key
	// Remove is where a POST deletes the thing; "" if it cannot be.
	Remove, RemoveText string
	Rules              []ruleLine // below the form: the rules of a counter, a page of them
	RulesAt            string     // where they are edited; "" shows no list
	Pager              console.Pager
}

type fieldset struct {
	Legend string // key
	Hint   string // key or ""
	Fields []*field
}

// field is one question of a form.
type field struct {
	Name  string
	Label string // a text, not a key
	// Kind is text, number, date, time, area, check, checks, choose or show.
	Kind    string
	Value   string
	Values  []string // checks: those ticked
	Options []option
	Hint    string
	Error   string
	Must    bool
	Lang    string
	Min     string
	Max     string
	Size    int
}

type option struct{ Value, Text string }

// Ticked reports whether an option is chosen.
func (f *field) Ticked(value string) bool {
	if f.Kind == "checks" {
		return slices.Contains(f.Values, value)
	}
	return f.Value == value
}

// find returns a field by name, nil if the form has none.
func (f *form) find(name string) *field {
	for _, s := range f.Sets {
		for _, x := range s.Fields {
			if x.Name == name {
				return x
			}
		}
	}
	return nil
}

// show draws a form as the page it is; again does after a try that failed.
func (f *form) show(q *console.Request) error  { return q.Render("setup-form", f.title, f) }
func (f *form) again(q *console.Request) error { return q.Again("setup-form", f.title, f) }

// fill takes what was typed.
func (f *form) fill(q *console.Request) {
	for _, s := range f.Sets {
		for _, x := range s.Fields {
			x.Values = slices.Clone(q.PostForm[x.Name])
			x.Value = strings.TrimSpace(q.PostFormValue(x.Name))
			switch x.Kind {
			case "number", "time", "date", "days":
				x.Value = width.Fold.String(x.Value) // digits typed with a Japanese keyboard
			}
		}
	}
}

// wrong puts an error beside a field; where the form has no such field, on top.
func (f *form) wrong(name, text string) {
	x := f.find(name)
	if x == nil {
		f.Faults = append(f.Faults, text)
	} else if x.Error == "" {
		x.Error = text
	}
}

// bad reports whether anything is wrong.
func (f *form) bad() bool {
	if len(f.Faults) > 0 {
		return true
	}
	for _, s := range f.Sets {
		if slices.ContainsFunc(s.Fields, func(x *field) bool { return x.Error != "" }) {
			return true
		}
	}
	return false
}

// faults puts what Compile found beside the fields. Faults of other places than
// the form's go on top, with the place in words; "" is every place.
func (f *form) faults(q *console.Request, list []reservation.Fault, at string) {
	for _, x := range list {
		text := faultText(q, x)
		if at != "" && x.At != at {
			f.Faults = append(f.Faults, placeText(q, x.At)+"："+text)
			continue
		}
		name := x.Field
		if name == "names" {
			name = "names-ja"
		}
		f.wrong(name, text)
	}
}

func (f *form) get(name string) string {
	if x := f.find(name); x != nil {
		return x.Value
	}
	return ""
}

// number reads a whole number; an empty field is 0.
func (f *form) number(q *console.Request, name string) int {
	s := f.get(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1_000_000 {
		f.wrong(name, q.T("setup.wrong.number"))
		return 0
	}
	return n
}

// date reads a day into the form settings have it in: YYYY-MM-DD, or MM-DD for
// every year where that may be. 2026/4/1 and 4/1 are understood too.
func (f *form) date(q *console.Request, name string, yearly bool) string {
	s := f.get(name)
	if s == "" {
		return ""
	}
	d, ok := plan.Day(s, yearly)
	if !ok {
		f.wrong(name, q.T("setup.wrong.date"))
		return s
	}
	return d
}

// clock reads a time of day.
func (f *form) clock(q *console.Request, name string) string {
	s := f.get(name)
	if s == "" {
		return ""
	}
	c, ok := plan.Clock(s)
	if !ok {
		f.wrong(name, q.T("setup.wrong.clock"))
		return s
	}
	return c
}

// must refuses an empty field.
func (f *form) must(q *console.Request, names ...string) {
	for _, name := range names {
		if f.get(name) == "" {
			f.wrong(name, q.T("setup.wrong.empty"))
		}
	}
}

// offered are the languages the municipality offers, Japanese first.
func (d *desk) offered(named []string) []i18n.Lang {
	list := []i18n.Lang{i18n.Japanese}
	for _, l := range d.Languages(named) {
		if l != i18n.Japanese {
			list = append(list, l)
		}
	}
	return list
}

// nameFields are the fields of a text in several languages.
func nameFields(q *console.Request, name, label string, n reservation.Names, langs []i18n.Lang, must bool) []*field {
	var list []*field
	for _, l := range langs {
		list = append(list, &field{
			Name: name + "-" + string(l), Label: q.T(label) + "（" + i18n.Name(l) + "）", Kind: "text", Value: n[l],
			Must: must && l == i18n.Japanese, Lang: string(l), Size: 50,
		})
	}
	return list
}

// names reads them. Texts in languages that are not offered stay as they were.
func (f *form) names(name string, old reservation.Names, langs []i18n.Lang) reservation.Names {
	n := reservation.Names{}
	for l, s := range old {
		if !slices.Contains(langs, l) {
			n[l] = s
		}
	}
	for _, l := range langs {
		if s := f.get(name + "-" + string(l)); s != "" {
			n[l] = s
		}
	}
	if len(n) == 0 {
		return nil
	}
	return n
}

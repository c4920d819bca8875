package field

import (
	"slices"

	"madoguchi/i18n"
	"madoguchi/store"
)

// Rule is one field as it is asked: what its settings come to for one audience.
type Rule struct {
	ID        string
	Basic     bool
	Kind      Kind
	Condition Condition
	Label     *i18n.Text // its alias, heading or name
	Ask       *i18n.Text // the question
	Help      *i18n.Text // why it is asked; nil if nobody said
	Chars     Chars
	Min, Max  int
	Choices   []Option
	Class     bool
	Personal  bool
	Services  []string
}

// For reports whether the field belongs to a service; "" is any.
func (r Rule) For(service string) bool {
	return len(r.Services) == 0 || service == "" || slices.Contains(r.Services, service)
}

// Rules is a form as it is asked of one audience, in order.
type Rules struct {
	Version int64
	List    []Rule
}

// ByID returns a rule, nil if the field is not in use.
func (r *Rules) ByID(id string) *Rule {
	for i := range r.List {
		if r.List[i].ID == id {
			return &r.List[i]
		}
	}
	return nil
}

// Rules returns what a form asks of an audience now.
// The same Rules are returned as long as the settings stay the same.
func (f *Fields) Rules(tx *store.Tx, form Form, a Audience) (*Rules, error) {
	e, err := f.Edition(tx)
	if err != nil {
		return nil, err
	}
	return e.rules(f.texts, form, a), nil
}

// rules works an edition's rules out once.
func (e *Edition) rules(texts *i18n.Catalog, form Form, a Audience) *Rules {
	e.made.Lock()
	defer e.made.Unlock()
	k := sheetKey{form, a}
	if have, ok := e.sheets[k]; ok {
		return have
	}
	all := e.Settings.rules(texts, form, a)
	in := &Rules{Version: e.Version}
	for _, r := range all {
		if r.Condition != Off {
			in.List = append(in.List, r)
		}
	}
	if e.sheets == nil {
		e.sheets = map[sheetKey]*Rules{}
	}
	e.sheets[k] = in
	return in
}

type sheetKey struct {
	form     Form
	audience Audience
}

// Preview returns a rule for every field of settings that are being edited,
// those that are off included.
func (f *Fields) Preview(s Settings, form Form, a Audience) []Rule { return s.rules(f.texts, form, a) }

// rules returns a rule for every field, those that are off included.
func (s Settings) rules(texts *i18n.Catalog, form Form, a Audience) []Rule {
	sheet := s.Sheet(form)
	out := make([]Rule, 0, len(sheet.Basic)+len(sheet.Custom))
	for _, b := range sheet.Basic {
		known, ok := basicOf(form, b.ID)
		if !ok {
			continue
		}
		r := Rule{ID: b.ID, Basic: true, Kind: known.kind, Condition: b.For(a), Class: b.Class, Personal: true}
		r.Label, r.Ask = texts.Text("fields.name."+b.ID), texts.Text("fields.ask."+b.ID)
		if b.Alias[i18n.Japanese] != "" {
			r.Label, r.Ask = aliased(texts, r, b.Alias)
		}
		if known.kind == Choice {
			r.Choices = sexes(texts)
		}
		out = append(out, r)
	}
	for _, c := range sheet.Custom {
		r := Rule{
			ID: c.ID, Kind: c.Kind, Condition: c.For(a), Class: c.Class, Personal: c.Personal || c.Kind.Personal(),
			Min: c.Min, Max: c.Max, Choices: c.Choices, Services: c.Services, Label: i18n.Words(c.Heading),
		}
		if c.Kind.Written() {
			r.Chars = c.Chars
		}
		r.Ask = i18n.Words(asking(texts, c))
		if c.Help[i18n.Japanese] != "" {
			r.Help = i18n.Words(c.Help)
		}
		out = append(out, r)
	}
	return out
}

// aliased puts an alias in place of a basic field's name (S4-006). A language it
// was not given in keeps the name the program has there: a foreigner is helped
// by "Phone", not by a Japanese word. やさしい日本語 is Japanese.
func aliased(texts *i18n.Catalog, r Rule, alias Names) (label, ask *i18n.Text) {
	labels, asks := map[i18n.Lang]string{}, map[i18n.Lang]string{}
	for _, lang := range texts.Languages() {
		word := alias[lang]
		if word == "" && lang == i18n.EasyJapanese {
			word = alias[i18n.Japanese]
		}
		if word == "" {
			labels[lang], asks[lang] = r.Label.In(lang), r.Ask.In(lang)
			continue
		}
		labels[lang] = word
		asks[lang] = texts.Text(question(r.Kind)).In(lang, i18n.Arg{Name: "label", Value: i18n.Markup(word)})
	}
	return i18n.Words(labels), i18n.Words(asks)
}

// asking is the question of a custom field: its own words, or one made of the
// heading where there are none. A Japanese question says more than one made of a
// Japanese heading, so it stands for the languages that have neither.
func asking(texts *i18n.Catalog, c Custom) map[i18n.Lang]string {
	out := map[i18n.Lang]string{}
	for _, lang := range texts.Languages() {
		if s := c.Ask[lang]; s != "" {
			out[lang] = s
			continue
		}
		heading := c.Heading[lang]
		if heading == "" && c.Ask[i18n.Japanese] == "" {
			heading = c.Heading.In(lang)
		}
		if heading != "" {
			out[lang] = texts.Text(question(c.Kind)).In(lang, i18n.Arg{Name: "label", Value: i18n.Markup(heading)})
		}
	}
	return out
}

// question is the key of the question made of a label.
func question(k Kind) string {
	switch k {
	case Choice:
		return "fields.question.choose"
	case Choices:
		return "fields.question.several"
	case YesNo:
		return "fields.question.yesno"
	case Consent:
		return "fields.question.consent"
	}
	return "fields.question.write"
}

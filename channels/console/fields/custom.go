package fields

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
)

// fresh is the id in the address of a field that does not exist yet.
const fresh = "new"

// customPage is the form of one custom field.
type customPage struct {
	Form       field.Form
	ID         string
	Version    int64
	Field      field.Custom
	Min, Max   string // as typed
	Conditions []field.Condition
	Kinds      []field.Kind
	Chars      []field.Chars
	Tongues    []tongue
	Options    []option
	Services   []Service
	Records    count
	Errors     map[string]string // key of the sentence by input
}

// option is one row of the choices.
type option struct {
	N     int
	Value string
	Label field.Names
}

// spare is how many empty rows of choices are offered beyond those in use.
const spare = 3

// custom shows the form of a custom field.
func (a *area) custom(q *console.Request, form field.Form) error {
	p := &customPage{Form: form, ID: q.PathValue("id")}
	err := q.View(func(tx *store.Tx) error {
		s, version, err := a.Fields.Settings(tx)
		if err != nil {
			return err
		}
		p.Version = version
		if p.ID == fresh {
			p.Field = field.Custom{Kind: field.Line, Use: field.Use{Resident: field.Optional, Staff: field.Optional}}
		} else if c := s.Sheet(form).CustomByID(p.ID); c != nil {
			p.Field = *c
		} else {
			return field.ErrNotFound
		}
		return a.furnish(tx, p)
	})
	if err != nil {
		return refusal(err)
	}
	if p.Field.Min > 0 {
		p.Min = strconv.Itoa(p.Field.Min)
	}
	if p.Field.Max > 0 {
		p.Max = strconv.Itoa(p.Field.Max)
	}
	return q.Render("fields-custom", p.title(), p)
}

func (p *customPage) title() string {
	if p.ID == fresh {
		return "fields.custom.new"
	}
	return "fields.custom.edit"
}

// furnish gives the page what its inputs offer.
func (a *area) furnish(tx *store.Tx, p *customPage) error {
	p.Conditions, p.Kinds, p.Chars, p.Tongues = field.Conditions, field.Kinds, field.AllChars, a.tongues()
	p.Options = nil
	rows := min(max(len(p.Field.Choices)+spare, 4), field.MaxOptions)
	for i := range rows {
		o := option{N: i + 1}
		if i < len(p.Field.Choices) {
			o.Value, o.Label = p.Field.Choices[i].Value, p.Field.Choices[i].Label
		}
		p.Options = append(p.Options, o)
	}
	var err error
	if a.Services != nil && p.Form == field.Application {
		if p.Services, err = a.Services(tx); err != nil {
			return err
		}
	}
	p.Records, err = a.count(tx, p.Form)
	return err
}

// saveCustom takes the form of a custom field.
func (a *area) saveCustom(q *console.Request, form field.Form) error {
	p := &customPage{Form: form, ID: q.PathValue("id"), Version: base(q.Request), Errors: map[string]string{}}
	p.read(a, q.Request)
	err := field.Faults(nil)
	if len(p.Errors) == 0 {
		err = p.Field.Faults(form)
	}
	for _, f := range err {
		_, part, _ := strings.Cut(f.Where, ".")
		p.Errors[part] = "fields.fault." + string(f.Why)
	}
	if len(p.Errors) > 0 {
		if err := q.View(func(tx *store.Tx) error { return a.furnish(tx, p) }); err != nil {
			return err
		}
		return q.Again("fields-custom", p.title(), p)
	}
	return a.save(q, form, "fields/"+string(form), func(s *field.Settings) error {
		if p.ID == fresh {
			s.Add(form, p.Field)
			return nil
		}
		have := s.Sheet(form).CustomByID(p.ID)
		if have == nil {
			return field.ErrNotFound
		}
		*have = p.Field
		return nil
	})
}

// read takes what was typed.
func (p *customPage) read(a *area, r *http.Request) {
	c := &p.Field
	if c.ID = p.ID; p.ID == fresh {
		c.ID = "c0" // its own is given when it is saved
	}
	c.Heading, c.Ask, c.Help = a.names(r, "heading"), a.names(r, "ask"), a.names(r, "help")
	c.Kind = field.Kind(r.PostFormValue("kind"))
	c.Resident, c.Staff = condition(r, "resident"), condition(r, "staff")
	c.Class, c.Personal = r.PostFormValue("class") != "", r.PostFormValue("personal") != ""
	c.Services = r.PostForm["service"]
	p.Min, p.Max = strings.TrimSpace(r.PostFormValue("min")), strings.TrimSpace(r.PostFormValue("max"))
	c.Min, c.Max = p.bound(p.Min), p.bound(p.Max)
	if c.Kind.Written() {
		c.Chars = field.Chars(r.PostFormValue("chars"))
	} else if c.Kind != field.Number {
		c.Min, c.Max = 0, 0
	}
	p.choices(a, r)
}

func (p *customPage) bound(s string) int {
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(i18n.Bare(s))
	if err != nil || n < 0 || n > 1_000_000 {
		p.Errors["bounds"] = "fields.fault.bad-bounds"
		return 0
	}
	return n
}

// choices reads the rows of choices. A row without a Japanese label is none; a
// new one gets a value of its own, which records keep.
func (p *customPage) choices(a *area, r *http.Request) {
	if !p.Field.Kind.Listed() {
		return
	}
	taken := r.PostForm["option.value"]
	for n := 1; n <= field.MaxOptions; n++ {
		at := "option." + strconv.Itoa(n)
		label := a.names(r, at+".label")
		if label == nil {
			continue
		}
		v := r.PostFormValue(at + ".value")
		for i := 1; v == ""; i++ {
			if made := "o" + strconv.Itoa(i); !slices.Contains(taken, made) {
				v = made
			}
		}
		taken = append(taken, v)
		p.Field.Choices = append(p.Field.Choices, field.Option{Value: v, Label: label})
	}
}

// moveCustom puts a custom field one place up or down.
func (a *area) moveCustom(q *console.Request, form field.Form) error {
	return a.save(q, form, "fields/"+string(form), func(s *field.Settings) error {
		list := s.Sheet(form).Custom
		i := slices.IndexFunc(list, func(c field.Custom) bool { return c.ID == q.PathValue("id") })
		j := i + 1
		if q.PostFormValue("to") == "up" {
			j = i - 1
		}
		if i < 0 {
			return field.ErrNotFound
		}
		if j >= 0 && j < len(list) {
			list[i], list[j] = list[j], list[i]
		}
		return nil
	})
}

// removeCustom takes a custom field off the form. Its answers stay readable.
func (a *area) removeCustom(q *console.Request, form field.Form) error {
	return a.save(q, form, "fields/"+string(form), func(s *field.Settings) error {
		sheet := s.Sheet(form)
		n := len(sheet.Custom)
		sheet.Custom = slices.DeleteFunc(sheet.Custom, func(c field.Custom) bool { return c.ID == q.PathValue("id") })
		if len(sheet.Custom) == n {
			return field.ErrNotFound
		}
		return nil
	})
}

package fields

import (
	"net/http"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
)

// sheetPage is a form with its fields.
type sheetPage struct {
	Form       field.Form
	Forms      []field.Form
	Version    int64
	Conditions []field.Condition
	Tongues    []tongue
	Basic      []basicRow
	Custom     []customRow
	Records    count
}

// basicRow is a basic field with its setting.
type basicRow struct {
	field.Basic
	Name string
	Kind field.Kind
}

// customRow is a custom field in the list.
type customRow struct {
	field.Custom
	First, Last bool
	Choices     string // their labels
}

// sheet shows a form.
func (a *area) sheet(q *console.Request, form field.Form) error {
	p := sheetPage{Form: form, Forms: field.Forms, Conditions: field.Conditions, Tongues: a.tongues()}
	err := q.View(func(tx *store.Tx) error {
		s, version, err := a.Fields.Settings(tx)
		if err != nil {
			return err
		}
		p.Version = version
		p.fill(a, s)
		p.Records, err = a.count(tx, form)
		return err
	})
	if err != nil {
		return refusal(err)
	}
	return q.Render("fields-sheet", "fields.title."+string(form), p)
}

func (p *sheetPage) fill(a *area, s field.Settings) {
	sheet := s.Sheet(p.Form)
	rules := a.Fields.Preview(s, p.Form, field.Resident)
	for i, b := range sheet.Basic {
		p.Basic = append(p.Basic, basicRow{b, field.BasicName(p.Form, b.ID), rules[i].Kind})
	}
	for i, c := range sheet.Custom {
		row := customRow{Custom: c, First: i == 0, Last: i == len(sheet.Custom)-1}
		for j, o := range c.Choices {
			if j > 0 {
				row.Choices += "／"
			}
			row.Choices += o.Label[i18n.Japanese]
		}
		p.Custom = append(p.Custom, row)
	}
}

// saveSheet takes the table of basic fields.
func (a *area) saveSheet(q *console.Request, form field.Form) error {
	return a.save(q, form, "fields/"+string(form), func(s *field.Settings) error {
		sheet := s.Sheet(form)
		for i := range sheet.Basic {
			b := &sheet.Basic[i]
			b.Resident = condition(q.Request, b.ID+".resident")
			b.Staff = condition(q.Request, b.ID+".staff")
			b.Class = q.PostFormValue(b.ID+".class") != ""
			b.Alias = a.names(q.Request, b.ID+".alias")
		}
		return nil
	})
}

// off is the word for field.Off in forms, where "" would mean nothing chosen.
const off = "off"

func condition(r *http.Request, name string) field.Condition {
	if v := r.PostFormValue(name); v != off {
		return field.Condition(v)
	}
	return field.Off
}

// names reads a text in all languages; nil if it was left empty.
func (a *area) names(r *http.Request, name string) field.Names {
	var out field.Names
	for _, lang := range a.Languages {
		if s := strings.TrimSpace(r.PostFormValue(name + "." + string(lang))); s != "" {
			if out == nil {
				out = field.Names{}
			}
			out[lang] = s
		}
	}
	return out
}

// base is the version a form was made from.
func base(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no version: the save is refused as stale
	}
	return n
}

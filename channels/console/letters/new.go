package letters

import (
	"errors"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/letter"
)

// chooser is the form that begins a run, as it was filled in.
type chooser struct {
	Template, Deadline, State, Batch, From, To, Codes string
	// Errors are sentences by field.
	Errors map[string]string

	Templates, States, Batches []Choice
	Most                       int
}

func (c *chooser) wrong(field, sentence string) {
	if c.Errors == nil {
		c.Errors = map[string]string{}
	}
	c.Errors[field] = sentence
}

// date reads a date of the form; empty is none.
func (c *chooser) date(q *console.Request, field, text string) civil.Date {
	if text == "" {
		return civil.Date{}
	}
	day, err := civil.ParseDate(text)
	if err != nil {
		c.wrong(field, q.T("letters.date.wrong"))
	}
	return day
}

// offers fills in what can be chosen.
func (a *area) offers(tx *store.Tx, q *console.Request, c *chooser) error {
	c.Most = letter.MostCases
	list, err := a.Letters.Templates(tx)
	if err != nil {
		return err
	}
	c.Templates = nil
	for _, t := range list {
		if !t.Retired {
			c.Templates = append(c.Templates, Choice{t.ID, t.Name})
		}
	}
	c.Templates = append(c.Templates, Choice{letter.Labels, q.T("letters.labels")})
	if c.States, err = a.Cases.States(tx, q.Lang); err != nil {
		return err
	}
	c.Batches, err = a.Cases.Batches(tx)
	return err
}

func nameOf(list []Choice, id string) (string, bool) {
	for _, c := range list {
		if c.ID == id {
			return c.Name, true
		}
	}
	return "", false
}

// choose shows the form.
func (a *area) choose(q *console.Request) error {
	c := &chooser{Template: q.URL.Query().Get("template"), State: q.URL.Query().Get("state"), Batch: q.URL.Query().Get("batch")}
	if err := q.View(func(tx *store.Tx) error { return a.offers(tx, q, c) }); err != nil {
		return err
	}
	return q.Render("letters-new", "letters.new.title", c)
}

// begin makes the run that the form asks for.
func (a *area) begin(q *console.Request) error {
	c := &chooser{
		Template: q.PostFormValue("template"), State: q.PostFormValue("state"), Batch: q.PostFormValue("batch"),
		Deadline: q.PostFormValue("deadline"), From: q.PostFormValue("from"), To: q.PostFormValue("to"), Codes: q.PostFormValue("codes"),
	}
	var run letter.Run
	err := q.Update(func(tx *store.Tx) error {
		c.Errors = nil
		if err := a.offers(tx, q, c); err != nil {
			return err
		}
		want := letter.Run{Template: c.Template}
		if _, ok := nameOf(c.Templates, c.Template); !ok {
			c.wrong("template", q.T("letters.new.template.missing"))
		} else if c.Template != letter.Labels {
			t, err := a.Letters.Template(tx, c.Template)
			if err != nil {
				return err
			}
			want.Version = t.Version
		}
		want.Deadline = c.date(q, "deadline", c.Deadline)
		ids, selection, err := a.find(tx, q, c)
		if err != nil || len(c.Errors) > 0 {
			return err
		}
		want.Selection = selection
		run, err = a.Letters.Begin(tx, want, ids, q.By())
		if errors.Is(err, letter.ErrCount) {
			c.wrong("codes", q.T("letters.new.many", i18n.Arg{Name: "most", Value: letter.MostCases}))
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(c.Errors) > 0 {
		return q.Again("letters-new", "letters.new.title", c)
	}
	return q.See("letters/runs/"+run.ID, "")
}

// find returns the cards chosen, and in words how.
func (a *area) find(tx *store.Tx, q *console.Request, c *chooser) (ids []string, selection string, err error) {
	codes := strings.FieldsFunc(c.Codes, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == '\t' || r == ' ' || r == '\u3000' })
	if len(codes) > letter.MostCases {
		c.wrong("codes", q.T("letters.new.many", i18n.Arg{Name: "most", Value: letter.MostCases}))
		return nil, "", nil
	}
	if len(codes) > 0 {
		var unknown []string
		for _, code := range codes {
			id, err := a.Cases.ByCode(tx, code)
			if errors.Is(err, store.ErrNotFound) {
				unknown = append(unknown, code)
				continue
			}
			if err != nil {
				return nil, "", err
			}
			ids = append(ids, id)
		}
		if len(unknown) > 0 {
			const shown = 5
			text := strings.Join(unknown[:min(shown, len(unknown))], "、")
			if len(unknown) > shown {
				text += "…"
			}
			c.wrong("codes", q.T("letters.new.unknown", i18n.Arg{Name: "n", Value: len(unknown)}, i18n.Arg{Name: "codes", Value: text}))
		}
		return ids, q.T("letters.selection.codes"), nil
	}
	f := Filter{State: c.State, Batch: c.Batch}
	var words []string
	if c.State != "" {
		name, ok := nameOf(c.States, c.State)
		if !ok {
			c.wrong("state", q.T("letters.new.gone"))
		}
		words = append(words, name)
	}
	if c.Batch != "" {
		name, ok := nameOf(c.Batches, c.Batch)
		if !ok {
			c.wrong("batch", q.T("letters.new.gone"))
		}
		words = append(words, name)
	}
	f.From, f.To = c.date(q, "from", c.From), c.date(q, "to", c.To)
	if !f.From.IsZero() || !f.To.IsZero() {
		words = append(words, strings.TrimSpace(c.From+"〜"+c.To))
	}
	if f == (Filter{}) {
		c.wrong("state", q.T("letters.new.choose"))
	}
	if len(c.Errors) > 0 {
		return nil, "", nil
	}
	ids, err = a.Cases.Find(tx, f, letter.MostCases+1)
	if err != nil {
		return nil, "", err
	}
	switch {
	case len(ids) == 0:
		c.wrong("state", q.T("letters.new.none"))
	case len(ids) > letter.MostCases:
		c.wrong("state", q.T("letters.new.many", i18n.Arg{Name: "most", Value: letter.MostCases}))
	}
	return ids, strings.Join(words, "・"), nil
}

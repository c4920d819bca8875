package people

import (
	"errors"
	"net/url"
	"slices"
	"strconv"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/resident"
	"madoguchi/store/staff"
)

// formPage is the form of a record.
type formPage struct {
	ID      string // "" for a new one
	Version int64
	Inputs  []input
	Problem string // of the form as a whole: a key
}

// Wrong are the inputs that have a problem.
func (d *formPage) Wrong() []input {
	return slices.DeleteFunc(slices.Clone(d.Inputs), func(i input) bool { return i.Problem == "" })
}

// input is one field of the form.
type input struct {
	Field
	Name, Label, Value, Hint string
	Problem                  string // key
	Choices                  []choice
}

type choice struct{ Value, Label string }

// Kind tells the template which control to draw.
func (i input) Kind() string {
	switch {
	case i.Use == Shown:
		return "shown"
	case len(i.Choices) > 0:
		return "choice"
	case i.Field.Field == resident.News:
		return "check"
	case i.Field.Field == resident.Note:
		return "lines"
	}
	return "text"
}

// Type is the input's type, which brings the right keyboard on a tablet.
func (i input) Type() string {
	switch i.Field.Field {
	case resident.Phone, resident.Phone2, resident.Fax:
		return "tel"
	case resident.Mail:
		return "email"
	}
	return "text"
}

// Must reports whether it has to be filled.
func (i input) Must() bool { return i.Use == Required }

// hints are the fields with an example below them.
var hints = map[resident.Field]bool{resident.Born: true, resident.Link: true, resident.Number: true, resident.Kana: true}

// form draws the fields with values; problems belong to them.
func (a area) form(q *console.Request, tx *store.Tx, d *formPage, value func(resident.Field) string, problems map[resident.Field]string) error {
	fields, err := a.fields(tx)
	if err != nil {
		return err
	}
	word := func(key string) string { return q.T(key) }
	for _, f := range fields {
		in := input{Field: f, Name: string(f.Field), Label: f.name(word), Value: value(f.Field), Problem: problems[f.Field]}
		if hints[f.Field] {
			in.Hint = "people.hint." + string(f.Field)
		}
		if f.Field == resident.SexOf {
			for _, s := range []resident.Sex{resident.Male, resident.Female, resident.Other} {
				in.Choices = append(in.Choices, choice{string(s), q.T("people.sex." + string(s))})
			}
		}
		for _, c := range f.Choices {
			in.Choices = append(in.Choices, choice{c, c})
		}
		d.Inputs = append(d.Inputs, in)
	}
	return nil
}

// blank is the form of a new record, with a link code to begin with.
func (a area) blank(q *console.Request) error {
	var d formPage
	err := q.View(func(tx *store.Tx) error {
		return a.form(q, tx, &d, func(f resident.Field) string {
			if f == resident.Link {
				return reservation.ShowKey(resident.NewLink())
			}
			return ""
		}, nil)
	})
	if err != nil {
		return err
	}
	return q.Render("people_form", "people.new.title", &d)
}

// add registers a person (S4-096).
func (a area) add(q *console.Request) error {
	var id string
	problems := map[resident.Field]string{}
	err := q.Update(func(tx *store.Tx) error {
		var p resident.Profile
		if err := a.take(tx, &p, q.PostForm, problems); err != nil {
			return err
		}
		r, err := a.Residents.Add(tx, p, q.By())
		id = r.ID
		return err
	})
	return a.taken(q, err, formPage{}, problems, "people.new.title", func() string { return id }, "people.new.done")
}

// editPage is the form of a record, which shows it in full.
func (a area) editPage(q *console.Request) error {
	if !q.May(staff.UnmaskResidents) {
		return console.ErrForbidden
	}
	d := formPage{ID: q.PathValue("id")}
	err := q.Update(func(tx *store.Tx) error {
		r, err := a.Residents.Get(tx, d.ID)
		if err != nil {
			return err
		}
		d.Version = r.Version
		if err := tx.Audit(q.By(), "resident.show", r.ID, "reason", "correction"); err != nil {
			return err
		}
		return a.form(q, tx, &d, func(f resident.Field) string { return typed(f, &r.Profile, q.Lang) }, nil)
	})
	if err != nil {
		return found(err)
	}
	return q.Render("people_form", "people.edit.title", &d)
}

// typed is a value as it would be typed.
func typed(f resident.Field, p *resident.Profile, lang i18n.Lang) string {
	switch f {
	case resident.Born, resident.SexOf, resident.News:
		return p.Get(f)
	}
	return plain(f, p, lang)
}

// edit changes a record.
func (a area) edit(q *console.Request) error {
	id := q.PathValue("id")
	version, err := strconv.ParseInt(q.PostFormValue("version"), 10, 64)
	if err != nil {
		return console.ErrBadForm
	}
	if !q.May(staff.UnmaskResidents) {
		return console.ErrForbidden
	}
	problems := map[resident.Field]string{}
	err = q.Update(func(tx *store.Tx) error {
		r, err := a.Residents.Get(tx, id)
		if err != nil {
			return err
		}
		p := r.Profile
		if err := a.take(tx, &p, q.PostForm, problems); err != nil {
			return err
		}
		_, err = a.Residents.Save(tx, id, version, p, q.By())
		return err
	})
	return a.taken(q, err, formPage{ID: id, Version: version}, problems, "people.edit.title", func() string { return id }, "people.edit.done")
}

// errForm says that a form has problems beside its fields.
var errForm = errors.New("the form has problems")

// take reads a form into a profile.
func (a area) take(tx *store.Tx, p *resident.Profile, form url.Values, problems map[resident.Field]string) error {
	clear(problems) // fn of a transaction may run again
	fields, err := a.fields(tx)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if f.Use == Shown {
			continue
		}
		text := form.Get(string(f.Field))
		var problem *resident.Problem
		err := p.Set(f.Field, text, today(a.DB))
		if err == nil && len(f.Choices) > 0 && text != "" && !slices.Contains(f.Choices, text) {
			err = &resident.Problem{Field: f.Field, Code: "choice"}
		}
		switch {
		case errors.As(err, &problem):
			problems[f.Field] = "people.problem." + problem.Code
		case err != nil:
			return err
		case f.Use == Required && p.Get(f.Field) == "":
			problems[f.Field] = "people.problem.required"
		}
	}
	if len(problems) > 0 {
		return errForm
	}
	return nil
}

// taken answers a form: with the record if it was taken, else with itself.
func (a area) taken(q *console.Request, err error, d formPage, problems map[resident.Field]string, title string, id func() string, done string) error {
	var problem *resident.Problem
	switch {
	case err == nil:
		return q.See("people/"+id(), done)
	case errors.As(err, &problem):
		problems[problem.Field] = "people.problem." + problem.Code
	case errors.Is(err, resident.ErrStale):
		d.Problem = "people.problem.stale"
	case !errors.Is(err, errForm):
		return found(err)
	}
	if err := q.View(func(tx *store.Tx) error {
		return a.form(q, tx, &d, func(f resident.Field) string { return q.PostForm.Get(string(f)) }, problems)
	}); err != nil {
		return err
	}
	return q.Again("people_form", title, &d)
}

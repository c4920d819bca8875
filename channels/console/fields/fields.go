// Package fields is the part of the console in which a municipality decides what
// it asks on its forms (項目設定): the basic fields, each on, off or read-only
// for residents and for staff, and custom fields of its own.
//
//	fields.go   the area: pages, what they are made of
//	sheet.go    a form: its basic fields and the list of the custom ones
//	custom.go   one custom field
//	confirm.go  what a change means where records exist (S4-008)
//	preview.go  how a form is asked
//	history.go  versions
//
// Every page edits the version it was shown: the form carries its number, and if
// somebody else has saved meanwhile nothing is overwritten.
package fields

import (
	"embed"
	"errors"
	"fmt"
	"slices"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/staff"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed texts
var texts embed.FS

//go:embed static
var static embed.FS

// Config is what the area is made of.
type Config struct {
	Fields *field.Fields
	// Languages are those residents are asked in, Japanese first.
	Languages []i18n.Lang
	// Records counts what was filled in on a form, at most up to some bound; more
	// says that there are more. Nil: nothing was.
	Records func(tx *store.Tx, form field.Form) (n int, more bool, err error)
	// Services are those a field can be limited to.
	Services func(tx *store.Tx) ([]Service, error)
	// Who is the name of an account, for the history; nil shows its id.
	Who func(tx *store.Tx, account string) string
}

// Service is a piece of business by its name.
type Service struct{ ID, Name string }

// area serves the pages.
type area struct{ Config }

// Area returns the area for the console.
func Area(c Config) console.Area {
	a := &area{c}
	return console.Area{
		Name: "fields", Templates: console.Below(templates, "templates"), Texts: console.Below(texts, "texts"), Static: console.Below(static, "static"),
		Menu: []console.Entry{{Position: 75, Path: "fields", Text: "fields.menu", Right: staff.EditFields}},
		Pages: []console.Page{
			console.Get("fields", staff.EditFields, func(q *console.Request) error { return a.sheet(q, field.Application) }),
			console.Get("fields/{form}", staff.EditFields, a.onForm(a.sheet)),
			console.Post("fields/{form}", staff.EditFields, a.onForm(a.saveSheet)),
			console.Get("fields/preview/{form}", staff.EditFields, a.onForm(a.preview)),
			console.Get("fields/{form}/custom/{id}", staff.EditFields, a.onForm(a.custom)),
			console.Post("fields/{form}/custom/{id}", staff.EditFields, a.onForm(a.saveCustom)),
			console.Post("fields/{form}/custom/{id}/move", staff.EditFields, a.onForm(a.moveCustom)),
			console.Post("fields/{form}/custom/{id}/remove", staff.EditFields, a.onForm(a.removeCustom)),
			console.Get("fields/history", staff.EditFields, a.history),
			console.Get("fields/history/{version}", staff.EditFields, a.version),
		},
	}
}

// onForm reads which form a page is about.
func (a *area) onForm(handle func(*console.Request, field.Form) error) func(*console.Request) error {
	return func(q *console.Request) error {
		form := field.Form(q.PathValue("form"))
		if !slices.Contains(field.Forms, form) {
			return console.ErrNotFound
		}
		return handle(q, form)
	}
}

// stale says that somebody else was quicker.
var stale = &console.Problem{Status: 409, Text: "fields.problem.stale"}

// refusal turns what the settings cannot be into words beside nothing in
// particular; what has a place in a form was found before.
func refusal(err error) error {
	var faults field.Faults
	switch {
	case errors.Is(err, field.ErrStale):
		return stale
	case errors.Is(err, field.ErrNotFound):
		return console.ErrNotFound
	case errors.As(err, &faults):
		return &console.Problem{Status: 422, Text: "fields.fault." + string(faults[0].Why)}
	}
	return err
}

// count is how many records a change would touch.
type count struct {
	N    int
	More bool
}

func (a *area) count(tx *store.Tx, form field.Form) (c count, err error) {
	if a.Records == nil {
		return c, nil
	}
	if c.N, c.More, err = a.Records(tx, form); err != nil {
		return c, fmt.Errorf("counting the records of a form: %w", err)
	}
	return c, nil
}

// tongue is a language as the pages name it and its inputs are told apart.
type tongue struct {
	Lang i18n.Lang
	Name string
}

func (a *area) tongues() []tongue {
	out := make([]tongue, len(a.Languages))
	for i, l := range a.Languages {
		out[i] = tongue{l, i18n.Name(l)}
	}
	return out
}

package letters

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/channels/paper"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/letter"
)

// templates lists the texts.
func (a *area) templates(q *console.Request) error {
	var list []letter.Template
	err := q.View(func(tx *store.Tx) (err error) {
		list, err = a.Letters.Templates(tx)
		return err
	})
	if err != nil {
		return err
	}
	type row struct {
		letter.Template
		Saved string
	}
	var rows []row
	for _, t := range list {
		rows = append(rows, row{t, saved(q, t)})
	}
	return q.Render("letters-templates", "letters.templates.title", rows)
}

func saved(q *console.Request, t letter.Template) string {
	if t.Version == 0 {
		return q.T("letters.template.builtin")
	}
	return when(q, t.At)
}

// editor is the page of one template.
type editor struct {
	letter.Template
	New          bool
	Errors       map[string]string
	Problems     []string
	Placeholders []paper.Placeholder
	History      []version
}

type version struct {
	letter.Template
	Saved string
}

// freshTemplate stands in the address of a template that is not yet there.
const freshTemplate = "new"

func (a *area) editor(tx *store.Tx, q *console.Request, e *editor) error {
	e.Placeholders = paper.Placeholders()
	e.History = nil
	if e.New {
		return nil
	}
	list, err := a.Letters.History(tx, e.ID)
	for _, t := range list {
		e.History = append(e.History, version{t, saved(q, t)})
	}
	return err
}

// template shows the text of one, for editing.
func (a *area) template(q *console.Request) error {
	e := &editor{New: q.PathValue("template") == freshTemplate}
	err := q.View(func(tx *store.Tx) error {
		if !e.New {
			t, err := a.Letters.Template(tx, q.PathValue("template"))
			if err != nil {
				return err
			}
			if v := q.URL.Query().Get("version"); v != "" {
				n, err := strconv.Atoi(v)
				if err != nil {
					return letter.ErrNotFound
				}
				old, err := a.Letters.TemplateAt(tx, t.ID, n)
				if err != nil {
					return err
				}
				t.Name, t.Body = old.Name, old.Body
			}
			e.Template = t
		}
		return a.editor(tx, q, e)
	})
	if err != nil {
		return err
	}
	return q.Render("letters-template", "letters.template.title", e)
}

// saveTemplate puts a text in force, if it can be printed.
func (a *area) saveTemplate(q *console.Request) error {
	e := &editor{New: q.PathValue("template") == freshTemplate, Errors: map[string]string{}}
	e.Name, e.Body = strings.TrimSpace(q.PostFormValue("name")), q.PostFormValue("body")
	e.Retired = q.PostFormValue("retired") != ""
	if !e.New {
		e.ID = q.PathValue("template")
		e.Version, _ = strconv.Atoi(q.PostFormValue("version"))
	}
	e.Problems = a.problems(q, e.Body)
	err := q.Update(func(tx *store.Tx) error {
		if err := a.editor(tx, q, e); err != nil {
			return err
		}
		if len(e.Problems) > 0 {
			return nil
		}
		t, err := a.Letters.Save(tx, e.Template, q.By())
		switch {
		case errors.Is(err, letter.ErrName):
			e.Errors["name"] = q.T("letters.template.name.wrong")
		case errors.Is(err, letter.ErrStale):
			e.Errors["body"] = q.T("letters.stale")
		case err == nil:
			e.Template = t
		default:
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(e.Problems)+len(e.Errors) > 0 {
		return q.Again("letters-template", "letters.template.title", e)
	}
	return q.See("letters/templates/"+e.ID, "letters.template.saved")
}

// problems says in words what is wrong with a text.
func (a *area) problems(q *console.Request, body string) []string {
	var list []string
	for _, p := range a.Fonts.Check(body) {
		text := q.T("letters.problem."+string(p.Code), i18n.Arg{Name: "text", Value: p.Text})
		if p.Line > 0 {
			text = q.T("letters.problem.line", i18n.Arg{Name: "line", Value: p.Line}) + text
		}
		list = append(list, text)
	}
	return list
}

// rollBack puts an earlier version in force again.
func (a *area) rollBack(q *console.Request) error {
	id := q.PathValue("template")
	version, err := strconv.Atoi(q.PostFormValue("to"))
	if err != nil {
		return console.ErrBadForm
	}
	base, _ := strconv.Atoi(q.PostFormValue("version"))
	err = q.Update(func(tx *store.Tx) error {
		_, err := a.Letters.RollBack(tx, id, version, base, q.By())
		return err
	})
	if errors.Is(err, letter.ErrStale) {
		return &console.Problem{Status: http.StatusConflict, Text: "letters.stale"}
	}
	if err != nil {
		return err
	}
	return q.See("letters/templates/"+id, "letters.template.back.done")
}

// errTemplate says that a text cannot be printed as it is.
func (a *area) errTemplate(problems []string) error {
	return &console.Problem{
		Status: http.StatusUnprocessableEntity, Text: "letters.preview.problems",
		Args: []i18n.Arg{{Name: "problems", Value: strings.Join(problems, "　")}},
	}
}

// preview sends the text as a PDF with made-up people: one with a record, one
// without.
func (a *area) preview(q *console.Request) error {
	body := q.PostFormValue("body")
	if problems := a.problems(q, body); len(problems) > 0 {
		return a.errTemplate(problems)
	}
	t, _ := paper.Parse(body)
	var press *paper.Press
	err := q.View(func(tx *store.Tx) (err error) {
		press, err = a.Press(tx)
		return err
	})
	if err != nil {
		return err
	}
	return show(q, func(w io.Writer) error {
		_, err := press.Letters(w, t, sampleRecipients(press.Date))
		return err
	})
}

// sampleRecipients are nobody.
func sampleRecipients(today civil.Date) []paper.Recipient {
	return []paper.Recipient{
		{Number: 1, Code: "K7M2P9QWXT", Name: "見本　花子", Postal: "0000000", Address: "みほん市本町1丁目2番3号 みほんマンション101号室", Deadline: today.AddDays(90)},
		{Number: 2, Code: "R4T6W8YBCD"},
	}
}

// show streams a PDF to be looked at.
func show(q *console.Request, write func(io.Writer) error) error {
	h := q.W.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="preview.pdf"`)
	h.Set("Cache-Control", "no-store")
	if err := write(q.W); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

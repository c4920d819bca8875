package fields

import (
	"slices"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
)

// previewPage is a form as it is asked of somebody.
type previewPage struct {
	Form     field.Form
	Audience field.Audience
	Lang     i18n.Lang
	Tongues  []tongue
	Rows     []previewRow
}

// previewRow is one question.
type previewRow struct {
	field.Rule
	LabelText, AskText, HelpText string
	Answers                      []string
}

// preview shows the questions of a form in a language, in words.
func (a *area) preview(q *console.Request, form field.Form) error {
	p := previewPage{Form: form, Audience: field.Resident, Lang: i18n.Japanese, Tongues: a.tongues()}
	if field.Audience(q.FormValue("audience")) == field.Staff {
		p.Audience = field.Staff
	}
	if l := i18n.Lang(q.FormValue("in")); slices.Contains(a.Languages, l) {
		p.Lang = l
	}
	err := q.View(func(tx *store.Tx) error {
		s, _, err := a.Fields.Settings(tx)
		if err != nil {
			return err
		}
		for _, r := range a.Fields.Preview(s, form, p.Audience) {
			if r.Condition != field.Off {
				p.Rows = append(p.Rows, row(r, p.Lang))
			}
		}
		return nil
	})
	if err != nil {
		return refusal(err)
	}
	return q.Render("fields-preview", "fields.preview.title", p)
}

func row(r field.Rule, lang i18n.Lang) previewRow {
	out := previewRow{Rule: r, LabelText: i18n.Plain(r.Label.In(lang)), AskText: i18n.Plain(r.Ask.In(lang))}
	if r.Help != nil {
		out.HelpText = i18n.Plain(r.Help.In(lang))
	}
	for _, o := range r.Choices {
		out.Answers = append(out.Answers, i18n.Plain(o.Label.In(lang)))
	}
	return out
}

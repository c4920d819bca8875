package main

import (
	"madoguchi/channels/console"
	"madoguchi/channels/console/fields"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/reservation"
)

// fieldsArea is the field settings in the console.
func (h *house) fieldsArea() console.Area {
	return fields.Area(fields.Config{
		Fields: h.fields, Languages: whole, Records: h.records, Who: joined{h}.who,
		Services: func(tx *store.Tx) ([]fields.Service, error) {
			t, err := h.reservations.Timetable(tx)
			if err != nil {
				return nil, err
			}
			var out []fields.Service
			for _, s := range t.Settings.Services {
				out = append(out, fields.Service{ID: s.ID, Name: s.Names.In(i18n.Japanese)})
			}
			return out, nil
		},
	})
}

// enoughRecords is where counting stops: whether ten thousand or a million
// records are concerned makes no difference to the warning.
const enoughRecords = 10_000

// records counts what was filled in on a form.
func (h *house) records(tx *store.Tx, form field.Form) (n int, more bool, err error) {
	if form == field.Registration {
		by, err := h.residents.Counts(tx)
		for _, count := range by {
			n += count
		}
		return min(n, enoughRecords), n > enoughRecords, err
	}
	n, err = h.reservations.Count(tx, reservation.Filter{}, enoughRecords+1)
	return min(n, enoughRecords), n > enoughRecords, err
}

// answerLines are the answers to an application as lines of a letter, under the
// names the municipality gives them (S4-006). A mail is open to whoever carries
// it: of what is personal it says only that it was given.
func (h *house) answerLines(tx *store.Tx, answers map[string]string, lang i18n.Lang) ([]string, error) {
	entries, err := h.fields.Reader(tx).Read(field.Application, answers, lang)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, e := range entries {
		value := e.Value
		if e.Personal {
			value = h.texts.Text("bot.form.entered").In(lang)
		}
		lines = append(lines, h.texts.Text("fields.line").In(lang,
			i18n.Arg{Name: "label", Value: i18n.Markup(e.Label)}, i18n.Arg{Name: "value", Value: i18n.Markup(value)}))
	}
	return lines, nil
}

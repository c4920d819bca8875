package field

import (
	"fmt"
	"strconv"
	"strings"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Answers to a form stand among the sealed answers of a booking or a resident
// as "application.phone", beside "application" with the version of the settings
// they were given under.

// Put adds the answers to a form, by field, to the answers of a record.
func Put(answers map[string]string, form Form, version int64, values map[string]string) {
	answers[string(form)] = strconv.FormatInt(version, 10)
	for id, value := range values {
		answers[string(form)+"."+id] = value
	}
}

// photoMark is the name beside a form under which stand the fields that were read
// in a photograph. No field is called so.
const photoMark = "/photo"

// PutPhoto notes which answers to a form were read in a photograph and confirmed by
// whoever sent it. That is no proof of identity (S0-014).
func PutPhoto(answers map[string]string, form Form, fields []string) {
	answers[string(form)+photoMark] = strings.Join(fields, ",")
}

// Value returns the answer to one field, "" if it has none.
func Value(answers map[string]string, form Form, id string) string {
	return answers[string(form)+"."+id]
}

// Entry is one answer of a record as people read it.
type Entry struct {
	ID       string
	Label    string
	Value    string // in words, as they were when it was answered
	Raw      string // canonical
	Personal bool
	Class    bool
}

// Reader reads records, each with the settings it was made under. It belongs to
// one transaction.
type Reader struct {
	fields *Fields
	tx     *store.Tx
	seen   map[int64]Settings
}

// Reader returns a reader for many records.
func (f *Fields) Reader(tx *store.Tx) *Reader {
	return &Reader{fields: f, tx: tx, seen: map[int64]Settings{}}
}

// Read returns a record's answers to a form, in the order of the form, and whether
// 本人確認 is to be done because they were read in a photograph. A record made
// before the form was asked has none.
func (r *Reader) Read(form Form, answers map[string]string, lang i18n.Lang) ([]Entry, error) {
	at := answers[string(form)]
	if at == "" {
		return nil, nil
	}
	version, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("a record names the version %q of the field settings", at)
	}
	s, ok := r.seen[version]
	if !ok {
		if s, err = read(r.tx, version); err != nil {
			return nil, err
		}
		r.seen[version] = s
	}
	var out []Entry
	for _, rule := range s.rules(r.fields.texts, form, Staff) {
		value, ok := answers[string(form)+"."+rule.ID]
		if !ok {
			continue
		}
		out = append(out, Entry{
			ID: rule.ID, Label: rule.Label.In(lang), Value: rule.Show(r.fields.texts, value, lang), Raw: value,
			Personal: rule.Personal, Class: rule.Class,
		})
	}
	if photographed := answers[string(form)+photoMark]; photographed != "" {
		out = append(out, Entry{
			Label: r.fields.texts.Text("fields.photo.label").In(lang), Value: r.fields.texts.Text("fields.photo.pending").In(lang),
			Raw: photographed,
		})
	}
	return out, nil
}

// Show puts a canonical value into words. What the resident wrote is escaped.
func (r Rule) Show(texts *i18n.Catalog, value string, lang i18n.Lang) string {
	switch {
	case r.Kind.Listed():
		var labels []string
		for _, one := range strings.Split(value, ",") {
			labels = append(labels, r.optionLabel(one, lang))
		}
		return i18n.FormatList(lang, labels)
	case r.Kind == YesNo, r.Kind == Consent:
		if value == "yes" || value == "no" {
			return texts.Text("common." + value).In(lang)
		}
	case r.Kind == Date, r.Kind == Birthdate:
		if day, err := civil.ParseDate(value); err == nil {
			return i18n.FormatDate(lang, day)
		}
	}
	return i18n.Escape(value)
}

func (r Rule) optionLabel(value string, lang i18n.Lang) string {
	for _, o := range r.Choices {
		if o.Value == value {
			return o.Label.In(lang)
		}
	}
	return i18n.Escape(value)
}

// whole reads a whole number of at most nine digits.
func whole(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && len(s) <= 9
}

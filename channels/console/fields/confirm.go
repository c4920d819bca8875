package fields

import (
	"maps"
	"slices"

	"madoguchi/channels/console"
	"madoguchi/store"
	"madoguchi/store/field"
)

// confirmPage asks before a change is made to a form that people have filled in:
// what was answered before stands in the records, and no longer fits what is
// asked (S4-008).
type confirmPage struct {
	Form    field.Form
	Path    string // the form is sent there again
	Back    string
	Records count
	Changes []field.Difference
	Values  []value // what was sent
}

// value is one input of the form to be confirmed.
type value struct{ Name, Value string }

// save changes the settings by change. Where records exist the person is asked
// first; the answer sends the same form again with "sure".
func (a *area) save(q *console.Request, form field.Form, back string, change func(*field.Settings) error) error {
	var ask *confirmPage
	err := q.Update(func(tx *store.Tx) error {
		before, version, err := a.Fields.Settings(tx)
		if err != nil {
			return err
		}
		after := before.Clone()
		if err := change(&after); err != nil {
			return err
		}
		changes := field.Compare(before, after, form)
		records, err := a.count(tx, form)
		if err != nil {
			return err
		}
		if records.N > 0 && len(changes) > 0 && q.PostFormValue("sure") == "" && version == base(q.Request) {
			if err := after.Check(); err != nil {
				return err
			}
			ask = &confirmPage{Form: form, Path: q.URL.Path, Back: back, Records: records, Changes: changes, Values: sent(q)}
			return nil
		}
		if len(changes) == 0 && version == base(q.Request) {
			return nil
		}
		_, err = a.Fields.Save(tx, after, base(q.Request), q.By())
		return err
	})
	if err != nil {
		return refusal(err)
	}
	if ask != nil {
		return q.Render("fields-confirm", "fields.confirm.title", ask)
	}
	return q.See(back, "fields.saved")
}

// sent are the inputs of a form, to be sent again.
func sent(q *console.Request) []value {
	var out []value
	for _, name := range slices.Sorted(maps.Keys(q.PostForm)) {
		if name == "token" {
			continue
		}
		for _, v := range q.PostForm[name] {
			out = append(out, value{name, v})
		}
	}
	return out
}

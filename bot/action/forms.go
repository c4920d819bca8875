package action

import (
	"sync"

	"madoguchi/bot"
	"madoguchi/bot/understand/photo"
	"madoguchi/flows"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
)

// Forms gives the dialog the questions a municipality has put on its forms. It
// is safe for concurrent use.
type Forms struct {
	fields *field.Fields
	texts  *i18n.Catalog

	mu   sync.Mutex
	made map[formKey]madeForm
}

// formKey is one form of one tenant as one kind of person is asked.
type formKey struct {
	tenant string
	bot.FormQuery
}

// madeForm is a form made of rules, good as long as they are in force.
type madeForm struct {
	rules *field.Rules
	form  *bot.Form
}

// NewForms puts the fields of a service on the dialog's forms.
func NewForms(fields *field.Fields, texts *i18n.Catalog) *Forms {
	return &Forms{fields: fields, texts: texts, made: map[formKey]madeForm{}}
}

// formNames are the names a form step can have.
func formNames() []string {
	out := make([]string, len(field.Forms))
	for i, f := range field.Forms {
		out[i] = string(f)
	}
	return out
}

// Form implements bot.Forms.
func (f *Forms) Form(tx *store.Tx, q bot.FormQuery) (*bot.Form, error) {
	audience := field.Resident
	if q.Staff {
		audience = field.Staff
	}
	rules, err := f.fields.Rules(tx, field.Form(q.Name), audience)
	if err != nil || len(rules.List) == 0 {
		return nil, err
	}
	k := formKey{tx.Tenant(), q}
	f.mu.Lock()
	defer f.mu.Unlock()
	m, ok := f.made[k]
	if !ok || m.rules != rules {
		m = madeForm{rules, f.make(rules, q)}
		f.made[k] = m
	}
	return m.form, nil
}

// make turns rules into questions. What a resident who has signed in has told
// before is not asked again; a password never is in a dialog.
func (f *Forms) make(rules *field.Rules, q bot.FormQuery) *bot.Form {
	form := &bot.Form{Version: rules.Version}
	for _, r := range rules.List {
		if r.Kind == field.Password || !r.For(q.Service) || r.Basic && q.Known && field.Form(q.Name) == field.Application {
			continue
		}
		form.Fields = append(form.Fields, f.question(q.Name, r))
	}
	if len(form.Fields) == 0 {
		return nil
	}
	return form
}

// question turns a rule into a question of the dialog.
func (f *Forms) question(form string, r field.Rule) *bot.FormField {
	ff := &bot.FormField{
		ID: r.ID, Shown: r.Condition == field.Shown,
		Field: flows.Field{
			Name: form + "." + r.ID, Type: string(r.Kind), Label: r.Label,
			Personal: r.Personal, Optional: r.Condition == field.Optional,
		},
		Ask: flows.Step{Text: r.Ask, Help: r.Help},
		Accept: func(lang i18n.Lang, value string) (string, string) {
			taken, no := r.Accept(value)
			return taken, f.objection(lang, no)
		},
	}
	if r.Basic && form == string(field.Application) {
		ff.Reads = onCards[r.ID]
	}
	for _, o := range r.Choices {
		ff.Ask.Choices = append(ff.Ask.Choices, flows.Choice{Value: o.Value, Label: i18n.Words(o.Label)})
	}
	return ff
}

// onCards are the basic fields that stand on cards and letters. A telephone number
// there is more often the sender's.
var onCards = map[string]photo.Field{
	"name": photo.Name, "kana": photo.Kana, "sex": photo.Sex, "born": photo.Born, "postal": photo.Postal, "address": photo.Address,
}

// objection puts a refusal into words.
func (f *Forms) objection(lang i18n.Lang, no field.Refusal) string {
	if no.Why == "" {
		return ""
	}
	key := "fields.refuse." + string(no.Why)
	if no.Why == field.WrongChars {
		key += "-" + string(no.Chars)
	}
	return f.texts.Text(key).In(lang, i18n.Arg{Name: "min", Value: no.Min}, i18n.Arg{Name: "max", Value: no.Max})
}

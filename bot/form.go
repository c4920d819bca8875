package bot

import (
	"fmt"
	"slices"
	"strings"

	"madoguchi/bot/understand/photo"
	"madoguchi/flows"
	"madoguchi/i18n"
	"madoguchi/store"
)

// A form step of a flow stands for questions that are not in its file: those the
// municipality has put on the form (項目設定). Each becomes a step of its own
// while it is asked, named STEP/FIELD, whose answer is kept as FORM.FIELD; so
// back, correct, repeat and the read-back know nothing of forms. What is asked
// can change between two turns: keepUp brings a conversation in line before it
// goes on.

// Forms knows what is asked on forms.
type Forms interface {
	// Form returns a form as it is asked now. A nil Form asks nothing.
	Form(tx *store.Tx, q FormQuery) (*Form, error)
}

// FormQuery says which form is filled in, and by whom.
type FormQuery struct {
	Name    string
	Staff   bool // staff fill it in for the resident (S4-059)
	Known   bool // the resident has signed in: what is basic is known of them (S4-058)
	Service string
}

// Form is a form as it is asked. It is shared and never changes.
type Form struct {
	Version int64 // of the settings, kept with the answers
	Fields  []*FormField
}

// FormField is one question of a form.
type FormField struct {
	ID    string
	Field flows.Field // its Name is that of the answer: FORM.ID
	Ask   flows.Step  // as the file of a flow would have it; its Name is not used
	// Reads is what of a photographed card answers it, "" for nothing.
	Reads photo.Field
	// Shown fields are read back, but not asked for (表示のみ).
	Shown bool
	// Accept brings a value into the form that is kept, or says in a sentence
	// why it is not taken.
	Accept func(lang i18n.Lang, value string) (taken, objection string)
}

// find returns a field by its id, nil if the form does not have it.
func (f *Form) find(id string) *FormField {
	if f == nil {
		return nil
	}
	for _, ff := range f.Fields {
		if ff.ID == id {
			return ff
		}
	}
	return nil
}

// after returns the question that follows the one with this id, the first one
// for "", and nil after the last.
func (f *Form) after(id string) *FormField {
	if f == nil {
		return nil
	}
	passed := id == ""
	for _, ff := range f.Fields {
		if passed && !ff.Shown {
			return ff
		}
		passed = passed || ff.ID == id
	}
	return nil
}

// formStep splits the name of a step: STEP/FIELD. id is "" for a step of the
// flow's file.
func formStep(name string) (step, id string) {
	step, id, _ = strings.Cut(name, "/")
	return step, id
}

// form returns a form as it is asked in this conversation.
func (d *dialog) form(name string) (*Form, error) {
	if f, ok := d.forms[name]; ok || d.Forms == nil {
		return f, nil
	}
	f, err := d.Forms.Form(d.tx, FormQuery{
		Name: name, Staff: d.in.Staff != "", Known: d.s.Resident != "", Service: d.s.Answer("service"),
	})
	if err != nil {
		return nil, fmt.Errorf("look up the form %s: %w", name, err)
	}
	if d.forms == nil {
		d.forms = map[string]*Form{}
	}
	d.forms[name] = f
	return f, nil
}

// stepOf returns a step of the flow, or of a form that was looked up; nil if
// there is none of this name.
func (d *dialog) stepOf(name string) *flows.Step {
	base, id := formStep(name)
	st := d.flow.Steps[base]
	if id == "" || st == nil {
		return st
	}
	ff := d.forms[st.Form].find(id)
	if ff == nil || ff.Shown {
		return nil
	}
	ask := ff.Ask
	ask.Name, ask.Verb, ask.Into = name, flows.Ask, ff.Field.Name
	return &ask
}

// field returns a field of the flow, or of a form that was looked up; nil if
// there is none of this name.
func (d *dialog) field(name string) *flows.Field {
	if f := d.flow.Field(name); f != nil {
		return f
	}
	if ff := d.formField(name); ff != nil {
		return &ff.Field
	}
	return nil
}

// formField returns the field of a form by the name of its answer.
func (d *dialog) formField(name string) *FormField {
	form, id, ok := strings.Cut(name, ".")
	if !ok {
		return nil
	}
	return d.forms[form].find(id)
}

// stand makes a step the one the conversation is at.
func (d *dialog) stand(name string) { d.s.Step, d.step = name, d.stepOf(name) }

// fills returns the field of the flow that an answer to a form answers too: a
// question on the form takes the place of the flow's own of the same name.
func (d *dialog) fills(name string) string {
	if ff := d.formField(name); ff != nil && d.flow.Field(ff.ID) != nil {
		return ff.ID
	}
	return ""
}

// filled reports whether a field of the flow was answered on a form.
func (d *dialog) filled(name string) bool {
	return slices.ContainsFunc(d.s.Answers, func(a Answer) bool {
		_, id, _ := strings.Cut(a.Name, ".")
		return id == name
	})
}

// keepUp brings the conversation in line with the forms as they are now: what
// is no longer asked is forgotten, and so is an answer that is no longer one.
// It reports whether the open question is gone.
func (d *dialog) keepUp() (gone bool, err error) {
	onForm := func(step string) bool { return strings.Contains(step, "/") }
	toForm := func(a Answer) bool { return strings.Contains(a.Name, ".") }
	if !onForm(d.s.Step) && !slices.ContainsFunc(d.s.Answers, toForm) && !slices.ContainsFunc(d.s.Former, toForm) {
		return false, nil
	}
	if base, id := formStep(d.s.Step); id != "" {
		if _, err := d.form(d.flow.Steps[base].Form); err != nil {
			return false, err
		}
	}
	for _, a := range slices.Concat(d.s.Answers, d.s.Former) {
		if form, _, ok := strings.Cut(a.Name, "."); ok {
			if _, err := d.form(form); err != nil {
				return false, err
			}
		}
	}
	for _, a := range slices.Clone(d.s.Answers) {
		if toForm(a) && !d.stands(a) {
			d.drop(a.Name)
		}
	}
	d.s.Former = slices.DeleteFunc(d.s.Former, func(a Answer) bool { return toForm(a) && !d.stands(a) })
	d.s.Trail = slices.DeleteFunc(d.s.Trail, func(step string) bool {
		if !onForm(step) {
			return false
		}
		st := d.stepOf(step)
		return st == nil || !d.s.Has(st.Into)
	})
	if p := d.s.Pending; p != nil && p.Ask == AskCorrect {
		p.Choices = slices.DeleteFunc(p.Choices, func(name string) bool { return d.field(name) == nil })
	}
	if !onForm(d.s.Step) || d.stepOf(d.s.Step) != nil {
		return false, nil
	}
	// The way goes through the form anew, silently past what was answered.
	form, _ := formStep(d.s.Step)
	d.s.Trail = slices.DeleteFunc(d.s.Trail, func(step string) bool { return strings.HasPrefix(step, form+"/") })
	return true, nil
}

// stands reports whether an answer to a form is one still.
func (d *dialog) stands(a Answer) bool {
	ff := d.formField(a.Name)
	switch {
	case ff == nil:
		return false
	case a.Value == "":
		return ff.Field.Optional || ff.Shown
	}
	_, objection := ff.Accept(d.s.Lang, a.Value)
	return objection == ""
}

// moveOn passes over a question that is asked no longer.
func (d *dialog) moveOn() error {
	d.in.Text = ""
	d.say(d.words.formChanged)
	return d.walk()
}

// complete reports whether everything a form insists on was answered. A
// question may have come onto it since.
func (d *dialog) complete(name string) (bool, error) {
	form, err := d.form(name)
	if err != nil || form == nil {
		return true, err
	}
	for _, ff := range form.Fields {
		if !ff.Shown && !ff.Field.Optional && !d.s.Has(ff.Field.Name) {
			return false, nil
		}
	}
	return true, nil
}

// fillIn goes through the flow again from its beginning, silently past what is
// answered, to the question of a form that is not. It reports false, having
// said nothing, if the flow does not come to one.
func (d *dialog) fillIn() (bool, error) {
	for _, name := range d.step.Fields {
		if done, err := d.complete(name); err != nil {
			return false, err
		} else if done {
			continue
		}
		check, said := d.s.Step, len(d.out)
		d.s.Trail = d.s.Trail[:0]
		d.stand(d.flow.First)
		if err := d.walk(); err != nil {
			return false, err
		}
		if d.s.Step != check {
			return true, nil
		}
		d.out = d.out[:said]
	}
	return false, nil
}

// FormAnswers are a form's answers and the settings they were given under.
type FormAnswers struct {
	Version int64
	Values  map[string]string // by field; only what was answered
	Photo   []string          // the fields that were read in a photograph
}

// formAnswers collects what was answered on a form; nil if it asks nothing.
func (d *dialog) formAnswers(name string) (*FormAnswers, error) {
	form, err := d.form(name)
	if err != nil || form == nil {
		return nil, err
	}
	a := &FormAnswers{Version: form.Version, Values: map[string]string{}}
	for _, ff := range form.Fields {
		if v := d.s.Answer(ff.Field.Name); v != "" {
			a.Values[ff.ID] = v
		}
	}
	a.Photo = d.fromPhoto(form)
	return a, nil
}

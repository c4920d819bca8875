package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"madoguchi/bot/understand/photo"
	"madoguchi/flows"
	"madoguchi/i18n"
)

// Where a form of personal fields is asked, a resident may send a photograph of a
// card or letter in place of an answer (S0-013). What is read in it waits, like
// what was heard at the beginning (overhear.go), until its question comes, and is
// put there for a yes or a correction: nothing becomes an answer unseen. The
// picture itself is gone when the turn ends; no part of the transcript or the
// state has it.
//
// A photograph proves nothing about who sent it (S0-014): the read-back and the
// record say that 本人確認 is still to be done.

// Photos reads what stands on a photographed card or letter. Errors are
// photo.ErrPicture, photo.ErrBusy, the context's, or faults; none may hold
// anything of the picture.
type Photos interface {
	Read(ctx context.Context, picture []byte) (photo.Reading, error)
}

// Seen is a value read in a photograph, by the name of the answer it proposes.
// Asked is set once the resident has answered the question.
type Seen struct {
	Name  string `json:"k"`
	Value string `json:"v"`
	Asked bool   `json:"a,omitempty"`
}

// pictured are the channels on which a photograph reaches us and nobody else.
var pictured = map[string]bool{"web": true, plainPages: true}

// takesPhoto reports whether a photograph can help at the open question.
func (d *dialog) takesPhoto() bool { return len(d.readable()) > 0 }

// readable are the questions of the form that a photograph could answer: the open
// one and those after it that have no answer.
func (d *dialog) readable() []*FormField {
	if d.Photos == nil || !pictured[d.in.Channel] || d.in.Staff != "" || d.flow == nil || d.step.Verb != flows.Ask {
		return nil
	}
	base, id := formStep(d.s.Step)
	if id == "" {
		return nil
	}
	var out []*FormField
	for ff := d.forms[d.flow.Steps[base].Form].find(id); ff != nil; ff = d.forms[d.flow.Steps[base].Form].after(ff.ID) {
		if ff.Reads != "" && !d.s.Has(ff.Field.Name) {
			out = append(out, ff)
		}
	}
	return out
}

// photographed takes a photograph: what was read in it is listed, and each value
// proposed at its question.
func (d *dialog) photographed() error {
	d.in.label = d.words.photoSent.In(d.s.Lang)
	fields := d.readable()
	if len(fields) == 0 {
		d.say(d.words.media)
		return d.repeat()
	}
	got, err := d.reading()
	if err != nil {
		return err
	}
	if got.MyNumber {
		d.say(d.words.photoMyNumber)
	}
	m := Message{}
	for _, ff := range fields {
		if v := d.proposal(ff, got.Values[ff.Reads]); v != "" {
			d.see(ff.Field.Name, v)
			m.Lines = append(m.Lines, d.label(&ff.Field)+"　"+d.show(&ff.Field, v))
		}
	}
	switch {
	case got.Busy:
		d.say(d.words.photoBusy)
	case len(m.Lines) == 0:
		d.say(d.words.photoNothing)
	default:
		m.Text = d.words.photoRead.In(d.s.Lang)
		d.add(m)
		d.say(d.words.photoIdentity)
	}
	return d.repeat()
}

// proposal checks what was read as if it had been answered; "" for what would not
// be taken.
func (d *dialog) proposal(ff *FormField, value string) string {
	if value == "" {
		return ""
	}
	if ff.Field.Type == "choice" {
		if !slices.ContainsFunc(ff.Ask.Choices, func(c flows.Choice) bool { return c.Value == value }) {
			return ""
		}
	} else if v, err := d.valid(&ff.Field, value); err != nil || v == "" {
		return ""
	}
	taken, objection := ff.Accept(d.s.Lang, value)
	if objection != "" {
		return ""
	}
	return taken
}

// see keeps what was read, in place of what an earlier picture said.
func (d *dialog) see(name, value string) {
	d.s.Seen = slices.DeleteFunc(d.s.Seen, func(s Seen) bool { return s.Name == name })
	d.s.Seen = append(d.s.Seen, Seen{Name: name, Value: value})
}

// seen returns what was read for a question that is put for the first time, "" if
// nothing was.
func (d *dialog) seen(name string) string {
	for _, s := range d.s.Seen {
		if s.Name == name && !s.Asked {
			return s.Value
		}
	}
	return ""
}

// sawAnswer notes that a question was answered.
func (d *dialog) sawAnswer(name string) {
	for i := range d.s.Seen {
		if d.s.Seen[i].Name == name {
			d.s.Seen[i].Asked = true
		}
	}
}

// fromPhoto lists the fields of a form that were answered from a photograph,
// corrected or not: of none of them has anybody seen a proof.
func (d *dialog) fromPhoto(form *Form) []string {
	var out []string
	for _, ff := range form.Fields {
		if slices.ContainsFunc(d.s.Seen, func(s Seen) bool { return s.Name == ff.Field.Name && s.Asked }) && d.s.Answer(ff.Field.Name) != "" {
			out = append(out, ff.ID)
		}
	}
	return out
}

// propose adds what was read to the question for it.
func (d *dialog) propose(m *Message, f *flows.Field) {
	v := d.seen(f.Name)
	if v == "" {
		return
	}
	m.Lines = append(m.Lines, d.words.photoProposal.In(d.s.Lang, i18n.Arg{Name: "answer", Value: i18n.Markup(d.show(f, v))}))
	if !written[f.Type] {
		return
	}
	m.Proposed = v
	if d.in.Channel != plainPages { // there it stands in the field, beside its button
		m.Choices = append(m.Choices, Choice{Value: v, Label: d.words.photoRight.In(d.s.Lang)})
	}
}

// photoKey is the key of the photograph's reading among the slow work of a turn.
const photoKey = "photo"

// reading is what came of a photograph.
type reading struct {
	photo.Reading
	Busy bool `json:"busy,omitempty"`
}

// reading has the photograph read, outside the transaction; the error must be
// returned as it is. What cannot be read is no fault of the turn.
func (d *dialog) reading() (r reading, err error) {
	if kept, ok := d.in.done[photoKey]; ok {
		if err := json.Unmarshal([]byte(kept), &r); err != nil {
			return r, fmt.Errorf("read what was in a photograph: %w", err)
		}
		return r, nil
	}
	photos, picture, tenant, log := d.Photos, d.in.Photo, d.in.Tenant, d.Log
	return r, &outside{photoKey, func(ctx context.Context) (string, error) {
		var r reading
		switch r.Reading, err = photos.Read(ctx, picture); {
		case ctx.Err() != nil:
			return "", ctx.Err()
		case errors.Is(err, photo.ErrBusy):
			r.Busy = true
		case err != nil && !errors.Is(err, photo.ErrPicture):
			log.Warn("a photograph could not be read", "tenant", tenant, "error", err)
		}
		b, err := json.Marshal(r)
		return string(b), err
	}}
}

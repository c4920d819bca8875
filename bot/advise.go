package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"madoguchi/bot/understand"
	"madoguchi/bot/understand/model"
	"madoguchi/flows"
	"madoguchi/flows/faq"
	"madoguchi/i18n"
)

// A language model is asked where the rules find nothing in what was said, or
// only weak likenesses to what people come for. Not where they find several
// values: then the resident is asked which, and a tap settles it.
//
// It never acts. A value it proposes is validated like a pressed button and read
// back for a yes; a procedure is offered; only an entry of the FAQ, which is
// published anyway, is shown at once. Of what a model writes itself a resident
// sees nothing but an answer that says what its sources say (model.Grounded).

// advisable maps the types of field that a model may propose a value for. The
// others take what was written as it is, or are about a person.
var advisable = map[string]model.Type{
	"choice": model.Choice, "yesno": model.Choice, "counter": model.Choice,
	"date": model.Date, "slot": model.Date, "time": model.Time, "number": model.Number, "party": model.Number,
}

// unread takes an answer that no rule could read: it asks the model, and if that
// is of no help says what was wrong.
func (d *dialog) unread(f *flows.Field, r understand.Result) error {
	if r.Reason != "" || nobodysBusiness(f) {
		return d.miss(f, r)
	}
	v, err := d.proposed(f)
	if err != nil {
		return err
	}
	if v == "" {
		return d.miss(f, r)
	}
	return d.isIt(f, v)
}

// nobodysBusiness reports whether what is said at a question stays here. A
// read-back is for no field: it shows what was said before.
func nobodysBusiness(f *flows.Field) bool {
	return f == nil || f.Personal || advisable[f.Type] == ""
}

// chosen lets the model choose among the entries nearest to a question that a
// resident asks in between, and answers it.
func (d *dialog) chosen(c understand.Context, text string) (bool, error) {
	entries := d.nearest(c, text)
	if len(entries) == 0 || nobodysBusiness(d.field(d.step.Into)) {
		return false, nil
	}
	p, err := d.advice(model.Question{Options: d.entryOptions(entries)})
	if err != nil || p.Value == "" {
		return false, err
	}
	d.answerWith(p)
	return true, d.again()
}

// proposed asks the model for a value of the open question and validates it; ""
// if there is none.
func (d *dialog) proposed(f *flows.Field) (string, error) {
	q := model.Question{Type: advisable[f.Type], Asked: i18n.Bare(d.label(f)), Today: d.now.Date, Min: f.Min, Max: f.Max}
	if len(d.step.Text.Placeholders()) == 0 { // else it may repeat earlier answers
		q.Asked = i18n.Bare(d.step.Text.In(d.s.Lang))
	}
	switch f.Type {
	case "choice":
		for _, ch := range d.options(d.step) {
			q.Options = append(q.Options, model.Option{Value: ch.Value, Words: i18n.Bare(d.fill(ch.Label))})
		}
	case "yesno":
		for _, ch := range d.yesNo() {
			q.Options = append(q.Options, model.Option{Value: ch.Value, Words: i18n.Bare(ch.Label)})
		}
	case "counter":
		for _, k := range d.counters(f) {
			q.Options = append(q.Options, model.Option{Value: k.ID, Words: i18n.Bare(k.Name)})
		}
	}
	if q.Type == model.Choice && len(q.Options) == 0 {
		return "", nil
	}
	p, err := d.advice(q)
	if err != nil || p.Value == "" {
		return "", err
	}
	if f.Type == "slot" && p.Value < d.now.Date.String() {
		return "", nil
	}
	return d.valid(f, p.Value)
}

// isIt reads a proposal back; it counts once the resident says yes.
func (d *dialog) isIt(f *flows.Field, v string) error {
	if f.Type == "yesno" { // "is it no?" – "no" would mean either
		return d.ambiguous(f, understand.Result{Candidates: []understand.Candidate{{Value: v}}})
	}
	m := Message{
		Kind: KindQuestion, Text: d.words.isIt.In(d.s.Lang, i18n.Arg{Name: "answer", Value: i18n.Markup(d.show(f, v))}),
		Choices: []Choice{{Value: v, Label: d.words.yes.In(d.s.Lang)}, {Value: "@no", Label: d.words.no.In(d.s.Lang)}},
	}
	d.s.Pending = &Pending{Ask: AskMeaning, Target: f.Name, Choices: []string{v}}
	d.question(m, &Expects{Field: f.Name, Type: f.Type})
	return nil
}

// fewestWords is the least number of characters in which people say what they
// have come for; はい and ok do not. longestGreeting is the most in which they
// only greet.
const (
	fewestWords     = 4
	longestGreeting = 12
)

// comeFor asks the model what the resident has come for, where the rules see
// only what is likely. An entry of the FAQ is answered; a procedure comes first
// among the likely ones that the resident is asked about.
func (d *dialog) comeFor(c understand.Context, likely []string, text string) ([]string, bool, error) {
	n := utf8.RuneCountInString(text)
	if n < fewestWords || d.fresh && n <= longestGreeting && len(likely) == 0 {
		return likely, false, nil
	}
	var q model.Question
	for _, f := range d.shelf.Menu {
		q.Options = append(q.Options, model.Option{Value: f.Name, Words: i18n.Bare(f.Title.In(d.s.Lang))})
	}
	q.Options = append(q.Options, d.entryOptions(d.nearest(c, text))...)
	p, err := d.advice(q)
	if err != nil || p.Value == "" {
		return likely, false, err
	}
	if strings.HasPrefix(p.Value, faqPrefix) {
		d.answerWith(p)
		return nil, true, d.menu()
	}
	list := append([]string{p.Value}, slices.DeleteFunc(likely, func(v string) bool { return v == p.Value })...)
	return list[:min(len(list), mostOffered)], false, nil
}

// mostSent is how many entries of the FAQ a model chooses from.
const mostSent = 5

// nearest lists the entries of the FAQ that words may be about, nearest first.
func (d *dialog) nearest(c understand.Context, text string) []*faq.Entry {
	found, err := d.shelf.Findings(c, text, mostSent)
	if err != nil {
		d.Log.Error("look a question up", "error", err)
	}
	if len(found) == 0 || found[0].Confidence < offerFrom {
		return nil
	}
	var out []*faq.Entry
	for _, f := range found {
		out = append(out, f.Entry)
	}
	return out
}

// entryOptions are entries to choose from. Those that exist in the resident's
// language may be put into words.
func (d *dialog) entryOptions(entries []*faq.Entry) []model.Option {
	out := make([]model.Option, len(entries))
	for i, e := range entries {
		out[i] = model.Option{Value: faqPrefix + e.ID, Words: i18n.Bare(e.Question.In(d.s.Lang))}
		if d.s.Lang == i18n.Japanese || e.Answer.Has(d.s.Lang) {
			out[i].Source = i18n.Bare(e.Answer.In(d.s.Lang, d.globals()...))
		}
	}
	return out
}

// answerWith says what the model has chosen from the FAQ: its own words, marked,
// with the sources they were checked against, or the entry as it stands.
func (d *dialog) answerWith(p model.Proposal) {
	if p.Answer == "" {
		d.answer(d.shelf.FAQ[strings.TrimPrefix(p.Value, faqPrefix)])
		return
	}
	lines := []string{i18n.Escape(p.Answer)}
	for _, cited := range p.Cited {
		line := d.sourceOf(d.shelf.FAQ[strings.TrimPrefix(cited, faqPrefix)])
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	d.add(Message{Text: strings.Join(append(lines, d.fill(d.words.wordedByAI)), "\n")})
}

// adviceKey leads the keys of questions to the model among the slow work of a turn.
const adviceKey = "model:"

// advice asks the model once a turn, outside its transaction; the error must be
// returned as it is. What the resident said is added here, and what is known of
// them is masked in it.
func (d *dialog) advice(q model.Question) (p model.Proposal, err error) {
	if d.Model == nil || d.tx == nil || d.in.Staff != "" || d.in.link != nil {
		return p, nil
	}
	q.Text, q.Lang = d.in.Text, d.s.Lang
	q.Phrase = model.Phrasable(q.Lang) && slices.ContainsFunc(q.Options, func(o model.Option) bool { return o.Source != "" })
	for _, a := range slices.Concat(d.s.Answers, d.s.Former, d.s.Given) {
		if d.tells(a) {
			q.Known = append(q.Known, a.Value)
		}
	}
	key := adviceKey + q.Key()
	if kept, ok := d.in.done[key]; ok {
		if err := json.Unmarshal([]byte(kept), &p); err != nil {
			return p, fmt.Errorf("read what the model proposed: %w", err)
		}
		return p, nil
	}
	for done := range d.in.done { // the conversation has moved on while it was asked
		if strings.HasPrefix(done, adviceKey) {
			return p, nil
		}
	}
	account, err := d.Model.Account(d.tx)
	if err != nil {
		// A broken setting must not stand in the way of the dialog.
		d.Log.Error("the language model is not asked", "tenant", d.in.Tenant, "error", err)
		return p, nil
	}
	if account == nil {
		return p, nil
	}
	tenant, asker := d.in.Tenant, d.owner
	return p, &outside{key, func(ctx context.Context) (string, error) {
		b, err := json.Marshal(d.Model.Ask(ctx, tenant, account, asker, q))
		return string(b), err
	}}
}

// tells reports whether an answer may tell who the resident is. What an action
// has set (the name of whoever signed in) counts if it is words.
func (d *dialog) tells(a Answer) bool {
	var f *flows.Field
	if d.flow != nil {
		f = d.field(a.Name)
	}
	if f == nil {
		return strings.ContainsFunc(a.Value, unicode.IsLetter)
	}
	return f.Personal || advisable[f.Type] == ""
}

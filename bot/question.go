package bot

import (
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/bot/understand"
	"madoguchi/flows"
	"madoguchi/flows/faq"
	"madoguchi/i18n"
	"madoguchi/store"
)

// A question of the resident's own is answered if an entry is found at
// answerFrom or more, the nearest entries are offered from offerFrom on, and
// below it is said not to be known: a wrong entry must not be stated as the
// answer. Measured by TestQuestionsFindAnswers: at answerFrom none of the questions nobody
// has an answer for gets one.
const (
	answerFrom = 0.5
	// agreeFrom is enough where the wordings alone lead to the same entry.
	agreeFrom = 0.40
	offerFrom = 0.10
	// Words that do not have the shape of a question are less often one.
	offerWordsFrom = 0.35
)

// mostOffered is how many questions are offered to choose from: what fits a
// telephone's screen with its labels whole.
const mostOffered = 3

// Questions keeps what could not be answered, for the people who write the
// answers (S1-052).
type Questions interface {
	// Unanswered notes words that no answer was found for; they tell nothing of
	// who asked.
	Unanswered(tx *store.Tx, lang, words string) error
}

// Finding is an entry that may answer a question, with how sure that is (0 to
// 1). Only the first finding's confidence is to be held against a line.
type Finding struct {
	Entry      *faq.Entry
	Confidence float64
}

// Findings are the entries nearest to a question, the likeliest first, at most
// n: what the tenant has to say, for whoever is to put it into other words.
func (s *Shelf) Findings(c understand.Context, question string, n int) ([]Finding, error) {
	x, err := s.answers.index(c.Lang)
	if err != nil {
		return nil, err
	}
	near := map[string]float64{}
	for _, m := range s.match(c, question) {
		if id, ok := strings.CutPrefix(m.Value, faqPrefix); ok {
			near[id] = m.Confidence
		}
	}
	found, err := x.Find(c.Lang, question, near, n)
	if err != nil {
		return nil, err
	}
	out := make([]Finding, len(found))
	for i, f := range found {
		out[i] = Finding{s.FAQ[f.ID], f.Confidence}
	}
	return out, nil
}

// Answer is the entry that surely answers a question; nil if none does.
func (s *Shelf) Answer(c understand.Context, question string) (*faq.Entry, float64) {
	matches := s.match(c, question)
	likeliest, conf := "", 0.0
	if len(matches) > 0 {
		likeliest, conf = strings.TrimPrefix(matches[0].Value, faqPrefix), matches[0].Confidence
		if likeliest == matches[0].Value { // a flow
			likeliest = ""
		}
	}
	if likeliest != "" && conf >= exact {
		return s.FAQ[likeliest], conf
	}
	list, err := s.Findings(c, question, 1)
	switch {
	case err != nil || len(list) == 0:
		return nil, 0 // without the full text nothing is sure but the exact words
	case s.intents.index(c.Lang).Strange(c, question, faqPrefix+list[0].Entry.ID):
		return nil, 0 // it is about something else as well, such as a credit card
	case list[0].Confidence >= answerFrom:
		return list[0].Entry, list[0].Confidence
	case list[0].Entry.ID == likeliest && conf >= actOn && list[0].Confidence >= agreeFrom: // both ways lead to it
		return list[0].Entry, conf
	}
	return nil, 0
}

// exact is the likeness of a question that is worded as the entry has it.
const exact = worded

// answer says a FAQ entry with its source.
func (d *dialog) answer(e *faq.Entry) {
	d.s.Misses = 0
	d.add(Message{Text: e.Answer.In(d.s.Lang, d.globals()...) + "\n" + d.sourceOf(e)})
}

// sourceOf says where an entry comes from, as of when, and who answers.
func (d *dialog) sourceOf(e *faq.Entry) string {
	text, args := d.words.source, []i18n.Arg{
		{Name: "source", Value: e.Source}, {Name: "month", Value: i18n.Markup(i18n.FormatMonth(d.s.Lang, e.Date))},
	}
	if e.By != nil {
		text, args = d.words.sourceBy, append(args, i18n.Arg{Name: "by", Value: e.By})
	}
	return text.In(d.s.Lang, args...)
}

// asked answers words at an open question that surely are a question of the
// resident's own rather than an answer: the wordings and the full text agree.
func (d *dialog) asked(c understand.Context, text string) (bool, error) {
	if q := d.ofCounters(c, text); q != "" {
		return true, d.counterAnswer(q, text)
	}
	matches := d.shelf.match(c, text)
	if len(matches) == 0 || matches[0].Confidence < askAbout || !strings.HasPrefix(matches[0].Value, faqPrefix) {
		return false, nil
	}
	e, _ := d.shelf.Answer(c, text)
	if e == nil || faqPrefix+e.ID != matches[0].Value {
		return false, nil
	}
	d.answer(e)
	return true, d.again()
}

// inBetween answers words that are no answer to the open question if they surely
// are a question of the resident's own.
func (d *dialog) inBetween(c understand.Context, text string) (bool, error) {
	if done, err := d.asked(c, text); done || err != nil || !understand.Asking(c, text) {
		return done, err
	}
	e, _ := d.shelf.Answer(c, text)
	if e == nil {
		return false, nil
	}
	d.answer(e)
	return true, d.again()
}

// likely are the flows and questions that words may mean, the likeliest first,
// none if nothing is likely. Only flows among matches are.
func (d *dialog) likely(c understand.Context, text string, matches []understand.Candidate) []string {
	if d.flow != nil {
		matches = slices.DeleteFunc(slices.Clone(matches), func(m understand.Candidate) bool { return m.Value == d.flow.Name })
	}
	list, err := d.shelf.likely(c, text, matches)
	if err != nil {
		d.Log.Error("look a question up", "error", err)
	}
	return list
}

// Offered are the meanings, flows and "faq:ID", that the engine would ask about
// ("did you mean") where Intent is not sure of one.
func (s *Shelf) Offered(c understand.Context, text string) []string {
	list, _ := s.likely(c, text, s.match(c, text)) // without the full text there are the flows
	return list
}

func (s *Shelf) likely(c understand.Context, text string, matches []understand.Candidate) ([]string, error) {
	var list []string
	add := func(v string) {
		if len(list) < mostOffered && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	for _, m := range matches {
		flow := s.leadsOn(m.Value)
		if !flow && (m.Confidence <= mostSensed || s.asksOfCounters(m.Value)) {
			continue // senses alone: the full text knows better; counters are asked of in no other words
		}
		// Two by their wording, and room for one that the full text finds.
		if m.Confidence >= askAbout && matches[0].Confidence-m.Confidence <= nearby && (flow || len(list) < mostOffered-1) {
			add(m.Value)
		}
	}
	line := offerFrom
	if !understand.Asking(c, text) {
		line = offerWordsFrom
	}
	found, err := s.Findings(c, text, mostOffered)
	if len(found) > 0 && found[0].Confidence >= line {
		for _, f := range found {
			add(faqPrefix + f.Entry.ID)
		}
	}
	return list, err
}

// nearby is how much less likely than the first a meaning may be that is offered
// beside it.
const nearby = 0.3

// A whole sentence that asks something, and has the word of an answer in it, is
// more likely a question than that answer (本人確認は何を出せばいい？ at "who
// will come?"): from so many characters on, and if it is near a known question.
const (
	wholeSentence = 14
	mentionsFrom  = 0.2
	plainlySaid   = 0.9 // the confidence of an answer that is more than mentioned
)

// mentions reports whether words only mention the answer read from them, and are
// a question of the resident's own.
func (d *dialog) mentions(c understand.Context, r understand.Result, text string) bool {
	if len(r.Candidates) != 1 || r.Candidates[0].Confidence >= plainlySaid ||
		utf8.RuneCountInString(text) < wholeSentence || !understand.Asking(c, text) {
		return false
	}
	found, err := d.shelf.Findings(c, text, 1)
	return err == nil && len(found) > 0 && found[0].Confidence >= mentionsFrom
}

// puzzled takes words that are no answer to the open question and nothing else
// either: if they are a question, the nearest ones that can be answered are
// offered, or it is said that there is no answer. It reports false for words
// that are no question.
func (d *dialog) puzzled(c understand.Context, text string) (bool, error) {
	if !understand.Asking(c, text) {
		return false, nil
	}
	if done, err := d.chosen(c, text); done || err != nil {
		return true, err
	}
	if list := d.likely(c, text, d.shelf.match(c, text)); len(list) > 0 {
		return true, d.askIntent(list, text)
	}
	return true, d.unknown(text)
}

// unknown says that there is no answer here, and who has one.
func (d *dialog) unknown(text string) error {
	if err := d.unanswered(text); err != nil {
		return err
	}
	d.say(d.words.noHelp)
	d.person()
	return d.again()
}

// noneMeant is the button that says that none of the meanings offered is right.
const noneMeant = "@none"

// unanswered notes a question without an answer. Where something personal is
// asked for, words are not noted: they may be it.
func (d *dialog) unanswered(words string) error {
	if d.Questions == nil || d.in.link != nil || d.s.Secure {
		return nil
	}
	if d.flow != nil && d.step.Verb == flows.Ask && d.field(d.step.Into).Personal {
		return nil
	}
	text := understand.Anonymous(words)
	if text == "" {
		return nil
	}
	return d.Questions.Unanswered(d.tx, string(d.s.Lang), text)
}

// Package faq reads files of questions people ask, with their answers. Like
// flows, an entry is data: the Japanese stands in the file, translations in the
// catalogs under faq.<id>. An entry is the municipality's own, or that of a
// provider who answers for its service (官民FAQの連動, S1-049): then it names the
// provider, and so does every answer.
package faq

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// Entry is one question with its answer.
type Entry struct {
	ID       string
	Subject  string // the file's name without its ending: moving
	Question *i18n.Text
	Answer   *i18n.Text
	Source   *i18n.Text // who says so
	By       *i18n.Text // the provider who answers, nil for the municipality
	// Of is the flow in the course of which the question comes up ("" none): who
	// asks it may as well be led through the flow.
	Of   string
	Date civil.Date // as of: the first of a month

	asks    []string
	phrases *i18n.Phrases // of asks
}

// Asks are the question and other wordings of it in lang, nil if it has none.
func (e *Entry) Asks(lang i18n.Lang) []string {
	asks := e.phrases.In(lang)
	if e.Question.Has(lang) {
		asks = append(slices.Clip(asks), i18n.Bare(e.Question.In(lang)))
	}
	return asks
}

// Reworded returns the entry with its texts in the words of a municipality.
func (e *Entry) Reworded(c *i18n.Catalog) *Entry {
	r := *e
	r.Question, r.Answer, r.Source = c.Reword(e.Question), c.Reword(e.Answer), c.Reword(e.Source)
	if e.By != nil {
		r.By = c.Reword(e.By)
	}
	return &r
}

// Sources returns the texts of the entry that are to be translated.
func (e *Entry) Sources() []i18n.Source {
	list := []i18n.Source{
		e.Question.AsSource(), {Key: "faq." + e.ID + ".asks", Phrases: e.asks},
		e.Answer.AsSource(), e.Source.AsSource(),
	}
	if e.By != nil {
		list = append(list, e.By.AsSource())
	}
	return list
}

type file []struct {
	ID       string
	Of       string
	Question string
	Asks     []string
	Answer   string
	Source   string
	By       string
	Date     string // YYYY-MM
}

var ids = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Parse reads a file of entries. Every entry must have an id of its own, a
// question, an answer, a source and a date: an answer without a source is not
// given (domain-facts, house rule).
func Parse(name string, data []byte, cat *i18n.Catalog) ([]*Entry, error) {
	var f file
	if err := yaml.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	seen := map[string]bool{}
	subject := strings.TrimSuffix(path.Base(name), path.Ext(name))
	out := make([]*Entry, 0, len(f))
	for i, e := range f {
		switch {
		case !ids.MatchString(e.ID):
			return nil, fmt.Errorf("%s: entry %d: id %q: want lower-case letters, digits and hyphens", name, i+1, e.ID)
		case seen[e.ID]:
			return nil, fmt.Errorf("%s: entry %d: id %q stands twice", name, i+1, e.ID)
		case e.Question == "" || e.Answer == "" || e.Source == "" || e.Date == "":
			return nil, fmt.Errorf("%s: entry %q: question, answer, source and date are needed", name, e.ID)
		}
		date, err := civil.ParseDate(e.Date + "-01")
		if err != nil {
			return nil, fmt.Errorf("%s: entry %q: date %q: want YYYY-MM", name, e.ID, e.Date)
		}
		seen[e.ID] = true
		key := "faq." + e.ID
		entry := &Entry{
			ID:       e.ID,
			Subject:  subject,
			Of:       e.Of,
			Question: cat.Bind(key+".question", e.Question),
			Answer:   cat.Bind(key+".answer", e.Answer),
			Source:   cat.Bind(key+".source", e.Source),
			Date:     date,
			asks:     e.Asks,
			phrases:  cat.BindPhrases(key+".asks", e.Asks),
		}
		if e.By != "" {
			entry.By = cat.Bind(key+".by", e.By)
		}
		out = append(out, entry)
	}
	return out, nil
}

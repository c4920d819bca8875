package model

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"madoguchi/i18n/civil"
)

// Proposal is what a model makes of what a resident said.
type Proposal struct {
	// Value is the Value of an option, or a date, a time or a number, canonical;
	// "" for none.
	Value string `json:"v,omitempty"`
	// Cited are the Values of the options, Value first, that Answer puts into
	// words; without Answer there are none.
	Cited  []string `json:"c,omitempty"`
	Answer string   `json:"a,omitempty"`
}

func (p Proposal) empty() bool { return p.Value == "" }

// mostContent is the longest reply looked at, in bytes.
const mostContent = 8 << 10

// read takes a reply for what was asked, or not at all.
func (q Question) read(content string) (Proposal, error) {
	if content == "" {
		return Proposal{}, nil
	}
	unusable := &fault{outcome: Unusable}
	if len(content) > mostContent {
		return Proposal{}, unusable
	}
	var reply struct {
		Value  *string  `json:"value"`
		Cited  []string `json:"cited"`
		Answer string   `json:"answer"`
	}
	d := json.NewDecoder(strings.NewReader(content))
	d.DisallowUnknownFields()
	if d.Decode(&reply) != nil || reply.Value == nil {
		return Proposal{}, unusable
	}
	if _, err := d.Token(); err != io.EOF {
		return Proposal{}, unusable
	}
	if *reply.Value == "" || *reply.Value == "0" && len(q.Options) > 0 {
		return Proposal{}, nil
	}
	p := Proposal{Value: q.value(*reply.Value)}
	if p.Value == "" {
		return Proposal{}, unusable
	}
	if q.Phrase {
		p.Cited, p.Answer = q.phrased(p.Value, reply.Cited, reply.Answer)
	}
	return p, nil
}

// value checks the value against what was asked for; "" if it is something else.
func (q Question) value(v string) string {
	switch q.Type {
	case Choice, Matter:
		if o := q.option(v); o != nil {
			return o.Value
		}
	case Date:
		if day, err := civil.ParseDate(v); err == nil && day.String() == v {
			return v
		}
	case Time:
		if t, err := civil.ParseClock(v); err == nil && t.String() == v {
			return v
		}
	case Number:
		n, err := strconv.Atoi(v)
		if err == nil && strconv.Itoa(n) == v && (q.Min == 0 && q.Max == 0 || n >= q.Min && n <= q.Max) {
			return v
		}
	}
	return ""
}

func (q Question) option(number string) *Option {
	n, err := strconv.Atoi(number)
	if err != nil || strconv.Itoa(n) != number || n < 1 || n > len(q.Options) {
		return nil
	}
	return &q.Options[n-1]
}

// phrased checks an answer and its sources. If there is anything wrong with
// either, there is none, and the source itself will be shown.
func (q Question) phrased(chosen string, numbers []string, answer string) (cited []string, words string) {
	var sources []string
	for _, number := range numbers {
		o := q.option(number)
		if o == nil || o.Source == "" {
			return nil, ""
		}
		if o.Value == chosen {
			cited = append([]string{o.Value}, cited...)
		} else {
			cited = append(cited, o.Value)
		}
		sources = append(sources, o.Source)
	}
	words = strings.TrimSpace(answer)
	if len(cited) == 0 || cited[0] != chosen || len(cited) > len(q.Options) || !Grounded(words, sources) {
		return nil, ""
	}
	return cited, words
}

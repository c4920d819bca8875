package flows

import (
	"slices"
	"strings"
)

// maxChoices is how many quick replies LINE shows; more are paged.
const maxChoices = 13

func checkChoices(c *checker) {
	for i := range c.file.Steps {
		s := &c.file.Steps[i]
		if s.Verb != Ask {
			continue
		}
		t, known := c.typeOf(s.Into.Value)
		if known {
			switch {
			case t.Choices && len(s.Choices) == 0:
				c.fail(s.Name.Pos, "no-choices", "add choices: with value: label lines", "step %q asks for a choice, but offers none", s.Name.Value)
			case !t.Choices && len(s.Choices) > 0:
				c.fail(s.Choices[0].Value.Pos, "superfluous-choices", "make the field a choice, or remove them", "a field of type %q takes no choices", c.file.field(s.Into.Value).Type.Value)
			}
			c.choiceWays(s, t)
		}
		c.choiceValues(s)
	}
}

func (c *checker) choiceValues(s *StepDecl) {
	words := map[string]string{}
	for _, ch := range s.Choices {
		v := ch.Value
		switch {
		case strings.HasPrefix(v.Value, "@"):
			c.fail(v.Pos, "reserved-choice", "values that start with @ belong to the buttons of the program", "choice value %q is reserved", v.Value)
		case v.Value == Next || v.Value == Skip:
			c.fail(v.Pos, "reserved-choice", "it would be mistaken for the outcome of that name", "choice value %q is reserved", v.Value)
		default:
			c.name(v, "choice", choiceForm, "small letters a to z, digits, - and _")
		}
		for _, w := range append([]Word{ch.Label}, ch.Also...) {
			if first, taken := words[w.Value]; taken && w.Given() && first != v.Value {
				c.fail(w.Pos, "duplicate-choice", "a resident who says it cannot be understood", "%q stands for the choices %q and %q", w.Value, first, v.Value)
			}
			words[w.Value] = v.Value
		}
	}
	if len(s.Choices) > maxChoices {
		c.warn(s.Choices[maxChoices].Value.Pos, "many-choices", "LINE shows 13 at once; the rest is on further pages", "step %q offers %d choices", s.Name.Value, len(s.Choices))
	}
}

// choiceWays checks the ways on from a question against the answers it has.
func (c *checker) choiceWays(s *StepDecl, t Type) {
	if len(s.Ways) == 0 {
		return
	}
	d := c.file.field(s.Into.Value)
	answers := slices.Clone(t.Values)
	for _, ch := range s.Choices {
		answers = append(answers, ch.Value.Value)
	}
	for _, w := range s.Ways {
		switch k := w.Key.Value; {
		case k == Next:
		case k == Skip:
			if !d.Optional {
				c.fail(w.Key.Pos, "unknown-outcome", "add optional: true to the field", "field %q cannot be skipped", d.Name.Value)
			}
		case !slices.Contains(answers, k):
			hint := didYouMean(k, answers)
			if len(answers) == 0 {
				hint = "write next: and one step"
			}
			c.fail(w.Key.Pos, "unknown-outcome", hint, "step %q has no answer %q", s.Name.Value, k)
		}
	}
	if _, all := s.way(Next); all {
		return
	}
	for _, a := range answers {
		if _, ok := s.way(a); !ok {
			pos := s.Name.Pos
			for _, ch := range s.Choices {
				if ch.Value.Value == a {
					pos = ch.Value.Pos
				}
			}
			c.fail(pos, "missing-outcome", "add it to next, or next: for all others", "the answer %q of step %q has no way on", a, s.Name.Value)
		}
	}
	if _, ok := s.way(Skip); d.Optional && !ok {
		c.fail(s.Name.Pos, "missing-outcome", "add skip: to next", "field %q can be skipped, but step %q has no way on then", d.Name.Value, s.Name.Value)
	}
	if len(answers) == 0 {
		c.fail(s.Name.Pos, "missing-outcome", "add next: to its ways", "step %q has no way on for an answer", s.Name.Value)
	}
}

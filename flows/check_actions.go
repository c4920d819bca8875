package flows

import "slices"

func checkActions(c *checker) {
	names := sortedKeys(c.set.vocab.Actions)
	for i := range c.file.Steps {
		s := &c.file.Steps[i]
		if s.Verb != Do || !s.Object.Given() {
			continue
		}
		a, ok := c.set.vocab.Actions[s.Object.Value]
		if !ok {
			c.fail(s.Object.Pos, "unknown-action", didYouMean(s.Object.Value, names), "unknown action %q", s.Object.Value)
			continue
		}
		for _, n := range a.Needs {
			given := slices.ContainsFunc(s.With, func(p Pair) bool { return p.Key.Value == n })
			if c.file.field(n) == nil && !given {
				c.fail(s.Object.Pos, "action-needs", "declare it under fields, or give it by with", "action %q needs the field %q", s.Object.Value, n)
			}
		}
		for _, p := range s.With {
			if c.file.field(p.Key.Value) == nil && !slices.Contains(a.Needs, p.Key.Value) {
				c.fail(p.Key.Pos, "unknown-field", didYouMean(p.Key.Value, append(c.fieldNames(), a.Needs...)), "unknown field %q", p.Key.Value)
			}
		}
		c.outcomes(s, "action", a.Outcomes, a.Retired...)
		if s.Next.Given() && len(a.Outcomes) > 1 {
			c.fail(s.Next.Pos, "missing-outcome", "map each: next: {"+a.Outcomes[0]+": …, …}", "action %q ends in %d ways: %s", s.Object.Value, len(a.Outcomes), list(a.Outcomes))
		}
		if len(s.Ways) == 0 {
			continue
		}
		for _, o := range a.Outcomes {
			if _, ok := s.way(o); !ok {
				c.fail(s.Ways[0].Key.Pos, "missing-outcome", "add "+o+": and a step", "the outcome %q of action %q is not handled", o, s.Object.Value)
			}
		}
	}
}

// outcomes refuses ways for outcomes that never came.
func (c *checker) outcomes(s *StepDecl, what string, outcomes []string, retired ...string) {
	for _, w := range s.Ways {
		k := w.Key.Value
		if slices.Contains(outcomes, k) || slices.Contains(retired, k) {
			continue
		}
		if k == Next && (s.Verb == Call || s.When.Given()) {
			continue
		}
		c.fail(w.Key.Pos, "unknown-outcome", didYouMean(k, outcomes), "%s %q has no outcome %q", what, s.Object.Value, k)
	}
}

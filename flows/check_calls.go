package flows

import "slices"

func checkCalls(c *checker) {
	for i := range c.file.Steps {
		s := &c.file.Steps[i]
		if s.Verb != Call || !s.Object.Given() {
			continue
		}
		to := c.set.byName[s.Object.Value]
		if to == nil {
			c.fail(s.Object.Pos, "unknown-flow", didYouMean(s.Object.Value, c.set.flowNames()), "unknown flow %q", s.Object.Value)
			continue
		}
		if to == c.file || c.set.calledBy(to)[c.file.Flow.Value] {
			c.fail(s.Object.Pos, "recursion", "flows must not call each other in a circle", "calling %q leads back to %q", s.Object.Value, c.file.Flow.Value)
			continue
		}
		var fields []string
		for i := range to.Fields {
			fields = append(fields, to.Fields[i].Name.Value)
		}
		for _, p := range s.With {
			if !slices.Contains(fields, p.Key.Value) {
				c.fail(p.Key.Pos, "unknown-field", didYouMean(p.Key.Value, fields), "flow %q has no field %q", s.Object.Value, p.Key.Value)
			}
		}
		ends := to.outcomes()
		c.outcomes(s, "flow", ends)
		if _, all := s.way(Next); all || len(s.Ways) == 0 {
			continue
		}
		for _, o := range ends {
			if _, ok := s.way(o); !ok {
				c.fail(s.Ways[0].Key.Pos, "missing-outcome", "add "+o+": and a step, or next: for all others", "the outcome %q of flow %q is not handled", o, s.Object.Value)
			}
		}
	}
}

package scenario

import (
	"cmp"
	"fmt"
	"slices"

	"madoguchi/flows"
)

// Coverage is how much of one flow a set of dialogs walked.
type Coverage struct {
	Flow          string
	Steps, Ways   int // walked
	AllSteps      int
	AllWays       int
	MissedSteps   []string // in the order of the file
	MissedOutcome []string // "step outcome", in the order of the file
}

// String says it in one line.
func (c Coverage) String() string {
	return fmt.Sprintf("%s: steps %d/%d, ways %d/%d", c.Flow, c.Steps, c.AllSteps, c.Ways, c.AllWays)
}

// Cover compares what was walked with the flows. An outcome without a way of
// its own counts for the step's "next", as Advance takes it.
func Cover(all []*flows.Flow, walked []Walk) []Coverage {
	steps := map[Walk]bool{}
	ways := map[Walk]bool{}
	for _, w := range walked {
		steps[Walk{Flow: w.Flow, Step: w.Step}] = true
		ways[w] = true
	}
	var out []Coverage
	for _, f := range all {
		c := Coverage{Flow: f.Name}
		for _, name := range f.Order {
			s := f.Steps[name]
			c.AllSteps++
			if steps[Walk{Flow: f.Name, Step: name}] {
				c.Steps++
			} else {
				c.MissedSteps = append(c.MissedSteps, name)
			}
			outcomes := make([]string, 0, len(s.Next))
			for o := range s.Next {
				outcomes = append(outcomes, o)
			}
			slices.Sort(outcomes)
			for _, o := range outcomes {
				c.AllWays++
				if ways[Walk{f.Name, name, o}] || o == flows.Next && walkedElse(f, s, walked) {
					c.Ways++
				} else {
					c.MissedOutcome = append(c.MissedOutcome, name+" "+o)
				}
			}
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Coverage) int { return cmp.Compare(a.Flow, b.Flow) })
	return out
}

// walkedElse reports whether the step was left with an outcome it does not name.
func walkedElse(f *flows.Flow, s *flows.Step, walked []Walk) bool {
	return slices.ContainsFunc(walked, func(w Walk) bool {
		_, named := s.Next[w.Outcome]
		return w.Flow == f.Name && w.Step == s.Name && !named
	})
}

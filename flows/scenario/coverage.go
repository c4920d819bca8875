package scenario

import (
	"cmp"
	"fmt"
	"maps"
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

// Cover compares what was walked with the flows. A part counts for itself,
// wherever it was walked through. An outcome without a way of its own counts for
// the step's "next", as Advance takes it.
func Cover(all []*flows.Flow, walked []Walk) []Coverage {
	flow := map[string]*flows.Flow{}
	for _, f := range all {
		flow[f.Name] = f
	}
	left := map[flows.Source]map[string]bool{} // step of a file → outcomes it was left with
	for _, w := range walked {
		f := flow[w.Flow]
		if f == nil || f.Steps[w.Step] == nil {
			continue
		}
		from := f.Steps[w.Step].From
		if left[from] == nil {
			left[from] = map[string]bool{}
		}
		left[from][w.Outcome] = true
	}
	covers := map[string]*Coverage{}
	seen := map[flows.Source]bool{}
	for _, f := range all {
		for _, name := range f.Order {
			s := f.Steps[name]
			if seen[s.From] {
				continue
			}
			seen[s.From] = true
			c := covers[s.From.Flow]
			if c == nil {
				c = &Coverage{Flow: s.From.Flow}
				covers[s.From.Flow] = c
			}
			c.count(s, left[s.From])
		}
	}
	var out []Coverage
	for _, c := range covers {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Coverage) int { return cmp.Compare(a.Flow, b.Flow) })
	return out
}

// count adds a step and its ways.
func (c *Coverage) count(s *flows.Step, left map[string]bool) {
	c.AllSteps++
	if left != nil {
		c.Steps++
	} else {
		c.MissedSteps = append(c.MissedSteps, s.From.Step)
	}
	for _, o := range slices.Sorted(maps.Keys(s.Next)) {
		c.AllWays++
		if left[o] || o == flows.Next && leftElse(s, left) {
			c.Ways++
		} else {
			c.MissedOutcome = append(c.MissedOutcome, s.From.Step+" "+o)
		}
	}
}

// leftElse reports whether the step was left with an outcome it does not name.
func leftElse(s *flows.Step, left map[string]bool) bool {
	for o := range left {
		if _, named := s.Next[o]; !named {
			return true
		}
	}
	return false
}

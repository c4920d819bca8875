package flows

import "strings"

// ways is the graph of a file by step number. A misspelt way leads to the step
// that was meant, so that one slip is one problem.
type ways struct {
	file *File
	out  [][]edge
}

type edge struct {
	to int
	// quiet edges can be taken without waiting for the resident (a form may ask
	// nothing); passing edges are
	// quiet only while a guard is false.
	quiet, passing bool
}

func checkWays(c *checker) {
	if len(c.file.Steps) == 0 {
		return
	}
	g := c.set.ways(c.file)
	reached := g.from(0)
	for i := range c.file.Steps {
		if !reached[i] {
			c.fail(c.file.Steps[i].Name.Pos, "unreachable", "lead a next to it, or remove it", "step %q is never reached", c.file.Steps[i].Name.Value)
		}
	}
	c.noEnd(g, reached)
	c.loops(g)
}

func (s *set) ways(f *File) *ways {
	g := &ways{file: f, out: make([][]edge, len(f.Steps))}
	number := make(map[string]int, len(f.Steps))
	var names []string
	for i := range f.Steps {
		name := f.Steps[i].Name.Value
		names = append(names, name)
		number[name] = i
	}
	find := func(name string) (int, bool) {
		if i, ok := number[name]; ok {
			return i, true
		}
		best, dist := 0, 3
		for i, n := range names {
			if d := slips(name, n); d < dist {
				best, dist = i, d
			}
		}
		return best, dist < 3
	}
	for i := range f.Steps {
		st := &f.Steps[i]
		if st.Verb == End {
			continue // a next beside it is a problem of its own
		}
		quiet := st.Verb == Say || st.Verb == Form || st.Verb == Decide || st.Verb == Do ||
			st.Verb == Call && s.quiet(st.Object.Value, map[string]bool{f.Flow.Value: true})
		passed, _ := st.way(Next)
		for _, w := range st.targets() {
			if to, ok := find(w.Value); ok {
				g.out[i] = append(g.out[i], edge{to, quiet, !quiet && st.When.Given() && w == passed})
			}
		}
		if st.Verb == Ask || st.Verb == Check {
			for _, a := range f.Anytime {
				if to, ok := find(a.Step.Value); ok {
					g.out[i] = append(g.out[i], edge{to: to})
				}
			}
		}
	}
	return g
}

// quiet reports whether a called flow can run from its first step to an end
// without asking anything.
func (s *set) quiet(name string, above map[string]bool) bool {
	f := s.byName[name]
	if f == nil || above[name] || len(f.Steps) == 0 || len(f.Steps) > maxSteps {
		return false
	}
	above[name] = true
	defer delete(above, name)
	seen := map[string]bool{}
	var walk func(step string) bool
	walk = func(step string) bool {
		st := f.step(step)
		if st == nil || seen[step] {
			return false
		}
		seen[step] = true
		switch st.Verb {
		case End:
			return true
		case Ask, Check, Handoff:
			return false
		case Call:
			if !s.quiet(st.Object.Value, above) {
				return false
			}
		}
		for _, w := range st.targets() {
			if walk(w.Value) {
				return true
			}
		}
		return false
	}
	return walk(f.Steps[0].Name.Value)
}

// from returns the steps that can be reached from a step, itself included.
func (g *ways) from(start int) []bool {
	reached := make([]bool, len(g.out))
	reached[start] = true
	todo := []int{start}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, e := range g.out[at] {
			if !reached[e.to] {
				reached[e.to] = true
				todo = append(todo, e.to)
			}
		}
	}
	return reached
}

// noEnd reports the steps from which neither an end nor a final handoff can be
// reached, all in one problem at the first of them.
func (c *checker) noEnd(g *ways, reached []bool) {
	ends := make([]bool, len(g.out))
	for i := range g.out {
		// A step with no edge at all has been reported for that already.
		ends[i] = len(g.out[i]) == 0
	}
	for changed := true; changed; {
		changed = false
		for i := range g.out {
			for _, e := range g.out[i] {
				if ends[e.to] && !ends[i] {
					ends[i], changed = true, true
				}
			}
		}
	}
	var lost []string
	first := -1
	for i := range g.out {
		if reached[i] && !ends[i] {
			if first < 0 {
				first = i
			}
			lost = append(lost, g.file.Steps[i].Name.Value)
		}
	}
	if first < 0 {
		return
	}
	if len(lost) == 1 {
		c.fail(g.file.Steps[first].Name.Pos, "no-end", "lead a way to an end or a handoff", "no end can be reached from step %q", lost[0])
		return
	}
	c.fail(g.file.Steps[first].Name.Pos, "no-end", "lead a way to an end or a handoff", "no end can be reached from the steps %s", list(lost))
}

// loops reports circles in which the resident is never asked anything: the
// program would go round for ever. A circle that only a guard opens is a
// warning, as the guard may never be false twice.
func (c *checker) loops(g *ways) {
	told := make([]bool, len(g.out))
	for i := range g.out {
		way := g.circle(i, false)
		if way == nil || told[i] {
			continue
		}
		for _, s := range way {
			told[s] = true
		}
		c.fail(g.file.Steps[i].Name.Pos, "loop", "put an ask or a check into the circle", "steps go round without a question: %s", g.names(way))
	}
	for i := range g.out {
		way := g.circle(i, true)
		if way == nil || told[i] {
			continue
		}
		for _, s := range way {
			told[s] = true
		}
		c.warn(g.file.Steps[i].Name.Pos, "loop", "make sure that the when is true the second time", "steps can go round without a question: %s", g.names(way))
	}
}

func (g *ways) names(way []int) string {
	out := make([]string, len(way))
	for i, s := range way {
		out[i] = g.file.Steps[s].Name.Value
	}
	return strings.Join(out, " → ")
}

// circle returns the shortest quiet way from a step back to itself, or nil.
func (g *ways) circle(start int, passing bool) []int {
	before := make([]int, len(g.out))
	for i := range before {
		before[i] = -1
	}
	todo := []int{start}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		for _, e := range g.out[at] {
			if !e.quiet && !(passing && e.passing) {
				continue
			}
			if e.to == start {
				way := []int{start}
				for ; at != start; at = before[at] {
					way = append(way, at)
				}
				way = append(way, start)
				for i, j := 0, len(way)-1; i < j; i, j = i+1, j-1 {
					way[i], way[j] = way[j], way[i]
				}
				return way
			}
			if before[e.to] < 0 {
				before[e.to] = at
				todo = append(todo, e.to)
			}
		}
	}
	return nil
}

package flows

import "slices"

// keysOf lists what may stand beside each verb.
var keysOf = map[Verb][]string{
	Say:     {"checklist", "next", "when"},
	Ask:     {"into", "choices", "next", "when", "help", "hint"},
	Form:    {"next", "when"},
	Check:   {"say", "next", "when", "help"},
	Decide:  {},
	Do:      {"with", "next", "when"},
	Call:    {"with", "next"},
	Handoff: {"say", "topic", "next", "when"},
	End:     {"say"},
}

func checkSteps(c *checker) {
	known := c.stepNames()
	for _, a := range c.file.Anytime {
		if c.file.step(a.Step.Value) == nil {
			c.fail(a.Step.Pos, "unknown-step", didYouMean(a.Step.Value, known), "unknown step %q", a.Step.Value)
		}
	}
	for i := range c.file.Steps {
		s := &c.file.Steps[i]
		for _, w := range s.targets() {
			if c.file.step(w.Value) == nil {
				c.fail(w.Pos, "unknown-step", didYouMean(w.Value, known), "unknown step %q", w.Value)
			}
		}
		if s.Verb == "" {
			continue
		}
		c.keys(s)
		c.onward(s)
		switch s.Verb {
		case Ask:
			if !s.Into.Given() {
				c.fail(s.Name.Pos, "into", "add into: and the field that receives the answer", "step %q asks, but keeps the answer nowhere", s.Name.Value)
			} else {
				c.fieldExists(s.Into)
			}
		case Form:
			c.formExists(s.Object)
		case Check:
			for _, w := range s.Read {
				if !slices.Contains(c.set.vocab.Forms, w.Value) {
					c.fieldExists(w)
				}
			}
			if len(s.Read) == 0 {
				c.fail(s.Name.Pos, "check", "list the fields: check: [visitor, visit]", "step %q reads nothing back", s.Name.Value)
			}
		case Decide:
			c.branches(s)
		case Handoff:
			if s.Topic.Given() && s.Object.Given() {
				c.fail(s.Topic.Pos, "topic", "say it once, after handoff:", "step %q has two topics", s.Name.Value)
			}
			if !s.topic().Given() {
				c.fail(s.Name.Pos, "topic", "say after handoff: what it is about", "step %q does not tell the staff its topic", s.Name.Value)
			}
		}
		if s.Checklist.Given() && c.file.papers(s.Checklist.Value) == nil {
			var names []string
			for _, p := range c.file.Papers {
				names = append(names, p.Name.Value)
			}
			c.fail(s.Checklist.Pos, "unknown-checklist", didYouMean(s.Checklist.Value, names), "unknown checklist %q", s.Checklist.Value)
		}
	}
	c.unusedPapers()
}

func (c *checker) fieldExists(w Word) {
	if c.file.field(w.Value) == nil {
		c.fail(w.Pos, "unknown-field", didYouMean(w.Value, c.fieldNames()), "unknown field %q", w.Value)
	}
}

// formExists checks the name of a form. Its answers are kept under that name, so
// no field may have it.
func (c *checker) formExists(w Word) {
	switch forms := c.set.vocab.Forms; {
	case !slices.Contains(forms, w.Value):
		c.fail(w.Pos, "unknown-form", didYouMean(w.Value, forms), "unknown form %q", w.Value)
	case c.file.field(w.Value) != nil:
		c.fail(c.file.field(w.Value).Name.Pos, "unknown-form", "give the field another name", "%q is both a field and a form", w.Value)
	}
}

// keys refuses keys that mean nothing beside the step's verb.
func (c *checker) keys(s *StepDecl) {
	given := []struct {
		key string
		pos Pos
	}{
		{"say", s.Say.Pos}, {"into", s.Into.Pos}, {"help", s.Help.Pos}, {"hint", s.Hint.Pos},
		{"checklist", s.Checklist.Pos}, {"topic", s.Topic.Pos}, {"when", s.When.Pos}, {"next", s.Next.Pos},
	}
	if len(s.Ways) > 0 {
		given = append(given, struct {
			key string
			pos Pos
		}{"next", s.Ways[0].Key.Pos})
	}
	if len(s.Choices) > 0 {
		given = append(given, struct {
			key string
			pos Pos
		}{"choices", s.Choices[0].Value.Pos})
	}
	if len(s.With) > 0 {
		given = append(given, struct {
			key string
			pos Pos
		}{"with", s.With[0].Key.Pos})
	}
	for _, g := range given {
		if g.pos.Line > 0 && !slices.Contains(keysOf[s.Verb], g.key) {
			hint := "beside " + string(s.Verb) + " may stand: " + list(keysOf[s.Verb])
			if len(keysOf[s.Verb]) == 0 {
				hint = "its branches say what follows"
			}
			if s.Verb == Call && g.key == "when" {
				hint = "put a decide step before it"
			}
			if s.Verb == End {
				hint = "nothing follows an end; use say for closing words"
			}
			c.fail(g.pos, "key-of-verb", hint, "%q means nothing in the %s step %q", g.key, s.Verb, s.Name.Value)
		}
	}
}

// onward checks that the verbs with a single way on have it. The ways of ask,
// do and call are judged with the choices, actions and flows they belong to.
func (c *checker) onward(s *StepDecl) {
	switch s.Verb {
	case Say, Form, Check, Handoff:
		for _, w := range s.Ways {
			if w.Key.Value != Next {
				c.fail(w.Key.Pos, "unknown-outcome", "write next: and one step", "a %s step has no outcome %q", s.Verb, w.Key.Value)
			}
		}
		if _, ok := s.way(Next); ok {
			return
		}
		if s.Verb == Handoff && !s.When.Given() {
			return
		}
		c.fail(s.Name.Pos, "no-next", "add next:", "step %q does not say what follows", s.Name.Value)
	case Ask, Do, Call:
		if !s.Next.Given() && len(s.Ways) == 0 {
			c.fail(s.Name.Pos, "no-next", "add next:", "step %q does not say what follows", s.Name.Value)
			return
		}
		if _, ok := s.way(Next); s.When.Given() && !ok {
			c.fail(s.When.Pos, "no-next", "add next: to its ways", "step %q can be passed over, but does not say what follows then", s.Name.Value)
		}
	}
}

// branches checks a decide step: conditions first, one way for the rest last.
func (c *checker) branches(s *StepDecl) {
	for i, b := range s.Branches {
		last := i == len(s.Branches)-1
		pos := b.When.Pos
		if pos.Line == 0 {
			pos = b.Next.Pos
		}
		if last && b.When.Given() {
			c.fail(pos, "decide", "end the list with a line - next: and the step for all other cases", "step %q has no way on when no condition holds", s.Name.Value)
		}
		if !last && !b.When.Given() {
			c.fail(pos, "decide", "put the line without when last", "the branches after this one in step %q are never reached", s.Name.Value)
		}
	}
	if len(s.Branches) == 0 {
		c.fail(s.Name.Pos, "decide", "list - when: …, next: …, and a last - next: …", "step %q decides nothing", s.Name.Value)
	}
}

func (c *checker) unusedPapers() {
	for _, p := range c.file.Papers {
		used := slices.ContainsFunc(c.file.Steps, func(s StepDecl) bool { return s.Checklist.Value == p.Name.Value })
		if !used {
			c.warn(p.Name.Pos, "unused-checklist", "show it with checklist: in a say step", "checklist %q is never shown", p.Name.Value)
		}
	}
}

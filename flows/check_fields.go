package flows

import "strings"

func checkFields(c *checker) {
	given := c.givenFields()
	types := sortedKeys(c.set.vocab.Types)
	for i := range c.file.Fields {
		d := &c.file.Fields[i]
		name := d.Name.Value
		t, known := c.set.vocab.Types[d.Type.Value]
		switch {
		case !d.Type.Given():
			c.fail(d.Name.Pos, "missing-key", "add type:", "field %q has no type", name)
		case !known:
			c.fail(d.Type.Pos, "unknown-type", didYouMean(d.Type.Value, types), "unknown field type %q", d.Type.Value)
		default:
			c.bounds(d, t)
			c.service(d, t)
		}
		for _, n := range d.Needs {
			if c.file.field(n.Value) == nil {
				c.fail(n.Pos, "needs", didYouMean(n.Value, c.fieldNames()), "field %q needs the unknown field %q", name, n.Value)
			}
		}
		if way := c.needsItself(name); way != nil {
			c.fail(d.Needs[0].Pos, "needs", "a correction would never come to rest", "field %q needs itself: %s", name, strings.Join(way, " → "))
		}
		if !given[name] {
			c.warn(d.Name.Pos, "never-asked", "add an ask step, or remove the field", "field %q is never asked for", name)
		}
		if d.Personal {
			c.warn(d.Name.Pos, "personal", "", "field %q is personal: on LINE it is asked for by a one-time link, not in the chat", name)
		}
	}
}

func (c *checker) bounds(d *FieldDecl, t Type) {
	for _, n := range []Number{d.Min, d.Max} {
		if n.Line > 0 && !t.Bounds {
			c.fail(n.Pos, "bounds", "", "min and max make no sense for type %q", d.Type.Value)
			return
		}
	}
	if d.Max.Line > 0 && d.Min.Value > d.Max.Value {
		c.fail(d.Max.Pos, "bounds", "", "max %d is less than min %d", d.Max.Value, d.Min.Value)
	}
}

// service checks that a slot or counter field knows what is booked.
func (c *checker) service(d *FieldDecl, t Type) {
	if d.Service.Given() && !t.Service {
		c.fail(d.Service.Pos, "service", "", "a field of type %q has no service", d.Type.Value)
	}
	if t.Service && !d.Service.Given() && c.file.field("service") == nil {
		c.fail(d.Name.Pos, "service", "add service: to it, or a field named service", "field %q does not say which service is booked", d.Name.Value)
	}
}

// needsItself returns the way by which a field depends on itself, or nil.
func (c *checker) needsItself(name string) []string {
	var walk func(at string, way []string) []string
	seen := map[string]bool{}
	walk = func(at string, way []string) []string {
		d := c.file.field(at)
		if d == nil || len(way) > 50 {
			return nil
		}
		for _, n := range d.Needs {
			if n.Value == name {
				return append(way, name)
			}
			if seen[n.Value] {
				continue
			}
			seen[n.Value] = true
			if found := walk(n.Value, append(way, n.Value)); found != nil {
				return found
			}
		}
		return nil
	}
	return walk(name, []string{name})
}

// givenFields returns the fields that something in the set gives a value to:
// an ask step, an action, with, or a flow this one calls or is called by.
func (c *checker) givenFields() map[string]bool {
	given := map[string]bool{}
	for i := range c.file.Steps {
		s := &c.file.Steps[i]
		if s.Verb == Ask {
			given[s.Into.Value] = true
		}
		for _, p := range s.With {
			given[p.Key.Value] = true
		}
		for _, n := range c.set.vocab.Actions[actionOf(s)].Sets {
			given[n] = true
		}
	}
	// Flows that call each other share answers by name.
	share := func(f *File) {
		for i := range f.Fields {
			given[f.Fields[i].Name.Value] = true
		}
		for i := range f.Steps {
			for _, p := range f.Steps[i].With {
				given[p.Key.Value] = true
			}
		}
	}
	called := c.set.calledBy(c.file)
	for name, other := range c.set.byName {
		if other != c.file && (called[name] || c.set.calledBy(other)[c.file.Flow.Value]) {
			share(other)
		}
	}
	return given
}

func actionOf(s *StepDecl) string {
	if s.Verb == Do {
		return s.Object.Value
	}
	return ""
}

// calledBy returns the names of the flows of the set that f calls, directly or
// through others.
func (s *set) calledBy(f *File) map[string]bool {
	called := map[string]bool{}
	var walk func(f *File)
	walk = func(f *File) {
		for i := range f.Steps {
			st := &f.Steps[i]
			to := s.byName[st.Object.Value]
			if st.Verb != Call || to == nil || called[st.Object.Value] {
				continue
			}
			called[st.Object.Value] = true
			walk(to)
		}
	}
	walk(f)
	return called
}

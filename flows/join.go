package flows

import (
	"maps"
	"slices"
)

// Join returns the flow with the parts it calls put in place, so that a running
// conversation stands on one step of one flow. A step "visit" of a part called
// by the step "book" becomes "book.visit"; the part's ends become statements
// that go on to where the call goes for their outcome. Answers are shared by
// name: what is known once is not asked twice (S0-021).
//
// parts must hold every flow called, themselves not joined; the checker has
// seen to it that calls do not go in a circle.
func (f *Flow) Join(parts map[string]*Flow) *Flow {
	j := &Flow{
		Name: f.Name, Version: f.Version, Hash: f.Hash,
		Title: f.Title, Begins: f.Begins, Anytime: f.Anytime, Part: f.Part, First: f.First,
		Steps:  make(map[string]*Step, len(f.Steps)),
		Papers: maps.Clone(f.Papers),
		fields: make(map[string]*Field, len(f.fields)),
		asked:  make(map[string]*Step, len(f.asked)),
	}
	j.take("", f, parts, nil)
	j.machine = newMachine(j)
	return j
}

// take puts the steps of f into j, each name with the prefix. ways is where the
// outcomes f ends with lead; nil for the flow itself.
func (j *Flow) take(prefix string, f *Flow, parts map[string]*Flow, ways map[string]string) {
	j.texts = append(j.texts, f.texts...)
	for name, field := range f.fields {
		if own := j.fields[name]; own != nil {
			field = mergeFields(own, field)
		}
		j.fields[name] = field
	}
	if prefix != "" {
		for name, lines := range f.Papers {
			j.Papers[prefix+name] = lines
		}
	}
	for _, name := range f.Order {
		s := *f.Steps[name]
		s.Name = prefix + name
		if s.Papers != "" {
			s.Papers = prefix + s.Papers
		}
		s.Next = make(map[string]string, len(f.Steps[name].Next))
		for outcome, to := range f.Steps[name].Next {
			s.Next[outcome] = prefix + to
		}
		s.Branches = slices.Clone(s.Branches)
		for i := range s.Branches {
			s.Branches[i].Next = prefix + s.Branches[i].Next
		}
		if s.Verb == End && ways != nil {
			to, ok := ways[s.Outcome]
			if !ok {
				to = ways[Next]
			}
			s.Verb, s.Next = Say, map[string]string{Next: to}
		}
		part := (*Flow)(nil)
		onward := s.Next
		if s.Verb == Call {
			part = parts[s.Flow]
			s.Next = map[string]string{Next: s.Name + "." + part.First}
		}
		j.Order = append(j.Order, s.Name)
		j.Steps[s.Name] = &s
		if s.Verb == Ask && j.asked[s.Into] == nil {
			j.asked[s.Into] = &s
		}
		if part != nil {
			j.take(s.Name+".", part, parts, onward)
		}
	}
}

// mergeFields joins two declarations of a field: the caller's words and bounds,
// and what either of them says it depends on.
func mergeFields(own, part *Field) *Field {
	m := *own
	m.Needs = slices.Clone(own.Needs)
	for _, n := range part.Needs {
		if !slices.Contains(m.Needs, n) {
			m.Needs = append(m.Needs, n)
		}
	}
	m.Personal = own.Personal || part.Personal
	m.Always = own.Always || part.Always
	return &m
}

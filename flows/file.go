package flows

import "slices"

// File is one flow file as it was read: every word with its place, nothing yet
// checked against the rest of the file. Parse makes it, CheckSet judges it and
// Compile turns it into a Flow.
type File struct {
	Path string // as shown in problems
	Hash string // SHA-256 of the bytes, in hexadecimal

	Flow   Word
	Title  Word
	Begins []Word
	// Anytime are words that lead to a step from any question of the flow.
	Anytime []AnytimeDecl
	Part    bool
	Papers  []PapersDecl
	Fields  []FieldDecl
	Steps   []StepDecl

	// problems are the faults of form found while reading: CheckSet adds the
	// faults of meaning to them.
	problems []Problem
	// unread says that nothing of the file could be read.
	unread bool
}

// Pos is a place in a file, counted from 1. The zero Pos is "not written".
type Pos struct{ Line, Column int }

// Word is one scalar of the file with its place.
type Word struct {
	Value string
	Pos
}

// Given reports whether the word stands in the file at all.
func (w Word) Given() bool { return w.Line > 0 }

// PapersDecl is one checklist of papers.
type PapersDecl struct {
	Name  Word
	Lines []Word
}

// AnytimeDecl is one entry under anytime.
type AnytimeDecl struct {
	Step  Word
	Words []Word
}

// FieldDecl is one entry under fields.
type FieldDecl struct {
	Name     Word
	Type     Word
	Label    Word
	Service  Word
	Needs    []Word
	Personal bool
	Optional bool
	Always   bool
	Min      Number
	Max      Number
	Length   Number
}

// Number is a whole number of the file with its place.
type Number struct {
	Value int
	Pos
}

// Pair is one entry of a map of words.
type Pair struct{ Key, Value Word }

// ChoiceDecl is one entry under choices.
type ChoiceDecl struct {
	Value Word
	Label Word
	Also  []Word
	When  Word
}

// BranchDecl is one entry of a decide step. When is not given in the last one.
type BranchDecl struct {
	When Word
	Next Word
}

// StepDecl is one entry under steps.
type StepDecl struct {
	Name Word
	Verb Verb // "" if the file gives none or several
	// Object is what stands after the verb: the sentence, the action, the
	// outcome. It is empty for check and decide, whose lists are below.
	Object Word

	Say       Word // beside check, end and handoff
	Help      Word
	Hint      Word
	Into      Word
	Choices   []ChoiceDecl
	Read      []Word // check: the fields read back
	Branches  []BranchDecl
	With      []Pair
	Checklist Word
	Topic     Word
	When      Word

	// Next is the single way on; Ways are the ways on by outcome. A file gives
	// one of them.
	Next Word
	Ways []Pair
}

// text returns what the step says, whichever verb it has.
func (s *StepDecl) text() Word {
	switch s.Verb {
	case Say, Ask:
		return s.Object
	default:
		return s.Say
	}
}

// topic returns what a handoff step is about.
func (s *StepDecl) topic() Word {
	if s.Topic.Given() {
		return s.Topic
	}
	return s.Object
}

// way returns the step that follows on outcome by the word of the file alone.
func (s *StepDecl) way(outcome string) (Word, bool) {
	if s.Next.Given() {
		return s.Next, outcome == Next
	}
	for _, w := range s.Ways {
		if w.Key.Value == outcome {
			return w.Value, true
		}
	}
	return Word{}, false
}

// targets returns every step the step names as a way on, in the order of the
// file, each word once.
func (s *StepDecl) targets() []Word {
	var out []Word
	if s.Next.Given() {
		out = append(out, s.Next)
	}
	for _, w := range s.Ways {
		out = append(out, w.Value)
	}
	for _, b := range s.Branches {
		if b.Next.Given() {
			out = append(out, b.Next)
		}
	}
	return out
}

// step returns the step with this name, or nil.
func (f *File) step(name string) *StepDecl {
	for i := range f.Steps {
		if f.Steps[i].Name.Value == name {
			return &f.Steps[i]
		}
	}
	return nil
}

// field returns the field with this name, or nil.
func (f *File) field(name string) *FieldDecl {
	for i := range f.Fields {
		if f.Fields[i].Name.Value == name {
			return &f.Fields[i]
		}
	}
	return nil
}

// papers returns the checklist with this name, or nil.
func (f *File) papers(name string) *PapersDecl {
	for i := range f.Papers {
		if f.Papers[i].Name.Value == name {
			return &f.Papers[i]
		}
	}
	return nil
}

// outcomes returns the outcomes the flow can end with, in the order of the
// file, each once.
func (f *File) outcomes() []string {
	var out []string
	seen := map[string]bool{}
	for i := range f.Steps {
		s := &f.Steps[i]
		if s.Verb == End && !seen[s.Object.Value] {
			seen[s.Object.Value] = true
			out = append(out, s.Object.Value)
		}
	}
	return out
}

// Answers returns the values a choice question of the file offers for a field, in
// the order of the file; nil if the field is no choice.
func (f *File) Answers(field string) []string {
	var out []string
	for i := range f.Steps {
		s := &f.Steps[i]
		if s.Verb != Ask || s.Into.Value != field {
			continue
		}
		for _, c := range s.Choices {
			if !slices.Contains(out, c.Value.Value) {
				out = append(out, c.Value.Value)
			}
		}
	}
	return out
}

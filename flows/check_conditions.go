package flows

import "errors"

func checkConditions(c *checker) {
	names := knownToConditions(c.file, c.set.vocab)
	for i := range c.file.Steps {
		s := &c.file.Steps[i]
		c.condition(s.When, names)
		for _, ch := range s.Choices {
			c.condition(ch.When, names)
		}
		for _, b := range s.Branches {
			c.condition(b.When, names)
		}
	}
}

func (c *checker) condition(w Word, names map[string]Kind) {
	if !w.Given() {
		return
	}
	_, err := CompileCondition(w.Value, names)
	var fault *ExprError
	if errors.As(err, &fault) {
		pos := w.Pos
		pos.Column += fault.Offset
		c.fail(pos, "condition", fault.Hint, "%s", fault.Message)
	}
}

// Names returns what conditions about the answers of the flow can see: its fields
// by name in the file.
func (f *File) Names(v Vocabulary) map[string]Kind { return knownToConditions(f, v) }

// knownToConditions returns what conditions of f can see, under its name in the
// file: its fields, and as text what its actions set.
func knownToConditions(f *File, v Vocabulary) map[string]Kind {
	names := map[string]Kind{}
	for i := range f.Steps {
		for _, n := range v.Actions[actionOf(&f.Steps[i])].Sets {
			names[n] = TextKind
		}
	}
	for i := range f.Fields {
		names[f.Fields[i].Name.Value] = v.Types[f.Fields[i].Type.Value].As
	}
	return names
}

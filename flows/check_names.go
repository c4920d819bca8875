package flows

import (
	"regexp"
	"slices"
)

var (
	// Names become parts of catalog keys, addresses and machine states.
	nameForm = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	// Fields may be written as conditions write them.
	fieldForm = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	// Checklists may be grouped by a dot: card-pickup.self.
	papersForm = regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$`)
	// Choice values may begin with a digit; they never begin with @, which the
	// dialog engine keeps for its own buttons.
	choiceForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)
)

const maxName = 40 // letters; LINE postback data must hold flow, step and choice

// reserved are words that mean something else in conditions.
var reserved = []string{"and", "or", "not", "in", "let", "if", "else", "true", "false", "nil", "matches", "contains"}

func (c *checker) name(w Word, what string, form *regexp.Regexp, hint string) {
	if !w.Given() || w.Value == "" {
		return
	}
	if !form.MatchString(w.Value) {
		c.fail(w.Pos, "name", hint, "%s %q is not a usable name", what, w.Value)
	} else if len(w.Value) > maxName {
		c.fail(w.Pos, "name", "", "%s %q is longer than %d letters", what, w.Value, maxName)
	}
}

const plainName = "small letters a to z, digits and hyphens, a letter first"

func checkNames(c *checker) {
	f := c.file
	if !f.Flow.Given() {
		c.fail(Pos{}, "missing-key", "start with flow: and a name", "the file does not name its flow")
	}
	if !f.Title.Given() && !f.Part {
		c.fail(f.Flow.Pos, "missing-key", "add title: as residents read it in the menu", "the flow has no title")
	}
	if len(f.Steps) == 0 {
		c.fail(f.Flow.Pos, "missing-key", "add steps:", "the flow has no steps")
	}
	c.name(f.Flow, "flow", nameForm, plainName)
	for i := range f.Steps {
		c.name(f.Steps[i].Name, "step", nameForm, plainName)
		if s := &f.Steps[i]; s.Verb == End {
			c.name(s.Object, "outcome", nameForm, plainName)
			if s.Object.Value == Next {
				c.fail(s.Object.Pos, "name", "say what was achieved: booked, cancelled, done", "an outcome cannot be called %q", Next)
			}
		}
	}
	for i := range f.Fields {
		w := f.Fields[i].Name
		c.name(w, "field", fieldForm, "small letters a to z, digits, - and _, a letter first")
		for _, o := range f.Fields[:i] {
			if o.Name.Value != w.Value && inCondition(o.Name.Value) == inCondition(w.Value) {
				c.fail(w.Pos, "name", "give one of them another name", "conditions cannot tell %q from %q", w.Value, o.Name.Value)
			}
		}
		if slices.Contains(reserved, w.Value) || functionNamed(w.Value) != nil {
			c.fail(w.Pos, "name", "", "%q means something else in conditions and cannot name a field", w.Value)
		}
	}
	for _, p := range f.Papers {
		c.name(p.Name, "checklist", papersForm, plainName+", groups set apart by dots")
	}
	if f.Flow.Given() && c.set.byName[f.Flow.Value] != f {
		c.fail(f.Flow.Pos, "duplicate-flow", "give one of them another name", "flow %q is also in %s", f.Flow.Value, c.set.byName[f.Flow.Value].Path)
	}
	c.begins()
}

// begins checks the phrases by which residents enter the flow.
func (c *checker) begins() {
	f := c.file
	if len(f.Begins) == 0 {
		if !f.Part {
			c.fail(f.Flow.Pos, "begins", "add begins: with phrases residents use, or part: true", "no phrase begins the flow, and it is not a part")
		}
		return
	}
	if f.Part {
		c.warn(f.Begins[0].Pos, "begins", "remove begins or part", "the phrases of a part are never used")
		return
	}
	for i, w := range f.Begins {
		if slices.Contains(values(f.Begins[:i]), w.Value) {
			c.warn(w.Pos, "begins", "", "the phrase %q is given twice", w.Value)
		}
		for _, name := range c.set.flowNames() {
			if o := c.set.byName[name]; o != f && !o.Part && slices.Contains(values(o.Begins), w.Value) {
				c.warn(w.Pos, "begins", "residents will be asked which one they mean", "the phrase %q also begins flow %q", w.Value, name)
			}
		}
	}
}

package flows

import (
	"fmt"
	"slices"
	"strings"

	"madoguchi/i18n"
)

// CheckSet checks files that will run together, and each by itself, against
// what the program offers. It reports every problem at once, in reading order:
// the author of a flow should need one round, not twenty.
//
// The rules stand in families, one file each:
//
//	check_names.go         names of things, keys that are missing
//	check_fields.go        fields and who asks for them
//	check_steps.go         what each verb needs and must not have
//	check_choices.go       choices and the ways on from them
//	check_actions.go       actions and their outcomes
//	check_calls.go         calls between the flows of the set
//	check_ways.go          what can be reached, loops, ends
//	check_conditions.go    when
//	check_texts.go         placeholders, lengths
//	check_translations.go  what the catalogs lack
//
// Without a catalog the translations are not looked at.
func CheckSet(files []*File, v Vocabulary, cat *i18n.Catalog) []Problem {
	problems := judge(files, v)
	if cat != nil {
		problems = append(problems, checkTranslations(files, cat)...)
	}
	return sortProblems(problems)
}

// judge applies the rules that need no catalog: all that can refuse a flow.
func judge(files []*File, v Vocabulary) []Problem {
	set := &set{vocab: v, byName: map[string]*File{}}
	for _, f := range files {
		if name := f.Flow.Value; name != "" && set.byName[name] == nil {
			set.byName[name] = f
		}
	}
	var all []Problem
	for _, f := range files {
		c := &checker{set: set, file: f}
		c.problems = append(c.problems, f.problems...)
		if c.small() {
			for _, rule := range families {
				rule(c)
			}
		}
		all = append(all, c.problems...)
	}
	return sortProblems(all)
}

var families = []func(*checker){
	checkNames, checkFields, checkSteps, checkChoices, checkActions,
	checkCalls, checkWays, checkConditions, checkTexts,
}

// set is the files checked together.
type set struct {
	vocab  Vocabulary
	byName map[string]*File
}

func (s *set) flowNames() []string { return sortedKeys(s.byName) }

// checker gathers the problems of one file.
type checker struct {
	set      *set
	file     *File
	problems []Problem
}

// maxSteps and maxFields keep the rules cheap, some of which look at every pair;
// the largest real procedure has a third.
const (
	maxSteps  = 300
	maxFields = 300
)

// small reports whether the file could be read and is of a size that can be
// judged.
func (c *checker) small() bool {
	if c.file.unread {
		return false
	}
	if n := len(c.file.Steps); n > maxSteps {
		c.fail(c.file.Steps[maxSteps].Name.Pos, "size", "split it into flows that call each other", "the flow has %d steps, more than %d", n, maxSteps)
		return false
	}
	if n := len(c.file.Fields); n > maxFields {
		c.fail(c.file.Fields[maxFields].Name.Pos, "size", "split it into flows that call each other", "the flow has %d fields, more than %d", n, maxFields)
		return false
	}
	return true
}

func (c *checker) report(sev Severity, pos Pos, rule, hint, format string, args ...any) {
	if pos.Line == 0 {
		pos = Pos{1, 1}
	}
	c.problems = append(c.problems, Problem{
		File: c.file.Path, Line: pos.Line, Column: pos.Column,
		Rule: rule, Severity: sev, Message: fmt.Sprintf(format, args...), Hint: hint,
	})
}

func (c *checker) fail(pos Pos, rule, hint, format string, args ...any) {
	c.report(Error, pos, rule, hint, format, args...)
}

func (c *checker) warn(pos Pos, rule, hint, format string, args ...any) {
	c.report(Warning, pos, rule, hint, format, args...)
}

func (c *checker) stepNames() []string {
	var out []string
	for i := range c.file.Steps {
		out = append(out, c.file.Steps[i].Name.Value)
	}
	return out
}

func (c *checker) fieldNames() []string {
	var out []string
	for i := range c.file.Fields {
		out = append(out, c.file.Fields[i].Name.Value)
	}
	return out
}

// typeOf returns the vocabulary's type of a field of the file.
func (c *checker) typeOf(field string) (Type, bool) {
	d := c.file.field(field)
	if d == nil {
		return Type{}, false
	}
	t, ok := c.set.vocab.Types[d.Type.Value]
	return t, ok
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func values(ws []Word) []string {
	out := make([]string, len(ws))
	for i, w := range ws {
		out[i] = w.Value
	}
	return out
}

func list(names []string) string { return strings.Join(names, ", ") }

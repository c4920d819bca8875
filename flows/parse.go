package flows

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"bytes"

	"go.yaml.in/yaml/v3"
)

// Bounds on what a file may hold. They are far above any real procedure and
// keep an upload from costing memory or time.
const (
	maxFile  = 256 << 10 // bytes
	maxNodes = 20_000    // values, with every alias counted as what it stands for
	maxDepth = 16
)

// Parse reads one flow file. It always returns a File, which holds the faults
// of form it found as well as everything that could be read; CheckSet reports
// both together. Path is only shown, never opened.
func Parse(path string, source []byte) *File {
	sum := sha256.Sum256(source)
	r := &reader{file: &File{Path: path, Hash: hex.EncodeToString(sum[:])}}
	r.read(source)
	return r.file
}

// reader walks the YAML nodes of one file.
type reader struct{ file *File }

func (r *reader) read(source []byte) {
	top := Pos{1, 1}
	r.file.unread = true
	if len(source) > maxFile {
		r.fail(top, "size", fmt.Sprintf("the file has %d bytes, more than %d", len(source), maxFile), "split it into flows that call each other")
		return
	}
	if !utf8.Valid(source) {
		r.fail(top, "yaml", "the file is not UTF-8 text", "save it as UTF-8")
		return
	}
	dec := yaml.NewDecoder(bytes.NewReader(source))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			r.fail(top, "yaml", "the file is empty", "start with flow: and a name")
			return
		}
		r.syntax(err)
		return
	}
	var more yaml.Node
	if err := dec.Decode(&more); err == nil {
		r.fail(at(&more), "yaml", "a second document in one file", "one flow a file; remove the line ---")
	} else if !errors.Is(err, io.EOF) {
		r.syntax(err)
	}
	if len(doc.Content) == 0 {
		r.fail(top, "yaml", "the file is empty", "start with flow: and a name")
		return
	}
	root := doc.Content[0]
	size := 0
	if n := measure(root, 0, &size); n != nil {
		r.fail(at(n), "size", "too many values, or values nested too deeply", "write repeated parts out, or split the flow")
		return
	}
	r.file.unread = root.Kind != yaml.MappingNode
	r.flow(root)
}

// measure counts the values under n with aliases followed, and returns the node
// at which a bound was passed, or nil. An alias bomb or an alias inside its own
// anchor ends here.
func measure(n *yaml.Node, depth int, size *int) *yaml.Node {
	*size++
	if *size > maxNodes || depth > maxDepth {
		return n
	}
	if n.Kind == yaml.AliasNode {
		if bad := measure(n.Alias, depth+1, size); bad != nil {
			return n
		}
		return nil
	}
	for _, c := range n.Content {
		if bad := measure(c, depth+1, size); bad != nil {
			return bad
		}
	}
	return nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// syntax reports what the YAML reader said.
func (r *reader) syntax(err error) {
	pos, msg := Pos{1, 1}, err.Error()
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
			pos.Line = n
		}
		msg = m[2]
	}
	hint := "check the indentation, and put texts with : # or { in quotes"
	if strings.Contains(msg, "tab") || strings.Contains(msg, "start any token") {
		hint = "indent with spaces, and put texts that start with a special sign in quotes"
	}
	r.fail(pos, "yaml", "not readable as YAML: "+msg, hint)
}

func (r *reader) fail(pos Pos, rule, message, hint string) {
	r.file.problems = append(r.file.problems, Problem{
		File: r.file.Path, Line: pos.Line, Column: pos.Column,
		Rule: rule, Severity: Error, Message: message, Hint: hint,
	})
}

func at(n *yaml.Node) Pos { return Pos{max(n.Line, 1), max(n.Column, 1)} }

// entry is one key of a map with its value, aliases followed. Pos is the place
// of the value as it stands in the file.
type entry struct {
	key  Word
	node *yaml.Node
	pos  Pos
}

// entries returns the entries of a map in the order of the file. Anything else
// than a map, and a key given twice, is reported.
func (r *reader) entries(n *yaml.Node, pos Pos, what string) []entry {
	n = follow(n)
	if n.Kind != yaml.MappingNode {
		r.fail(pos, "form", what+" must be a list of key: value lines", "")
		return nil
	}
	var out []entry
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		kpos, vpos := at(k), at(v)
		k = follow(k)
		if k.Kind != yaml.ScalarNode || k.Value == "" || k.Value == "<<" {
			r.fail(kpos, "form", "a key must be a word", "")
			continue
		}
		if line, twice := first[k.Value]; twice {
			r.fail(kpos, "duplicate-key", fmt.Sprintf("%q is given twice", k.Value), fmt.Sprintf("first in line %d", line))
			continue
		}
		first[k.Value] = kpos.Line
		out = append(out, entry{Word{k.Value, kpos}, follow(v), vpos})
	}
	return out
}

// follow returns the node an alias stands for. measure has proved that this
// ends.
func follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func missing(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// word reads a scalar that must not be empty.
func (r *reader) word(e entry) Word {
	if e.node.Kind != yaml.ScalarNode {
		r.fail(e.pos, "form", fmt.Sprintf("%q must be a single text", e.key.Value), "")
		return Word{}
	}
	if missing(e.node) || strings.TrimSpace(e.node.Value) == "" {
		r.fail(e.pos, "form", fmt.Sprintf("%q has no value", e.key.Value), "")
		return Word{}
	}
	return Word{strings.TrimRight(e.node.Value, "\n"), e.pos}
}

// words reads a list of words; a single word counts as a list of one.
func (r *reader) words(e entry) []Word {
	if e.node.Kind == yaml.ScalarNode {
		if w := r.word(e); w.Given() {
			return []Word{w}
		}
		return nil
	}
	if e.node.Kind != yaml.SequenceNode {
		r.fail(e.pos, "form", fmt.Sprintf("%q must be a list", e.key.Value), "write [a, b] or lines that start with a dash")
		return nil
	}
	var out []Word
	for _, n := range e.node.Content {
		if w := r.word(entry{e.key, follow(n), at(n)}); w.Given() {
			out = append(out, w)
		}
	}
	return out
}

func (r *reader) flag(e entry) bool {
	if e.node.Kind == yaml.ScalarNode && e.node.Tag == "!!bool" {
		return strings.EqualFold(e.node.Value, "true")
	}
	r.fail(e.pos, "form", fmt.Sprintf("%q must be true or false", e.key.Value), "")
	return false
}

func (r *reader) number(e entry) Number {
	n, err := strconv.Atoi(e.node.Value)
	if e.node.Kind != yaml.ScalarNode || err != nil || n < 0 || n > 1_000_000 {
		r.fail(e.pos, "form", fmt.Sprintf("%q must be a whole number from 0 to 1000000", e.key.Value), "")
		return Number{}
	}
	return Number{n, e.pos}
}

func (r *reader) pairs(e entry) []Pair {
	var out []Pair
	for _, e := range r.entries(e.node, e.pos, fmt.Sprintf("%q", e.key.Value)) {
		if w := r.word(e); w.Given() {
			out = append(out, Pair{e.key, w})
		}
	}
	return out
}

func (r *reader) unknown(key Word, known []string) {
	r.fail(key.Pos, "unknown-key", fmt.Sprintf("unknown key %q", key.Value), didYouMean(key.Value, known))
}

var (
	flowKeys  = []string{"flow", "title", "begins", "anytime", "part", "papers", "fields", "steps"}
	fieldKeys = []string{"type", "label", "personal", "optional", "always", "needs", "service", "min", "max", "length"}
	stepKeys  = []string{
		"say", "ask", "form", "check", "decide", "do", "call", "handoff", "end",
		"into", "choices", "next", "when", "help", "hint", "with", "checklist", "topic",
	}
	choiceKeys = []string{"label", "also", "when"}
	branchKeys = []string{"when", "next"}
)

func (r *reader) flow(root *yaml.Node) {
	f := r.file
	for _, e := range r.entries(root, at(root), "a flow file") {
		switch e.key.Value {
		case "flow":
			f.Flow = r.word(e)
		case "title":
			f.Title = r.word(e)
		case "begins":
			f.Begins = r.words(e)
		case "anytime":
			for _, a := range r.entries(e.node, e.pos, `"anytime"`) {
				f.Anytime = append(f.Anytime, AnytimeDecl{a.key, r.words(a)})
			}
		case "part":
			f.Part = r.flag(e)
		case "papers":
			for _, p := range r.entries(e.node, e.pos, `"papers"`) {
				f.Papers = append(f.Papers, PapersDecl{p.key, r.words(p)})
			}
		case "fields":
			if missing(e.node) {
				continue
			}
			for _, d := range r.entries(e.node, e.pos, `"fields"`) {
				f.Fields = append(f.Fields, r.field(d))
			}
		case "steps":
			for _, d := range r.entries(e.node, e.pos, `"steps"`) {
				f.Steps = append(f.Steps, r.step(d))
			}
		default:
			r.unknown(e.key, flowKeys)
		}
	}
}

func (r *reader) field(e entry) FieldDecl {
	d := FieldDecl{Name: e.key}
	for _, e := range r.entries(e.node, e.pos, fmt.Sprintf("field %q", e.key.Value)) {
		switch e.key.Value {
		case "type":
			d.Type = r.word(e)
		case "label":
			d.Label = r.word(e)
		case "personal":
			d.Personal = r.flag(e)
		case "optional":
			d.Optional = r.flag(e)
		case "always":
			d.Always = r.flag(e)
		case "needs":
			d.Needs = r.words(e)
		case "service":
			d.Service = r.word(e)
		case "min":
			d.Min = r.number(e)
		case "max":
			d.Max = r.number(e)
		case "length":
			d.Length = r.number(e)
		default:
			r.unknown(e.key, fieldKeys)
		}
	}
	return d
}

func (r *reader) step(e entry) StepDecl {
	d := StepDecl{Name: e.key}
	var verbs []Word
	var say Word
	for _, e := range r.entries(e.node, e.pos, fmt.Sprintf("step %q", e.key.Value)) {
		switch e.key.Value {
		case "say":
			say = r.word(e)
			verbs = append(verbs, e.key)
		case "ask", "form", "do", "call", "end":
			d.Object = r.word(e)
			verbs = append(verbs, e.key)
		case "handoff":
			// A bare "handoff:" is allowed beside topic:.
			if !missing(e.node) {
				d.Object = r.word(e)
			}
			verbs = append(verbs, e.key)
		case "check":
			d.Read = r.words(e)
			verbs = append(verbs, e.key)
		case "decide":
			d.Branches = r.branches(e)
			verbs = append(verbs, e.key)
		case "into":
			d.Into = r.word(e)
		case "choices":
			d.Choices = r.choices(e)
		case "next":
			if e.node.Kind == yaml.MappingNode {
				d.Ways = r.pairs(e)
			} else {
				d.Next = r.word(e)
			}
		case "when":
			d.When = r.word(e)
		case "help":
			d.Help = r.word(e)
		case "hint":
			d.Hint = r.word(e)
		case "with":
			d.With = r.pairs(e)
		case "checklist":
			d.Checklist = r.word(e)
		case "topic":
			d.Topic = r.word(e)
		default:
			r.unknown(e.key, stepKeys)
		}
	}
	r.verb(&d, verbs, say)
	return d
}

// verb settles which verb the step has: the only one, or the one that say stands
// beside.
func (r *reader) verb(d *StepDecl, verbs []Word, say Word) {
	var main []Word
	for _, v := range verbs {
		if v.Value != "say" {
			main = append(main, v)
		}
	}
	switch {
	case len(main) == 0 && len(verbs) == 0:
		r.fail(d.Name.Pos, "verb", fmt.Sprintf("step %q does nothing", d.Name.Value),
			"give it one of say, ask, form, check, decide, do, call, handoff, end")
	case len(main) == 0:
		d.Verb, d.Object = Say, say
	case len(main) > 1:
		r.fail(main[1].Pos, "verb", fmt.Sprintf("step %q has two verbs, %q and %q", d.Name.Value, main[0].Value, main[1].Value),
			"make two steps of it")
	default:
		d.Verb = Verb(main[0].Value)
		if !say.Given() {
			return
		}
		if d.Verb != Check && d.Verb != End && d.Verb != Handoff {
			r.fail(say.Pos, "verb", fmt.Sprintf("step %q has say beside %q", d.Name.Value, d.Verb),
				"say stands alone, or beside check, end or handoff; make two steps of it")
			return
		}
		d.Say = say
	}
}

// choices reads the answers of a choice question: value: label, or value: with
// label and also.
func (r *reader) choices(e entry) []ChoiceDecl {
	var out []ChoiceDecl
	for _, e := range r.entries(e.node, e.pos, `"choices"`) {
		c := ChoiceDecl{Value: e.key}
		if e.node.Kind != yaml.MappingNode {
			c.Label = r.word(e)
			out = append(out, c)
			continue
		}
		for _, e := range r.entries(e.node, e.pos, "a choice") {
			switch e.key.Value {
			case "label":
				c.Label = r.word(e)
			case "also":
				c.Also = r.words(e)
			case "when":
				c.When = r.word(e)
			default:
				r.unknown(e.key, choiceKeys)
			}
		}
		if !c.Label.Given() {
			r.fail(e.key.Pos, "form", fmt.Sprintf("choice %q has no label", e.key.Value), "")
		}
		out = append(out, c)
	}
	return out
}

// branches reads the ways of a decide step.
func (r *reader) branches(e entry) []BranchDecl {
	if e.node.Kind != yaml.SequenceNode {
		r.fail(e.pos, "form", `"decide" must be a list`, "write lines - when: …, next: …, and a last - next: …")
		return nil
	}
	var out []BranchDecl
	for _, n := range e.node.Content {
		var b BranchDecl
		for _, e := range r.entries(n, at(n), "a branch") {
			switch e.key.Value {
			case "when":
				b.When = r.word(e)
			case "next":
				b.Next = r.word(e)
			default:
				r.unknown(e.key, branchKeys)
			}
		}
		if !b.Next.Given() {
			r.fail(at(n), "form", "a branch has no next", "")
			b.Next = Word{}
		}
		out = append(out, b)
	}
	return out
}

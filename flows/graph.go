package flows

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"madoguchi/i18n"
)

// The picture of a flow comes in two forms made from the same boxes and arrows:
// Mermaid text for documents that render it, and a standalone SVG (picture.go).

// box is one step of the picture.
type box struct {
	step *Step
	verb string // in Japanese
	text string // what the step is about, in one line
}

// arrow is all ways from one step to another.
type arrow struct {
	from, to int
	label    string
}

// verbNames are the verbs as the staff who look after flows call them.
var verbNames = map[Verb]string{
	Say: "案内", Ask: "質問", Form: "設定した項目の質問", Check: "内容の確認", Decide: "条件で分岐",
	Do: "処理", Call: "ほかの手続き", Handoff: "職員へ引き継ぎ", End: "終了",
}

// graph returns the boxes in the order of the file and the arrows in the order
// of their outcomes there.
func (f *Flow) graph(lang i18n.Lang) ([]box, []arrow) {
	boxes := make([]box, len(f.Order))
	number := make(map[string]int, len(f.Order))
	for i, name := range f.Order {
		s := f.Steps[name]
		number[name] = i
		boxes[i] = box{step: s, verb: verbNames[s.Verb], text: f.about(s, lang)}
	}
	var arrows []arrow
	for i, name := range f.Order {
		s := f.Steps[name]
		for _, o := range s.outcomes() {
			to := number[s.Next[o]]
			label := s.label(o, lang)
			if at := slices.IndexFunc(arrows, func(a arrow) bool { return a.from == i && a.to == to }); at >= 0 {
				if label != "" {
					arrows[at].label = strings.TrimPrefix(arrows[at].label+"・"+label, "・")
				}
				continue
			}
			arrows = append(arrows, arrow{i, to, label})
		}
		if last := len(arrows) - 1; last >= 0 && arrows[last].from == i && (last == 0 || arrows[last-1].from != i) {
			arrows[last].label = "" // all ways lead there
		}
	}
	return boxes, arrows
}

// outcomes returns the step's outcomes in the order a reader expects: choices
// and branches as in the file, others by name, next last.
func (s *Step) outcomes() []string {
	var out []string
	take := func(o string) {
		if _, ok := s.Next[o]; ok && o != Next && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	for _, c := range s.Choices {
		take(c.Value)
	}
	for _, b := range s.Branches {
		take(b.Outcome)
	}
	for _, o := range sortedKeys(s.Next) {
		take(o)
	}
	if _, ok := s.Next[Next]; ok {
		out = append(out, Next)
	}
	return out
}

// label returns what stands at the arrow of an outcome; nothing if there is no
// other.
func (s *Step) label(outcome string, lang i18n.Lang) string {
	for _, c := range s.Choices {
		if c.Value == outcome {
			return shown(c.Label, lang)
		}
	}
	for i, b := range s.Branches {
		if b.Outcome == outcome && b.When != nil {
			return branchMark(i)
		}
	}
	switch {
	case outcome == Skip:
		return "回答しない"
	case outcome == Next && (len(s.Next) > 1):
		return "そのほか"
	case outcome == Next:
		return ""
	}
	return outcome
}

// shown returns a text as the picture shows it: placeholders as they are
// written, furigana in brackets.
func shown(t *i18n.Text, lang i18n.Lang) string {
	var args []i18n.Arg
	for _, name := range t.Placeholders() {
		args = append(args, i18n.Arg{Name: name, Value: "{" + name + "}"})
	}
	return i18n.Plain(t.In(lang, args...))
}

// branchMark numbers a branch in the box and at its arrow.
func branchMark(i int) string {
	if i < 20 {
		return string(rune('①' + i))
	}
	return strconv.Itoa(i + 1)
}

// about returns what a box says under its name.
func (f *Flow) about(s *Step, lang i18n.Lang) string {
	if s.Text != nil && s.Verb != Check {
		return strings.Join(strings.Fields(shown(s.Text, lang)), " ")
	}
	switch s.Verb {
	case Decide:
		var conditions []string
		for i, b := range s.Branches {
			if b.When != nil {
				conditions = append(conditions, branchMark(i)+" "+b.When.Source)
			}
		}
		return strings.Join(conditions, " ")
	case Check:
		labels := make([]string, len(s.Fields))
		for i, name := range s.Fields {
			labels[i] = name
			if field := f.Field(name); field != nil && field.Label != nil {
				labels[i] = shown(field.Label, lang)
			}
		}
		return strings.Join(labels, "・")
	case Do:
		return s.Action
	case Call:
		return s.Flow
	case Form:
		return s.Form
	case Handoff:
		return s.Topic
	case End:
		return s.Outcome
	}
	return ""
}

// mermaidShapes are the brackets around a box by verb.
var mermaidShapes = map[Verb][2]string{
	Say: {"(", ")"}, Ask: {"[/", "/]"}, Form: {"[/", "\\]"}, Check: {"[\\", "\\]"}, Decide: {"{{", "}}"},
	Do: {"[", "]"}, Call: {"[[", "]]"}, Handoff: {">", "]"}, End: {"([", "])"},
}

// Mermaid returns the flow as a Mermaid flowchart with its texts in lang. Step
// names never reach Mermaid as identifiers, where "end" and others would break
// the chart.
func (f *Flow) Mermaid(lang i18n.Lang) string {
	boxes, arrows := f.graph(lang)
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	for i, x := range boxes {
		shape := mermaidShapes[x.step.Verb]
		label := "<b>" + mermaidText(x.step.Name) + "</b> " + x.verb
		if x.text != "" {
			label += "<br/>" + mermaidText(cut(x.text, 60))
		}
		fmt.Fprintf(&b, "    s%d%s\"%s\"%s:::%s\n", i, shape[0], label, shape[1], x.step.Verb)
	}
	for _, a := range arrows {
		if a.label == "" {
			fmt.Fprintf(&b, "    s%d --> s%d\n", a.from, a.to)
		} else {
			fmt.Fprintf(&b, "    s%d -->|\"%s\"| s%d\n", a.from, mermaidText(a.label), a.to)
		}
	}
	for _, v := range []Verb{Say, Ask, Form, Check, Decide, Do, Call, Handoff, End} {
		p := paints[v]
		fmt.Fprintf(&b, "    classDef %s fill:%s,stroke:%s,color:#1a1a1a\n", v, p.fill, p.line)
	}
	return b.String()
}

// mermaidText escapes what Mermaid or the HTML in its labels would read.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\"<>&#;`|\\{}[]()\n", r) {
			b.WriteString("#" + strconv.Itoa(int(r)) + ";")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// cut shortens s to at most n letters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

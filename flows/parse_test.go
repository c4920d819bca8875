package flows

import (
	"strings"
	"testing"
)

// Files that are refused before their meaning is looked at.
func TestParseBounds(t *testing.T) {
	head := "flow: f\ntitle: 手続き\nbegins: [手続き]\nsteps:\n"
	for _, tc := range []struct{ name, source, want string }{
		{"empty", "", "f.yaml:1:1: the file is empty (start with flow: and a name)"},
		{"only a remark", "# なにもない\n", "f.yaml:1:1: the file is empty (start with flow: and a name)"},
		{"too long", head + strings.Repeat("#", 256<<10), "f.yaml:1:1: the file has 262196 bytes, more than 262144 (split it into flows that call each other)"},
		{"not UTF-8", "flow: \xff", "f.yaml:1:1: the file is not UTF-8 text (save it as UTF-8)"},
		{"an alias inside its own anchor", "flow: &a [*a]", "f.yaml:1:11: too many values, or values nested too deeply (write repeated parts out, or split the flow)"},
		{"nested too deeply", "flow: " + strings.Repeat("[", 40) + strings.Repeat("]", 40), "f.yaml:1:23: too many values, or values nested too deeply (write repeated parts out, or split the flow)"},
		{"a list at the top", "- flow: f", "f.yaml:1:1: a flow file must be a list of key: value lines"},
		{"too many steps", head + strings.Repeat("  s: {end: done}\n", 1) + manySteps(301), "f.yaml:305:3: the flow has 302 steps, more than 300 (split it into flows that call each other)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			problems := CheckSet([]*File{Parse("f.yaml", []byte(tc.source))}, vocabulary(), nil)
			if len(problems) == 0 || problems[0].String() != tc.want {
				t.Errorf("got  %v\nwant %s", problems, tc.want)
			}
		})
	}
}

func manySteps(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("  s" + strings.Repeat("x", i%30) + string(rune('a'+i/30)) + ": {end: done}\n")
	}
	return b.String()
}

// An anchor used within reason is what it stands for.
func TestParseFollowsAliases(t *testing.T) {
	f := Parse("f.yaml", []byte("flow: f\ntitle: 手続き\nbegins: [手続き]\nfields:\n  a: &yes {type: yesno}\n  b: *yes\nsteps:\n  a: {ask: あ, into: a, next: b}\n  b: {ask: い, into: b, next: done}\n  done: {end: done}\n"))
	if problems := CheckSet([]*File{f}, vocabulary(), nil); len(problems) > 0 {
		t.Fatal(problems)
	}
	if got := f.field("b").Type.Value; got != "yesno" {
		t.Errorf("type of b is %q", got)
	}
}

// Texts are bound under the keys translators know them by.
func TestTextKeys(t *testing.T) {
	var keys []string
	for _, text := range compiled(t, "card-pickup").Bound() {
		keys = append(keys, text.Key)
	}
	all := strings.Join(keys, "\n")
	for _, want := range []string{
		"flow.card-pickup.title", "flow.card-pickup.visitor.ask", "flow.card-pickup.visitor.help",
		"flow.card-pickup.visitor.choice.self", "flow.card-pickup.done.say", "flow.card-pickup.field.visitor",
		"flow.card-pickup.papers.card-pickup.self.1",
	} {
		if !strings.Contains("\n"+all+"\n", "\n"+want+"\n") {
			t.Errorf("no text under %s in:\n%s", want, all)
		}
	}
}

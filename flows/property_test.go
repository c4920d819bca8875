package flows

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"madoguchi/i18n"
)

// sound draws a flow that keeps every rule: each step leads on to the next one,
// other ways lead anywhere below, and ways back leave only from questions.
func sound(t *rapid.T) string {
	n := rapid.IntRange(2, 25).Draw(t, "steps")
	var b strings.Builder
	b.WriteString("flow: drawn\ntitle: 手続き\nbegins: [手続き]\nfields:\n  who: {type: choice}\n  n: {type: number}\n  visit: {type: slot, service: move}\nsteps:\n")
	name := func(i int) string { return fmt.Sprintf("s%d", i) }
	for i := range n - 1 {
		below := func(label string) string { return name(rapid.IntRange(i+1, n-1).Draw(t, label)) }
		any := func(label string) string { return name(rapid.IntRange(0, n-1).Draw(t, label)) }
		next := name(i + 1)
		fmt.Fprintf(&b, "  %s:\n", name(i))
		switch rapid.SampledFrom([]Verb{Say, Ask, Check, Decide, Do, Handoff}).Draw(t, "verb") {
		case Say:
			fmt.Fprintf(&b, "    say: 案内\n    next: %s\n", next)
		case Ask:
			fmt.Fprintf(&b, "    ask: 質問\n    into: who\n    choices: {a: あ, b: い, c: う}\n    next: {a: %s, c: %s, next: %s}\n", any("a"), any("c"), next)
		case Check:
			fmt.Fprintf(&b, "    check: [n]\n    next: %s\n", next)
		case Decide:
			fmt.Fprintf(&b, "    decide:\n      - {when: n > 1, next: %s}\n      - {when: 'who == \"a\"', next: %s}\n      - next: %s\n", below("first"), below("second"), next)
		case Do:
			fmt.Fprintf(&b, "    do: reservation.book\n    next: {booked: %s, full: %s, closed: %s}\n", next, below("full"), below("closed"))
		case Handoff:
			fmt.Fprintf(&b, "    handoff: 相談\n    when: n > 1\n    next: %s\n", next)
		}
	}
	fmt.Fprintf(&b, "  %s: {end: done}\n", name(n-1))
	return b.String()
}

// Every sound flow compiles, its machine agrees with its table on every
// outcome, and it can be drawn.
func TestSoundFlowsCompile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := sound(t)
		f, err := Compile(Parse("drawn.yaml", []byte(source)), vocabulary(), i18n.Builtin())
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		for name, s := range f.Steps {
			for outcome, want := range s.Next {
				if got, err := f.Advance(context.Background(), name, outcome); got != want || err != nil {
					t.Fatalf("Advance(%s, %s) = %q, %v; want %q\n%s", name, outcome, got, err, want, source)
				}
			}
			if _, err := f.Advance(context.Background(), name, "@none"); s.Verb != Ask && !errors.Is(err, ErrNoWay) {
				t.Fatalf("Advance(%s, @none): %v, want ErrNoWay", name, err)
			}
		}
		if first, second := f.SVG(i18n.Japanese), f.SVG(i18n.Japanese); first != second {
			t.Fatal("two pictures of one flow differ")
		}
	})
}

// A way that is cut from a sound flow never goes unnoticed.
func TestCutFlowsAreRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := sound(t)
		lines := strings.Split(strings.TrimSpace(source), "\n")
		// The last line is the end; without it nothing can be finished.
		cut := strings.Join(lines[:len(lines)-1], "\n")
		if _, err := Compile(Parse("drawn.yaml", []byte(cut)), vocabulary(), i18n.Builtin()); err == nil {
			t.Fatalf("accepted without an end:\n%s", cut)
		}
	})
}

// Whatever bytes come in, the checker answers without a panic and in its bounds,
// and Compile accepts exactly what it passes.
func FuzzFlow(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/broken/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, p := range paths {
			source, err := os.ReadFile(p)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(source)
		}
	}
	f.Add([]byte("steps:\n !0\n000000"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, source []byte) {
		file := Parse("fuzz.yaml", source)
		problems := CheckSet([]*File{file}, vocabulary(), nil)
		for _, p := range problems {
			if p.Line < 1 || p.Column < 1 || p.Message == "" || p.Rule == "" {
				t.Fatalf("a problem without a place or a word: %+v", p)
			}
		}
		flow, err := Compile(file, vocabulary(), i18n.Builtin())
		if (err == nil) != (len(Errors(problems)) == 0) {
			t.Fatalf("Compile: %v, but the checker says %v", err, problems)
		}
		if err != nil {
			return
		}
		for name, s := range flow.Steps {
			for outcome, want := range s.Next {
				if got, err := flow.Advance(t.Context(), name, outcome); got != want || err != nil {
					t.Fatalf("Advance(%s, %s) = %q, %v; want %q", name, outcome, got, err, want)
				}
			}
		}
		_ = flow.SVG(i18n.Japanese)
		_ = flow.Mermaid(i18n.Japanese)
	})
}

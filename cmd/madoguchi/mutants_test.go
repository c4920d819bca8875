package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"madoguchi/store/storetest/postgres"
)

// A mutant is a deliberate breakage of the program that a named test must
// catch: it shows that the test can fail. Each is one file in testdata/mutants:
//
//	One sentence: what is broken, and what it would do to people.
//
//	file store/conversation/conversation.go
//	test ./store/conversation TestOneTurnPerEvent
//
//	 a line that stays, to say where
//	-a line that goes
//	+a line that comes in its place
//
// More than one test line means that each of the tests catches it alone; a test
// may name a subtest, as TestTurns/postgres. The lines after the head stand in
// the file exactly once, in this order and without a gap; a blank line begins
// another place of the same file.
//
// "make mutants" runs them all: the tests pass on the program as it is, and
// fail on each mutant. The changed file only exists in a temporary folder,
// which go test puts over the tree (-overlay). Without MADOGUCHI_MUTANTS=1 it
// is only checked that every mutant still fits the program and names tests
// that exist, so that none of them rots.
type mutant struct {
	name  string // of the file
	story string
	file  string
	tests []testName
	edits []edit
}

// edit replaces whole lines by others.
type edit struct{ old, new string }

// testName is a test and the package it is in.
type testName struct{ pkg, name string }

// root is the module's folder, seen from this package.
const root = "../.."

func TestMutants(t *testing.T) {
	mutants := readMutants(t)
	for _, m := range mutants {
		t.Run("applies/"+m.name, func(t *testing.T) {
			if _, err := m.apply(); err != nil {
				t.Error(err)
			}
			for _, n := range m.tests {
				if !n.exists(t) {
					t.Errorf("%s has no %s", n.pkg, n.name)
				}
			}
		})
	}
	if os.Getenv("MADOGUCHI_MUTANTS") != "1" || t.Failed() {
		return
	}
	env := append(os.Environ(), "MADOGUCHI_REQUIRE_POSTGRES=1", "MADOGUCHI_MUTANTS=")
	if os.Getenv("MADOGUCHI_TEST_POSTGRES") == "" {
		server, err := postgres.Start()
		if err != nil {
			t.Fatalf("mutants of what PostgreSQL does need PostgreSQL: %v", err)
		}
		defer server.Stop()
		env = append(env, "MADOGUCHI_TEST_POSTGRES="+server.Address)
	}
	sound := t.Run("sound", func(t *testing.T) {
		byPackage := map[string][]string{}
		for _, m := range mutants {
			for _, n := range m.tests {
				top, _, _ := strings.Cut(n.name, "/")
				if !slices.Contains(byPackage[n.pkg], top) {
					byPackage[n.pkg] = append(byPackage[n.pkg], top)
				}
			}
		}
		for pkg, tops := range byPackage {
			results, log := runTests(t, env, "", pkg, "^("+strings.Join(tops, "|")+")$")
			for _, top := range tops {
				if results[top] != "pass" {
					t.Errorf("%s %s on the program as it is: %q\n%s", pkg, top, results[top], log)
				}
			}
		}
	})
	if !sound {
		return
	}
	for _, m := range mutants {
		t.Run("caught/"+m.name, func(t *testing.T) {
			overlay, err := m.overlay(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range m.tests {
				results, log := runTests(t, env, overlay, n.pkg, n.pattern())
				switch results[n.name] {
				case "fail":
					t.Logf("%s %s catches: %s", n.pkg, n.name, m.story)
				case "":
					t.Errorf("%s %s did not run: %s\n%s", n.pkg, n.name, m.story, log)
				default:
					t.Errorf("%s %s does not catch: %s", n.pkg, n.name, m.story)
				}
			}
		})
	}
}

// readMutants reads testdata/mutants.
func readMutants(t *testing.T) []mutant {
	t.Helper()
	files, err := filepath.Glob("testdata/mutants/*.mutant")
	if err != nil || len(files) == 0 {
		t.Fatalf("no mutants: %v", err)
	}
	only := os.Getenv("MADOGUCHI_MUTANT") // one of them, while working on it
	var list []mutant
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".mutant")
		if only != "" && only != name {
			continue
		}
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m, err := parseMutant(name, string(data))
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		list = append(list, m)
	}
	return list
}

func parseMutant(name, text string) (mutant, error) {
	m := mutant{name: name}
	story, rest, ok := strings.Cut(text, "\n\nfile ")
	head, hunks, ok2 := strings.Cut(rest, "\n\n")
	if !ok || !ok2 || story == "" {
		return m, errors.New("want a sentence, the file and tests, and the lines, with a blank line between them")
	}
	m.story = strings.ReplaceAll(story, "\n", " ")
	for i, line := range strings.Split(head, "\n") {
		words := strings.Fields(line)
		switch {
		case i == 0 && len(words) == 1:
			m.file = words[0]
		case i > 0 && len(words) == 3 && words[0] == "test":
			m.tests = append(m.tests, testName{words[1], words[2]})
		default:
			return m, fmt.Errorf("%q: want \"test PACKAGE NAME\"", line)
		}
	}
	for hunk := range strings.SplitSeq(strings.TrimSuffix(hunks, "\n"), "\n\n") {
		var e edit
		for line := range strings.Lines(hunk + "\n") {
			switch {
			case strings.HasPrefix(line, " "):
				e.old += line[1:]
				e.new += line[1:]
			case strings.HasPrefix(line, "-"):
				e.old += line[1:]
			case strings.HasPrefix(line, "+"):
				e.new += line[1:]
			default:
				return m, fmt.Errorf("%q: want a line that begins with a space, - or +", line)
			}
		}
		if e.old == "" || e.old == e.new {
			return m, fmt.Errorf("%q: nothing changed", hunk)
		}
		m.edits = append(m.edits, e)
	}
	if m.file == "" || len(m.tests) == 0 {
		return m, errors.New("no file or no test")
	}
	return m, nil
}

// apply returns the changed source. Each edit's old lines must be found once,
// and Go must still be Go.
func (m mutant) apply() (string, error) {
	data, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		return "", err
	}
	source := "\n" + string(data) // every line begins after a line break
	for _, e := range m.edits {
		if n := strings.Count(source, "\n"+e.old); n != 1 {
			return "", fmt.Errorf("%s has these lines %d times, want once:\n%s", m.file, n, e.old)
		}
		source = strings.Replace(source, "\n"+e.old, "\n"+e.new, 1)
	}
	changed := source[1:]
	if strings.HasSuffix(m.file, ".go") {
		if _, err := parser.ParseFile(token.NewFileSet(), m.file, changed, 0); err != nil {
			return "", fmt.Errorf("changed: %w", err)
		}
	}
	return changed, nil
}

// overlay writes the changed file into a folder and returns the name of what go
// test -overlay wants to be told.
func (m mutant) overlay(folder string) (string, error) {
	changed, err := m.apply()
	if err != nil {
		return "", err
	}
	original, err := filepath.Abs(filepath.Join(root, m.file))
	if err != nil {
		return "", err
	}
	copied := filepath.Join(folder, filepath.Base(m.file))
	if err := os.WriteFile(copied, []byte(changed), 0o600); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{original: copied}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(folder, "overlay.json")
	return name, os.WriteFile(name, list, 0o600)
}

// pattern selects exactly this test.
func (n testName) pattern() string {
	parts := strings.Split(n.name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// exists looks for the test in the sources of its package.
func (n testName) exists(t *testing.T) bool {
	t.Helper()
	top, _, _ := strings.Cut(n.name, "/")
	files, err := filepath.Glob(filepath.Join(root, n.pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(f string) bool {
		data, err := os.ReadFile(f)
		return err == nil && bytes.Contains(data, []byte("\nfunc "+top+"(t *testing.T)"))
	})
}

// runTests runs tests of a package and returns how each ended: pass, fail, skip
// or, where it did not even run (the package did not build, say), not at all.
func runTests(t *testing.T, env []string, overlay, pkg, pattern string) (results map[string]string, log string) {
	t.Helper()
	args := []string{"test", "-json", "-count=1", "-vet=off", "-timeout=3m", "-run", pattern}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.Command("go", append(args, pkg)...)
	cmd.Dir, cmd.Env = root, env
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	results = map[string]string{}
	var said strings.Builder
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct{ Action, Test, Output string }
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			said.Write(append(lines.Bytes(), '\n'))
			continue
		}
		said.WriteString(event.Output)
		switch event.Action {
		case "pass", "fail", "skip":
			results[event.Test] = event.Action
		}
	}
	return results, said.String()
}

func TestParseMutant(t *testing.T) {
	good := "It is broken.\n\nfile a/b.go\ntest ./a TestA\ntest ./c TestC/sub\n\n keep\n-old\n+new\n\n-away\n"
	m, err := parseMutant("x", good)
	if err != nil || m.file != "a/b.go" || m.story != "It is broken." ||
		!slices.Equal(m.tests, []testName{{"./a", "TestA"}, {"./c", "TestC/sub"}}) ||
		!slices.Equal(m.edits, []edit{{"keep\nold\n", "keep\nnew\n"}, {"away\n", ""}}) {
		t.Errorf("%+v, %v", m, err)
	}
	if got := m.tests[1].pattern(); got != "^TestC$/^sub$" {
		t.Errorf("pattern %s", got)
	}
	for name, text := range map[string]string{
		"no sentence":    strings.TrimPrefix(good, "It is broken."),
		"no test":        "It is broken.\n\nfile a/b.go\n\n-old\n+new\n",
		"test of where?": strings.Replace(good, "./a TestA", "TestA", 1),
		"no change":      strings.Replace(good, "+new", "+old", 1),
		"a loose line":   good + "loose\n",
	} {
		if _, err := parseMutant("x", text); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

package flows

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
)

// Every file of testdata/broken is named after the rule it breaks (a number
// may follow) and has the whole report beside it.
func TestBrokenFiles(t *testing.T) {
	paths, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		name := strings.TrimSuffix(filepath.Base(p), ".yaml")
		t.Run(name, func(t *testing.T) {
			set := files(t, "broken/"+name+".yaml")
			// A file may come with the flows it calls.
			if _, err := os.Stat("testdata/broken/" + name + "-callee"); err == nil {
				set = append(set, files(t, "broken/"+name+"-callee/*.yaml")...)
			}
			var cat *i18n.Catalog
			if name == "translation" {
				cat = (&i18n.Catalog{}).Translated(i18n.EasyJapanese, nil).Translated(i18n.English, nil)
			}
			problems := CheckSet(set, vocabulary(), cat)
			var report strings.Builder
			for _, p := range problems {
				report.WriteString(p.String() + "\n")
			}
			golden(t, "broken/"+name+".txt", report.String())
			rule := strings.TrimRight(name, "0123456789")
			if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule == rule }) {
				t.Errorf("rule %s found nothing in its own file", rule)
			}
		})
	}
}

// An outcome that no longer comes may be handled, and need not be.
func TestRetiredOutcome(t *testing.T) {
	for _, next := range []string{"{done: done}", "{done: done, late: done}"} {
		f := Parse("f.yaml", []byte("flow: f\ntitle: 手続き\nbegins: [手続き]\nsteps:\n  give: {do: reservation.release, next: "+next+"}\n  done: {end: done}\n"))
		if problems := CheckSet([]*File{f}, vocabulary(), nil); len(problems) > 0 {
			t.Errorf("next: %s: %v", next, problems)
		}
	}
}

// reporting finds the rule's name in a call that reports a problem.
var reporting = regexp.MustCompile(`\.(?:fail|warn)\([^"\n]*?, "([a-z-]+)"`)

// The rules are what the sources report with; each must have a broken file.
func TestEveryRuleHasABrokenFile(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range sources {
		if strings.HasSuffix(p, "_test.go") {
			continue
		}
		source, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reporting.FindAllStringSubmatch(string(source), -1) {
			rule := m[1]
			found, _ := filepath.Glob("testdata/broken/" + rule + "[0-9].yaml")
			if _, err := os.Stat("testdata/broken/" + rule + ".yaml"); err != nil && len(found) == 0 {
				t.Errorf("%s: no broken file for rule %s", p, rule)
			}
		}
	}
}

func TestGoodFilesHaveNoErrors(t *testing.T) {
	if bad := Errors(CheckSet(files(t, "good/*.yaml"), vocabulary(), i18n.Builtin())); len(bad) > 0 {
		t.Error(&Refused{bad})
	}
}

// The checker looks for translations where Compile binds them.
func TestSourcesOfFileAndFlowAgree(t *testing.T) {
	for _, f := range files(t, "good/*.yaml") {
		flow := compiled(t, f.Flow.Value)
		want := map[string]i18n.Source{}
		for _, s := range flow.Sources() {
			want[s.Key] = s
		}
		got := map[string]i18n.Source{}
		for _, s := range f.sources() {
			got[s.Key] = s.Source
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-flow +file):\n%s", f.Path, diff)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	for _, tc := range []struct {
		word string
		from []string
		want string
	}{
		{"vist", []string{"visit", "visitor"}, `did you mean "visit"?`},
		{"nxet", []string{"next", "text"}, `did you mean "next"?`},
		{"quite-different", []string{"a", "b"}, "one of: a, b"},
		{"x", nil, ""},
	} {
		if got := didYouMean(tc.word, tc.from); got != tc.want {
			t.Errorf("didYouMean(%q, %v) = %q, want %q", tc.word, tc.from, got, tc.want)
		}
	}
}

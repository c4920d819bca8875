package flows

import (
	"os"
	"path/filepath"
	"testing"

	"madoguchi/i18n"
)

// vocabulary is what the tests' flows may refer to.
func vocabulary() Vocabulary {
	return Vocabulary{
		Types: map[string]Type{
			"text":   {},
			"choice": {Choices: true},
			"yesno":  {Values: []string{"yes", "no"}, As: YesKind},
			"date":   {As: DateKind},
			"number": {Bounds: true, As: NumberKind},
			"party":  {Bounds: true, As: NumberKind},
			"slot":   {Service: true},
		},
		Forms: []string{"application", "registration"},
		Actions: map[string]Action{
			"reservation.book": {
				Needs:    []string{"visit"},
				Sets:     []string{"receipt", "key"},
				Outcomes: []string{"booked", "full", "closed"},
			},
			"reservation.release": {Outcomes: []string{"done"}, Retired: []string{"late"}},
		},
	}
}

// files parses every flow under the folder of testdata.
func files(t testing.TB, pattern string) []*File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files for %s: %v", pattern, err)
	}
	var out []*File
	for _, p := range paths {
		source, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Parse(filepath.Base(p), source))
	}
	return out
}

func compiled(t testing.TB, name string) *Flow {
	t.Helper()
	set, err := CompileSet(files(t, "good/*.yaml"), vocabulary(), i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	if set[name] == nil {
		t.Fatalf("no flow %q in testdata/good", name)
	}
	return set[name]
}

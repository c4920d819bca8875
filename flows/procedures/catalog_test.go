package procedures_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/bot/action"
	"madoguchi/flows"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
)

// sources are all texts whose Japanese stands in flow files and the FAQ, by the
// catalog file their translations belong in.
func sources(t *testing.T) map[string][]i18n.Source {
	t.Helper()
	cat := i18n.Builtin()
	out := map[string][]i18n.Source{}
	compiled, err := flows.CompileSet(parse(), action.Vocabulary(), cat)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range compiled {
		out["flow-"+name+".yaml"] = f.Sources()
	}
	entries, err := procedures.FAQ(cat)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		file := "faq-" + e.Subject + ".yaml"
		out[file] = append(out[file], e.Sources()...)
	}
	return out
}

// Every translation exists, was made from the Japanese as it stands, and has its
// placeholders. With -restamp the files are rewritten with current hashes and
// the keys that are missing.
func TestTranslationsOfFlowsAndAnswers(t *testing.T) {
	cat := i18n.Builtin()
	bySource := sources(t)
	if *restamp {
		for _, lang := range cat.Languages() {
			if lang == i18n.Japanese {
				continue
			}
			for file, s := range bySource {
				data, err := cat.Restamp(lang, s)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join("../../i18n/catalogs", string(lang), file), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		t.Fatal("translations rewritten: run again without -restamp")
	}
	var all []i18n.Source
	for _, s := range bySource {
		all = append(all, s...)
	}
	for _, issue := range cat.Report(all...) {
		if issue.Kind == i18n.LongSentence || !strings.HasPrefix(issue.Key, "flow.") && !strings.HasPrefix(issue.Key, "faq.") {
			continue
		}
		t.Errorf("%s", issue)
	}
}

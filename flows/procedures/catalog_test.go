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
	events, err := procedures.Events(action.Vocabulary(), cat)
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range events {
		out["event-"+name+".yaml"] = e.Sources()
	}
	return out
}

// Every translation has the placeholders of the Japanese; those into やさしい日本語
// and English exist and were made from the Japanese as it stands. With -update
// the keys that are missing are added to the files, with -restamp all get
// current hashes too.
func TestTranslationsOfFlowsAndAnswers(t *testing.T) {
	cat := i18n.Builtin()
	bySource := sources(t)
	if *update || *restamp {
		write := cat.Scaffold
		if *restamp {
			write = cat.Restamp
		}
		for _, lang := range cat.Languages() {
			if lang == i18n.Japanese {
				continue
			}
			for file, s := range bySource {
				data, err := write(lang, s)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join("../../i18n/catalogs", string(lang), file), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		t.Fatal("translations rewritten: run again without -update and -restamp")
	}
	var all []i18n.Source
	for _, s := range bySource {
		all = append(all, s...)
	}
	for _, issue := range cat.Report(all...) {
		base := issue.Lang == i18n.EasyJapanese || issue.Lang == i18n.English
		if issue.Kind == i18n.LongSentence || issue.Kind.Warning() && !base || !strings.HasPrefix(issue.Key, "flow.") && !strings.HasPrefix(issue.Key, "faq.") && !strings.HasPrefix(issue.Key, "event.") {
			continue
		}
		t.Errorf("%s", issue)
	}
}

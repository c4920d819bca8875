package procedures_test

import (
	"slices"
	"strings"
	"testing"

	"madoguchi/flows/procedures"
	"madoguchi/i18n"
)

var languages = []i18n.Lang{"ja", "ja-easy", "en", "zh-Hans", "zh-Hant", "ko", "vi", "ne", "pt-BR", "es", "fil", "id"}

// What people say is said for something that is here, once, in every language.
func TestSaid(t *testing.T) {
	for _, lang := range languages {
		list := procedures.Said(lang)
		if len(list) < 500 {
			t.Errorf("%s: %d sentences", lang, len(list))
		}
		meant := map[string]string{}
		for _, s := range list {
			if !slices.Contains(procedures.Order, s.For) && s.For != "person" && s.For != "elsewhere" {
				t.Errorf("%s: %q is said for %q, which is not here", lang, s.Text, s.For)
			}
			text := strings.ToLower(strings.TrimSpace(s.Text))
			if other, twice := meant[text]; twice {
				t.Errorf("%s: %q stands for %s and for %s", lang, s.Text, other, s.For)
			}
			meant[text] = s.For
		}
	}
}

// A question that may lead into a procedure names one that is here.
func TestQuestionsLeadSomewhere(t *testing.T) {
	entries, err := procedures.FAQ(i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Of != "" && !slices.Contains(procedures.Order, e.Of) {
			t.Errorf("%s is of %q, which is not here", e.ID, e.Of)
		}
	}
}

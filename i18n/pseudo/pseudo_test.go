package pseudo_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
	"madoguchi/i18n/pseudo"
)

func TestText(t *testing.T) {
	for source, want := range map[string]string{
		"Yes":          "⟦Ýéš ~~⟧",
		"No. {name}":   "⟦Ñö. {name} ~~⟧",
		"it''s '{so}'": "⟦ít''š '{so}' ~~~⟧",
		"{n, plural, one {# place} other {# places}}": "⟦{n, plural, one {# pláçé} other {# pláçéš}} ~~~~~~~⟧",
	} {
		got := pseudo.Text(source)
		if got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
		if _, err := i18n.Compile(pseudo.Lang, got); err != nil {
			t.Error(err)
		}
	}
}

// The language is whole: nothing in it falls back.
func TestCatalogIsWhole(t *testing.T) {
	c := pseudo.Catalog(i18n.Builtin(), []i18n.Source{{Key: "flow.x.ask", Text: "{n}人ですか。"}})
	for _, n := range c.Coverage(i18n.Source{Key: "flow.x.ask", Text: "{n}人ですか。"}) {
		if n.Lang == pseudo.Lang && (!n.Whole() || n.Stale > 0) {
			t.Error(n)
		}
	}
	for _, issue := range c.Report() {
		if issue.Lang == pseudo.Lang && issue.Kind != i18n.PluralForms {
			t.Error(issue)
		}
	}
}

func TestOutside(t *testing.T) {
	for shown, want := range map[string][]string{
		"⟦Ýéš ~⟧":                      nil,
		"⟦a ⟦b⟧ c⟧ 12:30":              nil,
		"⟦a⟧ Mihon City 1/2 ⟦b⟧ Hello": {"Hello"},
		"⟦too long…":                   nil,
		"⟦too long… Hello":             {"Hello"},
		"a⟦b⟧c":                        {"a", "c"},
	} {
		if diff := cmp.Diff(want, pseudo.Outside(shown, "Mihon City")); diff != "" {
			t.Errorf("%s: %s", shown, diff)
		}
	}
}

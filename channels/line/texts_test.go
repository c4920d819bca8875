package line

import (
	"slices"
	"testing"

	"madoguchi/i18n"
)

// catalogs are the texts of this channel that are translated, as they are
// written, by language.
var catalogs = written()

func written() map[i18n.Lang]map[string]string {
	c := i18n.Builtin()
	all := map[i18n.Lang]map[string]string{}
	for _, lang := range c.Languages() {
		all[lang] = map[string]string{}
		for _, source := range c.Sources("line") {
			if pattern, ok := c.Text(source.Key).Pattern(lang); ok {
				all[lang][source.Key] = pattern
			}
		}
	}
	return all
}

// testTexts reads the catalogs the program ships with.
func testTexts(lang i18n.Lang, key string, args ...i18n.Arg) string {
	return i18n.Builtin().Text(key).In(lang, args...)
}

func TestCatalogsHoldExactlyTheKeysUsed(t *testing.T) {
	for lang, texts := range catalogs {
		for _, key := range Keys {
			if texts[key] == "" && lang == i18n.Japanese {
				t.Errorf("%s: %s is missing", lang, key)
			}
		}
		for key := range texts {
			if !slices.Contains(Keys, key) {
				t.Errorf("%s: %s is not used", lang, key)
			}
		}
		for _, key := range []string{"line.more", "line.first-page", "line.pick-date"} {
			if s := plain(texts[key]); length(s) > maxLabel {
				t.Errorf("%s: %s = %q is longer than a quick reply's label (%d)", lang, key, s, maxLabel)
			}
		}
	}
}

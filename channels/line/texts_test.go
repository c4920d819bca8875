package line

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"madoguchi/i18n"
)

var catalogs = map[i18n.Lang]map[string]string{}

func TestMain(m *testing.M) {
	for _, lang := range []i18n.Lang{"ja", "ja-easy", "en"} {
		b, err := os.ReadFile("../../i18n/catalogs/" + string(lang) + "/line.yaml")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		var texts map[string]any // the text, or its translation with its stamp
		if err := yaml.Unmarshal(b, &texts); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		catalogs[lang] = map[string]string{}
		for key, text := range texts {
			if translation, ok := text.(map[string]any); ok {
				text = translation["text"]
			}
			catalogs[lang][key], _ = text.(string)
		}
	}
	os.Exit(m.Run())
}

// testTexts reads the catalogs the program ships with.
func testTexts(lang i18n.Lang, key string, args ...i18n.Arg) string {
	in := catalogs[lang]
	if in == nil {
		in = catalogs[i18n.Japanese]
	}
	s, ok := in[key]
	if !ok {
		panic("no text " + key + " in " + string(lang))
	}
	for _, a := range args {
		s = strings.ReplaceAll(s, "{"+a.Name+"}", fmt.Sprint(a.Value))
	}
	return s
}

func TestCatalogsHoldExactlyTheKeysUsed(t *testing.T) {
	for lang, texts := range catalogs {
		for _, key := range Keys {
			if texts[key] == "" {
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
				t.Errorf("%s: %s = %q is longer than a quick reply's label", lang, key, s)
			}
		}
	}
}

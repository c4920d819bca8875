package i18n_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var (
	quoted = regexp.MustCompile(`（[^（）]*）|\([^()]*\)|「[^「」]*」|『[^『』]*』|“[^“”]*”|"[^"]*"|‘[^‘’]*’|«[^«»]*»`)
	kana   = regexp.MustCompile(`[\x{3041}-\x{3096}\x{30A1}-\x{30FA}]`)
	han    = regexp.MustCompile(`\p{Han}`)
)

// Official terms stay in Japanese script beside a translation, in brackets or
// quotation marks: nothing that a reader of the language must understand is in
// Japanese alone. Answers to questions are left out, as they are whole in
// Japanese where nobody has translated them.
func TestJapaneseStandsBesideTheTranslation(t *testing.T) {
	// Examples of what to type in Japanese script, and the button that everybody
	// must recognise.
	meant := map[string]bool{"bot.hint.kana": true, "bot.hint.address": true, "web.example.kana": true, "bot.button.language": true}
	names, err := filepath.Glob("catalogs/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, name := range names {
		lang := filepath.Base(filepath.Dir(name))
		if lang == "ja" || lang == "ja-easy" {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]struct{ Text string }
		if err := yaml.Unmarshal(data, &texts); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, v := range texts {
			if read++; meant[key] || strings.HasPrefix(key, "faq.") {
				continue
			}
			japanese := func(s string) bool {
				return kana.MatchString(s) || !strings.HasPrefix(lang, "zh-") && han.MatchString(s)
			}
			alone := v.Text
			for less := true; less && japanese(alone); {
				before := alone
				alone = quoted.ReplaceAllString(alone, "")
				less = alone != before
			}
			if japanese(alone) {
				t.Errorf("%s: %s: Japanese that is not beside a translation: %s", name, key, alone)
			}
		}
	}
	if read < 1000 {
		t.Errorf("only %d texts were read", read)
	}
}

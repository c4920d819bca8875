package i18n

import "testing"

// What a municipality writes is a text as it is: braces mean nothing, furigana
// is markup, and a language without words falls back.
func TestWords(t *testing.T) {
	w := Words(map[Lang]string{Japanese: "整理{番号}", EasyJapanese: "[番号|ばんごう]", English: ""})
	for lang, want := range map[Lang]string{
		Japanese: "整理{番号}", EasyJapanese: "[番号|ばんごう]", English: "[番号|ばんごう]", "zh-Hant": "[番号|ばんごう]",
	} {
		if got := w.In(lang, Arg{Name: "番号", Value: "x"}); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	if names := w.Placeholders(); len(names) != 0 {
		t.Errorf("placeholders %q", names)
	}
	if s := Words(nil).In(English); s != "" {
		t.Errorf("no words: %q", s)
	}
}

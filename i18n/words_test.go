package i18n

import "testing"

func TestCalled(t *testing.T) {
	city := map[Lang]string{Japanese: "みほん市", EasyJapanese: "みほん[市|し]", English: "Mihon City", "ko": "미혼시"}
	for lang, want := range map[Lang]string{
		Japanese: "みほん市", EasyJapanese: "みほん[市|し]", English: "Mihon City", "en-GB": "Mihon City", "ko": "미혼시", "vi": "Mihon City",
	} {
		if got := Called(city, lang); got != want {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
	for _, lang := range []Lang{Japanese, EasyJapanese, English, "vi"} {
		if got := Called(map[Lang]string{Japanese: "本庁"}, lang); got != "本庁" {
			t.Errorf("%s, of Japanese alone: %s", lang, got)
		}
	}
}

// What a municipality writes is a text as it is: braces mean nothing, furigana
// is markup, and a language without words falls back.
func TestWords(t *testing.T) {
	w := Words(map[Lang]string{Japanese: "整理{番号}", EasyJapanese: "[番号|ばんごう]", English: ""})
	if got := Words(map[Lang]string{Japanese: "番号", EasyJapanese: "[番号|ばんごう]", English: "Number"}).In("vi"); got != "Number" {
		t.Errorf("a Vietnamese reads %q", got)
	}
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

package i18n_test

import (
	"testing"

	"madoguchi/i18n"
)

// twelve is a catalog with the languages to come.
func twelve(t testing.TB) *i18n.Catalog {
	files := map[string]string{"ja/a.yaml": "a: x\n"}
	for _, lang := range []string{"ja-easy", "en", "zh-Hans", "zh-Hant", "ko", "vi", "ne", "pt-BR", "es", "fil", "id"} {
		files[lang+"/a.yaml"] = ""
	}
	return load(t, files)
}

// three is a catalog with the languages that every municipality has.
func three(t testing.TB) *i18n.Catalog {
	return load(t, map[string]string{"ja/a.yaml": "a: x\n", "ja-easy/a.yaml": "", "en/a.yaml": ""})
}

func TestMatch(t *testing.T) {
	three := three(t)
	for _, c := range []struct {
		name    string
		catalog *i18n.Catalog
		tags    []string
		want    i18n.Lang // "" for none
	}{
		{"exact", three, []string{"en"}, "en"},
		{"region", three, []string{"ja-JP"}, "ja"},
		{"easy Japanese", three, []string{"ja-easy"}, "ja-easy"},
		{"easy Japanese, private use", three, []string{"ja-x-easy"}, "ja-easy"},
		{"header", three, []string{"fr-CH, en;q=0.8, ja;q=0.9, *;q=0.5"}, "ja"},
		{"header with q of 0", three, []string{"ja;q=0, en-AU;q=0.3"}, "en"},
		{"profile before header", three, []string{"ja-easy", "en"}, "ja-easy"},
		{"none near", three, []string{"vi-VN", "ko"}, ""},
		{"nothing", three, nil, ""},
		{"empty", three, []string{""}, ""},
		{"nonsense", three, []string{"%%%,;;q=,=,q", "\x00"}, ""},
		{"underscore", twelve(t), []string{"pt_BR"}, "pt-BR"},
		{"European Portuguese", twelve(t), []string{"pt-PT"}, "pt-BR"},
		{"Tagalog", twelve(t), []string{"tl"}, "fil"},
		{"Nepali", twelve(t), []string{"ne-NP"}, "ne"},
		{"Taiwan", twelve(t), []string{"zh-TW"}, "zh-Hant"},
		{"Hong Kong", twelve(t), []string{"zh-HK"}, "zh-Hant"},
		{"China", twelve(t), []string{"zh-CN"}, "zh-Hans"},
		{"case", twelve(t), []string{"ZH-hans"}, "zh-Hans"},
		{"Latin American Spanish", twelve(t), []string{"es-419"}, "es"},
		{"Macau", twelve(t), []string{"zh-MO"}, "zh-Hant"},
		{"Singapore", twelve(t), []string{"zh-SG"}, "zh-Hans"},
		{"Chinese of no place", twelve(t), []string{"zh"}, "zh-Hans"},
		{"script and region", twelve(t), []string{"zh-Hant-HK,zh;q=0.9"}, "zh-Hant"},
		{"Portuguese", twelve(t), []string{"pt"}, "pt-BR"},
		{"Indonesian by its old code", twelve(t), []string{"in"}, "id"},
		{"Indonesian by its old code, with region", twelve(t), []string{"in-ID"}, "id"},
		{"Philippines", twelve(t), []string{"fil-PH"}, "fil"},
		{"Tagalog of the Philippines", twelve(t), []string{"tl-PH,en;q=0.8"}, "fil"},
		{"Spanish of Peru", twelve(t), []string{"es-PE"}, "es"},
		{"Korean", twelve(t), []string{"ko-KR,ko;q=0.9,en-US;q=0.8"}, "ko"},
		{"Vietnamese", twelve(t), []string{"vi-VN"}, "vi"},
		{"Filipino is not guessed without it", three, []string{"fil"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := i18n.Match(c.catalog.Languages(), c.tags...)
			if got != c.want || ok != (c.want != "") {
				t.Errorf("%q: %q %v, want %q", c.tags, got, ok, c.want)
			}
		})
	}
}

func TestNames(t *testing.T) {
	for _, lang := range twelve(t).Languages() {
		if name := i18n.Name(lang); name == string(lang) {
			t.Errorf("%s has no name", lang)
		}
	}
	if got := i18n.Name("tlh"); got != "tlh" {
		t.Errorf("an unknown language is called %q", got)
	}
}

func TestGuess(t *testing.T) {
	three := three(t).Languages()
	all := twelve(t).Languages()
	for _, c := range []struct {
		text    string
		enabled []i18n.Lang
		want    i18n.Lang // "" for unsure
	}{
		{"引っ越しました", three, "ja"},
		{"住所変更", three, "ja"},
		{"住所変更", all, ""}, // Chinese as well
		{"住所変更したい", all, "ja"},
		{"マイナンバーカードの受け取り", all, "ja"},
		{"LINEで予約できますか", all, "ja"},
		{"ｲﾝｶﾝﾄｳﾛｸ", three, "ja"},
		{"Hello", three, "en"},
		{"I moved here last week", three, "en"},
		{"Tomorrow morning", three, "en"},
		{"OK", three, ""},
		{"Tanaka", three, ""},
		{"12", three, ""},
		{"", three, ""},
		{"👍", three, ""},
		{"Здравствуйте", three, ""},
		{"이사했어요", three, ""},
		{"이사했어요", all, "ko"},
		{"म सरेँ", all, "ne"},
		{"Tôi muốn chuyển nhà", all, "vi"},
		{"Quiero una cita, por favor", all, "es"},
		{"¿Cuándo?", all, "es"},
		{"Preciso de informações", all, "pt-BR"},
		{"Kumusta po", all, "fil"},
		{"Saya mau pindah", all, "id"},
		{"I want to move", all, "en"},
		{"Tomorrow morning", all, ""},
		{"Hello", []i18n.Lang{"ja"}, ""},
		{"こんにちは", []i18n.Lang{"en"}, ""},
	} {
		if got, ok := i18n.Guess(c.text, c.enabled); got != c.want || ok != (c.want != "") {
			t.Errorf("%q among %v: %q %v, want %q", c.text, c.enabled, got, ok, c.want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	c := twelve(f)
	for _, s := range []string{"en-US,en;q=0.9,ja;q=0.8", "ja-x-easy", "i-klingon;q=1e9", "a-b-c-d-e-f-g", ",,;q=NaN"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		lang, ok := i18n.Match(c.Languages(), s)
		if ok != (lang != "") {
			t.Fatalf("%q: %q %v", s, lang, ok)
		}
		i18n.Guess(s, c.Languages())
	})
}

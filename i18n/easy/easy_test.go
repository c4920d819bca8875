package easy_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"madoguchi/i18n"
	"madoguchi/i18n/easy"
)

// checker is made once: the dictionary takes a second.
var checker = sync.OnceValues(easy.New)

func check(t *testing.T) *easy.Checker {
	t.Helper()
	c, err := checker()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRules(t *testing.T) {
	c := check(t)
	for text, want := range map[string][]easy.Rule{
		"[市役所|しやくしょ]に [来|き]て ください。": nil,
		"[予約|よやく]できました。":            nil,
		"[次|つぎ]へ":                   nil, // a button is no sentence
		"[市役所|しやくしょ]へ [行|い]って、[申込|もうしこ]みの [紙|かみ]を もらって、[名前|なまえ]と [住所|じゅうしょ]を [書|か]いて、[出|だ]して ください。": {easy.Long},
		"ご[来庁|らいちょう]ください。":                {easy.Honorific, easy.Official},
		"お[待|ま]ちください。":                    {easy.Honorific},
		"お[名前|なまえ]を [書|か]いて ください。":        nil, // お of a word, て of a request
		"お[金|かね]を [入|い]れて ください。":          nil,
		"ここで [待|ま]って いただきます。":             {easy.Honorific},
		"この [番号|ばんごう]は もう [使|つか]われて います。": {easy.Passive},
		"[紙|かみ]を [出|だ]す。":                 {easy.Ending},
		"なるべく [早|はや]く [来|き]て ください。":       {easy.Vague},
		"[紙|かみ][等|とう]を [出|だ]して ください。":     {easy.Vague},
		"[負担区分等証明書|ふたんくぶんとうしょうめいしょ]です。":   nil,
		"9[時|じ]〜5[時|じ]です。":                {easy.Range},
		"アポイントメントを して ください。":              {easy.Katakana},
		"[転入届|てんにゅうとどけ]を [出|だ]して ください。":   {easy.Official},
		"[転入届|てんにゅうとどけ]〈[紙|かみ]〉を [出|だ]して ください。[転入届|てんにゅうとどけ]は [大切|たいせつ]です。": nil,
		"[市役所|しやくしゃ]に [来|き]て ください。":              {easy.Reading},
		"[引|ひ]っ[越|こ]しです。":                        nil,
		"[引|い]っ[越|こ]しです。":                        {easy.Reading},
		"[月曜日|げつようび]に [来|き]ました。":                 nil,
		"{n, plural, other {#[人|にん]を [選|えら]ぶ。}}": {easy.Ending},
		"はがき（[交付通知書|こうふつうちしょ]）です。":               nil,
		"[交付通知書|こうふつうちしょ]です。":                    {easy.Official},
		"[書|か]いてください。":                           {easy.Spacing},
		"{city}の [予約|よやく]です。":                    nil,
	} {
		var got []easy.Rule
		for _, f := range c.Check(text) {
			got = append(got, f.Rule)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, c.Check(text), want)
		}
	}
}

// The catalogs keep the rules; what breaks one for a reason is in words.yaml,
// and nothing stands there that is not needed.
func TestCatalogsAreEasy(t *testing.T) {
	c := check(t)
	lists := c.Lists()
	used := make([]bool, len(lists.Excepted))
	texts := map[string]string{}
	shown := ""
	for _, tr := range i18n.Builtin().Translations(i18n.EasyJapanese) {
		texts[tr.Key] = i18n.Bare(tr.Text)
		shown += texts[tr.Key] + "\n"
		for _, f := range c.Check(tr.Text) {
			if i, ok := c.Excepted(tr.Key, f.Rule); ok {
				used[i] = true
				continue
			}
			t.Errorf("%s:%d: %s: %v", tr.File, tr.Line, tr.Key, f)
		}
	}
	for i, e := range lists.Excepted {
		if !used[i] || e.Reason == "" {
			t.Errorf("words.yaml: the exception of %s is not needed, or has no reason", e.Key)
		}
	}
	for word, keys := range lists.Explained {
		for _, key := range keys {
			if !strings.Contains(texts[key], word+"〈") {
				t.Errorf("words.yaml: %s is to be explained in %s, which reads %q", word, key, texts[key])
			}
		}
	}
	for _, word := range lists.Katakana {
		if !strings.Contains(shown, word) {
			t.Errorf("words.yaml: no text has %s", word)
		}
	}
}

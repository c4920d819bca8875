package understand

import (
	"strings"
	"testing"

	"madoguchi/i18n"
)

// Every file can be read, and every language has words for what the built-in
// flows are about.
func TestSenseWords(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range senses {
		if seen[s.name] {
			t.Errorf("the sense %s is there twice", s.name)
		}
		seen[s.name] = true
	}
	if len(senses) > 64*len(senseSet{}) {
		t.Fatalf("%d senses, room for %d", len(senses), 64*len(senseSet{}))
	}
	for name, words := range sensesOf {
		var all senseSet
		for _, list := range words() {
			for _, w := range list {
				all.add(w.set)
			}
		}
		if name == "places" {
			continue
		}
		have := map[string]bool{}
		all.each(func(s sense) { have[s.name] = true })
		for _, s := range senses {
			if !have[s.name] && s.name != "place" {
				t.Errorf("%s has no word for %s", name, s.name)
			}
		}
	}
}

// sensesIn names the senses of a text, and the words without any as "?".
func sensesIn(lang i18n.Lang, text string) string {
	l := wordsOf(lang)
	var plain []byte
	var tok tokens
	folded := appendFolded(nil, text, l.indexed())
	asides := l.asides(nil, folded, &plain, &tok)
	var out []string
	for _, t := range l.sense(nil, folded, plain, asides) {
		var names []string
		t.set.each(func(s sense) { names = append(names, s.name) })
		if names == nil {
			names = []string{"?"}
		}
		out = append(out, strings.Join(names, "/"))
	}
	return strings.Join(out, " ")
}

func TestSenses(t *testing.T) {
	for _, tt := range []struct {
		lang       i18n.Lang
		text, want string
	}{
		{"ja", "来週、大阪からこちらに引っ越します", "here move"},
		{"ja-easy", "カードを とりに いきたい", "card pickup"}, // the spaces are not heard
		{"en", "I can't find my number card", "lost card"},
		{"zh-Hans", "我的卡找不到了", "card lost"},
		{"zh-Hant", "想取消預約", "cancel book"},
		{"ko", "오사카에서 이사 왔어요", "move arrive"},
		{"vi", "tôi muốn hủy lịch hẹn", "cancel book"},
		{"vi", "toi muon huy lich hen", "late/aside cancel book"}, // without tones
		{"ne", "मेरो कार्ड हरायो", "card lost"},
		{"pt-BR", "perdi meu cartão do banco", "lost bank"},
		{"es", "quiero renovar el pasaporte", "renew passport"},
		{"fil", "nakalimutan ko ang PIN", "forget pin"},
		{"id", "kartu saya sudah jadi", "card ready"},
		{"en", "my zebra", "?"},
	} {
		if got := sensesIn(tt.lang, tt.text); got != tt.want {
			t.Errorf("%s %q: got %q, want %q", tt.lang, tt.text, got, tt.want)
		}
	}
}

// Whatever is typed, a text is matched and asked about without a fault.
func FuzzMatch(f *testing.F) {
	x := NewIndex(cityIntents, nil)
	for _, text := range []string{"カードを とりに いきたい", "4桁の番号", "em muốn hủy lịch", "कार्ड", "카드 받으러", "a\xff가b", "4", " "} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for lang := range ready {
			c := in(lang)
			for _, m := range x.Match(c, text) {
				if m.Confidence < 0 || m.Confidence > 1 {
					t.Errorf("%s %q: %v", lang, text, m)
				}
				x.Strange(c, text, m.Value)
			}
			Asking(c, text)
		}
	})
}

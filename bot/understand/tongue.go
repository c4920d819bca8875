package understand

import (
	"strings"
	"sync"
	"unicode"

	"madoguchi/i18n"
)

// tongues are the words of the languages that share the Latin letters, without
// their accents.
var tongues = sync.OnceValue(func() map[i18n.Lang]map[string]bool { return newTongues(languages) })

func newTongues(all []*words) map[i18n.Lang]map[string]bool {
	out := map[i18n.Lang]map[string]bool{}
	for _, w := range all {
		if w.common == "" {
			continue
		}
		set := map[string]bool{}
		for _, text := range append([]string{w.common}, w.stop...) {
			for _, word := range strings.Fields(key(text)) {
				set[word] = true
			}
		}
		out[w.lang] = set
	}
	return out
}

// What makes a sentence clearly another language: it has some words, most of
// them known there, and few here or in a third.
const (
	leastWords   = 3
	leastKnown   = 0.6
	leadOnSpoken = 0.3
	leadOnThird  = 0.15
)

// Tongue returns the language a sentence is clearly in, other than the one
// spoken, among those enabled. A single borrowed word, a name, a plain yes or no,
// digits and official terms are in no language for this purpose: ok is false.
// spoken is "" before any has been chosen.
func Tongue(text string, spoken i18n.Lang, enabled []i18n.Lang) (lang i18n.Lang, ok bool) {
	if len(text) > maxCommand*2 {
		return "", false
	}
	var hiragana, katakana, han, hangul, devanagari, latin, toned int
	for _, r := range text {
		switch {
		case isHiragana(r):
			hiragana++
		case r >= 0x30a1 && r <= 0x30fa:
			katakana++
		case r >= 0x4e00 && r <= 0x9fff:
			han++
		case isHangul(r):
			hangul++
		case isDevanagari(r):
			devanagari++
		case r >= 0x1ea0 && r <= 0x1ef9 || r == 'đ' || r == 'ơ' || r == 'ư' || r == 'ă':
			latin++
			toned++
		case unicode.Is(unicode.Latin, r):
			latin++
		case unicode.IsLetter(r) && r != 'ー':
			return "", false // a script of none of the languages here
		}
	}
	letters := hiragana + katakana + han + hangul + devanagari + latin
	if letters < 4 {
		return "", false
	}
	is := func(l i18n.Lang) (i18n.Lang, bool) {
		if l == spoken || !contains(enabled, l) || isAnswer(text, l) {
			return "", false
		}
		return l, true
	}
	most := func(n int) bool { return 10*n >= 7*letters }
	switch {
	case most(hiragana + katakana + han):
		if hiragana+katakana == 0 {
			if l := chinese(text, han, enabled); l != "" && !isChinese(spoken) {
				return is(l)
			}
			return "", false
		}
		if spoken == i18n.Japanese || spoken == i18n.EasyJapanese || hiragana < 3 || hiragana+katakana+han < 6 || !japaneseSentence(text) {
			return "", false
		}
		if !contains(enabled, i18n.Japanese) {
			return is(i18n.EasyJapanese)
		}
		return is(i18n.Japanese)
	case most(hangul) && (hangul >= 6 || hangul >= 4 && strings.Contains(strings.TrimSpace(text), " ")):
		return is("ko")
	case most(devanagari) && len(strings.Fields(text)) >= 2:
		return is("ne")
	case most(latin):
		if l := latinTongue(text, spoken, enabled, toned); l != "" {
			return is(l)
		}
	}
	return "", false
}

func contains(list []i18n.Lang, l i18n.Lang) bool {
	for _, x := range list {
		if x == l {
			return true
		}
	}
	return false
}

func isChinese(l i18n.Lang) bool { return l == "zh-Hans" || l == "zh-Hant" }

// isAnswer reports a plain yes or no, which people say in words of any language.
func isAnswer(text string, l i18n.Lang) bool {
	var r reading
	r.begin(Context{Lang: l}, text)
	k := r.key()
	return r.answer(k) != 0 || r.answer(r.words.stripped(k)) != 0
}

// japaneseSentence looks for the endings that make Japanese words a sentence.
func japaneseSentence(text string) bool {
	for _, s := range []string{"です", "ます", "ません", "ました", "ください", "下さい", "たい", "ですか", "でしょう", "ている", "てる", "ないん", "けど", "のは", "って"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// onlyChinese are characters of the small words of Chinese, which Japanese written
// in nothing but kanji (住所変更) never has.
const onlyChinese = "我你您他她吗嗎呢吧啊们們这這么麼没沒请谢怎哪给給很是的个說说对還还办辦什啦喔要想了会會能去"

// chinese returns the Chinese a text of nothing but kanji is in, "" if it may be
// Japanese.
func chinese(text string, han int, enabled []i18n.Lang) i18n.Lang {
	if han < 4 {
		return ""
	}
	marks := map[rune]bool{}
	simplified, traditionals := 0, 0
	for _, r := range text {
		if strings.ContainsRune(onlyChinese, r) {
			marks[r] = true
		}
		if r >= 0x4e00 && r <= 0x9fff {
			if t := traditional(string(r)); t != string(r) {
				simplified++
			} else if strings.ContainsRune(traditionalLetters, r) {
				traditionals++
			}
		}
	}
	if len(marks) < 2 {
		return ""
	}
	first, second := i18n.Lang("zh-Hans"), i18n.Lang("zh-Hant")
	if traditionals > simplified {
		first, second = second, first
	}
	if !contains(enabled, first) {
		return second
	}
	return first
}

// latinTongue tells the languages of the Latin letters apart by their words.
func latinTongue(text string, spoken i18n.Lang, enabled []i18n.Lang, toned int) i18n.Lang {
	list := strings.Fields(key(text))
	n := 0
	known := map[i18n.Lang]int{}
	for _, w := range list {
		if !letter(w[0]) {
			continue
		}
		n++
		for l, set := range tongues() {
			if set[w] {
				known[l]++
			}
		}
	}
	if n < leastWords {
		return ""
	}
	if toned >= 2 {
		known["vi"] = n
	}
	share := func(l i18n.Lang) float64 { return float64(known[l]) / float64(n) }
	best := i18n.Lang("")
	for _, l := range enabled {
		if tongues()[l] != nil && (best == "" || share(l) > share(best)) {
			best = l
		}
	}
	if best == "" || best == spoken || known[best] < leastWords || share(best) < leastKnown || share(best) < share(spoken)+leadOnSpoken {
		return ""
	}
	for _, l := range enabled {
		if l != best && tongues()[l] != nil && share(best) < share(l)+leadOnThird {
			return ""
		}
	}
	return best
}

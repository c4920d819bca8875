package i18n

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

// The most that is read of what a browser sends.
const (
	longestTags = 512 // bytes
	mostTags    = 16
)

// Match returns the language of those offered that suits a person best. Each
// string is a tag or a list as in Accept-Language, most wanted first: the
// profile language of a messenger, say, then the browser's header. ja-easy (and
// ja-x-easy) is matched exactly; the others by CLDR, so that tl gives fil, in
// gives id, pt gives pt-BR, and zh-TW, failing zh-Hant, zh-Hans. ok is false if
// no language comes near.
func Match(offered []Lang, tags ...string) (lang Lang, ok bool) {
	var wanted []string
	for _, list := range tags {
		wanted = append(wanted, preferences(list)...)
	}
	if len(wanted) == 0 {
		return "", false
	}
	// Most people's first wish is offered as it is, or as the language without
	// its region; a matcher takes 40 µs to make.
	for tag := wanted[0]; tag != ""; tag = tag[:max(strings.LastIndexByte(tag, '-'), 0)] {
		if lang, ok := exactly(offered, tag); ok {
			return lang, true
		}
	}
	m := newMatcher(offered)
	// A close match of a later wish is better than a distant one of an earlier.
	for _, least := range []language.Confidence{language.High, language.Low} {
		for _, tag := range wanted {
			if lang, ok := m.match(tag, least); ok {
				return lang, true
			}
		}
	}
	return "", false
}

// exactly finds a tag as it is, in any case.
func exactly(offered []Lang, tag string) (Lang, bool) {
	if strings.EqualFold(tag, "ja-x-easy") {
		tag = string(EasyJapanese)
	}
	for _, lang := range offered {
		if strings.EqualFold(tag, string(lang)) {
			return lang, true
		}
	}
	return "", false
}

// matcher is one for the languages that x/text knows; it does not know
// やさしい日本語 and would take it for Japanese.
type matcher struct {
	offered []Lang
	cldr    language.Matcher // nil if x/text knows none
	tags    []Lang           // the languages of cldr, in its order
}

func newMatcher(offered []Lang) *matcher {
	m := &matcher{offered: offered}
	var tags []language.Tag
	for _, lang := range offered {
		if tag := tagOf(lang); lang != EasyJapanese && tag != language.Und {
			tags = append(tags, tag)
			m.tags = append(m.tags, lang)
		}
	}
	if len(tags) > 0 {
		m.cldr = language.NewMatcher(tags)
	}
	return m
}

// match finds the language for one tag.
func (m *matcher) match(tag string, least language.Confidence) (Lang, bool) {
	if lang, ok := exactly(m.offered, tag); ok {
		return lang, true
	}
	parsed, err := language.Parse(tag)
	if err != nil || m.cldr == nil {
		return "", false
	}
	if _, i, confidence := m.cldr.Match(parsed); confidence >= least {
		return m.tags[i], true
	}
	return "", false
}

// preferences reads an Accept-Language value: its tags by falling q.
func preferences(list string) []string {
	if len(list) > longestTags {
		list = list[:longestTags]
	}
	type wish struct {
		tag string
		q   float64
	}
	var wishes []wish
	for item := range strings.SplitSeq(list, ",") {
		tag, params, _ := strings.Cut(item, ";")
		w := wish{strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"), 1}
		if q, found := strings.CutPrefix(strings.TrimSpace(params), "q="); found {
			var err error
			if w.q, err = strconv.ParseFloat(q, 64); err != nil {
				w.q = 0
			}
		}
		if w.tag != "" && w.tag != "*" && w.q > 0 && len(wishes) < mostTags {
			wishes = append(wishes, w)
		}
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(b.q, a.q) })
	tags := make([]string, len(wishes))
	for i, w := range wishes {
		tags[i] = w.tag
	}
	return tags
}

// Guess returns the language of a first message by its script, among those
// enabled. It is meant to offer a language, so it answers only when it is fairly
// sure: ok is false for digits, for a word such as OK that people of any
// language write, and for kanji alone where Chinese is enabled too.
func Guess(text string, enabled []Lang) (lang Lang, ok bool) {
	var kana, han, hangul, devanagari, latin int
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			kana++
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.Is(unicode.Hangul, r):
			hangul++
		case unicode.Is(unicode.Devanagari, r):
			devanagari++
		case unicode.Is(unicode.Latin, r):
			latin++
		case unicode.IsLetter(r) && !unicode.Is(unicode.Common, r): // ー is common
			return "", false // a script of none of the languages here
		}
	}
	has := func(l Lang) (Lang, bool) {
		if slices.Contains(enabled, l) {
			return l, true
		}
		return "", false
	}
	switch {
	case kana > 0:
		return has(Japanese)
	case hangul > 0:
		return has("ko")
	case han > 0:
		if slices.ContainsFunc(enabled, isChinese) {
			return "", false
		}
		return has(Japanese)
	case devanagari > 0:
		return has("ne")
	case latin > 0:
		return guessLatin(text, enabled)
	}
	return "", false
}

func isChinese(l Lang) bool { return l == "zh" || strings.HasPrefix(string(l), "zh-") }

// latinMarks are letters and signs that one of the languages here has alone.
var latinMarks = []struct {
	lang  Lang
	marks string
}{
	{"vi", "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"},
	{"es", "ñ¿¡"},
	{"pt-BR", "ãõç"},
}

// latinWords are words that a first message often has and that tell a language.
var latinWords = map[Lang][]string{
	English: {"hello", "hi", "the", "i", "my", "want", "please", "how", "what", "where", "when", "need",
		"help", "english", "moving", "moved", "appointment", "reservation", "is", "can", "book"},
	"vi":    {"xin", "chào", "chao", "tôi", "toi", "muốn", "muon", "không", "khong", "giúp"},
	"pt-BR": {"olá", "ola", "oi", "eu", "quero", "preciso", "obrigado", "obrigada", "português", "mudança", "não"},
	"es":    {"hola", "quiero", "necesito", "gracias", "español", "por", "favor", "mudanza", "cita"},
	"fil":   {"kumusta", "kamusta", "po", "gusto", "ko", "ako", "ang", "mga", "salamat", "tagalog"},
	"id":    {"halo", "saya", "ingin", "mau", "tolong", "terima", "kasih", "bagaimana", "pindah", "selamat"},
}

// guessLatin tells the languages of the Latin script apart: by a letter of one
// alone, by their commonest words, and, where English is the only one enabled,
// by there being more than a word.
func guessLatin(text string, enabled []Lang) (Lang, bool) {
	text = strings.ToLower(text)
	for _, m := range latinMarks {
		if slices.Contains(enabled, m.lang) && strings.ContainsAny(text, m.marks) {
			return m.lang, true
		}
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	var best Lang
	most, tied, languages := 0, false, 0
	for _, lang := range enabled {
		known, isLatin := latinWords[lang]
		if !isLatin {
			continue
		}
		languages++
		n := 0
		for _, word := range words {
			if slices.Contains(known, word) {
				n++
			}
		}
		switch {
		case n > most:
			best, most, tied = lang, n, false
		case n == most:
			tied = true
		}
	}
	if most > 0 && !tied {
		return best, true
	}
	if languages == 1 && len(words) > 1 && slices.Contains(enabled, English) {
		return English, true
	}
	return "", false
}

package model

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"madoguchi/i18n"
)

// Phrasable reports whether answers in a language can be checked against their
// sources: the words that turn a sentence around must be known. やさしい日本語
// is written with readings, which no model gives.
func Phrasable(lang i18n.Lang) bool { return lang == i18n.Japanese || lang == i18n.English }

// mostAnswer is the longest phrased answer, in characters.
const mostAnswer = 600

// alike is the share of an answer's sentence that must stand in one sentence of
// a source.
const alike = 0.7

// Grounded reports whether an answer says only what its sources say, as far as
// that can be told without understanding it: every sentence is, but for a few
// words, one of theirs, with the same numbers, dates, amounts and telephone
// numbers, and with the same kinds of words that deny, limit or oblige. It holds
// nothing but plain sentences: no address, no markup.
//
// It refuses much that is right; then the source is shown as it stands.
func Grounded(answer string, sources []string) bool {
	if answer == "" || utf8.RuneCountInString(answer) > mostAnswer || strings.ContainsFunc(answer, odd) {
		return false
	}
	var theirs []sentence
	for _, s := range sources {
		theirs = append(theirs, sentences(s)...)
	}
	ours := sentences(answer)
	for _, s := range ours {
		if !s.oneOf(theirs) {
			return false
		}
	}
	return len(ours) > 0
}

// odd are characters that plain sentences do not need.
func odd(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.Is(unicode.Nd, r) && r != ' ' && r != '\n' && r != '\u3000' &&
		!strings.ContainsRune(`、。，．・「」『』（）()！？!?,.:;'’"“”-–—/%％〜～ー：；¥￥`, r)
}

// sentence is a sentence taken apart.
type sentence struct {
	features map[string]float64
	weight   float64
	numbers  []string
	turns    map[turn]bool
}

// turn is a kind of word that changes what a sentence says.
type turn string

// turns are the words of each kind, in Japanese and in English. Kinds are
// compared, not words: ません and ない both deny.
var turns = map[turn]*regexp.Regexp{
	"not":    regexp.MustCompile(`ない|なく|なけ|ません|ず[、にと]|不要|不可|禁|無効|できかね|\b(?:not|no|never|none|nobody|cannot|without|neither|nor)\b|n['’]t\b`),
	"only":   regexp.MustCompile(`限|だけ|のみ|しか|\b(?:only|solely|just)\b`),
	"if":     regexp.MustCompile(`場合|とき|時は|なら|たら|れば|\b(?:if|when|unless|provided|case)\b`),
	"bound":  regexp.MustCompile(`以内|以上|以下|未満|まで|より前|前に|以降|\b(?:within|until|by|before|after|least|most|under|over|since)\b`),
	"must":   regexp.MustCompile(`必要|必ず|なければ|いけ|義務|\b(?:must|need|needs|required|have to|has to)\b`),
	"except": regexp.MustCompile(`除|以外|ただし|\b(?:except|other than|however|but)\b`),
	"may":    regexp.MustCompile(`られます|れます|できます|可能|でもかまい|\b(?:can|may|could|able)\b`),
}

var (
	ends = regexp.MustCompile(`[。！？!?\n]+|\.(?:\s+|$)`)
	// numbers: joined ones (telephone, date) alone, plain ones with their unit.
	numbers = regexp.MustCompile(`[0-9]+(?:[-/:][0-9]+)+|(?:[0-9][0-9,.]*(?:\p{Han}|%| ?[a-z]+)?)+|[〇零一二三四五六七八九十百千万億]+[\p{Han}\p{Katakana}つ]?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|hundred|thousand|million|dozen|half|once|twice|double|first|second|third|free)\b`)
	domain  = regexp.MustCompile(`[a-z0-9-]+\.[a-z]{2,}|www|http`)
)

func sentences(text string) []sentence {
	var out []sentence
	for _, s := range ends.Split(strings.ToLower(norm.NFKC.String(text)), -1) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, takeApart(s))
		}
	}
	return out
}

func takeApart(s string) sentence {
	out := sentence{features: map[string]float64{}, turns: map[turn]bool{}}
	add := func(feature string, weight float64) {
		if _, ok := out.features[feature]; !ok {
			out.features[feature] = weight
			out.weight += weight
		}
	}
	var word []rune
	prev := rune(0)
	flush := func() {
		switch {
		case len(word) > 3:
			add(string(word), 1)
		case len(word) > 0:
			add(string(word), 0.25)
		}
		word = word[:0]
	}
	for _, r := range s {
		wide := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー'
		switch {
		case wide:
			flush()
			if prev != 0 {
				weight := 1.0
				if unicode.Is(unicode.Hiragana, prev) && unicode.Is(unicode.Hiragana, r) {
					weight = 0.25
				}
				add(string([]rune{prev, r}), weight)
			}
			prev = r
			continue
		case unicode.IsLetter(r) || unicode.IsMark(r):
			word = append(word, r)
		default:
			flush()
		}
		prev = 0
	}
	flush()
	for _, n := range numbers.FindAllString(s, -1) {
		out.numbers = append(out.numbers, strings.TrimRight(n, ".,"))
	}
	out.numbers = append(out.numbers, domain.FindAllString(s, -1)...)
	for kind, words := range turns {
		if words.MatchString(s) {
			out.turns[kind] = true
		}
	}
	return out
}

// oneOf reports whether a sentence says what the nearest of others says.
func (s sentence) oneOf(others []sentence) bool {
	var nearest *sentence
	best := 0.0
	for i, o := range others {
		same := 0.0
		for f, weight := range s.features {
			if _, ok := o.features[f]; ok {
				same += weight
			}
		}
		if same > best {
			best, nearest = same, &others[i]
		}
	}
	if nearest == nil || best < alike*s.weight || len(s.turns) != len(nearest.turns) {
		return false
	}
	for kind := range s.turns {
		if !nearest.turns[kind] {
			return false
		}
	}
	return !slices.ContainsFunc(s.numbers, func(n string) bool { return !slices.Contains(nearest.numbers, n) })
}

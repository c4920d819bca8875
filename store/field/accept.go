package field

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Chars are the letters an answer may have (入力文字).
type Chars string

// The sets of letters.
const (
	AnyChars Chars = ""
	FullKana Chars = "full-kana" // 全角カナ
	Hiragana Chars = "hiragana"
	Full     Chars = "full"    // 全角
	Digits   Chars = "digits"  // 半角数字
	Alpha    Chars = "alpha"   // 半角英字
	Alnum    Chars = "alnum"   // 半角英数字
	Ascii    Chars = "ascii"   // 半角英数字記号
	DigitsHy Chars = "digits-" // 半角数字とハイフン
)

// AllChars are the sets a field can choose, in the order of the console.
var AllChars = []Chars{FullKana, Hiragana, Full, Digits, DigitsHy, Alpha, Alnum, Ascii}

// has reports whether a letter is of the set. Space is part of every set of
// words, as it stands between surname and given name.
func (c Chars) has(r rune) bool {
	digit, alpha := r >= '0' && r <= '9', r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	switch c {
	case FullKana:
		return r >= 'ァ' && r <= 'ヶ' || r == 'ー' || r == '・' || r == '　' || r == ' '
	case Hiragana:
		return r >= 'ぁ' && r <= 'ゖ' || r == 'ー' || r == '　' || r == ' '
	case Full:
		return r > 0xff && (r < 0xff61 || r > 0xff9f)
	case Digits:
		return digit
	case DigitsHy:
		return digit || r == '-'
	case Alpha:
		return alpha || r == ' '
	case Alnum:
		return digit || alpha
	case Ascii:
		return r >= ' ' && r <= '~'
	}
	return true
}

// narrow reports whether the set is of half-width letters: then full-width ones
// are read as the same, since a Japanese keyboard gives either.
func (c Chars) narrow() bool {
	return c == Digits || c == DigitsHy || c == Alpha || c == Alnum || c == Ascii
}

// Refusal says why an answer is not taken; Why "" is no refusal. Chars, Min and
// Max are those of the rule.
type Refusal struct {
	Why      Objection
	Chars    Chars
	Min, Max int
	Text     string // the first letter that is not of the set
}

// Objection is a ground for not taking an answer.
type Objection string

// The grounds. Those that a kind has of itself (a telephone number that cannot
// exist) are the dialog's to say.
const (
	WrongChars Objection = "chars"
	TooShort   Objection = "too-short"
	TooWordy   Objection = "too-long"
	NotExactly Objection = "not-exactly" // Min and Max letters are the same number
	TooLow     Objection = "too-low"
	TooHigh    Objection = "too-high"
	NoConsent  Objection = "no-consent"
	NotOffered Objection = "not-offered"
)

// Accept brings an answer, canonical for its kind, into the form the field
// keeps, or says why it is not taken. An empty answer is the caller's business.
func (r Rule) Accept(value string) (string, Refusal) {
	refuse := func(why Objection) (string, Refusal) {
		return "", Refusal{Why: why, Chars: r.Chars, Min: r.Min, Max: r.Max}
	}
	switch {
	case r.Kind.Written():
		if r.Chars.narrow() || r.Chars == FullKana {
			value = norm.NFKC.String(value)
		}
		value = strings.TrimSpace(value)
		if i := strings.IndexFunc(value, func(l rune) bool { return !r.Chars.has(l) && l != '\n' }); i >= 0 {
			letter, _ := utf8.DecodeRuneInString(value[i:])
			return "", Refusal{Why: WrongChars, Chars: r.Chars, Min: r.Min, Max: r.Max, Text: string(letter)}
		}
		n := utf8.RuneCountInString(value)
		switch {
		case r.Max > 0 && r.Max == r.Min && n != r.Max:
			return refuse(NotExactly)
		case n < r.Min:
			return refuse(TooShort)
		case r.Max > 0 && n > r.Max:
			return refuse(TooWordy)
		}
	case r.Kind.Listed():
		for _, one := range strings.Split(value, ",") {
			if !slices.ContainsFunc(r.Choices, func(o Option) bool { return o.Value == one }) {
				return refuse(NotOffered)
			}
		}
	case r.Kind == Number:
		n, ok := whole(value)
		switch {
		case !ok:
			return refuse(NotOffered)
		case n < r.Min:
			return refuse(TooLow)
		case r.Max > 0 && n > r.Max:
			return refuse(TooHigh)
		}
	case r.Kind == Consent:
		if r.Condition == Required && value != "yes" {
			return refuse(NoConsent)
		}
	}
	return value, Refusal{}
}

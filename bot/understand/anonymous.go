package understand

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// hidden stands in place of what may tell who somebody is.
const hidden = "◯"

// longestAnonymous is the most of a text that is kept, in characters: a question
// is shorter, and a story is nobody's business.
const longestAnonymous = 120

// What may tell who somebody is, in words brought into one form. Rather too much
// is hidden than too little: these texts are kept to see what is asked, and a
// question stays one without its numbers and names.
var (
	addresses = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://\S+|www\.\S+|[^\s@、。]+@[^\s@、。]+`)
	// numbers and whatever letters stand together with them: keys, plates, dates
	numbers = regexp.MustCompile(`[A-Za-z]*[0-9][A-Za-z0-9]*(?:[-/.,:~ーの][A-Za-z]*[0-9][A-Za-z0-9]*)*`)
	// 山田さん, ジョン様
	titled = regexp.MustCompile(`([\p{Han}々]{1,6}|[\p{Katakana}ー・]{2,20})(さん|さま|様|氏|君|くん|ちゃん)`)
	// 山田太郎と申します
	called = regexp.MustCompile(`[\p{Han}々\p{Katakana}ー・]{1,20}[ 　]?[\p{Han}々\p{Katakana}ー・]{0,20}(と申します|と申す|といいます|と言います|といった者|という者|というものです)`)
	// 名前は山田太郎です; 私は山田です
	named = regexp.MustCompile(`(名前は|氏名は|名は|名義は|わたくしは|私は|わたしは|僕は|俺は)[ 　]?([\p{Han}々\p{Katakana}\p{Hiragana}ー・ 　]{1,20}?)(です|だ|で、|。|、|$)`)
	// my name is Taro Yamada; Mr Yamada. I am Maria Santos: two capital letters
	selfNamed = regexp.MustCompile(`(?i:\b(my name is|name:|i am called|i'm called|mr\.?|mrs\.?|ms\.?))\s+\p{L}[\p{L}'-]*(?:\s+\p{Lu}[\p{L}'-]*)*`)
	iAm       = regexp.MustCompile(`\b([Ii] am|[Ii]'m|[Tt]his is)\s+\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'-]*)*`)
)

// notNames are words that stand where a name might and are none.
var notNames = []string{
	"母", "父", "兄", "姉", "奥", "子", "客", "皆", "嫁", "娘", "息子", "祖父", "祖母", "孫", "旦那", "主人", "医者", "業者", "大家", "赤", "本人", "妹", "弟", "叔父", "叔母",
	"外国人", "外国籍", "日本人", "学生", "留学生", "会社員", "公務員", "世帯主", "代理人", "高校生", "大学生", "妊婦", "妊娠中", "家族", "高齢者", "後見人",
}

// Anonymous brings a question into a form that can be kept and counted and tells
// nothing of who asked: names, numbers of any kind, addresses of mail and web
// hidden, one spelling, cut to a length. It is "" if nothing is left that could
// be a question. Names are known by what stands beside them, so that a name in
// a sentence of another build stays; the texts are kept without anything that
// leads to a person (store/question).
func Anonymous(text string) string {
	text, _ = Clean(text, 4*longestAnonymous)
	text, _ = MyNumber(text)
	text = norm.NFKC.String(text)
	text = addresses.ReplaceAllString(text, hidden)
	text = called.ReplaceAllString(text, hidden+"$1")
	text = titled.ReplaceAllStringFunc(text, func(s string) string {
		m := titled.FindStringSubmatch(s)
		if slices.Contains(notNames, m[1]) {
			return s
		}
		return hidden + m[2]
	})
	text = named.ReplaceAllStringFunc(text, func(s string) string {
		m := named.FindStringSubmatch(s)
		if slices.Contains(notNames, m[2]) {
			return s
		}
		return m[1] + hidden + m[3]
	})
	text = selfNamed.ReplaceAllString(text, "$1 "+hidden)
	text = iAm.ReplaceAllString(text, "$1 "+hidden)
	text = numbers.ReplaceAllString(text, hidden)
	text = strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || unicode.Is(unicode.Nd, r) {
			return '◯'
		}
		return r
	}, text)
	text = strings.TrimRight(strings.Join(strings.Fields(strings.ToLower(text)), " "), " ?!。.、,")
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < 2 {
		return ""
	}
	if utf8.RuneCountInString(text) > longestAnonymous {
		text = string([]rune(text)[:longestAnonymous])
	}
	return text
}

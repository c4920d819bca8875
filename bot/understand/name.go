package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Defaults for Field.Length, in characters.
const (
	textLength = 500
	nameLength = 100 // names on residence cards run to 80 letters
)

// freeText takes the answer as it is, made safe and limited.
func freeText(f Field, text string) Result {
	limit := f.Length
	if limit == 0 {
		limit = textLength
		if f.Type == "name" || f.Type == "kana" {
			limit = nameLength
		}
	}
	s, _ := Clean(text, 0)
	s = squeeze(s)
	if s == "" {
		return Result{}
	}
	if n := utf8.RuneCountInString(s); n > limit {
		return refuse(TooLong, Detail{Max: limit, Number: n})
	}
	return one(s, 1)
}

// squeeze makes runs of white space one space.
func squeeze(s string) string {
	if !strings.Contains(s, "  ") && !strings.Contains(s, "\u3000") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// name keeps a person's name exactly as written (never abbreviated, no
// character replaced: domain-facts 9) and takes off the words around it.
func name(c Context, f Field, text string) Result {
	res := freeText(f, text)
	if len(res.Candidates) == 0 {
		return res
	}
	s := res.Candidates[0].Value
	whole := s
	lower := strings.ToLower(s)
	for _, head := range []string{"my name is ", "i am ", "i'm ", "name: ", "名前は", "私は", "わたしは", "氏名は", "なまえは", "我叫", "我的名字是", "我是", "제 이름은 ", "저는 ", "tôi tên là ", "em tên là ", "tên tôi là ", "tên em là ", "मेरो नाम ", "mero naam ", "mero nam ", "meu nome é ", "me chamo ", "eu sou ", "me llamo ", "mi nombre es ", "yo soy ", "nama saya ", "saya ", "ang pangalan ko ay ", "ako si ", "ako po si "} {
		if len(lower) == len(s) && strings.HasPrefix(lower, head) {
			s = strings.TrimSpace(s[len(head):])
			break
		}
	}
	s = strings.TrimRight(s, "。.．!！ ")
	for _, tail := range []string{"と申します", "ともうします", "といいます", "と言います", "です", "입니다", "이에요", "예요", "이라고 합니다", "라고 합니다", " हो", " po", " ạ"} {
		s = strings.TrimSuffix(s, tail)
	}
	s = strings.TrimSpace(s)
	if strings.IndexFunc(s, unicode.IsLetter) < 0 {
		return Result{}
	}
	if s != whole {
		return one(s, leaning)
	}
	return one(s, said)
}

// kana reads a フリガナ; its value is full-width katakana, one space between the
// parts. Small letters stay small: リュウ is not リユウ (domain-facts 9).
func kana(text string) Result {
	s, _ := Clean(text, 0)
	s = norm.NFKC.String(s)
	s = strings.TrimRight(s, "。. ")
	for _, tail := range []string{"と申します", "ともうします", "といいます", "です"} {
		s = strings.TrimSuffix(s, tail)
	}
	var b strings.Builder
	b.Grow(len(s))
	prev := rune(0)
	confidence := said
	for _, r := range s {
		switch {
		case r >= 'ァ' && r <= 'ヺ' || r == 'ヽ' || r == 'ヾ' || r == '・':
		case r >= 'ぁ' && r <= 'ゖ' || r == 'ゝ' || r == 'ゞ':
			r += 0x60
		case r == 'ー' && isKana(prev):
		case (r == '-' || r == '−' || r == '‐' || r == '―' || r == '–' || r == '—') && isKana(prev):
			r = 'ー'
			confidence = leaning
		case unicode.IsSpace(r):
			if prev == ' ' || prev == 0 {
				continue
			}
			r = ' '
		default:
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return refuse(NotKana, Detail{Text: string(r)})
			}
			return refuse(NotKana, Detail{Text: string(r)})
		}
		b.WriteRune(r)
		prev = r
	}
	out := strings.TrimSpace(b.String())
	if out == "" || strings.Trim(out, "・ ") == "" {
		return Result{}
	}
	if n := utf8.RuneCountInString(out); n > nameLength {
		return refuse(TooLong, Detail{Max: nameLength, Number: n})
	}
	return one(out, confidence)
}

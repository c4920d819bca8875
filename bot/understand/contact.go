package understand

import (
	"net/mail"
	"regexp"
	"strings"
)

// digitsOf collects the digits of an answer that is one number, like a
// telephone number: digits with dashes, dots, brackets and spaces between, and
// polite words around. plus reports a leading +. ok is false if other things
// stand between the digits.
func digitsOf(text string) (digits string, plus, ok bool) {
	folded := Fold(text)
	folded = strings.TrimPrefix(folded, "〒")
	begin := strings.IndexAny(folded, "+0123456789(")
	if begin < 0 {
		return "", false, false
	}
	var b [32]byte
	n, depth := 0, begin
	for i := begin; i < len(folded); i++ {
		c := folded[i]
		switch {
		case c >= '0' && c <= '9':
			if n == len(b) {
				return "", false, false
			}
			b[n] = c
			n++
			depth = i + 1
		case c == '+' && i == begin:
			plus = true
		case c == '-' || c == ' ' || c == '.' || c == '(' || c == ')' || c == '/' || c == ',':
		default:
			if rest, found := strings.CutPrefix(folded[i:], "の"); found && rest != "" && (rest[0] >= '0' && rest[0] <= '9') {
				i += len("の") - 1 // 03の1234の5678, as spoken
				continue
			}
			if strings.ContainsAny(folded[depth:], "0123456789") {
				return "", false, false
			}
			return string(b[:n]), plus, n > 0
		}
	}
	return string(b[:n]), plus, n > 0
}

// postalInside finds a postal code in front of an address that has numbers too.
var postalInside = regexp.MustCompile(`(?:^|[^0-9-])([0-9]{3})-?([0-9]{4})(?:[^0-9-]|$)`)

// postal reads a postal code; its value is seven bare digits. No code begins
// with 000.
func postal(text string) Result {
	digits, _, ok := digitsOf(text)
	if !ok {
		m := postalInside.FindAllStringSubmatch(Fold(text), 2)
		if len(m) != 1 {
			return Result{}
		}
		digits = m[0][1] + m[0][2]
	}
	switch {
	case len(digits) != 7:
		return refuse(WrongLength, Detail{Number: len(digits), Max: 7})
	case strings.HasPrefix(digits, "000"):
		return refuse(BadShape, Detail{})
	}
	return one(digits, said)
}

// phone reads a Japanese telephone number (domain-facts 9): 0 and nine digits
// for fixed lines, 0120 and 0570; eleven for 050, 060, 070, 080, 090 and 0800.
// +81 becomes 0. Its value is bare digits.
func phone(text string) Result {
	digits, plus, ok := digitsOf(text)
	if !ok {
		return Result{}
	}
	switch {
	case plus && strings.HasPrefix(digits, "81"):
		digits = "0" + strings.TrimPrefix(digits[2:], "0")
	case strings.HasPrefix(digits, "01081") && len(digits) > 13:
		digits = "0" + strings.TrimPrefix(digits[5:], "0")
	case strings.HasPrefix(digits, "0081"):
		digits = "0" + strings.TrimPrefix(digits[4:], "0")
	case strings.HasPrefix(digits, "81") && (len(digits) == 11 || len(digits) == 12):
		digits = "0" + digits[2:]
	case plus:
		return refuse(BadShape, Detail{})
	}
	if len(digits) < 3 || digits[0] != '0' || digits[1] == '0' {
		return refuse(BadShape, Detail{})
	}
	want := 10
	switch digits[:3] {
	case "050", "060", "070", "080", "090":
		want = 11
	case "010":
		return refuse(BadShape, Detail{})
	}
	if len(digits) != want {
		return refuse(WrongLength, Detail{Number: len(digits), Max: want})
	}
	return one(digits, said)
}

// mailAddress reads a mail address out of the words around it. Its value keeps
// the local part and lowers the domain.
func mailAddress(text string) Result {
	// Full-width letters and marks, and what phones put in place of @ and the dot.
	s := strings.NewReplacer("＠", "@", "。", ".", "．", ".", "－", "-", "＿", "_", "＋", "+").Replace(text)
	s = narrow(s)
	var res Result
	for len(s) > 0 {
		at := strings.IndexByte(s, '@')
		if at < 0 {
			break
		}
		begin, end := at, at+1
		for begin > 0 && mailByte(s[begin-1]) {
			begin--
		}
		for end < len(s) && (mailByte(s[end]) || s[end] == '@') {
			end++
		}
		address := strings.TrimRight(s[begin:end], ".")
		address = strings.TrimPrefix(address, "mailto:")
		if v, ok := canonicalMail(address); ok {
			res.Candidates = appendCandidate(res.Candidates, v, said)
		}
		s = s[end:]
		if len(res.Candidates) == 0 {
			res.Reason = BadShape
		}
	}
	if len(res.Candidates) > 0 {
		return settle(res.Candidates, 1)
	}
	return res
}

func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		case r == '\u200b' || r == '\ufeff':
			return -1
		}
		return r
	}, s)
}

func mailByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) >= 0
}

// canonicalMail checks an address by net/mail and by what mail servers in fact
// deliver to (RFC 5321 lengths, a domain with a dot, host name labels).
func canonicalMail(s string) (string, bool) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || len(s) > 254 {
		return "", false
	}
	at := strings.LastIndexByte(s, '@')
	local, domain := s[:at], strings.ToLower(s[at+1:])
	if len(local) > 64 || !strings.Contains(domain, ".") {
		return "", false
	}
	for _, label := range strings.Split(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return "", false
		}
		for i := 0; i < len(label); i++ {
			c := label[i]
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
				return "", false
			}
		}
	}
	if top := domain[strings.LastIndexByte(domain, '.')+1:]; len(top) < 2 || top[0] >= '0' && top[0] <= '9' {
		return "", false
	}
	return local + "@" + domain, true
}

// codeAlphabet are the symbols of access keys and link codes: no look-alikes.
const codeAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// codeLength is the length of access keys and link codes (50 bits).
const codeLength = 10

// code reads an access key or link code; its value is ten symbols. A symbol
// outside the alphabet is refused, never repaired: 0 and O, 1 and I are not in
// it, so neither could be meant.
func code(text string) Result {
	var b [codeLength]byte
	var bad []rune
	n, words := 0, 0
	for _, r := range Fold(text) {
		switch {
		case r < 0x80 && strings.ContainsRune(codeAlphabet, upper(r)):
			if n < codeLength {
				b[n] = byte(upper(r))
			}
			n++
		case r == ' ' || r == '-' || r == '.' || r == ',' || r == '_' || r == '(' || r == ')':
		case r >= '0' && r <= '9' || r >= 'a' && r <= 'z':
			bad = append(bad, upper(r))
			n++
		default:
			words++
		}
	}
	switch {
	case n == 0 || words > 0 && n != codeLength && len(bad) == 0:
		return Result{}
	case len(bad) > 0:
		if n < codeLength-2 || n > codeLength+2 {
			return Result{} // a sentence, not a code
		}
		return refuse(BadSymbol, Detail{Text: string(bad)})
	case n != codeLength:
		return refuse(WrongLength, Detail{Number: n, Max: codeLength})
	}
	if words > 0 {
		return one(string(b[:]), supposed)
	}
	return one(string(b[:]), said)
}

func upper(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}

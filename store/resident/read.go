package resident

import (
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"madoguchi/i18n/civil"
	"madoguchi/store/reservation"
)

// This file reads values as forms and tables have them, into the one form they
// are kept in.

// readers read the fields of plain text; the second result is the code of a
// Problem.
var readers = map[Field]func(string) (value, problem string){
	Number:  readNumber,
	Link:    readLink,
	Name:    readName,
	Kana:    readKana,
	Postal:  readPostal,
	Address: asItIs,
	Phone:   readPhone,
	Phone2:  readPhone,
	Fax:     readPhone,
	Mail:    readMail,
	Login:   readLogin,
	Manage:  asItIs,
	Class:   asItIs,
	Note:    asItIs,
}

// longest is the most characters of a field.
func longest(f Field) int {
	switch f {
	case Note:
		return 2000
	case Address, Mail:
		return 254
	case Number, Login, Manage, Class:
		return 64
	}
	if f.CustomID() != "" {
		return 2000
	}
	return 120
}

// cleanText trims a text and refuses what can hide in it: control characters,
// other than line breaks where they are allowed, and marks that change the
// direction of reading. Characters of names stay as they are.
func cleanText(s string, lines bool) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	for _, r := range s {
		switch {
		case lines && (r == '\n' || r == '\t'):
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError, r == '\ufeff':
			return "", false
		}
	}
	return strings.TrimSpace(s), true
}

func asItIs(s string) (string, string) { return s, "" }

// ReadNumber brings a 利用者ID into the form it is kept in. ok is false if it
// cannot be one.
func ReadNumber(s string) (number string, ok bool) {
	var b strings.Builder
	for _, r := range strings.ToUpper(width.Fold.String(strings.TrimSpace(s))) {
		switch {
		case r == ' ' || r == '\u3000':
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r == '-', r == '_', r == '.':
			b.WriteRune(r)
		case strings.ContainsRune("‐‑‒–—―−ー", r):
			b.WriteByte('-')
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0 && b.Len() <= longest(Number)
}

func readNumber(s string) (string, string) {
	if n, ok := ReadNumber(s); ok {
		return n, ""
	}
	return "", "number"
}

func readLink(s string) (string, string) {
	if key, ok := reservation.ReadKey(s); ok {
		return key, ""
	}
	return "", "link"
}

func readLogin(s string) (string, string) {
	s = strings.ToLower(width.Fold.String(s))
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return "", "login"
		}
	}
	return s, ""
}

// readName keeps every character and brings the spaces between names to one
// form.
func readName(s string) (string, string) {
	space := "\u3000"
	if strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxLatin1 && r != '\u3000' }) < 0 {
		space = " "
	}
	return strings.Join(strings.Fields(s), space), ""
}

// readKana brings kana of any kind and width to full-width katakana. Names of
// other scripts are registered in Latin letters, which stay.
func readKana(s string) (string, string) {
	s = strings.Join(strings.Fields(katakana(norm.NFKC.String(s))), "\u3000")
	for _, r := range s {
		if !isKatakana(r) && r != '\u3000' && !strings.ContainsRune("・.,'’-", r) && !unicode.Is(unicode.Latin, r) {
			return "", "kana"
		}
	}
	return s, ""
}

func isKatakana(r rune) bool {
	return r >= 'ァ' && r <= 'ヺ' || r == 'ー' || r == 'ヽ' || r == 'ヾ'
}

// katakana turns hiragana into katakana.
func katakana(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' || r == 'ゝ' || r == 'ゞ' {
			return r + 'ァ' - 'ぁ'
		}
		return r
	}, s)
}

// hyphens are what people type between the digits of numbers.
const hyphens = "-‐‑‒–—―−ー ()\u3000"

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(hyphens, r) {
			return -1
		}
		return r
	}, width.Fold.String(s))
}

func allDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func readPostal(s string) (string, string) {
	d := digitsOf(strings.TrimPrefix(s, "〒"))
	if len(d) != 7 || !allDigits(d) {
		return "", "postal"
	}
	return d, ""
}

// readPhone takes a number in Japan (a 0 and nine or ten digits more) or one
// with + and a country code (E.164: up to fifteen digits).
func readPhone(s string) (string, string) {
	d := digitsOf(s)
	if abroad, ok := strings.CutPrefix(d, "+"); ok {
		if home, ok := strings.CutPrefix(abroad, "81"); ok {
			d = "0" + strings.TrimPrefix(home, "0")
		} else if len(abroad) >= 8 && len(abroad) <= 15 && allDigits(abroad) {
			return d, ""
		}
	}
	if allDigits(d) && d[0] == '0' && (len(d) == 10 || len(d) == 11) {
		return d, ""
	}
	return "", "phone"
}

func readMail(s string) (string, string) {
	s = width.Fold.String(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || !strings.Contains(s[strings.LastIndexByte(s, '@')+1:], ".") {
		return "", "mail"
	}
	return s, ""
}

// ReadSex reads 性別.
func ReadSex(s string) (Sex, bool) {
	switch strings.ToLower(width.Fold.String(s)) {
	case "":
		return "", true
	case "男", "男性", "m", "male", "1": // 1 and 2 as in ISO/IEC 5218
		return Male, true
	case "女", "女性", "f", "female", "2":
		return Female, true
	case "その他", "other":
		return Other, true
	}
	return "", false
}

func readYes(s string) (on, ok bool) {
	switch strings.ToLower(width.Fold.String(s)) {
	case "", "0", "no", "いいえ", "不要", "希望しない", "しない", "×":
		return false, true
	case "1", "yes", "はい", "希望", "希望する", "する", "○", "〇":
		return true, true
	}
	return false, false
}

// Dates as registers and forms have them: 昭和55年6月10日, S55.6.10, 1980-06-10,
// 19800610, S550610.
var (
	datePattern    = regexp.MustCompile(`^(\D{0,2}?)(元|\d{1,4})[年/.\-](\d{1,2})[月/.\-](\d{1,2})日?$`)
	compactPattern = regexp.MustCompile(`^([A-Za-z]?)(\d{2,4})(\d{2})(\d{2})$`)
)

// ReadDate reads a date of either calendar. A date that never was, in either, is
// refused, as is 平成31年5月1日.
func ReadDate(s string) (civil.Date, bool) {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case strings.ContainsRune("‐‑‒–—―−ー", r):
			return '-'
		}
		return r
	}, width.Fold.String(s))
	m := datePattern.FindStringSubmatch(s)
	if m == nil {
		if m = compactPattern.FindStringSubmatch(s); m == nil || (m[1] == "") != (len(m[2]) == 4) {
			return civil.Date{}, false
		}
	}
	year := 1
	if m[2] != "元" {
		year, _ = strconv.Atoi(m[2])
	}
	month, _ := strconv.Atoi(m[3])
	day, _ := strconv.Atoi(m[4])
	if m[1] != "" && m[1] != "西暦" {
		d, err := civil.FromEra(m[1], year, time.Month(month), day)
		return d, err == nil
	}
	d := civil.Date{Year: year, Month: time.Month(month), Day: day}
	era, _ := civil.Era(d)
	return d, len(m[2]) == 4 && d.Valid() && era != "" // nobody alive is older than 明治
}

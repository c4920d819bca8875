// Package photo reads, in the lines that an OCR engine has found on a photographed
// card or letter, what a form of personal fields asks for: name, kana, sex, date
// of birth, postal code, address (S0-013).
//
//	picture ──bot/scan──▶ lines ──Read──▶ Reading ──bot──▶ proposals, each confirmed
//
// It is pure: no picture, no process, no storage. What it finds is only proposed.
// An engine misreads, so a value is taken from where the document says what it is
// (氏名, 生年月日, 〒, 様) and left out where two places disagree: typing a date is
// less trouble than noticing a wrong one.
//
// A Reading is all that leaves the room, and no number of a card or a person is
// in it: the twelve digits of a My Number are found first, masked, and reported
// (domain-facts 1.9, 番号法 19, 20 条); licence and residence card numbers fit no
// value that is taken.
package photo

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"madoguchi/bot/understand"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// Field is one of the things a document says of a person, named as the basic
// field of a form that asks for it.
type Field string

// The fields.
const (
	Name    Field = "name"
	Kana    Field = "kana"
	Sex     Field = "sex" // female, male
	Born    Field = "born"
	Postal  Field = "postal"
	Address Field = "address"
)

// Reading is what was found, canonical as answers are, a field that was not found
// left out.
type Reading struct {
	Values map[Field]string `json:"values,omitempty"`
	// MyNumber: twelve digits of one were in the picture.
	MyNumber bool `json:"myNumber,omitempty"`
}

// Errors of whoever reads pictures.
var (
	// ErrPicture: this is no picture that can be read, or too large a one.
	ErrPicture = errors.New("not a picture that can be read")
	// ErrBusy: as many pictures as can be are being read already.
	ErrBusy = errors.New("too many pictures are being read")
)

// Read finds the fields in recognised text. now is today, for dates of birth.
func Read(text string, now civil.DateTime) Reading {
	d := &document{now: now, r: Reading{Values: map[Field]string{}}}
	text = width.Fold.String(text)
	text = licenceNumber.ReplaceAllString(text, "") // twelve digits too
	text, d.r.MyNumber = understand.MyNumber(text)
	if labelledNumber.MatchString(text) {
		d.r.MyNumber = true // one digit misread: its check digit no longer fits
	}
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && len(line) <= longestLine && len(d.lines) < mostLines {
			d.lines = append(d.lines, part(line))
		}
	}
	d.labelled()
	d.addressee()
	d.loose()
	return d.r
}

// Far more than a card or an envelope has; the length of a line is in bytes.
const (
	mostLines   = 100
	longestLine = 1000
)

// document is one text at work.
type document struct {
	now   civil.DateTime
	lines []line
	r     Reading
	// disputed fields were found twice, differently: they stay out.
	disputed []Field
}

// line is a line of the document, cut at the words that say what follows.
type line struct {
	text  string
	parts []labelled
}

// labelled is a value and the label before it, "" for what stands before the first.
type labelled struct {
	label Field
	value string
}

// other labels something that no form asks for; it ends the value before it.
const other Field = "other"

// labels are the words before a value on Japanese cards, letters and 住民票. An
// engine puts blanks between letters and takes 月 for 朋 or 明.
var labels = []struct {
	field Field
	shape string
}{
	{Kana, `(?:フ ?リ ?ガ ?ナ|ふ ?り ?が ?な|カ ?ナ ?氏 ?名|氏 ?名 ?カ ?ナ)`},
	{Name, `(?:氏 ?名|お ?名 ?前)`},
	{Born, `(?:生 ?年 ?[月朋明] ?[日目])`},
	{Sex, `(?:性 ?別)`},
	{Postal, `(?:郵 ?便 ?番 ?号)`},
	{Address, `(?:[ご御]?住 ?所|住 ?居 ?地)`},
	{other, `(?:国籍[・･]?(?:地域)?|在留|本 ?籍|交 ?付|有 ?効|発 ?行|個 ?人 ?番 ?号|番 ?号|旧 ?氏|通 ?称|世 ?帯 ?主|続 ?柄|電 ?話|TEL|FAX|備 ?考|免許)`},
}

var (
	labelShape = func() *regexp.Regexp {
		var all []string
		for _, l := range labels {
			all = append(all, "("+l.shape+")")
		}
		return regexp.MustCompile(strings.Join(all, "|"))
	}()
	// labelledNumber is 個人番号 with twelve digits after it.
	labelledNumber = regexp.MustCompile(`(?:個 ?人 ?番 ?号|マイナンバー)\D{0,10}(?:[0-9][ -]{0,2}){12}`)
	licenceNumber  = regexp.MustCompile(`第 ?(?:[0-9][ -]{0,2}){12}号`)
	dateShape      = regexp.MustCompile(`(?:(?:明治|大正|昭和|平成|令和|[MTSHR]) ?(?:元|[0-9]{1,2})|[0-9]{4}) ?[年./-] ?[0-9]{1,2} ?[月./-] ?[0-9]{1,2} ?日?`)
	bornShape      = regexp.MustCompile(`(` + dateShape.String() + `) ?生`)
	// A postal code has no other digits or hyphens beside it, as a telephone
	// number's end would.
	postalShape = regexp.MustCompile(`(^|[^0-9-])([0-9]{3}) ?[-‐−–—ー一] ?([0-9]{4})($|[^0-9-])`)
	longNumber  = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){6,}`)
	placeShape  = regexp.MustCompile(`[都道府県市区郡町村]`)
	houseShape  = regexp.MustCompile(`[0-9一二三四五六七八九十]+ ?(?:[-‐−–—ー]|丁目|番|号)|[0-9]+$`)
	// A second line of an address is the building.
	buildingShape = regexp.MustCompile(`[0-9]+ ?(?:号室?|室|階|F)?$|(?:ハイツ|マンション|荘|コーポ|アパート|ハイム|レジデンス|メゾン|団地|寮|[^0-9]方)`)
	addressee     = regexp.MustCompile(`^(.{2,60}?) ?(?:様|殿)$`)
)

// nobody are words before 様 that are no name.
var nobody = []string{"世帯主", "保護者", "各位", "お客", "納税義務者", "納税者", "被保険者", "御中", "ご家族", "申請者", "奥", "皆"}

// part cuts a line at its labels.
func part(text string) line {
	l := line{text: text}
	at, field := 0, Field("")
	for _, m := range labelShape.FindAllStringSubmatchIndex(text, -1) {
		l.add(field, text[at:m[0]])
		at = m[1]
		for i := range labels {
			if m[2+2*i] >= 0 {
				field = labels[i].field
			}
		}
	}
	l.add(field, text[at:])
	return l
}

func (l *line) add(label Field, value string) {
	value = strings.Trim(value, " :;：；|｜,、.・")
	if label != "" || value != "" {
		l.parts = append(l.parts, labelled{label, value})
	}
}

// plain reports whether no label stands in a line.
func (l line) plain() bool { return len(l.parts) == 1 && l.parts[0].label == "" }

// labelled takes the values that stand after their label, or alone on the line
// below it.
func (d *document) labelled() {
	for i, l := range d.lines {
		for k, p := range l.parts {
			if p.label == "" || p.label == other {
				continue
			}
			below := i + 1
			last := k == len(l.parts)-1
			if p.value == "" && last && below < len(d.lines) && d.lines[below].plain() {
				p.value = d.lines[below].text
				below++
			}
			if p.label == Address {
				d.postal(p.value)
				if last && below < len(d.lines) && d.lines[below].building() {
					p.value += " " + d.lines[below].text
				}
			}
			d.found(p.label, p.value)
		}
	}
}

// building reports whether a line goes on with an address.
func (l line) building() bool {
	return l.plain() && utf8.RuneCountInString(l.text) <= 40 && buildingShape.MatchString(l.text) &&
		!dateShape.MatchString(l.text) && !addressee.MatchString(l.text) && !longNumber.MatchString(l.text) && !postalShape.MatchString(l.text)
}

// addressee takes name, postal code and address from an envelope: the line that
// ends in 様 and those above it, up to its 〒.
func (d *document) addressee() {
	for i, l := range d.lines {
		m := addressee.FindStringSubmatch(l.text)
		if m == nil || slices.ContainsFunc(nobody, func(w string) bool { return strings.Contains(m[1], w) }) {
			continue
		}
		d.found(Name, m[1])
		var address []string
		for j := i - 1; j >= max(0, i-5); j-- {
			above := d.lines[j].text
			if code := postalShape.FindStringSubmatchIndex(above); code != nil {
				d.postal(above)
				if rest := strings.TrimSpace(above[code[8]:]); rest != "" {
					address = append([]string{rest}, address...)
				}
				d.found(Address, strings.Join(address, " "))
				break
			}
			address = append([]string{above}, address...)
		}
	}
}

// loose takes what says by its form what it is: a date with 生 after it, 〒 where
// there is one only.
func (d *document) loose() {
	for _, l := range d.lines {
		if m := bornShape.FindStringSubmatch(l.text); m != nil {
			d.found(Born, m[1])
		}
	}
	if d.r.Values[Postal] == "" {
		for _, l := range d.lines {
			if strings.ContainsRune(l.text, '〒') {
				d.postal(l.text)
			}
		}
	}
}

// postal takes the postal code in a text.
func (d *document) postal(text string) {
	if m := postalShape.FindStringSubmatch(text); m != nil {
		d.found(Postal, m[2]+"-"+m[3])
	}
}

// found checks a value and keeps it, unless another was found before.
func (d *document) found(f Field, raw string) {
	v := d.canonical(f, raw)
	if v == "" || slices.Contains(d.disputed, f) {
		return
	}
	switch before := d.r.Values[f]; before {
	case "", v:
		d.r.Values[f] = v
	default:
		delete(d.r.Values, f)
		d.disputed = append(d.disputed, f)
	}
}

// canonical returns a value as an answer is written, "" for what cannot be one.
func (d *document) canonical(f Field, raw string) string {
	if strings.ContainsRune(raw, '＊') {
		return "" // a masked number
	}
	switch f {
	case Name:
		return nameOf(raw)
	case Kana:
		return d.value("kana", unspaced(raw))
	case Born:
		return d.value("birthdate", dateShape.FindString(raw))
	case Postal:
		if m := postalShape.FindStringSubmatch(raw); m != nil {
			return d.value("postal", m[2]+"-"+m[3])
		}
	case Address:
		return addressOf(raw)
	case Sex:
		switch s := strings.TrimSpace(raw); {
		case strings.HasPrefix(s, "男"):
			return "male"
		case strings.HasPrefix(s, "女"):
			return "female"
		}
	}
	return ""
}

// value reads words as the dialog would; "" unless they have one meaning.
func (d *document) value(kind, words string) string {
	if words == "" {
		return ""
	}
	r := understand.Value(understand.Context{Lang: i18n.Japanese, Now: d.now}, understand.Field{Type: kind}, words)
	v, _ := r.Value()
	return v
}

// longestName in letters: names on residence cards run to 80 (domain-facts 9).
const longestName = 80

// nameOf keeps a name as it stands: no letter of it is replaced (domain-facts 9).
func nameOf(raw string) string {
	if at := dateShape.FindStringIndex(raw); at != nil {
		raw = raw[:at[0]] // a driving licence has the date of birth on the same line
	}
	s := strings.TrimSpace(raw)
	for _, tail := range []string{"様", "殿"} {
		s = strings.TrimSpace(strings.TrimSuffix(s, tail))
	}
	s = unspaced(s)
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case !strings.ContainsRune(" ・ー-.,'()々〆", r):
			return ""
		}
	}
	if letters < 2 || letters > longestName {
		return ""
	}
	return s
}

// Bounds of an address in letters.
const shortestAddress, longestAddress = 6, 200

func addressOf(raw string) string {
	if m := postalShape.FindStringSubmatchIndex(raw); m != nil {
		raw = raw[m[8]:] // what follows the code
	}
	if at := dateShape.FindStringIndex(raw); at != nil {
		raw = raw[:at[0]]
	}
	s := unspaced(strings.Trim(raw, " 〒"))
	n := utf8.RuneCountInString(s)
	if n < shortestAddress || n > longestAddress || !placeShape.MatchString(s) || !houseShape.MatchString(s) || longNumber.MatchString(s) {
		return ""
	}
	return s
}

// unspaced leaves one space between words, and none between the letters of a line
// that the engine has set apart one by one.
func unspaced(s string) string {
	words := strings.Fields(s)
	single := 0
	for _, w := range words {
		if r, n := utf8.DecodeRuneInString(w); n == len(w) && r > unicode.MaxLatin1 {
			single++
		}
	}
	if single > 2 && 2*single > len(words) {
		return strings.Join(words, "")
	}
	return strings.Join(words, " ")
}

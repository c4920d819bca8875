// Package paper makes what is printed and posted: letters with link code and QR
// code, and sheets of address labels, as PDF files (S4-100, S4-102, S4-103).
//
//	template text ──Parse──▶ Template ─┐
//	[]Recipient ───────────────────────┼─ Press.Letters ─▶ PDF, Report
//	Layout (window, folds, margins) ───┘
//	Sheet, []Recipient ─────────────────── Press.Labels ──▶ PDF, Report
//
// The rule of the house: no character is ever lost. Text is drawn in BIZ
// UDPGothic; a character or variant (異体字) it lacks comes from a fallback font;
// one that no font has makes the letter of that person be held back, and the
// Report names the character. Nothing of that person is then in the file.
//
// Recipients are laid out one after the other and each page is written as it is
// finished, so a file of 2,000 letters needs no more memory than a short one.
//
// Reading order: template.go (what staff write), fonts.go (from text to glyphs),
// lines.go (Japanese line breaking), letter.go, address.go, labels.go.
package paper

import (
	"errors"
	"io"
	"slices"
	"time"

	"madoguchi/channels/paper/pdf"
	"madoguchi/i18n/civil"
)

// Recipient is one person to write to. Name and address are empty where the
// residents are not in the system (S4-093): the letter then carries the link
// code only.
type Recipient struct {
	Case     string // id of the case, for the report
	Number   int    // place in the run, printed small on letter and label; 0: not
	Code     string // link code, with or without the hyphen
	Name     string
	Postal   string // seven digits, with or without the hyphen
	Address  string
	Deadline civil.Date // of the pickup (交付期限); zero: none
}

// Sender is the office that writes.
type Sender struct {
	City, Office, Phone, Hours, Address string
	// Booking is the address at which a booking begins; with a code, the one the
	// QR code opens (S4-103).
	Booking func(code string) string
}

// Press makes files for one sender, one at a time.
type Press struct {
	Fonts  *Fonts
	Sender Sender
	Layout Layout
	Date   civil.Date // of the letters
	Made   time.Time  // stands in the file's properties

	set map[setKey][][]pdf.Glyph
}

// Report says what became of the recipients.
type Report struct {
	Printed int // recipients in the file
	Pages   int
	Held    []Held
}

// Held is a recipient who is not in the file, and why.
type Held struct {
	Index  int // in the list given, from 0
	Case   string
	Reason Reason
	// Missing are the characters that no font can draw, each with its variation
	// selector, for NoGlyph.
	Missing []string
}

// Reason says why a recipient was held back.
type Reason string

// The reasons.
const (
	NoGlyph   Reason = "no-glyph"   // a character no font has
	NoAddress Reason = "no-address" // a label without name or address
	NoCode    Reason = "no-code"    // the template shows the link code and there is none
	NoRoom    Reason = "no-room"    // name or address do not fit even in the smallest size
)

// ErrNothing says that nobody was left to print.
var ErrNothing = errors.New("every recipient was held back, or there was none")

// Letters writes a letter to every recipient, each beginning on a new page. The
// error is that of w, or ErrNothing.
func (p *Press) Letters(w io.Writer, t Template, to []Recipient) (Report, error) {
	var report Report
	p.set = map[setKey][][]pdf.Glyph{}
	file := pdf.New(w, t.title(), p.Made)
	drawn := map[string]bool{}
	for i, r := range to {
		var l letter
		held := p.check(t, r, drawn) // as CheckLetters, which was shown before printing
		if held == nil {
			l, held = p.letter(t, r)
		}
		if held != nil {
			held.Index, held.Case = i, r.Case
			report.Held = append(report.Held, *held)
			continue
		}
		for _, marks := range l.pages {
			page := file.Page(pdf.A4Width, pdf.A4Height)
			for _, draw := range marks {
				draw(page)
			}
		}
		report.Printed++
	}
	return finish(file, report)
}

func finish(file *pdf.Writer, report Report) (Report, error) {
	report.Pages = file.Pages()
	if report.Printed == 0 {
		return report, ErrNothing
	}
	return report, file.Close()
}

// CheckLetters tells who would be held back, without making a file. It looks at
// what differs between the recipients only, so it costs little for thousands.
func (p *Press) CheckLetters(t Template, to []Recipient) Report {
	var report Report
	p.set = map[setKey][][]pdf.Glyph{}
	_, common := p.letter(t, Recipient{Code: "0000000000"})
	drawn := map[string]bool{}
	for i, r := range to {
		held := common
		if held == nil {
			held = p.check(t, r, drawn)
		}
		if held != nil {
			report.Held = append(report.Held, Held{Index: i, Case: r.Case, Reason: held.Reason, Missing: held.Missing})
			continue
		}
		report.Printed++
	}
	return report
}

// check is what letter finds wrong with one recipient. drawn remembers the values
// in which nothing was: most are the same in every letter.
func (p *Press) check(t Template, r Recipient, drawn map[string]bool) *Held {
	if r.Code == "" && t.UsesCode() {
		return &Held{Reason: NoCode}
	}
	var lost []string
	if r.Name != "" || r.Address != "" {
		w := p.Layout.Window
		if _, ok := p.Fonts.address(r, w.X, w.Y, w.W, w.H, &lost); !ok {
			return &Held{Reason: NoRoom}
		}
	}
	inWindow := len(lost) == 0 && (r.Name != "" || r.Address != "")
	for v := range t.values() {
		text := p.value(v, r)
		if drawn[text] || inWindow && (v == valueName || v == valueResident) {
			continue
		}
		before := len(lost)
		p.Fonts.shape(text, &lost)
		drawn[text] = len(lost) == before
	}
	if len(lost) > 0 {
		return &Held{Reason: NoGlyph, Missing: unique(lost)}
	}
	return nil
}

// Empty lists the values of a template that the sender has not set; their lines
// are left out of every letter.
func (p *Press) Empty(t Template) []Placeholder {
	var list []Placeholder
	nobody := Recipient{Code: "x", Name: "x", Postal: "x", Address: "x", Deadline: p.Date}
	for v := range t.values() {
		if p.value(v, nobody) != "" {
			continue
		}
		for _, name := range Placeholders() {
			if name.English == string(v) && !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	return list
}

// Characters lists what is missing in the letters held back, each character
// once.
func (r Report) Characters() []string {
	var all []string
	for _, h := range r.Held {
		all = append(all, h.Missing...)
	}
	return unique(all)
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

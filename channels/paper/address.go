package paper

import (
	"madoguchi/channels/paper/pdf"
)

// addressSizes are the sizes tried for an address, in points, the usual one
// first; below the last nothing is readable for a postman.
var addressSizes = []float64{10.5, 10, 9.5, 9, 8.5, 8, 7.5, 7}

// mark is a line of text placed on a page.
type mark struct {
	x, y  float64
	style pdf.Style
	line  []pdf.Glyph
}

// address lays postal code, address and name out within a rectangle. The size
// shrinks until everything fits; ok is false if it does not even then.
func (f *Fonts) address(r Recipient, x, y, w, h float64, lost *[]string) (marks []mark, ok bool) {
	var postal []pdf.Glyph
	if r.Postal != "" {
		postal = f.shape("〒"+showPostal(r.Postal), lost)
	}
	residence, name := f.shape(r.Address, lost), f.shape(r.Name, lost)
	if len(*lost) > 0 {
		return nil, true // held back for the characters
	}
	var honorific []pdf.Glyph
	if len(name) > 0 {
		honorific = f.shape("　様", lost)
	}
	for _, size := range addressSizes {
		if marks, ok := place(postal, residence, name, honorific, x, y, w, h, size); ok {
			return marks, true
		}
	}
	return nil, false
}

// place lays the block out in one size. The name stays on one line, with 様
// after it, or takes two if it is very long.
func place(postal, residence, name, honorific []pdf.Glyph, x, y, w, h, size float64) ([]mark, bool) {
	const leading = 1.35
	var marks []mark
	at := y
	put := func(line []pdf.Glyph, indent, size float64) {
		at += pdf.Points(size * leading)
		marks = append(marks, mark{x + indent, at - pdf.Points(size*(leading-0.88)), pdf.Style{Size: size}, line})
	}
	if len(postal) > 0 {
		put(postal, 0, size)
	}
	lines := splitWords(residence, size, w)
	if len(lines) > 3 {
		return nil, false
	}
	if len(residence) > 0 {
		for _, line := range lines {
			put(line, 0, size)
		}
	}
	if len(name) > 0 {
		at += pdf.Points(size * 0.45)
		large := size * 1.3
		whole := append(append([]pdf.Glyph(nil), name...), honorific...)
		indent := pdf.Points(size)
		if width(whole, large) <= w-indent {
			put(whole, indent, large)
		} else if lines := splitWords(name, size, w-indent); len(lines) <= 3 && size <= 9 {
			for i, line := range lines {
				if i == len(lines)-1 {
					line = append(append([]pdf.Glyph(nil), line...), honorific...)
					if width(line, size) > w-indent {
						return nil, false
					}
				}
				put(line, indent, size)
			}
		} else {
			return nil, false
		}
	}
	return marks, at <= y+h
}

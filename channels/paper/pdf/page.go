package pdf

import (
	"bytes"
	"strconv"
)

// Page is a page being drawn.
type Page struct {
	w             *Writer
	width, height float64
	b             bytes.Buffer
}

// Glyph is one glyph of a line.
type Glyph struct {
	Font  *Font
	ID    int
	Text  string  // the characters it stands for, for searching and copying
	After float64 // extra space after it, in ems
}

// Style is how a line is drawn.
type Style struct {
	Size float64 // of the characters, in points
	// Bold thickens the strokes: one weight of the font is embedded.
	Bold    bool
	Grey    float64 // 0 is black, 1 is white
	Spacing float64 // extra space after every glyph, in ems
}

// boldness is the thickness added to bold strokes, in ems.
const boldness = 0.035

// Points is a length in points as millimetres.
func Points(p float64) float64 { return p / perMillimetre }

func (p *Page) numbers(values ...float64) {
	var room [24]byte
	for _, v := range values {
		p.b.Write(appendDecimal(room[:0], v))
		p.b.WriteByte(' ')
	}
}

// Text draws a line whose base line begins at x, y.
func (p *Page) Text(x, y float64, style Style, line []Glyph) {
	if len(line) == 0 {
		return
	}
	p.b.WriteString("BT ")
	if style.Grey > 0 {
		p.numbers(style.Grey)
		p.b.WriteString("g ")
	}
	if style.Bold {
		if style.Grey > 0 {
			p.numbers(style.Grey)
			p.b.WriteString("G ")
		}
		p.numbers(boldness * style.Size)
		p.b.WriteString("w 2 Tr ")
	}
	if style.Spacing != 0 {
		p.numbers(style.Spacing * style.Size)
		p.b.WriteString("Tc ")
	}
	p.numbers(1, 0, 0, 1, x*perMillimetre, (p.height-y)*perMillimetre)
	p.b.WriteString("Tm\n")
	var current *Font
	open := false
	for _, g := range line {
		s, at := p.w.in(g.Font)
		if g.Font != current {
			if open {
				p.b.WriteString(">]TJ ")
			}
			p.b.WriteString("/F" + strconv.Itoa(at) + " ")
			p.numbers(style.Size)
			p.b.WriteString("Tf [<")
			current, open = g.Font, true
		}
		const digits = "0123456789ABCDEF"
		n := s.use(drawn{g.ID, g.Text})
		p.b.Write([]byte{digits[n>>12&15], digits[n>>8&15], digits[n>>4&15], digits[n&15]})
		if g.After != 0 {
			p.b.WriteByte('>')
			p.numbers(-1000 * g.After)
			p.b.WriteByte('<')
		}
	}
	p.b.WriteString(">]TJ ET\n")
	if style.Spacing != 0 {
		p.b.WriteString("0 Tc ")
	}
	if style.Bold {
		p.b.WriteString("0 Tr ")
	}
	if style.Grey > 0 {
		p.b.WriteString("0 g 0 G\n")
	}
}

// Line draws a straight line; width is in points.
func (p *Page) Line(x1, y1, x2, y2, width, grey float64) {
	p.numbers(grey)
	p.b.WriteString("G ")
	p.numbers(width)
	p.b.WriteString("w ")
	p.numbers(x1*perMillimetre, (p.height-y1)*perMillimetre)
	p.b.WriteString("m ")
	p.numbers(x2*perMillimetre, (p.height-y2)*perMillimetre)
	p.b.WriteString("l S 0 G\n")
}

// Frame draws the outline of a rectangle; width is in points.
func (p *Page) Frame(x, y, w, h, width, grey float64) {
	p.numbers(grey)
	p.b.WriteString("G ")
	p.numbers(width)
	p.b.WriteString("w ")
	p.rectangle(x, y, w, h)
	p.b.WriteString("S 0 G\n")
}

// Fill fills a rectangle.
func (p *Page) Fill(x, y, w, h, grey float64) {
	p.numbers(grey)
	p.b.WriteString("g ")
	p.rectangle(x, y, w, h)
	p.b.WriteString("f 0 g\n")
}

func (p *Page) rectangle(x, y, w, h float64) {
	p.numbers(x*perMillimetre, (p.height-y-h)*perMillimetre, w*perMillimetre, h*perMillimetre)
	p.b.WriteString("re ")
}

// Modules draws a square picture of black and white modules, such as a QR code,
// as shapes that stay sharp at any resolution.
func (p *Page) Modules(x, y, side float64, black [][]bool) {
	if len(black) == 0 {
		return
	}
	step := side / float64(len(black)) * perMillimetre
	p.b.WriteString("q ")
	p.numbers(step, 0, 0, -step, x*perMillimetre, (p.height-y)*perMillimetre)
	p.b.WriteString("cm\n")
	for row, line := range black {
		for from := 0; from < len(line); from++ {
			if !line[from] {
				continue
			}
			to := from
			for to < len(line) && line[to] {
				to++
			}
			for _, n := range [...]int{from, row, to - from} {
				p.b.WriteString(strconv.Itoa(n))
				p.b.WriteByte(' ')
			}
			p.b.WriteString("1 re\n")
			from = to
		}
	}
	p.b.WriteString("f Q\n")
}

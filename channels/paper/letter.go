package paper

import (
	"errors"
	"fmt"
	"slices"

	"github.com/skip2/go-qrcode"

	"madoguchi/channels/paper/pdf"
)

// Layout is where things stand on an A4 letter, in millimetres. It belongs to
// the envelopes a municipality uses.
type Layout struct {
	// Window is where the envelope shows the address; its upper left corner is
	// measured from that of the page.
	Window Area `json:"window"`
	// Folds are the heights of the marks to fold at; none are drawn if empty.
	Folds  []float64 `json:"folds"`
	Left   float64   `json:"left"` // margins of the text
	Right  float64   `json:"right"`
	Top    float64   `json:"top"`
	Bottom float64   `json:"bottom"`
	Size   float64   `json:"size"` // of the text, in points
}

// Area is a rectangle.
type Area struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

// StandardLayout is for a sheet folded in three in an envelope with a window at
// the upper left (長形3号・洋形長3号).
func StandardLayout() Layout {
	return Layout{
		Window: Area{X: 22, Y: 16, W: 84, H: 38}, Folds: []float64{99, 198},
		Left: 22, Right: 22, Top: 18, Bottom: 18, Size: 10.5,
	}
}

// ErrLayout says which measure of a layout or sheet cannot be.
var ErrLayout = errors.New("impossible measure")

// Check refuses measures that leave the page. The error names the field.
func (l Layout) Check() error {
	within := func(name string, v, low, high float64) error {
		if v >= low && v <= high { // false for NaN
			return nil
		}
		return fmt.Errorf("%w: %s must be %g to %g", ErrLayout, name, low, high)
	}
	list := []error{
		within("window.x", l.Window.X, 0, 150), within("window.y", l.Window.Y, 0, 150),
		within("window.w", l.Window.W, 40, pdf.A4Width-l.Window.X), within("window.h", l.Window.H, 20, 100),
		within("left", l.Left, 5, 60), within("right", l.Right, 5, 60),
		within("top", l.Top, 5, 100), within("bottom", l.Bottom, 5, 60), within("size", l.Size, 8, 16),
	}
	if len(l.Folds) > 4 {
		list = append(list, fmt.Errorf("%w: folds: at most 4", ErrLayout))
	}
	for _, f := range l.Folds {
		list = append(list, within("folds", f, 10, pdf.A4Height-10))
	}
	return errors.Join(list...)
}

// letter is one person's letter, laid out.
type letter struct {
	pages [][]func(*pdf.Page)
}

func (l *letter) draw(f func(*pdf.Page)) {
	l.pages[len(l.pages)-1] = append(l.pages[len(l.pages)-1], f)
}

// setter lays one letter out, from top to bottom.
type setter struct {
	press  *Press
	to     Recipient
	letter letter
	lost   []string
	y      float64
	start  float64 // where the page or frame begins: no gap there
	// body is true once the text has passed the address window.
	body bool
}

const (
	leading    = 1.55 // distance of lines, in sizes
	qrSide     = 33.0 // of the QR code with its quiet zone, in mm
	boxPadding = 4.0
)

// letter lays out a letter; held is set if it must not be printed.
func (p *Press) letter(t Template, r Recipient) (letter, *Held) {
	s := &setter{press: p, to: r}
	s.letter.pages = [][]func(*pdf.Page){nil}
	s.frame()
	if r.Code == "" && t.UsesCode() {
		return letter{}, &Held{Reason: NoCode}
	}
	if r.Name != "" || r.Address != "" {
		w := p.Layout.Window
		marks, ok := p.Fonts.address(r, w.X, w.Y, w.W, w.H, &s.lost)
		if !ok {
			return letter{}, &Held{Reason: NoRoom}
		}
		s.put(marks)
	}
	s.y = p.Layout.Top
	left, right := p.Layout.Left, pdf.A4Width-p.Layout.Right
	for _, b := range t.blocks {
		s.block(b, left, right)
	}
	if len(s.lost) > 0 {
		return letter{}, &Held{Reason: NoGlyph, Missing: unique(s.lost)}
	}
	return s.letter, nil
}

// frame draws what is on every first page besides the text.
func (s *setter) frame() {
	for _, y := range s.press.Layout.Folds {
		s.letter.draw(func(p *pdf.Page) { p.Line(4, y, 9, y, 0.4, 0.55) })
	}
	if s.to.Number > 0 {
		const size = 7
		number := s.press.Fonts.shape(fmt.Sprintf("No. %d", s.to.Number), &s.lost)
		x := pdf.A4Width - s.press.Layout.Right - width(number, size)
		s.letter.draw(func(p *pdf.Page) { p.Text(x, pdf.A4Height-8, pdf.Style{Size: size, Grey: 0.45}, number) })
	}
}

func (s *setter) put(marks []mark) {
	for _, m := range marks {
		s.letter.draw(func(p *pdf.Page) { p.Text(m.x, m.y, m.style, m.line) })
	}
}

func (s *setter) bottom() float64 { return pdf.A4Height - s.press.Layout.Bottom }

// room begins a new page unless h millimetres are left on this one.
func (s *setter) room(h float64) {
	if s.y+h <= s.bottom() {
		return
	}
	s.letter.pages = append(s.letter.pages, nil)
	s.y = s.press.Layout.Top
	s.start = s.y
}

// skip leaves some sizes of the text free, but not at the beginning.
func (s *setter) skip(sizes float64) {
	if s.body && s.y > s.start {
		s.y += pdf.Points(s.press.Layout.Size * sizes)
	}
}

// block sets one block between two edges.
func (s *setter) block(b block, left, edge float64) {
	size := s.press.Layout.Size
	text, ok := s.press.fill(b.text, s.to)
	if !ok {
		return
	}
	if !s.body && b.kind == right { // date and sender stand beside the window
		w := s.press.Layout.Window
		s.lines(text, pdf.Style{Size: size}, max(left, w.X+w.W+4), edge, alignRight)
		return
	}
	if !s.body && b.kind != gap {
		w := s.press.Layout.Window
		s.y = max(s.y, w.Y+w.H) + pdf.Points(size)
		s.body = true
	}
	switch b.kind {
	case gap:
		s.skip(0.6)
	case title:
		s.y += pdf.Points(size * 0.4)
		s.lines(text, pdf.Style{Size: size * 1.45, Bold: true}, left, edge, alignCentre)
		s.y += pdf.Points(size * 0.7)
	case heading:
		s.skip(0.4)
		s.room(pdf.Points(size * leading * 3)) // not alone at the end of a page
		s.lines(text, pdf.Style{Size: size * 1.1, Bold: true}, left, edge, alignLeft)
		s.y += pdf.Points(size * 0.1)
	case right:
		s.lines(text, pdf.Style{Size: size}, left, edge, alignRight)
	case item:
		s.room(pdf.Points(size * leading))
		dot := s.press.Fonts.shape("・", &s.lost)
		x, y := left, s.y+pdf.Points(size*(leading+0.76)/2)
		s.letter.draw(func(p *pdf.Page) { p.Text(x, y, pdf.Style{Size: size}, dot) })
		s.lines(text, pdf.Style{Size: size}, left+pdf.Points(size), edge, alignLeft)
	case rule:
		s.y += pdf.Points(size * 0.5)
		y := s.y
		s.letter.draw(func(p *pdf.Page) { p.Line(left, y, edge, y, 0.5, 0.3) })
		s.y += pdf.Points(size * 0.5)
	case qr:
		s.room(qrSide)
		s.qr(left, s.y)
		s.y += qrSide
	case code:
		s.code(left, edge)
	case box:
		s.box(b, left, edge)
	default:
		s.lines(text, pdf.Style{Size: size}, left, edge, alignLeft)
	}
}

// paragraph is a text in lines. Most of a letter is the same for everybody, so
// what was set once is remembered while a file is made.
func (p *Press) paragraph(text string, size, limit float64, lost *[]string) [][]pdf.Glyph {
	key := setKey{text, size, limit}
	if lines, ok := p.set[key]; ok {
		return lines
	}
	before := len(*lost)
	lines := split(p.Fonts.shape(text, lost), size, limit)
	if len(p.set) < mostSet && len(*lost) == before {
		p.set[key] = lines
	}
	return lines
}

// setKey names a paragraph; mostSet is how many are remembered, so that a file
// of thousands of names does not keep them all.
type setKey struct {
	text        string
	size, limit float64
}

const mostSet = 200

type alignment int

const (
	alignLeft alignment = iota
	alignCentre
	alignRight
)

// lines sets a paragraph.
func (s *setter) lines(text string, style pdf.Style, left, right float64, at alignment) {
	w := right - left
	step := pdf.Points(style.Size * leading)
	lines := s.press.paragraph(text, style.Size, w, &s.lost)
	for i, line := range lines {
		s.room(step)
		x, style := left, style
		switch {
		case at == alignCentre:
			x += (w - width(line, style.Size)) / 2
		case at == alignRight:
			x += w - width(line, style.Size)
		case i < len(lines)-1:
			style.Spacing = justify(line, style.Size, w)
		}
		y := s.y + pdf.Points(style.Size*(leading+0.76)/2)
		s.letter.draw(func(p *pdf.Page) { p.Text(x, y, style, line) })
		s.y += step
	}
}

// qr draws the code that opens the booking. It brings its own quiet zone of four
// modules (JIS X 0510).
func (s *setter) qr(x, y float64) {
	picture, err := qrcode.New(s.press.booking(s.to.Code), qrcode.Medium)
	if err != nil {
		return // only an address of thousands of characters has no code
	}
	modules := picture.Bitmap()
	s.letter.draw(func(p *pdf.Page) { p.Modules(x, y, qrSide, modules) })
}

// code sets the link code large, so that it can be read out on the telephone.
func (s *setter) code(left, right float64) {
	const large = 1.9
	size := s.press.Layout.Size * large
	step := pdf.Points(size * 1.35)
	s.room(step)
	line := s.press.Fonts.shape(showCode(s.to.Code), &s.lost)
	style := pdf.Style{Size: size, Bold: true, Spacing: 0.08}
	if w := width(line, size) + style.Spacing*pdf.Points(size)*float64(len(line)); w > right-left {
		style.Size *= (right - left) / w
	}
	y := s.y + pdf.Points(size*1.05)
	s.letter.draw(func(p *pdf.Page) { p.Text(left, y, style, line) })
	s.y += step
}

// box sets blocks within a frame, a QR code among them at the right edge with
// the text beside it. A frame is not divided between pages.
func (s *setter) box(b block, left, right float64) {
	inside := slices.DeleteFunc(slices.Clone(b.inside), func(b block) bool { return b.kind == qr })
	hasCode := len(inside) < len(b.inside)
	edge := right - boxPadding
	if hasCode {
		edge -= qrSide + 1
	}
	// Measured first on a page without end, then set where there is room.
	trial := &setter{press: s.press, to: s.to, body: true}
	trial.letter.pages = [][]func(*pdf.Page){nil}
	const top = -1e6
	trial.y, trial.start = top, top
	for _, c := range inside {
		trial.block(c, left+boxPadding, edge)
	}
	height := trial.y - top
	if hasCode {
		height = max(height, qrSide-2)
	}
	height += 2 * boxPadding
	if height > s.bottom()-s.press.Layout.Top { // no page holds it: set it without a frame
		for _, c := range b.inside {
			s.block(c, left, right)
		}
		return
	}
	s.skip(0.4)
	s.room(height)
	y := s.y
	s.letter.draw(func(p *pdf.Page) { p.Frame(left, y, right-left, height, 0.8, 0.15) })
	if hasCode {
		s.qr(right-qrSide-boxPadding/2, y+(height-qrSide)/2)
	}
	s.y, s.start = y+boxPadding, y+boxPadding
	for _, c := range inside {
		s.block(c, left+boxPadding, edge)
	}
	s.y = y + height + pdf.Points(s.press.Layout.Size*0.4)
}

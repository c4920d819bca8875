package paper

import (
	"errors"
	"fmt"
	"io"

	"madoguchi/channels/paper/pdf"
)

// Sheet is a sheet of labels: how many, where, and how far this printer is off,
// in millimetres.
type Sheet struct {
	Name    string  `json:"name"`
	Columns int     `json:"columns"`
	Rows    int     `json:"rows"`
	Left    float64 `json:"left"` // of the first label
	Top     float64 `json:"top"`
	Width   float64 `json:"width"` // of a label
	Height  float64 `json:"height"`
	PitchX  float64 `json:"pitch_x"` // from label to label
	PitchY  float64 `json:"pitch_y"`
	OffsetX float64 `json:"offset_x"` // added to everything, to the right and down
	OffsetY float64 `json:"offset_y"`
	Padding float64 `json:"padding"` // kept free within a label
}

// Sheets are the common A4 sheets. Sizes are those that the makers of label
// paper print on the packet; the margins centre the grid on the page.
func Sheets() []Sheet {
	centred := func(name string, columns, rows int, w, h float64) Sheet {
		return Sheet{
			Name: name, Columns: columns, Rows: rows, Width: w, Height: h, PitchX: w, PitchY: h, Padding: 4,
			Left: (pdf.A4Width - float64(columns)*w) / 2, Top: (pdf.A4Height - float64(rows)*h) / 2,
		}
	}
	return []Sheet{
		centred("A4 12面（86.4×42.3mm）", 2, 6, 86.4, 42.3),
		centred("A4 24面（70.0×33.9mm）", 3, 8, 70, 33.9),
		centred("A4 10面（86.4×50.8mm）", 2, 5, 86.4, 50.8),
		centred("A4 18面（63.5×46.6mm）", 3, 6, 63.5, 46.6),
	}
}

// Check refuses a grid that leaves the page. The error names the field.
func (s Sheet) Check() error {
	var list []error
	within := func(name string, v, low, high float64) {
		if !(v >= low && v <= high) { // true for NaN
			list = append(list, fmt.Errorf("%w: %s must be %g to %g", ErrLayout, name, low, high))
		}
	}
	within("columns", float64(s.Columns), 1, 10)
	within("rows", float64(s.Rows), 1, 30)
	within("width", s.Width, 20, pdf.A4Width)
	within("height", s.Height, 10, pdf.A4Height)
	within("left", s.Left, 0, 100)
	within("top", s.Top, 0, 100)
	within("offset_x", s.OffsetX, -20, 20)
	within("offset_y", s.OffsetY, -20, 20)
	within("padding", s.Padding, 0, 15)
	within("pitch_x", s.PitchX, s.Width, pdf.A4Width)
	within("pitch_y", s.PitchY, s.Height, pdf.A4Height)
	const tolerance = 0.05
	if len(list) == 0 {
		if s.Left+float64(s.Columns-1)*s.PitchX+s.Width > pdf.A4Width+tolerance {
			list = append(list, fmt.Errorf("%w: columns: the labels are wider than the page", ErrLayout))
		}
		if s.Top+float64(s.Rows-1)*s.PitchY+s.Height > pdf.A4Height+tolerance {
			list = append(list, fmt.Errorf("%w: rows: the labels are taller than the page", ErrLayout))
		}
	}
	return errors.Join(list...)
}

// place is where the label of a number, from 0, lies on its page.
func (s Sheet) place(n int) Area {
	n %= s.Columns * s.Rows
	return Area{
		X: s.Left + s.OffsetX + float64(n%s.Columns)*s.PitchX,
		Y: s.Top + s.OffsetY + float64(n/s.Columns)*s.PitchY,
		W: s.Width, H: s.Height,
	}
}

// Labels writes a label for every recipient with an address. skip leaves that
// many places of the first sheet free, for one that was begun. The error is that
// of w, or ErrNothing.
func (p *Press) Labels(w io.Writer, sheet Sheet, skip int, to []Recipient) (Report, error) {
	var report Report
	file := pdf.New(w, "宛名ラベル", p.Made)
	var page *pdf.Page
	next := max(0, skip) % (sheet.Columns * sheet.Rows)
	for i, r := range to {
		marks, held := p.label(sheet, next, r)
		if held != nil {
			held.Index, held.Case = i, r.Case
			report.Held = append(report.Held, *held)
			continue
		}
		if page == nil || next%(sheet.Columns*sheet.Rows) == 0 {
			page = file.Page(pdf.A4Width, pdf.A4Height)
		}
		for _, m := range marks {
			page.Text(m.x, m.y, m.style, m.line)
		}
		next++
		report.Printed++
	}
	return finish(file, report)
}

// CheckLabels tells who would be held back, without making a file.
func (p *Press) CheckLabels(sheet Sheet, to []Recipient) Report {
	var report Report
	for i, r := range to {
		if _, held := p.label(sheet, 0, r); held != nil {
			held.Index, held.Case = i, r.Case
			report.Held = append(report.Held, *held)
			continue
		}
		report.Printed++
	}
	each := sheet.Columns * sheet.Rows
	report.Pages = (report.Printed + each - 1) / each
	return report
}

func (p *Press) label(sheet Sheet, n int, r Recipient) ([]mark, *Held) {
	if r.Name == "" || r.Address == "" {
		return nil, &Held{Reason: NoAddress}
	}
	var lost []string
	a := sheet.place(n)
	pad := sheet.Padding
	marks, ok := p.Fonts.address(r, a.X+pad, a.Y+pad, a.W-2*pad, a.H-2*pad, &lost)
	switch {
	case len(lost) > 0:
		return nil, &Held{Reason: NoGlyph, Missing: unique(lost)}
	case !ok:
		return nil, &Held{Reason: NoRoom}
	}
	if n := len(marks); n > 0 { // in the middle of the height
		last := marks[n-1]
		down := (a.Y + a.H - pad - last.y - pdf.Points(last.style.Size*0.2)) / 2
		for i := range marks {
			marks[i].y += max(0, down)
		}
	}
	if r.Number > 0 {
		const size = 6
		number := p.Fonts.shape(fmt.Sprint(r.Number), &lost)
		marks = append(marks, mark{a.X + a.W - max(pad, 2) - width(number, size), a.Y + a.H - 2, pdf.Style{Size: size, Grey: 0.45}, number})
	}
	return marks, nil
}

// Test writes one sheet with the outline of every label and a cross in its
// middle, to hold against the paper and read the offset from.
func (p *Press) Test(w io.Writer, sheet Sheet) error {
	file := pdf.New(w, "宛名ラベル 試し刷り", p.Made)
	page := file.Page(pdf.A4Width, pdf.A4Height)
	var lost []string
	for n := range sheet.Columns * sheet.Rows {
		a := sheet.place(n)
		page.Frame(a.X, a.Y, a.W, a.H, 0.4, 0)
		page.Frame(a.X+sheet.Padding, a.Y+sheet.Padding, a.W-2*sheet.Padding, a.H-2*sheet.Padding, 0.2, 0.7)
		x, y := a.X+a.W/2, a.Y+a.H/2
		page.Line(x-5, y, x+5, y, 0.3, 0)
		page.Line(x, y-5, x, y+5, 0.3, 0)
		page.Text(a.X+sheet.Padding+1, a.Y+sheet.Padding+4, pdf.Style{Size: 8},
			p.Fonts.shape(fmt.Sprintf("%d　横ずれ %+.1fmm　縦ずれ %+.1fmm", n+1, sheet.OffsetX, sheet.OffsetY), &lost))
	}
	return file.Close()
}

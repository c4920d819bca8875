package letters

import (
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/channels/paper"
	"madoguchi/store"
	"madoguchi/store/letter"
)

// The parts of the settings.
const (
	layoutPart = "layout"
	sheetsPart = "sheets"
)

// Sheets are the label sheets of the tenant, and their version.
func (c Config) Sheets(tx *store.Tx) ([]paper.Sheet, int, error) {
	list := paper.Sheets()
	version, err := c.Letters.Setting(tx, sheetsPart, &list)
	return list, version, err
}

// measure is one number of a form, in millimetres or points.
type measure struct {
	Name  string // of the field; "letters.measure.NAME" is its label
	Value string
	Step  string
	Wrong bool
}

// form is a form of measures.
type form struct {
	Name      string // of a sheet
	Number    string // of a sheet, in its address
	Version   int
	Measures  []measure
	Folds     string
	Sheets    []paper.Sheet
	Error     string
	NameWrong bool
}

// field joins a measure of a form with its place in a layout or sheet.
type field struct {
	name string
	step string
	f    *float64
	n    *int
}

func layoutFields(l *paper.Layout) []field {
	mm := func(name string, f *float64) field { return field{name: name, step: "0.1", f: f} }
	return []field{
		mm("window-x", &l.Window.X), mm("window-y", &l.Window.Y), mm("window-w", &l.Window.W), mm("window-h", &l.Window.H),
		mm("left", &l.Left), mm("right", &l.Right), mm("top", &l.Top), mm("bottom", &l.Bottom),
		{name: "size", step: "0.5", f: &l.Size},
	}
}

func sheetFields(s *paper.Sheet) []field {
	mm := func(name string, f *float64) field { return field{name: name, step: "0.1", f: f} }
	return []field{
		{name: "columns", step: "1", n: &s.Columns}, {name: "rows", step: "1", n: &s.Rows},
		mm("offset-x", &s.OffsetX), mm("offset-y", &s.OffsetY),
		mm("sheet-left", &s.Left), mm("sheet-top", &s.Top), mm("width", &s.Width), mm("height", &s.Height),
		mm("pitch-x", &s.PitchX), mm("pitch-y", &s.PitchY), mm("padding", &s.Padding),
	}
}

// show writes the values into the form; read takes what was typed, and keeps it.
func (f *form) show(fields []field) {
	for _, x := range fields {
		m := measure{Name: x.name, Step: x.step}
		if x.n != nil {
			m.Value = strconv.Itoa(*x.n)
		} else {
			m.Value = strconv.FormatFloat(math.Round(*x.f*100)/100, 'f', -1, 64)
		}
		f.Measures = append(f.Measures, m)
	}
}

func (f *form) read(q *console.Request, fields []field) (ok bool) {
	ok = true
	for _, x := range fields {
		m := measure{Name: x.name, Step: x.step, Value: strings.TrimSpace(q.PostFormValue(x.name))}
		if x.n != nil {
			n, err := strconv.Atoi(m.Value)
			m.Wrong, *x.n = err != nil, n
		} else {
			v, err := strconv.ParseFloat(m.Value, 64)
			m.Wrong, *x.f = err != nil || math.IsNaN(v) || math.IsInf(v, 0), v
		}
		ok = ok && !m.Wrong
		f.Measures = append(f.Measures, m)
	}
	return ok
}

// marks the fields a refusal names.
func (f *form) refuse(q *console.Request, err error) {
	f.Error = q.T("letters.measure.wrong")
	text := strings.NewReplacer("window.", "window-", "_", "-").Replace(err.Error())
	for i := range f.Measures {
		m := &f.Measures[i]
		name := strings.TrimPrefix(m.Name, "sheet-")
		m.Wrong = m.Wrong || strings.Contains(text, ": "+name+" must") || strings.Contains(text, ": "+name+":")
	}
}

// layout shows where things stand on a letter, and the label sheets.
func (a *area) layout(q *console.Request) error {
	f := &form{}
	err := q.View(func(tx *store.Tx) error {
		l := paper.StandardLayout()
		var err error
		if f.Version, err = a.Letters.Setting(tx, layoutPart, &l); err != nil {
			return err
		}
		f.Measures = nil
		f.show(layoutFields(&l))
		f.Folds = showFolds(l.Folds)
		f.Sheets, _, err = a.Sheets(tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("letters-layout", "letters.layout.title", f)
}

func showFolds(folds []float64) string {
	var list []string
	for _, v := range folds {
		list = append(list, strconv.FormatFloat(v, 'f', -1, 64))
	}
	return strings.Join(list, ", ")
}

func readFolds(text string) ([]float64, bool) {
	folds := []float64{}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",、 \u3000", r) }) {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return nil, false
		}
		folds = append(folds, v)
	}
	return folds, true
}

// saveLayout puts the layout in force.
func (a *area) saveLayout(q *console.Request) error {
	f := &form{Folds: q.PostFormValue("folds")}
	f.Version, _ = strconv.Atoi(q.PostFormValue("version"))
	var l paper.Layout
	ok := f.read(q, layoutFields(&l))
	var readable bool
	l.Folds, readable = readFolds(f.Folds)
	if err := l.Check(); err != nil {
		f.refuse(q, err)
	}
	if !ok || !readable {
		f.Error = q.T("letters.measure.wrong")
	}
	err := q.Update(func(tx *store.Tx) (err error) {
		if f.Sheets, _, err = a.Sheets(tx); err != nil || f.Error != "" {
			return err
		}
		return a.saveSetting(tx, q, f, layoutPart, l)
	})
	if err != nil {
		return err
	}
	if f.Error != "" {
		return q.Again("letters-layout", "letters.layout.title", f)
	}
	return q.See("letters/layout", "letters.layout.saved")
}

func (a *area) saveSetting(tx *store.Tx, q *console.Request, f *form, part string, v any) error {
	err := a.Letters.SaveSetting(tx, part, v, f.Version, q.By())
	if errors.Is(err, letter.ErrStale) {
		f.Error = q.T("letters.stale")
		return nil
	}
	return err
}

// freshSheet stands in the address of a sheet that is not yet there.
const freshSheet = "new"

// mostSheets bounds the list of a tenant's sheets.
const mostSheets = 30

// sheetNumber is the sheet of the address in a list; len(list) is a new one.
func sheetNumber(q *console.Request, list []paper.Sheet) (int, error) {
	if q.PathValue("sheet") == freshSheet {
		if len(list) >= mostSheets {
			return 0, &console.Problem{Status: http.StatusConflict, Text: "letters.sheet.many"}
		}
		return len(list), nil
	}
	n, err := strconv.Atoi(q.PathValue("sheet"))
	if err != nil || n < 0 || n >= len(list) {
		return 0, console.ErrNotFound
	}
	return n, nil
}

// sheet shows the measures of a label sheet.
func (a *area) sheet(q *console.Request) error {
	f := &form{Number: q.PathValue("sheet")}
	err := q.View(func(tx *store.Tx) error {
		list, version, err := a.Sheets(tx)
		if err != nil {
			return err
		}
		n, err := sheetNumber(q, list)
		if err != nil {
			return err
		}
		s := paper.Sheets()[0]
		s.Name = ""
		if n < len(list) {
			s = list[n]
		}
		f.Version, f.Name, f.Measures = version, s.Name, nil
		f.show(sheetFields(&s))
		return nil
	})
	if err != nil {
		return err
	}
	return q.Render("letters-sheet", "letters.sheet.title", f)
}

// readSheet reads the form of a sheet; what is wrong is marked in it.
func readSheet(q *console.Request) (*form, paper.Sheet) {
	f := &form{Number: q.PathValue("sheet"), Name: strings.TrimSpace(q.PostFormValue("name"))}
	f.Version, _ = strconv.Atoi(q.PostFormValue("version"))
	s := paper.Sheet{Name: f.Name}
	ok := f.read(q, sheetFields(&s))
	if err := s.Check(); err != nil {
		f.refuse(q, err)
	}
	if !ok {
		f.Error = q.T("letters.measure.wrong")
	}
	return f, s
}

// saveSheet puts the measures of a sheet in force.
func (a *area) saveSheet(q *console.Request) error {
	f, s := readSheet(q)
	if n := len([]rune(f.Name)); n == 0 || n > 40 {
		f.NameWrong, f.Error = true, q.T("letters.sheet.name.wrong")
	}
	err := q.Update(func(tx *store.Tx) error {
		list, _, err := a.Sheets(tx)
		if err != nil {
			return err
		}
		n, err := sheetNumber(q, list)
		if err != nil || f.Error != "" {
			return err
		}
		if n == len(list) {
			list = append(list, s)
		} else {
			list[n] = s
		}
		return a.saveSetting(tx, q, f, sheetsPart, list)
	})
	if err != nil {
		return err
	}
	if f.Error != "" {
		return q.Again("letters-sheet", "letters.sheet.title", f)
	}
	return q.See("letters/layout", "letters.sheet.saved")
}

// testSheet sends a sheet with every label outlined, with the measures as typed.
func (a *area) testSheet(q *console.Request) error {
	f, s := readSheet(q)
	if f.Error != "" {
		return q.Again("letters-sheet", "letters.sheet.title", f)
	}
	var press *paper.Press
	err := q.View(func(tx *store.Tx) (err error) {
		press, err = a.Press(tx)
		return err
	})
	if err != nil {
		return err
	}
	return attach(q, "labels-test.pdf", func(w io.Writer) error { return press.Test(w, s) })
}

package paper

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/skip2/go-qrcode"
	"pgregory.net/rapid"

	"madoguchi/channels/paper/pdf"
	"madoguchi/channels/paper/pdf/pdftest"
	"madoguchi/i18n/civil"
)

const (
	rare    = "𠮷"           // U+20BB7, not in BIZ UDPGothic
	variant = "邉\U000E0101" // a form only a font with variants has
)

// press prints for みほん市 on 2026-12-01; fallback are the characters of a
// second font.
func press(t testing.TB, fallback ...pdftest.Char) *Press {
	t.Helper()
	var files []string
	if len(fallback) > 0 {
		file := filepath.Join(t.TempDir(), "fallback.ttf")
		if err := os.WriteFile(file, pdftest.Font(fallback...), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	fonts, err := OpenFonts(files...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fonts.Close() })
	return &Press{
		Fonts: fonts, Layout: StandardLayout(), Date: civil.Date{Year: 2026, Month: 12, Day: 1}, Made: time.Unix(0, 0),
		Sender: Sender{
			City: "みほん市", Office: "みほん市役所 市民課", Phone: "00-0000-0000", Hours: "平日 8時30分〜17時15分", Address: "みほん市本町1丁目1番1号",
			Booking: func(code string) string {
				if code == "" {
					return "https://madoguchi.example/t/sample/book?flow=card-pickup"
				}
				return "https://madoguchi.example/t/sample/book?flow=card-pickup&code=" + code
			},
		},
	}
}

func parse(t testing.TB, text string) Template {
	t.Helper()
	tpl, problems := Parse(text)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return tpl
}

func builtin(t testing.TB, name string) Template {
	t.Helper()
	text, ok := Default(name)
	if !ok {
		t.Fatalf("no template %s", name)
	}
	return parse(t, text)
}

func someone(n int) Recipient {
	return Recipient{
		Case: fmt.Sprint("case-", n), Number: n, Code: "K7M2P9QWXT", Name: "見本　花子", Postal: "0600001",
		Address: "みほん市本町2丁目3番4号", Deadline: civil.Date{Year: 2027, Month: 3, Day: 1},
	}
}

func print(t testing.TB, p *Press, tpl Template, to ...Recipient) ([]pdftest.Page, Report) {
	t.Helper()
	var b bytes.Buffer
	report, err := p.Letters(&b, tpl, to)
	if err != nil {
		t.Fatal(err)
	}
	pages := pdftest.Read(t, b.Bytes())
	if len(pages) != report.Pages {
		t.Errorf("%d pages in the file, %d in the report", len(pages), report.Pages)
	}
	return pages, report
}

// The letters that come with the program are one page each, and say who writes,
// to whom, and how to book.
func TestTheBuiltinLetters(t *testing.T) {
	p := press(t)
	for name, want := range map[string][]string{
		"guidance": {"〒060-0001", "みほん市本町2丁目3番4号", "見本　花子　様", "令和8年（2026年）12月1日", "K7M2P-9QWXT", "00-0000-0000", "令和9年（2027年）3月1日", "No. 7"},
		"notice":   {"個人番号カード交付通知書", "見本　花子　様", "みほん市長", "令和9年（2027年）3月1日", "K7M2P-9QWXT", "回答書"},
	} {
		text, _ := Default(name)
		if problems := p.Fonts.Check(text); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
		pages, report := print(t, p, builtin(t, name), someone(7))
		if len(pages) != 1 || report.Printed != 1 {
			t.Fatalf("%s: %+v", name, report)
		}
		for _, text := range want {
			if !strings.Contains(pages[0].Text, text) {
				t.Errorf("%s does not say %s:\n%s", name, text, pages[0].Text)
			}
		}
	}
}

// The QR code opens the booking with the person's own link code, with its quiet
// zone of four modules.
func TestTheQRCodeOpensTheBooking(t *testing.T) {
	p := press(t)
	pages, _ := print(t, p, parse(t, "{QR}"), someone(1))
	want, err := qrcode.New("https://madoguchi.example/t/sample/book?flow=card-pickup&code=K7M2P9QWXT", qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	modules := want.Bitmap()
	got := make([][]bool, len(modules))
	for i := range got {
		got[i] = make([]bool, len(modules))
	}
	_, drawing, _ := strings.Cut(pages[0].Content, "cm\n")
	for _, line := range strings.Split(drawing, "\n") {
		var x, y, w int
		if n, _ := fmt.Sscanf(line, "%d %d %d 1 re", &x, &y, &w); n == 3 {
			for i := range w {
				got[y][x+i] = true
			}
		}
	}
	if !cmp.Equal(modules, got) {
		t.Error("the picture is not the QR code of the address")
	}
	for i := range 4 {
		if slices.Contains(got[i], true) || slices.Contains(got[len(got)-1-i], true) {
			t.Error("there is no quiet zone of four modules")
		}
	}
}

// Without residents' records the letter carries the code and no name (S4-093).
func TestLettersWithoutResidents(t *testing.T) {
	p := press(t)
	pages, _ := print(t, p, parse(t, "{氏名} 様\n{住所}\nコードは次のとおりです。\n{コード}"), Recipient{Code: "K7M2P9QWXT"})
	if got, want := pages[0].Text, "コードは次のとおりです。\nK7M2P-9QWXT\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A character that the font lacks is drawn from the fallback, or its letter is
// held back and the character named. The others are printed.
func TestRareCharacters(t *testing.T) {
	tpl := parse(t, "{氏名} 様")
	to := []Recipient{someone(1), someone(2), someone(3), someone(4)}
	to[1].Name, to[2].Name, to[3].Address = rare+"田　太郎", "渡"+variant, "みほん市नेपाल"

	pages, report := print(t, press(t), tpl, to...)
	want := []Held{
		{Index: 1, Case: "case-2", Reason: NoGlyph, Missing: []string{rare}},
		{Index: 2, Case: "case-3", Reason: NoGlyph, Missing: []string{variant}},
		{Index: 3, Case: "case-4", Reason: NoGlyph, Missing: []string{"न", "प", "ल", "ा", "े"}},
	}
	if diff := cmp.Diff(want, report.Held); diff != "" || len(pages) != 1 {
		t.Errorf("%d pages, %s", len(pages), diff)
	}
	if diff := cmp.Diff([]string{"न", "प", "ल", "ा", "े", "邉\U000E0101", rare}, report.Characters()); diff != "" {
		t.Error(diff)
	}

	p := press(t, pdftest.Char{Rune: '𠮷'}, pdftest.Char{Rune: '邉', Variant: '\U000E0101'})
	pages, report = print(t, p, tpl, to[:3]...)
	if len(report.Held) > 0 || len(pages) != 3 || !strings.Contains(pages[1].Text, rare+"田　太郎　様") || !strings.Contains(pages[2].Text, "渡"+variant) {
		t.Errorf("%+v, %d pages", report, len(pages))
	}
	labels := p.CheckLabels(Sheets()[0], to)
	if labels.Printed != 3 {
		t.Errorf("%d labels, want 3", labels.Printed)
	}
	to[1].Case = "nobody"
	if _, err := press(t).Letters(io.Discard, tpl, to[1:3]); !errors.Is(err, ErrNothing) {
		t.Errorf("all held back: %v", err)
	}
}

// Marks of voicing written apart are joined; forms of characters are kept.
func TestCompose(t *testing.T) {
	for in, want := range map[string]string{"か\u3099": "が", "ハ\u309aン": "パン", "神": "神", "﨑髙": "﨑髙", "あ\u3099": "あ\u3099"} {
		if got := compose(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// No glyph is ever lost: of every recipient, each character of name and address
// is in the file, or the recipient is held back and the character listed. What
// was shown before printing is what happens.
func TestNoCharacterIsLost(t *testing.T) {
	p := press(t, pdftest.Char{Rune: '𠮷'}, pdftest.Char{Rune: '邉', Variant: '\U000E0101'})
	tpl := parse(t, "{氏名} 様\n{住所}\n{コード}")
	pool := []string{"山", "田", "髙", "﨑", "𠮷", "𡈽", "邉\U000E0101", "邉\U000E0102", "ア", "é", "A", " ", "　", "①", "न", "葛\U000E0100", "\u200b", "ー", "、"}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pool), 0, 12).Draw(t, "word"), "")
		})
		var to []Recipient
		for range rapid.IntRange(1, 4).Draw(t, "recipients") {
			to = append(to, Recipient{Code: "K7M2P9QWXT", Name: word.Draw(t, "name"), Address: word.Draw(t, "address"), Postal: "0600001"})
		}
		var b bytes.Buffer
		report, err := p.Letters(&b, tpl, to)
		if err != nil && !errors.Is(err, ErrNothing) {
			t.Fatal(err)
		}
		if before := p.CheckLetters(tpl, to); !cmp.Equal(before.Held, report.Held) || before.Printed != report.Printed {
			t.Fatalf("shown before %+v, happened %+v", before, report)
		}
		var pages []pdftest.Page
		if report.Printed > 0 {
			pages = pdftest.Read(t, b.Bytes())
		}
		held := map[int][]string{}
		for _, h := range report.Held {
			held[h.Index] = h.Missing
		}
		for i, r := range to {
			said := ""
			if missing, ok := held[i]; ok {
				said = strings.Join(missing, "")
				if said == "" {
					t.Fatalf("held back without a reason: %q", r.Name)
				}
				continue
			}
			said, pages = pages[0].Text, pages[1:]
			for _, c := range r.Name + r.Address {
				if c != ' ' && c != '　' && !strings.ContainsRune(said, c) {
					t.Fatalf("%q of %q is neither printed nor held back", c, r.Name+r.Address)
				}
			}
		}
	})
}

// Lines break as Japanese is set.
func TestLineBreaks(t *testing.T) {
	p := press(t)
	for _, c := range []struct {
		text string
		wide float64 // in full-width characters
		want string
	}{
		{"窓口へお越しください。", 5, "窓口へお越|しくださ|い。"},
		{"今日は雨です。明日も。", 6, "今日は雨で|す。明日も。"},     // 。 does not begin a line
		{"これは（例）です", 4, "これは|（例）です"},           // （ does not end one
		{"きっとだよ", 2, "きっ|とだ|よ"},                // っ does not begin one
		{"カード", 2, "カー|ド"},                     // ー does not begin one
		{"平成31年", 3, "平成|31年"},                 // a number stays together
		{"来庁 booking です", 5, "来庁 |booking|です"}, // words stay together
		{"一二　三", 2, "一二|三"},                    // a space hangs
		{"あ……い", 2, "あ|……|い"},                  // the dots stay together
		{"https://a.example/b?c=d", 7, "https://|a.example/|b?c=d"},
		{"wwwwwwwwwwwwwwwwwwww", 5, "*"}, // too long for any line: cut where it is full
		{"", 5, ""},
	} {
		var lost []string
		const size = 10
		em := 10 * 25.4 / 72
		var got []string
		for _, line := range split(p.Fonts.shape(c.text, &lost), size, c.wide*em) {
			s := ""
			for _, g := range line {
				s += g.Text
			}
			if width(line, size) > c.wide*em+1e-6 {
				t.Errorf("%q: the line %q is too wide", c.text, s)
			}
			got = append(got, s)
		}
		if c.want == "*" {
			if strings.Join(got, "") != c.text || len(got) < 2 {
				t.Errorf("%q became %q", c.text, got)
			}
			continue
		}
		want := strings.Split(strings.ReplaceAll(c.want, " |", "|"), "|")
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", c.text, got, want)
		}
	}
}

// Names and addresses break at their spaces first, and leave no single character
// to a line.
func TestAddressLines(t *testing.T) {
	p := press(t)
	const size, em = 10, 10 * 25.4 / 72
	for _, c := range []struct {
		text string
		wide float64
		want string
	}{
		{"本町一二三 桜荘一〇一号", 10, "本町一二三|桜荘一〇一号"},
		{"一二三四五六七八九十壱", 10, "一二三四五六七八|九十壱"},
		{"山田 花子", 10, "山田 花子"},
		{"", 10, ""},
	} {
		var lost []string
		var got []string
		for _, line := range splitWords(p.Fonts.shape(c.text, &lost), size, c.wide*em) {
			s := ""
			for _, g := range line {
				s += g.Text
			}
			got = append(got, s)
		}
		if want := strings.Split(c.want, "|"); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", c.text, got, want)
		}
	}
}

// Whatever the text and the width, no character is lost and no line is wider
// than it may be, unless one character is.
func TestSplitLosesNothing(t *testing.T) {
	p := press(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("あ、。（）っー「」ab12 　/?…漢字")), 0, 60, -1).Draw(t, "text")
		limit := rapid.Float64Range(2, 60).Draw(t, "width")
		var lost []string
		var got strings.Builder
		how := rapid.SampledFrom([]func([]pdf.Glyph, float64, float64) [][]pdf.Glyph{split, splitWords}).Draw(t, "how")
		for _, line := range how(p.Fonts.shape(text, &lost), 10, limit) {
			if len(line) > 1 && width(line, 10) > limit+1e-6 {
				t.Fatalf("a line of %v in %v", width(line, 10), limit)
			}
			for _, g := range line {
				got.WriteString(g.Text)
			}
		}
		strip := func(s string) string { return strings.NewReplacer(" ", "", "　", "").Replace(s) }
		if strip(got.String()) != strip(text) {
			t.Fatalf("%q became %q", text, got.String())
		}
	})
}

// Long names and addresses shrink and wrap; 様 stays with the name.
func TestLongAddresses(t *testing.T) {
	p := press(t)
	r := someone(1)
	r.Name = "アレクサンドラ マリア フェルナンデス デ ラ クルス ゴンザレス"
	r.Address = "みほん市中央区北一条西二丁目3番地4 グランドハイツみほん駅前公園アネックス東棟1203号室"
	for _, sheet := range Sheets() {
		marks, held := p.label(sheet, 0, r)
		if held != nil {
			t.Fatalf("%s: %+v", sheet.Name, held)
		}
		a := sheet.place(0)
		for _, m := range marks {
			if m.x < a.X || m.x+width(m.line, m.style.Size) > a.X+a.W || m.y < a.Y || m.y > a.Y+a.H {
				t.Errorf("%s: a line at %.1f, %.1f of %.1f mm leaves the label", sheet.Name, m.x, m.y, width(m.line, m.style.Size))
			}
		}
	}
	r.Address = strings.Repeat(r.Address, 8)
	if report := p.CheckLabels(Sheets()[0], []Recipient{r}); len(report.Held) != 1 || report.Held[0].Reason != NoRoom {
		t.Errorf("an endless address: %+v", report)
	}
	if report := p.CheckLetters(parse(t, "{コード}"), []Recipient{r}); len(report.Held) != 1 || report.Held[0].Reason != NoRoom {
		t.Errorf("an endless address: %+v", report)
	}
}

// Labels fill the sheet from the place left free, and those without an address
// are held back.
func TestLabels(t *testing.T) {
	p := press(t)
	var to []Recipient
	for i := range 25 {
		to = append(to, someone(i+1))
	}
	to[3].Address = ""
	for _, c := range []struct{ sheet, skip, pages int }{{0, 0, 2}, {1, 0, 1}, {1, 1, 2}, {2, 9, 4}} {
		var b bytes.Buffer
		report, err := p.Labels(&b, Sheets()[c.sheet], c.skip, to)
		if err != nil {
			t.Fatal(err)
		}
		if report.Pages != c.pages || report.Printed != 24 || len(report.Held) != 1 || report.Held[0].Reason != NoAddress {
			t.Errorf("%s from %d: %+v, want %d pages", Sheets()[c.sheet].Name, c.skip, report, c.pages)
		}
		if got := pdftest.Read(t, b.Bytes()); strings.Count(got[0].Text, "様") != min(24, Sheets()[c.sheet].Columns*Sheets()[c.sheet].Rows-c.skip) {
			t.Errorf("the first page has %d labels", strings.Count(got[0].Text, "様"))
		}
	}
}

// An offset moves every label by as much.
func TestOffset(t *testing.T) {
	s := Sheets()[0]
	before := s.place(5)
	s.OffsetX, s.OffsetY = 1.5, -0.3
	after := s.place(5)
	if math.Abs(after.X-before.X-1.5) > 1e-9 || math.Abs(after.Y-before.Y+0.3) > 1e-9 {
		t.Errorf("%+v became %+v", before, after)
	}
	var b bytes.Buffer
	if err := press(t).Test(&b, s); err != nil {
		t.Fatal(err)
	}
	if pages := pdftest.Read(t, b.Bytes()); len(pages) != 1 || strings.Count(pages[0].Text, "+1.5mm") != 12 {
		t.Errorf("%+v", pages)
	}
}

// Measures that leave the page are refused by name.
func TestImpossibleMeasures(t *testing.T) {
	for _, s := range Sheets() {
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	if err := StandardLayout().Check(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*Sheet, *Layout){
		"columns must": func(s *Sheet, _ *Layout) { s.Columns = 0 }, "width must": func(s *Sheet, _ *Layout) { s.Width = math.NaN() },
		"rows: the labels are taller": func(s *Sheet, _ *Layout) { s.Rows = 7 }, "columns: the labels are wider": func(s *Sheet, _ *Layout) { s.Columns = 3 },
		"pitch_x must": func(s *Sheet, _ *Layout) { s.PitchX = 1 }, "offset_y must": func(s *Sheet, _ *Layout) { s.OffsetY = 400 },
		"window.w must": func(_ *Sheet, l *Layout) { l.Window.W = 500 }, "folds must": func(_ *Sheet, l *Layout) { l.Folds = []float64{-1} },
		"size must": func(_ *Sheet, l *Layout) { l.Size = 0 }, "folds: at most": func(_ *Sheet, l *Layout) { l.Folds = make([]float64, 9) },
	} {
		s, l := Sheets()[0], StandardLayout()
		change(&s, &l)
		err := errors.Join(s.Check(), l.Check())
		if !errors.Is(err, ErrLayout) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Mistakes in a template are named by line and word.
func TestTemplateProblems(t *testing.T) {
	p := press(t)
	for text, want := range map[string][]Problem{
		"":                          {{0, EmptyText, ""}},
		"  \n ":                     {{0, EmptyText, ""}},
		"様\n{なまえ} 様":                {{2, UnknownName, "なまえ"}},
		"{氏名 様":                     {{1, OpenBrace, "{氏名 様"}},
		"こちら {QR} から":               {{1, NotAlone, "QR"}},
		"{コード}を":                    {{1, NotAlone, "コード"}},
		"a\n| {QR}\n| {qr}":         {{3, TwoCodes, ""}},
		"a\x07b":                    {{1, Control, ""}},
		rare + "田\n{x}":             {{1, Undrawable, rare}, {2, UnknownName, "x"}},
		strings.Repeat("長", 20000):  {{0, TooLong, ""}},
		"{Name}{NAME}{ 氏名 }":        nil,
		"# 表題\n\n本文\r\n---\n| {QR}": nil,
	} {
		if diff := cmp.Diff(want, p.Fonts.Check(text)); diff != "" {
			t.Errorf("%.30q: %s", text, diff)
		}
	}
	for _, problem := range []Problem{{2, UnknownName, "x"}, {0, EmptyText, ""}, {1, Undrawable, "字"}} {
		if text := problem.Error(); strings.Contains(text, "%!") {
			t.Error(text)
		}
	}
}

// A long letter goes on over the next page, with nothing lost at the turn.
func TestLongLetters(t *testing.T) {
	p := press(t)
	var b strings.Builder
	for i := range 120 {
		fmt.Fprintf(&b, "行%d\n", i)
	}
	for _, text := range []string{b.String(), "| " + strings.ReplaceAll(b.String(), "\n", "\n| ")} { // also in a frame
		pages, report := print(t, p, parse(t, text), someone(1), someone(2))
		if len(pages) < 4 || report.Printed != 2 {
			t.Fatalf("%d pages for %d letters", len(pages), report.Printed)
		}
		all := ""
		for _, page := range pages[:len(pages)/2] {
			all += page.Text
		}
		for i := range 120 {
			if !strings.Contains(all, fmt.Sprintf("行%d\n", i)) {
				t.Errorf("line %d is not printed", i)
			}
		}
	}
}

// What the console checks before it shows a run.
func BenchmarkCheckLetters(b *testing.B) {
	p := press(b)
	tpl := builtin(b, "guidance")
	to := make([]Recipient, 2000)
	for i := range to {
		to[i] = someone(i + 1)
		to[i].Address += fmt.Sprint("-", i)
	}
	for b.Loop() {
		p.CheckLetters(tpl, to)
	}
}

// 2,000 letters are one file of a bearable size, made in seconds.
func BenchmarkLetters(b *testing.B) {
	p := press(b, pdftest.Char{Rune: '𠮷'})
	tpl := builtin(b, "guidance")
	to := make([]Recipient, 2000)
	for i := range to {
		to[i] = someone(i + 1)
		to[i].Code = fmt.Sprintf("K7M2P%05d", i)
		to[i].Address += fmt.Sprint("-", i)
		if i%100 == 0 {
			to[i].Name = rare + "田　太郎"
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		var n counter
		report, err := p.Letters(&n, tpl, to)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n)/1e6, "MB/file")
		b.ReportMetric(float64(report.Pages), "pages")
	}
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

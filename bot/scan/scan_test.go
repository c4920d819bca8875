package scan

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/bot/scan/scantest"
	"madoguchi/bot/understand/photo"
)

func today() time.Time { return time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC) }

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// marked is a picture of 200 × 100 whose upper left corner alone is dark.
func marked() *image.Gray {
	g := image.NewGray(image.Rect(0, 0, 200, 100))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	for y := range 30 {
		for x := range 30 {
			g.SetGray(x, y, color.Gray{})
		}
	}
	return g
}

// withEXIF puts an orientation into a JPEG.
func withEXIF(jpg []byte, orientation uint16) []byte {
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	exif = binary.BigEndian.AppendUint16(exif, orientation)
	exif = append(exif, 0, 0, 0, 0, 0, 0)
	out := append([]byte{}, jpg[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(exif)+2))
	return append(append(out, exif...), jpg[2:]...)
}

// Telephones store pictures as the sensor saw them and say how to turn them: a
// camera that was upside down has orientation 3, and so on.
func TestOrientation(t *testing.T) {
	jpg := asJPEG(t, marked())
	for o, dark := range map[uint16]string{
		1: "upper left", 2: "upper right", 3: "lower right", 4: "lower left",
		5: "upper left", 6: "upper right", 7: "lower right", 8: "lower left", 9: "upper left",
	} {
		g, err := prepare(withEXIF(jpg, o))
		if err != nil {
			t.Fatal(err)
		}
		w, h := g.Rect.Dx(), g.Rect.Dy()
		if tall := h > w; tall != (o >= 5 && o <= 8) {
			t.Errorf("%d: %d × %d", o, w, h)
		}
		corners := map[string]image.Point{"upper left": {5, 5}, "upper right": {w - 5, 5}, "lower left": {5, h - 5}, "lower right": {w - 5, h - 5}}
		for name, p := range corners {
			if isDark := g.GrayAt(p.X, p.Y).Y < 128; isDark != (name == dark) {
				t.Errorf("orientation %d: %s dark %v", o, name, isDark)
			}
		}
	}
}

// Every kind of PNG and JPEG comes out grey, on white where it is transparent, and
// of a size that the engine likes.
func TestPrepare(t *testing.T) {
	big := image.NewGray(image.Rect(0, 0, 5000, 1000))
	clear := image.NewNRGBA(image.Rect(0, 0, 100, 100))
	wideColour := image.NewNRGBA64(image.Rect(0, 0, 1200, 50))
	for i := range wideColour.Pix {
		wideColour.Pix[i] = 255
	}
	palette := image.NewPaletted(image.Rect(0, 0, 1000, 100), color.Palette{color.White, color.Black})
	for _, c := range []struct {
		name  string
		data  []byte
		w, h  int
		light byte
	}{
		{"grey JPEG", asJPEG(t, big), 1666, 333, 0},
		{"transparent PNG", asPNG(t, clear), 200, 200, 255},
		{"16 bit PNG", asPNG(t, wideColour), 1200, 50, 255},
		{"PNG of two colours", asPNG(t, palette), 1000, 100, 255},
		{"colour JPEG", asJPEG(t, clear), 200, 200, 0}, // a JPEG has no transparency
	} {
		g, err := prepare(c.data)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if g.Rect.Dx() != c.w || g.Rect.Dy() != c.h || len(g.Pix) != c.w*c.h {
			t.Errorf("%s: %v, %d bytes", c.name, g.Rect, len(g.Pix))
		}
		if got := g.Pix[len(g.Pix)/2]; max(got, c.light)-min(got, c.light) > 3 {
			t.Errorf("%s: light %d, want %d", c.name, got, c.light)
		}
	}
}

// webpPixel is a lossless WebP of one pixel, too small to be a card.
const webpPixel = "RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"

// claiming is a PNG that says it has w × h pixels.
func claiming(w, h uint32, depth, interlace byte) []byte {
	head := []byte("IHDR")
	head = binary.BigEndian.AppendUint32(head, w)
	head = binary.BigEndian.AppendUint32(head, h)
	head = append(head, depth, 6, 0, 0, interlace)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(out, head...), crc32.ChecksumIEEE(head))
}

// What is no picture, too large or made to hurt is refused before it costs
// anything, and the reason repeats nothing of it.
func TestRefused(t *testing.T) {
	good := asPNG(t, marked())
	progressive := asJPEG(t, marked())
	progressive[bytes.Index(progressive, []byte{0xff, 0xc0})+1] = 0xc2
	for name, data := range map[string][]byte{
		"nothing":             nil,
		"words":               []byte("SECRET no picture at all"),
		"a GIF":               []byte("GIF89a\x01\x00\x01\x00SECRET"),
		"an SVG":              []byte("<svg xmlns='http://www.w3.org/2000/svg'>SECRET</svg>"),
		"a PNG cut off":       good[:len(good)/2],
		"a JPEG cut off":      asJPEG(t, marked())[:150],
		"a JPEG of the head":  []byte("\xff\xd8\xff"),
		"a pixel":             []byte(webpPixel),
		"a WebP of nonsense":  []byte("RIFF\xff\xff\xff\xffWEBPVP8 SECRET"),
		"a bomb":              claiming(60_000, 60_000, 8, 0),
		"a long strip":        claiming(30_000, 100, 8, 0),
		"41 megapixels":       claiming(8_200, 5_000, 8, 0),
		"deep and interlaced": claiming(7_000, 5_000, 16, 1),
		"9 MB":                append(good, make([]byte, 9<<20)...),
		"another inside":      bytes.Replace(progressive, []byte("JFIF"), []byte("SECR"), 1)[:100],
	} {
		if _, err := prepare(data); !errors.Is(err, photo.ErrPicture) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := prepare(claiming(7_000, 5_000, 8, 0)); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("35 megapixels are allowed, only this one is broken: %v", err)
	}
}

// Whatever is sent: an error or a picture, never a panic.
func FuzzPrepare(f *testing.F) {
	f.Add(asPNG(f, marked()))
	f.Add(withEXIF(asJPEG(f, marked()), 6))
	f.Add([]byte(webpPixel))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := prepare(data)
		if (g == nil) != (err != nil) || err != nil && !errors.Is(err, photo.ErrPicture) {
			t.Fatal(err)
		}
	})
}

// engine makes a program that stands in for tesseract, of lines of the shell.
func engine(t *testing.T, longest time.Duration, cores int, lines string) *Scanner {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in is a shell script")
	}
	path := filepath.Join(t.TempDir(), "tesseract")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+lines), 0o700); err != nil {
		t.Fatal(err)
	}
	return newScanner(path, today, longest, cores)
}

// The engine gets a plain grey picture on its input and nothing of ours: no keys in
// its environment, no file, no way to write one.
func TestEngineIsConfined(t *testing.T) {
	t.Setenv("MADOGUCHI_KEY", "SECRET")
	left := filepath.Join(t.TempDir(), "left")
	s := engine(t, 10*time.Second, 1, `
echo "$MADOGUCHI_KEY $# $1 $2"
head -c 2; echo
ulimit -c; pwd
(cat >`+left+`) 2>/dev/null
true`)
	text, err := s.run(context.Background(), []string{"stdin", "stdout"}, pgm(marked()))
	if err != nil {
		t.Fatal(err)
	}
	want := " 2 stdin stdout\nP5\n0\n/\n"
	if runtime.GOOS == "linux" && text != want {
		t.Errorf("%q, want %q", text, want)
	}
	if data, _ := os.ReadFile(left); runtime.GOOS == "linux" && len(data) > 0 {
		t.Errorf("%d bytes of the picture were written to a file", len(data))
	}
}

// An engine that hangs, dies or writes without end is ended.
func TestEngineMisbehaves(t *testing.T) {
	picture := asPNG(t, marked())
	for name, lines := range map[string]string{
		"dies":         "cat >/dev/null; echo SECRET >&2; exit 3",
		"does not eat": "exit 0",
	} {
		if r, err := engine(t, 10*time.Second, 1, lines).Read(context.Background(), picture); name == "dies" && (err == nil || strings.Contains(err.Error(), "SECRET")) || len(r.Values) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	begun := time.Now()
	if _, err := engine(t, 100*time.Millisecond, 1, "exec sleep 60").Read(context.Background(), picture); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hangs: %v", err)
	}
	if d := time.Since(begun); d > 20*time.Second {
		t.Errorf("a hanging engine was given %v", d)
	}
	endless := engine(t, 10*time.Second, 1, "cat >/dev/null; echo '氏名 見本花子'; head -c 3000000 /dev/zero")
	if text, err := endless.run(context.Background(), nil, nil); err != nil || len(text) != mostText {
		t.Errorf("without end: %d bytes, %v", len(text), err)
	}
	if r, err := endless.Read(context.Background(), picture); err != nil || r.Values[photo.Name] != "見本花子" {
		t.Errorf("without end: %v %v", r, err)
	}
}

// As many pictures as cores are worked on, a few more wait, the rest hear so; and
// who has left is not waited for.
func TestCrowd(t *testing.T) {
	s := engine(t, 30*time.Second, 1, "cat >/dev/null")
	s.places <- struct{}{} // one is at work
	ctx, leave := context.WithCancel(context.Background())
	done := make(chan error)
	picture := asPNG(t, marked())
	for range cap(s.queue) {
		go func() {
			_, err := s.Read(ctx, picture)
			done <- err
		}()
	}
	for len(s.queue) < cap(s.queue) {
		runtime.Gosched()
	}
	if _, err := s.Read(context.Background(), picture); !errors.Is(err, photo.ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	leave()
	for range cap(s.queue) {
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("left: %v", err)
		}
	}
	<-s.places
	if _, err := s.Read(context.Background(), picture); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// tesseract is the real engine. Where it is not installed the test is skipped,
// unless MADOGUCHI_REQUIRE_TESSERACT=1 makes that a failure.
func tesseract(t *testing.T) *Scanner {
	t.Helper()
	s, err := Find(t.Context(), today)
	switch {
	case err == nil:
	case os.Getenv("MADOGUCHI_REQUIRE_TESSERACT") == "1":
		t.Fatal(err)
	case errors.Is(err, ErrAbsent):
		t.Skip(err)
	default:
		t.Fatal(err)
	}
	return s
}

// A card drawn with the program's own font, as PNG and as a telephone's JPEG on its
// side, is read letter by letter by the real engine.
func TestTesseractReadsACard(t *testing.T) {
	s := tesseract(t)
	paper := color.RGBA{0xf0, 0xeb, 0xe0, 0xff}
	card := scantest.Draw(t, 1400, 700, paper, scantest.Card())
	want := photo.Reading{Values: map[photo.Field]string{
		photo.Name: "見本 花子", photo.Born: "1990-04-01", photo.Sex: "female",
		photo.Address: "北海道札幌市中央区北一条西二丁目1番地 みほんハイツ203号",
	}}
	onItsSide := image.NewRGBA(image.Rect(0, 0, 700, 1400))
	for y := range 700 {
		for x := range 1400 {
			onItsSide.Set(y, 1399-x, card.At(x, y)) // a quarter to the left
		}
	}
	for name, picture := range map[string][]byte{"PNG": asPNG(t, card), "JPEG on its side": withEXIF(asJPEG(t, onItsSide), 6)} {
		got, err := s.Read(context.Background(), picture)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	got, err := s.Read(context.Background(), asPNG(t, scantest.Draw(t, 1200, 400, color.White, []scantest.Text{
		{X: 60, Y: 120, Size: 48, Words: "個人番号 1234 5678 9018"}, {X: 60, Y: 240, Size: 48, Words: "氏名 見本 花子"},
	})))
	if err != nil || !got.MyNumber || got.Values[photo.Name] != "見本 花子" || len(got.Values) != 1 {
		t.Errorf("the back of a card: %+v, %v", got, err)
	}
	if got, err := s.Read(context.Background(), asPNG(t, marked())); err != nil || len(got.Values) > 0 {
		t.Errorf("a picture of nothing: %+v, %v", got, err)
	}
}

// No engine, and one that reads no Japanese.
func TestAbsent(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(context.Background(), today); !errors.Is(err, ErrAbsent) {
		t.Errorf("none: %v", err)
	}
	english := engine(t, time.Second, 1, "echo eng")
	t.Setenv("PATH", filepath.Dir(english.program))
	if _, err := Find(context.Background(), today); !errors.Is(err, ErrAbsent) {
		t.Errorf("English only: %v", err)
	}
}

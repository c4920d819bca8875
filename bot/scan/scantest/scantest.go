// Package scantest draws cards and letters for tests, with the font the program
// carries: no picture of a real one is needed, or allowed, in the sources.
package scantest

import (
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Text is one line of writing and where it stands, in pixels. Size is the height
// of its letters.
type Text struct {
	X, Y, Size int
	Words      string
}

// Card is the front of a My Number card at the size a telephone's camera makes
// of it. Nobody is called so and nobody lives there.
func Card() []Text {
	return []Text{
		{60, 110, 44, "氏名"}, {170, 115, 64, "見本 花子"},
		{60, 220, 36, "住所"}, {170, 220, 44, "北海道札幌市中央区北一条西二丁目１番地"},
		{170, 280, 44, "みほんハイツ203号"},
		{60, 400, 40, "平成 2年 4月 1日生"}, {600, 400, 40, "性別 女"},
		{60, 480, 36, "2035年4月1日まで有効"},
		{1000, 600, 36, "みほん市長"},
	}
}

// Draw writes lines in black on a picture of the given size.
func Draw(t testing.TB, width, height int, ground color.Color, lines []Text) *image.RGBA {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	file, err := os.ReadFile(filepath.Join(filepath.Dir(here), "../../../channels/paper/fonts/BIZUDPGothic-Regular.ttf"))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := opentype.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
	for _, l := range lines {
		face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(l.Size), DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			t.Fatal(err)
		}
		(&font.Drawer{Dst: img, Src: image.Black, Face: face, Dot: fixed.P(l.X, l.Y)}).DrawString(l.Words)
		_ = face.Close()
	}
	return img
}

package scan

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"github.com/bep/imagemeta"
	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"madoguchi/bot/understand/photo"
)

// Bounds of a picture. The first two are what telephones make; the third is what
// decoding may take, which depends on how the picture is stored.
const (
	mostBytes  = 8 << 20
	mostPixels = 40_000_000
	mostSide   = 20_000
	mostWork   = 320 << 20 // bytes
	leastSide  = 40
)

// What the engine reads best: letters of 20 to 40 pixels, so a card about this wide.
const (
	wide   = 2400 // wider pictures are made smaller
	narrow = 1000 // narrower ones are doubled
)

// format is how to open one kind of picture.
type format struct {
	meta   imagemeta.ImageFormat
	config func([]byte) (image.Config, error)
	decode func([]byte) (image.Image, error)
}

var (
	jpegFormat = format{imagemeta.JPEG,
		func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) }}
	pngFormat = format{imagemeta.PNG,
		func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) }}
	webpFormat = format{imagemeta.WebP,
		func(b []byte) (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) }}
)

// formatOf tells a picture by its first bytes, whatever it was called.
func formatOf(b []byte) (format, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return jpegFormat, true
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return pngFormat, true
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return webpFormat, true
	}
	return format{}, false
}

// prepare decodes a picture and makes it grey, upright and of a good size. Errors
// are photo.ErrPicture.
func prepare(b []byte) (page *image.Gray, err error) {
	// Decoders are given hostile bytes; a fault of theirs ends with the picture.
	defer func() {
		if recover() != nil {
			page, err = nil, fmt.Errorf("%w: the decoder gave up", photo.ErrPicture)
		}
	}()
	if len(b) > mostBytes {
		return nil, fmt.Errorf("%w: %d bytes", photo.ErrPicture, len(b))
	}
	f, ok := formatOf(b)
	if !ok {
		return nil, fmt.Errorf("%w: neither JPEG, PNG nor WebP", photo.ErrPicture)
	}
	c, err := f.config(b)
	if err != nil {
		return nil, fmt.Errorf("%w: its head is broken", photo.ErrPicture)
	}
	if min(c.Width, c.Height) < leastSide || max(c.Width, c.Height) > mostSide || c.Width*c.Height > mostPixels || work(b, c) > mostWork {
		return nil, fmt.Errorf("%w: %d × %d pixels", photo.ErrPicture, c.Width, c.Height)
	}
	img, err := f.decode(b)
	if err != nil {
		return nil, fmt.Errorf("%w: it is broken", photo.ErrPicture)
	}
	if img.Bounds().Dx() != c.Width || img.Bounds().Dy() != c.Height {
		return nil, fmt.Errorf("%w: not of the size it says", photo.ErrPicture)
	}
	return upright(sized(img), orientation(f, b)), nil
}

// work is about what decoding a picture takes, in bytes.
func work(b []byte, c image.Config) int {
	each := 4
	switch c.ColorModel {
	case color.YCbCrModel:
		each = 3
	case color.GrayModel:
		each = 1
	case color.RGBA64Model, color.NRGBA64Model:
		each = 8
	}
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8")) && progressive(b):
		each *= 5 // four bytes a coefficient are kept until the end
	case bytes.HasPrefix(b, []byte("\x89PNG")) && len(b) > 28 && b[28] != 0:
		each *= 2 // interlaced: a pass is decoded by itself
	}
	return each * c.Width * c.Height
}

// progressive reports whether a JPEG is, by its frame marker (SOF2, ITU T.81 B.1.1).
func progressive(b []byte) bool {
	for at := 2; at+4 <= len(b) && b[at] == 0xff; {
		switch m := b[at+1]; {
		case m == 0xff: // fill byte
			at++
		case m == 0xc2:
			return true
		case m == 0xc0, m == 0xc1, m == 0xda:
			return false
		default:
			at += 2 + int(binary.BigEndian.Uint16(b[at+2:]))
		}
	}
	return true // not understood: count the worst
}

// sized makes a picture grey and of a good size. Several pixels become one by
// their mean.
func sized(img image.Image) *image.Gray {
	r := img.Bounds()
	k := max(1, (max(r.Dx(), r.Dy())+wide-1)/wide)
	out := image.NewGray(image.Rect(0, 0, r.Dx()/k, r.Dy()/k))
	light := lightOf(img)
	for y := range out.Rect.Dy() {
		row := out.Pix[y*out.Stride:]
		for x := range out.Rect.Dx() {
			sum := 0
			for v := range k {
				for u := range k {
					sum += int(light(r.Min.X+x*k+u, r.Min.Y+y*k+v))
				}
			}
			row[x] = byte(sum / (k * k))
		}
	}
	if max(r.Dx(), r.Dy()) >= narrow {
		return out
	}
	twice := image.NewGray(image.Rect(0, 0, 2*r.Dx(), 2*r.Dy()))
	draw.CatmullRom.Scale(twice, twice.Rect, out, out.Rect, draw.Src, nil)
	return twice
}

// lightOf tells how light a pixel is. What is transparent lies on white paper.
func lightOf(img image.Image) func(x, y int) byte {
	switch img := img.(type) {
	case *image.YCbCr:
		return func(x, y int) byte { return img.Y[img.YOffset(x, y)] }
	case *image.Gray:
		return func(x, y int) byte { return img.Pix[img.PixOffset(x, y)] }
	}
	return func(x, y int) byte {
		r, g, b, a := img.At(x, y).RGBA()
		return byte(((19595*r+38470*g+7471*b)>>16 + 0xffff - a) >> 8)
	}
}

// orientation is the EXIF orientation, 1 to 8; 1 if the picture does not say.
func orientation(f format, b []byte) int {
	o := 1
	// An error leaves the picture as it lies.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(b), ImageFormat: f.meta, Sources: imagemeta.EXIF, LimitNumTags: 500,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return t.Tag == "Orientation" },
		HandleTag: func(t imagemeta.TagInfo) error {
			if v, ok := t.Value.(uint16); ok && v >= 1 && v <= 8 {
				o = int(v)
			}
			return imagemeta.ErrStopWalking
		},
	})
	return o
}

// upright turns a picture as its orientation says (EXIF 2.3, tag 0x0112).
func upright(g *image.Gray, orientation int) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	// from tells which pixel of the stored picture is seen at x, y.
	var from func(x, y int) (int, int)
	switch orientation {
	case 2:
		from = func(x, y int) (int, int) { return w - 1 - x, y }
	case 3:
		from = func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }
	case 4:
		from = func(x, y int) (int, int) { return x, h - 1 - y }
	case 5:
		from = func(x, y int) (int, int) { return y, x }
	case 6:
		from = func(x, y int) (int, int) { return y, h - 1 - x }
	case 7:
		from = func(x, y int) (int, int) { return w - 1 - y, h - 1 - x }
	case 8:
		from = func(x, y int) (int, int) { return w - 1 - y, x }
	default:
		return g
	}
	out := image.NewGray(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		out = image.NewGray(image.Rect(0, 0, h, w))
	}
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			u, v := from(x, y)
			out.Pix[y*out.Stride+x] = g.Pix[v*g.Stride+u]
		}
	}
	return out
}

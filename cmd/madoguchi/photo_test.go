package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/bot/scan"
	"madoguchi/bot/scan/scantest"
	"madoguchi/channels/web/webtest"
	"madoguchi/i18n"
	"madoguchi/store"
)

// needTesseract skips a test where the engine is not installed, unless
// MADOGUCHI_REQUIRE_TESSERACT=1 makes that a failure.
func needTesseract(t *testing.T) {
	t.Helper()
	_, err := scan.Find(t.Context(), time.Now)
	switch {
	case err == nil:
	case errors.Is(err, scan.ErrAbsent) && os.Getenv("MADOGUCHI_REQUIRE_TESSERACT") != "1":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}

// photographed is a card as PNG, with a comment in it that no other file has.
func photographed(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, scantest.Draw(t, 1400, 700, color.RGBA{0xf0, 0xeb, 0xe0, 0xff}, scantest.Card())); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const photoFields = `{name: {resident: required}, born: {resident: required}, address: {resident: required}}`

// S0-013, S0-014: a photograph fills in the form, is confirmed answer by answer,
// and is then nowhere: not in the database, not in its log, not in a file for a
// moment. Staff read that nobody has checked who it is.
func TestPhotoFillsInTheFormAndIsGone(t *testing.T) {
	needTesseract(t)
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere")) // who wants a temporary file fails
	s := serve(t, nil)
	h := s.house()
	defer h.close()
	setFields(t, h, photoFields)
	k := s.talk("u")
	for _, m := range []map[string]any{{"flow": "reservation"}, {"choice": "book"}, {"choice": "consult"}, {"choice": "honcho"}, {"choice": "honcho/2026-12-01T10:00"}} {
		k.turn(m)
	}
	picture := photographed(t)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for name, value := range map[string]string{"user": "u", "event": "photo"} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.CreateFormFile("photo", "card.png")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write(picture) // into memory: cannot fail
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	send := func() string {
		t.Helper()
		status, body := s.do(s.request("POST", "/t/sample/chat/photo", form.String(), "Content-Type", w.FormDataContentType()))
		if status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		return string(body)
	}
	first := send()
	if !strings.Contains(first, `"proposed":"見本 花子"`) || !strings.Contains(first, "本人確認は窓口で行います") || !strings.Contains(first, `"photo":true`) {
		t.Fatalf("answered: %s", first)
	}
	if again := send(); again != first {
		t.Errorf("the same event again: %s", again)
	}
	for _, choice := range []string{"見本 花子", "1990-04-01", "北海道札幌市中央区北一条西二丁目1番地 みほんハイツ203号", "@skip", "yes"} {
		if _, a := k.turn(map[string]any{"choice": choice}); strings.Contains(a.text(), "ボタンは") {
			t.Fatalf("%s: %s", choice, a.text())
		}
	}
	if n := s.bookings(); n != 1 {
		t.Fatalf("%d bookings", n)
	}
	err = h.db.View(t.Context(), sampleID, func(tx *store.Tx) error {
		var id string
		if err := tx.Row(`SELECT id FROM reservation_booking WHERE tenant=$1`, tx.Tenant()).Scan(&id); err != nil {
			return err
		}
		_, kept, err := h.reservations.Private(tx, id)
		if err != nil {
			return err
		}
		seen, err := joined{h}.answers(tx, i18n.Japanese, kept)
		b, _ := json.Marshal(seen)
		if !strings.Contains(string(b), "写真から読み取り・本人確認は窓口で") || !strings.Contains(string(b), "見本 花子") {
			t.Errorf("staff read %s", b)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Any stretch of the picture will do: from its pixels, deep inside.
	traces := []string{base64.StdEncoding.EncodeToString(picture[:48]), "見本 花子"}
	for at := 100; at+24 < len(picture); at += len(picture) / 12 {
		traces = append(traces, string(picture[at:at+24]))
	}
	s.nowhere(traces...)
}

// Where the machine cannot read photographs the program says so once and asks
// nobody for one.
func TestPhotoOff(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	s := serve(t, nil)
	if n := strings.Count(s.screen.String(), "off             reading photographs"); n != 1 {
		t.Errorf("said %d times:\n%s", n, s.screen.String())
	}
	h := s.house()
	defer h.close()
	setFields(t, h, photoFields)
	k := s.talk("u")
	var body []byte
	for _, m := range []map[string]any{{"flow": "reservation"}, {"choice": "book"}, {"choice": "consult"}, {"choice": "honcho"}, {"choice": "honcho/2026-12-01T10:00"}} {
		_, a := k.turn(m)
		body, _ = json.Marshal(a)
	}
	if !strings.Contains(string(body), "お名前") || strings.Contains(strings.ToLower(string(body)), `"photo":true`) {
		t.Errorf("%s", body)
	}
}

// In a real browser: the chat and the plain page take the same picture; what was
// read stands where it can be corrected.
func TestBrowserPhoto(t *testing.T) {
	webtest.Thoroughly(t)
	needTesseract(t)
	chromium := webtest.Start(t)
	s := serve(t, map[string]string{"MADOGUCHI_LIMITS": "off"})
	h := s.house()
	setFields(t, h, photoFields)
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	choose := `(() => { const bytes = Uint8Array.from(atob("` + base64.StdEncoding.EncodeToString(photographed(t)) + `"), c => c.charCodeAt(0));
		const all = new DataTransfer(); all.items.add(new File([bytes], "card.png", {type: "image/png"}));
		document.querySelector("#picture").files = all.files; return true })()`
	v := webtest.Visit(t, chromium, s.base)
	v.Size(390, 844)
	v.Open("/t/sample/chat?flow=reservation")
	press := func(selector string) {
		t.Helper()
		button := `document.querySelector(".choices button[` + selector + `]:not(:disabled)")`
		v.Until(button)
		v.JS(button + ".click()")
	}
	press("value=book")
	if v.JS(`document.querySelector("#photo").hidden`) != "true" {
		t.Error("a photograph is asked for where it is of no use")
	}
	press("value=consult")
	press("value=honcho")
	press("value^='honcho/']:not([value='@later'")
	v.Until(`!document.querySelector("#photo").hidden`)
	v.JS(`document.querySelector("#photo").open = true`)
	v.Keep("photo-chat", false)
	v.AxeClean("a photograph in the chat")
	v.JS(choose)
	v.JS(`document.querySelector("#photo button").click()`)
	v.Until(`document.querySelector("#text").value === "見本 花子"`)
	v.Keep("photo-chat-read", false)
	v.AxeClean("what was read, in the chat")
	if n := v.JS(`[...document.querySelectorAll(".line.resident")].filter(e => e.innerText.includes("写真を送りました")).length`); n != "1" {
		t.Errorf("the photograph stands in the chat %s times", n)
	}
	press("value='見本 花子'")
	v.Until(`document.querySelector("#text").value === "1990-04-01"`)
	v.JS(`document.querySelector("#composer button").click()`)
	v.Until(`document.querySelector("#text").value.startsWith("北海道札幌市")`)

	plain := webtest.Visit(t, chromium, s.base)
	plain.Size(390, 844)
	plain.Open("/t/sample/book?flow=reservation")
	click := func(selector string) {
		t.Helper()
		plain.Until(`document.querySelector("` + selector + `")`)
		plain.JS(`document.querySelector("` + selector + `").click()`)
	}
	click("main form button")
	click("button[value=book]")
	click("button[value=consult]")
	click("button[value=honcho]")
	click(".days a")
	click("button[value^='honcho/']")
	plain.Until(`document.querySelector("details.photo")`)
	plain.JS(`document.querySelector("details.photo").open = true`)
	plain.Keep("photo-plain", true)
	plain.AxeClean("a photograph on a plain page")
	plain.JS(choose)
	click("details.photo button")
	plain.Until(`document.querySelector("#answer")?.value === "見本 花子"`)
	plain.Keep("photo-plain-read", true)
	plain.AxeClean("what was read, on a plain page")
	click("button.go")
	plain.Until(`document.querySelector("#answer")?.value === "1990-04-01"`)
}

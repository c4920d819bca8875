package web

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/bot"
	"madoguchi/channels/gate"
)

// album is a town whose open question may be answered with a photograph, and that
// keeps those it was sent.
type album struct {
	*town
	sent [][]byte
}

func (a *album) Turn(ctx context.Context, ev bot.Inbound) (bot.Reply, error) {
	if ev.Photo != nil {
		a.sent = append(a.sent, ev.Photo)
	}
	return a.town.Turn(ctx, ev)
}

func (a *album) Latest(ctx context.Context, tenant, channel, user string) (bot.Reply, error) {
	r, err := a.town.Latest(ctx, tenant, channel, user)
	if r.Expects != nil {
		r.Expects = &bot.Expects{Field: "application.name", Type: "name", Photo: true}
		m := bot.Message{Seq: r.Messages[len(r.Messages)-1].Seq, From: bot.FromBot, Kind: bot.KindQuestion, Text: "お名前を入力してください。", Proposed: `見本 "花子"`}
		r.Messages = []bot.Message{m}
	}
	return r, err
}

func withAlbum(t *testing.T, change ...func(*Config, *gate.Options)) (*served, *album) {
	a := &album{}
	s := serve(t, append(change, func(c *Config, _ *gate.Options) {
		a.town = c.Engine.(*town)
		c.Engine, c.Transcript = a, a
	})...)
	return s, a
}

// upload is a form with fields and, under "photo", a file.
func upload(t *testing.T, photo []byte, fields ...string) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if photo != nil {
		f, err := w.CreateFormFile("photo", "IMG_0001.JPG")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write(photo) // into memory: cannot fail
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// S4-030: with no script, the form has a file to choose; the picture reaches the
// dialog byte by byte, and never a file of ours. What was read stands in the field.
func TestPhotoOnAPlainPage(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere")) // net/http's files would be gone by the time we look
	s, a := withAlbum(t, unlimited)
	p := s.phone(t)
	p.get("/t/sample/book")
	p.post("/t/sample/book/start", form("event", p.event("reservation"), "flow", "reservation"))
	p.has(`enctype="multipart/form-data"`, `type="file"`, `accept="image/jpeg,image/png,image/webp"`, `<label for="picture">`,
		"12桁の番号がある面", "本人確認にはなりません", `value="見本 &#34;花子&#34;"`)
	picture := bytes.Repeat([]byte("\xff\xd8 a picture \x00\r\n--"), 7<<20/17)
	body, kind := upload(t, picture, "event", p.event(`name="photo"`), "asked", "1")
	p.post("/t/sample/book/photo", body, "Content-Type", kind)
	if p.code != http.StatusOK || len(a.sent) != 1 || !bytes.Equal(a.sent[0], picture) {
		t.Fatalf("%d, %d pictures", p.code, len(a.sent))
	}
	for name, photo := range map[string][]byte{"none chosen": {}, "too large": make([]byte, 8<<20+1)} {
		body, kind := upload(t, photo, "event", "e-"+name)
		p.post("/t/sample/book/photo", body, "Content-Type", kind)
		if p.code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, p.code)
		}
		p.has("この写真は受け取れません", "お名前を入力してください。")
	}
	if len(a.sent) != 1 {
		t.Errorf("%d pictures reached the dialog", len(a.sent))
	}
}

// The chat sends the same form, and is answered as any turn is.
func TestPhotoInTheChat(t *testing.T) {
	s, a := withAlbum(t, unlimited)
	send := func(photo []byte, fields ...string) (int, string) {
		t.Helper()
		body, kind := upload(t, photo, fields...)
		resp, err := http.Post(s.URL+"/t/sample/chat/photo", kind, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(resp.Body); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, b.String()
	}
	status, body := send([]byte("picture"), "user", "u", "event", "e1")
	var r bot.Reply
	if err := json.Unmarshal([]byte(body), &r); err != nil || status != http.StatusOK || r.Conversation == "" || len(a.sent) != 1 {
		t.Fatalf("%d %s", status, body)
	}
	for name, c := range map[string]struct {
		status int
		photo  []byte
		fields []string
	}{
		"no user":        {400, []byte("p"), []string{"event", "e"}},
		"no event":       {400, []byte("p"), []string{"user", "u"}},
		"no picture":     {422, nil, []string{"user", "u", "event", "e"}},
		"a long field":   {422, []byte("p"), []string{"user", strings.Repeat("u", 2000), "event", "e"}},
		"many fields":    {400, []byte("p"), strings.Split(strings.Repeat("a,b,", 9)+"user,u", ",")},
		"not UTF-8":      {400, []byte("p"), []string{"user", "\xff", "event", "e"}},
		"unknown lang":   {400, []byte("p"), []string{"user", "u", "event", "e", "lang", "xx"}},
		"a huge picture": {413, make([]byte, 25<<20), []string{"user", "u", "event", "e"}},
	} {
		if status, body := send(c.photo, c.fields...); status != c.status || !strings.Contains(body, `"error"`) {
			t.Errorf("%s: %d %s, want %d", name, status, body, c.status)
		}
	}
	p := s.phone(t)
	form, kind := upload(t, []byte("p"), "user", "u", "event", "e2")
	for name, c := range map[string]struct {
		path   string
		header []string
		status int
	}{
		"another site":    {"/t/sample/chat/photo", []string{"Content-Type", kind, "Sec-Fetch-Site", "cross-site"}, 403},
		"plain elsewhere": {"/t/sample/book/photo", []string{"Content-Type", kind, "Sec-Fetch-Site", "cross-site"}, 403},
		"no form":         {"/t/sample/chat/photo", []string{"Content-Type", "image/jpeg"}, 415},
		"no boundary":     {"/t/sample/chat/photo", []string{"Content-Type", "multipart/form-data"}, 400},
		"no tenant":       {"/t/nowhere/chat/photo", []string{"Content-Type", kind}, 404},
	} {
		if p.post(c.path, form, c.header...); p.code != c.status {
			t.Errorf("%s: %d, want %d", name, p.code, c.status)
		}
	}
	if len(a.sent) != 1 {
		t.Errorf("%d pictures reached the dialog", len(a.sent))
	}
}

// Reading a picture costs a core a second: one address gets so many and no more,
// whoever it says it is.
func TestPhotosAreLimited(t *testing.T) {
	s, a := withAlbum(t, func(_ *Config, o *gate.Options) { o.Clock = func() time.Time { return wednesday } })
	p := s.phone(t)
	refused := 0
	for i := range photoBurst + 5 {
		body, kind := upload(t, []byte("p"), "user", "u"+string(rune('a'+i)), "event", "e")
		p.post("/t/sample/chat/photo", body, "Content-Type", kind)
		if p.code == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 5 || len(a.sent) != photoBurst {
		t.Errorf("%d taken, %d refused", len(a.sent), refused)
	}
}

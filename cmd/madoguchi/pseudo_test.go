package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/line/linetest"
	"madoguchi/channels/mail"
	"madoguchi/i18n"
	"madoguchi/i18n/pseudo"
	"madoguchi/store"
	"madoguchi/store/notice"
	"madoguchi/store/reservation"
)

// pseudoTexts are the catalogs with the pseudo-locale beside the others.
func pseudoTexts(t *testing.T) *i18n.Catalog {
	t.Helper()
	files, err := textFiles(i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return pseudo.Catalog(i18n.Builtin(), sourcesOf(files))
}

// townData is what a resident of the sample municipality reads that nobody
// translates: names that the municipality gave, and what people typed.
func townData(t *testing.T) []string {
	t.Helper()
	data := []string{
		"Language", "言語", // beside each other in the menu, for those who read neither
		"Mihon City Hall, Citizens' Affairs Division (市民課)", "Mihon City", "weekdays 8:30 a.m. to 5:15 p.m.",
	}
	for _, l := range append(i18n.Builtin().Languages(), pseudo.Lang) {
		data = append(data, i18n.Name(l))
	}
	raw, err := json.Marshal(reservation.Sample())
	if err != nil {
		t.Fatal(err)
	}
	var settings any
	if err := json.Unmarshal(raw, &settings); err != nil {
		t.Fatal(err)
	}
	var collect func(v any)
	collect = func(v any) {
		switch v := v.(type) {
		case string:
			if len(v) > 3 {
				data = append(data, v, i18n.Bare(v))
			}
		case []any:
			for _, x := range v {
				collect(x)
			}
		case map[string]any:
			for _, x := range v {
				collect(x)
			}
		}
	}
	collect(settings)
	for _, typed := range typedFor {
		data = append(data, typed)
	}
	slices.SortFunc(data, func(a, b string) int { return len(b) - len(a) })
	return data
}

// typedFor is what a visitor types into a field of a type.
var typedFor = map[string]string{
	"text": "qwertz", "name": "山田花子", "kana": "ヤマダハナコ", "phone": "0312345678", "mail": "hanako@example.jp", "postal": "1000001",
	"address": "東京都千代田区千代田1-1", "date": "2026-12-01", "birthdate": "1990-05-06", "number": "2", "party": "2",
	"code": "K7M2P9QWXT", "password": "correct horse battery", "yesno": "Yes",
}

// coded are keys, addresses and mail addresses, which are letters but no words.
var coded = regexp.MustCompile(`https?://\S+|\S+@\S+|\b[0-9A-Z]{5}(?:[ -]?[0-9A-Z]{5})?\b`)

// reader complains about words outside the brackets, each once.
type reader struct {
	*testing.T
	data []string
	told map[string]bool
	read int
}

func (r *reader) check(where, shown string) {
	r.Helper()
	r.read++
	for _, words := range pseudo.Outside(coded.ReplaceAllString(shown, "\n"), r.data...) {
		if !r.told[words] {
			r.told[words] = true
			r.Errorf("%s: %q stands in no catalog", where, words)
		}
	}
}

// page checks what a page shows and says to screen readers.
func (r *reader) page(where string, html string) {
	r.Helper()
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var text strings.Builder
	skipped := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			r.Fatalf("%s: %v", where, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "script" || token.Name.Local == "style" {
				skipped++
			}
			words := slices.ContainsFunc(token.Attr, func(a xml.Attr) bool { return a.Name.Local == "id" && a.Value == "words" })
			for _, a := range token.Attr {
				switch name := a.Name.Local; {
				case slices.Contains([]string{"aria-label", "title", "alt", "placeholder"}, name), words && strings.HasPrefix(name, "data-"):
					r.check(where+" "+name, a.Value)
				case name == "lang" && a.Value == "":
					r.Errorf("%s: an empty lang", where)
				}
			}
			text.WriteByte(' ')
		case xml.EndElement:
			if token.Name.Local == "script" || token.Name.Local == "style" {
				skipped--
			}
			if slices.Contains([]string{"p", "li", "h1", "h2", "dt", "dd", "button", "a", "td", "th", "title"}, token.Name.Local) {
				text.WriteByte('\n')
			}
		case xml.CharData:
			if skipped == 0 {
				text.Write(token)
			}
		}
	}
	r.check(where, text.String())
}

// The turn API, through every procedure, in many random ways.
func (r *reader) turns(s *served) {
	for _, flow := range []string{"card-pickup", "moving", "reservation", "card-status", "my-page", "mail-link"} {
		for walk := range 6 {
			random := rand.New(rand.NewPCG(uint64(walk), 7))
			k := s.talk(fmt.Sprintf("%s-%d", flow, walk))
			members := map[string]any{"flow": flow, "lang": string(pseudo.Lang)}
			for range 25 {
				status, a := k.turn(members)
				if status != http.StatusOK {
					break // the visitor's fault, such as a flow that is not offered
				}
				var choices []string
				for _, m := range a.Messages {
					if m.From == "resident" {
						continue
					}
					r.check("turn in "+a.Flow+"/"+a.Step, m.Text)
					for _, c := range m.Choices {
						r.check("choice in "+a.Flow+"/"+a.Step, c.Label)
						choices = append(choices, c.Value)
					}
				}
				if a.Expects == nil && len(choices) == 0 {
					break
				}
				members = map[string]any{}
				switch typed := typedFor["text"]; {
				case random.IntN(12) == 0:
					members["text"] = []string{"parking", "fee?", "operator", "back", "xyzzy"}[random.IntN(5)]
				case len(choices) > 0:
					members["choice"] = choices[random.IntN(len(choices))]
				default:
					if a.Expects != nil && typedFor[a.Expects.Type] != "" {
						typed = typedFor[a.Expects.Type]
					}
					members["text"] = typed
				}
			}
		}
	}
}

var (
	formOf   = regexp.MustCompile(`(?s)<form[^>]* action="([^"]+)".*?</form>`)
	hiddenOf = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
	buttonOf = regexp.MustCompile(`<button[^>]* name="(choice|flow)" value="([^"]*)"`)
)

// The plain pages, with a browser's cookies and no script.
func (r *reader) pages(s *served) {
	base := s.base + "/t/" + sampleID
	for walk := range 10 {
		random := rand.New(rand.NewPCG(uint64(walk), 11))
		jar, err := cookiejar.New(nil)
		if err != nil {
			r.Fatal(err)
		}
		browser := &http.Client{Jar: jar}
		fetch := func(where string, res *http.Response, err error) string {
			if err != nil {
				r.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				r.Fatal(err)
			}
			if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
				r.page(where, string(body))
			}
			return string(body)
		}
		get := func(path string) string {
			q, err := http.NewRequest("GET", base+path, nil)
			if err != nil {
				r.Fatal(err)
			}
			q.Header.Set("Accept", "text/html")
			res, err := browser.Do(q)
			return fetch(path, res, err)
		}
		get("/?lang=" + string(pseudo.Lang))
		if walk == 0 {
			for _, path := range []string{"/chat", "/vacancy", "/vacancy?counter=nishi&service=move", "/nowhere", "/book?flow=nowhere", "/mail/nothing", "/form/nothing"} {
				get(path)
			}
		}
		body := get("/book")
		for range 20 {
			forms := formOf.FindAllStringSubmatch(body, -1)
			forms = slices.DeleteFunc(forms, func(f []string) bool {
				return strings.Contains(f[1], "/leave") || strings.Contains(f[0], `name="lang"`)
			})
			if len(forms) == 0 {
				break
			}
			form := forms[random.IntN(len(forms))]
			values := url.Values{}
			for _, h := range hiddenOf.FindAllStringSubmatch(form[0], -1) {
				values.Set(h[1], h[2])
			}
			if buttons := buttonOf.FindAllStringSubmatch(form[0], -1); len(buttons) > 0 {
				b := buttons[random.IntN(len(buttons))]
				values.Set(b[1], b[2])
			} else {
				typed := []string{"qwertz", "2", "hanako@example.jp", "2026-12-01", "K7M2P9QWXT"}
				values.Set("text", typed[random.IntN(len(typed))])
			}
			res, err := browser.PostForm(s.base+strings.TrimPrefix(form[1], s.base), values)
			body = fetch("after "+values.Encode(), res, err)
		}
	}
}

// strings of a LINE message that a person reads.
func (r *reader) message(where string, v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			r.message(where, x)
		}
	case map[string]any:
		for key, x := range v {
			if s, ok := x.(string); ok && slices.Contains([]string{"text", "altText", "label", "displayText", "title"}, key) {
				// A name that is too long for a button is cut.
				cut, ok := strings.CutSuffix(s, "…")
				if !ok || !slices.ContainsFunc(r.data, func(d string) bool { return strings.HasPrefix(d, cut) }) {
					r.check("LINE "+key, s)
				}
				continue
			}
			r.message(where, x)
		}
	}
}

// Every text a resident sees stands in the catalogs: in a language that turns
// each of them into brackets, nothing but data is left outside.
func TestTextsOfResidentsStandInCatalogs(t *testing.T) {
	texts := pseudoTexts(t)
	platform := linetest.New(func() time.Time { return morning })
	t.Cleanup(platform.Close)
	s := serveTexts(t, t.TempDir(), map[string]string{
		"MADOGUCHI_LIMITS": "off", "SMTP_URL": "smtp://127.0.0.1:1", "MAIL_FROM": "yoyaku@city.example.jp",
		"LINE_CHANNEL_SECRET": platform.Secret, "LINE_CHANNEL_TOKEN": platform.Token, "LINE_API_URL": platform.URL,
	}, texts)
	env := &environment{ctx: context.Background(), config: s.config, clock: s.clock, texts: texts, out: io.Discard}
	if err := (&tenantLanguages{ID: sampleID, Offer: []string{"ja", string(pseudo.Lang)}}).Run(env); err != nil {
		t.Fatal(err)
	}
	r := &reader{T: t, data: townData(t), told: map[string]bool{}}

	r.turns(s)
	r.pages(s)

	user := linetest.User(1)
	platform.Befriend(user, string(pseudo.Lang))
	random := rand.New(rand.NewPCG(3, 3))
	s.line(platform, user, platform.Text(user, "12"))
	for range 25 {
		var presses []linetest.Event
		for _, b := range platform.Buttons(user) {
			if e, ok := platform.Press(user, b.Label, "2026-12-01"); ok && b.Type == "postback" {
				presses = append(presses, e)
			}
		}
		next := platform.Text(user, "2")
		if len(presses) > 0 {
			next = presses[random.IntN(len(presses))]
		}
		s.line(platform, user, next)
	}
	for _, m := range platform.Shown(user) {
		r.message("LINE", m.Message)
	}

	h, err := open(env, slog.New(slog.DiscardHandler), false)
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	for _, kind := range mail.Kinds() {
		if err := h.db.View(env.ctx, sampleID, func(tx *store.Tx) error {
			l, _, err := h.mailWriter().Specimen(tx, texts, notice.Kind(kind), pseudo.Lang)
			if err == nil {
				r.check("mail "+string(kind)+" subject", l.Subject)
				r.check("mail "+string(kind), l.Text)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if r.read < 500 {
		t.Errorf("only %d texts were read", r.read)
	}
}

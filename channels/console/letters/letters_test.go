package letters_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/console/letters"
	"madoguchi/channels/paper"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/letter"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// town has cards and residents of its own in place of the rooms that keep them.
type town struct {
	*consoletest.Site
	db      *store.DB
	cards   []letters.Card // of the tenant of the tests
	people  map[string]letters.Person
	waiting int
	events  map[string][]string // by case: who registered and took back
}

func (c *town) of(tx *store.Tx) []letters.Card {
	if tx.Tenant() != consoletest.Tenant {
		return nil
	}
	return c.cards
}

func (c *town) States(*store.Tx, i18n.Lang) ([]letters.Choice, error) {
	return []letters.Choice{{ID: "arrived", Name: "カード到着"}, {ID: "notified", Name: "通知書送付"}}, nil
}

func (c *town) Batches(*store.Tx) ([]letters.Choice, error) {
	return []letters.Choice{{ID: "b1", Name: "11月第1便"}}, nil
}

func (c *town) Find(tx *store.Tx, f letters.Filter, limit int) (ids []string, err error) {
	if f.State == "notified" {
		return nil, nil
	}
	for _, card := range c.of(tx) {
		ids = append(ids, card.ID)
	}
	return ids[:min(limit, len(ids))], nil
}

func (c *town) ByCode(tx *store.Tx, code string) (string, error) {
	key, _ := reservation.ReadKey(code)
	for _, card := range c.of(tx) {
		if card.Code == key {
			return card.ID, nil
		}
	}
	return "", store.ErrNotFound
}

func (c *town) Cards(tx *store.Tx, ids []string) (list []letters.Card, err error) {
	for _, card := range c.of(tx) {
		if slices.Contains(ids, card.ID) {
			list = append(list, card)
		}
	}
	return list, nil
}

func (c *town) Waiting(*store.Tx) (int, error) { return c.waiting, nil }

func (c *town) Sent(_ *store.Tx, id, by string) (int, error) {
	c.events[id] = append(c.events[id], "sent")
	return len(c.events[id]), nil
}

func (c *town) Unsent(_ *store.Tx, id string, event int, by string) error {
	c.events[id] = append(c.events[id], fmt.Sprintf("undo %d", event))
	return nil
}

func (c *town) People(tx *store.Tx, ids []string) (map[string]letters.Person, error) {
	found := map[string]letters.Person{}
	for _, id := range ids {
		if p, ok := c.people[id]; ok && tx.Tenant() == consoletest.Tenant {
			found[id] = p
		}
	}
	return found, nil
}

var manager = staff.Account{Cards: staff.Manager}
var administrator = staff.Account{Cards: staff.Administrator}

// open serves a town with n cards: every second has a resident, the first of
// whom has a character that the embedded font lacks.
func open(t testing.TB, kind storetest.Kind, n int) *town {
	t.Helper()
	at, err := civil.ParseDateTime("2026-11-24T09:00")
	if err != nil {
		t.Fatal(err)
	}
	c := &town{db: storetest.Open(t, kind, storetest.At(storetest.NewClock(at.At()))), people: map[string]letters.Person{}, events: map[string][]string{}}
	for i := range n {
		card := letters.Card{ID: fmt.Sprintf("case-%04d", i), Code: code(i)}
		if i%2 == 0 {
			card.Resident = fmt.Sprintf("resident-%d", i)
			c.people[card.Resident] = letters.Person{Name: "見本　花子", Postal: "0600001", Address: fmt.Sprintf("みほん市本町%d番地", i+1)}
		}
		c.cards = append(c.cards, card)
	}
	if n > 0 {
		p := c.people["resident-0"]
		p.Name = "𠮷田　太郎"
		c.people["resident-0"] = p
	}
	fonts, err := paper.OpenFonts()
	if err != nil {
		t.Fatal(err)
	}
	bookings := reservation.New(civil.Holiday)
	c.Site = consoletest.Serve(t, c.db, letters.Area(letters.Config{
		Letters: letter.Service{Builtin: letters.Builtin()}, Cases: c, People: c, Fonts: fonts,
		Sender: func(tx *store.Tx) (paper.Sender, error) {
			return paper.Sender{
				City: "みほん市", Office: "みほん市役所 市民課", Phone: "00-0000-0000", Hours: "平日 8時30分〜17時15分", Address: "みほん市本町1丁目1番1号",
				Booking: func(code string) string {
					return "https://madoguchi.example/t/sample/book?flow=card-pickup&code=" + code
				},
			}, nil
		},
		Forecast: func(tx *store.Tx, needed int, from civil.Date) (reservation.Forecast, error) {
			return bookings.Forecast(tx, reservation.ForecastQuery{Service: "card-pickup", Needed: needed, From: from})
		},
	}))
	return c
}

// code is the link code of card i.
func code(i int) string {
	const symbols = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	b := []byte("K7M2P9QW22")
	b[8], b[9] = symbols[i/32%32], symbols[i%32]
	if i >= 1024 {
		b[7] = symbols[i/1024]
	}
	return string(b)
}

var pageCount = regexp.MustCompile(`/Type /Pages /Count (\d+)`)

func pages(t *testing.T, file string) string {
	t.Helper()
	m := pageCount.FindStringSubmatch(file)
	if !strings.HasPrefix(file, "%PDF-") || m == nil {
		t.Fatalf("not a PDF: %.200s", file)
	}
	return m[1]
}

// The way of a batch: choose, see the forecast and who is held back, print, mark
// as sent, take it back.
func TestPrintingABatch(t *testing.T) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) { printABatch(t, open(t, kind, 5)) })
	}
}

func printABatch(t *testing.T, c *town) {
	m := c.SignIn(manager)
	run := m.Post("letters/new", url.Values{"template": {"guidance"}, "state": {"arrived"}})
	if run.Status != 200 || !strings.HasPrefix(run.Path, "letters/runs/") {
		t.Fatalf("%d %s\n%s", run.Status, run.Path, run.Body)
	}
	for _, text := range []string{"予約枠の見込み", "5件の来庁予約", "4件を印刷できます", "20BB7", "氏名と住所を印刷しません"} {
		if !run.Has(text) {
			t.Errorf("the page of the run does not say %s", text)
		}
	}
	if page := m.Post(run.Path+"/sent", nil); page.Status != http.StatusConflict || len(c.events) > 0 {
		t.Errorf("a run that was not printed was marked as sent: %d", page.Status)
	}
	file := m.Post(run.Path+"/print", nil)
	if file.Status != 200 || file.Header.Get("Content-Type") != "application/pdf" || pages(t, file.Body) != "4" {
		t.Fatalf("%d %s, %s pages", file.Status, file.Header.Get("Content-Type"), pages(t, file.Body))
	}
	if page := m.Post(run.Path+"/sent", nil); page.Status != 200 || !page.Has("送付を記録しました") {
		t.Fatalf("%d %s", page.Status, page.Body)
	}
	if got := len(c.events); got != 4 {
		t.Errorf("%d cases were registered as sent, want 4: one is held back", got)
	}
	if page := m.Post(run.Path+"/unsent", nil); page.Status != 200 || !slices.Equal(c.events["case-0001"], []string{"sent", "undo 1"}) {
		t.Fatalf("%d, %v", page.Status, c.events["case-0001"])
	}
}

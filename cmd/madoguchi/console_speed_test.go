package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/web/webtest"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/relocation"
	"madoguchi/store/reservation"
	"madoguchi/store/resident"
	"madoguchi/store/staff"
)

// BenchmarkConsolePages asks for every page of the console, those about one
// person, card, booking or run of letters with one of each, over a town with 5,000
// residents, 5,000 cards and 300 bookings on one day: how long each takes on the
// server. The promise is 200 ms; the slowest ten are listed.
// MADOGUCHI_SCREENSHOTS=DIR keeps a picture of each, on a desk and on a tablet,
// and holds them against axe's rules.
func BenchmarkConsolePages(t *testing.B) {
	const residents, visits = 5000, 300
	h := furnished(t)
	rules := reservation.Sample()
	for i := range rules.Counters {
		for j := range rules.Counters[i].Openings {
			rules.Counters[i].Openings[j].Capacity = 20
		}
	}
	day := ""
	var person, batch string
	var cards []progress.Case
	var one reservation.Booking
	err := h.db.Update(t.Context(), sampleID, func(tx *store.Tx) error {
		_, version, err := h.reservations.Settings(tx)
		if err != nil {
			return err
		}
		_, err = h.reservations.SaveSettings(tx, rules, version, "test")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for part := range residents / 500 {
		err := h.db.Update(t.Context(), sampleID, func(tx *store.Tx) error {
			delivery := progress.Delivery{Name: fmt.Sprintf("第%d便", part+1), Here: true, By: "test"}
			for i := range 500 {
				r, err := h.residents.Add(tx, resident.Profile{Name: fmt.Sprintf("見本 花子%d", part*500+i), Kana: "ミホン ハナコ", Address: "みほん市本町1丁目1番1号"}, "test")
				if err != nil {
					return err
				}
				person = r.ID
				delivery.Lines = append(delivery.Lines, progress.Line{Number: i + 1, Resident: r.ID})
			}
			b, made, _, err := h.cards.Announce(tx, delivery)
			batch, cards = b.ID, append(cards, made...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err = h.db.Update(t.Context(), sampleID, func(tx *store.Tx) error {
		free, err := h.reservations.Next(tx, reservation.NextQuery{Counter: "honcho", Service: "consult", Group: reservation.Internal, Persons: 1, Limit: 100})
		if err != nil {
			return err
		}
		free = slices.DeleteFunc(free, func(o reservation.Offer) bool { return o.Start.Date != free[0].Start.Date })
		day = free[0].Start.Date.String()
		for i := range visits {
			o := free[i%len(free)]
			b, _, err := h.reservations.Book(tx, reservation.BookRequest{
				Counter: o.Counter.ID, Start: o.Start, Service: "consult", Persons: 1, Group: reservation.Internal, Channel: "counter", By: "test", Over: true,
				Case: cards[i].ID, Contact: "hanako@example.jp", Answers: map[string]string{"lang": "ja"},
			})
			if err != nil {
				return err
			}
			one = b
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	moved := ""
	err = h.db.Update(t.Context(), sampleID, func(tx *store.Tx) error {
		list, _, err := h.reservations.Search(tx, reservation.Filter{Limit: visits})
		if err != nil {
			return err
		}
		choices := make([]relocation.Choice, len(list))
		for i, b := range list {
			choices[i] = relocation.Choice{Booking: b, Act: relocation.Leave}
		}
		moved, err = h.relocations().Begin(tx, "closing", choices, "test")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.sampleStaff(t.Context()); err != nil {
		t.Fatal(err)
	}
	operator := ""
	err = h.db.View(t.Context(), sampleID, func(tx *store.Tx) error {
		list, _, err := h.staff.List(tx, staff.Filter{Limit: 1})
		if err == nil {
			operator = list[0].ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	areas := h.areas()
	site := consoletest.Serve(t, h.db, areas...)
	boss := site.SignIn(staff.Account{ID: operator, Booking: staff.Administrator, Cards: staff.Administrator, Official: true})
	var took []timed
	var screens []string
	look := func(path string) {
		best := time.Hour
		for range 3 {
			begun := time.Now()
			p := boss.Get(path)
			if p.Status != http.StatusOK {
				t.Errorf("/%s: %d", path, p.Status)
				return
			}
			best = min(best, time.Since(begun))
			if shown := strings.HasPrefix(strings.ToLower(p.Body), "<!doctype html"); shown && !slices.Contains(screens, path) {
				screens = append(screens, path)
			}
		}
		took = append(took, timed{path, best})
	}
	run := boss.Post("letters/new", url.Values{"template": {"guidance"}, "state": {"arrived"}}).Path
	dialog := boss.Post("visits/book", url.Values{"channel": {"phone"}, "flow": {"reservation"}, "lang": {"ja"}}).Path
	slot := day + "/" + one.Counter + "/" + one.Start.Clock.String()
	samples := map[string]string{
		"cards/batches/{id}": "cards/batches/" + batch, "cards/case/{id}": "cards/case/" + one.Case,
		"fields/{form}": "fields/registration", "fields/preview/{form}": "fields/preview/application",
		"fields/{form}/custom/{id}": "fields/application/custom/new", "fields/history/{version}": "fields/history/0",
		"letters/runs/{run}": run, "letters/sheets/{sheet}": "letters/sheets/new", "letters/templates/{template}": "letters/templates/guidance",
		"mails/{kind}": "mails/booked", "operators/{id}": "operators/" + operator,
		"people/{id}": "people/" + person, "people/{id}/edit": "people/" + person + "/edit", "people/{id}/erase": "people/" + person + "/erase",
		"people/{id}/show":                      "people/" + person + "/show",
		"setup/cell/{counter}/{day}/{clock}":    "setup/cell/" + one.Counter + "/" + day + "/" + strconv.Itoa(int(one.Start.Clock)),
		"setup/closures/{n}":                    "setup/closures/new",
		"setup/counters/{counter}":              "setup/counters/" + one.Counter,
		"setup/counters/{counter}/openings/{n}": "setup/counters/" + one.Counter + "/openings/0",
		"setup/history/{version}":               "setup/history/2",
		"setup/relocations/{id}":                "setup/relocations/" + moved,
		"setup/services/{service}":              "setup/services/consult",
		"setup/windows/{n}":                     "setup/windows/0",
		"visits/book/{channel}/{dialog}":        dialog,
		"visits/booking/{id}":                   "visits/booking/" + one.ID,
		"visits/booking/{id}/cancel":            "visits/booking/" + one.ID + "/cancel",
		"visits/list/{day}/{counter}":           "visits/list/" + day + "/" + one.Counter,
		"visits/list/{day}/{counter}/csv":       "visits/list/" + day + "/" + one.Counter + "/csv",
		"visits/slot/{day}/{counter}/{clock}":   "visits/slot/" + slot,
		"wording/text":                          "wording/text?key=web.front.heading",
	}
	for _, a := range areas {
		for _, p := range a.Pages {
			if p.Method != http.MethodGet || strings.HasSuffix(p.Path, "live") || p.Anyone || p.Path == "account" {
				continue // one's own account is about the session, which stands in no database here
			}
			path, sampled := samples[p.Path]
			switch {
			case sampled:
			case strings.Contains(p.Path, "{"):
				t.Errorf("no sample of /%s is asked for", p.Path)
				continue
			default:
				path = p.Path
			}
			look(path)
		}
	}
	look("")
	look("visits?day=" + day)
	look("visits/search?from=" + day + "&to=" + day)
	look("cards/list?state=arrived")
	look("people?page=90")
	slices.SortFunc(took, func(a, b timed) int { return int(b.took - a.took) })
	for _, p := range took[:10] {
		t.Logf("%8v /%s", p.took.Round(100*time.Microsecond), p.path)
	}
	if os.Getenv("MADOGUCHI_SCREENSHOTS") != "" {
		v := webtest.Visit(t, webtest.Start(t), site.URL)
		v.Open("/nothing-here")
		v.JS(`document.cookie = "madoguchi-console=` + boss.Secret + `; path=/"`)
		for _, size := range [][2]int64{{1366, 768}, {820, 1180}} {
			v.Size(size[0], size[1])
			for _, path := range screens {
				name := fmt.Sprintf("crowded-%s-%d", strings.NewReplacer("/", "-", "?", "-", "&", "-", "=", "-").Replace(path), size[0])
				v.Open("/console/" + path)
				v.Narrow(name)
				v.Keep(name, true)
				v.AxeClean(name)
			}
		}
	}
	t.ReportMetric(float64(took[0].took.Milliseconds()), "ms/slowest-page")
	for t.Loop() {
		boss.Get("visits?day=" + day)
	}
}

type timed struct {
	path string
	took time.Duration
}

package visits_test

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/web/webtest"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// busyDay fills the day as a busy one looks: about three hundred bookings, some
// of the visitors already received, one missed yesterday.
func (h *hall) busyDay() {
	h.t.Helper()
	ways := []string{"line", "web", "line", "plain", "phone", "kiosk", "line"}
	services := []string{"card-pickup", "consult", "move", "card-pickup"}
	n := 0
	day := datetime(h.t, today+"T00:00").Date
	var early []string
	fill := func(tx *store.Tx) error {
		s, version, err := h.r.Settings(tx)
		if err != nil {
			return err
		}
		for i := range s.Counters { // a larger town than the sample
			for j := range s.Counters[i].Openings {
				s.Counters[i].Openings[j].Capacity *= 4
			}
		}
		if _, err := h.r.SaveSettings(tx, s, version, "test"); err != nil {
			return err
		}
		table, err := h.r.Timetable(tx)
		if err != nil {
			return err
		}
		for _, c := range table.Counters(day) {
			for _, s := range table.Day(c.ID, day).Slots {
				for i := range s.Capacity {
					if (n+i*i)%5 == 0 {
						continue
					}
					n++
					q := reservation.BookRequest{
						Counter: c.ID, Service: services[n%len(services)], Persons: 1 + n%7/5, Group: reservation.Open,
						Channel: ways[n%len(ways)], By: "resident", Answers: map[string]string{"lang": []string{"ja", "en", "zh"}[n%9/4]},
					}
					q.Start.Date, q.Start.Clock = day, s.Start
					b, _, err := h.r.Book(tx, q)
					if errors.Is(err, reservation.ErrFull) {
						continue
					}
					if err != nil {
						return err
					}
					if s.Start < 9*60 && n%6 != 0 {
						early = append(early, b.ID)
					}
				}
			}
		}
		return nil
	}
	h.dayBefore(day, func() { h.update(consoletest.Tenant, fill) })
	h.update(consoletest.Tenant, func(tx *store.Tx) error {
		for i, id := range early {
			in := reservation.Reception{Collected: i%4 == 0, Response: "done"}
			if _, err := h.r.Receive(tx, id, in, reservation.By{Who: "colleague", Group: reservation.Internal}); err != nil {
				return err
			}
		}
		return nil
	})
	h.t.Logf("%d bookings today", n)
}

// enter gives a browser the session of a client.
func enter(v *webtest.Visitor, c *consoletest.Client) {
	v.Open("/nothing-here")
	v.JS(`document.cookie = "madoguchi-console=` + c.Secret + `; path=/"`)
}

// A clerk receives a visitor with the keyboard alone, and sees a booking that
// comes in on LINE without touching anything.
func TestKeyboardReceptionAndLiveDay(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	chromium := webtest.Start(t)
	h := openHall(t, storetest.SQLite)
	h.busyDay()
	b, _ := h.book("ekimae", today+"T09:00")
	v := webtest.Visit(t, chromium, h.site.URL)
	v.Size(1366, 768)
	enter(v, h.clerk("honcho", "ekimae"))

	v.Open("/console/visits")
	v.Until(`document.activeElement.id === "scan"`)
	before := v.JS(`document.querySelector("table.matrix").innerText`)
	h.book("honcho", today+"T16:30")
	begun := time.Now()
	v.Until(`document.querySelector("table.matrix").innerText !== ` + strconv.Quote(before))
	t.Logf("a booking on LINE was on the screen after %v, the focus still at #%s", time.Since(begun).Round(time.Millisecond), v.JS(`document.activeElement.id`))
	v.Keep("visits-day", false)
	v.AxeClean("day")

	v.Open("/console/visits/reception")
	v.Until(`document.activeElement.id === "scan"`)
	v.AxeClean("reception")
	v.Keep("visits-reception", false)
	begun = time.Now()
	v.Type(strconv.Itoa(b.Receipt))
	v.Enter()
	v.Until(`document.querySelector(".visits-none, .ticket, table")`)
	// The number exists at both counters: choose, in one more click.
	choose := fmt.Sprintf(`document.querySelector('a[href$="%s"]')`, b.ID)
	v.Until(choose + ` || document.querySelector(".ticket")`)
	v.Keep("visits-choose", false)
	v.AxeClean("choose")
	v.Open("/console/visits/booking/" + b.ID)
	v.Until(`document.activeElement.textContent === "来場"`)
	v.AxeClean("booking")
	v.Keep("visits-booking", false)
	v.Enter()
	clicks := 2
	v.Until(`document.querySelector(".notice") && document.activeElement.id === "scan"`)
	t.Logf("received with the keyboard alone: %d key presses after the number, %v", clicks, time.Since(begun).Round(time.Millisecond))
	if got := h.status(b.ID); got != reservation.Visited {
		t.Errorf("the booking is %s", got)
	}
}

// Every page as a picture and by axe's rules.
func TestPagesAreAccessible(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	chromium := webtest.Start(t)
	h := openHall(t, storetest.SQLite)
	h.busyDay()
	h.clock.Set(instant(today + "T13:10"))
	b, _ := h.book("honcho", today+"T13:00", func(q *reservation.BookRequest) {
		q.Case, q.Contact = "AB2CD-EF3GH", "taro@example.jp"
	})
	v := webtest.Visit(t, chromium, h.site.URL)
	boss := h.site.SignIn(staff.Account{Booking: staff.Administrator, Cards: staff.Administrator, Official: true, Name: "管理 一郎"})
	enter(v, boss)
	dialog := boss.Post("visits/book", map[string][]string{"channel": {"phone"}, "flow": {"reservation"}, "lang": {"ja"}})
	done := dialog
	for _, choice := range []string{"book", "consult", "honcho"} {
		done = boss.Post(dialog.Path, map[string][]string{"choice": {choice}, "event": {hidden(t, done, "event")}, "asked": {hidden(t, done, "asked")}})
	}
	type page struct{ name, path string }
	pages := []page{
		{"slot", "visits/slot/" + today + "/honcho/13:00"}, {"force", "visits/force"}, {"dialog", dialog.Path},
		{"search", "visits/search?from=" + today + "&to=" + today},
	}
	sizes := [][2]int64{{1366, 768}}
	if webtest.Thorough() || os.Getenv("MADOGUCHI_SCREENSHOTS") != "" {
		sizes = append(sizes, [2]int64{820, 1180})
		pages = append(pages, page{"day", "visits"}, page{"list", "visits/list/" + today + "/honcho"}, page{"reception", "visits/reception"},
			page{"booking", "visits/booking/" + b.ID}, page{"cancel", "visits/booking/" + b.ID + "/cancel"}, page{"walk-in", "visits/walk-in"},
			page{"start", "visits/book"})
	}
	for _, size := range sizes {
		v.Size(size[0], size[1])
		for _, p := range pages {
			v.Open("/console/" + p.path)
			v.Keep(fmt.Sprintf("visits-%s-%d", p.name, size[0]), p.name != "list" && p.name != "search")
			v.Narrow(p.name)
			if size == sizes[0] || webtest.Thorough() {
				v.AxeClean(p.name)
			}
		}
	}
}

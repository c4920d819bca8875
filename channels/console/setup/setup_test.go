package setup_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/console/setup"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/notice"
	"madoguchi/store/relocation"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
)

// office is a console with this area, on Tuesday 2026-11-24, 9:00 in Japan.
type office struct {
	*testing.T
	db    *store.DB
	r     *reservation.Reservations
	moves relocation.Service
	clock *storetest.Clock
	site  *consoletest.Site
	admin *consoletest.Client
	told  []string // what residents were told, by booking
}

func open(t *testing.T, kind storetest.Kind) *office {
	t.Helper()
	clock := storetest.NewClock(at("2026-11-24T09:00").At())
	o := &office{T: t, db: storetest.Open(t, kind, storetest.At(clock)), r: reservation.New(civil.Holiday), clock: clock}
	o.moves = relocation.Service{Reservations: o.r, Tell: func(tx *store.Tx, b reservation.Booking, kind notice.Kind) (relocation.How, error) {
		if !b.Contact {
			return relocation.Nobody, nil
		}
		tx.OnCommit(func() { o.told = append(o.told, string(kind)+" "+b.ID) })
		return relocation.ByMail, nil
	}}
	o.site = consoletest.Serve(t, o.db, setup.Area(setup.Config{
		DB: o.db, Reservations: o.r, Relocations: o.moves, Tenants: tenant.New(o.db),
		Languages: []i18n.Lang{i18n.Japanese, i18n.EasyJapanese, i18n.English},
	}))
	o.admin = o.site.SignIn(staff.Account{Booking: staff.Administrator})
	return o
}

func at(s string) civil.DateTime {
	dt, err := civil.ParseDateTime(s)
	if err != nil {
		panic(err)
	}
	return dt
}

func (o *office) do(fn func(tx *store.Tx) error) {
	o.Helper()
	if err := o.db.Update(context.Background(), consoletest.Tenant, fn); err != nil {
		o.Fatal(err)
	}
}

func (o *office) book(counter, start, mail string) (b reservation.Booking) {
	o.Helper()
	o.do(func(tx *store.Tx) (err error) {
		b, _, err = o.r.Book(tx, reservation.BookRequest{Counter: counter, Start: at(start), Service: "consult", Persons: 1,
			Group: reservation.Open, Channel: "web", By: "resident", Contact: mail})
		return err
	})
	return b
}

// send posts a form and expects to be sent on.
func (o *office) send(path string, values url.Values) consoletest.Page {
	o.Helper()
	p := o.admin.Post(path, values)
	if p.Status != 200 {
		o.Fatalf("POST %s: %d\n%s", path, p.Status, main(p))
	}
	return p
}

// main is what a page says, for messages.
func main(p consoletest.Page) string {
	_, body, _ := strings.Cut(p.Body, "<main")
	return body
}

func (o *office) sound() {
	o.Helper()
	breaches, err := o.db.Verify(context.Background())
	if err != nil || len(breaches) > 0 {
		o.Errorf("verify: %v %v", breaches, err)
	}
}

// honcho is the weekday rule of the sample's first counter, with slots of some
// minutes.
func honcho(slot string) url.Values {
	return url.Values{
		"weekdays": {"mon", "tue", "wed", "thu", "fri"}, "start": {"08:30"}, "end": {"17:15"}, "slot": {slot},
		"except": {"12:00-13:00"}, "capacity": {"5"},
	}
}

func TestSlotsOfFifteenMinutesFromNextMonth(t *testing.T) {
	o := open(t, storetest.SQLite)
	before := o.book("honcho", "2026-11-30T10:00", "")
	after := o.book("honcho", "2026-12-02T10:00", "")
	o.send("setup/counters/honcho/openings/0", honcho("15"))
	p := o.send("setup/save", url.Values{"do": {"look"}, "effective": {"2026-12-01"}})
	if !p.Has("枠に合わなくなる予約が1件") || !p.Has("2026-12-02（水） 10:00") || !p.Has("枠の長さが違う") {
		t.Fatalf("the impact is not listed: %s", main(p))
	}
	if p := o.admin.Get("setup/calendar?counter=honcho&date=2026-12-01"); !p.Has(">08:45</th>") || !p.Has("2026-12-01（火）") {
		t.Errorf("the preview of the day of effect: %s", main(p))
	}
	o.send("setup/save", url.Values{"do": {"save"}, "effective": {"2026-12-01"}, "act": {"leave"}})
	o.do(func(tx *store.Tx) error {
		table, err := o.r.Timetable(tx)
		if err != nil {
			return err
		}
		for day, want := range map[string]int{"2026-11-30": 30, "2026-12-01": 15} {
			d, _ := civil.ParseDate(day)
			if got := table.Day("honcho", d).Slots[0].Minutes; got != want {
				t.Errorf("%s: slots of %d minutes, want %d", day, got, want)
			}
		}
		now, err := o.r.Now(tx)
		if err != nil {
			return err
		}
		list, err := now.Misfits(tx)
		if len(list) != 1 || list[0].Booking.ID != after.ID || list[0].Booking.ID == before.ID {
			t.Errorf("flagged: %+v", list)
		}
		return err
	})
	o.book("honcho", "2026-12-01T08:45", "")
	o.sound()
	if p := o.admin.Get("setup"); !p.Has("2026-12-01（火）") || !p.Has("予定を取り下げる") {
		t.Errorf("the scheduled change is not listed: %s", main(p))
	}
}

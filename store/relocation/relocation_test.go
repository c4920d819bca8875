package relocation_test

import (
	"context"
	"errors"
	"testing"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/notice"
	"madoguchi/store/relocation"
	"madoguchi/store/reservation"
	"madoguchi/store/storetest"
)

const tenant = "sample"

// desk is a service at 9:00 on Tuesday 2026-11-24 that writes down whom it told.
type desk struct {
	*testing.T
	db   *store.DB
	r    *reservation.Reservations
	s    relocation.Service
	told map[string]int
}

func each(t *testing.T, test func(d *desk)) {
	t.Helper()
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			clock := storetest.NewClock(at("2026-11-24T09:00").At())
			d := &desk{T: t, db: storetest.Open(t, kind, storetest.At(clock)), r: reservation.New(civil.Holiday), told: map[string]int{}}
			d.s = relocation.Service{Reservations: d.r, Tell: func(tx *store.Tx, b reservation.Booking, kind notice.Kind) (relocation.How, error) {
				if !b.Contact {
					return relocation.Nobody, nil
				}
				tx.OnCommit(func() { d.told[string(kind)+" "+b.ID]++ })
				return relocation.ByMail, nil
			}}
			d.do(func(tx *store.Tx) error {
				_, err := d.r.SaveSettings(tx, reservation.Sample(), 0, "admin")
				return err
			})
			test(d)
		})
	}
}

func at(s string) civil.DateTime {
	dt, err := civil.ParseDateTime(s)
	if err != nil {
		panic(err)
	}
	return dt
}

func (d *desk) do(fn func(tx *store.Tx) error) {
	d.Helper()
	if err := d.db.Update(context.Background(), tenant, fn); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) book(start string, contact string) (b reservation.Booking) {
	d.Helper()
	d.do(func(tx *store.Tx) (err error) {
		b, _, err = d.r.Book(tx, reservation.BookRequest{Counter: "honcho", Start: at(start), Service: "consult", Persons: 1,
			Group: reservation.Open, Channel: "web", By: "resident", Contact: contact})
		return err
	})
	return b
}

// shut closes the counter on a day.
func (d *desk) shut(day string) {
	d.Helper()
	d.do(func(tx *store.Tx) error {
		s, base, err := d.r.Settings(tx)
		if err != nil {
			return err
		}
		s.Closures = append(s.Closures[:len(s.Closures):len(s.Closures)], reservation.Closure{Counter: "honcho", Days: reservation.Days{From: day, To: day}})
		_, err = d.r.SaveSettings(tx, s, base, "admin")
		return err
	})
}

func (d *desk) sound() {
	d.Helper()
	if breaches, err := d.db.Verify(context.Background()); err != nil || len(breaches) > 0 {
		d.Errorf("verify: %v %v", breaches, err)
	}
}

func TestAnInterruptedRelocationIsDoneOnce(t *testing.T) {
	each(t, func(d *desk) {
		d.db.AddCheck(d.r.Checks()...)
		var list []relocation.Choice
		for _, clock := range []string{"09:30", "10:00", "10:30", "11:00", "11:30", "13:00", "13:30"} {
			for range 4 {
				list = append(list, relocation.Choice{Booking: d.book("2026-12-01T"+clock, "hanako@example.jp"), Act: relocation.Move})
			}
		}
		list[0].Booking.Sequence = 99 // its resident changed it since the list was made
		list[1].Act = relocation.Cancel
		list[2].Act = relocation.Leave
		list[3].Counter, list[3].Start = "ekimae", at("2026-12-02T10:00")
		list[4].Counter, list[4].Start = "nishi", at("2026-12-02T03:00") // nobody is received then: the nearest instead
		silent := d.book("2026-12-01T14:00", "")
		list = append(list, relocation.Choice{Booking: silent, Act: relocation.Move})
		d.shut("2026-12-01")
		var id string
		d.do(func(tx *store.Tx) (err error) {
			id, err = d.s.Begin(tx, "closing", list, "admin")
			return err
		})
		d.do(func(tx *store.Tx) error {
			left, err := d.s.Step(tx, id)
			if want := len(list) - 1 - relocation.AtOnce; left != want {
				t.Errorf("%d left after a step, want %d", left, want)
			}
			return err
		})
		failed := errors.New("the process dies")
		if err := d.db.Update(context.Background(), tenant, func(tx *store.Tx) error {
			if _, err := d.s.Step(tx, id); err != nil {
				return err
			}
			return failed
		}); !errors.Is(err, failed) {
			t.Fatal(err)
		}
		job := d.s.Jobs(d.db)[0]
		for range 2 { // it may be run as often as one likes
			if err := job.Run(context.Background(), tenant); err != nil {
				t.Fatal(err)
			}
		}
		d.do(func(tx *store.Tx) error {
			got, err := d.s.Tally(tx, id)
			want := relocation.Tally{All: len(list), Moved: len(list) - 3, Cancelled: 1, Left: 1, Overtaken: 1, ToCall: 1}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if err != nil {
				return err
			}
			b, err := d.r.ByID(tx, list[3].Booking.ID)
			if b.Counter != "ekimae" || b.Start != list[3].Start {
				t.Errorf("the place chosen was not taken: %+v", b)
			}
			if err != nil {
				return err
			}
			calls, err := d.s.Items(tx, id, true, 0, 10)
			if len(calls) != 1 || calls[0].Booking != silent.ID {
				t.Errorf("to be called: %+v", calls)
			}
			if err != nil {
				return err
			}
			if err := d.s.Called(tx, id, silent.ID, "admin"); err != nil {
				return err
			}
			if err := d.s.Called(tx, id, silent.ID, "admin"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("called twice: %v", err)
			}
			r, err := d.s.Find(tx, id)
			if r.Ended.IsZero() || r.By != "admin" || r.Reason != "closing" {
				t.Errorf("%+v", r)
			}
			return err
		})
		if len(d.told) != len(list)-3 {
			t.Errorf("%d were told, want %d", len(d.told), len(list)-3)
		}
		for what, n := range d.told {
			if n != 1 {
				t.Errorf("%s told %d times", what, n)
			}
		}
		d.sound()
	})
}

func TestWhereNoPlaceIsFreeTheBookingStays(t *testing.T) {
	each(t, func(d *desk) {
		b := d.book("2026-12-01T10:00", "hanako@example.jp")
		d.do(func(tx *store.Tx) error {
			s, base, err := d.r.Settings(tx)
			if err != nil {
				return err
			}
			s.Closures = append(s.Closures[:len(s.Closures):len(s.Closures)], reservation.Closure{Days: reservation.Days{From: "2026-11-24", To: "2027-03-01"}})
			_, err = d.r.SaveSettings(tx, s, base, "admin")
			return err
		})
		d.do(func(tx *store.Tx) error {
			id, err := d.s.Begin(tx, "settings", []relocation.Choice{{Booking: b, Act: relocation.Move}}, "admin")
			if err != nil {
				return err
			}
			if _, err := d.s.Step(tx, id); err != nil {
				return err
			}
			got, err := d.s.Tally(tx, id)
			if got.NoPlace != 1 || len(d.told) > 0 {
				t.Errorf("%+v, told %v", got, d.told)
			}
			return err
		})
		d.sound()
	})
}

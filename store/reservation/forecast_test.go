package reservation

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// forecastTown has one counter with two places at 9:00 and 9:30 on weekdays,
// and from Thursday on a second with one place at 10:00. Bookings open three
// days before the visit.
func forecastTown(s *Settings) {
	weekdays := Days{Weekdays: []string{"mon", "tue", "wed", "thu", "fri"}}
	s.Counters = []Counter{
		{ID: "a", Names: Names{i18n.Japanese: "甲"}, Position: 1, Openings: []Opening{{Days: weekdays, Start: "09:00", End: "10:00", Slot: 30, Capacity: 2}}},
		{ID: "b", Names: Names{i18n.Japanese: "乙"}, Position: 2, From: "2026-11-26", Openings: []Opening{{Days: weekdays, Start: "10:00", End: "10:30", Slot: 30, Capacity: 1}}},
	}
	s.Closures = nil
	s.Windows = []Window{{OpensDays: 3, ClosesMinutes: 60}}
}

func day(s string) civil.Date { return at(s + "T00:00").Date }

// Counted by hand: on Tuesday 9:00 the visits of 9:30 can no longer be booked
// (an hour ahead), Wednesday has 4 places, Thursday 5, Friday 5 — one of which
// is taken.
func TestForecastOfPlaces(t *testing.T) {
	each(t, forecastTown, func(d *desk, t *testing.T) {
		d.do(func(tx *store.Tx) error {
			_, _, err := d.r.Book(tx, BookRequest{Counter: "a", Start: at("2026-11-27T09:00"), Service: "card-pickup", Persons: 1, Group: Open, By: "x"})
			return err
		})
		ask := func(needed int, from string) (f Forecast) {
			d.do(func(tx *store.Tx) (err error) {
				f, err = d.r.Forecast(tx, ForecastQuery{Service: "card-pickup", Needed: needed, From: day(from)})
				return err
			})
			return f
		}
		f := ask(10, "2026-11-24")
		want := []ForecastDay{
			{Date: day("2026-11-24"), Free: []int{0, Closed}, Total: 0, Sum: 0, Short: true},
			{Date: day("2026-11-25"), Free: []int{4, Closed}, Total: 4, Sum: 4},
			{Date: day("2026-11-26"), Free: []int{4, 1}, Total: 5, Sum: 9},
			{Date: day("2026-11-27"), Free: []int{3, 1}, Total: 4, Sum: 13},
		}
		if diff := cmp.Diff(want, f.Days); diff != "" {
			t.Error(diff)
		}
		if f.Free != 13 || f.PerDay != 3 || f.Enough != day("2026-11-27") || f.Missing() != 0 || f.To != day("2026-11-27") {
			t.Errorf("%+v", f)
		}
		if f = ask(20, "2026-11-24"); f.Missing() != 7 || !f.Enough.IsZero() || f.PerDay != 5 {
			t.Errorf("20 letters: %+v", f)
		}
		// Letters that arrive on Friday find the places of Friday and Monday:
		// Friday can be booked in the small hours, before it begins.
		if f = ask(8, "2026-11-27"); f.Free != 4+5 || f.Enough != day("2026-11-30") {
			t.Errorf("from Friday: %+v", f)
		}
		// A day before today is today.
		if f = ask(1, "2026-01-01"); f.From != day("2026-11-24") {
			t.Errorf("from %s", f.From)
		}
		err := d.try(func(tx *store.Tx) error {
			_, err := d.r.Forecast(tx, ForecastQuery{Service: "none", Needed: 1, From: day("2026-11-24")})
			return err
		})
		if !errors.As(err, &ErrUnknown{}) {
			t.Errorf("an unknown service: %v", err)
		}
	})
}

// A visit of two slots takes two: those counted do not overlap.
func TestForecastOfLongVisits(t *testing.T) {
	each(t, func(s *Settings) { forecastTown(s); s.Services[0].Slots = 2 }, func(d *desk, t *testing.T) {
		d.do(func(tx *store.Tx) error {
			f, err := d.r.Forecast(tx, ForecastQuery{Service: "card-pickup", Needed: 1, From: day("2026-11-25")})
			if f.Days[0].Total != 2 {
				t.Errorf("%d visits of an hour fit between 9 and 10 for two, want 2", f.Days[0].Total)
			}
			return err
		})
	})
}

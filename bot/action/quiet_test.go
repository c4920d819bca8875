package action_test

import (
	"context"
	"testing"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/report"
	"madoguchi/store/reservation"
	"madoguchi/store/storetest"
)

// Quiet times are chosen by how many visits an hour usually has and by what is
// booked ahead; with too few weeks behind it, by the latter alone, and it says so.
func TestQuietTimes(t *testing.T) {
	at := func(s string) civil.DateTime {
		dt, err := civil.ParseDateTime(s)
		if err != nil {
			t.Fatal(err)
		}
		return dt
	}
	db := storetest.Open(t, storetest.SQLite, storetest.At(storetest.NewClock(at("2026-11-25T09:00").At())))
	r := reservation.New(civil.Holiday)
	book := func(tx *store.Tx, counter, start string) error {
		_, _, err := r.Book(tx, reservation.BookRequest{
			Counter: counter, Start: at(start), Service: "consult", Persons: 1, Group: reservation.Open, Channel: "web", By: "test",
		})
		return err
	}
	load := func(days int) func(*store.Tx, civil.Date, civil.Date) ([]report.Load, error) {
		return func(*store.Tx, civil.Date, civil.Date) ([]report.Load, error) {
			return []report.Load{{Counter: "nishi", Days: days, Hours: []report.Hour{
				{Hour: 14, Visits: 15}, {Hour: 15, Visits: 30}, {Hour: 16, Visits: 4},
			}}}, nil
		}
	}
	for _, c := range []struct {
		what  string
		load  func(*store.Tx, civil.Date, civil.Date) ([]report.Load, error)
		usual bool
		want  []string
	}{
		{"nobody counts", nil, false, []string{"2026-11-25T14:30", "2026-11-26T14:30", "2026-11-27T14:30"}},
		{"too few days", load(9), false, []string{"2026-11-25T14:30", "2026-11-26T14:30", "2026-11-27T14:30"}},
		// From four on is quiet; on the 26th both of its times are taken.
		{"enough days", load(20), true, []string{"2026-11-25T16:00", "2026-11-27T16:00", "2026-11-30T16:00"}},
	} {
		err := db.Update(context.Background(), "sample", func(tx *store.Tx) error {
			if c.what == "nobody counts" {
				if _, err := r.SaveSettings(tx, reservation.Sample(), 0, "test"); err != nil {
					return err
				}
				for _, start := range []string{"2026-11-26T16:00", "2026-11-26T16:30"} {
					if err := book(tx, "nishi", start); err != nil {
						return err
					}
				}
			}
			offers, usual, err := action.Desk{Reservations: r, Load: c.load}.Quiet(tx, bot.OfferQuery{
				Counter: "nishi", Service: "consult", Channel: "web", Lang: i18n.Japanese,
			})
			var got []string
			for _, o := range offers {
				got = append(got, o.Start.String())
			}
			if usual != c.usual || len(got) != len(c.want) {
				t.Errorf("%s: %v by the usual: %v, want %v", c.what, got, usual, c.want)
				return err
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%s: %v, want %v", c.what, got, c.want)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

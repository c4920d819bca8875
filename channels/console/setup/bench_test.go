package setup_test

import (
	"fmt"
	"net/url"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/storetest"
)

// BenchmarkPages opens the pages over an ordinary town and over towns of full
// size: twenty counters whose plan of a year has an exception for every day,
// 7,300 rules in all, once as closures of an hour and once as openings, with
// 20,000 bookings ahead. The draft changes the hours of a counter, which takes a
// thousand bookings their place. The metric is the slowest page in milliseconds:
// 200 are allowed in the ordinary town, 500 at full size.
func BenchmarkPages(b *testing.B) {
	for _, town := range []struct {
		name     string
		settings reservation.Settings
		bookings int
	}{
		{"ordinary", reservation.Sample(), 300},
		{"closures", fullTown(excluded), 20_000},
		{"openings", fullTown(reopened), 20_000},
	} {
		b.Run(town.name, func(b *testing.B) {
			o := open(b, storetest.SQLite)
			o.fill(town.settings, town.bookings)
			counter := town.settings.Counters[0].ID
			last := len(town.settings.Counters[0].Openings) - 1
			o.send(fmt.Sprintf("setup/counters/%s/openings/%d", counter, last), honcho("15"))
			pages := []consoletest.Timed{
				{Name: "overview", Open: func() consoletest.Page { return o.admin.Get("setup") }},
				{Name: "counter", Open: func() consoletest.Page { return o.admin.Get("setup/counters/" + counter) }},
				{Name: "closures", Open: func() consoletest.Page { return o.admin.Get("setup/closures") }},
				{Name: "calendar", Open: func() consoletest.Page { return o.admin.Get("setup/calendar?counter=" + counter) }},
				{Name: "cell", Open: func() consoletest.Page { return o.admin.Get("setup/cell/" + counter + "/2026-12-02/600") }},
				{Name: "save", Open: func() consoletest.Page { return o.admin.Get("setup/save") }},
				{Name: "save on a day", Open: func() consoletest.Page {
					return o.admin.Post("setup/save", url.Values{"do": {"look"}, "effective": {"2026-12-01"}})
				}},
				{Name: "draft is kept", Open: func() consoletest.Page {
					return o.admin.Post(fmt.Sprintf("setup/counters/%s/openings/%d", counter, last), honcho("15"))
				}},
				{Name: "close", Open: func() consoletest.Page {
					return o.admin.Post("setup/close", url.Values{"do": {"look"}, "counter": {counter}, "from": {"2026-12-01"}, "to": {"2026-12-03"}})
				}},
				{Name: "history", Open: func() consoletest.Page { return o.admin.Get("setup/history") }},
				{Name: "version", Open: func() consoletest.Page { return o.admin.Get("setup/history/2") }},
				{Name: "plan", Open: func() consoletest.Page { return o.admin.Get("setup/plan") }},
				{Name: "export", Open: func() consoletest.Page { return o.admin.Get("setup/plan/counters.csv") }},
			}
			consoletest.Measure(b, pages, func(page consoletest.Page) bool { return page.Status == 200 })
		})
	}
}

// fullTown is twenty counters with weekday hours and an exception for each day of
// a year.
func fullTown(exception func(s *reservation.Settings, c *reservation.Counter, day string)) reservation.Settings {
	s := reservation.Sample()
	s.Counters = nil
	first := at("2026-11-24T00:00").Date
	for i := range 20 {
		c := reservation.Counter{ID: fmt.Sprint("c", i), Names: reservation.Names{"ja": fmt.Sprint("窓口", i)}}
		for d := range 365 {
			exception(&s, &c, first.AddDays(d).String())
		}
		c.Openings = append(c.Openings, reservation.Opening{
			Days: reservation.Days{Weekdays: []string{"mon", "tue", "wed", "thu", "fri"}}, Start: "08:30", End: "17:15", Slot: 30,
			Except: []reservation.Hours{{Start: "12:00", End: "13:00"}}, Capacity: 5,
		})
		s.Counters = append(s.Counters, c)
	}
	return s
}

// excluded closes a counter for the last hours of a day.
func excluded(s *reservation.Settings, c *reservation.Counter, day string) {
	s.Closures = append(s.Closures, reservation.Closure{
		Days: reservation.Days{From: day, To: day}, Counter: c.ID, Reason: reservation.Names{"ja": "会議"},
		Hours: &reservation.Hours{Start: "16:00", End: "17:15"},
	})
}

// reopened gives a day hours of its own for the morning.
func reopened(s *reservation.Settings, c *reservation.Counter, day string) {
	c.Openings = append(c.Openings, reservation.Opening{
		Days: reservation.Days{From: day, To: day}, Start: "08:30", End: "11:00", Slot: 30, Capacity: 4,
	})
}

// fill puts settings in force and makes bookings, spread over counters and days.
func (o *office) fill(s reservation.Settings, bookings int) {
	o.Helper()
	o.do(func(tx *store.Tx) error {
		_, version, err := o.r.Settings(tx)
		if err != nil {
			return err
		}
		_, err = o.r.SaveSettings(tx, s, version, "test")
		return err
	})
	day, made := at("2026-11-25T00:00").Date, 0
	for ; made < bookings; day = day.AddDays(1) {
		o.do(func(tx *store.Tx) error {
			t, err := o.r.Timetable(tx)
			if err != nil {
				return err
			}
			for _, c := range s.Counters {
				for _, slot := range t.Day(c.ID, day).Slots {
					start := day.String() + "T" + slot.Start.String()
					for i := range slot.Capacity - 1 {
						if made == bookings {
							return nil
						}
						if _, _, err := o.r.Book(tx, reservation.BookRequest{
							Counter: c.ID, Start: at(start), Service: "consult", Persons: 1, Group: reservation.Internal, Channel: "web", By: "test",
						}); err != nil {
							return fmt.Errorf("%s %s %d: %w", c.ID, start, i, err)
						}
						made++
					}
				}
			}
			return nil
		})
	}
}

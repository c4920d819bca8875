package reservation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/storetest"
)

// quarters gives the sample's first counter slots of a quarter of an hour.
func quarters(s *Settings) { s.Counters[0].Openings[0].Slot = 15 }

func (d *desk) saveFrom(s Settings, effective string) int64 {
	d.Helper()
	var made int64
	d.do(func(tx *store.Tx) error {
		_, version, err := d.r.Settings(tx)
		if err == nil {
			made, err = d.r.SaveSettingsFrom(tx, s, version, date(effective), "admin")
		}
		return err
	})
	return made
}

func (d *desk) minutes(counter, day string) (n int) {
	d.Helper()
	d.do(func(tx *store.Tx) error {
		t, err := d.r.Timetable(tx)
		if err == nil {
			if slots := t.Day(counter, date(day)).Slots; len(slots) > 0 {
				n = slots[0].Minutes
			}
		}
		return err
	})
	return n
}

func TestSettingsCountFromTheirDay(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		early, _ := d.mustBook(consult("honcho", "2026-12-04T10:00"))
		s := Sample()
		quarters(&s)
		version := d.saveFrom(s, "2026-12-07")
		for day, want := range map[string]int{"2026-11-24": 30, "2026-12-04": 30, "2026-12-07": 15, "2027-03-01": 15} {
			if got := d.minutes("honcho", day); got != want {
				t.Errorf("%s: slots of %d minutes, want %d", day, got, want)
			}
		}
		// Bookings go by the settings of their own day, whoever asks.
		if _, _, err := d.book(consult("honcho", "2026-12-04T10:15")); !isClosed(err, OutsideHours) {
			t.Errorf("a quarter past before the day of effect: %v", err)
		}
		late, _ := d.mustBook(consult("honcho", "2026-12-07T10:15"))
		if late.Minutes != 15 {
			t.Errorf("a visit of %d minutes", late.Minutes)
		}
		if b, err := d.change(early.ID, Move{Start: at("2026-12-08T10:45")}); err != nil || b.Minutes != 15 {
			t.Errorf("moved over the day of effect: %+v, %v", b, err)
		}
		h, err := d.hold("one", "honcho", "2026-12-07T10:45")
		if err != nil {
			t.Fatal(err)
		}
		d.mustBook(BookRequest{Hold: h.ID})
		d.do(func(tx *store.Tx) error {
			list, err := d.r.Availability(tx, Query{Service: "consult", Counter: "honcho", From: date("2026-12-04"), Days: 4})
			if err != nil {
				return err
			}
			if a, b := len(list[0].Days[0].Slots), len(list[0].Days[3].Slots); b <= a {
				t.Errorf("%d slots before and %d after the day of effect", a, b)
			}
			return nil
		})
		d.sound()

		// Settings saved at once leave the scheduled ones standing.
		now := Sample()
		now.Counters[0].Openings[0].Slot = 45
		d.save(now)
		if a, b := d.minutes("honcho", "2026-12-04"), d.minutes("honcho", "2026-12-07"); a != 45 || b != 15 {
			t.Errorf("slots of %d and %d minutes, want 45 and 15", a, b)
		}
		d.sound()

		// The day comes by itself; the passing of midnight saves nothing.
		d.clock.Set(at("2026-12-08T09:00").At())
		d.do(func(tx *store.Tx) error {
			s, _, err := d.r.Settings(tx)
			if s.Counters[0].Openings[0].Slot != 15 {
				t.Errorf("in force on the day after: slots of %d minutes", s.Counters[0].Openings[0].Slot)
			}
			if err := d.r.Withdraw(tx, version, 3, "admin"); !errors.Is(err, ErrPast) {
				t.Errorf("withdrawing what counts: %v", err)
			}
			return err
		})
		if got := d.minutes("honcho", "2026-12-04"); got != 45 {
			t.Errorf("the rules of last week: slots of %d minutes", got)
		}
	})
}

func TestAScheduledChangeIsWithdrawn(t *testing.T) {
	each(t, func(s *Settings) { s.Counters[0].Openings[0].Quotas = map[Group]int{Open: 1} }, func(d *desk, t *testing.T) {
		d.mustBook(consult("honcho", "2026-12-07T10:00"))
		s := Sample() // without a quota
		version := d.saveFrom(s, "2026-12-07")
		d.mustBook(consult("honcho", "2026-12-07T10:00"))
		d.mustBook(consult("honcho", "2026-12-07T11:00"))
		d.mustBook(consult("honcho", "2026-12-07T11:00"))
		d.sound()
		d.do(func(tx *store.Tx) error { return d.r.Withdraw(tx, version, version, "admin") })
		if err := d.try(func(tx *store.Tx) error { return d.r.Withdraw(tx, version, version+1, "admin") }); !errors.Is(err, ErrNotFound) {
			t.Errorf("withdrawing it again: %v", err)
		}
		// Staff book one more under the earlier rules: what residents took under
		// the withdrawn ones is no breach.
		for _, start := range []string{"2026-12-07T10:00", "2026-12-07T11:00"} {
			q := consult("honcho", start)
			if _, _, err := d.book(q); err != ErrFull {
				t.Errorf("beyond the quota that counts again: %v", err)
			}
			q.Group = Internal
			d.mustBook(q)
		}
		d.sound()
		d.do(func(tx *store.Tx) error {
			list, err := d.r.History(tx, 0, 10)
			if err != nil {
				return err
			}
			if len(list) != 3 || list[0].Withdraws != version || list[1].Withdrawn != list[0].Version || list[1].By != "admin" || list[1].Effective != date("2026-12-07") {
				t.Errorf("history: %+v", list)
			}
			if older, err := d.r.History(tx, version, 10); len(older) != 1 || older[0].Version != 1 {
				t.Errorf("older history: %+v, %v", older, err)
			}
			in, err := d.r.Editions(tx)
			if len(in) != 1 || in[0].Version != 1 {
				t.Errorf("in force: %+v", in)
			}
			return err
		})
	})
}

func TestSettingsAreNotSavedForThePast(t *testing.T) {
	d := open(t, storetest.SQLite, nil)
	err := d.try(func(tx *store.Tx) error {
		_, err := d.r.SaveSettingsFrom(tx, Sample(), 1, date("2026-11-23"), "admin")
		return err
	})
	if !errors.Is(err, ErrPast) {
		t.Errorf("got %v", err)
	}
}

func TestAHiddenOrExpiredSiteTakesNoBookings(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		later := Sample()
		quarters(&later)
		d.saveFrom(later, "2026-12-07")
		for _, site := range []Site{{Hidden: true}, {To: "2026-11-23"}, {From: "2026-11-25"}} {
			d.do(func(tx *store.Tx) error {
				_, base, err := d.r.Settings(tx)
				if err == nil {
					_, err = d.r.SaveEverywhere(tx, base, "admin", func(s *Settings) { s.Site = site })
				}
				return err
			})
			for _, start := range []string{"2026-12-01T10:00", "2026-12-07T10:15"} {
				if _, _, err := d.book(consult("honcho", start)); !isClosed(err, NotAccepting) {
					t.Errorf("%+v: booking %s: %v", site, start, err)
				}
			}
			if got := d.free("honcho", "2026-12-01T10:00"); got != 5 {
				t.Errorf("%d places", got)
			}
			d.do(func(tx *store.Tx) error {
				offers, err := d.r.Next(tx, NextQuery{Service: "consult"})
				if len(offers) > 0 {
					t.Errorf("%+v: %d times are offered", site, len(offers))
				}
				return err
			})
		}
		d.do(func(tx *store.Tx) error {
			_, base, err := d.r.Settings(tx)
			if err == nil {
				_, err = d.r.SaveEverywhere(tx, base, "admin", func(s *Settings) { s.Site = Site{From: "2026-11-24", To: "2027-03-31"} })
			}
			return err
		})
		d.mustBook(consult("honcho", "2026-12-07T10:15")) // the scheduled change still stands
		d.sound()
	})
}

func TestATemporaryCounterComesAndGoes(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		s := Sample()
		s.Counters = append(s.Counters, Counter{ID: "kominkan", Names: Names{"ja": "公民館"}, From: "2026-12-10", To: "2026-12-12",
			Openings: []Opening{{Start: "10:00", End: "12:00", Slot: 30, Capacity: 1}}})
		d.saveFrom(s, "2026-12-08")
		shown := func(from string) bool {
			var list []CounterDays
			d.do(func(tx *store.Tx) (err error) {
				list, err = d.r.Availability(tx, Query{Service: "consult", From: date(from), Days: 3})
				return err
			})
			return slices.ContainsFunc(list, func(c CounterDays) bool { return c.Counter.ID == "kominkan" })
		}
		for from, want := range map[string]bool{"2026-12-05": false, "2026-12-08": true, "2026-12-12": true, "2026-12-13": false} {
			if shown(from) != want {
				t.Errorf("three days from %s: shown %v", from, !want)
			}
		}
		d.mustBook(consult("kominkan", "2026-12-10T10:00"))
		if _, _, err := d.book(consult("kominkan", "2026-12-13T10:00")); !isClosed(err, NotInOperation) {
			t.Errorf("after its last day: %v", err)
		}
		d.sound()
	})
}

func TestMisfitsSayWhy(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		first, _ := d.mustBook(consult("honcho", "2026-12-01T10:00"))
		d.clock.Advance(1000_000_000)
		second, _ := d.mustBook(consult("honcho", "2026-12-01T10:00"))
		lunch, _ := d.mustBook(consult("honcho", "2026-12-02T11:30"))
		west, _ := d.mustBook(consult("nishi", "2026-12-02T15:00"))
		s := Sample()
		s.Counters[0].Openings[0].Capacity = 1
		s.Counters[0].Openings[0].Except = []Hours{{"11:30", "13:00"}}
		s.Closures = append(s.Closures, Closure{Days: Days{From: "2026-12-02", To: "2026-12-02"}, Counter: "nishi"})
		var got []Misfit
		var offers []Offer
		d.do(func(tx *store.Tx) error {
			p, err := d.r.Preview(tx, s, civil.Date{})
			if err != nil {
				return err
			}
			if got, err = p.Misfits(tx); err != nil {
				return err
			}
			var list []Booking
			for _, m := range got {
				list = append(list, m.Booking)
			}
			offers, err = p.Propose(tx, list)
			return err
		})
		want := map[string]ReasonKind{second.ID: TooMany, lunch.ID: OutsideHours, west.ID: ClosedDay}
		for i, m := range got {
			if m.Reason.Kind != want[m.Booking.ID] || m.Already {
				t.Errorf("%+v", m)
			}
			delete(want, m.Booking.ID)
			if offers[i].Counter == nil {
				t.Errorf("no place for %+v", m.Booking)
			}
		}
		if len(want) > 0 || got[0].Booking.ID == first.ID {
			t.Errorf("not found: %v", want)
		}
		if o := offers[0]; o.Counter.ID != "honcho" || o.Start != at("2026-12-01T10:30") && o.Start != at("2026-12-01T09:30") {
			t.Errorf("proposed %s %s", o.Counter.ID, o.Start)
		}
	})
}

// Proposals never give a place away twice, and each can be had.
func TestProposalsCanBeTaken(t *testing.T) {
	d := open(t, storetest.SQLite, nil)
	var list []Booking
	for range 5 {
		for _, start := range []string{"2026-12-01T10:00", "2026-12-01T10:30", "2026-12-01T11:00"} {
			b, _ := d.mustBook(consult("honcho", start))
			list = append(list, b)
		}
	}
	d.mustBook(consult("ekimae", "2026-12-01T10:00"))
	d.do(func(tx *store.Tx) error {
		change := func(s *Settings) {
			s.Closures = append(s.Closures, Closure{Days: Days{From: "2026-12-01", To: "2026-12-01"}, Counter: "honcho"})
		}
		p, err := d.r.PreviewEverywhere(tx, change)
		if err != nil {
			return err
		}
		offers, err := p.Propose(tx, list)
		if err != nil {
			return err
		}
		if _, err := d.r.SaveEverywhere(tx, 1, "admin", change); err != nil {
			return err
		}
		for i, o := range offers {
			if _, err := d.r.Change(tx, list[i].ID, Move{Counter: o.Counter.ID, Start: o.Start}, By{Who: "admin", Group: Internal}); err != nil {
				t.Errorf("booking %d to %s %s: %v", i, o.Counter.ID, o.Start, err)
			}
		}
		return nil
	})
	d.sound()
}

func TestDraftsAreKeptByTheirPerson(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		d.do(func(tx *store.Tx) error {
			if _, err := d.r.Draft(tx, "one"); !errors.Is(err, ErrNotFound) {
				t.Errorf("no draft: %v", err)
			}
			draft, err := d.r.NewDraft(tx, civil.Date{})
			if err != nil {
				return err
			}
			draft.Settings.Counters[0].Phone = "1"
			draft.Effective = date("2026-12-01")
			if s, _, _ := d.r.Settings(tx); s.Counters[0].Phone != "" {
				t.Error("a draft has changed the settings in force")
			}
			if err := d.r.KeepDraft(tx, "one", draft); err != nil {
				return err
			}
			got, err := d.r.Draft(tx, "one")
			if err != nil || got.Settings.Counters[0].Phone != "1" || got.Begun.Counters[0].Phone != "" || got.Base != 1 || got.Effective != draft.Effective {
				t.Errorf("%+v, %v", got, err)
			}
			return d.r.DropDraft(tx, "one")
		})
		err := d.db.View(context.Background(), sampleTenant, func(tx *store.Tx) error { _, err := d.r.Draft(tx, "one"); return err })
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("dropped: %v", err)
		}
	})
}

func TestMerge(t *testing.T) {
	base, mine, theirs := Sample(), Sample(), Sample()
	mine.Counters[0].Phone = "1"
	mine.Counters[1].Openings = mine.Counters[1].Openings[:1]
	mine.Services = mine.Services[:3]
	mine.Closures = append(mine.Closures, Closure{Counter: "nishi", Days: Days{From: "2027-01-10", To: "2027-01-10"}})
	theirs.Counters[0].Names = Names{"ja": "本庁"}
	theirs.Counters = append(theirs.Counters, Counter{ID: "x", Names: Names{"ja": "x"}})
	theirs.Closures = nil
	theirs.HoldMinutes = 20
	got, conflicts := Merge(base, mine, theirs)
	want := Sample()
	want.Counters[0].Phone, want.Counters[0].Names = "1", Names{"ja": "本庁"}
	want.Counters[1].Openings = want.Counters[1].Openings[:1]
	want.Counters = append(want.Counters, Counter{ID: "x", Names: Names{"ja": "x"}})
	want.Services = want.Services[:3]
	want.Closures = mine.Closures[1:]
	want.HoldMinutes = 20
	if d := cmp.Diff(want, got); d != "" || conflicts != nil {
		t.Error(d, conflicts)
	}
	theirs.Counters[0].Phone = "2"
	got, conflicts = Merge(base, mine, theirs)
	if got.Counters[0].Phone != "1" || len(conflicts) != 1 || conflicts[0].Field != "phone" || conflicts[0].Old != "2" || conflicts[0].New != "1" {
		t.Errorf("%+v", conflicts)
	}
}

// Whoever changed nothing takes over the other's settings, and comparing equal
// settings finds nothing.
func TestMergeWithoutOwnChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Sample()
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			i := rapid.IntRange(0, len(s.Counters)-1).Draw(t, "counter")
			switch rapid.IntRange(0, 4).Draw(t, "change") {
			case 0:
				s.Counters[i].Phone += "1"
			case 1:
				s.Counters[i].Openings = append(s.Counters[i].Openings, Opening{Start: "06:00", End: "07:00", Slot: 30, Capacity: 1})
			case 2:
				s.Closures = append(s.Closures, Closure{Days: Days{From: "2027-05-01", To: "2027-05-01"}})
			case 3:
				s.Windows = append([]Window{{OpensDays: 9}}, s.Windows...)
			case 4:
				s.HoldMinutes++
			}
		}
		for _, pair := range [][2]Settings{{Sample(), s}, {s, Sample()}} {
			got, conflicts := Merge(Sample(), pair[0], pair[1])
			if list := Compare(s, got); len(list) > 0 || len(conflicts) > 0 {
				t.Fatalf("%+v %+v", list, conflicts)
			}
		}
	})
}

// Whatever the draft and the bookings, reading only the days on which something
// does not fit finds the same misfits as looking at every booking.
func TestMisfitsAreFoundOnEveryDay(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		day := at("2026-11-25T00:00").Date
		for i := range 300 {
			q := consult([]string{"honcho", "ekimae", "nishi"}[r.IntN(3)], day.AddDays(r.IntN(20)).String()+fmt.Sprintf("T%02d:%02d", 8+r.IntN(9), 30*r.IntN(2)))
			q.Group, q.Persons = []Group{Open, Phone, Internal}[r.IntN(3)], 1+r.IntN(2)
			q.Service = []string{"consult", "move-foreign", "card-pickup"}[r.IntN(3)]
			q.Over = i%4 == 0 // beyond the capacity
			_ = d.try(func(tx *store.Tx) error { return second2(d.r.Book(tx, q)) })
		}
		drafts := map[string]func(*Settings){
			"nothing":    func(*Settings) {},
			"quarters":   quarters,
			"two places": func(s *Settings) { s.Counters[0].Openings[0].Capacity = 2 },
			"a closure": func(s *Settings) {
				s.Closures = append(s.Closures, Closure{Days: Days{From: "2026-12-01", To: "2026-12-03"}})
			},
			"part of day": func(s *Settings) {
				s.Closures = append(s.Closures, Closure{Counter: "ekimae", Hours: &Hours{"09:00", "10:00"}})
			},
			"no service": func(s *Settings) { s.Counters[1].Services = []string{"consult"} },
			"one person": func(s *Settings) { s.Services[0].MaxPersons = 1 },
			"one slot":   func(s *Settings) { s.Services[2].Slots = 1 },
			"a counter":  func(s *Settings) { s.Counters = s.Counters[:2] },
			"all hidden": func(s *Settings) { s.Counters[0].Hidden, s.Counters[1].Hidden, s.Counters[2].Hidden = true, true, true },
		}
		found := 0
		for name, change := range drafts {
			for _, from := range []string{"", "2026-12-02"} {
				s := Sample()
				change(&s)
				var effective civil.Date
				if from != "" {
					effective = at(from + "T00:00").Date
				}
				d.do(func(tx *store.Tx) error {
					p, err := d.r.Preview(tx, s, effective)
					if err != nil {
						return err
					}
					got, err := p.Misfits(tx)
					if err != nil {
						return err
					}
					all, err := bookings(tx, `day >= $2 AND status = 'booked' ORDER BY day, clock, id`, p.from.String())
					if err != nil {
						return err
					}
					var want []Misfit
					draft, present := diary{t: p.e.table}, diary{t: p.present}
					beyond, already := draft.beyond(all), present.beyond(all)
					for _, b := range all {
						m := Misfit{Booking: b, Reason: draft.misfit(b)}
						if m.Reason.Kind == "" && beyond[b.ID] {
							m.Reason.Kind = TooMany
						}
						if m.Reason.Kind != "" {
							m.Already = present.misfit(b).Kind != "" || already[b.ID]
							want = append(want, m)
						}
					}
					if diff := cmp.Diff(want, got, cmp.AllowUnexported(Booking{}, claim{})); diff != "" {
						t.Errorf("%s from %q: %s", name, from, diff)
					}
					found += len(got)
					return nil
				})
			}
		}
		if found < 100 {
			t.Errorf("%d misfits in all drafts: the test looks at nothing", found)
		}
	})
}

func second2[A, B any](_ A, _ B, err error) error { return err }

// Two long lists that differ in the middle are compared line by line there; the
// order counts where it counts.
func TestCompareOfLists(t *testing.T) {
	rule := func(start string) Opening { return Opening{Start: start, End: "17:00", Slot: 30, Capacity: 1} }
	with := func(starts ...string) Settings {
		c := Counter{ID: "a"}
		for _, s := range starts {
			c.Openings = append(c.Openings, rule(s))
		}
		return Settings{Counters: []Counter{c}}
	}
	for name, c := range map[string]struct {
		old, new Settings
		want     []string // old → new, or the field
	}{
		"same":     {with("08:00", "09:00"), with("08:00", "09:00"), nil},
		"changed":  {with("08:00", "09:00", "10:00"), with("08:00", "09:30", "10:00"), []string{"09:00 → 09:30"}},
		"added":    {with("08:00", "10:00"), with("08:00", "09:00", "10:00"), []string{" → 09:00"}},
		"first":    {with("08:00", "10:00"), with("07:00", "08:00", "10:00"), []string{" → 07:00"}},
		"gone":     {with("08:00", "09:00", "10:00"), with("08:00", "10:00"), []string{"09:00 → "}},
		"all gone": {with("08:00"), with(), []string{"08:00 → "}},
		"twice":    {with("08:00", "08:00"), with("08:00"), []string{"08:00 → "}},
		"order":    {with("08:00", "09:00", "10:00"), with("09:00", "08:00", "10:00"), []string{"order"}},
		"two":      {with("08:00", "09:00", "10:00", "11:00"), with("08:30", "09:00", "10:30", "11:00"), []string{"08:00 → 08:30", "10:00 → 10:30"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range Compare(c.old, c.new) {
				a, _ := d.Old.(Opening)
				b, _ := d.New.(Opening)
				if d.Field == "order" {
					got = append(got, "order")
				} else {
					got = append(got, a.Start+" → "+b.Start)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Who changes a draft or an earlier version changes nobody else's.
func TestReadSettingsAreOnesOwn(t *testing.T) {
	d := open(t, storetest.SQLite, nil)
	d.do(func(tx *store.Tx) error {
		draft, err := d.r.NewDraft(tx, civil.Date{})
		if err != nil {
			return err
		}
		if err := d.r.KeepDraft(tx, "a", draft); err != nil {
			return err
		}
		for range 2 {
			got, err := d.r.Draft(tx, "a")
			if err != nil {
				return err
			}
			if diff := cmp.Diff(Sample(), got.Settings) + cmp.Diff(Sample(), got.Begun); diff != "" {
				t.Error(diff)
			}
			for _, s := range []*Settings{&draft.Settings, &got.Settings, &got.Begun} {
				s.Counters[0].Openings[0].Slot = 15
				s.Counters[1] = Counter{}
				s.Closures[0] = Closure{Counter: "x"}
				s.Services[0], s.Windows[0], s.Responses[0] = Service{}, Window{}, Response{}
			}
		}
		s, _, err := d.r.Settings(tx)
		if diff := cmp.Diff(Sample(), s); diff != "" {
			t.Error(diff)
		}
		return err
	})
}

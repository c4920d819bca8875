// Package report counts what happened, for the reports of the municipality: the
// month (S4-134), the load of the counters (S4-138), how full the coming weeks
// are, and how far people get in the procedures. No number is about a person,
// and nothing of a person is read but what counts.
//
//	events, audit log, bookings made on a day ─┐
//	visits of a day                           ─┴─Count─▶ report_day ──▶ Month, Load, Funnel
//	timetable and count rows ─────────────────────────────────────────▶ Ahead
//
// Conversations and their events are forgotten after weeks (S1-025); a day's
// numbers are therefore written down while they are there, and a report adds up
// days, however many bookings there were. What happened on a day is counted
// again until the day is over, and then left as it is. The visits of a day are
// counted again whenever one of them has changed.
package report

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/conversation"
	"madoguchi/store/job"
	"madoguchi/store/reservation"
)

// Reports counts and reports. It holds nothing and is safe for concurrent use.
type Reports struct {
	DB           *store.DB
	Reservations *reservation.Reservations
	Talks        conversation.Service
	// Read says what a turn's stored outcome means.
	Read func(outcome []byte) (Turn, error)
}

// Turn is what one turn of a dialog counts as.
type Turn struct {
	Lang   string
	Begun  string // the flow entered
	Ended  string // the flow and its outcome: card-pickup/booked
	Person bool   // the resident was told how to reach a person
}

// What is counted by day. The words are stored.
const (
	Enquiries = "enquiry"   // people who wrote on a day, by channel and language
	Persons   = "person"    // of them, those who were told how to reach a person
	Begun     = "begun"     // flows entered, by channel; name is the flow
	Ended     = "ended"     // flows ended; name is flow/outcome
	Booked    = "booked"    // bookings made, by channel, language, counter, service
	Changed   = "changed"   // bookings moved
	Cancelled = "cancelled" // bookings cancelled
	Incidents = "incident"  // things that went wrong; name says what

	// By the day of the visit; name is the status, or the hour and the status.
	visits = "visit"
	hours  = "hour"
)

// key is what a number of a day is of.
type key struct{ what, channel, lang, counter, service, name string }

// sums are the numbers of a day.
type sums map[key]sum

// sum is a number; of visits also how many persons they were.
type sum struct{ n, persons int64 }

func (s sums) add(k key, n, persons int64) {
	s[k] = sum{s[k].n + n, s[k].persons + persons}
}

// settled is how long after a day's end its last transactions are surely there.
const settled = 10 * time.Minute

// incidents are the actions of the audit log that tell of something that went
// wrong for a resident.
var incidents = map[string]string{
	"notice.dead":           "mail",       // a mail that could not be delivered
	"line.delivery-dead":    "line",       // the same on LINE
	"line.delivery-unknown": "line",       // LINE did not say
	"line.event-dead":       "line-event", // a message that could not be answered
}

// page is what was counted of a day: what happened on it, or its visits.
type page struct {
	day    civil.Date
	visits bool
	sums   sums
	known  bool // these are the numbers written down already
}

// Count counts one day of the transaction's tenant: what happened on it, unless
// that is done for good, and its visits. Visits of other days that changed on it
// are counted again.
func (r *Reports) Count(tx *store.Tx, day civil.Date) error {
	pages, err := r.read(tx, day)
	if err != nil {
		return err
	}
	return write(tx, pages)
}

// read counts without writing anything down.
func (r *Reports) read(tx *store.Tx, day civil.Date) ([]page, error) {
	days := []civil.Date{day}
	var pages []page
	if from, until := bounds(day); !tx.Now().Before(from) {
		at, _, err := counted(tx, day)
		if err != nil || at.After(until.Add(settled)) {
			return nil, err
		}
		p := page{day: day, sums: sums{}}
		langs, err := r.talks(tx, from, until, p.sums)
		if err != nil {
			return nil, err
		}
		if err := bookingsMade(tx, from, until, langs, p.sums); err != nil {
			return nil, err
		}
		if err := done(tx, from, until, p.sums); err != nil {
			return nil, err
		}
		changed, err := touched(tx, from, until)
		if err != nil {
			return nil, err
		}
		days = append(days, changed...)
		pages = append(pages, p)
	}
	for _, d := range days {
		p := page{day: d, visits: true}
		var err error
		if p.sums, err = countVisits(tx, d); err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	for i := range pages {
		before, err := pages[i].written(tx)
		if err != nil {
			return nil, err
		}
		pages[i].known = maps.Equal(before, pages[i].sums)
	}
	return pages, nil
}

// rows selects the rows of a page.
func (p *page) rows() string {
	if p.visits {
		return `tenant = $1 AND day = $2 AND what IN ('visit', 'hour')`
	}
	return `tenant = $1 AND day = $2 AND what IN ('enquiry', 'person', 'begun', 'ended', 'booked', 'changed', 'cancelled', 'incident')`
}

// written are the numbers of a page as they stand.
func (p *page) written(tx *store.Tx) (sums, error) {
	rows, err := tx.Query(`SELECT what, channel, lang, counter, service, name, n, persons FROM report_day WHERE `+p.rows(), tx.Tenant(), p.day.String())
	if err != nil {
		return nil, fmt.Errorf("read the numbers of %s: %w", p.day, err)
	}
	defer rows.Close()
	before := sums{}
	for rows.Next() {
		var k key
		var s sum
		if err := rows.Scan(&k.what, &k.channel, &k.lang, &k.counter, &k.service, &k.name, &s.n, &s.persons); err != nil {
			return nil, fmt.Errorf("read the numbers of %s: %w", p.day, err)
		}
		before[k] = s
	}
	return before, rows.Err()
}

// write puts pages in place of what was counted before.
func write(tx *store.Tx, pages []page) error {
	for i := range pages {
		p := &pages[i]
		if !p.known {
			if _, err := tx.Exec(`DELETE FROM report_day WHERE `+p.rows(), tx.Tenant(), p.day.String()); err != nil {
				return fmt.Errorf("count %s again: %w", p.day, err)
			}
			for k, s := range p.sums {
				if _, err := tx.Exec(`INSERT INTO report_day (tenant, day, what, channel, lang, counter, service, name, n, persons)
					VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
					tx.Tenant(), p.day.String(), k.what, k.channel, k.lang, k.counter, k.service, k.name, s.n, s.persons); err != nil {
					return fmt.Errorf("write down the numbers of %s: %w", p.day, err)
				}
			}
		}
		if p.visits {
			continue
		}
		kept := 0
		if from, _ := bounds(p.day); tx.Now().Sub(from) < conversation.KeepEvents {
			kept = 1
		}
		if _, err := tx.Exec(`INSERT INTO report_counted (tenant, day, at, talks) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant, day) DO UPDATE SET at = excluded.at, talks = excluded.talks`,
			tx.Tenant(), p.day.String(), store.Millis(tx.Now()), kept); err != nil {
			return fmt.Errorf("write down that %s is counted: %w", p.day, err)
		}
	}
	return nil
}

// countVisits counts the visits of a day, with those still to come; cancelled
// ones are none.
func countVisits(tx *store.Tx, day civil.Date) (sums, error) {
	rows, err := tx.Query(`SELECT counter, service, channel, status, clock / 60, COUNT(*), SUM(persons) FROM reservation_booking
		WHERE tenant = $1 AND day = $2 AND status <> 'cancelled' GROUP BY counter, service, channel, status, clock / 60`,
		tx.Tenant(), day.String())
	if err != nil {
		return nil, fmt.Errorf("count the visits of %s: %w", day, err)
	}
	defer rows.Close()
	out := sums{}
	for rows.Next() {
		var counter, service, channel, status string
		var hour int
		var n, persons int64
		if err := rows.Scan(&counter, &service, &channel, &status, &hour, &n, &persons); err != nil {
			return nil, fmt.Errorf("count the visits of %s: %w", day, err)
		}
		out.add(key{what: visits, counter: counter, service: service, channel: channel, name: status}, n, persons)
		out.add(key{what: hours, counter: counter, name: fmt.Sprintf("%02d/%s", hour, status)}, n, persons)
	}
	return out, rows.Err()
}

// touched lists the days of visits that something was done to in a period.
// Where a booking was moved from is found when its day is counted next: until
// then it is still to come.
func touched(tx *store.Tx, from, until time.Time) ([]civil.Date, error) {
	rows, err := tx.Query(`SELECT DISTINCT b.day FROM audit a JOIN reservation_booking b ON b.tenant = a.tenant AND b.id = a.subject
		WHERE a.tenant = $1 AND a.at >= $2 AND a.at < $3
			AND a.action IN ('booking.check-in', 'booking.late-arrival', 'booking.undo-check-in', 'booking.no-show',
				'booking.cancel')`,
		tx.Tenant(), store.Millis(from), store.Millis(until))
	if err != nil {
		return nil, fmt.Errorf("look which visits have changed: %w", err)
	}
	defer rows.Close()
	var days []civil.Date
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, fmt.Errorf("look which visits have changed: %w", err)
		}
		d, err := civil.ParseDate(s)
		if err != nil {
			return nil, err
		}
		days = append(days, d)
	}
	return days, rows.Err()
}

// bounds are the instants at which a day begins and ends.
func bounds(day civil.Date) (from, until time.Time) {
	return civil.DateTime{Date: day}.At(), civil.DateTime{Date: day.AddDays(1)}.At()
}

// counted says when a day was last counted, the zero time if it never was.
func counted(tx *store.Tx, day civil.Date) (at time.Time, talks bool, err error) {
	var ms int64
	var kept int
	err = tx.Row(`SELECT at, talks FROM report_counted WHERE tenant = $1 AND day = $2`, tx.Tenant(), day.String()).Scan(&ms, &kept)
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("look when %s was counted: %w", day, err)
	}
	return store.FromMillis(ms), kept != 0, nil
}

// talks counts the conversations of a day and returns the language of each.
func (r *Reports) talks(tx *store.Tx, from, until time.Time, to sums) (langs map[string]string, err error) {
	turns, err := r.Talks.Turned(tx, from, until)
	if err != nil {
		return nil, err
	}
	langs = map[string]string{}
	channels, persons := map[string]string{}, map[string]bool{}
	for _, t := range turns {
		var o Turn
		if len(t.Outcome) > 0 {
			if o, err = r.Read(t.Outcome); err != nil {
				return nil, err
			}
		}
		channels[t.Conversation], langs[t.Conversation] = t.Channel, o.Lang
		persons[t.Conversation] = persons[t.Conversation] || o.Person
		if o.Begun != "" {
			to.add(key{what: Begun, channel: t.Channel, name: o.Begun}, 1, 0)
		}
		if o.Ended != "" {
			to.add(key{what: Ended, channel: t.Channel, name: o.Ended}, 1, 0)
		}
	}
	for id, channel := range channels {
		to.add(key{what: Enquiries, channel: channel, lang: langs[id]}, 1, 0)
		if persons[id] {
			to.add(key{what: Persons, channel: channel, lang: langs[id]}, 1, 0)
		}
	}
	return langs, nil
}

// bookingsMade counts the bookings made on a day. The language of one is that of
// the conversation it was made in; staff's have none.
func bookingsMade(tx *store.Tx, from, until time.Time, langs map[string]string, to sums) error {
	rows, err := tx.Query(`SELECT channel, counter, service, owner, COUNT(*) FROM reservation_booking
		WHERE tenant = $1 AND made_at >= $2 AND made_at < $3 GROUP BY channel, counter, service, owner`,
		tx.Tenant(), store.Millis(from), store.Millis(until))
	if err != nil {
		return fmt.Errorf("count the bookings made: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		k := key{what: Booked}
		var owner string
		var n int64
		if err := rows.Scan(&k.channel, &k.counter, &k.service, &owner, &n); err != nil {
			return fmt.Errorf("count the bookings made: %w", err)
		}
		k.lang = langs[owner]
		to.add(k, n, 0)
	}
	return rows.Err()
}

// done counts what the audit log says was done on a day.
func done(tx *store.Tx, from, until time.Time, to sums) error {
	rows, err := tx.Query(`SELECT a.action, COALESCE(b.channel, ''), COALESCE(b.counter, ''), COALESCE(b.service, ''), COUNT(*)
		FROM audit a LEFT JOIN reservation_booking b ON b.tenant = a.tenant AND b.id = a.subject
		WHERE a.tenant = $1 AND a.at >= $2 AND a.at < $3
			AND a.action IN ('booking.change', 'booking.cancel', 'notice.dead', 'line.delivery-dead', 'line.delivery-unknown',
				'line.event-dead')
		GROUP BY a.action, b.channel, b.counter, b.service`, tx.Tenant(), store.Millis(from), store.Millis(until))
	if err != nil {
		return fmt.Errorf("count what was done: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var action string
		var k key
		var n int64
		if err := rows.Scan(&action, &k.channel, &k.counter, &k.service, &n); err != nil {
			return fmt.Errorf("count what was done: %w", err)
		}
		switch action {
		case "booking.change":
			k.what = Changed
		case "booking.cancel":
			k.what = Cancelled
		default:
			k = key{what: Incidents, name: incidents[action]}
		}
		to.add(k, n, 0)
	}
	return rows.Err()
}

// Bring counts the days from … to of a tenant that are not counted for good, the
// latest first and so many as a person can wait for. Of days to come, at most two months, it counts the visits booked so
// far.
func (r *Reports) Bring(ctx context.Context, tenant string, from, to civil.Date) error {
	var days []civil.Date
	err := r.DB.View(ctx, tenant, func(tx *store.Tx) error {
		if last := civil.In(tx.Now()).Date.AddDays(horizon); to.After(last) {
			to = last
		}
		final, err := finals(tx, from, to)
		for d := to; !d.Before(from) && len(days) < atOnce; d = d.AddDays(-1) {
			if !final[d.String()] {
				days = append(days, d)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(days, together) {
		var pages []page
		err := r.DB.View(ctx, tenant, func(tx *store.Tx) error {
			pages = nil
			for _, d := range some {
				more, err := r.read(tx, d)
				if err != nil {
					return err
				}
				pages = append(pages, more...)
			}
			return nil
		})
		if err != nil {
			return err
		}
		pages = slices.DeleteFunc(pages, func(p page) bool { return p.visits && p.known })
		if len(pages) == 0 {
			continue
		}
		if err := r.DB.Update(ctx, tenant, func(tx *store.Tx) error { return write(tx, pages) }); err != nil {
			return err
		}
	}
	return nil
}

// together is how many days are written down in one transaction, so that turns
// of the dialog need not wait long in between.
const together = 8

// atOnce is how many days are counted in one go: those to come, and two months
// of days that nobody has counted yet.
const atOnce = 2*horizon + 1

// horizon is how many days ahead visits are counted: longer than bookings are
// usually open, and enough for any month that has begun.
const horizon = 62

// finals are the days of a period that are counted for good.
func finals(tx *store.Tx, from, to civil.Date) (map[string]bool, error) {
	rows, err := tx.Query(`SELECT day, at FROM report_counted WHERE tenant = $1 AND day >= $2 AND day <= $3`,
		tx.Tenant(), from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("look which days are counted: %w", err)
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var day string
		var at int64
		if err := rows.Scan(&day, &at); err != nil {
			return nil, fmt.Errorf("look which days are counted: %w", err)
		}
		d, err := civil.ParseDate(day)
		if err != nil {
			return nil, err
		}
		_, until := bounds(d)
		out[day] = store.FromMillis(at).After(until.Add(settled))
	}
	return out, rows.Err()
}

// Jobs count every day while what happened on it is still kept, and the days
// before the program counted, back to the first booking.
func (r *Reports) Jobs() []job.Job {
	return []job.Job{{Name: "statistics", Every: time.Hour, Run: func(ctx context.Context, tenant string) error {
		today := civil.In(r.DB.Now()).Date
		first := today.AddDays(-int(conversation.KeepEvents/(24*time.Hour)) + 1)
		err := r.DB.View(ctx, tenant, func(tx *store.Tx) error {
			var made int64
			err := tx.Row(`SELECT made_at FROM reservation_booking WHERE tenant = $1 ORDER BY made_at LIMIT 1`, tx.Tenant()).Scan(&made)
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			if d := civil.In(store.FromMillis(made)).Date; d.Before(first) {
				first = d
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("look for the first booking: %w", err)
		}
		return r.Bring(ctx, tenant, first, today.AddDays(horizon))
	}}}
}

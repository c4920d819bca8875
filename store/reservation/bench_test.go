package reservation

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/store"
	"madoguchi/store/storetest"
)

// callers that book at the same time in the benchmarks.
const callers = 16

// manyCounters are ten counters, each with ten slots of 10,000 places a day.
func manyCounters(s *Settings) {
	s.Counters = nil
	for i := range 10 {
		s.Counters = append(s.Counters, Counter{
			ID: fmt.Sprintf("c%d", i), Names: Names{"ja": "窓口"},
			Openings: []Opening{{Start: "08:00", End: "13:00", Slot: 30, Capacity: maxCapacity}},
		})
	}
	s.Holidays, s.Closures = false, nil
	s.Windows = nil
}

// BenchmarkBook measures bookings beside the bare statements that write the
// same rows, in turns, so that both see the same machine. hot: everybody wants
// one slot; spread: 1,000 slots over ten counters and ten days. The metrics are
// bookings a second of both and their ratio (at least 0.6 is wanted).
//
// bare is, on SQLite, the four statements in the store's own group commit, as
// anything else would be many times slower; on PostgreSQL one statement that
// does all four writes, committed by itself on a pool of plain connections.
func BenchmarkBook(b *testing.B) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		for _, slots := range []int{1, 1000} {
			name := map[int]string{1: "hot", 1000: "spread"}[slots]
			b.Run(string(kind)+"/"+name, func(b *testing.B) { benchmarkBook(b, kind, slots) })
		}
	}
}

func benchmarkBook(b *testing.B, kind storetest.Kind, slots int) {
	d := open(b, kind, manyCounters)
	start := at("2026-12-01T08:00")
	slot := func(n int64) (counter string, day, clock int) {
		n %= int64(slots)
		return fmt.Sprintf("c%d", n%10), int(n / 10 % 10), int(n/100) * 30
	}
	var round atomic.Int64
	product := func(n int64) error {
		counter, day, clock := slot(n)
		q := BookRequest{Counter: counter, Service: "consult", Channel: "web", By: "resident"}
		q.Start = start.Add(clock)
		q.Start.Date = q.Start.Date.AddDays(day + int(round.Load())*10)
		q.Persons, q.Group, q.Owner = 1, Open, "owner"
		return d.db.Update(context.Background(), sampleTenant, func(tx *store.Tx) error {
			_, _, err := d.r.Book(tx, q)
			return err
		})
	}
	admin := storetest.Admin(b, d.db)
	admin.SetMaxOpenConns(callers)
	admin.SetMaxIdleConns(callers)
	var mark string // settings of the bare tenant, which need no content
	if err := admin.QueryRow(`INSERT INTO reservation_settings (tenant, version, mark, body, saved_at, saved_by)
		SELECT 'bare', version, mark, body, saved_at, saved_by FROM reservation_settings RETURNING mark`).Scan(&mark); err != nil {
		b.Fatal(err)
	}
	bare := func(n int64) error {
		counter, day, clock := slot(n)
		at := start.Add(clock)
		date := at.Date.AddDays(day + int(round.Load())*10).String()
		if kind == storetest.Postgres {
			id := store.NewID()
			_, err := admin.Exec(bareStatement, "bare", id, counter, date, int(at.Clock), 30, "480", 1, "consult", 1, "web", "open", "booked",
				[]byte(id), "owner", "", store.Millis(d.clock.Now()), nil, nil,
				1, 1, 0, 0, maxCapacity, 0, 1, maxCapacity, maxCapacity, maxCapacity, mark, store.NewID())
			return err
		}
		return d.db.Update(context.Background(), "bare", func(tx *store.Tx) error {
			return bareBook(tx, counter, date, int(at.Clock))
		})
	}
	const batch = 1000
	var took [2]time.Duration
	var booked int
	for b.Loop() {
		for i, book := range []func(int64) error{product, bare} {
			begun := time.Now()
			run(b, batch, book)
			took[i] += time.Since(begun)
		}
		booked += batch
		if round.Load() < 60 { // a fresh slot before it is full
			round.Add(1)
		}
	}
	b.ReportMetric(float64(booked)/took[0].Seconds(), "bookings/s")
	b.ReportMetric(float64(booked)/took[1].Seconds(), "bare/s")
	b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
	d.sound()
}

// bareStatement is a booking with its row of the audit log, all in one.
var bareStatement = strings.Replace(takeNumberBook, "\nINSERT INTO reservation_booking", `, audited AS (
	INSERT INTO audit (tenant, id, at, who, action, subject, detail) SELECT $1, $31, $17, 'resident', 'booking.book', $2, '{}' FROM number
)
INSERT INTO reservation_booking`, 1)

// bareBook is the least that books: the statements themselves.
func bareBook(tx *store.Tx, counter, day string, clock int) error {
	n, err := tx.Exec(takePlaces, tx.Tenant(), counter, day, clock, 1, 1, 0, 0, maxCapacity, 0, 1, maxCapacity, maxCapacity, maxCapacity)
	if err != nil || n != 1 {
		return fmt.Errorf("taking a place: %d, %v", n, err)
	}
	receipt, err := nextReceipt(tx, counter, day)
	if err != nil {
		return err
	}
	id := store.NewID()
	if _, err := tx.Exec(`
		INSERT INTO reservation_booking (tenant, id, counter, day, clock, minutes, takes, places, service, persons, channel, grp,
			status, receipt, access_key, owner, case_id, sequence, made_at, changed_at, contact, answers)
		VALUES ($1, $2, $3, $4, $5, 30, '480', 1, 'consult', 1, 'web', 'open', 'booked', $6, $7, 'owner', '', 0, $8, $8, NULL, NULL)`,
		tx.Tenant(), id, counter, day, clock, receipt, []byte(id), store.Millis(tx.Now())); err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO audit (tenant, id, at, who, action, subject, detail) VALUES ($1, $2, $3, 'resident', 'booking.book', $4, '{}')`,
		tx.Tenant(), store.NewID(), store.Millis(tx.Now()), id)
	return err
}

// run does n numbered pieces of work by all callers.
func run(b *testing.B, n int64, work func(int64) error) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for i := next.Add(1); i <= n; i = next.Add(1) {
				if err := work(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkVacancy asks for a week of the three sample counters with
// MADOGUCHI_BENCH_BOOKINGS bookings stored (default 100,000; ten million is the
// measure, under 5 ms).
func BenchmarkVacancy(b *testing.B) {
	n := 100_000
	if s := os.Getenv("MADOGUCHI_BENCH_BOOKINGS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
			d := open(b, kind, nil)
			fill(b, d, kind, n)
			from := date("2026-11-30")
			b.ReportAllocs()
			for b.Loop() {
				err := d.db.View(context.Background(), sampleTenant, func(tx *store.Tx) error {
					list, err := d.r.Availability(tx, Query{Service: "consult", From: from, Days: 7})
					if err == nil && (len(list) != 3 || list[0].Days[1].Slots[0].Free != 0) {
						b.Fatal("not the answer expected")
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fill stores n bookings: every slot of the week asked for is full, and so are
// the weeks before it, as many as it takes. Written in bulk, past the service.
func fill(b *testing.B, d *desk, kind storetest.Kind, n int) {
	b.Helper()
	admin := storetest.Admin(b, d.db)
	do := func(query string) {
		b.Helper()
		if _, err := admin.Exec(query); err != nil {
			b.Fatal(err)
		}
	}
	bytes := "BLOB"
	if kind == storetest.Postgres {
		bytes = "BYTEA"
	}
	table := compile(b, Sample())
	do(`CREATE TABLE fill_day (day TEXT, weekday INTEGER)`)
	do(`CREATE TABLE fill_place (weekday INTEGER, counter TEXT, clock INTEGER, receipt INTEGER)`)
	var days, places []string
	for i := range 7 {
		day := date("2026-11-30").AddDays(i)
		for _, c := range table.order {
			receipt := 0
			for _, s := range table.Day(c.data.ID, day).Slots {
				for range s.Capacity {
					receipt++
					places = append(places, fmt.Sprintf("(%d,'%s',%d,%d)", day.Weekday(), c.data.ID, s.Start, receipt))
				}
			}
		}
	}
	do(`INSERT INTO fill_place VALUES ` + strings.Join(places, ","))
	for i := range (n + len(places) - 1) / len(places) * 7 {
		day := date("2026-12-06").AddDays(-i)
		days = append(days, fmt.Sprintf("('%s',%d)", day, day.Weekday()))
		if len(days) == 700 {
			do(`INSERT INTO fill_day VALUES ` + strings.Join(days, ","))
			days = days[:0]
		}
	}
	if len(days) > 0 {
		do(`INSERT INTO fill_day VALUES ` + strings.Join(days, ","))
	}
	do(`INSERT INTO reservation_slot (tenant, counter, day, clock, used, used_open, used_phone, used_internal, cap, forced, edition, since)
		SELECT 'sample', counter, day, clock, COUNT(*), COUNT(*), 0, 0, COUNT(*), 0, 1, 1
		FROM fill_day d JOIN fill_place p ON p.weekday = d.weekday GROUP BY counter, day, clock`)
	do(`INSERT INTO reservation_booking (tenant, id, counter, day, clock, minutes, takes, places, service, persons, channel, grp,
			status, receipt, access_key, owner, case_id, sequence, made_at, changed_at)
		SELECT 'sample', day || counter || receipt, counter, day, clock, 30, CAST(clock AS TEXT), 1, 'consult', 1, 'web', 'open',
			'visited', receipt, CAST(day || counter || receipt AS ` + bytes + `), '', '', 0, 0, 0
		FROM fill_day d JOIN fill_place p ON p.weekday = d.weekday`)
	do(`DROP TABLE fill_day`)
	do(`DROP TABLE fill_place`)
	do(`ANALYZE`)
}

// BenchmarkImpact measures what a page that saves settings asks: which of
// 10,000 coming bookings lose their place when a counter's slots get shorter,
// and the nearest free place for 1,000 of them.
func BenchmarkImpact(b *testing.B) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		b.Run(string(kind), func(b *testing.B) {
			d := open(b, kind, nil)
			fill(b, d, kind, 10_000)
			d.clock.Set(at("2024-01-01T09:00").At()) // all of them are still to come
			if _, err := storetest.Admin(b, d.db).Exec(`UPDATE reservation_booking SET status = 'booked'`); err != nil {
				b.Fatal(err)
			}
			s := Sample()
			quarters(&s)
			var misfits []Misfit
			b.Run("misfits", func(b *testing.B) {
				for b.Loop() {
					d.do(func(tx *store.Tx) error {
						p, err := d.r.Preview(tx, s, date("2024-01-01"))
						if err == nil {
							misfits, err = p.Misfits(tx)
						}
						return err
					})
				}
			})
			if len(misfits) < 1000 {
				b.Fatalf("%d misfits", len(misfits))
			}
			var list []Booking
			for _, m := range misfits[:1000] {
				list = append(list, m.Booking)
			}
			b.Run("proposals", func(b *testing.B) {
				for b.Loop() {
					d.do(func(tx *store.Tx) error {
						p, err := d.r.Preview(tx, s, date("2024-01-01"))
						if err == nil {
							_, err = p.Propose(tx, list)
						}
						return err
					})
				}
			})
		})
	}
}

package report_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/report"
	"madoguchi/store/reservation"
	"madoguchi/store/storetest"
)

// BenchmarkReports reads each report over MADOGUCHI_BENCH_BOOKINGS bookings
// (default 100,000) at three counters, 2,740 a day: five million in five years.
func BenchmarkReports(b *testing.B) {
	total := 100_000
	if s := os.Getenv("MADOGUCHI_BENCH_BOOKINGS"); s != "" {
		total, _ = strconv.Atoi(s)
	}
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		b.Run(string(kind), func(b *testing.B) {
			clock := storetest.NewClock(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
			db := storetest.Open(b, kind, storetest.At(clock))
			r := &report.Reports{DB: db, Reservations: reservation.New(civil.Holiday), Read: func([]byte) (report.Turn, error) { return report.Turn{}, nil }}
			fill(b, r, total)
			today := civil.In(clock.Now()).Date
			for _, c := range []struct {
				name string
				read func(tx *store.Tx) error
			}{
				{"month", func(tx *store.Tx) error { _, err := r.Month(tx, today); return err }},
				{"load-month", func(tx *store.Tx) error { _, err := r.Load(tx, today.AddDays(-30), today); return err }},
				{"load-year", func(tx *store.Tx) error { _, err := r.Load(tx, today.AddDays(-365), today); return err }},
				{"ahead", func(tx *store.Tx) error { _, err := r.Ahead(tx, today, 42); return err }},
				{"funnel", func(tx *store.Tx) error { _, err := r.Funnel(tx, today.AddDays(-30), today); return err }},
			} {
				b.Run(c.name, func(b *testing.B) {
					for b.Loop() {
						if err := db.View(context.Background(), "sample", c.read); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			b.Run("count-a-day", func(b *testing.B) {
				for b.Loop() {
					if err := db.Update(context.Background(), "sample", func(tx *store.Tx) error { return r.Count(tx, today) }); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// fill makes the tenant and its bookings, many in a statement. Every seventh is
// cancelled, every eleventh missed.
func fill(b *testing.B, r *report.Reports, total int) {
	b.Helper()
	db := r.DB
	days := total/2740 + 1
	first := civil.Date{Year: 2026, Month: 12, Day: 1}.AddDays(-days)
	err := db.Update(context.Background(), "sample", func(tx *store.Tx) error {
		if _, err := tx.Exec(`INSERT INTO tenant (id, name, settings, version, created_at, updated_at) VALUES ($1, 'みほん市', '{}', 1, 0, 0)`, "sample"); err != nil {
			return err
		}
		_, err := r.Reservations.SaveSettings(tx, reservation.Sample(), 0, "test")
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	const chunk = 50_000
	for from := 0; from < total; from += chunk {
		err := db.Update(context.Background(), "sample", func(tx *store.Tx) error {
			_, err := tx.Exec(`WITH RECURSIVE n(i) AS (SELECT CAST($2 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $3)
				INSERT INTO reservation_booking (tenant, id, counter, day, clock, minutes, takes, places, service, persons, channel, grp,
					status, receipt, access_key, owner, case_id, sequence, made_at, changed_at)
				SELECT $1, 'b' || i, CASE i % 3 WHEN 0 THEN 'honcho' WHEN 1 THEN 'ekimae' ELSE 'nishi' END,
					`+dayOf(tx, first, days)+`, 540 + 30 * (i % 16), 30, '', 1,
					CASE i % 2 WHEN 0 THEN 'card-pickup' ELSE 'consult' END, 1, CASE i % 5 WHEN 0 THEN 'phone' WHEN 1 THEN 'line' ELSE 'web' END, 'open',
					CASE WHEN i % 7 = 0 THEN 'cancelled' WHEN i % 11 = 0 THEN 'no-show' ELSE 'visited' END, i, CAST('key' || i AS `+bytes(tx)+`), '', '', 0,
					`+strconv.FormatInt(store.Millis(civil.DateTime{Date: first}.At()), 10)+` + CAST(i % `+strconv.Itoa(days)+` AS BIGINT) * 86400000, 0 FROM n`,
				"sample", from, min(total, from+chunk))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	last := first.AddDays(days - 1)
	for d := first; !d.After(last); d = d.AddDays(1) {
		if err := db.Update(context.Background(), "sample", func(tx *store.Tx) error { return r.Count(tx, d) }); err != nil {
			b.Fatal(err)
		}
	}
}

func dayOf(tx *store.Tx, first civil.Date, days int) string {
	if tx.Postgres() {
		return fmt.Sprintf(`to_char(DATE '%s' + CAST(i %% %d AS INTEGER), 'YYYY-MM-DD')`, first, days)
	}
	return fmt.Sprintf(`date('%s', '+' || (i %% %d) || ' days')`, first, days)
}

func bytes(tx *store.Tx) string {
	if tx.Postgres() {
		return "BYTEA"
	}
	return "BLOB"
}

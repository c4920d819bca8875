package visits_test

import (
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/console/consoletest"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// BenchmarkPages opens the pages with five million bookings in the database
// (MADOGUCHI_BENCH_ROWS for another number): ten years of a city with twenty
// counters. The metric is the slowest page in milliseconds; 500 are allowed.
func BenchmarkPages(b *testing.B) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		b.Run(string(kind), func(b *testing.B) {
			rows := 5_000_000
			if s := os.Getenv("MADOGUCHI_BENCH_ROWS"); s != "" {
				rows, _ = strconv.Atoi(s)
			}
			h := openHall(b, kind)
			begun := time.Now()
			h.fill(kind, rows)
			b.Logf("%d bookings written in %v", rows, time.Since(begun).Round(time.Second))
			boss := h.site.SignIn(staff.Account{Booking: staff.Administrator})
			clerk := h.clerk("honcho", "c3")
			pages := []struct {
				name string
				open func() consoletest.Page
			}{
				{"day", func() consoletest.Page { return boss.Get("visits") }},
				{"day of a clerk", func() consoletest.Page { return clerk.Get("visits") }},
				{"slot", func() consoletest.Page { return boss.Get("visits/slot/" + today + "/honcho/09:00") }},
				{"day list", func() consoletest.Page { return boss.Get("visits/list/" + today + "/honcho") }},
				{"reception", func() consoletest.Page { return boss.Get("visits/reception") }},
				{"reception of a clerk", func() consoletest.Page { return clerk.Get("visits/reception") }},
				{"number", func() consoletest.Page { return boss.Post("visits/reception", url.Values{"text": {"7"}}) }},
				{"key", func() consoletest.Page { return boss.Post("visits/reception", url.Values{"text": {"ABCDE-FGHJK"}}) }},
				{"search", func() consoletest.Page { return boss.Get("visits/search") }},
				{"a year", func() consoletest.Page { return boss.Get("visits/search?from=2025-11-25&to=2026-11-25") }},
				{"last page", func() consoletest.Page {
					return boss.Get("visits/search?from=2025-11-25&to=2026-11-25&page=200")
				}},
				{"latest first", func() consoletest.Page {
					return boss.Get("visits/search?from=2025-11-25&to=2026-11-25&order=last")
				}},
				{"a rare channel", func() consoletest.Page { return boss.Get("visits/search?from=2025-11-25&to=2026-11-25&channel=cli") }},
				{"all filters, nothing found", func() consoletest.Page {
					return boss.Get("visits/search?from=2025-11-25&to=2026-11-25&channel=kiosk&status=no-show&service=consult&counter=nishi&receipt=99999")
				}},
				{"number in a year", func() consoletest.Page { return boss.Get("visits/search?from=2025-11-25&to=2026-11-25&receipt=99999") }},
				{"cancelled of a clerk", func() consoletest.Page {
					return clerk.Get("visits/search?from=2025-11-25&to=2026-11-25&status=cancelled&service=consult")
				}},
				{"booked in a year", func() consoletest.Page {
					return boss.Get("visits/search?period=made&from=2025-11-25&to=2026-11-25&channel=cli")
				}},
				{"booked last", func() consoletest.Page {
					return boss.Get("visits/search?period=made&order=last&status=cancelled&from=2025-11-25&to=2026-11-25&page=200")
				}},
			}
			took := make([]time.Duration, len(pages))
			n := 0
			for b.Loop() {
				n++
				for i, p := range pages {
					begun := time.Now()
					if page := p.open(); page.Status >= 500 {
						b.Fatalf("%s: %d", p.name, page.Status)
					}
					took[i] += time.Since(begun)
				}
			}
			var worst time.Duration
			for i, p := range pages {
				mean := took[i] / time.Duration(n)
				b.Logf("%-28s %v", p.name, mean.Round(100*time.Microsecond))
				worst = max(worst, mean)
			}
			b.ReportMetric(float64(worst.Milliseconds()), "worst-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// fill writes bookings of ten years in one statement, day by day, the last of
// them today's and the coming weeks'.
func (h *hall) fill(kind storetest.Kind, rows int) {
	h.t.Helper()
	const days, coming = 3652, 30
	first := datetime(h.t, today+"T09:00").Date.AddDays(coming - days + 1)
	perDay := strconv.Itoa((rows + days - 1) / days)
	numbers := fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)`, rows)
	day := `date('` + first.String() + `', '+' || (i / PER) || ' days')`
	id, key := `printf('b%09d', i)`, `CAST(printf('k%09d', i) AS BLOB)`
	if kind == storetest.Postgres {
		numbers = fmt.Sprintf(`WITH n AS (SELECT generate_series(0, %d) AS i)`, rows-1)
		day = `to_char(date '` + first.String() + `' + i / PER, 'YYYY-MM-DD')`
		id, key = `'b' || lpad(i::text, 9, '0')`, `decode(lpad(to_hex(i), 16, '0'), 'hex')`
	}
	pick := func(expr string, of ...string) string {
		out := "CASE " + expr
		for i, v := range of {
			out += fmt.Sprintf(" WHEN %d THEN '%s'", i, v)
		}
		return out + " END"
	}
	counters := []string{"honcho", "ekimae", "nishi"}
	for i := 3; i < 20; i++ {
		counters = append(counters, fmt.Sprint("c", i))
	}
	made := fmt.Sprint(store.Millis(civil.DateTime{Date: first.AddDays(-14), Clock: 9 * 60}.At())) + ` + CAST(i / PER AS BIGINT) * 86400000 + (i % PER) * 1000`
	query := numbers + ` INSERT INTO reservation_booking (tenant, id, counter, day, clock, minutes, takes, places, service, persons, channel, grp,
		status, receipt, access_key, owner, case_id, sequence, made_at, changed_at)
	SELECT 'sample', ` + id + `, ` + pick("i % PER % 20", counters...) + `, ` + day + `, 510 + (i % PER * 17 / PER) * 30, 30, '510', 1, ` +
		pick("i % 3", "consult", "card-pickup", "move") + `, 1, ` + pick("i % 5", "line", "web", "plain", "kiosk", "phone") + `, 'open',
		CASE WHEN i / PER >= ` + strconv.Itoa(days-coming-1) + ` THEN 'booked' WHEN i % 11 = 0 THEN 'no-show' WHEN i % 11 = 1 THEN 'cancelled' ELSE 'visited' END,
		i % PER / 20 + 1, ` + key + `, '', '', 0, ` + made + `, ` + made + ` FROM n`
	admin := storetest.Admin(h.t, h.db)
	admin.SetMaxOpenConns(1)
	run := []string{strings.ReplaceAll(query, "PER", perDay)}
	if kind == storetest.Postgres { // as autovacuum does in its time
		run = append(run, "VACUUM ANALYZE reservation_booking")
	} else { // nothing counts the rows of SQLite
		run = append([]string{"PRAGMA cache_size = -300000", "PRAGMA synchronous = OFF"}, append(run, "PRAGMA wal_checkpoint(TRUNCATE)")...)
	}
	for _, statement := range run {
		if _, err := admin.Exec(statement); err != nil {
			h.t.Fatal(err)
		}
	}
}

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
			pages := []consoletest.Timed{
				{Name: "day", Open: func() consoletest.Page { return boss.Get("visits") }},
				{Name: "day of a clerk", Open: func() consoletest.Page { return clerk.Get("visits") }},
				{Name: "slot", Open: func() consoletest.Page { return boss.Get("visits/slot/" + today + "/honcho/09:00") }},
				{Name: "day list", Open: func() consoletest.Page { return boss.Get("visits/list/" + today + "/honcho") }},
				{Name: "reception", Open: func() consoletest.Page { return boss.Get("visits/reception") }},
				{Name: "reception of a clerk", Open: func() consoletest.Page { return clerk.Get("visits/reception") }},
				{Name: "number", Open: func() consoletest.Page { return boss.Post("visits/reception", url.Values{"text": {"7"}}) }},
				{Name: "key", Open: func() consoletest.Page { return boss.Post("visits/reception", url.Values{"text": {"ABCDE-FGHJK"}}) }},
				{Name: "search", Open: func() consoletest.Page { return boss.Get("visits/search") }},
				{Name: "a year", Open: func() consoletest.Page { return boss.Get("visits/search?from=2025-11-25&to=2026-11-25") }},
				{Name: "last page", Open: func() consoletest.Page {
					return boss.Get("visits/search?from=2025-11-25&to=2026-11-25&page=200")
				}},
				{Name: "latest first", Open: func() consoletest.Page {
					return boss.Get("visits/search?from=2025-11-25&to=2026-11-25&order=last")
				}},
				{Name: "a rare channel", Open: func() consoletest.Page { return boss.Get("visits/search?from=2025-11-25&to=2026-11-25&channel=cli") }},
				{Name: "all filters, nothing found", Open: func() consoletest.Page {
					return boss.Get("visits/search?from=2025-11-25&to=2026-11-25&channel=kiosk&status=no-show&service=consult&counter=nishi&receipt=99999")
				}},
				{Name: "number in a year", Open: func() consoletest.Page { return boss.Get("visits/search?from=2025-11-25&to=2026-11-25&receipt=99999") }},
				{Name: "cancelled of a clerk", Open: func() consoletest.Page {
					return clerk.Get("visits/search?from=2025-11-25&to=2026-11-25&status=cancelled&service=consult")
				}},
				{Name: "booked in a year", Open: func() consoletest.Page {
					return boss.Get("visits/search?period=made&from=2025-11-25&to=2026-11-25&channel=cli")
				}},
				{Name: "booked last", Open: func() consoletest.Page {
					return boss.Get("visits/search?period=made&order=last&status=cancelled&from=2025-11-25&to=2026-11-25&page=200")
				}},
			}
			consoletest.Measure(b, pages, func(page consoletest.Page) bool { return page.Status < 500 })
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

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

// fill writes bookings of ten years in one statement, the last of them today's
// and the coming weeks'.
func (h *hall) fill(kind storetest.Kind, rows int) {
	h.t.Helper()
	const days = 3652
	numbers := fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)`, rows)
	day, blob := `date('2016-12-25', '+' || (i %% D) || ' days')`, `CAST('k' || i AS BLOB)`
	if kind == storetest.Postgres {
		numbers = fmt.Sprintf(`WITH n AS (SELECT generate_series(0, %d) AS i)`, rows-1)
		day, blob = `to_char(date '2016-12-25' + (i %% D)::int, 'YYYY-MM-DD')`, `decode(lpad(to_hex(i), 16, '0'), 'hex')`
	}
	day = strings.ReplaceAll(strings.ReplaceAll(day, "%%", "%"), "D", strconv.Itoa(days))
	pick := func(expr string, of ...string) string {
		out := "CASE " + expr
		for i, v := range of {
			out += fmt.Sprintf(" WHEN %d THEN '%s'", i, v)
		}
		return out + " ELSE '" + of[len(of)-1] + "' END"
	}
	counters := []string{"honcho", "ekimae", "nishi"}
	for i := 3; i < 20; i++ {
		counters = append(counters, fmt.Sprint("c", i))
	}
	// i/days numbers the bookings of a day.
	order := fmt.Sprintf("(i / %d)", days)
	made := store.Millis(instant("2016-11-25T09:00"))
	query := numbers + ` INSERT INTO reservation_booking (tenant, id, counter, day, clock, minutes, takes, places, service, persons, channel, grp,
		status, receipt, access_key, owner, case_id, sequence, made_at, changed_at)
	SELECT 'sample', 'b' || i, ` + pick(order+" % 20", counters...) + `, ` + day + `, 510 + (` + order + ` % 17) * 30, 30, '510', 1, ` +
		pick("i % 3", "consult", "card-pickup", "move") + `, 1, ` + pick("i % 5", "line", "web", "plain", "kiosk", "phone") + `, 'open',
		CASE WHEN i % ` + strconv.Itoa(days) + ` >= 3622 THEN 'booked' ELSE ` + pick("i % 11", "no-show", "cancelled", "visited") + ` END,
		` + order + ` / 20 + 1, ` + blob + `, '', '', 0, ` + fmt.Sprint(made) + ` + (i % ` + strconv.Itoa(days) + `) * 86400000 + i % 86400000,
		` + fmt.Sprint(made) + ` + (i % ` + strconv.Itoa(days) + `) * 86400000 FROM n`
	if _, err := storetest.Admin(h.t, h.db).Exec(query); err != nil {
		h.t.Fatal(err)
	}
	if kind == storetest.Postgres { // as autovacuum does in its time; nothing does it on SQLite
		if _, err := storetest.Admin(h.t, h.db).Exec("VACUUM ANALYZE reservation_booking"); err != nil {
			h.t.Fatal(err)
		}
	}
}

package progress

import (
	"context"
	"syscall"
	"testing"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/storetest"
)

// BenchmarkHalfAMillionCards measures what the console's pages ask for with
// 500,000 cases and 1.5 million events in the database; each page must stay
// under half a second.
func BenchmarkHalfAMillionCards(b *testing.B) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		b.Run(string(kind), func(b *testing.B) {
			const cards = 500_000
			now := time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)
			db := storetest.Open(b, kind, storetest.At(storetest.NewClock(now)))
			first := fill(b, db, now, cards)
			june := Filter{From: civil.Date{Year: 2026, Month: 6, Day: 1}, To: civil.Date{Year: 2026, Month: 6, Day: 30}}
			ever := june
			ever.Ever, ever.States = true, []Kind{Returned, SentBack}
			states := june
			states.States = []Kind{Returned, SentBack}
			var s Service
			for _, page := range []struct {
				name string
				f    Filter
				at   int
			}{
				{"all", Filter{}, 0}, {"all, last page", Filter{}, cards - 50}, {"one state", Filter{States: []Kind{Arrived}}, 0},
				{"two states in June", states, 0}, {"two states ever in June", ever, 0}, {"June", june, 0},
				{"second notices", Filter{Due: SecondNotice}, 0}, {"old cards", Filter{OldCard: []Match{Unmatched}}, 0},
				{"at a counter", Filter{Counter: "honcho", Custody: Shelved}, 0}, {"a batch", Filter{Batch: "batch-7"}, 0},
			} {
				b.Run(page.name, func(b *testing.B) {
					defer busy(b)()
					for b.Loop() {
						err := db.View(context.Background(), "sample", func(tx *store.Tx) error {
							_, total, err := s.Counts(tx, page.f)
							if err != nil {
								return err
							}
							_, err = s.List(tx, page.f, 50, page.at, total)
							return err
						})
						if err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			b.Run("open and register", func(b *testing.B) {
				for b.Loop() {
					err := db.Update(context.Background(), "sample", func(tx *store.Tx) error {
						c, err := s.ByCode(tx, first)
						if err != nil {
							return err
						}
						if _, err := s.Register(tx, c.ID, Entry{Kind: PutOff, By: "staff"}); err != nil {
							return err
						}
						_, err = s.Undo(tx, c.ID, c.Last+1, "", "staff")
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// busy reports besides how long the processor worked for one page: what counts
// where others share the machine.
func busy(b *testing.B) func() {
	now := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	began := now()
	return func() { b.ReportMetric(float64((now()-began).Milliseconds())/float64(b.N), "cpu-ms/op") }
}

// fill writes cases with three events each and returns the code of the first.
func fill(b *testing.B, db *store.DB, now time.Time, n int) string {
	b.Helper()
	const part, first = 500, "K7M2P9QWXT"
	states := []Kind{Arrived, Notified, Returned, Delivered, Delivered, Delivered, SentBack, Booked}
	for from := 0; from < n; from += part {
		err := db.Update(context.Background(), "sample", func(tx *store.Tx) error {
			for i := from; i < from+part; i++ {
				id := store.NewID()
				code := newCode()
				if i == 0 {
					code = first
				}
				at := now.Add(-time.Duration(n-i) * time.Minute)
				list := []Event{{Seq: 1, At: at, Kind: Arrived}, {Seq: 2, At: at, Kind: Stored, Counter: "honcho", Shelf: "A"}, {Seq: 3, At: at, Kind: states[i%len(states)]}}
				if i%40 == 0 {
					list[1].Kind = HasOldCard
				}
				w := &work{id: id, events: list, facts: fold(list)}
				row, err := w.row()
				if err != nil {
					return err
				}
				sealed, err := tx.Seal(classCode, id, []byte(code))
				if err != nil {
					return err
				}
				_, err = tx.Exec(`INSERT INTO progress_case (tenant, id, code, sealed_code, resident, batch, made_at, last, state, state_at, counter, custody,
						notices, first_notice, last_notice, waiting, old_card, facts)
					VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
					append([]any{tx.Tenant(), id, tx.Blind(classCode, code), sealed, "batch-" + string(rune('0'+i%10)), store.Millis(at)}, row...)...)
				if err != nil {
					return err
				}
				for _, e := range list {
					_, err = tx.Exec(`INSERT INTO progress_event (tenant, case_id, seq, at, kind, who, reason, counter, shelf, booking, visit, target, unusual, live)
						VALUES ($1, $2, $3, $4, $5, 'staff', '', $6, $7, '', '', 0, 0, 1)`, tx.Tenant(), id, e.Seq, store.Millis(e.At), string(e.Kind), e.Counter, e.Shelf)
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return first
}

package bot_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/flows"
	"madoguchi/flows/faq"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/conversation"
	"madoguchi/store/procedure"
	"madoguchi/store/reservation"
)

// town is an engine over a real SQLite file.
type town struct{ site *bot.Site }

func (t town) Site(*store.Tx) (*bot.Site, error) { return t.site, nil }

func durableEngine(b *testing.B, file string) (*bot.Engine, *store.DB) {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Database: file, Key: make([]byte, 32), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if err := db.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	cat := i18n.Builtin()
	reservations := reservation.New(civil.Holiday)
	versions := procedure.Service{}
	if err := db.Update(ctx, "town", func(tx *store.Tx) error {
		if _, err := reservations.SaveSettings(tx, reservation.Sample(), 0, "bench"); err != nil {
			return err
		}
		for _, name := range procedures.Order {
			set, err := procedures.Closure(name, procedures.Files())
			if err != nil {
				return err
			}
			if _, err := versions.Publish(tx, name, set, true, "bench"); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	actions := &action.Actions{Reservations: reservations}
	return bot.New(bot.Engine{
		DB: db, Memory: conversation.Service{}, Desk: action.Desk{Reservations: reservations}, Texts: cat, Actions: actions.Table(),
		Sites: town{&bot.Site{City: bot.Words{i18n.Japanese: "みほん市"}, Phone: "00-0000-0000", Languages: []i18n.Lang{i18n.Japanese}}},
		Library: &bot.Library{
			Versions: versions, Order: procedures.Order, Said: procedures.Said, Answers: bot.NewAnswers(func() ([]*faq.Entry, error) { return procedures.FAQ(cat) }),
			Compile: func(v procedure.Version) (*flows.Flow, error) {
				return procedures.Compile(v.Flow, v.Files, action.Vocabulary(), cat)
			},
		},
	}), db
}

// BenchmarkDurableTurn makes turns through the whole engine onto disk, and in
// the same run the same statements in the same batches with nothing around
// them. "ratio" is the first against the second, "worst-ms" the longest a
// caller waited.
func BenchmarkDurableTurn(b *testing.B) {
	for _, callers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("%d-conversations", callers), func(b *testing.B) {
			engine, _ := durableEngine(b, filepath.Join(b.TempDir(), "town.db"))
			say := func(user, n int) time.Duration {
				in := bot.Inbound{Tenant: "town", Channel: "web", User: fmt.Sprint("u", user), Event: fmt.Sprint(n)}
				switch {
				case n == 0:
					in.Flow = "card-pickup"
				case n%2 == 1:
					in.Choice = "self"
				default:
					in.Text = "戻る"
				}
				begun := time.Now()
				if _, err := engine.Turn(context.Background(), in); err != nil {
					b.Error(err)
				}
				return time.Since(begun)
			}
			for u := range callers {
				say(u, 0)
			}
			each := b.N/callers + 1
			raw := rawTurns(b, callers, each)

			worst := make([]time.Duration, callers)
			b.ResetTimer()
			begun := time.Now()
			var wg sync.WaitGroup
			for u := range callers {
				wg.Go(func() {
					for n := range each {
						worst[u] = max(worst[u], say(u, n+1))
					}
				})
			}
			wg.Wait()
			perSecond := float64(callers*each) / time.Since(begun).Seconds()
			longest := time.Duration(0)
			for _, w := range worst {
				longest = max(longest, w)
			}
			b.ReportMetric(perSecond, "turns/s")
			b.ReportMetric(raw, "raw/s")
			b.ReportMetric(perSecond/raw, "ratio")
			b.ReportMetric(float64(longest.Milliseconds()), "worst-ms")
		})
	}
}

// rawTurns runs the statements of such turns bare: one connection, a savepoint a
// turn, as many turns a commit as there are callers (at most 64). It returns
// turns per second.
func rawTurns(b *testing.B, callers, each int) float64 {
	file := filepath.Join(b.TempDir(), "raw.db")
	_, db := durableEngine(b, file) // the same schema
	db.Close()
	raw, err := sql.Open("sqlite", file+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)")
	if err != nil {
		b.Fatal(err)
	}
	defer raw.Close()
	raw.SetMaxOpenConns(1)
	ctx := context.Background()
	conn, err := raw.Conn(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	prepare := func(q string) *sql.Stmt {
		s, err := conn.PrepareContext(ctx, q)
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	run := func(s *sql.Stmt, args ...any) {
		if _, err := s.ExecContext(ctx, args...); err != nil {
			b.Fatal(err)
		}
	}
	person := func(u int) []byte { return []byte(fmt.Sprintf("%032d", u)) }
	body := make([]byte, 400)
	for u := range callers {
		run(prepare(`INSERT INTO conversation (tenant, id, channel, person, address, state, number, seq, created_at, updated_at)
			VALUES ('town', $1, 'web', $2, $3, $3, 0, 0, 0, 0)`), fmt.Sprintf("c%035d", u), person(u), body)
	}
	begin, commit := prepare("BEGIN IMMEDIATE"), prepare("COMMIT")
	savepoint, release := prepare("SAVEPOINT s"), prepare("RELEASE s")
	find := prepare(`SELECT c.id, c.state, c.number, c.seq, c.blocked,
			COALESCE(e.state, ''), COALESCE(e.first_seq, 0), COALESCE(e.last_seq, 0), e.outcome
		FROM conversation c LEFT JOIN event e ON e.tenant = c.tenant AND e.id = $4
		WHERE c.tenant = $1 AND c.channel = $2 AND c.person = $3`)
	event := prepare(`INSERT INTO event
			(tenant, id, conversation, state, first_seq, last_seq, outcome, channel, person, received_at)
		VALUES ($1, $2, $3, 'done', $4, $5, $6, $7, $8, $9)
		ON CONFLICT (tenant, id) DO UPDATE SET state = 'done' WHERE event.state = 'stored'`)
	update := prepare(`UPDATE conversation SET state = $3, number = number + 1, seq = $4, updated_at = $5
		WHERE tenant = $1 AND id = $2`)
	// Turns alternate between two answers (a checklist and a question) and one.
	two := prepare(`INSERT INTO message (tenant, conversation, at, seq, author, body)
		VALUES ($1, $2, $3, $4, $5, $6), ($1, $2, $3, $7, $8, $9)`)
	three := prepare(`INSERT INTO message (tenant, conversation, at, seq, author, body)
		VALUES ($1, $2, $3, $4, $5, $6), ($1, $2, $3, $7, $8, $9), ($1, $2, $3, $10, $11, $12)`)

	seq := make([]int, callers)
	events := 0
	begun := time.Now()
	for done := 0; done < callers*each; {
		run(begin)
		for range min(callers, 64) {
			u := done % callers
			run(savepoint)
			var id, state string
			var s, outcome []byte
			var number, last, blocked, first, end int64
			if err := find.QueryRowContext(ctx, "town", "web", person(u), body[:32]).
				Scan(&id, &s, &number, &last, &blocked, &state, &first, &end, &outcome); err != nil {
				b.Fatal(err)
			}
			events++
			n := seq[u]
			seq[u] += 3
			run(event, "town", []byte(fmt.Sprintf("%x%032d", events*7919%97, events)), id, n+2, n+3, body[:120], "web", person(u), 0)
			run(update, "town", id, body, n+3, 0)
			if events%2 == 0 {
				run(two, "town", id, 0, n+1, "resident", body[:90], n+2, "bot", body)
			} else {
				run(three, "town", id, 0, n+1, "resident", body[:90], n+2, "bot", body, n+3, "bot", body)
			}
			run(release)
			done++
		}
		run(commit)
	}
	return float64(callers*each) / time.Since(begun).Seconds()
}

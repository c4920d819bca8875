package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"madoguchi/store"
	"madoguchi/store/storetest"
)

// A write of the shape of a dialog's turn: the event's id, the conversation
// read and moved on, two messages appended.
const turnTables = `
CREATE TABLE b_event (tenant TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (tenant, id));
CREATE TABLE b_talk (tenant TEXT NOT NULL, id TEXT NOT NULL, seq BIGINT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (tenant, id));
CREATE TABLE b_message (tenant TEXT NOT NULL, talk TEXT NOT NULL, seq BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (tenant, talk, seq));
-- tenant table: b_event
-- tenant table: b_talk
-- tenant table: b_message
`

const (
	turnEvent   = `INSERT INTO b_event(tenant,id,at) VALUES($1,$2,$3) ON CONFLICT DO NOTHING`
	turnRead    = `SELECT seq, state FROM b_talk WHERE tenant=$1 AND id=$2`
	turnMove    = `UPDATE b_talk SET seq=seq+2, state=$3 WHERE tenant=$1 AND id=$2`
	turnMessage = `INSERT INTO b_message(tenant,talk,seq,body) VALUES($1,$2,$3,$4)`
)

var (
	turnState = fmt.Sprintf("%300d", 7)
	turnBody  = fmt.Sprintf("%120d", 7)
)

func turn(tx *store.Tx, talk, event string) error {
	if _, err := tx.Exec(turnEvent, city, event, store.Millis(tx.Now())); err != nil {
		return err
	}
	var seq int64
	var state string
	if err := tx.Row(turnRead+tx.ForUpdate(), city, talk).Scan(&seq, &state); err != nil {
		return err
	}
	if _, err := tx.Exec(turnMove, city, talk, turnState); err != nil {
		return err
	}
	for i := range int64(2) {
		if _, err := tx.Exec(turnMessage, city, talk, seq+i, turnBody); err != nil {
			return err
		}
	}
	return nil
}

func addTalks(tb testing.TB, db *store.DB, n int) {
	update(tb, db, city, func(tx *store.Tx) error {
		for i := range n {
			if _, err := tx.Exec(`INSERT INTO b_talk(tenant,id,seq,state) VALUES($1,$2,0,'')`, city, fmt.Sprint(i)); err != nil {
				return err
			}
		}
		return nil
	})
}

// round is how many turns are done one way before the other way takes over, so
// that both meet the same moods of the machine.
const round = 1024

// BenchmarkTurn compares Update with a bare loop that executes the same
// statements in batches of the same size on a connection of its own, without
// any engine: turns/s each, their ratio, and the longest that a caller waited.
func BenchmarkTurn(b *testing.B) {
	for _, callers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("sqlite/callers=%d", callers), func(b *testing.B) {
			db := storetest.Open(b, storetest.SQLite)
			storetest.Schema(b, db, turnTables)
			addTalks(b, db, callers)
			bare := newBareSQLite(b, callers)
			compare(b, db, callers, func(n int) { bare.turns(b, n, min(callers, 64)) })
		})
	}
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprintf("postgres/callers=%d", callers), func(b *testing.B) {
			db := storetest.Open(b, storetest.Postgres)
			storetest.Schema(b, db, turnTables)
			addTalks(b, db, callers)
			bare := newBarePostgres(b, db, callers)
			compare(b, db, callers, func(n int) { bare.turns(b, n) })
		})
	}
}

func compare(b *testing.B, db *store.DB, callers int, bare func(n int)) {
	var bareTime, ourTime time.Duration
	var worst atomic.Int64
	var next atomic.Int64
	done := 0
	b.ResetTimer()
	for done < b.N {
		n := round
		start := time.Now()
		bare(n)
		bareTime += time.Since(start)

		start = time.Now()
		var wg sync.WaitGroup
		for c := range callers {
			talk := fmt.Sprint(c)
			wg.Go(func() {
				for i := c; i < n; i += callers {
					begin := time.Now()
					event := fmt.Sprintf("event-%d", next.Add(1))
					if err := db.Update(context.Background(), city, func(tx *store.Tx) error { return turn(tx, talk, event) }); err != nil {
						b.Error(err)
						return
					}
					for d := int64(time.Since(begin)); ; {
						old := worst.Load()
						if d <= old || worst.CompareAndSwap(old, d) {
							break
						}
					}
				}
			})
		}
		wg.Wait()
		ourTime += time.Since(start)
		done += n
	}
	b.StopTimer()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(done)/bareTime.Seconds(), "bare/s")
	b.ReportMetric(float64(done)/ourTime.Seconds(), "turns/s")
	b.ReportMetric(bareTime.Seconds()/ourTime.Seconds(), "ratio")
	b.ReportMetric(float64(worst.Load())/1e6, "worst-ms")
}

type bareSQLite struct {
	conn                         *sql.Conn
	begin, save, release, commit *sql.Stmt
	event, read, move, message   *sql.Stmt
	next                         int
	talks                        int
}

func newBareSQLite(b *testing.B, talks int) *bareSQLite {
	b.Helper()
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	conn, err := db.Conn(ctx)
	if err != nil {
		b.Fatal(err)
	}
	schema, err := store.Schema(turnTables, false)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := conn.ExecContext(ctx, schema); err != nil {
		b.Fatal(err)
	}
	for i := range talks {
		if _, err := conn.ExecContext(ctx, `INSERT INTO b_talk(tenant,id,seq,state) VALUES($1,$2,0,'')`, city, fmt.Sprint(i)); err != nil {
			b.Fatal(err)
		}
	}
	s := &bareSQLite{conn: conn, talks: talks}
	for query, stmt := range map[string]**sql.Stmt{
		"BEGIN IMMEDIATE": &s.begin, "SAVEPOINT member": &s.save, "RELEASE member": &s.release, "COMMIT": &s.commit,
		turnEvent: &s.event, turnRead: &s.read, turnMove: &s.move, turnMessage: &s.message,
	} {
		if *stmt, err = conn.PrepareContext(ctx, query); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func (s *bareSQLite) turns(b *testing.B, n, batch int) {
	exec := func(stmt *sql.Stmt, args ...any) {
		if _, err := stmt.Exec(args...); err != nil {
			b.Fatal(err)
		}
	}
	for i := 0; i < n; i += batch {
		exec(s.begin)
		for j := range min(batch, n-i) {
			exec(s.save)
			talk := fmt.Sprint(j % s.talks)
			s.next++
			exec(s.event, city, fmt.Sprintf("event-%d", s.next), time.Now().UnixMilli())
			var seq int64
			var state string
			if err := s.read.QueryRow(city, talk).Scan(&seq, &state); err != nil {
				b.Fatal(err)
			}
			exec(s.move, city, talk, turnState)
			exec(s.message, city, talk, seq, turnBody)
			exec(s.message, city, talk, seq+1, turnBody)
			exec(s.release)
		}
		exec(s.commit)
	}
}

// barePostgres is as many plain pgx connections as there are callers.
type barePostgres struct {
	conns []*pgx.Conn
	next  atomic.Int64
}

func newBarePostgres(b *testing.B, db *store.DB, callers int) *barePostgres {
	b.Helper()
	s := &barePostgres{}
	admin := storetest.Admin(b, db)
	if _, err := admin.Exec(`CREATE SCHEMA bare`); err != nil {
		b.Fatal(err)
	}
	for range callers {
		conn, err := pgx.Connect(context.Background(), storetest.OwnerAddress(b, db))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conn.Close(context.Background()) })
		if _, err := conn.Exec(context.Background(), `SET search_path TO bare`); err != nil {
			b.Fatal(err)
		}
		s.conns = append(s.conns, conn)
	}
	schema, err := store.Schema(turnTables, false) // without row-level security
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.conns[0].Exec(context.Background(), schema); err != nil {
		b.Fatal(err)
	}
	for i := range callers {
		if _, err := s.conns[0].Exec(context.Background(), `INSERT INTO b_talk(tenant,id,seq,state) VALUES($1,$2,0,'')`, city, fmt.Sprint(i)); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func (s *barePostgres) turns(b *testing.B, n int) {
	ctx := context.Background()
	var wg sync.WaitGroup
	for c, conn := range s.conns {
		talk := fmt.Sprint(c)
		wg.Go(func() {
			exec := func(query string, args ...any) {
				if _, err := conn.Exec(ctx, query, args...); err != nil {
					b.Error(err)
				}
			}
			for i := c; i < n; i += len(s.conns) {
				exec("BEGIN")
				exec(turnEvent, city, fmt.Sprintf("event-%d", s.next.Add(1)), time.Now().UnixMilli())
				var seq int64
				var state string
				if err := conn.QueryRow(ctx, turnRead+" FOR UPDATE", city, talk).Scan(&seq, &state); err != nil {
					b.Error(err)
				}
				exec(turnMove, city, talk, turnState)
				exec(turnMessage, city, talk, seq, turnBody)
				exec(turnMessage, city, talk, seq+1, turnBody)
				exec("COMMIT")
			}
		})
	}
	wg.Wait()
}

func BenchmarkView(b *testing.B) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		b.Run(string(kind), func(b *testing.B) {
			db := storetest.Open(b, kind)
			storetest.Schema(b, db, turnTables)
			addTalks(b, db, 1000)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				view(b, db, city, func(tx *store.Tx) error {
					var seq int64
					return tx.Row(`SELECT seq FROM b_talk WHERE tenant=$1 AND id=$2`, city, fmt.Sprint(i%1000)).Scan(&seq)
				})
			}
		})
	}
}

func BenchmarkSealUnseal(b *testing.B) {
	db := storetest.Open(b, storetest.SQLite)
	plain := make([]byte, 128)
	seal(b, db, city, "mail", "x", "")
	view(b, db, city, func(tx *store.Tx) error {
		b.ReportAllocs()
		for b.Loop() {
			sealed, err := tx.Seal("mail", "booking.mail/1", plain)
			if err != nil {
				return err
			}
			if _, err := tx.Unseal("mail", "booking.mail/1", sealed); err != nil {
				return err
			}
		}
		return nil
	})
}

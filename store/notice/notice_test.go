package notice_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/notice"
	"madoguchi/store/reservation"
	"madoguchi/store/storetest"
)

const tenant = "sample"

var service notice.Service

func at(s string) civil.DateTime {
	dt, err := civil.ParseDateTime(s)
	if err != nil {
		panic(err)
	}
	return dt
}

// each runs a test on both databases, on Monday 2026-11-30, 9:00 in Japan.
func each(t *testing.T, test func(t *testing.T, db *store.DB, clock *storetest.Clock)) {
	t.Helper()
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			clock := storetest.NewClock(at("2026-11-30T09:00").At())
			test(t, storetest.Open(t, kind, storetest.At(clock)), clock)
		})
	}
}

func do(t *testing.T, db *store.DB, tenant string, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

func queue(t *testing.T, db *store.DB, tenant string, n notice.Notice) (fresh bool) {
	t.Helper()
	do(t, db, tenant, func(tx *store.Tx) (err error) {
		fresh, err = service.Queue(tx, n)
		return err
	})
	return fresh
}

func claim(t *testing.T, db *store.DB, n int) []notice.Claimed {
	t.Helper()
	c, err := service.Claim(context.Background(), db, notice.Mail, n, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func booked(id, key string) notice.Notice {
	return notice.Notice{Booking: id, Kind: notice.Booked, Channel: notice.Mail, Lang: i18n.English, Key: key}
}

func TestQueueOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		signals, cancel := db.Subscribe(notice.Topic)
		defer cancel()
		if !queue(t, db, tenant, booked("b1", "AAAAA-AAAAA")) {
			t.Error("not queued")
		}
		got := <-signals
		for got == "" { // "look for yourself", when the connection for signals is up
			got = <-signals
		}
		if got != "mail" {
			t.Errorf("signal %q", got)
		}
		if queue(t, db, tenant, booked("b1", "BBBBB-BBBBB")) {
			t.Error("queued again")
		}
		later := booked("b1", "")
		later.Kind, later.Sequence = notice.Changed, 1
		if !queue(t, db, tenant, later) || !queue(t, db, "other", booked("b1", "CCCCC-CCCCC")) {
			t.Error("another kind, or another tenant's, was taken for the same")
		}
		var keys []string
		for _, c := range claim(t, db, 10) {
			keys = append(keys, c.Tenant+" "+string(c.Kind)+" "+c.Key)
		}
		slices.Sort(keys)
		if want := []string{"other booked CCCCC-CCCCC", "sample booked AAAAA-AAAAA", "sample changed "}; !slices.Equal(keys, want) {
			t.Errorf("claimed %v, want %v", keys, want)
		}
	})
}

func TestNothingIsQueuedByATransactionThatFails(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		err := db.Update(context.Background(), tenant, func(tx *store.Tx) error {
			if _, err := service.Queue(tx, booked("b1", "AAAAA-AAAAA")); err != nil {
				return err
			}
			return fmt.Errorf("the booking fails")
		})
		if err == nil || len(claim(t, db, 10)) != 0 {
			t.Error("a booking that was undone is told of")
		}
	})
}

func TestLease(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		queue(t, db, tenant, booked("b1", "AAAAA-AAAAA"))
		first := claim(t, db, 10)
		if len(first) != 1 || first[0].Attempts != 1 || first[0].Lang != i18n.English || !first[0].Made.Equal(clock.Now()) {
			t.Fatalf("%+v", first)
		}
		if len(claim(t, db, 10)) != 0 {
			t.Error("handed out twice")
		}
		clock.Advance(time.Minute)
		second := claim(t, db, 10)
		if len(second) != 1 || second[0].Attempts != 2 || second[0].Key != "AAAAA-AAAAA" || second[0].ID != first[0].ID {
			t.Fatalf("%+v", second)
		}
		finish := func(c notice.Claimed, o notice.Outcome) {
			t.Helper()
			if err := service.Finish(context.Background(), db, c, o); err != nil {
				t.Fatal(err)
			}
		}
		finish(first[0], notice.Outcome{State: notice.Sent}) // its lease is lost
		finish(second[0], notice.Outcome{State: notice.Waiting, Retry: clock.Now().Add(time.Hour), Reason: "timeout"})
		clock.Advance(time.Hour - time.Millisecond)
		if len(claim(t, db, 10)) != 0 {
			t.Error("handed out before its time")
		}
		clock.Advance(time.Millisecond)
		third := claim(t, db, 10)
		if len(third) != 1 || third[0].Attempts != 3 {
			t.Fatalf("%+v", third)
		}
		finish(third[0], notice.Outcome{State: notice.Sent})
		clock.Advance(24 * time.Hour)
		if len(claim(t, db, 10)) != 0 {
			t.Error("handed out after its end")
		}
	})
}

func TestClaimIsSharedOut(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		const many = 60
		for i := range many {
			queue(t, db, []string{tenant, "other"}[i%2], booked(fmt.Sprint("b", i), ""))
		}
		nodes := []*store.DB{db, storetest.Again(t, db, storetest.At(clock))}
		var mu sync.Mutex
		seen := map[string]int{}
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				for {
					c, err := service.Claim(context.Background(), nodes[i%2], notice.Mail, 4, time.Minute)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					for _, n := range c {
						seen[n.ID]++
					}
					all := len(seen) == many
					mu.Unlock()
					if all || len(c) > 4 {
						return
					}
				}
			})
		}
		wg.Wait()
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s was handed out %d times", id, n)
			}
		}
	})
}

func TestTheKeyIsSealedWhileItWaitsAndGoneAfter(t *testing.T) {
	for _, end := range []notice.State{notice.Sent, notice.Dead, notice.Dropped} {
		t.Run(string(end), func(t *testing.T) {
			each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
				const key = "K7M2P-9QWXT"
				queue(t, db, tenant, booked("b1", key))
				stored := func() []byte {
					t.Helper()
					var b []byte
					if err := storetest.Admin(t, db).QueryRow(`SELECT access_key FROM notice`).Scan(&b); err != nil {
						t.Fatal(err)
					}
					return b
				}
				if b := stored(); len(b) < len(key) || bytes.Contains(b, []byte(key)) {
					t.Errorf("kept as %q", b)
				}
				c := claim(t, db, 1)[0]
				if err := service.Finish(context.Background(), db, c, notice.Outcome{State: end, Reason: "smtp-550"}); err != nil {
					t.Fatal(err)
				}
				if b := stored(); b != nil {
					t.Errorf("still kept: %q", b)
				}
				do(t, db, tenant, func(tx *store.Tx) error {
					var who, detail string
					err := tx.Row(`SELECT who, detail FROM audit WHERE tenant = $1 AND action = $2 AND subject = 'b1'`, tenant, "notice."+string(end)).Scan(&who, &detail)
					if who != "mail" || !strings.Contains(detail, `"kind":"booked"`) || strings.Contains(detail, key) {
						t.Errorf("audit: %s %s", who, detail)
					}
					return err
				})
				db.AddCheck(service.Checks()...)
				if found, err := db.Verify(context.Background()); err != nil || len(found) != 0 {
					t.Errorf("verify: %v %v", found, err)
				}
			})
		})
	}
}

func TestVerifyFindsAKeyThatWasLeft(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		do(t, db, tenant, func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO tenant(id,name,settings,version,created_at,updated_at) VALUES($1,'',$2,1,0,0)`, tenant, "{}")
			return err
		})
		queue(t, db, tenant, booked("b1", "K7M2P-9QWXT"))
		if _, err := storetest.Admin(t, db).Exec(`UPDATE notice SET state = 'sent'`); err != nil {
			t.Fatal(err)
		}
		db.AddCheck(service.Checks()...)
		if found, err := db.Verify(context.Background()); err != nil || len(found) != 1 {
			t.Errorf("verify: %v %v", found, err)
		}
	})
}

func TestForget(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		queue(t, db, tenant, booked("ended", ""))
		c := claim(t, db, 1)[0]
		if err := service.Finish(context.Background(), db, c, notice.Outcome{State: notice.Dead, Reason: "smtp-550"}); err != nil {
			t.Fatal(err)
		}
		queue(t, db, tenant, booked("waits", ""))
		left := func() (n int) {
			t.Helper()
			do(t, db, tenant, func(tx *store.Tx) error {
				if err := service.Forget(tx); err != nil {
					return err
				}
				return tx.Row(`SELECT COUNT(*) FROM notice WHERE tenant = $1`, tenant).Scan(&n)
			})
			return n
		}
		clock.Advance(30 * 24 * time.Hour)
		if n := left(); n != 2 {
			t.Errorf("%d left after 30 days", n)
		}
		clock.Advance(time.Millisecond)
		if n := left(); n != 1 {
			t.Errorf("%d left a moment later", n)
		}
		for state, want := range map[notice.State]int{notice.Waiting: 1, notice.Dead: 0} {
			if n, err := service.Count(context.Background(), db, state); n != want || err != nil {
				t.Errorf("%d %s, %v", n, state, err)
			}
		}
	})
}

// TestDue walks a booking of Tuesday 2026-12-01 through its reminders.
func TestDue(t *testing.T) {
	resident := reservation.By{Who: "resident", Group: reservation.Open}
	five := civil.Clock(17 * 60)
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		r := reservation.New(civil.Holiday)
		do(t, db, tenant, func(tx *store.Tx) error {
			_, err := r.SaveSettings(tx, reservation.Sample(), 0, "test")
			return err
		})
		book := func(start string) (b reservation.Booking) {
			t.Helper()
			do(t, db, tenant, func(tx *store.Tx) (err error) {
				b, _, err = r.Book(tx, reservation.BookRequest{
					Counter: "honcho", Start: at(start), Service: "consult", Persons: 1, Group: reservation.Open, Channel: "web", By: "resident",
				})
				return err
			})
			return b
		}
		due := func(now string) (ids []string) {
			t.Helper()
			clock.Set(at(now).At())
			do(t, db, tenant, func(tx *store.Tx) error {
				list, err := service.Due(tx, r, five)
				for _, b := range list {
					ids = append(ids, b.ID)
				}
				return err
			})
			return ids
		}
		remind := func(b reservation.Booking) {
			t.Helper()
			queue(t, db, tenant, notice.Notice{Booking: b.ID, Kind: notice.Reminder, Sequence: b.Sequence, Channel: notice.Mail})
		}
		expect := func(what string, got []string, want ...string) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Errorf("%s: due %v, want %v", what, got, want)
			}
		}
		clock.Set(at("2026-11-27T09:00").At())
		first, second := book("2026-12-01T10:00"), book("2026-12-01T11:00")
		other := book("2026-12-02T10:00")
		expect("two days before", due("2026-11-29T18:00"))
		expect("a minute before the hour", due("2026-11-30T16:59"))
		expect("at the hour", due("2026-11-30T17:00"), first.ID, second.ID)
		remind(first)
		expect("one is queued", due("2026-11-30T17:10"), second.ID)
		do(t, db, tenant, func(tx *store.Tx) error {
			_, err := r.Cancel(tx, second.ID, resident)
			return err
		})
		expect("the other is cancelled", due("2026-11-30T17:20"))
		book("2026-12-01T13:00")
		expect("booked after the hour", due("2026-11-30T17:30"))
		do(t, db, tenant, func(tx *store.Tx) (err error) {
			first, err = r.Change(tx, first.ID, reservation.Move{Start: at("2026-12-01T15:00")}, resident)
			return err
		})
		expect("moved after the hour, to the same day", due("2026-11-30T17:40"))
		do(t, db, tenant, func(tx *store.Tx) (err error) {
			first, err = r.Change(tx, first.ID, reservation.Move{Start: at("2026-12-03T15:00")}, resident)
			return err
		})
		expect("the day itself", due("2026-12-01T09:00"))
		expect("the day before the other", due("2026-12-01T23:59"), other.ID)
		expect("the day before the new day", due("2026-12-02T17:00"), first.ID)
		remind(first)
		expect("queued for the new day", due("2026-12-02T17:10"))
	})
}

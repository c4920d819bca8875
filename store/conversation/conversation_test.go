package conversation_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"madoguchi/store"
	"madoguchi/store/conversation"
	"madoguchi/store/storetest"
)

const city, channel = "city", "line"

var talks conversation.Service

// each runs a test on both databases with a clock that the test moves.
func each(t *testing.T, test func(t *testing.T, db *store.DB, clock *storetest.Clock)) {
	t.Helper()
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			clock := storetest.NewClock(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
			test(t, storetest.Open(t, kind, storetest.At(clock)), clock)
		})
	}
}

// in runs a transaction of a tenant that must succeed.
func in(t *testing.T, db *store.DB, tenant string, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

// say makes a turn as the engine does: it counts the turns in the state, and
// takes down what was said and one reply. It returns the conversation as opened
// for the turn that counted, or as found by a copy of the event.
func say(db *store.DB, tenant string, ev conversation.Event, words string, push *conversation.Push) (c *conversation.Conversation, err error) {
	for {
		err = db.Update(context.Background(), tenant, func(tx *store.Tx) (err error) {
			if c, err = talks.Open(tx, ev); err != nil || c.Done {
				return err
			}
			n := 0
			if c.State != nil {
				if n, err = strconv.Atoi(string(c.State)); err != nil {
					return err
				}
			}
			return talks.Close(tx, c, turn(strconv.Itoa(n+1), words, push))
		})
		if !errors.Is(err, conversation.ErrAgain) {
			return c, err
		}
	}
}

func turn(state, words string, push *conversation.Push) conversation.Turn {
	return conversation.Turn{
		State: []byte(state), Outcome: []byte("outcome of " + words), Replies: 1, Push: push,
		Lines: []conversation.Line{{Author: "resident", Body: []byte(words)}, {Author: "bot", Body: []byte("re: " + words)}},
	}
}

func event(user, id string) conversation.Event {
	return conversation.Event{Channel: channel, User: user, ID: id}
}

// mustSay is say where a failure ends the test.
func mustSay(t *testing.T, db *store.DB, tenant string, ev conversation.Event, words string, push *conversation.Push) *conversation.Conversation {
	t.Helper()
	c, err := say(db, tenant, ev, words, push)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// transcript reads a conversation as "author: words" lines.
func transcript(t *testing.T, db *store.DB, tenant, id string) (out []string) {
	t.Helper()
	in(t, db, tenant, func(tx *store.Tx) error {
		lines, err := talks.Lines(tx, id, 1, 1_000_000)
		for _, l := range lines {
			out = append(out, fmt.Sprintf("%d %s: %s", l.Seq, l.Author, l.Body))
		}
		return err
	})
	return out
}

// sound runs the invariants of the package.
func sound(t *testing.T, db *store.DB, tenant string) {
	t.Helper()
	in(t, db, tenant, func(tx *store.Tx) error {
		for _, c := range talks.Checks() {
			found, err := c.Run(context.Background(), tx)
			if err != nil {
				return err
			}
			for _, b := range found {
				t.Errorf("%s: %s", c.Name, b)
			}
		}
		return nil
	})
}

func TestCopiesOfAnEventAreOneTurn(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		var copies sync.WaitGroup
		for range 50 {
			copies.Go(func() {
				c, err := say(db, city, event("taro", "1"), "hello", &conversation.Push{})
				if err != nil {
					t.Error(err)
				} else if c.Done && (c.First != 2 || c.Last != 2 || string(c.Outcome) != "outcome of hello") {
					t.Errorf("a copy finds messages %d to %d, %s", c.First, c.Last, c.Outcome)
				}
			})
		}
		copies.Wait()
		c := mustSay(t, db, city, event("taro", "1"), "hello", nil)
		if !c.Done || c.Number != 1 || string(c.State) != "1" {
			t.Errorf("after all: %+v", c)
		}
		if diff := cmp.Diff([]string{"1 resident: hello", "2 bot: re: hello"}, transcript(t, db, city, c.ID)); diff != "" {
			t.Errorf("transcript (-want +got):\n%s", diff)
		}
		if d := claimDeliveries(t, db); len(d) != 1 {
			t.Errorf("%d deliveries of one event", len(d))
		}
		sound(t, db, city)
	})
}

// A turn that began before its event was done elsewhere is refused at the end.
func TestSlowerTurnOfAnEventIsRefused(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		mustSay(t, db, city, event("taro", "0"), "first", nil)
		var stale *conversation.Conversation
		in(t, db, city, func(tx *store.Tx) (err error) {
			stale, err = talks.Open(tx, event("taro", "1"))
			return err
		})
		mustSay(t, db, city, event("taro", "1"), "hello", nil)
		stale.Seq += 2 // as if the messages did not collide
		err := db.Update(context.Background(), city, func(tx *store.Tx) error {
			return talks.Close(tx, stale, turn("9", "hello", nil))
		})
		if !errors.Is(err, conversation.ErrAgain) {
			t.Errorf("got %v, want ErrAgain", err)
		}
		if got := transcript(t, db, city, stale.ID); len(got) != 4 {
			t.Errorf("transcript: %q", got)
		}
		sound(t, db, city)
	})
}

// Events of one person at once have their turns one after another, from the
// very first on.
func TestTurnsOfOnePersonFollowEachOther(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		const events = 40
		var all sync.WaitGroup
		for i := range events {
			all.Go(func() {
				if _, err := say(db, city, event("taro", strconv.Itoa(i)), "x", nil); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		c := mustSay(t, db, city, event("taro", "0"), "x", nil)
		if string(c.State) != strconv.Itoa(events) || c.Number != events || c.Seq != 2*events {
			t.Errorf("state %s, %d turns, %d messages; want %d turns", c.State, c.Number, c.Seq, events)
		}
		sound(t, db, city)
	})
}

func TestUndoneTurnLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		fault := errors.New("fault")
		err := db.Update(context.Background(), city, func(tx *store.Tx) error {
			c, err := talks.Open(tx, event("taro", "1"))
			if err != nil {
				return err
			}
			if err := talks.Close(tx, c, turn("1", "hello", &conversation.Push{})); err != nil {
				return err
			}
			return fault
		})
		if !errors.Is(err, fault) {
			t.Fatal(err)
		}
		admin := storetest.Admin(t, db)
		for _, table := range []string{"conversation", "event", "message", "delivery"} {
			var n int
			if err := admin.QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s: %d rows, %v", table, n, err)
			}
		}
		if c := mustSay(t, db, city, event("taro", "1"), "hello", nil); c.Done || c.Number != 1 {
			t.Errorf("the event sent again: %+v", c)
		}
	})
}

// Nothing that people wrote, and not who they are, can be read in the database.
func TestNothingPersonalIsReadable(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ev := event("U-secret-user", "E-secret-event")
		in(t, db, city, func(tx *store.Tx) error {
			c, err := talks.Open(tx, ev)
			if err != nil {
				return err
			}
			return talks.Close(tx, c, conversation.Turn{
				State: []byte("secret-state"), Outcome: []byte("secret-outcome"), Replies: 1,
				Push:  &conversation.Push{Means: []byte("secret-means")},
				Lines: []conversation.Line{{Author: "resident", Body: []byte("secret-words")}, {Author: "bot", Body: []byte("secret-reply")}},
			})
		})
		in(t, db, city, func(tx *store.Tx) error {
			return talks.Put(tx, []conversation.Stored{{Event: event("U-secret-user", "E-secret-waiting"), Ref: "secret-ref", Payload: []byte("secret-payload")}})
		})
		d := claimDeliveries(t, db)
		if len(d) != 1 || d[0].User != ev.User || string(d[0].Means) != "secret-means" || string(d[0].Lines[0].Body) != "secret-reply" {
			t.Fatalf("deliveries: %+v", d)
		}
		admin := storetest.Admin(t, db)
		for _, table := range []string{"conversation", "event", "message", "delivery"} {
			if dump := everything(t, admin, table); bytes.Contains(dump, []byte("secret")) {
				t.Errorf("table %s: %q", table, dump)
			}
		}
	})
}

// everything is all cells of a table, one after another.
func everything(t *testing.T, admin *sql.DB, table string) []byte {
	t.Helper()
	rows, err := admin.Query(`SELECT * FROM ` + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var dump []byte
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new([]byte)
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		for _, c := range cells {
			dump = append(append(dump, *c.(*[]byte)...), ' ')
		}
	}
	if len(dump) == 0 {
		t.Fatalf("table %s is empty", table)
	}
	return dump
}

// Messages cannot be moved to another place of the transcript unnoticed.
func TestMessagesStayInTheirPlace(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		c := mustSay(t, db, city, event("taro", "1"), "hello", nil)
		admin := storetest.Admin(t, db)
		if _, err := admin.Exec(`UPDATE message SET body = (SELECT m.body FROM message m WHERE m.seq = 1) WHERE seq = 2`); err != nil {
			t.Fatal(err)
		}
		err := db.View(context.Background(), city, func(tx *store.Tx) error {
			_, err := talks.Lines(tx, c.ID, 1, 2)
			return err
		})
		if err == nil {
			t.Error("a message moved to another number was read as if it belonged there")
		}
	})
}

func TestTenantsAreApart(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		ours := mustSay(t, db, city, event("taro", "1"), "ours", nil)
		theirs := mustSay(t, db, "town", event("taro", "1"), "theirs", nil)
		if theirs.Done || theirs.ID == ours.ID {
			t.Errorf("the same person and event in another town: %+v", theirs)
		}
		in(t, db, "town", func(tx *store.Tx) error {
			if _, err := talks.ByID(tx, ours.ID); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("by id: %v", err)
			}
			lines, err := talks.Lines(tx, ours.ID, 1, 2)
			if len(lines) != 0 {
				t.Errorf("lines: %v", lines)
			}
			return err
		})
		clock.Advance(31 * 24 * time.Hour)
		in(t, db, "town", talks.Forget)
		if got := transcript(t, db, city, ours.ID); len(got) != 2 {
			t.Errorf("another town's retention took our transcript: %q", got)
		}
		in(t, db, city, func(tx *store.Tx) error {
			_, err := talks.ByID(tx, ours.ID)
			return err
		})
		in(t, db, "town", func(tx *store.Tx) error {
			if _, err := talks.ByID(tx, theirs.ID); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("an idle conversation after 31 days: %v", err)
			}
			return nil
		})
	})
}

func claimDeliveries(t *testing.T, db *store.DB) []conversation.Delivery {
	t.Helper()
	list, err := talks.ClaimDeliveries(context.Background(), db, channel, 10, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A delivery is out to one worker at a time, under one retry key for ever; a
// worker that comes back after its lease changes nothing.
func TestDeliveryIsOutToOneWorker(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		mustSay(t, db, city, event("taro", "1"), "one", &conversation.Push{Means: []byte("token")})
		mustSay(t, db, city, event("taro", "2"), "two", &conversation.Push{})
		mustSay(t, db, city, event("hanako", "1"), "three", &conversation.Push{})

		var mu sync.Mutex
		var first []conversation.Delivery
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				got, err := talks.ClaimDeliveries(context.Background(), db, channel, 10, time.Minute)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				first = append(first, got...)
			})
		}
		workers.Wait()
		keys := map[string]uuid.UUID{}
		for _, d := range first {
			keys[string(d.Lines[0].Body)] = d.RetryKey
			if d.Attempts != 1 || !d.FirstTry.Equal(clock.Now()) || string(d.Outcome) != "outcome of "+string(d.Lines[0].Body)[4:] {
				t.Errorf("%+v", d)
			}
		}
		if len(first) != 2 || len(keys) != 2 || keys["re: one"] == keys["re: three"] || keys["re: one"] == uuid.Nil {
			t.Fatalf("out at once: %+v; want the oldest of each of two people, each under a key of its own", first)
		}
		if again := claimDeliveries(t, db); len(again) != 0 {
			t.Errorf("on lease, and yet handed out: %+v", again)
		}

		clock.Advance(time.Minute)
		second := claimDeliveries(t, db)
		if len(second) != 2 {
			t.Fatalf("after the lease: %+v", second)
		}
		for _, d := range second {
			if d.RetryKey != keys[string(d.Lines[0].Body)] || d.Attempts != 2 || !d.FirstTry.Equal(clock.Now().Add(-time.Minute)) {
				t.Errorf("second try: %+v, keys %v", d, keys)
			}
		}
		finish := func(d conversation.Delivery, r conversation.Delivered) {
			t.Helper()
			if err := talks.FinishDelivery(context.Background(), db, d, r); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range first { // their lease is over
			finish(d, conversation.Delivered{State: "dead"})
		}
		for _, d := range second {
			finish(d, conversation.Delivered{State: "waiting", Retry: clock.Now().Add(time.Second), Note: []byte("note")})
		}
		if early := claimDeliveries(t, db); len(early) != 0 {
			t.Errorf("before the retry is due: %+v", early)
		}
		clock.Advance(time.Second)
		third := claimDeliveries(t, db)
		if len(third) != 2 {
			t.Fatalf("third try: %+v; a worker without lease changed something", third)
		}
		for _, d := range third {
			if string(d.Note) != "note" || d.RetryKey != keys[string(d.Lines[0].Body)] {
				t.Errorf("third try: %+v", d)
			}
			finish(d, conversation.Delivered{State: "sent"})
		}
		if last := claimDeliveries(t, db); len(last) != 1 || string(last[0].Lines[0].Body) != "re: two" {
			t.Errorf("then the next of the same person: %+v", last)
		}
	})
}

// The inbox hands each event to one worker, a person's oldest first.
func TestInboxKeepsOrderAndLease(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		put := func(id string, after time.Duration) {
			in(t, db, city, func(tx *store.Tx) error {
				return talks.Put(tx, []conversation.Stored{{Event: event("taro", id), At: clock.Now().Add(after), Received: clock.Now(), Payload: []byte("body of " + id)}})
			})
		}
		put("second", 2*time.Second)
		put("first", time.Second)
		put("first", time.Second) // sent again
		claim := func() []conversation.Claimed {
			t.Helper()
			list, err := talks.Claim(context.Background(), db, channel, 10, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		lost := claim()
		if len(lost) != 1 || lost[0].ID != "first" || string(lost[0].Payload) != "body of first" || lost[0].Tenant != city {
			t.Fatalf("claimed %+v, want the oldest", lost)
		}
		if got := claim(); len(got) != 0 {
			t.Errorf("while it is out: %+v", got)
		}
		clock.Advance(time.Minute)
		got := claim()
		if len(got) != 1 || got[0].Attempts != 2 {
			t.Fatalf("after the lease: %+v", got)
		}
		finish := func(c conversation.Claimed, reason string) {
			t.Helper()
			if err := talks.Finish(context.Background(), db, c, time.Time{}, reason); err != nil {
				t.Fatal(err)
			}
		}
		finish(lost[0], "late")
		mustSay(t, db, city, event("taro", "first"), "first", nil) // has its turn
		finish(got[0], "")
		if next := claim(); len(next) != 1 || next[0].ID != "second" {
			t.Errorf("then: %+v", next)
		}
		put("first", time.Second)
		if next := claim(); len(next) != 0 {
			t.Errorf("an event that had its turn came back: %+v", next)
		}
		sound(t, db, city)
	})
}

// A message taken back is gone from wherever it is, whichever comes first.
func TestUnsentMessageIsGone(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		put := func(id, ref string) {
			in(t, db, city, func(tx *store.Tx) error {
				return talks.Put(tx, []conversation.Stored{{Event: event("taro", id), Ref: ref, At: clock.Now(), Received: clock.Now(), Payload: []byte("words")}})
			})
		}
		redact := func(ref string) {
			in(t, db, city, func(tx *store.Tx) error { return talks.Redact(tx, channel, ref) })
		}
		put("done", "m1")
		c := mustSay(t, db, city, event("taro", "done"), "said", nil)
		redact("m1")
		if got := strings.Join(transcript(t, db, city, c.ID), "\n"); strings.Contains(got, "resident: said") || !strings.Contains(got, "2 bot: re: said") {
			t.Errorf("transcript:\n%s", got)
		}
		put("waiting", "m2")
		redact("m2")
		redact("m3")
		put("late", "m3")
		if list, err := talks.Claim(context.Background(), db, channel, 10, time.Minute); err != nil || len(list) != 0 {
			t.Errorf("handed out: %+v, %v", list, err)
		}
		sound(t, db, city)
	})
}

// Who has shut the channel gets nothing more; the later note wins.
func TestBlockedPersonGetsNothing(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		c := mustSay(t, db, city, event("taro", "1"), "hello", &conversation.Push{})
		block := func(blocked bool, at time.Time) {
			in(t, db, city, func(tx *store.Tx) error { return talks.Block(tx, channel, "taro", blocked, at) })
		}
		block(false, clock.Now().Add(time.Second))
		block(true, clock.Now()) // older: arrived late
		if d := claimDeliveries(t, db); len(d) != 1 {
			t.Errorf("an old block stopped a delivery: %+v", d)
		}
		clock.Advance(time.Minute)
		block(true, clock.Now())
		clock.Advance(time.Minute)
		if d := claimDeliveries(t, db); len(d) != 0 {
			t.Errorf("blocked, and yet: %+v", d)
		}
		if c = mustSay(t, db, city, event("taro", "1"), "hello", nil); !c.Blocked {
			t.Error("the block is not remembered")
		}
	})
}

func TestChecksFindWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		mustSay(t, db, city, event("taro", "1"), "one", nil)
		mustSay(t, db, city, event("taro", "2"), "two", nil)
		sound(t, db, city)
		admin := storetest.Admin(t, db)
		for _, c := range []struct{ spoil, mend, check string }{
			{`UPDATE conversation SET seq = 5`, `UPDATE conversation SET seq = 4`, "transcript is complete"},
			{`UPDATE event SET first_seq = 2 WHERE last_seq = 4`, `UPDATE event SET first_seq = 4 WHERE last_seq = 4`, "one set of replies per event"},
			{`UPDATE conversation SET number = 1`, `UPDATE conversation SET number = 2`, "turns are counted"},
		} {
			if _, err := admin.Exec(c.spoil); err != nil {
				t.Fatal(err)
			}
			in(t, db, city, func(tx *store.Tx) error {
				for _, check := range talks.Checks() {
					found, err := check.Run(context.Background(), tx)
					if err != nil {
						return err
					}
					if (len(found) > 0) != (check.Name == c.check) {
						t.Errorf("after %s, %s: %q", c.spoil, check.Name, found)
					}
				}
				return nil
			})
			if _, err := admin.Exec(c.mend); err != nil {
				t.Fatal(err)
			}
		}
	})
}

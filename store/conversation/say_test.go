package conversation_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"madoguchi/store"
	"madoguchi/store/conversation"
	"madoguchi/store/storetest"
)

const tenant = "sample"


// talk opens a conversation with one turn.
func talk(t *testing.T, db *store.DB, channel, user string) (id string) {
	t.Helper()
	do(t, db, func(tx *store.Tx) error {
		c, err := talks.Open(tx, conversation.Event{Channel: channel, User: user, ID: "e1"})
		if err != nil {
			return err
		}
		id = c.ID
		return talks.Close(tx, c, conversation.Turn{
			State: []byte("where we stand"), Outcome: []byte("first"),
			Lines:   []conversation.Line{{Author: "resident", Body: []byte("hello")}, {Author: "bot", Body: []byte("welcome")}},
			Replies: 1,
		})
	})
	return id
}

func do(t *testing.T, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

func sayUnasked(t *testing.T, db *store.DB, id, event string, push bool) (said bool) {
	t.Helper()
	err := db.Update(context.Background(), tenant, func(tx *store.Tx) (err error) {
		said, err = talks.Say(tx, id, conversation.Saying{
			Event: event, Push: push, Outcome: []byte("language"),
			Lines: []conversation.Line{{Author: "bot", Body: []byte("tomorrow")}},
		})
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return said
}

func TestSayIsDeliveredOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := talk(t, db, "line", "U1")
		var nodes sync.WaitGroup
		for range 4 {
			nodes.Go(func() {
				if !sayUnasked(t, db, id, "reminder/1", true) {
					t.Error("not said")
				}
			})
		}
		nodes.Wait()
		got, err := talks.ClaimDeliveries(context.Background(), db, "line", 10, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || got[0].User != "U1" || string(got[0].Outcome) != "language" || got[0].Means != nil ||
			len(got[0].Lines) != 1 || string(got[0].Lines[0].Body) != "tomorrow" || got[0].Lines[0].Seq != 3 {
			t.Fatalf("%+v", got)
		}
		do(t, db, func(tx *store.Tx) error {
			c, err := talks.ByID(tx, id)
			if err == nil && (string(c.State) != "where we stand" || c.Seq != 3) {
				t.Errorf("the dialog stands at %q, message %d", c.State, c.Seq)
			}
			return err
		})
		do(t, db, func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO tenant(id,name,settings,version,created_at,updated_at) VALUES($1,'','{}',1,0,0)`, tenant)
			return err
		})
		db.AddCheck(talks.Checks()...)
		if found, err := db.Verify(context.Background()); err != nil || len(found) != 0 {
			t.Errorf("verify: %v %v", found, err)
		}
	})
}

func TestSayWithoutPushOnlyAppends(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := talk(t, db, "web", "U1")
		signals, cancel := db.Subscribe(conversation.TopicConversation)
		defer cancel()
		sayUnasked(t, db, id, "reminder/1", false)
		heard := <-signals
		for heard == "" { // "look for yourself", when the connection for signals is up
			heard = <-signals
		}
		if heard != id {
			t.Errorf("signal for %q", heard)
		}
		got, err := talks.ClaimDeliveries(context.Background(), db, "web", 10, time.Minute)
		if err != nil || len(got) != 0 {
			t.Errorf("queued: %+v %v", got, err)
		}
	})
}

func TestSayNothingToWhoHasShutTheChannel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := talk(t, db, "line", "U1")
		do(t, db, func(tx *store.Tx) error { return talks.Block(tx, "line", "U1", true, tx.Now()) })
		if sayUnasked(t, db, id, "reminder/1", true) {
			t.Error("said")
		}
		err := db.Update(context.Background(), tenant, func(tx *store.Tx) error {
			_, err := talks.Say(tx, "nobody", conversation.Saying{Event: "x"})
			return err
		})
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an unknown conversation: %v", err)
		}
	})
}

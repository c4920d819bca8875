package faulttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"madoguchi/store/storetest"
)

// One event sent 200 times at once, and again after the program was killed, has
// one effect and one answer. Each event of a booking is sent so.
func TestOneEventManyTimes(t *testing.T) {
	each(t, func(t *testing.T, kind storetest.Kind) {
		const copies = 200
		rng := seeded(t)
		s := newSite(t, kind)
		n := s.start()
		urls := []string{n.url}
		if kind == storetest.Postgres {
			urls = append(urls, s.start().url)
		}
		crowd := newCrowd(t, s, rng, 1, urls...)
		c := crowd.clients[0]
		user, slot := c.user(), c.slots[0]
		sent := 0
		storm := func(said map[string]string) reply {
			t.Helper()
			c.events++
			said["user"], said["event"] = user, fmt.Sprint("e", c.events)
			body, err := json.Marshal(said)
			if err != nil {
				t.Fatal(err)
			}
			answers := make([][]byte, copies)
			var sending sync.WaitGroup
			for i := range copies {
				at := *c
				at.hops = i
				sending.Go(func() {
					var err error
					if answers[i], err = at.send(body); err != nil {
						t.Error(err)
					}
				})
			}
			sending.Wait()
			for _, a := range answers {
				if !bytes.Equal(a, answers[0]) {
					t.Fatalf("%s was answered\n%s\nand\n%s", body, answers[0], a)
				}
			}
			sent += copies
			c.last = exchange{body, answers[0]}
			r, err := readReply(answers[0])
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		storm(map[string]string{"flow": "card-pickup"})
		for _, choice := range []string{"self", "1", slot.counter(), slot.value, "@skip"} {
			storm(map[string]string{"choice": choice})
		}
		b := storm(map[string]string{"choice": "yes"}).booking()
		if b == nil {
			t.Fatalf("the storm did not end with a booking: %s", c.last.answer)
		}
		c.journal = append(c.journal, b)
		crowd.check()
		n.kill()
		urls[0] = s.start().url
		crowd.door.set(urls...)
		crowd.check()
		t.Logf("%d copies of 7 events, one booking", sent)
	})
}

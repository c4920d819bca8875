package faulttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"madoguchi/store/storetest"
)

// Two nodes on one PostgreSQL and nothing but round-robin before them: every
// client changes nodes at every turn. Nodes are killed under load, frozen and
// thawed (PLATFORMS 3.6); clients go to the other one with the same event.
func TestTwoNodes(t *testing.T) {
	long(t)
	rng := seeded(t)
	s := newSite(t, storetest.Postgres)
	nodes := [2]*node{s.start(), s.start()}
	crowd := newCrowd(t, s, rng, 8, nodes[0].url, nodes[1].url)
	kills, freezes := 0, 0
	for range scaled(t, 1) {
		crowd.during(func() {
			for range 10 {
				crowd.moment(rng, 20, 150)
				i := rng.IntN(2)
				other := nodes[1-i]
				nodes[i].kill()
				kills++
				crowd.door.set(other.url)
				crowd.moment(rng, 0, 60) // one node alone for a while
				nodes[i] = s.start()
				crowd.door.set(nodes[0].url, nodes[1].url)
			}
		})
		crowd.check()
		crowd.during(func() {
			for i := range nodes {
				crowd.moment(rng, 20, 150)
				nodes[i].signal(t, syscall.SIGSTOP)
				freezes++
				// Longer than a client waits for an answer: what the frozen node
				// was doing has been sent to the other one when it goes on.
				time.Sleep(4 * time.Second)
				nodes[i].signal(t, syscall.SIGCONT)
			}
		})
		crowd.check()
	}
	crowd.settle()
	for _, n := range nodes {
		report(t, n)
	}
	t.Logf("%d nodes killed, %d frozen and thawed", kills, freezes)
}

// A frozen node that is found dead by its peers: they get its locks after
// 15 s at the latest, and what it does when it wakes up changes nothing.
func TestFrozenForLong(t *testing.T) {
	long(t)
	rng := seeded(t)
	s := newSite(t, storetest.Postgres)
	a, b := s.start(), s.start()
	crowd := newCrowd(t, s, rng, 8, a.url, b.url)
	crowd.during(func() {
		crowd.moment(rng, 50, 150)
		a.signal(t, syscall.SIGSTOP)
		time.Sleep(18 * time.Second)
		a.signal(t, syscall.SIGCONT)
		crowd.moment(rng, 50, 150)
	})
	crowd.settle()
	report(t, a)
	report(t, b)
}

// The same turn sent to both nodes at once has one effect and one answer.
func TestTurnAtBothNodesAtOnce(t *testing.T) {
	long(t)
	rng := seeded(t)
	s := newSite(t, storetest.Postgres)
	doors := [2]*door{newDoor(s.start().url), newDoor(s.start().url)}
	url, _ := doors[0].knock(0)
	crowd := newCrowd(t, s, rng, 1, url)
	c := crowd.clients[0]
	const dialogs = 25
	both := func(user, event string, said map[string]string) reply {
		t.Helper()
		said["user"], said["event"] = user, event
		body, err := json.Marshal(said)
		if err != nil {
			t.Fatal(err)
		}
		var answers [2][]byte
		var errs [2]error
		var sending sync.WaitGroup
		for i := range doors {
			at := *c
			at.door = doors[i]
			sending.Go(func() { answers[i], errs[i] = at.send(body) })
		}
		sending.Wait()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(answers[0], answers[1]) {
			t.Fatalf("%s was answered\n%s\nby the other node\n%s", body, answers[0], answers[1])
		}
		r, err := readReply(answers[0])
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	total := scaled(t, dialogs)
	for range total {
		user, s := c.user(), c.slots[rng.IntN(len(c.slots))]
		both(user, "1", map[string]string{"flow": "card-pickup"})
		var r reply
		for i, choice := range []string{"self", "1", s.counter(), s.value, "@skip", "yes"} {
			r = both(user, fmt.Sprint(2+i), map[string]string{"choice": choice})
			if choice == s.value && r.asks() == "visit" {
				break // full by now
			}
		}
		if b := r.booking(); b != nil {
			b.user = user
			c.journal = append(c.journal, b)
		}
	}
	if len(c.journal) < total/2 {
		t.Errorf("only %d of %d dialogs led to a booking", len(c.journal), total)
	}
	crowd.check()
	t.Logf("%d bookings made by turns sent to both nodes at once", len(c.journal))
}

// Nodes that start at the same moment on an empty database make one sample
// tenant and all serve.
func TestNodesStartTogether(t *testing.T) {
	long(t)
	const nodes = 3
	for range scaled(t, 2) {
		s := newSite(t, storetest.Postgres)
		sites := [nodes]site{}
		urls := make([]string, nodes)
		var starting sync.WaitGroup
		for i := range nodes {
			sites[i] = *s
			sites[i].dir = t.TempDir()
			starting.Go(func() {
				n := sites[i].launch()
				if urls[i] = n.url; n.url == "" {
					t.Errorf("a node ended instead of serving: %v: %q", n.err, n.complaints(5))
				}
			})
		}
		starting.Wait()
		if t.Failed() {
			return
		}
		crowd := newCrowd(t, s, seeded(t), 2, urls...)
		for _, c := range crowd.clients {
			if err := c.book(c.slots[c.id]); err != nil {
				t.Error(err)
			}
		}
		crowd.check()
	}
}

package faulttest

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// crowd is many clients of one site, all at work at once.
type crowd struct {
	t       *testing.T
	site    *site
	door    *door
	clients []*client
	tally   tally
	history *history
	checks  int
}

// crowded is how many slots the clients of a crowd compete for: few enough for
// refusals, enough for bookings.
const crowded = 24

// newCrowd brings size clients to the doors given.
func newCrowd(t *testing.T, s *site, rng *rand.Rand, size int, urls ...string) *crowd {
	t.Helper()
	c := &crowd{t: t, site: s, door: newDoor(urls...), history: newHistory()}
	// A client waits for a frozen node no longer than this, then tries another.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, 256
	t.Cleanup(transport.CloseIdleConnections)
	web := &http.Client{Transport: transport, Timeout: 3 * time.Second}
	slots, err := someSlots(web, urls[0], rng, crowded)
	if err != nil {
		t.Fatal(err)
	}
	for i := range size {
		c.clients = append(c.clients, &client{
			id: i, door: c.door, http: web, rng: rand.New(rand.NewPCG(rng.Uint64(), uint64(i))),
			tally: &c.tally, history: c.history, slots: slots,
		})
	}
	return c
}

// during lets the clients work while the nemesis is at it. When it returns,
// every client has the answer to all it has sent.
func (c *crowd) during(nemesis func()) {
	c.t.Helper()
	var stop atomic.Bool
	var working sync.WaitGroup
	for _, client := range c.clients {
		working.Go(func() {
			for !stop.Load() {
				if err := client.act(); err != nil {
					c.t.Errorf("client %d: %v", client.id, err)
					return
				}
			}
		})
	}
	nemesis()
	stop.Store(true)
	working.Wait()
	if c.t.Failed() {
		c.t.FailNow()
	}
}

// check compares what the clients were told with what is there. As every event
// has been answered, the bookings are exactly those acknowledged: none lost,
// none doubled. It closes the history.
func (c *crowd) check() {
	c.t.Helper()
	c.checks++
	c.site.verify()
	there := map[string]listed{}
	for _, b := range c.site.bookings() {
		there[b.ID] = b
	}
	taken := map[slot]int{}
	for _, client := range c.clients {
		for _, b := range client.journal {
			if b.Status == "booked" {
				taken[client.slot(b)]++
			}
			row, ok := there[b.ID]
			if !ok {
				c.t.Errorf("lost: %+v", *b)
			} else if row.Counter != b.Counter || row.Start != b.Start || row.Receipt != b.Receipt || row.Status != b.Status {
				c.t.Errorf("told %+v, there is %+v", *b, row)
			}
			delete(there, b.ID)
		}
		if err := client.repeat(); err != nil {
			c.t.Errorf("client %d: %v", client.id, err)
		}
	}
	for _, row := range there {
		c.t.Errorf("nobody was told of %+v", row)
	}
	c.history.close(c.t, taken)
	if c.t.Failed() {
		c.t.FailNow()
	}
}

// settle is the last check, with every access key looked up.
func (c *crowd) settle() {
	c.t.Helper()
	c.check()
	var working sync.WaitGroup
	keys := 0
	for _, client := range c.clients {
		keys += len(client.journal)
		working.Go(func() {
			for _, b := range client.journal {
				if err := client.findByKey(b); err != nil {
					c.t.Errorf("client %d: %v", client.id, err)
				}
			}
		})
	}
	working.Wait()
	c.site.verify()
	c.t.Logf("%v; %d keys looked up, %d deeds linearizable, %d full comparisons", &c.tally, keys, c.history.checked, c.checks)
	if c.tally.booked.Load() == 0 {
		c.t.Error("nothing was booked: the run proves nothing")
	}
}

// moment waits for any moment at which between least and most more turns have
// been answered, on a fast machine and on a slow one.
func (c *crowd) moment(rng *rand.Rand, least, most int) {
	c.t.Helper()
	until := c.tally.turns.Load() + int64(least+rng.IntN(most-least))
	if err := await(patience, func() bool { return c.tally.turns.Load() >= until || c.t.Failed() }); err != nil {
		c.t.Errorf("the clients got no answers: %v", err)
	}
	time.Sleep(time.Duration(rng.IntN(8000)) * time.Microsecond) // not only right after an answer
}

// report logs what a program complained of.
func report(t *testing.T, n *node) {
	t.Helper()
	for _, line := range n.complaints(5) {
		t.Logf("the program's log: %.400s", line)
	}
}

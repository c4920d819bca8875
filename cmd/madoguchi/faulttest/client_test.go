package faulttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// door is where clients find the program: the addresses open now.
type door struct {
	mu      sync.Mutex
	open    []string
	changed chan struct{} // closed when open changes
}

func newDoor(urls ...string) *door { return &door{open: urls, changed: make(chan struct{})} }

// set says which addresses are open from now on.
func (d *door) set(urls ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = urls
	close(d.changed)
	d.changed = make(chan struct{})
}

// knock returns the n-th open address, going round, "" if there is none, and a
// channel that tells of the next change.
func (d *door) knock(n int) (url string, changed <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.open) > 0 {
		url = d.open[n%len(d.open)]
	}
	return url, d.changed
}

// reply is what clients read of the answer to a turn.
type reply struct {
	Messages []struct {
		Kind    string
		Booking *acknowledged
	}
	Expects *struct{ Field string }
	raw     []byte // the whole answer
}

// asks is the field of the open question, "" if there is none.
func (r reply) asks() string {
	if r.Expects == nil {
		return ""
	}
	return r.Expects.Field
}

// booking is the booking in the answer, if any.
func (r reply) booking() *acknowledged {
	for _, m := range r.Messages {
		if m.Booking != nil {
			return m.Booking
		}
	}
	return nil
}

// offers reports whether the answer offers free times.
func (r reply) offers() bool {
	for _, m := range r.Messages {
		if m.Kind == "offers" {
			return true
		}
	}
	return false
}

// acknowledged is a booking as its resident was told of it.
type acknowledged struct {
	ID, Status, Key, Counter, Start string
	Receipt                         int

	user string // whose dialog it was made in
}

func (a *acknowledged) slot() string { return a.Counter + "/" + a.Start }

// slot is where a booking is, with its places.
func (c *client) slot(b *acknowledged) slot {
	for _, s := range c.slots {
		if s.value == b.slot() {
			return s
		}
	}
	return slot{value: b.slot()}
}

// tally counts what all clients did.
type tally struct {
	turns    atomic.Int64 // answered
	retries  atomic.Int64 // sent again because no answer came
	repeats  atomic.Int64 // sent again although it was answered
	booked   atomic.Int64
	moved    atomic.Int64
	given    atomic.Int64 // cancelled
	full     atomic.Int64 // refused for want of places
	occupied atomic.Int64 // answers 503
}

func (t *tally) String() string {
	return fmt.Sprintf("%d turns answered (%d sent again without an answer, %d although answered, %d times 503), %d booked, %d moved, %d cancelled, %d refused",
		t.turns.Load(), t.retries.Load(), t.repeats.Load(), t.occupied.Load(), t.booked.Load(), t.moved.Load(), t.given.Load(), t.full.Load())
}

// client is a resident's device. What it was told is its journal; it lives in
// the process of the test, which nobody kills.
type client struct {
	id      int
	door    *door
	http    *http.Client
	rng     *rand.Rand
	tally   *tally
	history *history
	slots   []slot

	dialogs, events, hops int
	journal               []*acknowledged
	last                  exchange
}

// exchange is a turn and its answer, byte for byte.
type exchange struct{ request, answer []byte }

// patience is how long a client goes on sending one event. Recovery takes far
// less; a frozen node's locks last 15 s.
const patience = 60 * time.Second

// turn sends one event until it is answered. Now and then the answered event is
// sent again: the answer must be the same, byte for byte.
func (c *client) turn(user string, said map[string]string) (reply, error) {
	c.events++
	c.hops++
	request := map[string]string{"user": user, "event": fmt.Sprintf("e%d", c.events)}
	for k, v := range said {
		request[k] = v
	}
	body, err := json.Marshal(request)
	if err != nil {
		return reply{}, err
	}
	answer, err := c.send(body)
	if err != nil {
		return reply{}, fmt.Errorf("%s: %w", body, err)
	}
	c.last = exchange{body, answer}
	if c.rng.IntN(20) == 0 {
		if err := c.repeat(); err != nil {
			return reply{}, err
		}
	}
	return readReply(answer)
}

func readReply(answer []byte) (reply, error) {
	r := reply{raw: answer}
	if err := json.Unmarshal(answer, &r); err != nil {
		return r, fmt.Errorf("%s: %w", answer, err)
	}
	return r, nil
}

// repeat sends the last event again.
func (c *client) repeat() error {
	if c.last.request == nil {
		return nil
	}
	c.tally.repeats.Add(1)
	c.hops++
	answer, err := c.send(c.last.request)
	if err == nil && !bytes.Equal(answer, c.last.answer) {
		err = fmt.Errorf("the repeated event was answered\n%s\nat first it was\n%s", answer, c.last.answer)
	}
	if err != nil {
		return fmt.Errorf("repeating %s: %w", c.last.request, err)
	}
	return nil
}

// send posts one body until it is answered.
func (c *client) send(body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var last error
	for try := 0; ; try++ {
		url, changed := c.door.knock(c.hops + try)
		if url != "" {
			answer, err := post(ctx, c.http, url+"/chat/turn", body)
			var refused *refusal
			switch {
			case err == nil:
				c.tally.turns.Add(1)
				return answer, nil
			case errors.As(err, &refused) && refused.status != http.StatusServiceUnavailable:
				return nil, err
			case refused != nil:
				c.tally.occupied.Add(1)
			}
			c.tally.retries.Add(1)
			last = err
		}
		select {
		case <-changed:
		case <-time.After(20 * time.Millisecond): // a dead address may be reopened, another tried
		case <-ctx.Done():
			return nil, fmt.Errorf("no answer within %v: %w", patience, last)
		}
	}
}

// refusal is an answer that is not 200.
type refusal struct {
	status int
	body   string
}

func (r *refusal) Error() string { return fmt.Sprintf("answered %d: %s", r.status, r.body) }

// post sends a body and returns the whole answer. An answer that breaks off is
// no answer.
func post(ctx context.Context, c *http.Client, url string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, &refusal{res.StatusCode, string(answer)}
	}
	return answer, nil
}

// user returns a person who has not been here before: nobody may take more
// than a turn a second or book more than five visits.
func (c *client) user() string {
	c.dialogs++
	return fmt.Sprintf("client-%d-%d", c.id, c.dialogs)
}

// choose sends choices one after another and returns the last answer.
func (c *client) choose(user string, choices ...string) (r reply, err error) {
	for _, choice := range choices {
		if r, err = c.turn(user, map[string]string{"choice": choice}); err != nil {
			return r, err
		}
	}
	return r, nil
}

// toSlot walks a new dialog to the question for a time.
func (c *client) toSlot(user, counter string) error {
	if _, err := c.turn(user, map[string]string{"flow": "card-pickup"}); err != nil {
		return err
	}
	r, err := c.choose(user, "self", "1", counter)
	if err == nil && r.asks() != "visit" {
		err = fmt.Errorf("asked for %q instead of a time: %s", r.asks(), r.raw)
	}
	return err
}

// take chooses a time and reports whether it was still free.
func (c *client) take(user string, s slot, next string) (bool, error) {
	began := c.history.now()
	r, err := c.choose(user, s.value)
	if err != nil {
		return false, err
	}
	switch {
	case r.asks() == next:
		c.history.add(c.id, began, s, "take", outcome{})
		return true, nil
	case r.asks() == "visit" && r.offers():
		c.history.add(c.id, began, s, "take", outcome{full: true})
		c.tally.full.Add(1)
		return false, nil
	}
	return false, fmt.Errorf("choosing %s led to %s", s.value, r.raw)
}

// book makes a booking of a slot in a new dialog.
func (c *client) book(s slot) error {
	user := c.user()
	if err := c.toSlot(user, s.counter()); err != nil {
		return err
	}
	if ok, err := c.take(user, s, "mail"); !ok || err != nil {
		return err
	}
	r, err := c.choose(user, "@skip", "yes")
	if err != nil {
		return err
	}
	b := r.booking()
	if b == nil || b.Status != "booked" || b.Key == "" || b.Receipt == 0 || b.slot() != s.value {
		return fmt.Errorf("booking %s led to %s", s.value, r.raw)
	}
	b.user = user
	c.journal = append(c.journal, b)
	c.tally.booked.Add(1)
	return nil
}

// move changes a booking to another slot, if that is free.
func (c *client) move(b *acknowledged, to slot) error {
	from := c.slot(b)
	if from == to {
		return nil
	}
	r, err := c.choose(b.user, "@change:"+b.ID)
	if err == nil && r.asks() != "counter" {
		err = fmt.Errorf("changing %s led to %s", b.ID, r.raw)
	}
	if err != nil {
		return err
	}
	if r, err = c.choose(b.user, to.counter()); err != nil {
		return err
	}
	if ok, err := c.take(b.user, to, "check"); !ok || err != nil {
		return err
	}
	began := c.history.now()
	if r, err = c.choose(b.user, "yes"); err != nil {
		return err
	}
	c.history.add(c.id, began, from, "give", outcome{})
	now := r.booking()
	if now == nil || now.Status != "changed" || now.ID != b.ID || now.slot() != to.value {
		return fmt.Errorf("moving %s to %s led to %s", b.ID, to.value, r.raw)
	}
	b.Counter, b.Start, b.Receipt = now.Counter, now.Start, now.Receipt
	c.tally.moved.Add(1)
	return nil
}

// cancel gives a booking up.
func (c *client) cancel(b *acknowledged) error {
	r, err := c.choose(b.user, "@cancel:"+b.ID)
	if err == nil && r.asks() != "sure" {
		err = fmt.Errorf("cancelling %s led to %s", b.ID, r.raw)
	}
	if err != nil {
		return err
	}
	began := c.history.now()
	if r, err = c.choose(b.user, "yes"); err != nil {
		return err
	}
	c.history.add(c.id, began, c.slot(b), "give", outcome{})
	if now := r.booking(); now == nil || now.Status != "cancelled" || now.ID != b.ID {
		return fmt.Errorf("cancelling %s led to %s", b.ID, r.raw)
	}
	b.Status = "cancelled"
	c.tally.given.Add(1)
	return nil
}

// look reads how many places of a slot are free.
func (c *client) look(s slot) error {
	began := c.history.now()
	day, clock, _ := strings.Cut(s.start(), "T")
	url, _ := c.door.knock(c.hops)
	if url == "" {
		return nil
	}
	v, err := vacancy(c.http, url, "counter="+s.counter()+"&days=1&from="+day)
	if err != nil {
		return nil // nobody was there; a read may be given up
	}
	for _, free := range v {
		if free.value == s.value {
			c.history.add(c.id, began, s, "read", outcome{free: free.places})
			return nil
		}
	}
	return fmt.Errorf("the calendar of %s has no %s: %v", day, clock, v)
}

// most is how many bookings a client keeps, so that places never run out for
// good.
const most = 12

// act does one whole thing a resident does.
func (c *client) act() error {
	var own []*acknowledged
	for _, b := range c.journal {
		if b.Status == "booked" {
			own = append(own, b)
		}
	}
	s := c.slots[c.rng.IntN(len(c.slots))]
	switch n := c.rng.IntN(20); {
	case len(own) > most || n < 3 && len(own) > 0:
		return c.cancel(own[c.rng.IntN(len(own))])
	case n < 7 && len(own) > 0:
		// The youngest: an old dialog may have used up its turns of the minute.
		return c.move(own[len(own)-1], s)
	case n < 10:
		return c.look(s)
	}
	return c.book(s)
}

// findByKey looks a booking up as someone does who has only its access key.
func (c *client) findByKey(b *acknowledged) error {
	user := c.user()
	if _, err := c.turn(user, map[string]string{"flow": "reservation"}); err != nil {
		return err
	}
	r, err := c.choose(user, "find")
	if err == nil && r.asks() != "key" {
		err = fmt.Errorf("looking for a booking led to %s", r.raw)
	}
	if err != nil {
		return err
	}
	if r, err = c.turn(user, map[string]string{"text": b.Key}); err != nil {
		return err
	}
	found := r.booking()
	if found == nil || found.ID != b.ID || found.slot() != b.slot() || found.Receipt != b.Receipt || found.Status != b.Status {
		return fmt.Errorf("the key of %+v opens %s", *b, r.raw)
	}
	return nil
}

// slot is a time at a counter.
type slot struct {
	value  string // as a dialog names it: COUNTER/2026-12-01T10:00
	places int
}

func (s slot) counter() string { c, _, _ := strings.Cut(s.value, "/"); return c }
func (s slot) start() string   { _, at, _ := strings.Cut(s.value, "/"); return at }

// vacancy reads the public calendar: the slots with their free places.
func vacancy(c *http.Client, url, query string) ([]slot, error) {
	r, err := http.NewRequest(http.MethodGet, url+"/vacancy?service=card-pickup&"+query, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	res, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var v struct {
		Counters []struct {
			ID   string
			Days []struct {
				Date  string
				Slots []struct {
					Start string
					Free  int
				}
			}
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
		return nil, err
	}
	var list []slot
	for _, counter := range v.Counters {
		for _, day := range counter.Days {
			for _, s := range day.Slots {
				list = append(list, slot{counter.ID + "/" + day.Date + "T" + s.Start, s.Free})
			}
		}
	}
	return list, nil
}

// someSlots picks n free slots of the coming weeks, all of whose places are
// free, from every counter.
func someSlots(c *http.Client, url string, rng *rand.Rand, n int) ([]slot, error) {
	day := time.Now().UTC().AddDate(0, 0, 2).Format(time.DateOnly)
	all, err := vacancy(c, url, "days=25&from="+day)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s slot) bool { return s.places == 0 })
	if len(all) < n {
		return nil, fmt.Errorf("only %d free slots in the calendar", len(all))
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:n], nil
}

package line

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"madoguchi/bot"
	"madoguchi/channels/line/linetest"
	"madoguchi/i18n"
)

// clock is time that only moves when told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// never is a timer that does not go off.
func never(time.Duration) <-chan time.Time { return nil }

// memory is inbox, outbox, engine, people and questions in one, as strict about
// leases and order as the interfaces ask.
type memory struct {
	clock *clock

	mu      sync.Mutex
	lease   int
	events  map[string]*row
	queue   []*parcel
	people  map[string]string // user → "blocked" or "known"
	redact  []string
	turns   []bot.Inbound
	answers map[string]bot.Reply
	open    map[string]Question // conversation/asked

	storeErr error
	// say makes the answer to a turn; nil answers "了解: …".
	say func(bot.Inbound) (bot.Reply, error)
}

type row struct {
	tenant   string
	arrival  int
	event    Event
	attempts int
	due      time.Time
	leased   time.Time
	lease    string
	done     bool
	dead     string
}

type parcel struct {
	delivery Delivery
	due      time.Time
	leased   time.Time
	result   Result
	history  []Result
	done     bool
}

func newMemory(c *clock) *memory {
	return &memory{clock: c, events: map[string]*row{}, people: map[string]string{},
		answers: map[string]bot.Reply{}, open: map[string]Question{}}
}

func (m *memory) Store(_ context.Context, tenant string, events []Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.storeErr != nil {
		return m.storeErr
	}
	for _, e := range events {
		if old := m.events[e.ID]; old != nil {
			if !old.done && e.Received.After(old.event.Received) {
				old.event.Received = e.Received
			}
			continue
		}
		m.events[e.ID] = &row{tenant: tenant, arrival: len(m.events), event: e}
	}
	return nil
}

type inboxOf struct{ *memory }
type outboxOf struct{ *memory }

func (i inboxOf) Claim(_ context.Context, n int, lease time.Duration) ([]Claimed, error) {
	m := i.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	var rows []*row
	for _, r := range m.events {
		if !r.done {
			rows = append(rows, r)
		}
	}
	sort.Slice(rows, func(a, b int) bool {
		if !rows[a].event.Time.Equal(rows[b].event.Time) {
			return rows[a].event.Time.Before(rows[b].event.Time)
		}
		return rows[a].arrival < rows[b].arrival
	})
	now := m.clock.Now()
	seen := map[string]bool{}
	var list []Claimed
	for _, r := range rows {
		if seen[r.event.User] && r.event.User != "" {
			continue
		}
		seen[r.event.User] = true
		if r.due.After(now) || r.leased.After(now) || len(list) == n {
			continue
		}
		m.lease++
		r.attempts++
		r.leased, r.lease = now.Add(lease), fmt.Sprint(m.lease)
		list = append(list, Claimed{Tenant: r.tenant, Event: r.event, Attempts: r.attempts, Lease: r.lease})
	}
	return list, nil
}

func (i inboxOf) Finish(_ context.Context, c Claimed, h Handled) error {
	m := i.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.events[c.Event.ID]
	if r.lease != c.Lease {
		return nil
	}
	r.lease, r.leased = "", time.Time{}
	r.due, r.dead = h.Retry, h.Dead
	r.done = h.Retry.IsZero()
	return nil
}

func (m *memory) Turn(_ context.Context, in bot.Inbound) (bot.Reply, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, again := m.answers[in.Event]; again {
		return r, nil
	}
	say := m.say
	if say == nil {
		say = func(in bot.Inbound) (bot.Reply, error) {
			return bot.Reply{Conversation: "c1", Lang: i18n.Japanese, Messages: []bot.Message{{From: bot.FromBot, Text: "了解: " + in.Event}}}, nil
		}
	}
	r, err := say(in)
	if err != nil {
		return r, err
	}
	m.turns = append(m.turns, in)
	m.answers[in.Event] = r
	if m.people[in.User] == "" {
		m.people[in.User] = "known"
	}
	m.enqueue(Delivery{Tenant: in.Tenant, User: in.User, Conversation: r.Conversation, Messages: r.Messages,
		Lang: r.Lang, Asked: r.Asked, Expects: r.Expects, Deliver: in.Deliver})
	for _, msg := range r.Messages {
		if len(msg.Choices) > 0 {
			m.open[fmt.Sprint(in.User, r.Conversation, r.Asked)] = Question{Message: msg, Lang: r.Lang, Expects: r.Expects}
		}
	}
	return r, nil
}

func (m *memory) enqueue(d Delivery) *parcel {
	d.ID = fmt.Sprintf("d%d", len(m.queue)+1)
	d.RetryKey = uuid.New()
	p := &parcel{delivery: d}
	m.queue = append(m.queue, p)
	return p
}

func (o outboxOf) Claim(_ context.Context, n int, lease time.Duration) ([]Delivery, error) {
	m := o.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock.Now()
	seen := map[string]bool{}
	var list []Delivery
	for _, p := range m.queue {
		d := &p.delivery
		if p.done || seen[d.User] {
			continue
		}
		seen[d.User] = true
		if p.due.After(now) || p.leased.After(now) || len(list) == n {
			continue
		}
		m.lease++
		d.Attempts++
		if d.FirstTry.IsZero() {
			d.FirstTry = now
		}
		d.Lease, p.leased = fmt.Sprint(m.lease), now.Add(lease)
		list = append(list, *d)
	}
	return list, nil
}

func (o outboxOf) Finish(_ context.Context, d Delivery, r Result) error {
	m := o.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.queue {
		if p.delivery.ID != d.ID || p.delivery.Lease != d.Lease {
			continue
		}
		p.delivery.Lease, p.leased = "", time.Time{}
		p.result, p.due, p.delivery.Note = r, r.At, r.Note
		p.history = append(p.history, r)
		p.done = r.State != Retry
	}
	return nil
}

func (m *memory) Known(_ context.Context, _, user string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.people[user] != "", nil
}

func (m *memory) Block(_ context.Context, _, user string, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.people[user] = "blocked"
	for _, p := range m.queue {
		if p.delivery.User == user && !p.done {
			p.done, p.result = true, Result{State: Dead, Reason: "blocked"}
		}
	}
	return nil
}

func (m *memory) Unblock(_ context.Context, _, user string, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.people[user] = "known"
	return nil
}

func (m *memory) Redact(_ context.Context, _, _, ref string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.redact = append(m.redact, ref)
	return nil
}

func (m *memory) Question(_ context.Context, _, user, conversation string, asked int64) (Question, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q, ok := m.open[fmt.Sprint(user, conversation, asked)]
	if !ok {
		return Question{}, ErrNoQuestion
	}
	return q, nil
}

// journal is an Observer that remembers.
type journal struct {
	mu      sync.Mutex
	audits  []string
	counts  map[string]int
	notices []string
}

func (j *journal) observer() Observer {
	return Observer{
		Audit: func(_ context.Context, _, action, detail string) {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.audits = append(j.audits, action+" "+detail)
		},
		Count: func(counter, label string) {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.counts[counter+"/"+label]++
		},
		Notify: func(_ context.Context, _, what string) {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.notices = append(j.notices, what)
		},
	}
}

func (j *journal) audited(action string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := 0
	for _, a := range j.audits {
		if strings.HasPrefix(a, action+" ") {
			n++
		}
	}
	return n
}

// house is the channel between a stand-in for LINE and memory.
type house struct {
	t       testing.TB
	clock   *clock
	line    *linetest.Server
	memory  *memory
	journal *journal
	channel *Channel
	hook    *Webhook
	recv    *Receiver
	send    *Deliverer
}

const tenant = "sample"

func build(t testing.TB) *house {
	t.Helper()
	c := newClock()
	h := &house{t: t, clock: c, line: linetest.New(c.Now), memory: newMemory(c), journal: &journal{counts: map[string]int{}}}
	t.Cleanup(h.line.Close)
	h.channel = &Channel{Tenant: tenant, Secret: h.line.Secret, Token: h.line.Token, Bot: h.line.Bot, API: h.line.URL,
		PostbackKey: []byte("0123456789abcdef0123456789abcdef")}
	channels := func(_ context.Context, name string) (*Channel, error) {
		if name != tenant {
			return nil, ErrNoChannel
		}
		return h.channel, nil
	}
	api := NewAPI(200*time.Millisecond, c.Now, never)
	renderer := &Renderer{Texts: testTexts, Now: c.Now}
	h.hook = &Webhook{Channels: channels, Inbox: inboxOf{h.memory}, Now: c.Now, Observer: h.journal.observer()}
	h.recv = &Receiver{Channels: channels, Inbox: inboxOf{h.memory}, Engine: h.memory, People: h.memory, Questions: h.memory,
		API: api, Renderer: renderer, Now: c.Now, After: never, Observer: h.journal.observer()}
	h.send = &Deliverer{Channels: channels, Outbox: outboxOf{h.memory}, API: api, Renderer: renderer,
		Now: c.Now, After: never, Jitter: func() float64 { return 0.5 }, Observer: h.journal.observer()}
	return h
}

// settle runs receiver and deliverer until neither finds anything due.
func (h *house) settle() {
	h.t.Helper()
	for range 1000 {
		a, err := h.recv.Once(context.Background())
		b, err2 := h.send.Once(context.Background())
		if err := errors.Join(err, err2); err != nil {
			h.t.Fatal(err)
		}
		if a+b == 0 {
			return
		}
	}
	h.t.Fatal("never settles")
}

// drain settles again and again, an hour's worth of retries and more.
func (h *house) drain(step time.Duration, steps int) {
	h.t.Helper()
	h.settle()
	for range steps {
		h.clock.Add(step)
		h.settle()
	}
}

package faulttest

import (
	"bufio"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/channels/line/linetest"
	"madoguchi/store/storetest"
)

// script is what every resident on LINE says, over and over. Nothing in it
// depends on what others do, so that everybody must be shown the same.
var script = []string{"カードを受け取りたい", "本人", "1人", "戻る", "2人", "やめる", "はい"}

// loops is how often one resident goes through the script: nobody may take more
// than 60 turns a minute.
const loops = 7

// platform is LINE: the stand-in API that shows messages, and the side that
// sends webhooks until they are answered 200.
type platform struct {
	t        *testing.T
	api      *linetest.Server
	door     *door
	http     *http.Client
	expected [][]string // event → what is shown in return
	tokens   bool       // events bring reply tokens
	ahead    int        // how many things a resident says ahead of the answers
	pause    int        // milliseconds between them, at most

	mu   sync.Mutex
	said map[string]int // user → events accepted

	events, copies, refused, webhooks atomic.Int64
}

func newPlatform(t *testing.T, kind storetest.Kind) (*platform, *site) {
	t.Helper()
	api := linetest.New(time.Now)
	t.Cleanup(api.Close)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	t.Cleanup(transport.CloseIdleConnections)
	p := &platform{
		t: t, api: api, tokens: true, ahead: 8, pause: 100, said: map[string]int{},
		http: &http.Client{Transport: transport, Timeout: 5 * time.Second},
	}
	return p, newSite(t, kind, "LINE_API_URL="+api.URL, "LINE_CHANNEL_SECRET="+api.Secret, "LINE_CHANNEL_TOKEN="+api.Token)
}

// event is the n-th thing a user says. Each has a time of its own: it is by the
// time that events are put in order.
func (p *platform) event(user string, n int, from time.Time) linetest.Event {
	e := p.api.Text(user, script[n%len(script)])
	e["timestamp"] = from.Add(time.Duration(n) * time.Millisecond).UnixMilli()
	if !p.tokens {
		delete(e, "replyToken")
	}
	return e
}

// post sends one webhook until it is answered 200, as LINE redelivers.
func (p *platform) post(events ...linetest.Event) {
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		url, changed := p.door.knock(int(p.webhooks.Add(1)))
		if url != "" {
			res, err := p.http.Do(p.api.Request(url+"/line/webhook", p.api.Body(events...)))
			if err == nil {
				res.Body.Close()
				if res.StatusCode == http.StatusOK {
					return
				}
			}
		}
		p.refused.Add(1)
		for i := range events {
			events[i] = p.api.Redeliver(events[i])
		}
		select {
		case <-changed:
		case <-time.After(20 * time.Millisecond): // the address may be open again
		}
	}
	p.t.Errorf("a webhook was not accepted within %v", patience)
}

// resident says the script, some lines at a time, without waiting for answers.
// Webhooks hold their events in any order, and some come twice.
func (p *platform) resident(user string, rng *rand.Rand, stop *atomic.Bool) {
	from := time.Now()
	var earlier []linetest.Event
	for n := 0; n < loops*len(script) && !stop.Load(); {
		var batch []linetest.Event
		for range min(1+rng.IntN(3), loops*len(script)-n) {
			batch = append(batch, p.event(user, n, from))
			n++
		}
		earlier = append(earlier, batch...)
		fresh := len(batch)
		for range rng.IntN(3) {
			batch = append(batch, p.api.Redeliver(earlier[rng.IntN(len(earlier))]))
		}
		rng.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
		p.post(batch...)
		p.events.Add(int64(fresh))
		p.copies.Add(int64(len(batch) - fresh))
		p.mu.Lock()
		p.said[user] = n
		p.mu.Unlock()
		// A person's pauses, shortened; and nobody talks on for long without
		// being answered.
		for time.Sleep(time.Duration(rng.IntN(p.pause)) * time.Millisecond); n-p.answered(user) > p.ahead && !stop.Load(); {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// answered is how many of a user's events have been answered on the screen.
func (p *platform) answered(user string) int {
	shown := len(p.api.Texts(user))
	for n, messages := range p.expected {
		if shown -= len(messages); shown < 0 {
			return n
		}
	}
	return len(p.expected)
}

// during lets residents talk while the nemesis is at it.
func (p *platform) during(rng *rand.Rand, residents int, nemesis func()) {
	var stop atomic.Bool
	var talking sync.WaitGroup
	p.mu.Lock()
	known := len(p.said)
	p.mu.Unlock()
	for i := range residents {
		chance := rand.New(rand.NewPCG(rng.Uint64(), uint64(i)))
		talking.Go(func() {
			for k := 0; !stop.Load(); k++ { // one after another, until it is over
				p.resident(linetest.User(1_000_000*known+1000*i+k+1), chance, &stop)
			}
		})
	}
	nemesis()
	stop.Store(true)
	talking.Wait()
}

// learn lets one resident say the script with nothing in the way, and notes
// what is shown in return for each event.
func (p *platform) learn() { p.learnFirst(loops * len(script)) }

// learnFirst is learn for the first lines of the script.
func (p *platform) learnFirst(lines int) {
	p.t.Helper()
	user, from := linetest.User(999_999_999), time.Now()
	for n := range lines {
		before := len(p.api.Texts(user))
		p.post(p.event(user, n, from))
		if err := await(patience, func() bool { return len(p.api.Texts(user)) > before && p.idle() }); err != nil {
			p.t.Fatalf("nothing was shown for %q: %v", script[n%len(script)], err)
		}
		p.expected = append(p.expected, p.api.Texts(user)[before:])
	}
}

// idle reports whether no event waits for its turn and no message for LINE.
func (p *platform) idle() bool {
	url, _ := p.door.knock(0)
	res, err := p.http.Get(strings.TrimSuffix(url, "/t/sample") + "/metrics")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	empty := 0
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if lines.Text() == "madoguchi_inbox_waiting 0" || lines.Text() == "madoguchi_outbox_waiting 0" {
			empty++
		}
	}
	return empty == 2
}

// settle waits until everything is done and compares what each resident was
// shown with what they had to be: every message once, in order.
func (p *platform) settle(within time.Duration) {
	p.t.Helper()
	began := time.Now()
	if err := await(within, p.idle); err != nil {
		p.t.Errorf("events or messages still wait: %v", err)
	}
	shown := 0
	for _, user := range slices.Sorted(maps.Keys(p.said)) {
		var want []string
		for n := range p.said[user] {
			want = append(want, p.expected[n]...)
		}
		got := p.api.Texts(user)
		shown += len(got)
		if !slices.Equal(got, want) {
			p.t.Errorf("user %s said %d things and was shown %d messages of %d: %s", user, p.said[user], len(got), len(want), difference(got, want))
		}
	}
	if v := p.api.Violations(); len(v) > 0 {
		p.t.Errorf("LINE would have refused: %q", v[:min(len(v), 5)])
	}
	p.t.Logf("%d events of %d residents and %d copies of them accepted, %d webhooks sent again; %d messages shown once and in order, the last %v after the faults",
		p.events.Load(), len(p.said), p.copies.Load(), p.refused.Load(), shown, time.Since(began).Round(time.Millisecond))
}

// difference shows where two lists part.
func difference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			return fmt.Sprintf("number %d is %.60q, not %.60q", i+1, g, w)
		}
	}
	return "no difference"
}

// LINE's API fails in every way it has, one call at a time, while residents
// talk: 500 before and after it has taken a message, no answer at all, 429.
func TestLINEFails(t *testing.T) {
	each(t, func(t *testing.T, kind storetest.Kind) {
		const faults = 40
		rng := seeded(t)
		p, s := newPlatform(t, kind)
		n := s.start()
		p.door = newDoor(n.url)
		if kind == storetest.Postgres {
			p.door.set(n.url, s.start().url)
		}
		p.learn()
		// A hundred events of twenty residents in one webhook, in any order.
		var batch []linetest.Event
		from := time.Now()
		for i := range 20 {
			user := linetest.User(i + 1)
			for k := range 5 {
				batch = append(batch, p.event(user, k, from))
			}
			p.said[user] = 5
		}
		rng.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
		p.post(batch...)
		p.events.Add(100)

		counts := map[string]int{}
		fail := func(tokens bool, endpoint string, kinds ...string) {
			p.tokens = tokens
			p.during(rng, 10, func() {
				for range scaled(t, faults) / 2 {
					kind := kinds[rng.IntN(len(kinds))]
					if kind == linetest.HangAfter && counts[kind+" "+endpoint] > 0 {
						kind = linetest.ErrorAfter // each costs its resident ten seconds
					}
					before := len(p.api.Calls(endpoint))
					p.api.FailApart(endpoint, kind)
					counts[kind+" "+endpoint]++
					// One failure at a time.
					if err := await(patience, func() bool { return len(p.api.Calls(endpoint)) > before+10 }); err != nil {
						t.Errorf("no calls to fail: %v", err)
						return
					}
				}
			})
		}
		kinds := []string{linetest.ErrorAfter, linetest.ErrorBefore, linetest.RateLimited, linetest.HangAfter, linetest.Garbled}
		fail(true, linetest.Reply, kinds...)
		fail(false, linetest.Push, kinds...)
		p.settle(patience)
		s.verify()
		report(t, n)
		t.Logf("failed: %v", counts)
	})
}

// The program is killed on every step of LINE's way in and out: while events
// are stored, before and within their turns, before and after messages are
// sent, before that is noted.
func TestKilledBetweenWebhookAndAnswer(t *testing.T) {
	each(t, func(t *testing.T, kind storetest.Kind) {
		const each = 2
		rng := seeded(t)
		p, s := newPlatform(t, kind)
		n := s.start()
		p.door = newDoor(n.url)
		p.learn()
		n.kill()
		within := patience
		if kind == storetest.Postgres {
			// A lease of a dead node lasts up to two minutes. By then a reply
			// token has expired and nobody can tell whether it was used, so that
			// such a message is given up as unknown; pushes can be repeated.
			p.tokens = false
			p.ahead, p.pause = loops*len(script), 400 // there is traffic all the same
			within = 4 * time.Minute
		}
		hits := map[string]int{}
		points := slices.Concat(linePoints, []string{"commit.before", "commit.after", "conversation.messages"})
		p.during(rng, 10, func() {
			for range scaled(t, each) {
				for _, point := range points {
					crashAt(t, s, p.door, point, 1+rng.IntN(12))
					hits[point]++
				}
				// And at a moment nobody has named.
				n = s.start()
				p.door.set(n.url)
				time.Sleep(time.Duration(20+rng.IntN(200)) * time.Millisecond)
				n.kill()
				hits["any"]++
			}
			n = s.start()
			p.door.set(n.url)
		})
		p.settle(within)
		s.verify()
		report(t, n)
		t.Logf("killed at %v", hits)
	})
}

// A02: one signed webhook arrives a thousand times at once at two nodes. Each
// is accepted; the resident is answered once.
func TestA02OneWebhookAThousandTimes(t *testing.T) {
	p, s := newPlatform(t, storetest.Postgres)
	a, b := s.start(), s.start()
	p.door = newDoor(a.url, b.url)
	p.learnFirst(1)
	user := linetest.User(42)
	e := p.event(user, 0, time.Now())
	body := p.api.Body(e)
	var sending sync.WaitGroup
	var others atomic.Int64
	slots := make(chan struct{}, 64)
	for i := range 1000 {
		url := []string{a.url, b.url}[i%2]
		slots <- struct{}{}
		sending.Go(func() {
			defer func() { <-slots }()
			res, err := p.http.Do(p.api.Request(url+"/line/webhook", body))
			if err != nil {
				others.Add(1)
				return
			}
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				others.Add(1)
			}
		})
	}
	sending.Wait()
	if n := others.Load(); n > 0 {
		t.Errorf("%d of 1,000 were not answered 200", n)
	}
	if err := await(patience, func() bool { return len(p.api.Texts(user)) >= len(p.expected[0]) && p.idle() }); err != nil {
		t.Errorf("the event was not answered: %v", err)
	}
	if got := p.api.Texts(user); !slices.Equal(got, p.expected[0]) {
		t.Errorf("shown %q, want %q", got, p.expected[0])
	}
	if v := p.api.Violations(); len(v) > 0 {
		t.Errorf("LINE would have refused: %q", v)
	}
	s.verify()
}

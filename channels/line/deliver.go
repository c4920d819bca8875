package line

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Deliverer sends what the outbox holds. Any number of Deliverers, on any number
// of nodes, may share an outbox.
//
// The rule for one delivery: the reply token first, while it is surely alive
// (free of quota, LO11); if LINE says it is spent, or it is too old, a push. A
// reply whose outcome is unclear is tried once more with the same token: the
// token works once, so a "spent" then means that the first try arrived (LO2). A
// push is tried under the same key until LINE answers, which makes the tries one
// message (LO4), but only while LINE remembers the key (LO6).
type Deliverer struct {
	Channels Channels
	Outbox   Outbox
	API      *API
	Renderer *Renderer

	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
	// Jitter returns a number in [0,1); rand.Float64 if nil.
	Jitter   func() float64
	Observer Observer

	mu     sync.Mutex
	paused map[string]time.Time // by tenant: no pushes before, quota used up
}

const (
	deliverBatch = 32
	// Longer than a try takes with every call at its time limit; a node that dies
	// holds its deliveries up for so long, and a reply token lives a minute.
	deliverLease = 30 * time.Second

	// A reply token lives a minute from receipt; the margin is for the way to
	// LINE (LO1).
	tokenFresh = 50 * time.Second
	tokenLife  = 60 * time.Second

	// LINE forgets a retry key after 24 hours and would take the next try for a
	// new message (LO6). The last try must end well before.
	keyLife = 23 * time.Hour

	firstBackoff = time.Second
	maxBackoff   = 10 * time.Minute
	// How long to leave LINE alone when only the operator can help.
	quotaPause = time.Hour
	tokenPause = 5 * time.Minute
)

// note is what one try tells the next (Result.Note).
type note struct {
	// Attempt is the try that wrote this. If it is not the last one, the last one
	// died without a word.
	Attempt int `json:"attempt"`
	// Parts is how many calls LINE has accepted.
	Parts int `json:"parts,omitempty"`
	// Reply is the fate of the reply token.
	Reply replyFate `json:"reply,omitempty"`
	// Lost marks an earlier part whose arrival could not be found out.
	Lost bool `json:"lost,omitempty"`
}

type replyFate string

const (
	replyUntried replyFate = ""      // no call with it has reached LINE
	replyOver    replyFate = "over"  // used, or known to be dead: push from here on
	replyAsked   replyFate = "asked" // one call's outcome is unclear
)

// Run delivers until ctx ends, and then brings to an end what it has begun. wake,
// which may be nil, says that there is work before the next poll. It returns
// ctx's error.
func (d *Deliverer) Run(ctx context.Context, wake <-chan struct{}) error {
	return d.crew().run(ctx, deliverBatch, wake)
}

// Once tries one batch of due deliveries and returns how many it had. An error
// means that the outbox could not be asked.
func (d *Deliverer) Once(ctx context.Context) (int, error) {
	return d.crew().once(ctx, deliverBatch)
}

func (d *Deliverer) crew() crew[Delivery] {
	return crew[Delivery]{
		claim: func(ctx context.Context, n int) ([]Delivery, error) {
			batch, err := d.Outbox.Claim(ctx, n, deliverLease)
			if err != nil {
				return nil, fmt.Errorf("claim LINE deliveries: %w", err)
			}
			return batch, nil
		},
		do: func(ctx context.Context, delivery Delivery) {
			// A call cut short by the program's end would be one more unclear
			// outcome; each has its own deadline.
			ctx = context.WithoutCancel(ctx)
			result := d.try(ctx, delivery)
			d.report(ctx, delivery, result)
			// If this fails the lease runs out and the next try reads the
			// unfinished attempt as "outcome unknown".
			_ = d.Outbox.Finish(ctx, delivery, result)
		},
		after:  d.After,
		failed: func() { d.Observer.Count(CountDeliveries, "outbox-unavailable") },
	}
}

// report tells the operator's side what became of a delivery.
func (d *Deliverer) report(ctx context.Context, delivery Delivery, r Result) {
	d.Observer.Count(CountDeliveries, string(r.State))
	switch r.State {
	case Dead:
		d.Observer.Audit(ctx, delivery.Tenant, AuditDead, delivery.ID+" "+r.Reason)
	case Unknown:
		d.Observer.Audit(ctx, delivery.Tenant, AuditUnknown, delivery.ID+" "+r.Reason)
	}
}

// try is one try of one delivery. A panic leaves the outcome as unclear as a
// crash would.
func (d *Deliverer) try(ctx context.Context, delivery Delivery) (r Result) {
	t := attempt{Deliverer: d, Delivery: delivery}
	defer func() {
		if recover() != nil {
			if t.note.Reply == replyUntried {
				t.note.Reply = replyAsked
			}
			r = t.later("panic", 0)
		}
	}()
	ch, err := d.Channels(ctx, delivery.Tenant)
	if err != nil {
		// Nothing is sent, yet an earlier, unfinished try may have been.
		t.recall()
		if errors.Is(err, ErrNoChannel) {
			return t.end(Dead, "no channel")
		}
		return t.later("channel unavailable", 0)
	}
	t.ch = ch
	t.recall()
	return t.run(ctx)
}

// attempt is one try under way.
type attempt struct {
	*Deliverer
	Delivery
	ch       *Channel
	note     note
	token    replyBy
	requests []Request
}

// recall finds out what earlier tries left behind.
func (t *attempt) recall() {
	if t.Deliver != nil && json.Unmarshal(t.Deliver, &t.token) != nil {
		t.token = replyBy{}
	}
	if t.Delivery.Note != nil && json.Unmarshal(t.Delivery.Note, &t.note) != nil {
		t.note = note{}
	}
	if t.note.Attempt != t.Attempts-1 && t.note.Reply == replyUntried {
		// The worker before us died. If it had a token, it may have used it.
		t.note.Reply = replyAsked
	}
	if t.token.Token == "" {
		t.note.Reply = replyOver
	}
}

// run sends the parts that are still to be sent.
func (t *attempt) run(ctx context.Context) Result {
	parts := t.Renderer.Render(t.ch, t.Delivery)
	for t.note.Parts < len(parts) {
		i := t.note.Parts
		if i == 0 && t.note.Reply != replyOver {
			r, done := t.byReply(ctx, parts[0])
			if done {
				return r
			}
			if t.note.Parts > 0 {
				continue
			}
		}
		if r, done := t.byPush(ctx, i, parts[i]); done {
			return r
		}
	}
	if t.note.Lost {
		return t.end(Unknown, "reply outcome unknown")
	}
	return t.end(Sent, "")
}

// byReply tries the reply token. It returns done and the result if the try ends
// here; otherwise either the part has been dealt with, or a push is in order.
func (t *attempt) byReply(ctx context.Context, part []Message) (Result, bool) {
	fresh := tokenFresh
	if t.note.Reply == replyAsked {
		fresh = tokenLife
	}
	for {
		if t.Now().Sub(t.token.Received) >= fresh {
			if t.note.Reply == replyAsked {
				return Result{}, t.lost()
			}
			t.note.Reply = replyOver
			return Result{}, false
		}
		o, err := t.API.reply(ctx, t.ch, t.token.Token, part)
		if err != nil {
			return t.later("not sent", 0), true
		}
		t.requests = append(t.requests, o.request)
		asked := t.note.Reply == replyAsked
		switch o.verdict {
		case accepted:
			t.Observer.Count(CountSends, "reply")
			t.note.Reply = replyOver
			t.note.Parts++
			return Result{}, false
		case tokenSpent:
			t.note.Reply = replyOver
			if asked {
				// The unclear try had arrived.
				t.note.Parts++
			}
			return Result{}, false
		case unclear:
			if asked {
				return Result{}, t.lost()
			}
			t.note.Reply, fresh = replyAsked, tokenLife
		case unsent:
			return t.later("LINE unreachable", 0), true
		case unauthorized:
			t.Observer.Notify(ctx, t.Tenant, NoticeUnauthorized)
			return t.later("access token refused", tokenPause), true
		case refused:
			return t.end(Dead, "refused "+itoa(o.request.Status)+" "+o.property), true
		default: // rateLimited, overQuota: replies are free of quota, so both pass
			return t.later("rate limited", 0), true
		}
	}
}

// lost gives up finding out whether the first part arrived: the reply's one
// repetition was unclear as well, or its minute is over. It is never pushed, as
// that could show it twice; the parts after it were certainly not sent, and are.
func (t *attempt) lost() (done bool) {
	t.note.Reply, t.note.Lost = replyOver, true
	t.note.Parts++
	return false
}

// byPush tries a push of part i. It returns done and the result if the try ends
// here.
func (t *attempt) byPush(ctx context.Context, i int, part []Message) (Result, bool) {
	now := t.Now()
	if !t.FirstTry.IsZero() && now.Sub(t.FirstTry) >= keyLife {
		return t.end(Dead, "no success within 23 hours"), true
	}
	if until, paused := t.pausedUntil(t.Tenant, now); paused {
		return t.later("monthly quota", until.Sub(now)), true
	}
	o, err := t.API.push(ctx, t.ch, t.User, t.key(i), part)
	if err != nil {
		return t.later("not sent", 0), true
	}
	t.requests = append(t.requests, o.request)
	switch o.verdict {
	case accepted:
		t.Observer.Count(CountSends, "push")
		t.note.Parts++
		return Result{}, false
	case overQuota:
		t.pause(t.Tenant, now.Add(quotaPause))
		t.Observer.Notify(ctx, t.Tenant, NoticeQuota)
		return t.later("monthly quota", quotaPause), true
	case unauthorized:
		t.Observer.Notify(ctx, t.Tenant, NoticeUnauthorized)
		return t.later("access token refused", tokenPause), true
	case refused, tokenSpent:
		return t.end(Dead, "refused "+itoa(o.request.Status)+" "+o.property), true
	case rateLimited:
		return t.later("rate limited", 0), true
	}
	return t.later("outcome unclear", 0), true
}

// key is the retry key of part i: the stored one, and for further parts ids
// derived from it, the same on every try.
func (t *attempt) key(i int) string {
	if i == 0 {
		return t.RetryKey.String()
	}
	return uuid.NewSHA1(t.RetryKey, []byte("part "+itoa(i))).String()
}

// end is a final result.
func (t *attempt) end(s State, reason string) Result {
	return Result{State: s, Reason: reason, Requests: t.requests}
}

// later is another try after at least the given pause, or the end if that would
// be too late. The wait doubles with each try, half of it by chance, so that
// those who failed together do not come back together.
func (t *attempt) later(reason string, pause time.Duration) Result {
	jitter := rand.Float64
	if t.Jitter != nil {
		jitter = t.Jitter
	}
	wait := min(firstBackoff<<min(t.Attempts-1, 20), maxBackoff)
	wait = wait/2 + time.Duration(jitter()*float64(wait/2))
	at := t.Now().Add(max(wait, pause))
	if !t.FirstTry.IsZero() && at.Sub(t.FirstTry) >= keyLife {
		return t.end(Dead, reason+" for 23 hours")
	}
	t.note.Attempt = t.Attempts
	carried, err := json.Marshal(t.note)
	if err != nil {
		return t.end(Unknown, "note not written") // cannot happen: plain fields
	}
	return Result{State: Retry, At: at, Reason: reason, Requests: t.requests, Note: carried}
}

// pausedUntil reports whether the tenant's pushes are stopped, and until when.
func (d *Deliverer) pausedUntil(tenant string, now time.Time) (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	until := d.paused[tenant]
	return until, now.Before(until)
}

// pause stops the tenant's pushes; replies go on (LO9).
func (d *Deliverer) pause(tenant string, until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.paused == nil {
		d.paused = make(map[string]time.Time)
	}
	d.paused[tenant] = until
}

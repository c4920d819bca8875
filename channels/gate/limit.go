package gate

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter bounds how often each client may do something. It remembers a bounded
// number of clients: the one unseen for longest is forgotten first, so a flood
// of invented names costs memory only up to that bound and gives the flooder
// nothing that a new name would not. A nil Limiter allows everything.
type Limiter struct {
	rate  rate.Limit
	burst int
	max   int
	clock func() time.Time

	mu     sync.Mutex
	order  *list.List // of *client, most recently seen first
	client map[string]*list.Element
}

type client struct {
	key    string
	bucket *rate.Limiter
}

// NewLimiter allows each client burst events at once and r a second after that,
// remembering at most maxClients clients.
func NewLimiter(r rate.Limit, burst, maxClients int, clock func() time.Time) *Limiter {
	return &Limiter{
		rate: r, burst: burst, max: maxClients, clock: clock,
		order: list.New(), client: make(map[string]*list.Element),
	}
}

// Allow reports whether the client called key may do it once more now.
func (l *Limiter) Allow(key string) bool {
	if l == nil {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.client[key]
	if ok {
		l.order.MoveToFront(e)
	} else {
		if l.order.Len() >= l.max {
			oldest := l.order.Back()
			delete(l.client, l.order.Remove(oldest).(*client).key)
		}
		e = l.order.PushFront(&client{key, rate.NewLimiter(l.rate, l.burst)})
		l.client[key] = e
	}
	return e.Value.(*client).bucket.AllowN(l.clock(), 1)
}

// Len returns the number of clients remembered.
func (l *Limiter) Len() int {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.order.Len()
}

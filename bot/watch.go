package bot

import (
	"slices"
	"sync"

	"madoguchi/store"
	"madoguchi/store/conversation"
)

// Watch wakes those who look at a conversation when something is added to it.
// Thousands of open chats share one subscription to the database.
type Watch struct {
	mu      sync.Mutex
	waiting map[string][]chan struct{} // by conversation
	stop    func()
}

// NewWatch begins to listen; Close ends it.
func NewWatch(db *store.DB) *Watch {
	signals, cancel := db.Subscribe(conversation.TopicConversation)
	w := &Watch{waiting: map[string][]chan struct{}{}, stop: cancel}
	go func() {
		for id := range signals {
			w.wake(id)
		}
	}()
	return w
}

// Close ends the listening. Subscriptions stay silent from then on.
func (w *Watch) Close() { w.stop() }

// wake wakes the lookers at one conversation; all of them if id is "", which
// means that signals may have been missed.
func (w *Watch) wake(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if id != "" {
		nudge(w.waiting[id])
		return
	}
	for _, chans := range w.waiting {
		nudge(chans)
	}
}

func nudge(chans []chan struct{}) {
	for _, ch := range chans {
		select {
		case ch <- struct{}{}:
		default: // already woken
		}
	}
}

// Subscribe wakes the channel after messages have been added to the
// conversation, on whatever node. Wake-ups may be merged, early or doubled.
func (w *Watch) Subscribe(_, id string) (wake <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	w.mu.Lock()
	w.waiting[id] = append(w.waiting[id], ch)
	w.mu.Unlock()
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		rest := slices.DeleteFunc(w.waiting[id], func(c chan struct{}) bool { return c == ch })
		if len(rest) == 0 {
			delete(w.waiting, id)
		} else {
			w.waiting[id] = rest
		}
	}
}

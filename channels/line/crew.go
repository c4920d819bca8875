package line

import (
	"context"
	"sync"
	"time"
)

// crew works on what claim hands out, many at a time.
type crew[T any] struct {
	claim  func(ctx context.Context, n int) ([]T, error)
	do     func(ctx context.Context, item T)
	after  func(time.Duration) <-chan time.Time
	failed func() // claim failed; it is tried again at the next poll
}

const pollEvery = time.Second

// once works on one batch of at most n and returns its size.
func (c crew[T]) once(ctx context.Context, n int) (int, error) {
	batch, err := c.claim(ctx, n)
	var wg sync.WaitGroup
	for _, item := range batch {
		wg.Go(func() { c.do(ctx, item) })
	}
	wg.Wait()
	return len(batch), err
}

// run keeps up to n items in work until ctx ends, and then waits for those begun.
// A slow one holds up nobody else. It asks for more whenever one is finished (its
// user's next one may be due now), on wake, and every pollEvery.
func (c crew[T]) run(ctx context.Context, n int, wake <-chan struct{}) error {
	finished := make(chan struct{}, n)
	busy := 0
	for ctx.Err() == nil {
		batch, err := c.claim(ctx, n-busy)
		if err != nil && ctx.Err() == nil {
			c.failed()
		}
		for _, item := range batch {
			busy++
			go func() {
				defer func() { finished <- struct{}{} }()
				c.do(ctx, item)
			}()
		}
		woken, tick := wake, (<-chan time.Time)(nil)
		if busy == n {
			woken = nil // no hand free
		} else {
			tick = c.after(pollEvery)
		}
		select {
		case <-ctx.Done():
		case <-woken:
		case <-tick:
		case <-finished:
			busy--
			for more := true; more; { // ask for the places of all that are done at once
				select {
				case <-finished:
					busy--
				default:
					more = false
				}
			}
		}
		for len(finished) > 0 {
			<-finished
			busy--
		}
	}
	for ; busy > 0; busy-- {
		<-finished
	}
	return ctx.Err()
}

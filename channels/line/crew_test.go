package line

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// A slow item holds up neither the others nor those that come later, and is
// waited for at the end.
func TestCrewWorksAroundASlowItem(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	var mu sync.Mutex
	due := []string{"slow", "a", "b"}
	release, wake := make(chan struct{}), make(chan struct{}, 1)
	seen, ended := make(chan string, 10), make(chan string, 10)
	c := crew[string]{
		claim: func(_ context.Context, n int) ([]string, error) {
			mu.Lock()
			defer mu.Unlock()
			batch := due[:min(n, len(due))]
			due = due[len(batch):]
			return batch, nil
		},
		do: func(_ context.Context, s string) {
			seen <- s
			if s == "slow" {
				<-release
			}
			ended <- s
		},
		after:  func(time.Duration) <-chan time.Time { return nil },
		failed: func() {},
	}
	done := make(chan error)
	go func() { done <- c.run(ctx, 2, wake) }()
	got := map[string]bool{}
	for range 3 {
		got[<-seen] = true
	}
	mu.Lock()
	due = []string{"later"}
	mu.Unlock()
	wake <- struct{}{}
	got[<-seen] = true
	if !got["slow"] || !got["a"] || !got["b"] || !got["later"] {
		t.Errorf("%v", got)
	}
	stop()
	select {
	case <-done:
		t.Fatal("ended before the slow item")
	default:
	}
	close(release)
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if len(ended) != 4 {
		t.Errorf("%d ended", len(ended))
	}
}

func TestCrewGoesOnAfterAFailedClaim(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	tick := make(chan time.Time)
	failed := make(chan struct{}, 1)
	tries := 0
	c := crew[int]{
		claim: func(context.Context, int) ([]int, error) {
			if tries++; tries == 1 {
				return nil, errors.New("database busy")
			}
			return []int{1}, nil
		},
		do:     func(context.Context, int) { stop() },
		after:  func(time.Duration) <-chan time.Time { return tick },
		failed: func() { failed <- struct{}{} },
	}
	done := make(chan error)
	go func() { done <- c.run(ctx, 1, nil) }()
	<-failed
	tick <- time.Time{}
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

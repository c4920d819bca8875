package flows

import (
	"context"
	"errors"
	"sync"
	"testing"
)

func TestAdvance(t *testing.T) {
	f := compiled(t, "card-pickup")
	for _, tc := range []struct {
		name, from, outcome, to string
		err                     error
	}{
		{"a choice with its own way", "visitor", "self", "papers", nil},
		{"an answer along the single way", "visit", "honcho/2026-12-01T10:00", "check", nil},
		{"an optional field skipped along the single way", "born", Skip, "child", nil},
		{"a branch of decide", "child", "1", "papers", nil},
		{"the last branch of decide", "child", Next, "person", nil},
		{"a confirmed read-back", "check", Next, "book", nil},
		{"an outcome of an action", "book", "full", "visit", nil},
		{"an outcome the action does not have", "book", "lost", "", ErrNoWay},
		{"an unknown choice where each choice has its way", "visitor", "nobody", "", ErrNoWay},
		{"nothing follows an end", "done", Next, "", ErrNoWay},
		{"a step that does not exist", "nowhere", Next, "", ErrNoStep},
	} {
		t.Run(tc.name, func(t *testing.T) {
			to, err := f.Advance(context.Background(), tc.from, tc.outcome)
			if to != tc.to || !errors.Is(err, tc.err) || (err == nil) != (tc.err == nil) {
				t.Errorf("Advance(%s, %s) = %q, %v; want %q, %v", tc.from, tc.outcome, to, err, tc.to, tc.err)
			}
		})
	}
}

// A cancelled request must not leave a machine behind that refuses everybody
// after it: looplab/fsm v1.0.3 does, if it sees the cancellation.
func TestAdvanceWithCancelledContext(t *testing.T) {
	f := compiled(t, "card-pickup")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for range 100 {
		for _, ctx := range []context.Context{cancelled, context.Background()} {
			if to, err := f.Advance(ctx, "check", Next); to != "book" || err != nil {
				t.Fatalf("Advance = %q, %v; want book", to, err)
			}
		}
	}
}

func TestAdvanceByManyAtOnce(t *testing.T) {
	f := compiled(t, "card-pickup")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			ctx := context.Background()
			if i%2 == 0 {
				ctx = cancelled
			}
			for range 200 {
				for from, s := range f.Steps {
					for outcome, want := range s.Next {
						if to, err := f.Advance(ctx, from, outcome); to != want || err != nil {
							t.Errorf("Advance(%s, %s) = %q, %v; want %q", from, outcome, to, err, want)
							return
						}
					}
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkAdvance(b *testing.B) {
	f := compiled(b, "card-pickup")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Advance(ctx, "book", "full"); err != nil {
			b.Fatal(err)
		}
	}
}

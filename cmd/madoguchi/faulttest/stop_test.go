package faulttest

import (
	"syscall"
	"testing"
	"time"

	"madoguchi/store/storetest"
)

// stopTime is how long a program that is told to stop may take.
const stopTime = 10 * time.Second

// SIGTERM under load: the program answers what it has begun, ends by itself
// with success and in time, and nothing acknowledged is lost.
func TestToldToStop(t *testing.T) {
	each(t, func(t *testing.T, kind storetest.Kind) {
		const stops = 8
		rng := seeded(t)
		s := newSite(t, kind)
		n := s.start()
		crowd := newCrowd(t, s, rng, 6, n.url)
		slowest := time.Duration(0)
		crowd.during(func() {
			for range stops * rounds(t) {
				time.Sleep(time.Duration(100+rng.IntN(200)) * time.Millisecond) // any moment under load
				began := time.Now()
				n.signal(t, syscall.SIGTERM)
				select {
				case <-n.gone:
				case <-time.After(stopTime):
					t.Errorf("still there %v after SIGTERM", stopTime)
					n.kill()
				}
				slowest = max(slowest, time.Since(began))
				if n.err != nil {
					t.Errorf("told to stop, the program ended with %v", n.err)
				}
				report(t, n)
				n = s.start()
				crowd.door.set(n.url)
			}
		})
		crowd.settle()
		t.Logf("%d times told to stop, slowest end %v", stops*rounds(t), slowest.Round(time.Millisecond))
	})
}

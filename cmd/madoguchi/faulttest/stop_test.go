package faulttest

import (
	"net/http"
	"slices"
	"syscall"
	"testing"
	"time"

	"madoguchi/channels/line/linetest"
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
			for range scaled(t, stops) {
				crowd.moment(rng, 20, 120)
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
		t.Logf("%d times told to stop, slowest end %v", scaled(t, stops), slowest.Round(time.Millisecond))
	})
}

// A platform that does not answer must not keep the program from ending: what
// was on its way to it is taken up by the next one.
func TestToldToStopWhileLINEHangs(t *testing.T) {
	long(t)
	const residents = 5
	p, s := newPlatform(t, storetest.SQLite)
	n := s.start()
	p.door = newDoor(n.url)
	p.api.Fail(linetest.Reply, slices.Repeat([]string{linetest.HangAfter}, residents)...)
	for i := range residents {
		status, err := p.api.Post(n.url+"/line/webhook", p.event(linetest.User(i+1), 0, time.Now()))
		if err != nil || status != http.StatusOK {
			t.Fatal(status, err)
		}
	}
	p.api.Await(linetest.Reply, residents)
	n.signal(t, syscall.SIGTERM)
	select {
	case <-n.gone:
	case <-time.After(stopTime):
		t.Errorf("still there %v after SIGTERM", stopTime)
		n.kill()
	}
	n = s.start()
	p.door.set(n.url)
	if err := await(patience, p.idle); err != nil {
		t.Error(err)
	}
	for i := range residents {
		if shown := p.api.Texts(linetest.User(i + 1)); len(shown) != 1 {
			t.Errorf("a resident was shown %q", shown)
		}
	}
	s.verify()
}

package faulttest

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/store/storetest"
)

// Clients book, move and cancel while the program is killed at any moment and
// started again (PLATFORMS 3.3, I1 to I3, I8).
func TestKilledAtRandomMoments(t *testing.T) {
	each(t, func(t *testing.T, kind storetest.Kind) {
		const kills, perRound = 60, 6
		rng := seeded(t)
		s := newSite(t, kind)
		n := s.start()
		crowd := newCrowd(t, s, rng, 6, n.url)
		total, slowest := 0, time.Duration(0)
		for total < scaled(t, kills) {
			crowd.during(func() {
				for range perRound {
					crowd.moment(rng, 0, 80)
					n.kill()
					report(t, n)
					total++
					began := time.Now()
					n = s.start()
					slowest = max(slowest, time.Since(began))
					crowd.door.set(n.url)
				}
			})
			crowd.check()
		}
		crowd.settle()
		report(t, n)
		if os.Getenv("MADOGUCHI_FAULT_ROUNDS") == "" {
			// too short a run to ask that everything has happened
		} else if crowd.tally.full.Load() == 0 || crowd.tally.moved.Load() == 0 || crowd.tally.given.Load() == 0 {
			t.Error("the crowd did not do all of moving, cancelling and being refused: the run proves little")
		}
		t.Logf("%d kills at random moments, slowest start again %v", total, slowest.Round(time.Millisecond))
	})
}

// turnPoints are the named points that a turn on the web passes; linePoints
// those of LINE's way in and out.
var (
	turnPoints = []string{
		"update.begun", "update.done", "commit.before", "commit.after",
		"conversation.found", "bot.held", "bot.acted",
		"conversation.event", "conversation.state", "conversation.messages",
	}
	linePoints = []string{
		"inbox.stored", "inbox.claimed", "inbox.finishing",
		"outbox.queued", "outbox.claimed", "outbox.finishing",
	}
)

// The same with the program killing itself at each named point in turn.
func TestKilledAtNamedPoints(t *testing.T) {
	each(t, func(t *testing.T, kind storetest.Kind) {
		const each = 4
		rng := seeded(t)
		s := newSite(t, kind)
		n := s.start()
		crowd := newCrowd(t, s, rng, 6, n.url)
		n.kill()
		hits := map[string]int{}
		for range scaled(t, each) {
			for _, half := range [][]string{turnPoints[:5], turnPoints[5:]} {
				crowd.during(func() {
					for _, point := range half {
						crashAt(t, s, crowd.door, point, 1+rng.IntN(60))
						hits[point]++
					}
					n = s.start()
					crowd.door.set(n.url)
				})
				crowd.check()
				n.kill()
			}
		}
		n = s.start()
		crowd.door.set(n.url)
		crowd.settle()
		t.Logf("killed at %v", hits)
	})
}

// crashAt runs the program until it has killed itself at the n-th passage of a
// point.
func crashAt(t *testing.T, s *site, d *door, point string, n int) {
	t.Helper()
	victim := s.launch(fmt.Sprintf("MADOGUCHI_CRASH_AT=%s:%d", point, n))
	if victim.url != "" {
		d.set(victim.url)
	}
	select {
	case <-victim.gone:
	case <-time.After(startTime):
		t.Errorf("the point %s was not passed %d times", point, n)
		victim.kill()
	}
	if !victim.killed() {
		t.Errorf("at %s the program ended otherwise: %v", point, victim.err)
	}
	report(t, victim)
}

// Every named point of the source is one of those killed at.
func TestEveryNamedPointIsKilledAt(t *testing.T) {
	call := regexp.MustCompile(`(?:\.Point|\.faults)\("([a-z.-]+)"\)`)
	found := map[string]bool{}
	root := filepath.Join("..", "..", "..")
	for _, room := range []string{"bot", "channels", "cmd", "store"} {
		err := filepath.WalkDir(filepath.Join(root, room), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range call.FindAllSubmatch(text, -1) {
				found[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	known := slices.Concat(turnPoints, linePoints)
	for point := range found {
		if !slices.Contains(known, point) {
			t.Errorf("nothing is killed at %s", point)
		}
	}
	for _, point := range known {
		if !found[point] {
			t.Errorf("there is no point %s", point)
		}
	}
}

// The very first start, which makes the schema, the sample tenant and its
// procedures, is killed at each of its commits: the next one goes on.
func TestKilledWhileSettingUp(t *testing.T) {
	each(t, func(t *testing.T, kind storetest.Kind) {
		killed := 0
		points := []string{"commit.after"}
		if kind == storetest.SQLite { // on PostgreSQL a new schema takes seconds
			points = append(points, "commit.before")
		}
		for _, point := range points {
			for n := 1; ; n++ {
				s := newSite(t, kind)
				victim := s.launch(fmt.Sprintf("MADOGUCHI_CRASH_AT=%s:%d", point, n))
				if victim.url != "" {
					victim.kill()
					break // it serves: the setting up has fewer commits than that
				}
				if !victim.killed() {
					t.Fatalf("at %s:%d the program ended otherwise: %v", point, n, victim.err)
				}
				killed++
				next := s.start()
				rng := rand.New(rand.NewPCG(uint64(n), 0))
				crowd := newCrowd(t, s, rng, 1, next.url)
				if err := crowd.clients[0].book(crowd.clients[0].slots[0]); err != nil {
					t.Errorf("after a first start killed at %s:%d: %v", point, n, err)
				}
				crowd.check()
				next.kill()
			}
		}
		t.Logf("%d first starts killed", killed)
	})
}

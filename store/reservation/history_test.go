package reservation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// What was done to one slot, as seen from outside. A move between slots is a
// give in one and a take in the other, over the same span of time.
type slotInput struct {
	slot int
	kind string // take, give, read
}

// slotOutput is how a take ended, or how many places a read found free.
type slotOutput struct {
	full bool
	free int
}

const historyPlaces = 3

// slotModel is a slot of historyPlaces places; its state is how many are taken.
// A take may be refused only when all are, and must be then.
var slotModel = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		bySlot := map[int][]porcupine.Operation{}
		for _, op := range history {
			slot := op.Input.(slotInput).slot
			bySlot[slot] = append(bySlot[slot], op)
		}
		var parts [][]porcupine.Operation
		for _, ops := range bySlot {
			parts = append(parts, ops)
		}
		return parts
	},
	Init: func() any { return 0 },
	Step: func(state, input, output any) (bool, any) {
		used, out := state.(int), output.(slotOutput)
		switch input.(slotInput).kind {
		case "take":
			if out.full {
				return used == historyPlaces, used
			}
			return used < historyPlaces, used + 1
		case "give":
			return used > 0, used - 1
		}
		return out.free == historyPlaces-used, used
	},
}

// Everything that happens to a slot happens at one instant between the call and
// its answer (PLATFORMS I8): holds, bookings, changes, cancellations and reads
// by clients who work at once.
func TestHistoriesAreLinearizable(t *testing.T) {
	const slots, clients, seed = 50, 8, 20261124
	steps := 450
	if testing.Short() {
		steps = 100
	}
	with := func(s *Settings) {
		manyCounters(s)
		for i := range s.Counters {
			s.Counters[i].Openings[0].Capacity = historyPlaces
		}
	}
	where := func(slot int) (counter, start string) {
		return fmt.Sprintf("c%d", slot%10), fmt.Sprintf("2026-12-01T%02d:00", 8+slot/10)
	}
	type place struct {
		id   string
		slot int
	}
	each(t, with, func(d *desk, t *testing.T) {
		began := time.Now()
		var mu sync.Mutex
		var history []porcupine.Operation
		perSlot := map[int]int{}
		client := func(id int) {
			rng := rand.New(rand.NewPCG(seed, uint64(id)))
			owner := fmt.Sprintf("client-%d", id)
			var booked []place // own bookings
			var held *Hold
			heldSlot := 0
			for range steps {
				slot := rng.IntN(slots)
				counter, start := where(slot)
				var ops []slotInput
				var out slotOutput
				call := time.Since(began)
				fail := func(err error) bool {
					out.full = err == ErrFull
					if err != nil && !out.full {
						t.Error(err)
					}
					return err != nil
				}
				switch n := rng.IntN(10); {
				case n < 3:
					b, _, err := d.book(consult(counter, start))
					ops = append(ops, slotInput{slot, "take"})
					if !fail(err) {
						booked = append(booked, place{b.ID, slot})
					}
				case n < 5:
					h, err := d.hold(owner, counter, start)
					if held != nil && heldSlot == slot {
						if err != nil {
							t.Errorf("holding one's own place again: %v", err)
						}
						held = &h
						break
					}
					ops = append(ops, slotInput{slot, "take"})
					if !fail(err) {
						if held != nil {
							ops = append(ops, slotInput{heldSlot, "give"})
						}
						held, heldSlot = &h, slot
					}
				case n < 6 && held != nil:
					b, _, err := d.book(BookRequest{Hold: held.ID, Channel: "web", By: "resident"})
					if err != nil {
						t.Error(err)
					}
					booked, held = append(booked, place{b.ID, heldSlot}), nil
				case n < 8 && len(booked) > 0:
					own := &booked[rng.IntN(len(booked))]
					_, err := d.change(own.id, Move{Counter: counter, Start: at(start)})
					if own.slot == slot {
						if err != nil {
							t.Error(err)
						}
						break
					}
					ops = append(ops, slotInput{slot, "take"})
					if !fail(err) {
						ops = append(ops, slotInput{own.slot, "give"})
						own.slot = slot
					}
				case n < 9 && len(booked) > 0:
					i := rng.IntN(len(booked))
					if _, err := d.cancel(booked[i].id); err != nil {
						t.Error(err)
					}
					ops = append(ops, slotInput{booked[i].slot, "give"})
					booked = slices.Delete(booked, i, i+1)
				default:
					out.free = d.free(counter, start)
					ops = append(ops, slotInput{slot, "read"})
				}
				done := time.Since(began)
				mu.Lock()
				for _, in := range ops {
					perSlot[in.slot]++
					history = append(history, porcupine.Operation{ClientId: id, Input: in, Call: int64(call), Output: out, Return: int64(done)})
				}
				mu.Unlock()
			}
		}
		var wg sync.WaitGroup
		for id := range clients {
			wg.Go(func() { client(id) })
		}
		wg.Wait()
		full := 0
		for _, op := range history {
			if op.Output.(slotOutput).full {
				full++
			}
		}
		for slot, n := range perSlot {
			if n > 200 {
				t.Errorf("slot %d has %d operations: too many to check", slot, n)
			}
		}
		if full == 0 || len(perSlot) != slots {
			t.Errorf("%d refusals, %d slots used: the history proves nothing", full, len(perSlot))
		}
		if result := porcupine.CheckOperationsTimeout(slotModel, history, time.Minute); result != porcupine.Ok {
			t.Errorf("seed %d: a history of %d operations is %s", seed, len(history), result)
		}
		d.sound()
	})
}

// The model itself must refuse a slot that is given away once too often, and a
// refusal without reason.
func TestModelCanFail(t *testing.T) {
	take := func(at int64, full bool) porcupine.Operation {
		return porcupine.Operation{Input: slotInput{0, "take"}, Output: slotOutput{full: full}, Call: at, Return: at + 1}
	}
	var history []porcupine.Operation
	for i := range int64(historyPlaces) {
		history = append(history, take(10*i, false))
	}
	if !porcupine.CheckOperations(slotModel, append(history, take(100, true))) {
		t.Error("a full slot was refused rightly")
	}
	if porcupine.CheckOperations(slotModel, append(history, take(100, false))) {
		t.Error("an overbooked slot passed")
	}
	if porcupine.CheckOperations(slotModel, append(history[:1:1], take(100, true))) {
		t.Error("a refusal with places left passed")
	}
}

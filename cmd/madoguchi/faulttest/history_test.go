package faulttest

import (
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// deed is what was done to one slot, as its client saw it: a place taken (kept
// for the one who chooses, then booked), given back, or the free ones read.
type deed struct {
	slot slot
	kind string // take, give, read
}

// outcome is how a take ended, or what a read saw.
type outcome struct {
	full bool
	free int
}

// history is what all clients did to all slots, and when. An event sent again
// and again lasts from the first try to the answer.
type history struct {
	began time.Time
	mu    sync.Mutex
	ops   []porcupine.Operation
}

func newHistory() *history { return &history{began: time.Now()} }

func (h *history) now() int64 { return int64(time.Since(h.began)) }

// add records a deed that began at call and has just ended.
func (h *history) add(client int, call int64, s slot, kind string, out outcome) {
	op := porcupine.Operation{ClientId: client, Input: deed{s, kind}, Call: call, Output: out, Return: h.now()}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, op)
}

// slotModel is one slot; its state is how many places are taken. A take is
// refused when all are, and only then.
var slotModel = porcupine.Model{
	Partition: func(ops []porcupine.Operation) [][]porcupine.Operation {
		bySlot := map[string][]porcupine.Operation{}
		for _, op := range ops {
			value := op.Input.(deed).slot.value
			bySlot[value] = append(bySlot[value], op)
		}
		var parts [][]porcupine.Operation
		for _, part := range bySlot {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return 0 },
	Step: func(state, input, output any) (bool, any) {
		taken, in, out := state.(int), input.(deed), output.(outcome)
		switch in.kind {
		case "take":
			if out.full {
				return taken == in.slot.places, taken
			}
			return taken < in.slot.places, taken + 1
		case "give":
			return taken > 0, taken - 1
		}
		return out.free == in.slot.places-taken, taken
	},
}

// check reports whether the history could have happened one deed at a time
// (PLATFORMS I8).
func (h *history) check(t *testing.T) {
	t.Helper()
	if result := porcupine.CheckOperationsTimeout(slotModel, h.ops, time.Minute); result != porcupine.Ok {
		t.Errorf("the history of %d deeds is %s", len(h.ops), result)
	}
}

// The model must refuse a slot given away once too often, and a refusal without
// reason.
func TestModelCanFail(t *testing.T) {
	s := slot{"nishi/2026-12-01T14:30", 1}
	at := func(n int64, kind string, out outcome) porcupine.Operation {
		return porcupine.Operation{Input: deed{s, kind}, Output: out, Call: 10 * n, Return: 10*n + 1}
	}
	for name, ops := range map[string][]porcupine.Operation{
		"taken twice":            {at(0, "take", outcome{}), at(1, "take", outcome{})},
		"refused while free":     {at(0, "take", outcome{}), at(1, "give", outcome{}), at(2, "take", outcome{full: true})},
		"shown free while taken": {at(0, "take", outcome{}), at(1, "read", outcome{free: 1})},
	} {
		if porcupine.CheckOperations(slotModel, ops) {
			t.Errorf("%s passed", name)
		}
	}
	if !porcupine.CheckOperations(slotModel, []porcupine.Operation{
		at(0, "take", outcome{}), at(1, "take", outcome{full: true}), at(2, "give", outcome{}), at(3, "read", outcome{free: 1}),
	}) {
		t.Error("a right history was refused")
	}
}

package flows

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/looplab/fsm"
)

// What Advance can be asked in vain.
var (
	// ErrNoStep says that the flow has no step of this name.
	ErrNoStep = errors.New("no such step")
	// ErrNoWay says that the step has no way on for this outcome.
	ErrNoWay = errors.New("no way on")
)

// machine is the transition table of a flow as looplab/fsm machines.
//
// One fsm.FSM holds one current state, so conversations share a pool of them:
// a machine is taken out, set to the stored step, moved, read and put back.
// Building one costs tens of microseconds, moving one less than one.
//
// State and event names are generated ("s:step", "e:step:outcome"). looplab/fsm
// reads meaning into names such as enter_x, and lets a second transition for
// the same event and source replace the first without a word; an event per
// step and outcome cannot collide.
type machine struct {
	nodes map[string]node   // by step
	steps map[string]string // state → step
	idle  sync.Pool         // of *fsm.FSM
}

// node is one step as the machine knows it.
type node struct {
	state  string
	events map[string]string // outcome → event
	// open steps take an outcome they do not name along their "next".
	open bool
}

func stateOf(step string) string          { return "s:" + step }
func eventOf(step, outcome string) string { return "e:" + step + ":" + outcome }

func newMachine(f *Flow) *machine {
	m := &machine{
		nodes: make(map[string]node, len(f.Steps)),
		steps: make(map[string]string, len(f.Steps)),
	}
	var table fsm.Events
	for _, name := range f.Order {
		s := f.Steps[name]
		n := node{state: stateOf(name), events: make(map[string]string, len(s.Next)), open: s.Verb == Ask || s.Verb == Call}
		for outcome, to := range s.Next {
			n.events[outcome] = eventOf(name, outcome)
			table = append(table, fsm.EventDesc{Name: n.events[outcome], Src: []string{n.state}, Dst: stateOf(to)})
		}
		m.nodes[name] = n
		m.steps[n.state] = name
	}
	first := stateOf(f.First)
	m.idle.New = func() any { return fsm.NewFSM(first, table, nil) }
	m.idle.Put(m.idle.New())
	return m
}

func (m *machine) advance(ctx context.Context, from, outcome string) (string, error) {
	n, ok := m.nodes[from]
	if !ok {
		return "", fmt.Errorf("advance from %q: %w", from, ErrNoStep)
	}
	event, ok := n.events[outcome]
	if !ok && n.open {
		event, ok = n.events[Next]
	}
	if !ok {
		return "", fmt.Errorf("advance from %q on %q: %w", from, outcome, ErrNoWay)
	}
	walker := m.idle.Get().(*fsm.FSM)
	walker.SetState(n.state)
	if !walker.Can(event) {
		// The walker is dropped: a machine that refuses its own table is stuck.
		return "", fmt.Errorf("advance from %q on %q: machine refuses %q", from, outcome, event)
	}
	// A context cancelled during Event leaves the machine in transition for
	// ever, so it never sees the caller's cancellation.
	if err := walker.Event(context.WithoutCancel(ctx), event); err != nil {
		if _, same := err.(fsm.NoTransitionError); !same {
			return "", fmt.Errorf("advance from %q on %q: %w", from, outcome, err)
		}
	}
	to, ok := m.steps[walker.Current()]
	if !ok {
		return "", fmt.Errorf("advance from %q on %q: machine stopped in %q", from, outcome, walker.Current())
	}
	m.idle.Put(walker)
	return to, nil
}

// Advance asks the flow's machine which step follows from when it ends with
// outcome. An ask or call step takes an outcome it does not name along its
// "next". The errors are ErrNoStep and ErrNoWay; any other is a fault of the
// program. It is safe for concurrent use, and a cancelled ctx does not stop it:
// the caller's transaction decides whether the step counts.
func (f *Flow) Advance(ctx context.Context, from, outcome string) (to string, err error) {
	return f.machine.advance(ctx, from, outcome)
}

package procedures_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"madoguchi/bot/action"
	"madoguchi/flows"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
)

// Whoever gives work, commuting or travel as the reason, whatever is answered
// after, does not come to a list for agents or to a booking without the list for
// the person, unless the question who comes or why is put again (domain-facts 8.5).
func TestNoAgentForWorkOrTravel(t *testing.T) {
	compiled, err := flows.CompileSet(parse(), action.Vocabulary(), i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	f := compiled["card-pickup"]
	for _, from := range []struct{ who, why, list, agent string }{
		{"visitor", "reason", "papers", "agent-papers"}, {"second", "reason-2", "self-2", "agent-2"},
		{"third", "reason-3", "self-3", "agent-3"}, {"fourth", "reason-4", "self-4", "agent-4"},
	} {
		if to := f.Steps[from.why].Next; len(to) != 10 {
			t.Fatalf("%s has %d ways: %v", from.why, len(to), to)
		}
		seen := reach(f, f.Steps[from.why].Next["work"], from.who, from.why)
		if !seen[from.list] {
			t.Errorf("%s: work does not lead to %s", from.why, from.list)
		}
		if seen[from.agent] {
			t.Errorf("%s: work leads to %s, the papers of an agent", from.why, from.agent)
		}
		// Without the person's own list there is no way to the booking.
		if seen := reach(f, f.Steps[from.why].Next["work"], from.who, from.why, from.list); seen["book"] {
			t.Errorf("%s: work leads to the booking without %s", from.why, from.list)
		}
	}
}

// reach returns the steps that can follow on any answers, without those that only
// follow the steps named in but.
func reach(f *flows.Flow, from string, but ...string) map[string]bool {
	seen := map[string]bool{}
	var walk func(string)
	walk = func(name string) {
		if name == "" || seen[name] {
			return
		}
		seen[name] = true
		if slices.Contains(but, name) {
			return
		}
		for _, to := range f.Steps[name].Next {
			walk(to)
		}
		for _, b := range f.Steps[name].Branches {
			walk(b.Next)
		}
	}
	walk(from)
	return seen
}

// A person new to it has a booked pickup within seven turns (S4-031): as many as
// the dialog has, which ends with the receipt.
func TestPickupInSevenTurns(t *testing.T) {
	data, err := fs.ReadFile(procedures.Dialogs(), "dialogs/card-line.dialog")
	if err != nil {
		t.Fatal(err)
	}
	turns, receipt := 0, false
	for _, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "> ") {
			turns++
		}
		receipt = receipt || strings.HasPrefix(line, "< ご予約を承りました")
	}
	if turns > 7 || turns < 2 || !receipt {
		t.Errorf("%d turns, receipt: %v", turns, receipt)
	}
}

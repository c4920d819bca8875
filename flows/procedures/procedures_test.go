package procedures_test

import (
	"flag"
	"testing"

	"madoguchi/bot/action"
	"madoguchi/flows"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
)

var (
	update  = flag.Bool("update", false, "write missing keys into the translations, to be translated")
	restamp = flag.Bool("restamp", false, "as -update, and stamp all translations as up to date")
)

// parse reads every built-in flow file.
func parse() []*flows.File {
	var out []*flows.File
	for name, data := range procedures.Files() {
		out = append(out, flows.Parse(name, data))
	}
	return out
}

func TestBuiltInFlowsPassTheChecker(t *testing.T) {
	for _, p := range flows.CheckSet(parse(), action.Vocabulary(), i18n.Builtin()) {
		if p.Severity == flows.Error {
			t.Errorf("%s", p)
		} else {
			t.Logf("%s", p)
		}
	}
}

func TestEveryFlowOfTheMenuCompiles(t *testing.T) {
	for _, name := range procedures.Order {
		if _, err := procedures.Compile(name, procedures.Files(), action.Vocabulary(), i18n.Builtin()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

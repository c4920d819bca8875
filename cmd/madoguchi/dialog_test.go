package main

import (
	"bytes"
	"strings"
	"testing"
)

// The dialog tests that ship run as a user runs them. Together they walk every
// step and every way of every procedure: what none of them reaches is either
// untested or cannot be reached and does not belong there.
func TestDialogs(t *testing.T) {
	var out, errOut bytes.Buffer
	if code := run([]string{"flow", "test", "-v"}, strings.NewReader(""), &out, &errOut); code != 0 {
		t.Fatalf("exit %d\n%s%s", code, out.String(), errOut.String())
	}
	t.Log(out.String())
	flow := ""
	for line := range strings.Lines(out.String()) {
		if missed, ok := strings.CutPrefix(line, "  not walked: "); ok {
			t.Errorf("%s: no dialog walks %s", flow, strings.TrimSpace(missed))
		}
		flow, _, _ = strings.Cut(line, ": ")
	}
}

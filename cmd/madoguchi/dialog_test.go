package main

import (
	"bytes"
	"strings"
	"testing"
)

// The dialog tests that ship run as a user runs them.
func TestDialogs(t *testing.T) {
	var out, errOut bytes.Buffer
	if code := run([]string{"flow", "test", "-v"}, strings.NewReader(""), &out, &errOut); code != 0 {
		t.Fatalf("exit %d\n%s%s", code, out.String(), errOut.String())
	}
	t.Log(out.String())
}

// Package faulttest proves, from outside and on both databases, that the
// program keeps its word when processes die: what was acknowledged is there,
// once, whatever was killed, frozen, repeated or sent to two nodes at a time.
//
// The tests start the real binary, built with the tag faults so that it can be
// told to kill itself at a named commit point, and talk to it as residents do:
//
//	crowd of clients ──▶ door (addresses open now) ──▶ node, node … ──▶ one database
//	      │                                              ▲
//	   journal, history                              nemesis: kill -9, freeze, SIGTERM
//	      └────────── compared with booking list, verify, access keys, porcupine
//
// Reading order: node_test.go (processes), client_test.go (a resident and what
// they were promised), crowd_test.go (many of them, and the comparison),
// history_test.go (linearizability), then one file per kind of fault.
//
// -short skips everything. MADOGUCHI_FAULT_ROUNDS=n makes the runs n times as
// long; MADOGUCHI_FAULT_SEED repeats the choices of an earlier run, as far as
// the machine's timing lets it.
package faulttest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"madoguchi/store/storetest"
)

// program is the binary under test.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		os.Exit(m.Run()) // every test skips itself
	}
	// Much of the time is spent waiting: for leases of the dead, for the thaw.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err) // the testing package has no such flag any more
	}
	dir, err := os.MkdirTemp("", "madoguchi-faults-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = filepath.Join(dir, "madoguchi")
	build := exec.Command("go", "build", "-tags", "faults", "-o", program, "madoguchi/cmd/madoguchi")
	code := 1
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
	} else {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// scaled is how often something is done: n times as many rounds as
// MADOGUCHI_FAULT_ROUNDS says, and a quarter of one round where it says nothing,
// so that a plain "go test ./..." stays short.
func scaled(t *testing.T, n int) int {
	t.Helper()
	text := os.Getenv("MADOGUCHI_FAULT_ROUNDS")
	if text == "" {
		return (n + 3) / 4
	}
	rounds, err := strconv.Atoi(text)
	if err != nil || rounds < 1 {
		t.Fatalf("MADOGUCHI_FAULT_ROUNDS=%q: want a number from 1", text)
	}
	return n * rounds
}

// seeded returns the chance of one test and logs what repeats it.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("MADOGUCHI_FAULT_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("MADOGUCHI_FAULT_SEED=%q: want a number", text)
		}
	}
	t.Logf("MADOGUCHI_FAULT_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// each runs a test on both databases, beside others.
func each(t *testing.T, test func(t *testing.T, kind storetest.Kind)) {
	long(t)
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}

// long skips what is too long for -short.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts and kills processes")
	}
	t.Parallel()
}

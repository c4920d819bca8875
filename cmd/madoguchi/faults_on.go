//go:build faults

package main

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// faults kills the process at a named commit point, as MADOGUCHI_CRASH_AT says:
// "name" at the first passage, "name:n" at the n-th. Only binaries built with
// the tag faults have it.
func faults() func(string) {
	at, nth, _ := strings.Cut(os.Getenv("MADOGUCHI_CRASH_AT"), ":")
	if at == "" {
		return nil
	}
	n, err := strconv.ParseInt(nth, 10, 64)
	if err != nil {
		n = 1
	}
	var passed atomic.Int64
	return func(point string) {
		if point == at && passed.Add(1) == n {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal ends us
		}
	}
}

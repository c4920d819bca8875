//go:build !faults

package main

// faults is where crash tests hook in; see faults_on.go.
func faults() func(string) { return nil }

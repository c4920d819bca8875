// Command withpostgres runs a command beside a private PostgreSQL server that
// all tests under it share, and ends with the command's exit status:
//
//	go run ./store/storetest/withpostgres go test ./...
//
// Without PostgreSQL's programs it says so and runs the command all the same;
// the tests decide what to do.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"madoguchi/store/storetest/postgres"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres command [argument …]")
		os.Exit(2)
	}
	os.Exit(run(os.Args[1:]))
}

func run(command []string) int {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = os.Environ()
	if os.Getenv("MADOGUCHI_TEST_POSTGRES") == "" {
		server, err := postgres.Start()
		if err != nil {
			fmt.Fprintln(os.Stderr, "withpostgres:", err)
		} else {
			defer server.Stop()
			cmd.Env = append(cmd.Env, "MADOGUCHI_TEST_POSTGRES="+server.Address)
		}
	}
	var exit *exec.ExitError
	switch err := cmd.Run(); {
	case errors.As(err, &exit):
		return max(exit.ExitCode(), 1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
		return 1
	}
	return 0
}

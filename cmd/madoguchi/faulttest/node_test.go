package faulttest

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"madoguchi/store/storetest"
)

// site is one database and the settings programs are run on it with.
type site struct {
	t    *testing.T
	kind storetest.Kind
	dir  string
	env  []string
	runs int
}

// newSite returns a site with an empty database and the limits per address
// lifted: all clients come from one address.
func newSite(t *testing.T, kind storetest.Kind, env ...string) *site {
	t.Helper()
	dir := t.TempDir()
	return &site{t: t, kind: kind, dir: dir, env: append(append(os.Environ(),
		"MADOGUCHI_ADDR=127.0.0.1:0", "MADOGUCHI_DATA="+dir, "MADOGUCHI_DATABASE="+storetest.Empty(t, kind),
		"MADOGUCHI_KEY="+hex.EncodeToString(storetest.Key), "MADOGUCHI_LIMITS=off",
		"MADOGUCHI_PUBLIC_URL=https://madoguchi.example"), env...)}
}

// node is one running program.
type node struct {
	cmd  *exec.Cmd
	url  string        // of the sample tenant
	gone chan struct{} // closed when the process has ended
	err  error         // then: how
	log  string
}

// startTime is how long a program may take until it serves, on a loaded
// machine; a fresh one takes a tenth of a second.
const startTime = 30 * time.Second

// launch starts a program and waits until it serves or has ended.
func (s *site) launch(env ...string) *node {
	s.t.Helper()
	s.runs++
	n := &node{gone: make(chan struct{}), log: filepath.Join(s.dir, fmt.Sprintf("node-%d.log", s.runs))}
	log, err := os.Create(n.log)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	n.cmd = exec.Command(program, "serve")
	n.cmd.Env, n.cmd.Dir, n.cmd.Stderr = append(s.env[:len(s.env):len(s.env)], env...), s.dir, log
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	serves := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, url, found := strings.Cut(lines.Text(), "web chat"); found {
				serves <- strings.TrimSuffix(strings.TrimSpace(url), "/chat")
			}
		}
		n.err = n.cmd.Wait()
		close(n.gone)
	}()
	s.t.Cleanup(func() {
		n.kill()
		if s.t.Failed() {
			report(s.t, n)
		}
	})
	select {
	case n.url = <-serves:
	case <-n.gone:
	case <-time.After(startTime):
		s.t.Fatalf("the program did not serve within %v", startTime)
	}
	return n
}

// start is launch of a program that must come to serve.
func (s *site) start(env ...string) *node {
	s.t.Helper()
	n := s.launch(env...)
	if n.url == "" {
		log, _ := os.ReadFile(n.log)
		s.t.Fatalf("the program ended instead of serving: %v\n%s", n.err, log)
	}
	return n
}

// kill ends the program as kill -9 does and waits until it is gone.
func (n *node) kill() {
	n.cmd.Process.Signal(syscall.SIGCONT) // a frozen one dies too, but be sure
	n.cmd.Process.Kill()
	<-n.gone
}

// killed reports whether the program was ended by SIGKILL.
func (n *node) killed() bool {
	var exit *exec.ExitError
	if !errors.As(n.err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signal() == syscall.SIGKILL
}

// signal sends a signal.
func (n *node) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := n.cmd.Process.Signal(s); err != nil {
		t.Fatalf("%v: %v", s, err)
	}
}

// complaints are the errors and panics a program has logged, at most max.
func (n *node) complaints(max int) (list []string) {
	text, _ := os.ReadFile(n.log)
	for line := range strings.Lines(string(text)) {
		if len(list) < max && (strings.Contains(line, `"level":"ERROR"`) || !strings.HasPrefix(line, "{")) {
			list = append(list, strings.TrimSpace(line))
		}
	}
	return list
}

// command runs the program once and returns what it printed; it must succeed.
func (s *site) command(args ...string) []byte {
	s.t.Helper()
	cmd := exec.Command(program, args...)
	var out, errOut bytes.Buffer
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = s.env, s.dir, &out, &errOut
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("madoguchi %s: %v\n%s%s", strings.Join(args, " "), err, out.Bytes(), errOut.Bytes())
	}
	return out.Bytes()
}

// verify runs madoguchi verify, which must find nothing.
func (s *site) verify() {
	s.t.Helper()
	s.command("verify")
}

// listed is a booking as booking list --json prints it.
type listed struct {
	ID, Counter, Start, Status, Channel string
	Receipt                             int
}

// bookings runs booking list --json.
func (s *site) bookings() []listed {
	s.t.Helper()
	var list []listed
	if err := json.Unmarshal(s.command("booking", "list", "--json"), &list); err != nil {
		s.t.Fatal(err)
	}
	return list
}

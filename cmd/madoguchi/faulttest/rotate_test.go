package faulttest

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"madoguchi/store/storetest"
)

// A31: the master key is changed while residents book. Nobody notices; the old
// key opens nothing any more; a backup from before opens with the old key only,
// as the manual says.
func TestA31MasterKeyChangedUnderLoad(t *testing.T) {
	each(t, func(t *testing.T, kind storetest.Kind) {
		rng := seeded(t)
		s := newSite(t, kind)
		n := s.start()
		crowd := newCrowd(t, s, rng, 6, n.url)
		backup := filepath.Join(s.dir, "before")
		key := bytes.Repeat([]byte{7}, 32)
		file := filepath.Join(s.dir, "new.key")
		if err := os.WriteFile(file, []byte(hex.EncodeToString(key)), 0o600); err != nil {
			t.Fatal(err)
		}
		crowd.during(func() {
			crowd.moment(rng, 40, 80)
			if kind == storetest.SQLite {
				s.command("backup", backup)
			}
			s.command("rotate", "--new-key="+file)
			crowd.moment(rng, 40, 80)
			s.env = append(s.env, "MADOGUCHI_KEY="+hex.EncodeToString(key))
			n.signal(t, syscall.SIGTERM)
			<-n.gone
			if n.err != nil {
				t.Errorf("told to stop, the program ended with %v", n.err)
			}
			report(t, n)
			n = s.start()
			crowd.door.set(n.url)
			crowd.moment(rng, 40, 80)
		})
		crowd.settle()

		old := "MADOGUCHI_KEY=" + hex.EncodeToString(storetest.Key)
		s.refuses("key", old, "booking", "list")
		if kind == storetest.SQLite {
			restored := "MADOGUCHI_DATABASE=" + filepath.Join(s.dir, "restored.db")
			s.refuses("key", restored, "restore", backup)
			s.env = append(s.env, old, restored)
			s.command("restore", backup)
			s.verify()
		}
	})
}

// refuses runs the program, which must end with a line that says why.
func (s *site) refuses(why, env string, args ...string) {
	s.t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Dir = append(s.env[:len(s.env):len(s.env)], env), s.dir
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), why) {
		s.t.Errorf("madoguchi %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

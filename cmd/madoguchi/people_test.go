package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/store"
	"madoguchi/store/resident"
)

// inShell runs a command and returns what it printed.
func inShell(t *testing.T, code int, args ...string) (out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	if got := run(args, strings.NewReader(""), &o, &e); got != code {
		t.Fatalf("madoguchi %s: exit %d, want %d\n%s%s", strings.Join(args, " "), got, code, o.String(), e.String())
	}
	return o.String(), e.String()
}

const rosterTable = "利用者ID,氏名,フリガナ,性別,生年月日,郵便番号,住所,電話番号,リンク番号\r\n" +
	"A-1,髙橋 花子,たかはし はなこ,女,昭和55年6月10日,060-0001,北海道札幌市中央区北一条西2丁目,090-1234-5678,ABCDE-FGHJK\r\n" +
	"A-2,山田 太郎,ヤマダ タロウ,男,S55.6.11,0600001,北海道札幌市中央区北一条西3丁目,,\r\n"

func TestResidentsAreImportedFromTheShell(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("MADOGUCHI_DATA", folder)
	file := filepath.Join(t.TempDir(), "resident.csv")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(rosterTable)
	if out, _ := inShell(t, 0, "resident", "import", file, "--dry-run"); out != "would be registered: 2 new, 0 changed, 0 unchanged\n" {
		t.Error(out)
	}
	if out, _ := inShell(t, 0, "resident", "import", file); out != "registered: 2 new, 0 changed, 0 unchanged\n" {
		t.Error(out)
	}
	write(strings.Replace(rosterTable, "西3丁目", "西4丁目", 1))
	if out, _ := inShell(t, 0, "resident", "import", file); out != "registered: 0 new, 1 changed, 1 unchanged\n" {
		t.Error(out)
	}
	write(strings.NewReplacer("S55.6.11", "S55.6.31", "A-2,", "A-1,").Replace(rosterTable))
	_, errOut := inShell(t, 1, "resident", "import", file)
	for _, want := range []string{"line 3: 生年月日: not a date that exists", "line 3: 利用者ID: the same as in line 2", "2 problems; nothing is registered"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("no %q in\n%s", want, errOut)
		}
	}
	if out, _ := inShell(t, 0, "resident", "issue", "3"); strings.Count(out, "\r\n") != 4 {
		t.Error(out)
	}
	inShell(t, 2, "resident", "import", "nofile")
	inShell(t, 2, "resident", "issue", "0")
	inShell(t, 2, "resident", "import", file, "--tenant", "zz")
	inShell(t, 0, "verify")
}

// A32: erased, restored from an older backup, and still gone; not a byte in the
// files before or after.
func TestA32ErasedPersonStaysErased(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("MADOGUCHI_DATA", folder)
	file := filepath.Join(t.TempDir(), "resident.csv")
	if err := os.WriteFile(file, []byte(rosterTable), 0o600); err != nil {
		t.Fatal(err)
	}
	inShell(t, 0, "resident", "import", file)
	older := filepath.Join(t.TempDir(), "older")
	inShell(t, 0, "backup", older)

	var sealed, wrapped []byte
	look := func(fn func(h *house, tx *store.Tx) error) {
		t.Helper()
		env := &environment{ctx: t.Context(), clock: time.Now, err: os.Stderr}
		env.config.Data = folder
		var err error
		if env.config, err = env.config.resolve(os.LookupEnv); err != nil {
			t.Fatal(err)
		}
		h, err := open(env, quiet(os.Stderr), false)
		if err != nil {
			t.Fatal(err)
		}
		defer h.close()
		if err := h.db.View(t.Context(), sampleID, func(tx *store.Tx) error { return fn(h, tx) }); err != nil {
			t.Fatal(err)
		}
	}
	look(func(h *house, tx *store.Tx) error {
		r, err := h.residents.ByNumber(tx, "A-1")
		if err != nil {
			return err
		}
		return tx.Row(`SELECT r.sealed, k.wrapped FROM resident r JOIN resident_key k ON k.tenant=r.tenant AND k.serial=r.serial WHERE r.tenant=$1 AND r.id=$2`,
			sampleID, r.ID).Scan(&sealed, &wrapped)
	})
	gone := func() {
		t.Helper()
		look(func(h *house, tx *store.Tx) error {
			for _, f := range []resident.Filter{{Number: "A-1"}, {Link: "ABCDEFGHJK"}, {Name: "花子"}, {Phone: "09012345678"}} {
				found, err := h.residents.Search(tx, f)
				if err != nil || len(found.List) != 0 {
					t.Errorf("%+v: %d found, %v", f, len(found.List), err)
				}
			}
			_, err := h.residents.ByNumber(tx, "A-2")
			return err
		})
		for _, name := range []string{"madoguchi.db", "madoguchi.db-wal", erasuresFile} {
			data, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			for _, trace := range [][]byte{sealed, wrapped, []byte("花子"), []byte("ハナコ"), []byte("09012345678"), []byte("A-1")} {
				if bytes.Contains(data, trace) {
					t.Errorf("%s has %d bytes of the erased person", name, len(trace))
				}
			}
		}
		inShell(t, 0, "verify")
	}
	inShell(t, 0, "resident", "erase", "A-1")
	inShell(t, 1, "resident", "erase", "A-1")
	gone()

	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(filepath.Join(folder, "madoguchi.db"+end), filepath.Join(t.TempDir(), "away"+end)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if !bytes.Contains(read(t, older), wrapped) {
		t.Fatal("the older backup does not have the key: this test proves nothing")
	}
	_, errOut := inShell(t, 0, "restore", older)
	if !strings.Contains(errOut, "erased again") {
		t.Errorf("nobody is told: %q", errOut)
	}
	gone()
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

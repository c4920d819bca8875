package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/channels/paper/pdf/pdftest"
)

// printed runs "print" with a folder of its own and returns what it said.
func printed(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(append([]string{"--now=2026-11-25T09:00:00+09:00", "print"}, args...), strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// A table of recipients becomes letters and labels; who has a character that no
// font has is named by number, not by name, and is in neither file.
func TestPrintFromATable(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("MADOGUCHI_DATA", folder)
	t.Setenv("MADOGUCHI_PUBLIC_URL", "https://madoguchi.example")
	fallback := filepath.Join(folder, "rare.ttf")
	if err := os.WriteFile(fallback, pdftest.Font(pdftest.Char{Rune: '𡈽'}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MADOGUCHI_FONTS", fallback)
	table := filepath.Join(folder, "people.csv")
	text := "\ufeff氏名,郵便番号,住所,リンクコード\r\n見本　花子,0600001,みほん市本町1,K7M2P-9QWXT\r\n𡈽屋,0600001,みほん市本町2,K7M2P-9QWX2\r\n𠮷田,0600001,みほん市本町3,K7M2P-9QWX3\r\n"
	if err := os.WriteFile(table, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	letters, labels := filepath.Join(folder, "letters.pdf"), filepath.Join(folder, "labels.pdf")
	code, out, errOut := printed(t, "letters", "--csv", table, "--out", letters, "--deadline", "2027-03-01")
	want := "printed 2 on 2 pages: " + letters + "\nheld back: no. 3, no-glyph 𠮷 U+20BB7\n"
	if code != 0 || out != want {
		t.Fatalf("%d %q %q", code, out, errOut)
	}
	if code, _, errOut := printed(t, "labels", "--csv", table, "--out", labels, "--sheet", "2"); code != 0 {
		t.Fatal(errOut)
	}
	for file, want := range map[string][]string{letters: {"見本　花子　様", "令和9年（2027年）3月1日", "𡈽屋　様"}, labels: {"見本　花子　様", "𡈽屋　様"}} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, p := range pdftest.Read(t, data) {
			said += p.Text
		}
		for _, text := range want {
			if !strings.Contains(said, text) {
				t.Errorf("%s does not say %s", file, text)
			}
		}
	}
}

// Every mistake is one line, and leaves no file behind.
func TestPrintMistakes(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("MADOGUCHI_DATA", filepath.Join(folder, "data"))
	t.Setenv("MADOGUCHI_FONTS", "")
	table, bad := filepath.Join(folder, "t.csv"), filepath.Join(folder, "bad.csv")
	for file, text := range map[string]string{table: "氏名,住所\n𠮷田,みほん市\n", bad: "リンクコード\nx\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(folder, "out", "x.pdf")
	if err := os.Mkdir(filepath.Dir(out), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{"letters", "--out", out}, "wrong usage: give --state, --codes or --csv", 2},
		{[]string{"letters"}, "missing flags: --out=FILE.pdf (see madoguchi --help)", 2},
		{[]string{"letters", "--csv", table, "--template=zz", "--out", out}, `wrong usage: there is no template "zz" (there are 交付通知書, 交付案内文)`, 2},
		{[]string{"letters", "--csv", "nofile", "--out", out}, "wrong usage: read the recipients: open nofile: no such file or directory", 2},
		{[]string{"letters", "--codes", "nofile", "--out", out}, "wrong usage: read the codes: open nofile: no such file or directory", 2},
		{[]string{"letters", "--codes", bad, "--out", out}, "wrong usage: " + bad + `, line 1: there is no card with the link code "リンクコード"`, 2},
		{[]string{"letters", "--csv", bad, "--out", out}, "wrong usage: " + bad + `, line 2: "x" is not a link code`, 2},
		{[]string{"letters", "--csv", table, "--deadline=soon", "--out", out}, `wrong usage: --deadline: date "soon": want an existing date as YYYY-MM-DD`, 2},
		{[]string{"letters", "--csv", table, "--out", out}, "nothing was printed: all 1 are held back (no. 1, no-code)", 1},
		{[]string{"labels", "--csv", table, "--sheet=9", "--out", out}, "wrong usage: --sheet 9: want 1 to 4", 2},
		{[]string{"labels", "--csv", table, "--tenant=zz", "--out", out}, `wrong usage: there is no tenant "zz" (see madoguchi tenant list)`, 2},
		{[]string{"labels", "--state=delivered", "--out", out}, "there is nobody to print for", 1},
	} {
		code, _, got := printed(t, c.args...)
		if code != c.code || got != "madoguchi: "+c.want+"\n" {
			t.Errorf("%v: exit %d, want %d\n got %s\nwant madoguchi: %s", c.args, code, c.code, got, c.want)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(out)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

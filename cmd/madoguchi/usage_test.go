package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// Every mistake is one plain line on stderr that says what to do: status 2 for
// wrong usage, 1 for what cannot be done.
func TestMistakes(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("MADOGUCHI_DATA", folder)
	const see = " (see madoguchi --help)"
	const now = "--now=2026-11-25T09:00:00+09:00"
	book := func(more ...string) []string {
		return append([]string{now, "booking", "book"}, more...)
	}
	for _, c := range []struct {
		args []string
		in   string
		want string
		code int
	}{
		{[]string{"frob"}, "", "unexpected argument frob" + see, 2},
		{[]string{"--frob"}, "", "unknown flag --frob" + see, 2},
		{[]string{"--now=yesterday", "vacancy"}, "", `--now "yesterday": want a time such as 2026-11-25T09:00:00+09:00`, 2},
		{[]string{"--side=left", "vacancy"}, "", `side "left": want outer, inner or both`, 2},

		{[]string{"chat", "--tenant=zz"}, "", `wrong usage: there is no tenant "zz" (see madoguchi tenant list)`, 2},
		{[]string{"chat", "--tenant=../x"}, "", `wrong usage: there is no tenant "../x" (see madoguchi tenant list)`, 2},
		{[]string{"chat", "--lang=xx"}, "", `wrong usage: language "xx" is not one of [ja ja-easy en es fil id ko ne pt-BR vi zh-Hans zh-Hant]`, 2},
		{[]string{"chat", "--channel=fax"}, "", `--channel must be one of "web","plain","line","kiosk" but got "fax"` + see, 2},
		{[]string{"chat", "--json"}, "[]", `wrong usage: line 1: want an object such as {"text":"…"} or {"choice":"…"}`, 2},
		{[]string{"chat", "--json"}, `{"text":`, `wrong usage: line 1: want an object such as {"text":"…"} or {"choice":"…"}`, 2},

		{[]string{"understand"}, "", "wrong usage: give a phrase, or --batch FILE", 2},
		{[]string{"understand", "--batch=nofile"}, "", "wrong usage: read the batch: open nofile: no such file or directory", 2},
		{[]string{"understand", "--type=weather", "x"}, "", `--type must be one of "date","birthdate","time","number","yesno","postal","phone","mail","kana","code","intent" but got "weather"` + see, 2},

		{[]string{"flow", "check", "nofile"}, "", "wrong usage: open nofile: no such file or directory", 2},
		{[]string{"flow", "test", "nofile"}, "", "wrong usage: stat nofile: no such file or directory", 2},
		{[]string{"flow", "test", folder}, "", "wrong usage: no .dialog files found", 2},
		{[]string{"flow", "show", "zz"}, "", `wrong usage: there is no such flow "zz" (see madoguchi flow list)`, 2},
		{[]string{"flow", "rollback", "zz"}, "", `wrong usage: there is no flow "zz" (see madoguchi flow list)`, 2},
		{[]string{"flow", "rollback", "moving"}, "", "there is no earlier version to go back to", 1},
		{[]string{"flow", "publish", "nofile"}, "", "wrong usage: open nofile: no such file or directory", 2},

		{book(), "", "missing flags: --counter=STRING, --service=STRING, --start=STRING" + see, 2},
		{book("--counter=zz", "--service=move", "--start=2026-12-01T10:00"), "", `wrong usage: there is no counter "zz" (see madoguchi vacancy)`, 2},
		{book("--counter=honcho", "--service=zz", "--start=2026-12-01T10:00"), "", `wrong usage: there is no service "zz" (see madoguchi vacancy)`, 2},
		{book("--counter=honcho", "--service=move", "--start=2026-02-31T10:00"), "", `wrong usage: date "2026-02-31": want an existing date as YYYY-MM-DD`, 2},
		{book("--counter=honcho", "--service=move", "--start=2026-12-01T10:10"), "", "nobody is received at this time (outside-hours); see madoguchi vacancy", 1},
		{book("--counter=honcho", "--service=move", "--start=2026-12-01T12:00"), "", "nobody is received at this time (outside-hours); see madoguchi vacancy", 1},
		{book("--counter=honcho", "--service=move", "--start=2026-12-05T10:00"), "", "nobody is received at this time (no-opening); see madoguchi vacancy", 1},
		{book("--counter=honcho", "--service=move", "--start=2026-12-31T10:00"), "", "nobody is received at this time (closed-day); see madoguchi vacancy", 1},
		{book("--counter=honcho", "--service=move", "--start=2026-11-23T10:00"), "", "nobody is received at this time (holiday); see madoguchi vacancy", 1},
		{book("--counter=honcho", "--service=move", "--start=2026-11-24T10:00"), "", "too late: the limit was 2026-11-24T09:00", 1},
		{book("--counter=honcho", "--service=move", "--start=2027-06-01T10:00"), "", "too early: bookings for this time open at 2027-05-02T00:00", 1},
		{book("--counter=honcho", "--service=card-pickup", "--start=2026-12-01T10:00", "--persons=-1"), "", "-1 persons; 1 to 4 can be booked", 1},
		{book("--counter=honcho", "--service=card-pickup", "--start=2026-12-01T10:00", "--persons=0"), "", "0 persons; 1 to 4 can be booked", 1},
		{book("--counter=honcho", "--service=card-pickup", "--start=2026-12-01T10:00", "--persons=1000000000"), "", "1000000000 persons; 1 to 4 can be booked", 1},
		{[]string{"booking", "show", "zz"}, "", "there is no such booking (see madoguchi booking list)", 1},
		{[]string{"booking", "cancel", "K7M2P-9QWXT"}, "", "there is no such booking (see madoguchi booking list)", 1},
		{[]string{"booking", "change", "zz", "--to=tomorrow"}, "", `wrong usage: date and time "tomorrow": want YYYY-MM-DDTHH:MM`, 2},
		{[]string{"booking", "checkin", "zz"}, "", "there is no such booking (see madoguchi booking list)", 1},
		{[]string{"booking", "close-day", "zz"}, "", `wrong usage: date "zz": want an existing date as YYYY-MM-DD`, 2},
		{[]string{"booking", "list", "--status=lost"}, "", `wrong usage: --status "lost": want booked, cancelled, visited or no-show`, 2},
		{[]string{"booking", "list", "--from=zz"}, "", `wrong usage: date "zz": want an existing date as YYYY-MM-DD`, 2},

		{[]string{"vacancy", "--counter=zz"}, "", `wrong usage: there is no counter "zz" (see madoguchi vacancy)`, 2},
		{[]string{"vacancy", "--service=zz"}, "", `wrong usage: there is no service "zz" (see madoguchi vacancy)`, 2},
		{[]string{"vacancy", "--days=0"}, "", "wrong usage: --days 0: want 1 to 62", 2},
		{[]string{"vacancy", "--from=2026-02-29"}, "", `wrong usage: date "2026-02-29": want an existing date as YYYY-MM-DD`, 2},

		{[]string{"tenant", "add", "sample", "--name=x"}, "", `wrong usage: there is a tenant "sample" already`, 2},
		{[]string{"tenant", "add", "No Way", "--name=x"}, "", `wrong usage: creating tenant "No Way": tenant id must be 1 to 40 lower-case letters, digits and inner hyphens`, 2},
		{[]string{"tenant", "add", "beta"}, "", "missing flags: --name=STRING" + see, 2},
		{[]string{"serve", "--addr=nowhere"}, "", "listen on nowhere: listen tcp: address nowhere: missing port in address (another address: --addr HOST:PORT)", 1},
		{[]string{"line", "setup"}, "", `wrong usage: tenant "sample" has no LINE channel: set LINE_CHANNEL_SECRET and LINE_CHANNEL_TOKEN`, 2},
		{[]string{"backup"}, "", `expected "<file>"` + see, 2},
		{[]string{"restore", "nofile", "--data=" + filepath.Join(folder, "new")}, "", "restoring from nofile: open nofile: no such file or directory", 1},
		{[]string{"verify", "--data=" + filepath.Join(folder, "none")}, "", "there is no database at " + filepath.Join(folder, "none", "madoguchi.db") + " (madoguchi migrate makes one)", 1},
		{[]string{"rotate", "--new-key=nofile"}, "", "wrong usage: open nofile: no such file or directory", 2},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			var out, errOut bytes.Buffer
			code := run(c.args, strings.NewReader(c.in), &out, &errOut)
			if got := errOut.String(); code != c.code || got != "madoguchi: "+c.want+"\n" {
				t.Errorf("exit %d, want %d\n got %s\nwant madoguchi: %s", code, c.code, got, c.want)
			}
		})
	}
}

// A bad key is named by where it comes from, and is never shown.
func TestBadKey(t *testing.T) {
	t.Setenv("MADOGUCHI_DATA", t.TempDir())
	t.Setenv("MADOGUCHI_KEY", "secret-but-short")
	var out, errOut bytes.Buffer
	code := run([]string{"migrate"}, strings.NewReader(""), &out, &errOut)
	if code == 0 || !strings.Contains(errOut.String(), "MADOGUCHI_KEY: want 32 bytes") || strings.Contains(errOut.String(), "secret-but-short") {
		t.Errorf("exit %d, %s", code, errOut.String())
	}
}

// Help is on stdout, with status 0, for every command.
func TestHelp(t *testing.T) {
	for _, args := range [][]string{
		{"help"}, {"--help"}, {"chat", "--help"}, {"flow", "--help"}, {"flow", "publish", "--help"}, {"booking", "book", "--help"},
		{"vacancy", "--help"}, {"job", "run", "--help"}, {"restore", "--help"}, {"understand", "--help"}, {"tenant", "add", "--help"},
	} {
		var out, errOut bytes.Buffer
		if code := run(args, strings.NewReader(""), &out, &errOut); code != 0 || !strings.Contains(out.String(), "Usage: madoguchi") || errOut.Len() > 0 {
			t.Errorf("%v: exit %d, stderr %q, stdout %q", args, code, errOut.String(), out.String())
		}
	}
}

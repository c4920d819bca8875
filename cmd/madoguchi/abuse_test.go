package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/channels/line/linetest"
	"madoguchi/store"
)

// The abuse cases of PLATFORMS 2.3, from outside: each test carries the number
// of its case.

// A15: what belongs to one municipality is nothing to another.
func TestA15OtherTenant(t *testing.T) {
	s := serve(t, nil)
	if code, _, errOut := s.cli("tenant", "add", "beta", "--name", "べーた市"); code != 0 {
		t.Fatal(errOut)
	}
	owner := s.talk("owner")
	id, key := owner.book("honcho/2026-12-01T10:00")

	// The same person at the other tenant, and a stranger there.
	for _, user := range []string{"owner", "stranger"} {
		k := s.talk(user)
		k.tenant = "beta"
		if a := k.say("予約を確認したい"); a.Step != "key" {
			t.Errorf("beta knows a booking of %s: %s", user, a.text())
		}
		if a := k.say(key); !strings.Contains(a.text(), "見つかりませんでした") {
			t.Errorf("beta opened the key of sample: %s", a.text())
		}
		for _, button := range []string{"[@cancel:" + id + "]", "[@change:" + id + "]", "[" + id + "]"} {
			if a := k.say(button); strings.Contains(a.text(), "12月1日") || a.Step == "sure" {
				t.Errorf("beta acts on a booking of sample by %s: %s", button, a.text())
			}
		}
		if a := k.say("[@menu]", "[reservation]", "[book]", "[consult]", "[honcho]", "[honcho/2026-12-01T10:00]"); a.Flow == "" || a.Step == "book.mail" {
			t.Errorf("beta took a counter of sample: %s", a.text())
		}
	}
	for _, path := range []string{
		"/t/beta/vacancy?counter=honcho", "/t/beta/calendar/honcho/2026-12-01T1000/1.ics", "/t/beta/calendar/honcho/2026-12-01T10:00/1.ics",
		"/t/nobody/", "/t/nobody/chat", "/t/nobody/vacancy", "/t/sample%2f..%2fbeta/chat", "/t/%00/chat",
	} {
		if status, body := s.do(s.request("GET", path, "", "Accept", "application/json")); status != http.StatusNotFound && status != http.StatusBadRequest || strings.Contains(string(body), "本庁") {
			t.Errorf("GET %s: %d %s", path, status, body)
		}
	}
	if status, _ := s.do(s.request("POST", "/t/nobody/chat/turn", `{"user":"u","event":"e","text":"x"}`)); status != http.StatusNotFound {
		t.Errorf("a turn at a tenant that does not exist: %d", status)
	}
	if a := owner.say("予約を確認したい"); !strings.Contains(a.text(), "12月1日") {
		t.Errorf("the owner has lost the booking: %s", a.text())
	}
}

// wrong is the n-th key that nobody has.
func wrong(n int) string {
	const symbols = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	return "K7M2P-9QW" + string([]byte{symbols[n/32%32], symbols[n%32]})
}

// A16, A17: guessing keys is slow for a person, for an address whatever it
// claims to be, and for everybody together; the answer tells nothing.
func TestA16A17GuessingKeys(t *testing.T) {
	s := serve(t, nil)
	_, key := s.talk("owner").book("honcho/2026-12-01T10:00")
	n := 0
	guess := func(k *talk) string {
		n++
		if a := k.say("予約を確認したい"); a.Step != "key" {
			t.Fatalf("no key is asked for: %s", a.text())
		}
		return k.say(wrong(n)).text()
	}

	// One address, a new person for every guess, a new claimed address too.
	var answers []string
	for i := range 12 {
		k := s.talk(fmt.Sprint("guesser", i))
		k.header = []string{"X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i), "Forwarded", "for=198.51.100.7"}
		answers = append(answers, guess(k))
	}
	for i, a := range answers {
		if want := map[bool]string{true: "見つかりませんでした", false: "照会を停止しています"}[i < 10]; !strings.Contains(a, want) {
			t.Errorf("guess %d from one address: %s", i+1, a)
		}
	}
	// The right key gets the same answer while the address is blocked.
	k := s.talk("late")
	k.say("予約を確認したい")
	if a := k.say(key); !strings.Contains(a.text(), "照会を停止しています") || a.text() != answers[11] {
		t.Errorf("the right key from a blocked address: %s", a.text())
	}
	if strings.Contains(s.log.String(), "203.0.113.") {
		t.Error("the log shows an address that was only claimed")
	}
	s.nowhere(wrong(1), strings.ReplaceAll(wrong(1), "-", ""), key, strings.ReplaceAll(key, "-", ""))
}

// A16: many addresses behind a trusted proxy share the budget of the site, and
// the audit log tells of it.
func TestA16SiteBudget(t *testing.T) {
	s := serve(t, map[string]string{"MADOGUCHI_TRUSTED_PROXIES": "127.0.0.1", "MADOGUCHI_LIMITS": "off"})
	blocked := 0
	for i := range 66 {
		k := s.talk(fmt.Sprint("guesser", i))
		k.header = []string{"X-Forwarded-For", fmt.Sprintf("203.0.%d.7", i)}
		k.say("予約を確認したい")
		if a := k.say(wrong(i)); strings.Contains(a.text(), "照会を停止しています") {
			blocked++
		} else if !strings.Contains(a.text(), "見つかりませんでした") {
			t.Fatalf("guess %d: %s", i, a.text())
		}
	}
	if blocked < 6 || blocked > 12 { // how many parts of the minute have passed
		t.Errorf("%d of 66 guesses were refused, want those over 60", blocked)
	}
	alarms := 0
	if err := s.house().db.View(context.Background(), sampleID, func(tx *store.Tx) error {
		return tx.Row(`SELECT COUNT(*) FROM audit WHERE tenant=$1 AND action='key.site-budget'`, sampleID).Scan(&alarms)
	}); err != nil || alarms == 0 {
		t.Errorf("no alarm in the audit log: %d, %v", alarms, err)
	}
}

// A19: many take the last places at once; nobody gets one too many.
func TestA19LastPlaces(t *testing.T) {
	s := serve(t, map[string]string{"MADOGUCHI_LIMITS": "off"})
	const people, places = 12, 2
	talks := make([]*talk, people)
	for i := range talks {
		talks[i] = s.talk(fmt.Sprint("person", i))
		talks[i].say("[reservation]", "[book]", "[consult]", "[ekimae]")
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	booked := 0
	for _, k := range talks {
		all.Go(func() {
			a := k.say("[ekimae/2026-12-01T10:00]")
			if a.Step != "book.mail" {
				return
			}
			if a = k.say("[@skip]", "[yes]"); strings.Contains(a.text(), "ご予約を承りました") {
				mu.Lock()
				booked++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if booked != places {
		t.Errorf("%d bookings of %d places", booked, places)
	}
	if n := s.bookings(); n != places {
		t.Errorf("%d bookings are kept", n)
	}
	if code, out, _ := s.cli("verify"); code != 0 {
		t.Errorf("verify: %s", out)
	}
}

// A20: the id of an event is its idempotency key. The event that books, sent
// many times at once with the same and with another body, books once; every copy
// gets the one answer, and a body that comes later changes nothing (CONTRACT).
func TestA20OneEventOneBooking(t *testing.T) {
	s := serve(t, map[string]string{"MADOGUCHI_LIMITS": "off"})
	k := s.talk("u")
	k.say("[reservation]", "[book]", "[consult]", "[honcho]", "[honcho/2026-12-01T10:00]", "[@skip]")
	send := func(said string) string {
		status, answer := s.do(s.request("POST", "/t/sample/chat/turn", `{"user":"u","event":"the one",`+said+`}`))
		if status != http.StatusOK {
			t.Errorf("status %d: %s", status, answer)
		}
		return string(answer)
	}
	answers := make([]string, 24)
	var sending sync.WaitGroup
	for i := range answers {
		sending.Go(func() { answers[i] = send(`"choice":"yes"`) })
	}
	sending.Wait()
	for _, other := range []string{`"choice":"yes"`, `"choice":"@correct:visit"`, `"text":"やめる"`} {
		answers = append(answers, send(other))
	}
	for i, a := range answers {
		if a != answers[0] || !strings.Contains(a, `"receipt":1,`) {
			t.Fatalf("copy %d was answered\n%s\nand the first\n%s", i, a, answers[0])
		}
	}
	if n := s.bookings(); n != 1 {
		t.Errorf("%d bookings", n)
	}
}

// A21: visits that cannot be.
func TestA21ImpossibleVisits(t *testing.T) {
	s := serve(t, nil)
	if code, _, errOut := s.cli("tenant", "add", "beta", "--name", "べーた市"); code != 0 {
		t.Fatal(errOut)
	}
	k := s.talk("u")
	k.say("[card-pickup]", "[self]")
	for _, persons := range []string{"-1", "0", "1000000000", "1.5", "９９人", "[-1]", "[0]", "[1000000000]", "[1e9]"} {
		if a := k.say(persons); a.Step != "persons" {
			t.Fatalf("%s persons: step %s, %s", persons, a.Step, a.text())
		}
	}
	k.say("[1]", "[honcho]")
	for _, at := range []string{
		"[honcho/2020-01-06T10:00]", "[honcho/2026-11-24T10:00]", "[honcho/2026-11-29T10:00]", "[honcho/2026-12-31T10:00]",
		"[honcho/2026-02-31T10:00]", "[honcho/2026-12-01T12:00]", "[honcho/2026-12-01T10:07]", "[honcho/2027-12-01T10:00]",
		"[honcho/2026-12-01T25:00]", "[ekimae/2026-12-01T10:00]", "[beta/2026-12-01T10:00]", "[/2026-12-01T10:00]",
		"[honcho/2026-12-01T10:00/x]", "2月31日 10時", "昨日の10時", "日曜日の10時",
	} {
		if a := k.say(at); a.Step != "book.visit" {
			t.Fatalf("%s: step %s, %s", at, a.Step, a.text())
		}
	}
	if n := s.bookings(); n != 0 {
		t.Errorf("%d bookings", n)
	}
}

// A22: no step can be skipped, a late button answers nothing.
func TestA22OutOfOrder(t *testing.T) {
	s := serve(t, nil)
	k := s.talk("u")
	for _, first := range []string{"[yes]", "[confirm]", "[@yes]", "[honcho/2026-12-01T10:00]", "[@correct:visit]", "[@skip]", "はい"} {
		if a := k.say(first); a.Flow != "" {
			t.Errorf("%s at rest begins %s", first, a.Flow)
		}
	}
	begun := k.say("[reservation]")
	k.say("[book]", "[consult]", "[honcho]", "[honcho/2026-12-01T10:00]")
	atCheck := k.say("[@skip]")
	if atCheck.Step != "book.check" {
		t.Fatalf("step %s", atCheck.Step)
	}
	// Back to the time; then the confirmation shown before comes in late.
	k.say("戻る")
	back := k.say("戻る")
	if _, a := k.turn(map[string]any{"choice": "yes", "asked": atCheck.Asked}); a.Step != back.Step || !strings.Contains(a.text(), "前の質問のボタン") {
		t.Errorf("a late confirmation: step %s, %s", a.Step, a.text())
	}
	if _, a := k.turn(map[string]any{"choice": "book", "asked": begun.Asked}); a.Step != back.Step {
		t.Errorf("a button of the first question: step %s", a.Step)
	}
	if n := s.bookings(); n != 0 {
		t.Errorf("%d bookings", n)
	}
}

// A23: a button whose data was edited does not reach another person's booking.
func TestA23EditedButtons(t *testing.T) {
	s, platform := withLINE(t)
	id, _ := s.talk("owner").book("honcho/2026-12-01T10:00")
	other := s.talk("other")
	for _, data := range []string{"@cancel:" + id, "@change:" + id, "@cancel:" + id + "'--", "@cancel:*"} {
		a := other.say("[" + data + "]")
		if a.Step != "key" {
			t.Errorf("%s: step %s, %s", data, a.Step, a.text())
		}
		other.say("[@menu]")
	}
	user := linetest1
	platform.Befriend(user, "ja")
	for _, data := range []string{"@cancel:" + id, id, "v=@cancel:" + id + "&m=AAAA", strings.Repeat("x", 300)} {
		if texts := s.line(platform, user, platform.Postback(user, data, nil)); strings.Contains(strings.Join(texts, ""), "12月1日") {
			t.Errorf("a postback made up by hand: %q", texts)
		}
	}
	if code, out, _ := s.cli("booking", "show", id, "--json"); code != 0 || !strings.Contains(out, `"status":"booked"`) {
		t.Errorf("the booking: %s", out)
	}
	if v := platform.Violations(); len(v) > 0 {
		t.Errorf("LINE would refuse: %q", v)
	}
}

const linetest1 = "U00000000000000000000000000000001"

// A27: one who talks without end is slowed down, others are not.
func TestA27Flood(t *testing.T) {
	s := serve(t, nil)
	long := strings.Repeat("あ", 2000)
	flood := s.talk("flood")
	if status, _ := flood.turn(map[string]any{"text": long}); status != http.StatusOK {
		t.Errorf("a long text: status %d", status)
	}
	// All at once: a slow machine would answer them one by one at a calm pace.
	var all sync.WaitGroup
	var refused atomic.Int32
	for range 80 {
		flood := s.talk("flood")
		all.Go(func() {
			if status, _ := flood.turn(map[string]any{"text": "あ"}); status == http.StatusTooManyRequests {
				refused.Add(1)
			} else if status != http.StatusOK {
				t.Errorf("status %d", status)
			}
		})
	}
	all.Wait()
	if refused.Load() == 0 {
		t.Error("80 turns at once were all taken")
	}
	if a := s.talk("calm").say("カードを受け取りたい"); a.Step != "visitor" {
		t.Errorf("somebody else: %s", a.text())
	}

	// Also where the limits per address and device are lifted, a person has a pace.
	s = serve(t, map[string]string{"MADOGUCHI_LIMITS": "off"})
	flood = s.talk("flood")
	var last said
	for range 62 {
		last = flood.say("こんにちは")
	}
	if !strings.Contains(last.text(), "1分ほど待ってから") {
		t.Errorf("turn 62 of a minute: %s", last.text())
	}
}

// A28: a My Number is refused however it is written, and is kept nowhere.
func TestA28MyNumber(t *testing.T) {
	s, platform := withLINE(t)
	user := linetest1
	platform.Befriend(user, "ja")
	k := s.talk("u")
	k.say("[reservation]", "[book]", "[consult]", "[honcho]", "[honcho/2026-12-01T10:00]")
	spellings := []string{
		"123456789018", "１２３４５６７８９０１８", "1234-5678-9018", "1234 5678 9018", "1234　5678　9018", "1234‐5678‐9018", "1234ー5678ー9018",
		"番号は1234.5678.9018です", "1 2 3 4 5 6 7 8 9 0 1 8", "12-34-56-78-90-18", "私のマイナンバーは123456789018です。",
	}
	for _, n := range spellings {
		if a := k.say(n); !strings.Contains(a.text(), "絶対にお聞きしません") || a.Step != "book.mail" {
			t.Errorf("%q: step %s, %s", n, a.Step, a.text())
		}
		if texts := strings.Join(s.line(platform, user, platform.Text(user, n)), "\n"); !strings.Contains(texts, "絶対にお聞きしません") {
			t.Errorf("%q on LINE: %s", n, texts)
		}
	}
	// Twelve digits whose check digit is wrong, and a telephone number, are not one.
	for _, n := range []string{"123456789012", "09012345678"} {
		if a := k.say(n); strings.Contains(a.text(), "絶対にお聞きしません") {
			t.Errorf("%q was taken for a My Number", n)
		}
	}
	s.nowhere("123456789018", "１２３４５６７８９０１８", "1234-5678-9018", "1234 5678 9018", "56789018", "5678-9018")
	if code, _, errOut := s.cli("backup", filepath.Join(s.folder, "copy.db")); code != 0 {
		t.Fatal(errOut)
	}
	s.nowhere("123456789018", "1234-5678-9018", "56789018", "5678-9018")
	// It is not sealed either: what the resident said is kept without it.
	var plainText []string
	if err := s.house().db.View(context.Background(), sampleID, func(tx *store.Tx) error {
		h := s.house()
		c, err := h.talks.Find(tx, "web", "u")
		if err != nil {
			return err
		}
		lines, err := h.talks.Lines(tx, c.ID, 1, c.Seq)
		for _, l := range lines {
			plainText = append(plainText, string(l.Body))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(plainText, "\n"); all == "" || strings.Contains(all, "123456789018") || strings.Contains(all, "5678-9018") || strings.Contains(all, "５６７８") {
		t.Errorf("the transcript: %s", all)
	}
}

// A29, A30: names, addresses, telephone numbers, mail addresses and keys stand
// in no log, no figure, and no file in the clear.
func TestA29A30Marked(t *testing.T) {
	s, platform := withLINE(t)
	marks := []string{"KanariaHanako", "金糸雀花子", "kanaria.hanako@canary.example", "090-5550-1234", "09055501234", "みほん市金糸雀町9丁目"}
	words := strings.Join(marks, " ")
	user := linetest1
	platform.Befriend(user, "ja")

	k := s.talk("web-KanariaHanako")
	k.say(words, "[card-pickup]", words, "[self]", words, "[1]", words, "[honcho]", words, "[honcho/2026-12-01T10:00]", words)
	a := k.say("kanaria.hanako@canary.example")
	if a.Step != "book.check" {
		t.Fatalf("step %s: %s", a.Step, a.text())
	}
	k.say(words)
	done := k.say("はい")
	key := ""
	for _, m := range done.Messages {
		if m.Booking != nil {
			key = m.Booking.Key
		}
	}
	if key == "" {
		t.Fatalf("no booking: %s", done.text())
	}
	k.turn(map[string]any{"choice": words})
	k.turn(map[string]any{"flow": "KanariaHanako"})
	other := s.talk("other")
	other.say("予約を確認したい", key, "[@menu]")

	for _, text := range []string{words, "相談の予約をしたい", "新しく予約する", "相談", "本庁", "12月2日 10時", "kanaria.hanako@canary.example", words} {
		s.line(platform, user, platform.Text(user, text))
	}
	s.line(platform, user, platform.Postback(user, "KanariaHanako", nil))
	// Addresses and bodies that are wrong.
	for _, r := range []*http.Request{
		s.request("POST", "/t/sample/chat/turn", `{"user":"KanariaHanako","event":`),
		s.request("POST", "/t/sample/chat/turn", `{"user":"KanariaHanako","event":1,"text":"`+words+`"}`),
		s.request("POST", "/t/sample/line/webhook", `{"events":[{"message":{"text":"KanariaHanako"}}]}`, "X-Line-Signature", "KanariaHanako"),
		s.request("GET", "/t/sample/form/KanariaHanako", ""),
		s.request("GET", "/t/sample/KanariaHanako?q=kanaria.hanako@canary.example", ""),
		s.request("GET", "/t/sample/vacancy?counter=KanariaHanako", "", "Referer", "https://x.example/KanariaHanako", "User-Agent", "KanariaHanako"),
		s.request("POST", "/t/sample/book", url.Values{"text": {words}}.Encode(), "Content-Type", "application/x-www-form-urlencoded"),
	} {
		s.do(r)
	}
	if code, _, errOut := s.cli("backup", filepath.Join(s.folder, "copy.db")); code != 0 {
		t.Fatal(errOut)
	}
	s.nowhere(append(slices.Clone(marks), key, strings.ReplaceAll(key, "-", ""), "kanaria", "金糸雀")...)
	s.stop()
	if code, _, errOut := s.cli("verify"); code != 0 {
		t.Error(errOut)
	}
	// Without the key nothing starts, and the message says why.
	if err := os.Remove(filepath.Join(s.folder, keyFile)); err != nil {
		t.Fatal(err)
	}
	code, _, errOut := s.cli("booking", "list")
	if code != 1 || !strings.Contains(errOut, "key") || strings.Count(errOut, "\n") != 1 {
		t.Errorf("without the key: exit %d, %s", code, errOut)
	}
}

// A33: whoever changes the audit log behind the program's back is found out,
// with the row that was touched.
func TestA33AuditTampered(t *testing.T) {
	folder := t.TempDir()
	s := &served{t: t, folder: folder, clock: func() time.Time { return morning }}
	for _, args := range [][]string{
		{"migrate"}, {"booking", "book", "--counter=honcho", "--service=move", "--start=2026-12-01T10:00"},
		{"booking", "book", "--counter=honcho", "--service=move", "--start=2026-12-01T10:30"},
		{"booking", "book", "--counter=honcho", "--service=move", "--start=2026-12-01T11:00"},
		{"job", "run", "audit.seal"}, {"verify"},
	} {
		if code, out, errOut := s.cli(args...); code != 0 {
			t.Fatalf("%v: %s%s", args, out, errOut)
		}
	}
	file := filepath.Join(folder, "madoguchi.db")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const here = `tenant='sample' AND action='booking.book'`
	for _, c := range []struct{ name, change string }{
		{"edited", `UPDATE audit SET detail='{"x":1}' WHERE ` + here + ` AND seq=(SELECT MIN(seq) FROM audit WHERE ` + here + `)`},
		{"another person", `UPDATE audit SET who='somebody' WHERE ` + here + ` AND seq=(SELECT MIN(seq) FROM audit WHERE ` + here + `)`},
		{"one bit of a hash", `UPDATE audit SET hash=CAST(X'00'||substr(hash,2) AS BLOB) WHERE ` + here + ` AND seq=(SELECT MIN(seq) FROM audit WHERE ` + here + `)`},
		{"deleted", `DELETE FROM audit WHERE ` + here + ` AND seq=(SELECT MIN(seq) FROM audit WHERE ` + here + `)`},
		{"moved", `UPDATE audit SET seq=CASE seq WHEN (SELECT MIN(seq) FROM audit WHERE ` + here + `) THEN -1 ELSE seq END WHERE tenant='sample'`},
		{"slipped in", `INSERT INTO audit(tenant,id,at,who,action,subject,detail,seq,prev,hash) SELECT tenant,'zz',at,who,action,subject,detail,seq+1000,prev,hash FROM audit WHERE ` + here + ` LIMIT 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, end := range []string{"", "-wal", "-shm"} {
				os.Remove(file + end)
			}
			if err := os.WriteFile(file, before, 0o600); err != nil {
				t.Fatal(err)
			}
			raw, err := sql.Open("sqlite", "file:"+file)
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range []string{`DROP TRIGGER audit_keep`, `DROP TRIGGER audit_still`, c.change} {
				result, err := raw.Exec(q)
				if err != nil {
					t.Fatalf("%s: %v", q, err)
				}
				if n, _ := result.RowsAffected(); q == c.change && n == 0 {
					t.Fatal("nothing was changed")
				}
			}
			if err := raw.Close(); err != nil {
				t.Fatal(err)
			}
			s.t = t
			code, out, _ := s.cli("verify")
			if code != 1 || !strings.Contains(out, "audit") || !strings.Contains(out, "sample") {
				t.Errorf("verify: exit %d\n%s", code, out)
			}
		})
	}
}

// A33: a chain whose end was cut off, or that was made anew with the program's
// own key, proves itself; the checkpoints kept outside do not agree.
func TestA33CheckpointsKeptOutside(t *testing.T) {
	folder := t.TempDir()
	s := &served{t: t, folder: folder, clock: func() time.Time { return morning }}
	checkpoints := filepath.Join(t.TempDir(), "checkpoints")
	do := func(args ...string) {
		t.Helper()
		if code, out, errOut := s.cli(args...); code != 0 {
			t.Fatalf("%v: %s%s", args, out, errOut)
		}
	}
	do("migrate")
	do("booking", "book", "--counter=honcho", "--service=move", "--start=2026-12-01T10:00")
	do("booking", "book", "--counter=honcho", "--service=move", "--start=2026-12-01T10:30")
	do("job", "run", "audit.seal")
	do("verify", "--checkpoints="+checkpoints)
	file := filepath.Join(folder, "madoguchi.db")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, says, change string }{
		{"cut off", "cut off", `DELETE FROM audit WHERE tenant='sample' AND seq=(SELECT MAX(seq) FROM audit WHERE tenant='sample')`},
		{"made anew", "made anew", `UPDATE audit SET seq=NULL, prev=NULL, hash=NULL, who=CASE action WHEN 'booking.book' THEN 'somebody' ELSE who END WHERE tenant='sample'`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, end := range []string{"-wal", "-shm"} {
				os.Remove(file + end)
			}
			if err := os.WriteFile(file, before, 0o600); err != nil {
				t.Fatal(err)
			}
			raw, err := sql.Open("sqlite", "file:"+file)
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range []string{`DROP TRIGGER audit_keep`, `DROP TRIGGER audit_still`, c.change} {
				if _, err := raw.Exec(q); err != nil {
					t.Fatalf("%s: %v", q, err)
				}
			}
			if err := raw.Close(); err != nil {
				t.Fatal(err)
			}
			s.t = t
			s.cli("job", "run", "audit.seal")
			if code, out, _ := s.cli("verify"); code != 0 {
				t.Errorf("the chain alone should look whole: %s", out)
			}
			code, out, _ := s.cli("verify", "--checkpoints="+checkpoints)
			if code != 1 || !strings.Contains(out, c.says) || !strings.Contains(out, "sample: row") {
				t.Errorf("against the checkpoints: exit %d\n%s", code, out)
			}
		})
	}
	t.Run("not a checkpoint", func(t *testing.T) {
		s.t = t
		bad := filepath.Join(t.TempDir(), "bad")
		if err := os.WriteFile(bad, []byte("sample x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errOut := s.cli("verify", "--checkpoints="+bad); code != 2 || !strings.Contains(errOut, "line 1") {
			t.Errorf("exit %d, %s", code, errOut)
		}
	})
}

// dial opens the chat's websocket.
func (s *served) dial(header http.Header) (*websocket.Conn, *http.Response, error) {
	d := websocket.Dialer{EnableCompression: true}
	return d.Dial("ws"+strings.TrimPrefix(s.base, "http")+"/t/sample/chat/ws", header)
}

// A36, A37: foreign sites, messages too large, floods and compression.
func TestA36A37Sockets(t *testing.T) {
	s := serve(t, nil)
	for _, origin := range []string{"https://evil.example", "null", "http://127.0.0.1.evil.example", "file://"} {
		if ws, res, err := s.dial(http.Header{"Origin": {origin}}); err == nil || res == nil || res.StatusCode != http.StatusForbidden {
			t.Errorf("origin %s: %v", origin, err)
			if ws != nil {
				ws.Close()
			}
		}
	}
	open := func() *websocket.Conn {
		ws, res, err := s.dial(http.Header{"Origin": {s.base}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ws.Close() })
		if e := res.Header.Get("Sec-Websocket-Extensions"); e != "" {
			t.Errorf("negotiated %q", e)
		}
		return ws
	}
	closed := func(ws *websocket.Conn) int {
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				var ce *websocket.CloseError
				if c, ok := err.(*websocket.CloseError); ok {
					ce = c
				}
				if ce == nil {
					t.Fatalf("not closed in order: %v", err)
				}
				return ce.Code
			}
		}
	}
	ws := open()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"user":"u","event":"e","text":"カードを受け取りたい"}`)); err != nil {
		t.Fatal(err)
	}
	_, data, err := ws.ReadMessage()
	var a said
	if err != nil || json.Unmarshal(data, &a) != nil || a.Step != "visitor" {
		t.Fatalf("%s, %v", data, err)
	}
	if err := ws.WriteMessage(websocket.TextMessage, []byte(strings.Repeat("x", 64<<10+1))); err != nil {
		t.Fatal(err)
	}
	if code := closed(ws); code != websocket.CloseMessageTooBig {
		t.Errorf("64 KiB + 1: closed with %d", code)
	}
	ws = open()
	for range 1000 {
		if ws.WriteMessage(websocket.TextMessage, []byte(`{"resume":{"user":"u","after":0}}`)) != nil {
			break
		}
	}
	if code := closed(ws); code != websocket.ClosePolicyViolation {
		t.Errorf("a flood: closed with %d", code)
	}
	ws = open()
	if err := ws.WriteMessage(websocket.TextMessage, []byte("\xff\xfe")); err != nil {
		t.Fatal(err)
	}
	if code := closed(ws); code != websocket.CloseInvalidFramePayloadData {
		t.Errorf("invalid UTF-8: closed with %d", code)
	}
}

// A39, A40: addresses that climb, methods and headers that do not belong here.
func TestA39A40Addresses(t *testing.T) {
	s := serve(t, nil)
	for _, path := range []string{
		"/assets/web/1/../../../../etc/passwd", "/assets/web/1/%2e%2e/%2e%2e/etc/passwd", "/assets/web/1/..%5c..%5cmaster.key",
		"/t/sample/calendar/..%2f..%2f/x/y", "/t/sample/form/%00", "/../data/master.key", "/.git/config", "/t/sample/chat/turn/..%2f..",
		"/debug/pprof/", "/t/sample/form/" + strings.Repeat("A", 4000),
	} {
		if status, body := s.do(s.request("GET", path, "")); status < 300 || status >= 500 || strings.Contains(string(body), "root:") || strings.Contains(string(body), "goroutine") {
			t.Errorf("GET %.60s: %d", path, status)
		}
	}
	for _, method := range []string{"TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "FROB"} {
		if status, _ := s.do(s.request(method, "/t/sample/chat/turn", "")); status != http.StatusMethodNotAllowed && (method != "OPTIONS" || status != http.StatusNoContent) {
			t.Errorf("%s: %d", method, status)
		}
	}
	r := s.request("GET", "/t/sample/", "", "X-Large", strings.Repeat("x", 1<<20))
	if res, err := http.DefaultTransport.RoundTrip(r); err == nil {
		res.Body.Close()
		if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("1 MB of headers: %s", res.Status)
		}
	}
	if status, body := s.do(s.request("GET", "/healthz", "")); status != http.StatusOK || string(body) != "ok\n" {
		t.Errorf("/healthz: %d %s", status, body)
	}
}

// A15, domain-facts 12: a personal question on LINE is answered on a page of
// ours; its link is good once, for one conversation, at one tenant.
func TestPersonalQuestionOnLINE(t *testing.T) {
	s, platform := withLINE(t)
	if code, _, errOut := s.cli("tenant", "add", "beta", "--name", "べーた市"); code != 0 {
		t.Fatal(errOut)
	}
	user := linetest1
	platform.Befriend(user, "ja")
	hear := func(e linetest.Event) string { return strings.Join(s.line(platform, user, e), "\n") }
	for _, text := range []string{"相談の予約をしたい", "新しく予約する", "相談", "本庁"} {
		hear(platform.Text(user, text))
	}
	// A sticker in between is no answer and moves nothing.
	if got := hear(platform.Sticker(user)); !strings.Contains(got, "スタンプ") {
		t.Errorf("a sticker: %s", got)
	}
	hear(platform.Text(user, "12月2日 10時"))
	asked := platform.Shown(user)
	body, err := json.Marshal(asked[len(asked)-1].Message)
	if err != nil {
		t.Fatal(err)
	}
	const front = "https://madoguchi.example/t/sample/form/"
	at := strings.Index(string(body), front)
	if at < 0 {
		t.Fatalf("no link in %s", body)
	}
	token, _, _ := strings.Cut(string(body)[at+len(front):], `"`)

	if status, _ := s.do(s.request("GET", "/t/beta/form/"+token, "")); status != http.StatusNotFound {
		t.Errorf("the link at another tenant: %d", status)
	}
	flipped := []byte(token)
	flipped[len(flipped)/2] ^= 1
	if status, _ := s.do(s.request("GET", "/t/sample/form/"+string(flipped), "")); status != http.StatusNotFound {
		t.Errorf("an edited link: %d", status)
	}
	// Opening the link answers nothing (previews open links too).
	for range 2 {
		if status, page := s.do(s.request("GET", "/t/sample/form/"+token, "")); status != http.StatusOK || strings.Contains(string(page), user) {
			t.Errorf("the link: %d", status)
		}
	}
	if got := hear(platform.Text(user, "kanaria@canary.example")); !strings.Contains(got, "個人情報を守るため") {
		t.Errorf("an address written in the chat: %s", got)
	}
	if got := hear(platform.Text(user, "入力しない")); !strings.Contains(got, "次の内容で予約します") {
		t.Errorf("declined: %s", got)
	}
	if status, _ := s.do(s.request("GET", "/t/sample/form/"+token, "")); status != http.StatusNotFound {
		t.Errorf("the link after the answer: %d", status)
	}
	s.nowhere("kanaria@canary.example", token)
	if v := platform.Violations(); len(v) > 0 {
		t.Errorf("LINE would refuse: %q", v)
	}
}

package trail_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/console/trail"
	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

const (
	hanako = "0193a000-0000-7000-8000-000000000001"
	taro   = "0193a000-0000-7000-8000-000000000002"
)

// office is the area over a log of 120 entries: 60 bookings by a resident, 60
// changes by Hanako, a minute apart, ending at noon of 2026-11-25.
type office struct {
	t  *testing.T
	db *store.DB
	*consoletest.Client
	site *consoletest.Site
}

func open(t *testing.T) *office {
	t.Helper()
	clock := storetest.NewClock(time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC))
	db := storetest.Open(t, storetest.SQLite, storetest.At(clock))
	site := consoletest.Serve(t, db, trail.Area(trail.Config{DB: db, Names: func(*store.Tx) (map[string]string, error) {
		return map[string]string{hanako: "佐藤 花子", taro: "=1+2"}, nil
	}}))
	o := &office{t: t, db: db, site: site, Client: site.SignIn(staff.Account{ID: taro, Booking: staff.Administrator})}
	for i := range 60 {
		clock.Advance(time.Minute)
		o.update(context.Background(), func(tx *store.Tx) error { return tx.Audit("resident", "booking.book", fmt.Sprintf("booking-%d", i)) })
		clock.Advance(time.Minute)
		o.update(store.WithOrigin(context.Background(), "192.0.2.7"), func(tx *store.Tx) error {
			return tx.Audit(hanako, "staff.change", taro, "booking-role", "clerk", "disabled", true, "puzzle", "unheard-of")
		})
	}
	if _, err := audit.SealPending(context.Background(), db, consoletest.Tenant); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) update(ctx context.Context, fn func(tx *store.Tx) error) {
	o.t.Helper()
	if err := o.db.Update(ctx, consoletest.Tenant, fn); err != nil {
		o.t.Fatal(err)
	}
}

// rows is how many entries a page lists.
func rows(p consoletest.Page) int { return max(0, strings.Count(p.Body, "<tr>")-1) }

// S4-071: who did what to which record, when and from where, in words.
func TestTheLogIsReadable(t *testing.T) {
	o := open(t)
	p := o.Get("trail")
	for _, want := range []string{"2026-11-25 12:00:00", "佐藤 花子", "操作者の変更", "予約の権限: 担当者", "利用停止: はい", "puzzle: unheard-of", "192.0.2.7", "住民", "予約の登録"} {
		if !p.Has(want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if t.Failed() || rows(p) != 50 {
		t.Fatalf("%d rows\n%s", rows(p), p.Body)
	}
	if p := o.Get("trail?lang=en"); !p.Has("Operator changed") {
		t.Error("not in English")
	}
}

// Every filter alone, two together, and the pages of a long list.
func TestTheLogIsFiltered(t *testing.T) {
	o := open(t)
	for query, want := range map[string]int{
		"who=resident": 50, "who=" + hanako: 50, "who=nobody": 0, "action=booking.book": 50, "subject=booking-7": 1, "subject=booking-7&who=" + hanako: 0,
		"from=2026-11-26": 0, "to=2026-11-24": 0, "from=2026-11-25&to=2026-11-25&subject=booking-59": 1, "action=create-tenant&from=": 1, "action=x'--": 0,
	} {
		if p := o.Get("trail?" + query); p.Status != http.StatusOK || rows(p) != want {
			t.Errorf("%s: %d, %d rows, want %d", query, p.Status, rows(p), want)
		}
	}
	for _, query := range []string{"from=2026-02-31", "to=yesterday"} {
		if p := o.Get("trail?" + query); p.Status != http.StatusUnprocessableEntity || !p.Has("日付の形が正しくありません") {
			t.Errorf("%s: %d", query, p.Status)
		}
	}
	older := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	seen, at := 0, "trail?who="+hanako
	for range 5 {
		p := o.Get(at)
		seen += rows(p)
		m := older.FindStringSubmatch(p.Body)
		if m == nil {
			break
		}
		at = "trail" + strings.ReplaceAll(m[1], "&amp;", "&")
	}
	if seen != 60 {
		t.Errorf("%d entries on all pages", seen)
	}
	for _, after := range []string{"x", "1-zz", "-", "99999999999999999999-a", "1-" + strings.Repeat("a", 50)} {
		if p := o.Get("trail?after=" + after); p.Status != http.StatusNotFound {
			t.Errorf("after=%s: %d", after, p.Status)
		}
	}
}

// A34: the file is CSV that Excel opens, safe against formulas, and its making
// is in the log.
func TestA34ExportOfTheLog(t *testing.T) {
	o := open(t)
	p := o.Get("trail/export?who=" + hanako)
	lines := strings.Split(strings.TrimSpace(p.Body), "\r\n")
	if len(lines) != 61 || !strings.HasPrefix(lines[0], "\ufeff日時,") || !strings.Contains(p.Header.Get("Content-Disposition"), "audit.csv") {
		t.Fatalf("%d lines, %q", len(lines), lines[0])
	}
	if want := "2026-11-25 12:00:00,佐藤 花子," + hanako + ",操作者の変更,staff.change," + taro; !strings.HasPrefix(lines[1], want) {
		t.Errorf("%s", lines[1])
	}
	if p := o.Get("trail?action=audit.export"); rows(p) != 1 || !p.Has("件数: 60") {
		t.Errorf("the export is not in the log\n%s", p.Body)
	}
	// The name of who made the first file begins like a formula.
	if p := o.Get("trail/export?action=audit.export"); !strings.Contains(p.Body, `'=1+2`) || strings.Contains(p.Body, ",=1+2") {
		t.Errorf("%s", p.Body)
	}
	if p := o.Get("trail/export?encoding=shift_jis&who=" + hanako); strings.Contains(p.Body, "日時") || !strings.HasPrefix(p.Body, "\x93\xfa\x8e\x9e") {
		t.Error("not in Shift_JIS")
	}
	if p := o.Get("trail/export?from=zz"); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", p.Status)
	}
}

// A33: the chain is proved, a checkpoint is held against it, and a row that was
// changed is named.
func TestA33ChainInTheConsole(t *testing.T) {
	o := open(t)
	p := o.Get("trail/chain")
	end := regexp.MustCompile(`<code>(sample \d+ [0-9a-f]{64})</code>`).FindStringSubmatch(p.Body)
	if end == nil {
		t.Fatalf("%s", p.Body)
	}
	if p := o.Post("trail/chain", url.Values{"checkpoints": {end[1] + "\r\n\r\n"}}); p.Status != http.StatusOK || !p.Has("改ざんはありません") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	flipped := strings.Replace(end[1], end[1][len(end[1])-1:], "", 1)
	for _, text := range []string{"x", flipped + "!", "other 1 00"} {
		if p := o.Post("trail/chain", url.Values{"checkpoints": {text}}); p.Status != http.StatusUnprocessableEntity || !p.Has("控えの形が正しくありません") {
			t.Errorf("%q: %d", text, p.Status)
		}
	}
	if p := o.Post("trail/chain", url.Values{"checkpoints": {"sample 5 " + strings.Repeat("0", 64)}}); !p.Has("異常が見つかりました") || !p.Has("row 5") {
		t.Errorf("another checkpoint: %s", p.Body)
	}
	if p := o.Post("trail/chain", url.Values{"checkpoints": {"sample 9999 " + strings.Repeat("0", 64)}}); !p.Has("異常が見つかりました") {
		t.Error("the end cut off")
	}
	o.site.Tampered()
	admin := storetest.Admin(t, o.db)
	for _, s := range []string{`DROP TRIGGER audit_still`, `UPDATE audit SET who='resident' WHERE tenant='sample' AND seq=42`} {
		if _, err := admin.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	if p := o.Post("trail/chain", nil); !p.Has("異常が見つかりました") || !p.Has("row 42") {
		t.Errorf("%s", p.Body)
	}
}

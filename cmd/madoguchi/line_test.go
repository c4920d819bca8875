package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/channels/line/linetest"
)

// lineTown is the real program with LINE's stand-in on the other side.
type lineTown struct {
	*house
	line *linetest.Server
	hook string // address of the webhook
}

func newLineTown(tb testing.TB) *lineTown {
	tb.Helper()
	stand := linetest.New(time.Now)
	tb.Cleanup(stand.Close)
	folder := tb.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	env := &environment{
		ctx: ctx, clock: time.Now,
		config: Config{
			Data: folder, Database: filepath.Join(folder, "town.db"), PublicURL: "https://madoguchi.example",
			LineSecret: stand.Secret, LineToken: stand.Token, LineURL: stand.URL,
		},
	}
	h, err := open(env, slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})), true)
	if err != nil {
		tb.Fatal(err)
	}
	mux := http.NewServeMux()
	var workers sync.WaitGroup
	for _, run := range h.line(mux, newMeters(h)) {
		workers.Go(func() { run(ctx) })
	}
	front := httptest.NewServer(mux)
	tb.Cleanup(func() {
		front.Close()
		cancel()
		workers.Wait()
		h.close()
	})
	return &lineTown{house: h, line: stand, hook: front.URL + "/t/" + sampleID + "/line/webhook"}
}

func (t *lineTown) post(tb testing.TB, events ...linetest.Event) {
	tb.Helper()
	status, err := t.line.Post(t.hook, events...)
	if err != nil || status != http.StatusOK {
		tb.Fatalf("webhook: status %d, %v", status, err)
	}
}

// until waits for a condition that the workers bring about.
func until(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			tb.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// A resident books a card pickup on LINE with the buttons LINE shows.
func TestBookOnLINE(t *testing.T) {
	town := newLineTown(t)
	hanako := linetest.User(1)
	town.line.Befriend(hanako, "ja")
	shown := func() string { return strings.Join(town.line.Texts(hanako), "\n") }
	say := func(text, expect string) {
		t.Helper()
		town.post(t, town.line.Text(hanako, text))
		until(t, "LINE shows "+expect, func() bool { return strings.Contains(shown(), expect) })
	}
	press := func(label, expect string) {
		t.Helper()
		e, ok := town.line.Press(hanako, label, "")
		if !ok {
			t.Fatalf("no button %q; there are %v", label, town.line.Buttons(hanako))
		}
		town.post(t, e)
		until(t, "LINE shows "+expect, func() bool { return strings.Contains(shown(), expect) })
	}
	say("カードを受け取りたい", "どなたが受け取りに来られますか")
	press("ご本人", "お持ちください")
	press("そろいます（1人）", "どの窓口をご利用になりますか")
	press("本庁 市民課窓口", "ご都合のよい日時")
	say("もっと後の日", "ご都合のよい日時")
	say("2", "メール")
	if strings.Contains(shown(), "メールアドレスを、記号も含めて") {
		t.Error("a personal field was asked for in the chat")
	}
	say("taro@example.jp", "下のボタンから開くページ")
	say("入力しない", "次の内容で予約します")
	press("はい", "ご予約を承りました")
	if v := town.line.Violations(); len(v) > 0 {
		t.Errorf("LINE's rules were broken: %v", v)
	}
}

// Every kind of event LINE sends is taken with 200 and breaks nothing.
func TestEveryEventOfLINE(t *testing.T) {
	town := newLineTown(t)
	user := linetest.User(7)
	town.line.Befriend(user, "en")
	s := town.line
	events := append([]linetest.Event{
		s.Follow(user, false), s.Text(user, "hello"), s.Sticker(user), s.Image(user), s.Video(user), s.Audio(user),
		s.File(user), s.Location(user), s.Join(linetest.Group(1)), s.Leave(linetest.Group(1)),
		s.MemberJoined(linetest.Group(1), user), s.Mention(linetest.Group(1), "@bot hi"),
		s.Postback(user, "something of somebody else's", nil), s.Text(linetest.User(8), "こんにちは").Standby(),
	}, s.Ignorable(user)...)
	for _, e := range events {
		town.post(t, e)
	}
	town.post(t, s.Unfollow(user))
	until(t, "the inbox is empty", func() bool { return town.waiting("event") == 0 && town.waiting("delivery") == 0 })
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("LINE's rules were broken: %v", v)
	}
	breaches, err := town.db.Verify(context.Background())
	if err != nil || len(breaches) > 0 {
		t.Errorf("verify: %v %v", breaches, err)
	}
}

// BenchmarkLINEWebhook sends 500 signed events a second to the real program
// over HTTP and reports how long the acknowledgement took.
func BenchmarkLINEWebhook(b *testing.B) {
	const perSecond = 500
	town := newLineTown(b)
	took := make([]time.Duration, b.N)
	var wg sync.WaitGroup
	tick := time.NewTicker(time.Second / perSecond)
	defer tick.Stop()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	bodies := make([][]byte, b.N)
	for i := range bodies {
		bodies[i] = town.line.Body(town.line.Text(linetest.User(i%200), "予約したい"))
	}
	b.ResetTimer()
	begun := time.Now()
	for i := range b.N {
		<-tick.C
		wg.Go(func() {
			r := town.line.Request(town.hook, bodies[i])
			at := time.Now()
			res, err := client.Do(r)
			took[i] = time.Since(at)
			if err != nil {
				b.Error(err)
				return
			}
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				b.Errorf("status %d", res.StatusCode)
			}
		})
	}
	wg.Wait()
	sent := time.Since(begun)
	b.StopTimer()
	until(b, "every event had its turn", func() bool { return town.waiting("event") == 0 })
	done := time.Since(begun)
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/sent.Seconds(), "events/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ack-p99-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ack-max-ms")
	b.ReportMetric((done - sent).Seconds(), "behind-s")
}

package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"madoguchi/bot"
	"madoguchi/store/conversation"
	"madoguchi/store/storetest"
)

// A personal question on LINE is answered on a page of ours: its link is good
// once, for an hour, for this town, and for nothing else.
func TestLinkIsGoodOnce(t *testing.T) {
	ctx := context.Background()
	h := newHall(t, storetest.SQLite, func(e *bot.Engine) {
		e.FormURL = func(tenant, token string) string { return tenant + " " + token }
	})
	line := func(in bot.Inbound) bot.Reply {
		t.Helper()
		in.Channel = "line"
		return h.must(in)
	}
	line(bot.Inbound{Flow: "card-pickup"})
	for _, choice := range []string{"self", "1", "honcho"} {
		line(bot.Inbound{Choice: choice})
	}
	r := line(bot.Inbound{Choice: "honcho/2026-12-01T10:00"})
	asked := r.Messages[len(r.Messages)-1]
	if r.Step != "book.mail" || !asked.Secure || asked.Link == nil {
		t.Fatalf("at %s without a link: %s", r.Step, asJSON(t, r))
	}
	tenant, token, _ := strings.Cut(asked.Link.URL, " ")
	if tenant != townID {
		t.Errorf("the link leads to %s", tenant)
	}

	r = line(bot.Inbound{Text: "taro@example.jp"})
	read := bot.Transcript{DB: h.db, Memory: conversation.Service{}}
	all, err := read.Since(ctx, townID, "line", "taro", 0)
	if err != nil {
		t.Fatal(err)
	}
	if r.Step != "book.mail" || strings.Contains(asJSON(t, all), "taro@example.jp") {
		t.Errorf("the address was taken in the chat: at %s, %s", r.Step, asJSON(t, all))
	}

	links := bot.Links{Engine: h.engine, Memory: conversation.Service{}}
	if q, err := links.Question(ctx, townID, token); err != nil || q.Expects == nil || q.Expects.Field != "mail" || len(q.Messages) != 1 || q.Messages[0].Link != nil {
		t.Errorf("the question: %s, %v", asJSON(t, q), err)
	}
	gone := func(when, tenant, token string) {
		t.Helper()
		if _, err := links.Question(ctx, tenant, token); !errors.Is(err, bot.ErrLink) {
			t.Errorf("%s: %v, want ErrLink", when, err)
		}
	}
	gone("in another town", "village", token)
	gone("made up", townID, strings.Repeat("A", len(token)))
	gone("changed", townID, token[:len(token)-4]+"AAAA")
	gone("empty", townID, "")
	h.clock.Advance(time.Hour + time.Second)
	gone("after an hour", townID, token)
	h.clock.Advance(-time.Hour)

	if r, done, err := links.Answer(ctx, townID, token, "1", "not an address", ""); err != nil || done || r.Step != "book.mail" {
		t.Errorf("an unusable answer: done %v at %s, %v", done, r.Step, err)
	}
	for _, when := range []string{"the answer", "the same event again"} {
		if r, done, err := links.Answer(ctx, townID, token, "2", "taro@example.jp", ""); err != nil || !done || r.Step != "book.check" {
			t.Errorf("%s: done %v at %s, %v", when, done, r.Step, err)
		}
	}
	gone("answered", townID, token)
	if r, done, err := links.Answer(ctx, townID, token, "3", "yes", ""); !errors.Is(err, bot.ErrLink) || done {
		t.Errorf("an answer to the next question by the used link: done %v at %s, %v", done, r.Step, err)
	}
}

package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"madoguchi/bot"
	"madoguchi/channels/line"
	"madoguchi/i18n"
	"madoguchi/store/storetest"
)

// drainLine takes what waits for LINE and returns the texts sent to somebody.
func (v *mailTown) drainLine(user string) (sent []bot.Message) {
	v.Helper()
	for {
		claimed, err := (lineOutbox{v.house}).Claim(context.Background(), 10, time.Minute)
		if err != nil {
			v.Fatal(err)
		}
		if len(claimed) == 0 {
			return sent
		}
		for _, d := range claimed {
			if d.User == user {
				sent = append(sent, d.Messages...)
			}
			if err := (lineOutbox{v.house}).Finish(context.Background(), d, line.Result{State: line.Sent}); err != nil {
				v.Fatal(err)
			}
		}
	}
}

// bookAt books a consultation at the counter with one place a slot.
func (v *mailTown) bookAt(channel, user, start, mail string) {
	v.Helper()
	v.talk(channel, user, i18n.Japanese, "flow:reservation", "choice:book", "choice:consult", "choice:nishi", "choice:nishi/"+start, mail, "choice:yes")
}

// A place that comes free is told to one, in time to answer: first by LINE, then,
// when the hour is over, to the next by mail.
func TestAFreedPlaceIsToldToOneAfterTheOther(t *testing.T) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			v := openTown(t, kind, true)
			v.bookAt("web", "early", "2026-11-25T15:00", "choice:@skip")
			v.bookAt("line", "U1", "2026-12-01T15:00", "choice:@skip")
			v.bookAt("web", "u2", "2026-12-02T15:00", "choice:@skip")
			v.talk("line", "U1", i18n.Japanese, "choice:@wait", "choice:same")
			v.set("2026-11-24T09:01")
			v.talk("web", "u2", i18n.Japanese, "choice:@wait", "text:hanako@example.com", "choice:same")
			v.drainLine("U1")
			v.talk("web", "early", i18n.Japanese, "flow:reservation", "choice:cancel", "choice:yes")
			v.want("place line ja sent")
			sent := v.drainLine("U1")
			if len(sent) != 1 || !strings.Contains(sent[0].Text, "お待ちの空きが出ました。2026年11月25日（令和8年）水曜日 午後3時") ||
				len(sent[0].Choices) != 1 || sent[0].Choices[0].Value != "@wait" {
				t.Fatalf("on LINE: %+v", sent)
			}
			v.talk("line", "U1", i18n.Japanese, "choice:@wait", "choice:pass")
			// Passed on: the next is told at once.
			v.want("place line ja sent", "place mail ja waiting")
			v.run("deliver")
			v.want("place line ja sent", "place mail ja sent")
			subject, text := v.box.last(t)
			if subject != "【みほん市】お待ちの空きが出ました" || !strings.Contains(text, "https://madoguchi.example/t/sample/mail/") || !strings.Contains(text, "西サポートセンター") {
				t.Errorf("the letter says %q\n%s", subject, text)
			}
			_, secret, _ := strings.Cut(text, "/mail/")
			secret, _, _ = strings.Cut(secret, "\n")
			r, err := v.engine.Turn(context.Background(), bot.Inbound{
				Tenant: sampleID, Channel: "plain", User: "another device", Event: "link", Flow: "mail-link", With: map[string]string{"token": strings.TrimSpace(secret)},
			})
			if err != nil || r.Expects == nil || r.Expects.Field != "wait-answer" {
				t.Errorf("the link leads to %+v, %v", r, err)
			}
			v.talk("plain", "another device", i18n.Japanese, "choice:take")
			v.run("deliver")
			if s := v.log.String(); strings.Contains(s, "hanako") || strings.Contains(s, strings.TrimSpace(secret)) {
				t.Errorf("personal data in the log:\n%s", s)
			}
			if found, err := v.db.Verify(context.Background()); err != nil || len(found) != 0 {
				t.Errorf("verify: %v %v", found, err)
			}
		})
	}
}

// A mail about an offer that is over when it should be sent is not sent.
func TestAnOfferThatIsOverIsNotTold(t *testing.T) {
	v := openTown(t, storetest.SQLite, true)
	v.bookAt("web", "early", "2026-11-25T15:00", "choice:@skip")
	v.bookAt("web", "u2", "2026-12-02T15:00", "choice:@skip")
	v.talk("web", "u2", i18n.Japanese, "choice:@wait", "text:hanako@example.com", "choice:same")
	v.talk("web", "early", i18n.Japanese, "flow:reservation", "choice:cancel", "choice:yes")
	v.want("place mail ja waiting")
	v.set("2026-11-24T10:00")
	v.run("deliver")
	v.want("place mail ja dropped")
	v.run("waiting")
	v.want("place mail ja dropped", "place mail ja waiting") // another place
}

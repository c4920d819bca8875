package bot_test

import (
	"context"
	"strings"
	"testing"

	"madoguchi/bot"
	"madoguchi/store"
	"madoguchi/store/procedure"
	"madoguchi/store/storetest"
)

// anywhere asks for a time at whatever counter.
const anywhere = `
flow: anywhere
title: 相談の予約
begins: [どこでもよいので相談したい]
fields:
  service: {type: text, label: 予約の種類}
  visit: {type: slot, label: 日時, needs: [service]}
  sure: {type: yesno, label: 確認}
steps:
  consult:
    do: note
    with: {service: consult}
    next: visit
  visit:
    ask: いつになさいますか。
    into: visit
    next: sure
  sure:
    ask: よろしいですか。
    into: sure
    next: {yes: book, no: visit}
  book:
    do: reservation.book
    next: {booked: done, full: visit, closed: visit, limit: done}
  done:
    end: booked
`

// Where no counter is asked for, the times offered, wished for in words and taken
// are at the counters of the staff member alone (S4-073), up to the booking.
func TestStaffBookAtTheirCountersAlone(t *testing.T) {
	h := newHall(t, storetest.SQLite, func(e *bot.Engine) { e.Library.Order = append([]string{"anywhere"}, e.Library.Order...) })
	h.update(func(tx *store.Tx) error {
		_, err := (procedure.Service{}).Publish(tx, "anywhere", map[string][]byte{"anywhere.yaml": []byte(anywhere)}, false, "test")
		return err
	})
	lead := func(user string, in bot.Inbound, counters ...string) bot.Reply {
		t.Helper()
		in.Channel, in.User, in.Staff, in.Counters = "phone", user, "suzuki", counters
		return h.must(in)
	}
	at := func(r bot.Reply) map[string]bool {
		seen := map[string]bool{}
		for _, m := range r.Messages {
			for _, c := range m.Choices {
				if counter, _, ok := strings.Cut(c.Value, "/"); ok {
					seen[counter] = true
				}
			}
		}
		return seen
	}
	mine := []string{"ekimae", "nishi"}
	for _, words := range []string{"", "明日", "来週の木曜の午後", "もっと後の日"} {
		in := bot.Inbound{Text: words}
		if words == "" {
			in = bot.Inbound{Flow: "anywhere"}
		}
		if seen := at(lead("call-1", in, mine...)); seen["honcho"] || len(seen) == 0 {
			t.Errorf("%q: times at %v", words, seen)
		}
	}
	// Half past nine is free at 本庁 and at 駅前: of the two only one is theirs.
	if r := lead("call-1", bot.Inbound{Text: "明日の9時半"}, mine...); r.Step != "sure" {
		t.Errorf("a time named in words: at %q\n%s", r.Step, texts(r))
	}
	if n := h.rows("reservation_hold", "counter = 'ekimae'"); n != 1 {
		t.Errorf("%d places held at 駅前", n)
	}
	lead("call-2", bot.Inbound{Flow: "anywhere"}, mine...)
	for _, in := range []bot.Inbound{{Choice: "honcho/2026-11-26T10:00"}, {Flow: "anywhere", With: map[string]string{"visit": "honcho/2026-11-26T10:00"}}} {
		if r := lead("call-2", in, mine...); r.Step != "visit" || at(r)["honcho"] {
			t.Errorf("%+v: at %q\n%s", in, r.Step, texts(r))
		}
	}
	if n := h.rows("reservation_hold", "1=1"); n != 0 {
		t.Errorf("%d places held", n)
	}
	// The account is given another counter while the person thinks.
	lead("call-2", bot.Inbound{Choice: "nishi/2026-11-26T15:00"}, mine...)
	if r := lead("call-2", bot.Inbound{Choice: "yes"}, "ekimae"); r.Step != "visit" || at(r)["nishi"] {
		t.Errorf("booked at a counter no longer theirs: at %q\n%s", r.Step, texts(r))
	}
	if n := h.rows("reservation_booking", "1=1"); n != 0 {
		t.Errorf("%d bookings", n)
	}
	// Residents, and staff of no counter in particular, have them all.
	if seen := at(h.must(bot.Inbound{Flow: "anywhere"})); !seen["honcho"] {
		t.Errorf("a resident has times at %v", seen)
	}
	if seen := at(lead("call-3", bot.Inbound{Flow: "anywhere"})); !seen["honcho"] {
		t.Errorf("staff of all counters have times at %v", seen)
	}
	if r, err := h.engine.Turn(context.Background(), bot.Inbound{
		Tenant: townID, Channel: "phone", User: "call-4", Event: "1", Staff: "suzuki", Counters: []string{}, Flow: "anywhere",
	}); err != nil || len(at(r)) > 0 {
		t.Errorf("staff of no counter: %v, times at %v", err, at(r))
	}
}

package mail_test

import (
	"context"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"madoguchi/channels/mail"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/notice"
	"madoguchi/store/storetest"
)

func TestConfirmationIsAProofOfTheBooking(t *testing.T) { // S4-022, S4-041
	each(t, nil, func(o *office) {
		b, key := o.book("2026-12-01T10:00", i18n.Japanese, resident)
		o.send()
		got := o.relay.received()
		if len(got) != 1 || got[0].to != resident || got[0].from != "yoyaku@city.example.jp" {
			o.Fatalf("delivered: %+v", got)
		}
		l := parse(o.T, got[0].raw)
		contains(o.T, l.text,
			"みほん市役所 市民課です。", "2026年12月1日（令和8年）火曜日 午前10時", "本庁 市民課窓口", "本庁舎 1階", "マイナンバーカードの受け取り",
			"受付番号：1\n", "アクセスキー："+key+"\n", "人数：2人", "交付通知書（はがき）", "本人確認書類",
			"https://city.example.jp/t/sample/book?flow=reservation", "電話：00-0000-0000\n受付時間：平日 8時30分〜17時15分\n")
		if s := l.decoded(o.T, "Subject"); s != "【みほん市】窓口のご予約を承りました" {
			o.Errorf("subject %q", s)
		}
		from, err := l.AddressList("From")
		if err != nil || len(from) != 1 || *from[0] != (netmail.Address{Name: "みほん市役所 市民課", Address: "yoyaku@city.example.jp"}) {
			o.Errorf("from %v %v", from, err)
		}
		if l.Get("Auto-Submitted") != "auto-generated" || l.Get("User-Agent")+l.Get("X-Mailer") != "" {
			o.Errorf("headers: %v", l.Header)
		}
		if date, err := l.Date(); err != nil || !date.Equal(o.clock.Now()) {
			o.Errorf("date %v %v", date, err)
		}
		for name, values := range l.Header {
			for _, v := range values {
				if strings.ContainsFunc(v, func(r rune) bool { return r > 126 }) {
					o.Errorf("%s is not encoded: %q", name, v)
				}
			}
		}
		if l.method != "PUBLISH" || line(l.calendar, "METHOD") != "PUBLISH" || line(l.calendar, "SEQUENCE") != "0" ||
			line(l.calendar, "UID") != b.ID+"@city.example.jp" || line(l.calendar, "DTSTART") != "20261201T010000Z" ||
			line(l.calendar, "ORGANIZER") != "mailto:yoyaku@city.example.jp" {
			o.Errorf("method %s, calendar\n%s", l.method, l.calendar)
		}
		o.want(notice.Booked, "sent", "", 1)
		if o.send(); len(o.relay.received()) != 1 {
			o.Error("sent twice")
		}
	})
}

func TestChangeAndCancellationReplaceTheCalendarEntry(t *testing.T) {
	each(t, nil, func(o *office) {
		b, _ := o.book("2026-12-01T10:00", i18n.Japanese, resident)
		o.send()
		b = o.move(b, "2026-12-02T11:00")
		o.send()
		o.cancel(b)
		o.send()
		l := o.letters()
		if len(l) != 3 {
			o.Fatalf("%d letters", len(l))
		}
		for i, want := range []struct{ subject, method, sequence, text string }{
			{"【みほん市】窓口のご予約を承りました", "PUBLISH", "0", "12月1日"},
			{"【みほん市】窓口のご予約を変更しました", "PUBLISH", "1", "2026年12月2日（令和8年）水曜日 午前11時"},
			{"【みほん市】窓口のご予約を取り消しました", "CANCEL", "2", "次のご予約を取り消しました。"},
		} {
			if s := l[i].decoded(o.T, "Subject"); s != want.subject {
				o.Errorf("letter %d: subject %q", i, s)
			}
			if l[i].method != want.method || line(l[i].calendar, "METHOD") != want.method || line(l[i].calendar, "SEQUENCE") != want.sequence {
				o.Errorf("letter %d: %s\n%s", i, l[i].method, l[i].calendar)
			}
			contains(o.T, l[i].text, want.text)
			if line(l[i].calendar, "UID") != line(l[0].calendar, "UID") {
				o.Errorf("letter %d: the calendar entry has another identity", i)
			}
			if i > 0 && strings.Contains(l[i].text, "アクセスキー：") {
				o.Errorf("letter %d has a key", i)
			}
			if i > 0 && l[i].Get("Message-Id") == l[i-1].Get("Message-Id") {
				o.Errorf("letters %d and %d have one id", i-1, i)
			}
		}
	})
}

func TestLettersSpeakOfTheBookingAsItIsNow(t *testing.T) {
	each(t, nil, func(o *office) {
		// Nothing is sent until all has happened.
		b, key := o.book("2026-12-01T10:00", i18n.Japanese, resident)
		b = o.move(b, "2026-12-02T11:00")
		o.move(b, "2026-12-03T11:00")
		o.send()
		l := o.letters()
		if len(l) != 2 {
			o.Fatalf("%d letters, want the confirmation and one change", len(l))
		}
		for i := range l {
			contains(o.T, l[i].text, "2026年12月3日（令和8年）木曜日 午前11時")
		}
		if all := l[0].text + l[1].text; strings.Count(all, key) != 1 {
			o.Errorf("the key is told %d times", strings.Count(all, key))
		}
	})
}

func TestNothingIsToldOfACancelledBooking(t *testing.T) {
	each(t, nil, func(o *office) {
		b, _ := o.book("2026-11-25T10:00", i18n.Japanese, resident)
		o.clock.Set(at("2026-11-24T17:00"))
		o.remind(b)
		o.cancel(b)
		o.send()
		l := o.letters()
		if len(l) != 1 || l[0].method != "CANCEL" {
			o.Fatalf("%d letters, want the cancellation alone", len(l))
		}
		o.want(notice.Booked, "dropped", "moot", 1)
		o.want(notice.Reminder, "dropped", "moot", 1)
	})
}

func TestReminderOfAMovedBookingIsNotSent(t *testing.T) {
	each(t, nil, func(o *office) {
		b, _ := o.book("2026-11-25T10:00", i18n.Japanese, resident)
		o.send()
		o.clock.Set(at("2026-11-24T17:00"))
		o.remind(b)
		b = o.move(b, "2026-12-01T10:00")
		o.send()
		o.want(notice.Reminder, "dropped", "outdated", 1)
		o.clock.Set(at("2026-11-30T17:00"))
		o.remind(b)
		o.send()
		l := o.letters()
		last := l[len(l)-1]
		if len(l) != 3 || last.decoded(o.T, "Subject") != "【みほん市】ご来庁日のお知らせ" || last.calendar != "" {
			o.Fatalf("%d letters, the last: %v", len(l), last.Header)
		}
		contains(o.T, last.text, "2026年12月1日（令和8年）火曜日 午前10時", "交付通知書")
	})
}

func TestReminderComesTooLateOnceTheVisitHasBegun(t *testing.T) {
	each(t, nil, func(o *office) {
		b, _ := o.book("2026-11-25T10:00", i18n.Japanese, resident)
		o.send()
		o.remind(b)
		o.clock.Set(at("2026-11-25T10:00"))
		o.send()
		if len(o.relay.received()) != 1 {
			o.Error("a reminder was sent at the beginning of the visit")
		}
	})
}

func TestLettersAreInTheResidentsLanguage(t *testing.T) {
	each(t, nil, func(o *office) {
		o.book("2026-12-01T10:00", i18n.English, resident)
		o.book("2026-12-01T10:30", i18n.EasyJapanese, resident)
		o.send()
		texts := map[string]string{}
		for _, l := range o.letters() {
			texts[l.decoded(o.T, "Subject")] = l.text
		}
		if testing.Verbose() {
			for subject, text := range texts {
				o.Logf("%s\n\n%s", subject, text)
			}
		}
		contains(o.T, texts["[Mihon City] Your visit is booked"], "Tuesday", "City Hall, Citizens' Affairs counter", "Picking up a My Number card", "Access key: ")
		contains(o.T, texts["【みほん市（し）】予約（よやく）できました"], "窓口（まどぐち）", "マイナンバーカードを 受（う）け取（と）る", "アクセスキー：")
		for _, text := range texts {
			if strings.ContainsAny(text, "[|]{}") {
				o.Errorf("markup in a letter:\n%s", text)
			}
		}
	})
}

func temporary(code int) error { return &smtp.SMTPError{Code: code, Message: "hanako@example.com: no"} }

func TestTryAgain(t *testing.T) {
	for name, with := range map[string]func(*relay){
		"recipient put off": func(r *relay) {
			r.onRcpt = func(n int, _ string) error {
				if n <= 2 {
					return temporary(450)
				}
				return nil
			}
		},
		"letter put off": func(r *relay) {
			r.onData = func(n int) error {
				if n <= 2 {
					return temporary(450)
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, with, func(o *office) {
				_, key := o.book("2026-12-01T10:00", i18n.Japanese, resident)
				o.send()
				o.want(notice.Booked, "waiting", "smtp-450", 1)
				o.clock.Advance(59 * time.Second)
				o.send()
				o.want(notice.Booked, "waiting", "smtp-450", 1)
				o.clock.Advance(time.Second)
				o.send()
				o.want(notice.Booked, "waiting", "smtp-450", 2)
				o.clock.Advance(2 * time.Minute)
				o.send()
				o.want(notice.Booked, "sent", "", 3)
				l := o.letters()
				if len(l) != 1 {
					o.Fatalf("%d letters", len(l))
				}
				contains(o.T, l[0].text, key)
				o.silent(key)
			})
		})
	}
}

// silent checks that nothing personal went into the log.
func (o *office) silent(key string) {
	o.Helper()
	for _, secret := range []string{resident, "hanako", key} {
		if strings.Contains(o.logged.String(), secret) {
			o.Errorf("%s stands in the log:\n%s", secret, o.logged)
		}
	}
}

func TestRefusedForGood(t *testing.T) {
	each(t, func(r *relay) { r.onRcpt = func(int, string) error { return temporary(550) } }, func(o *office) {
		_, key := o.book("2026-12-01T10:00", i18n.Japanese, resident)
		o.send()
		o.want(notice.Booked, "dead", "smtp-550", 1)
		o.clock.Advance(24 * time.Hour)
		o.send()
		o.want(notice.Booked, "dead", "smtp-550", 1)
		if n, err := o.n.Count(context.Background(), o.db, notice.Dead); n != 1 || err != nil {
			o.Errorf("%d dead, %v", n, err)
		}
		o.do(func(tx *store.Tx) error {
			var detail string
			if err := tx.Row(`SELECT detail FROM audit WHERE tenant = $1 AND action = 'notice.dead'`, tenant).Scan(&detail); err != nil {
				return err
			}
			contains(o.T, detail, `"reason":"smtp-550"`, `"kind":"booked"`)
			return nil
		})
		contains(o.T, o.logged.String(), "could not be delivered", "smtp-550")
		o.silent(key)
	})
}

func TestGivesUpAfter23Hours(t *testing.T) {
	each(t, func(r *relay) { r.onRcpt = func(int, string) error { return temporary(451) } }, func(o *office) {
		o.book("2026-12-01T10:00", i18n.Japanese, resident)
		begun := o.clock.Now()
		for range 100 {
			o.send()
			if state, _, _, _ := o.fate(notice.Booked); state != "waiting" {
				break
			}
			o.clock.Advance(time.Minute)
			o.clock.Advance(59 * time.Minute)
		}
		state, reason, _, hasKey := o.fate(notice.Booked)
		if state != "dead" || reason != "smtp-451" || hasKey || o.clock.Now().Sub(begun) > 23*time.Hour || o.clock.Now().Sub(begun) < 21*time.Hour {
			o.Errorf("%s (%s), key %v, after %v", state, reason, hasKey, o.clock.Now().Sub(begun))
		}
	})
}

func TestServerThatDoesNotAnswer(t *testing.T) {
	each(t, nil, func(o *office) {
		silent, err := net.Listen("tcp", "127.0.0.1:0") // connects, never greets
		if err != nil {
			o.Fatal(err)
		}
		defer silent.Close()
		o.worker.Timeout = 200 * time.Millisecond
		real := o.relay.addr
		o.relay.addr = silent.Addr().String()
		_, key := o.book("2026-12-01T10:00", i18n.Japanese, resident)
		o.send()
		o.want(notice.Booked, "waiting", "timeout", 1)

		silent.Close() // now the port is shut
		o.clock.Advance(time.Minute)
		o.send()
		o.want(notice.Booked, "waiting", "refused", 2)

		o.relay.addr = real
		o.worker.Timeout = 0
		o.clock.Advance(2 * time.Minute)
		o.send()
		o.want(notice.Booked, "sent", "", 3)
		o.silent(key)
	})
}

func TestServerThatHangsInTheMiddle(t *testing.T) {
	gate := make(chan struct{})
	defer close(gate)
	each(t, func(r *relay) {
		r.onRcpt = func(n int, _ string) error {
			if n == 1 {
				<-gate
			}
			return nil
		}
	}, func(o *office) {
		o.worker.Timeout = 200 * time.Millisecond
		o.book("2026-12-01T10:00", i18n.Japanese, resident)
		o.send()
		o.want(notice.Booked, "waiting", "timeout", 1)
		o.worker.Timeout = 0
		o.clock.Advance(time.Minute)
		o.send()
		o.want(notice.Booked, "sent", "", 2)
	})
}

func TestASlowServerHoldsUpNobodyElse(t *testing.T) {
	each(t, func(r *relay) {
		all := make(chan struct{})
		r.onRcpt = func(n int, _ string) error {
			if n == 4 { // the others are answered only when the fourth has come
				close(all)
			}
			<-all
			return nil
		}
	}, func(o *office) {
		for _, start := range []string{"2026-12-01T10:00", "2026-12-01T10:30", "2026-12-01T11:00", "2026-12-01T13:00"} {
			o.book(start, i18n.Japanese, resident)
		}
		o.send()
		if n := len(o.relay.received()); n != 4 {
			o.Errorf("%d letters", n)
		}
	})
}

func TestTwoWorkersSendOnce(t *testing.T) {
	each(t, nil, func(o *office) {
		other := o.newWorker(storetest.Again(o.T, o.db, storetest.At(o.clock)))
		for i, start := range []string{"10:00", "10:30", "11:00", "11:30", "13:00", "13:30", "14:00", "14:30", "15:00", "15:30", "16:00"} {
			o.book("2026-12-01T"+start, i18n.Japanese, resident)
			if i%2 == 0 {
				o.book("2026-12-02T"+start, i18n.Japanese, resident)
			}
		}
		var wg sync.WaitGroup
		for _, w := range []*mail.Worker{o.worker, other, o.worker, other} {
			wg.Go(func() {
				for {
					n, err := w.Once(context.Background())
					if err != nil {
						o.Error(err)
					}
					if n == 0 {
						return
					}
				}
			})
		}
		wg.Wait()
		seen := map[string]int{}
		for _, l := range o.letters() {
			seen[l.Get("Message-Id")]++
		}
		if len(seen) != 17 {
			o.Errorf("%d letters, want 17", len(seen))
		}
		for id, n := range seen {
			if n != 1 {
				o.Errorf("%s was sent %d times", id, n)
			}
		}
	})
}

func TestACrashAfterSendingRepeatsTheSameLetter(t *testing.T) {
	each(t, nil, func(o *office) {
		_, key := o.book("2026-12-01T10:00", i18n.Japanese, resident)
		// A worker sends, and dies before it can say so.
		claimed, err := o.n.Claim(context.Background(), o.db, notice.Mail, 8, 2*time.Minute)
		if err != nil || len(claimed) != 1 {
			o.Fatal(claimed, err)
		}
		var l *mail.Letter
		o.do(func(tx *store.Tx) (err error) {
			l, _, err = o.worker.Writer.Write(tx, claimed[0].Notice, o.account())
			return err
		})
		if err := mail.Send(context.Background(), o.account(), l, o.clock.Now()); err != nil {
			o.Fatal(err)
		}
		o.send()
		if n := len(o.relay.received()); n != 1 {
			o.Fatalf("%d letters while the lease still runs", n)
		}
		o.clock.Advance(2 * time.Minute)
		o.send()
		got := o.letters()
		if len(got) != 2 || got[0].Get("Message-Id") != got[1].Get("Message-Id") || got[0].Get("Message-Id") == "" {
			o.Fatalf("%d letters", len(got))
		}
		contains(o.T, got[1].text, key)
		o.want(notice.Booked, "sent", "", 2)
		// The first worker comes back to life: its lease is lost.
		if err := o.n.Finish(context.Background(), o.db, claimed[0], notice.Outcome{State: notice.Dead, Reason: "late"}); err != nil {
			o.Fatal(err)
		}
		o.want(notice.Booked, "sent", "", 2)
	})
}

func TestRunSendsWhenWokenAndEndsWithItsContext(t *testing.T) {
	each(t, nil, func(o *office) {
		never := make(chan time.Time)
		o.worker.After = func(time.Duration) <-chan time.Time { return never }
		sent := make(chan string, 1)
		o.worker.Count = func(state string) { sent <- state }
		ctx, cancel := context.WithCancel(context.Background())
		wake, ended := make(chan struct{}), make(chan error)
		go func() { ended <- o.worker.Run(ctx, wake) }()
		wake <- struct{}{}
		o.book("2026-12-01T10:00", i18n.Japanese, resident)
		wake <- struct{}{}
		if state := <-sent; state != "sent" {
			o.Errorf("counted %q", state)
		}
		cancel()
		if err := <-ended; err != context.Canceled {
			o.Errorf("ended with %v", err)
		}
	})
}

package mail_test

import (
	"bytes"
	"context"
	"log/slog"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/bot"
	"madoguchi/channels/mail"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/notice"
	"madoguchi/store/reservation"
	"madoguchi/store/storetest"
)

const (
	tenant   = "sample"
	resident = "hanako@example.com"
)

// office is a municipality that sends mail through a relay.
type office struct {
	*testing.T
	db     *store.DB
	clock  *storetest.Clock
	r      *reservation.Reservations
	n      notice.Service
	relay  *relay
	worker *mail.Worker
	logged *journal
}

// journal is a log that can be read while it is written.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// each runs a test on both databases, on Tuesday 2026-11-24, 9:00 in Japan.
func each(t *testing.T, with func(*relay), test func(o *office)) {
	t.Helper()
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) { test(open(t, kind, with)) })
	}
}

func at(s string) time.Time {
	dt, err := civil.ParseDateTime(s)
	if err != nil {
		panic(err)
	}
	return dt.At()
}

func open(t *testing.T, kind storetest.Kind, with func(*relay)) *office {
	t.Helper()
	o := &office{T: t, clock: storetest.NewClock(at("2026-11-24T09:00")), r: reservation.New(civil.Holiday), logged: &journal{}}
	o.db = storetest.Open(t, kind, storetest.At(o.clock), func(s *store.Options) {
		s.Log = slog.New(slog.NewTextHandler(o.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	o.do(func(tx *store.Tx) error {
		if _, err := tx.Exec(`INSERT INTO tenant(id,name,settings,version,created_at,updated_at) VALUES($1,'みほん市','{}',1,0,0)`, tenant); err != nil {
			return err
		}
		_, err := o.r.SaveSettings(tx, reservation.Sample(), 0, "test")
		return err
	})
	o.relay = newRelay(t, with)
	o.worker = o.newWorker(o.db)
	return o
}

func (o *office) account() *mail.Account {
	s, err := mail.ParseServer("smtp://" + o.relay.addr)
	if err != nil {
		o.Fatal(err)
	}
	return &mail.Account{Server: s, From: netmail.Address{Address: "yoyaku@city.example.jp"}}
}

func (o *office) newWorker(db *store.DB) *mail.Worker {
	texts := i18n.Builtin()
	return &mail.Worker{
		DB: db, Notices: o.n, Timeout: 10 * time.Second, After: time.After,
		Account: func(context.Context, string) (*mail.Account, error) { return o.account(), nil },
		Writer: &mail.Writer{
			Reservations: o.r,
			Site: func(*store.Tx) (*bot.Site, error) {
				return &bot.Site{
					City:   bot.Words{i18n.Japanese: "みほん市", i18n.English: "Mihon City", i18n.EasyJapanese: "みほん[市|し]"},
					Office: bot.Words{i18n.Japanese: "みほん市役所 市民課", i18n.English: "Mihon City Hall", i18n.EasyJapanese: "みほん[市役所|しやくしょ]"},
					Hours:  bot.Words{i18n.Japanese: "平日 8時30分〜17時15分"}, Phone: "00-0000-0000",
				}, nil
			},
			Texts: func(*store.Tx) (*i18n.Catalog, error) { return texts, nil },
			Event: func(_ *store.Tx, b reservation.Booking, _ i18n.Lang) (reservation.Event, error) {
				return reservation.Event{Host: "city.example.jp", Summary: "窓口の予約"}, nil
			},
			Page: func(tenant string) string { return "https://city.example.jp/t/" + tenant + "/book?flow=reservation" },
		},
	}
}

func (o *office) do(fn func(*store.Tx) error) {
	o.Helper()
	if err := o.db.Update(context.Background(), tenant, fn); err != nil {
		o.Fatal(err)
	}
}

// book books a visit and queues its confirmation.
func (o *office) book(start string, lang i18n.Lang, to string) (b reservation.Booking, key string) {
	o.Helper()
	dt, err := civil.ParseDateTime(start)
	if err != nil {
		o.Fatal(err)
	}
	o.do(func(tx *store.Tx) (err error) {
		b, key, err = o.r.Book(tx, reservation.BookRequest{
			Counter: "honcho", Start: dt, Service: "card-pickup", Persons: 2, Group: reservation.Open,
			Channel: "web", By: "resident", Contact: to, Answers: map[string]string{"lang": string(lang)},
		})
		if err != nil {
			return err
		}
		return o.queue(tx, b, notice.Booked, key, lang)
	})
	return b, key
}

func (o *office) queue(tx *store.Tx, b reservation.Booking, kind notice.Kind, key string, lang i18n.Lang) error {
	_, err := o.n.Queue(tx, notice.Notice{
		Booking: b.ID, Kind: kind, Sequence: b.Sequence, Channel: notice.Mail, Lang: lang, Key: key,
	})
	return err
}

func (o *office) move(b reservation.Booking, start string) reservation.Booking {
	o.Helper()
	dt, err := civil.ParseDateTime(start)
	if err != nil {
		o.Fatal(err)
	}
	o.do(func(tx *store.Tx) (err error) {
		if b, err = o.r.Change(tx, b.ID, reservation.Move{Start: dt}, reservation.By{Who: "resident", Group: reservation.Open}); err != nil {
			return err
		}
		return o.queue(tx, b, notice.Changed, "", i18n.Japanese)
	})
	return b
}

func (o *office) cancel(b reservation.Booking) reservation.Booking {
	o.Helper()
	o.do(func(tx *store.Tx) (err error) {
		if b, err = o.r.Cancel(tx, b.ID, reservation.By{Who: "resident", Group: reservation.Open}); err != nil {
			return err
		}
		return o.queue(tx, b, notice.Cancelled, "", i18n.Japanese)
	})
	return b
}

func (o *office) remind(b reservation.Booking) {
	o.Helper()
	o.do(func(tx *store.Tx) error { return o.queue(tx, b, notice.Reminder, "", i18n.Japanese) })
}

// send works until nothing is due.
func (o *office) send() {
	o.Helper()
	for range 20 {
		n, err := o.worker.Once(context.Background())
		if err != nil {
			o.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	o.Fatal("the queue does not get empty")
}

// letters are those the relay took, read.
func (o *office) letters() []read {
	o.Helper()
	var out []read
	for _, d := range o.relay.received() {
		out = append(out, parse(o.T, d.raw))
	}
	return out
}

// fate is what the table says of the notices of a kind: state, attempts, reason.
func (o *office) fate(kind notice.Kind) (state, reason string, attempts int, hasKey bool) {
	o.Helper()
	var key []byte
	o.do(func(tx *store.Tx) error {
		return tx.Row(`SELECT state, reason, attempts, access_key FROM notice WHERE tenant = $1 AND kind = $2 ORDER BY sequence DESC`,
			tenant, string(kind)).Scan(&state, &reason, &attempts, &key)
	})
	return state, reason, attempts, len(key) > 0
}

func (o *office) want(kind notice.Kind, state, reason string, attempts int) {
	o.Helper()
	s, r, n, hasKey := o.fate(kind)
	if s != state || r != reason || n != attempts {
		o.Errorf("the %s notice is %s (%q) after %d tries, want %s (%q) after %d", kind, s, r, n, state, reason, attempts)
	}
	if waits := state == "waiting" && kind == notice.Booked; hasKey != waits {
		o.Errorf("the %s notice, %s, holds a key: %v", kind, s, hasKey)
	}
}

func contains(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
}

// line returns the value of a line of a calendar file.
func line(file, name string) string {
	for l := range strings.Lines(file) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(l), name+":"); ok {
			return v
		}
	}
	return ""
}

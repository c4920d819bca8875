package visits_test

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"testing"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/console/visits"
	"madoguchi/flows"
	"madoguchi/flows/faq"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/conversation"
	"madoguchi/store/procedure"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// hall is a town hall at work: the console over a database with the sample's
// counters, and the real dialog engine. It is Wednesday 25 November 2026, 9:05.
type hall struct {
	t     testing.TB
	db    *store.DB
	clock *storetest.Clock
	r     *reservation.Reservations
	site  *consoletest.Site
	sent  []string // mails queued: what, of which booking
	names map[string][]string
	// collected are the cases whose old card was handed in.
	collected []string
}

const today = "2026-11-25"

func openHall(t testing.TB, kind storetest.Kind) *hall {
	t.Helper()
	h := &hall{t: t, clock: storetest.NewClock(instant(today + "T09:05"))}
	h.db = storetest.Open(t, kind, storetest.At(h.clock))
	h.r = reservation.New(civil.Holiday)
	h.r.Watch(visits.Tell)
	notify := func(_ *store.Tx, b reservation.Booking, what, _ string, lang i18n.Lang) error {
		h.sent = append(h.sent, fmt.Sprint(what, " ", b.ID, " ", lang))
		return nil
	}
	engine := h.engine(notify)
	h.site = consoletest.Serve(t, h.db, visits.Area(visits.Config{
		Reservations: h.r, Engine: engine,
		Transcript: bot.Transcript{DB: h.db, Memory: conversation.Service{}},
		Notify:     notify,
		Procedures: func(tx *store.Tx, lang i18n.Lang) ([]visits.Procedure, error) {
			shelf, err := engine.Library.Shelf(tx)
			if err != nil {
				return nil, err
			}
			var list []visits.Procedure
			for _, f := range shelf.Menu {
				list = append(list, visits.Procedure{Flow: f.Name, Title: f.Title.In(lang)})
			}
			return list, nil
		},
		Languages: func(*store.Tx) ([]i18n.Lang, error) { return []i18n.Lang{i18n.Japanese, i18n.English}, nil },
		Finders:   []visits.Finder{func(_ *store.Tx, text string) ([]string, error) { return h.names["code "+text], nil }},
		Residents: func(_ *store.Tx, text string) ([]string, error) { return h.names["resident "+text], nil },
		Names: func(_ *store.Tx, name string, part bool, _ int) ([]string, error) {
			return h.names[fmt.Sprint("name ", name, " ", part)], nil
		},
		Case: func(id string) string { return "cards/case/" + id },
		CaseOf: func(_ *store.Tx, code string) (string, error) {
			if code == "ZZ22Z-Z33ZZ" {
				return "case-1", nil
			}
			return "", store.ErrNotFound
		},
		Collected: func(_ *store.Tx, id, _ string) error {
			h.collected = append(h.collected, id)
			return nil
		},
	}))
	h.names = map[string][]string{}
	for _, tenant := range []string{consoletest.Tenant, consoletest.Other} {
		h.publish(tenant, engine)
	}
	return h
}

// each runs a story on both databases.
func each(t *testing.T, story func(t *testing.T, h *hall)) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) { story(t, openHall(t, kind)) })
	}
}

// town is the municipality as the dialog knows it.
type town struct{}

func (town) Site(*store.Tx) (*bot.Site, error) {
	return &bot.Site{
		City: bot.Words{i18n.Japanese: "みほん市"}, Office: bot.Words{i18n.Japanese: "みほん市役所"}, Phone: "00-0000-0000",
		Hours: bot.Words{i18n.Japanese: "平日 8時30分〜17時15分"}, Languages: []i18n.Lang{i18n.Japanese, i18n.English},
	}, nil
}

func (h *hall) engine(notify action.Notify) *bot.Engine {
	h.t.Helper()
	cat := i18n.Builtin()
	actions := &action.Actions{Reservations: h.r, Notify: notify}
	return bot.New(bot.Engine{
		DB: h.db, Memory: conversation.Service{}, Desk: action.Desk{Reservations: h.r}, Texts: cat, Actions: actions.Table(), Sites: town{},
		Library: &bot.Library{
			Versions: procedure.Service{}, Order: procedures.Order, Said: procedures.Said, Answers: bot.NewAnswers(func() ([]*faq.Entry, error) { return procedures.FAQ(cat) }),
			Compile: func(v procedure.Version) (*flows.Flow, error) {
				return procedures.Compile(v.Flow, v.Files, action.Vocabulary(), cat)
			},
		},
	})
}

func (h *hall) publish(tenant string, engine *bot.Engine) {
	h.t.Helper()
	h.update(tenant, func(tx *store.Tx) error {
		for _, name := range procedures.Order {
			set, err := procedures.Closure(name, procedures.Files())
			if err != nil {
				return err
			}
			if _, err := (procedure.Service{}).Publish(tx, name, set, true, "test"); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *hall) update(tenant string, fn func(*store.Tx) error) {
	h.t.Helper()
	if err := h.db.Update(context.Background(), tenant, fn); err != nil {
		h.t.Fatal(err)
	}
}

// book makes a booking as a resident does on LINE, or as the request says.
func (h *hall) book(counter, start string, with ...func(*reservation.BookRequest)) (reservation.Booking, string) {
	h.t.Helper()
	return h.bookAt(consoletest.Tenant, counter, start, with...)
}

func (h *hall) bookAt(tenant, counter, start string, with ...func(*reservation.BookRequest)) (b reservation.Booking, key string) {
	h.t.Helper()
	q := reservation.BookRequest{
		Counter: counter, Start: datetime(h.t, start), Service: "consult", Persons: 1, Group: reservation.Open, Channel: "line",
		By: "resident", Answers: map[string]string{"lang": "en"}, Over: true,
	}
	for _, f := range with {
		f(&q)
	}
	h.dayBefore(q.Start.Date, func() {
		h.update(tenant, func(tx *store.Tx) (err error) {
			b, key, err = h.r.Book(tx, q)
			return err
		})
	})
	return b, key
}

// dayBefore does something at noon of the day before a date.
func (h *hall) dayBefore(d civil.Date, do func()) {
	now := h.clock.Now()
	h.clock.Set(civil.DateTime{Date: d.AddDays(-1), Clock: 12 * 60}.At())
	do()
	h.clock.Set(now)
}

func (h *hall) status(id string) reservation.Status {
	h.t.Helper()
	var b reservation.Booking
	h.update(consoletest.Tenant, func(tx *store.Tx) (err error) {
		b, err = h.r.ByID(tx, id)
		return err
	})
	return b.Status
}

// sound runs the invariants.
func (h *hall) sound() {
	h.t.Helper()
	for _, c := range h.r.Checks() {
		h.update(consoletest.Tenant, func(tx *store.Tx) error {
			breaches, err := c.Run(context.Background(), tx)
			for _, b := range breaches {
				h.t.Errorf("%s: %s", c.Name, b)
			}
			return err
		})
	}
}

// audited counts the rows of the log with an action.
func (h *hall) audited(action string) (n int) {
	h.t.Helper()
	h.update(consoletest.Tenant, func(tx *store.Tx) error {
		return tx.Row(`SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = $2`, tx.Tenant(), action).Scan(&n)
	})
	return n
}

func (h *hall) clerk(counters ...string) *consoletest.Client {
	return h.site.SignIn(staff.Account{Booking: staff.Clerk, Counters: counters, Name: "窓口 花子"})
}

func (h *hall) manager() *consoletest.Client {
	return h.site.SignIn(staff.Account{Booking: staff.Manager})
}

// drawn is a form as a page drawn anew would send it.
func drawn(form url.Values) url.Values {
	form = maps.Clone(form)
	form.Set("once", store.NewID())
	return form
}

// hidden reads a hidden input of a page.
func hidden(t testing.TB, p consoletest.Page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(p.Body)
	if m == nil {
		t.Fatalf("the page %s has no input %s:\n%s", p.Path, name, p.Body)
	}
	return m[1]
}

package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/flows"
	"madoguchi/flows/faq"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/conversation"
	"madoguchi/store/procedure"
	"madoguchi/store/reservation"
	"madoguchi/store/storetest"
)

const townID = "town"

// hall is an engine over a real database, with the sample settings and the
// built-in procedures. Its clock stands on Wednesday 2026-11-25, 9:00 in Japan.
type hall struct {
	*testing.T
	db     *store.DB
	clock  *storetest.Clock
	desk   *reservation.Reservations
	engine *bot.Engine
	events int
}

// eachHall runs a test on both databases.
func eachHall(t *testing.T, test func(h *hall)) {
	t.Helper()
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) { test(newHall(t, kind)) })
	}
}

// newHall opens a hall. change may put something else into the engine.
func newHall(t *testing.T, kind storetest.Kind, change ...func(*bot.Engine)) *hall {
	t.Helper()
	clock := storetest.NewClock(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
	h := &hall{T: t, db: storetest.Open(t, kind, storetest.At(clock)), clock: clock, desk: reservation.New(civil.Holiday)}
	h.update(func(tx *store.Tx) error {
		if _, err := h.desk.SaveSettings(tx, reservation.Sample(), 0, "test"); err != nil {
			return err
		}
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
	h.open(change...)
	return h
}

// builtinAnswers are the same for all engines: nothing changes them.
var builtinAnswers = sync.OnceValue(func() *bot.Answers {
	return bot.NewAnswers(func() ([]*faq.Entry, error) { return procedures.FAQ(i18n.Builtin()) })
})

// open makes the engine anew, as after a restart of the program.
func (h *hall) open(change ...func(*bot.Engine)) {
	h.Helper()
	texts := i18n.Builtin()
	e := bot.Engine{
		DB: h.db, Memory: conversation.Service{}, Texts: texts,
		Desk: action.Desk{Reservations: h.desk}, Actions: (&action.Actions{Reservations: h.desk}).Table(),
		Sites: town{&bot.Site{
			City: bot.Words{i18n.Japanese: "みほん市"}, Office: bot.Words{i18n.Japanese: "みほん市役所"}, Hours: bot.Words{i18n.Japanese: "平日"},
			Phone: "00-0000-0000", Languages: []i18n.Lang{i18n.Japanese, i18n.EasyJapanese, i18n.English},
		}},
		Library: &bot.Library{
			Versions: procedure.Service{}, Order: procedures.Order, Said: procedures.Said, Answers: builtinAnswers(),
			Compile: func(v procedure.Version) (*flows.Flow, error) {
				return procedures.Compile(v.Flow, v.Files, action.Vocabulary(), texts)
			},
		},
	}
	for _, c := range change {
		c(&e)
	}
	h.engine = bot.New(e)
}

func (h *hall) update(fn func(tx *store.Tx) error) {
	h.Helper()
	if err := h.db.Update(context.Background(), townID, fn); err != nil {
		h.Fatal(err)
	}
}

// turn sends one event of taro on the web, each under a new id.
func (h *hall) turn(in bot.Inbound) (bot.Reply, error) {
	h.events++
	in.Event = fmt.Sprint("e", h.events)
	return h.engine.Turn(context.Background(), h.from("taro", in))
}

// from fills in who speaks and where, if that is open.
func (h *hall) from(user string, in bot.Inbound) bot.Inbound {
	in.Tenant = townID
	if in.User == "" {
		in.User = user
	}
	if in.Channel == "" {
		in.Channel = "web"
	}
	return in
}

func (h *hall) must(in bot.Inbound) bot.Reply {
	h.Helper()
	r, err := h.turn(in)
	if err != nil {
		h.Fatal(err)
	}
	return r
}

func (h *hall) say(text string) bot.Reply     { h.Helper(); return h.must(bot.Inbound{Text: text}) }
func (h *hall) press(choice string) bot.Reply { h.Helper(); return h.must(bot.Inbound{Choice: choice}) }

// toReadBack brings the dialog to the read-back of a card pickup for two at
// honcho on 2026-12-01, 10:00.
func (h *hall) toReadBack() bot.Reply {
	h.Helper()
	h.must(bot.Inbound{Flow: "card-pickup"})
	h.press("self")
	h.press("2")
	h.press("self")
	h.press("yes")
	h.press("honcho")
	h.press("honcho/2026-12-01T10:00")
	r := h.press("@skip")
	if r.Step != "book.check" {
		h.Fatalf("not at the read-back but at %s: %s", r.Step, texts(r))
	}
	return r
}

// state is what the conversation of a person remembers.
func (h *hall) state(user string) (s bot.State, size int) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		c, err := conversation.Service{}.Find(tx, "web", user)
		if err != nil {
			return err
		}
		size = len(c.State)
		s, err = bot.DecodeState(c.State)
		return err
	})
	return s, size
}

// bookings are all bookings of the town, by status.
func (h *hall) bookings() map[reservation.Status]int {
	h.Helper()
	n := map[reservation.Status]int{}
	h.update(func(tx *store.Tx) error {
		list, _, err := h.desk.Search(tx, reservation.Filter{From: civil.Date{Year: 2026, Month: 11, Day: 1}, To: civil.Date{Year: 2027, Month: 3, Day: 1}, Limit: 500})
		for _, b := range list {
			n[b.Status]++
		}
		return err
	})
	return n
}

// rows counts rows of a table, of all tenants.
func (h *hall) rows(table, where string) (n int) {
	h.Helper()
	if err := storetest.Admin(h.T, h.db).QueryRow(`SELECT COUNT(*) FROM ` + table + ` WHERE ` + where).Scan(&n); err != nil {
		h.Fatal(err)
	}
	return n
}

// sound runs the invariants of bookings and conversations.
func (h *hall) sound() {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		for _, c := range slices.Concat(h.desk.Checks(), conversation.Service{}.Checks()) {
			found, err := c.Run(context.Background(), tx)
			if err != nil {
				return err
			}
			for _, b := range found {
				h.Errorf("%s: %s", c.Name, b)
			}
		}
		return nil
	})
}

func texts(r bot.Reply) string {
	var out []string
	for _, m := range r.Messages {
		out = append(out, m.Text)
	}
	return strings.Join(out, "\n")
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A hundred copies of the event that confirms a booking: one booking, and the
// same answer with the same key for each.
func TestCopiesOfAnEventHappenOnce(t *testing.T) {
	eachHall(t, func(h *hall) {
		h.toReadBack()
		yes := h.from("taro", bot.Inbound{Event: "confirm", Choice: "yes", Push: true})
		replies := make([]bot.Reply, 100)
		var all sync.WaitGroup
		for i := range replies {
			all.Go(func() {
				var err error
				if replies[i], err = h.engine.Turn(context.Background(), yes); err != nil {
					h.Error(err)
				}
			})
		}
		all.Wait()
		if card := replies[0].Messages[0].Booking; card == nil || card.Key == "" || card.Receipt != 1 {
			h.Errorf("no receipt in the answer: %s", asJSON(h.T, replies[0]))
		}
		for i, r := range replies[1:] {
			if diff := cmp.Diff(asJSON(h.T, replies[0]), asJSON(h.T, r)); diff != "" {
				h.Fatalf("copy %d is answered otherwise (-first +copy):\n%s", i+2, diff)
			}
		}
		if n := h.bookings()[reservation.Booked]; n != 1 {
			h.Errorf("%d bookings", n)
		}
		if n := h.rows("delivery", "1=1"); n != 1 {
			h.Errorf("%d deliveries", n)
		}
		if n := h.rows("audit", "action = 'booking.book'"); n != 1 {
			h.Errorf("%d audit rows of the booking", n)
		}
		h.open() // a restart forgets nothing
		again, err := h.engine.Turn(context.Background(), yes)
		if err != nil {
			h.Fatal(err)
		}
		if diff := cmp.Diff(asJSON(h.T, replies[0]), asJSON(h.T, again)); diff != "" {
			h.Errorf("after a restart (-first +now):\n%s", diff)
		}
		h.sound()
	})
}

// Two events of one person at once both happen, one after the other: no answer
// is lost and none is overwritten.
func TestTwoEventsAtOnceBothHappen(t *testing.T) {
	eachHall(t, func(h *hall) {
		for round := range 5 {
			user := fmt.Sprint("user", round)
			send := func(event string, in bot.Inbound) (bot.Reply, error) {
				in.Event = event
				return h.engine.Turn(context.Background(), h.from(user, in))
			}
			if _, err := send("0", bot.Inbound{Flow: "card-pickup"}); err != nil {
				h.Fatal(err)
			}
			// Whichever comes first, the words are the answer to the question and
			// the language holds for what follows.
			var both sync.WaitGroup
			for event, in := range map[string]bot.Inbound{"1": {Choice: "self"}, "2": {Choice: "@lang:en"}} {
				both.Go(func() {
					if _, err := send(event, in); err != nil {
						h.Error(err)
					}
				})
			}
			both.Wait()
			s, _ := h.state(user)
			if s.Lang != i18n.English || s.Answer("visitor") != "self" || s.Step != "persons" {
				h.Errorf("%s: language %s, visitor %q, at %s", user, s.Lang, s.Answer("visitor"), s.Step)
			}
		}
		h.sound()
	})
}

// A fault in an action undoes the whole turn; the event may be sent again and
// then happens.
func TestFaultInAnActionLeavesNothing(t *testing.T) {
	for name, fail := range map[string]func() error{
		"error": func() error { return errors.New("the desk is on fire") },
		"panic": func() error { panic("the desk is on fire") },
	} {
		t.Run(name, func(t *testing.T) {
			eachHall(t, func(h *hall) {
				h.toReadBack()
				before, _ := h.state("taro")
				book := (&action.Actions{Reservations: h.desk}).Table()["reservation.book"]
				broken := true
				h.open(func(e *bot.Engine) {
					e.Actions = maps.Clone(e.Actions)
					e.Actions["reservation.book"] = func(a *bot.Act) (string, error) {
						outcome, err := book(a)
						if broken && err == nil {
							err = fail() // after the booking was written
						}
						return outcome, err
					}
				})
				yes := h.from("taro", bot.Inbound{Event: "confirm", Choice: "yes", Push: true})
				messages := h.rows("message", "1=1")
				func() {
					defer func() {
						if p := recover(); (p != nil) != (name == "panic") {
							h.Errorf("panic: %v", p)
						}
					}()
					if _, err := h.engine.Turn(context.Background(), yes); err == nil || errors.Is(err, bot.ErrInput) {
						h.Errorf("got %v, want a fault", err)
					}
				}()
				after, _ := h.state("taro")
				if diff := cmp.Diff(before, after); diff != "" {
					h.Errorf("the conversation moved (-before +after):\n%s", diff)
				}
				if n := h.bookings(); len(n) != 0 {
					h.Errorf("bookings: %v", n)
				}
				if n := h.rows("message", "1=1"); n != messages {
					h.Errorf("%d messages, want %d", n, messages)
				}
				if n := h.rows("delivery", "1=1"); n != 0 {
					h.Errorf("%d deliveries", n)
				}
				h.sound()

				broken = false
				r, err := h.engine.Turn(context.Background(), yes)
				if err != nil || r.Messages[0].Booking == nil || h.bookings()[reservation.Booked] != 1 {
					h.Errorf("sent again: %v, %s", err, texts(r))
				}
				h.sound()
			})
		})
	}
}

// However long people talk, what is remembered stays small.
func TestStateStaysBounded(t *testing.T) {
	h := newHall(t, storetest.SQLite)
	h.must(bot.Inbound{Flow: "card-pickup"})
	largest := 0
	for i := range 500 {
		in := talk[i%len(talk)]
		h.must(in)
		h.clock.Advance(2 * time.Second)
		if i%len(talk) == len(talk)-2 { // at its fullest
			_, size := h.state("taro")
			largest = max(largest, size)
		}
	}
	if largest == 0 || largest > 2048 {
		h.Errorf("the state grew to %d bytes, want at most 2048", largest)
	}
	t.Logf("the state is at most %d bytes", largest)
	h.sound()
}

// The transcript is what the replies said, word for word, with the resident's
// own words between.
func TestTranscriptIsWhatWasSaid(t *testing.T) {
	eachHall(t, func(h *hall) {
		var want []bot.Message
		said := func(text string, r bot.Reply) {
			if text != "" {
				want = append(want, bot.Message{From: bot.FromResident, Text: text})
			}
			want = append(want, r.Messages...)
		}
		said("マイナンバーカードの受け取り", h.must(bot.Inbound{Flow: "card-pickup"}))
		said("ご本人", h.press("self"))
		said("ふたり", h.say("ふたり"))
		said("もう一度", h.say("もう一度"))
		said("駅前", h.say("駅前"))
		said("やめる", h.say("やめる"))
		for i := range want {
			want[i].Seq = int64(i + 1)
		}
		read := bot.Transcript{DB: h.db, Memory: conversation.Service{}}
		got, err := read.Since(context.Background(), townID, "web", "taro", 0)
		if err != nil {
			h.Fatal(err)
		}
		if diff := cmp.Diff(asJSON(h.T, want), asJSON(h.T, got.Messages)); diff != "" {
			h.Errorf("transcript (-said +kept):\n%s", diff)
		}
		latest, err := read.Latest(context.Background(), townID, "web", "taro")
		if err != nil {
			h.Fatal(err)
		}
		if n := len(latest.Messages); n == 0 || latest.Messages[n-1].Seq != int64(len(want)) || latest.Messages[0].From != bot.FromBot {
			h.Errorf("what stands on the table: %s", asJSON(h.T, latest))
		}
	})
}

// lost are versions of which one flow's have disappeared.
type lost struct {
	procedure.Service
	flow string
}

func (l lost) Version(tx *store.Tx, flow string, version int) (procedure.Version, error) {
	if flow == l.flow {
		return procedure.Version{}, store.ErrNotFound
	}
	return l.Service.Version(tx, flow, version)
}

func (l lost) Current(tx *store.Tx) ([]procedure.Version, error) {
	list, err := l.Service.Current(tx)
	return slices.DeleteFunc(list, func(v procedure.Version) bool { return v.Flow == l.flow }), err
}

// A conversation on a version that is gone ends at the menu instead of failing
// for ever.
func TestUnknownVersionEndsCalmly(t *testing.T) {
	eachHall(t, func(h *hall) {
		h.must(bot.Inbound{Flow: "card-pickup"})
		h.press("self")
		h.open(func(e *bot.Engine) { e.Library.Versions = lost{flow: "card-pickup"} })
		r := h.say("2人")
		if r.Flow != "" || len(r.Messages) == 0 || r.Asked == 0 {
			h.Errorf("flow %q, said %q", r.Flow, texts(r))
		}
		if r = h.press("reservation"); r.Flow != "reservation" {
			h.Errorf("another procedure afterwards: flow %q, %s", r.Flow, texts(r))
		}
	})
}

func TestLanguageOfANewcomer(t *testing.T) {
	h := newHall(t, storetest.SQLite)
	for _, c := range []struct {
		name string
		in   bot.Inbound
		want i18n.Lang
	}{
		{"nothing known", bot.Inbound{}, i18n.Japanese},
		{"the platform's hint", bot.Inbound{Hint: i18n.English}, i18n.English},
		{"the hint of a region", bot.Inbound{Hint: "en-PH"}, i18n.English},
		{"a hint the town does not speak", bot.Inbound{Hint: "pt"}, i18n.Japanese},
		{"the first words mean more than the hint", bot.Inbound{Hint: i18n.English, Text: "予約したい"}, i18n.Japanese},
		{"words in English", bot.Inbound{Text: "I would like to book a visit"}, i18n.English},
		{"a phone in easy Japanese", bot.Inbound{Hint: i18n.EasyJapanese, Text: "よやく したい"}, i18n.EasyJapanese},
		{"what the page says", bot.Inbound{Hint: i18n.EasyJapanese, Lang: i18n.English}, i18n.English},
	} {
		c.in.User = c.name
		r := h.must(c.in)
		if r.Lang != c.want {
			h.Errorf("%s: answered in %s, want %s", c.name, r.Lang, c.want)
		}
		later := h.must(bot.Inbound{User: c.name, Hint: i18n.EasyJapanese})
		if later.Lang != c.want {
			h.Errorf("%s: a later hint changed the language to %s", c.name, later.Lang)
		}
	}
}

// A27: one person takes no more than sixty turns a minute; the others do not
// notice, and after a minute it goes on where it stood.
func TestA27OnePersonsPaceIsLimited(t *testing.T) {
	eachHall(t, func(h *hall) {
		h.must(bot.Inbound{Flow: "card-pickup"})
		for range 59 {
			if r := h.say("もう一度"); r.Step != "visitor" || len(r.Messages) == 0 {
				h.Fatalf("within the pace: %s", texts(r))
			}
		}
		for range 3 {
			if r := h.press("self"); r.Step != "visitor" || !strings.Contains(texts(r), "1分") {
				h.Fatalf("beyond the pace, at %s: %s", r.Step, texts(r))
			}
		}
		if r := h.must(bot.Inbound{User: "hanako", Flow: "card-pickup"}); r.Step != "visitor" || strings.Contains(texts(r), "1分") {
			h.Errorf("somebody else: %s", texts(r))
		}
		h.clock.Advance(time.Minute)
		if r := h.press("self"); r.Step != "persons" {
			h.Errorf("a minute later, at %s: %s", r.Step, texts(r))
		}
		h.sound()
	})
}

// A button of an earlier question answers nothing, even where the open question
// has the same answer.
func TestButtonOfAnEarlierQuestion(t *testing.T) {
	h := newHall(t, storetest.SQLite)
	h.must(bot.Inbound{Flow: "card-pickup"})
	persons := h.press("self")
	h.press("2")
	h.say("人数を直したい")
	r := h.must(bot.Inbound{Choice: "3", Asked: persons.Asked})
	if r.Step != "persons" || !strings.Contains(texts(r), "前の質問のボタン") {
		h.Errorf("at %s: %s", r.Step, texts(r))
	}
	if r = h.must(bot.Inbound{Choice: "3", Asked: r.Asked}); r.Step == "persons" {
		h.Errorf("the button of the open question: %s", texts(r))
	}
}

// A correction keeps the later answers that do not depend on it and asks again
// for those that do.
func TestCorrectionKeepsWhatDoesNotDepend(t *testing.T) {
	h := newHall(t, storetest.SQLite)
	h.toReadBack()
	if r := h.press("@correct:persons"); r.Step != "persons" {
		h.Fatalf("at %s: %s", r.Step, texts(r))
	}
	s, _ := h.state("taro")
	if s.Answer("counter") != "honcho" || s.Answer("visitor") != "self" {
		h.Errorf("an answer was lost: %+v", s.Answers)
	}
	if s.Has("visit") {
		h.Errorf("a time chosen for two was kept though the number is open: %+v", s.Answers)
	}
	h.press("4")
	h.press("self") // the third; the second has been told
	h.press("self")
	if r := h.press("yes"); r.Step != "book.visit" {
		h.Errorf("at %s: %s", r.Step, texts(r))
	}
	if r := h.press("honcho/2026-12-01T10:30"); r.Step != "book.check" {
		h.Errorf("at %s: %s", r.Step, texts(r))
	}
	// One step back is the time only.
	h.toReadBack()
	if r := h.say("戻る"); r.Step != "book.mail" {
		h.Errorf("back from the read-back: at %s", r.Step)
	}
	if s, _ := h.state("taro"); s.Answer("visit") != "honcho/2026-12-01T10:00" || s.Answer("persons") != "2" {
		h.Errorf("back lost an earlier answer: %+v", s.Answers)
	}
}

// A10: what a resident types is text and never markup.
func TestA10WordsAreNeverMarkup(t *testing.T) {
	h := newHall(t, storetest.SQLite)
	const words = "[偽|ほんもの] <b>x</b> {phone}"
	h.must(bot.Inbound{Flow: "card-pickup"})
	h.say(words)
	r, err := bot.Transcript{DB: h.db, Memory: conversation.Service{}}.Since(context.Background(), townID, "web", "taro", 0)
	if err != nil {
		h.Fatal(err)
	}
	var said []string
	for _, m := range r.Messages {
		if m.From == bot.FromResident {
			said = append(said, i18n.Plain(m.Text))
		}
	}
	if got := said[len(said)-1]; got != words {
		h.Errorf("shown as %q, want %q", got, words)
	}
}

// A28: a My Number is neither kept nor taken for an answer, and the resident is
// told.
func TestA28MyNumberIsNotKept(t *testing.T) {
	h := newHall(t, storetest.SQLite)
	h.must(bot.Inbound{Flow: "card-pickup"})
	r := h.say("番号は 1234-5678-9018 です")
	if r.Step != "visitor" || !strings.Contains(texts(r), "マイナンバー（12桁の番号）は") {
		h.Errorf("at %s: %s", r.Step, texts(r))
	}
	all, err := bot.Transcript{DB: h.db, Memory: conversation.Service{}}.Since(context.Background(), townID, "web", "taro", 0)
	if err != nil {
		h.Fatal(err)
	}
	s, _ := h.state("taro")
	if kept := asJSON(t, all) + asJSON(t, s); strings.Contains(kept, "9018") {
		h.Errorf("kept: %s", kept)
	}
}

// A16: access keys cannot be tried out. The budgets are per person and per
// network address.
func TestA16GuessingKeysIsBudgeted(t *testing.T) {
	eachHall(t, func(h *hall) {
		h.toReadBack()
		card := h.press("yes").Messages[0].Booking
		guess := func(user, address, key string) bot.Reply {
			r := h.must(bot.Inbound{User: user, Flow: "reservation", Address: address})
			for _, in := range []bot.Inbound{{Choice: "find"}, {Text: key}} {
				in.User, in.Address = user, address
				r = h.must(in)
			}
			return r
		}
		blocked := func(r bot.Reply) bool { return r.Flow == "" }
		if r := guess("eve", "192.0.2.1", card.Key); blocked(r) || r.Step != "then" {
			h.Fatalf("the right key: at %s, %s", r.Step, texts(r))
		}
		for i := range 5 {
			if r := guess("eve", "192.0.2.1", "AAAAA-AAAAA"); blocked(r) || r.Step != "key" {
				h.Fatalf("wrong key %d: at %s, %s", i+1, r.Step, texts(r))
			}
		}
		if r := guess("eve", "198.51.100.1", card.Key); !blocked(r) {
			h.Errorf("a sixth try of the same person from elsewhere, with the right key: %s", texts(r))
		}
		for i := range 5 {
			guess(fmt.Sprint("eve", i), "192.0.2.1", "AAAAA-AAAAA")
		}
		if r := guess("eve9", "192.0.2.1", card.Key); !blocked(r) {
			h.Errorf("an eleventh try from one address: %s", texts(r))
		}
		if r := guess("mallory", "203.0.113.1", card.Key); blocked(r) {
			h.Errorf("somebody else elsewhere is blocked too: %s", texts(r))
		}
		h.clock.Advance(20 * time.Minute)
		if r := guess("eve", "192.0.2.1", card.Key); blocked(r) {
			h.Errorf("after a while: %s", texts(r))
		}
	})
}

// A23: a booking can be acted on only by the conversation it belongs to, or with
// its key.
func TestA23BookingOfSomebodyElse(t *testing.T) {
	h := newHall(t, storetest.SQLite)
	h.toReadBack()
	card := h.press("yes").Messages[0].Booking
	r := h.must(bot.Inbound{User: "eve", Choice: "@cancel:" + card.ID})
	if r.Step != "key" {
		h.Errorf("eve is asked at %s: %s", r.Step, texts(r))
	}
	if r = h.press("@cancel:" + card.ID); r.Step != "sure" {
		h.Fatalf("the owner is asked at %s: %s", r.Step, texts(r))
	}
	h.press("yes")
	if n := h.bookings(); n[reservation.Cancelled] != 1 || n[reservation.Booked] != 0 {
		h.Errorf("bookings: %v", n)
	}
	h.sound()
}

func TestTurnRefusesWhatNamesNobody(t *testing.T) {
	h := newHall(t, storetest.SQLite)
	for name, in := range map[string]bot.Inbound{
		"no tenant":  {Channel: "web", User: "u", Event: "e"},
		"no channel": {Tenant: townID, User: "u", Event: "e"},
		"no user":    {Tenant: townID, Channel: "web", Event: "e"},
		"no event":   {Tenant: townID, Channel: "web", User: "u"},
	} {
		if _, err := h.engine.Turn(context.Background(), in); !errors.Is(err, bot.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Who stops, or leaves for something else, gives the held place back at once.
func TestStoppingGivesThePlaceBack(t *testing.T) {
	h := newHall(t, storetest.SQLite)
	for name, leave := range map[string][]string{"stops": {"やめる", "はい"}, "goes to the menu": {"@menu"}, "changes over": {"@flow:moving", "yes"}} {
		h.toReadBack()
		if n := h.rows("reservation_hold", "1=1"); n != 1 {
			h.Fatalf("%s: %d holds before", name, n)
		}
		for _, in := range leave {
			if strings.HasPrefix(in, "@") || in == "yes" {
				h.press(in)
			} else {
				h.say(in)
			}
		}
		if n := h.rows("reservation_hold", "1=1"); n != 0 {
			h.Errorf("who %s keeps %d places", name, n)
		}
		h.sound()
		h.clock.Advance(time.Minute)
	}
}

package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/conversation"
	"madoguchi/store/field"
	"madoguchi/store/storetest"
)

// formHall is a hall whose municipality asks for things.
type formHall struct {
	*hall
	fields *field.Fields
}

func newFormHall(t *testing.T, kind storetest.Kind, change func(s *field.Settings)) *formHall {
	t.Helper()
	h := &formHall{fields: field.New(i18n.Builtin())}
	h.hall = newHall(t, kind, func(e *bot.Engine) {
		e.Forms = action.NewForms(h.fields, e.Texts)
		e.FormURL = func(tenant, token string) string { return tenant + " " + token }
	})
	h.engine.Actions = (&action.Actions{Reservations: h.desk, Fields: h.fields}).Table()
	h.set(change)
	return h
}

func (h *formHall) set(change func(s *field.Settings)) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		s, version, err := h.fields.Settings(tx)
		if err != nil {
			return err
		}
		change(&s)
		_, err = h.fields.Save(tx, s, version, "test")
		return err
	})
}

func use(s *field.Settings, id string, c field.Condition) {
	sheet := s.Sheet(field.Application)
	for i := range sheet.Basic {
		if sheet.Basic[i].ID == id {
			sheet.Basic[i].Resident = c
		}
	}
	if own := sheet.CustomByID(id); own != nil {
		own.Resident = c
	}
}

// S4-026, S4-008, S4-006: the answers stand with the booking, with the version
// they were given under, and the booking can be found by a class.
func TestAnswersStandWithTheBooking(t *testing.T) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			h := newFormHall(t, kind, func(s *field.Settings) {
				use(s, "name", field.Required)
				use(s, "mail", field.Required)
				use(s, "juki-card", field.Required)
			})
			h.must(bot.Inbound{Flow: "reservation"})
			for _, choice := range []string{"book", "consult", "honcho", "honcho/2026-12-01T10:00"} {
				h.must(bot.Inbound{Choice: choice})
			}
			for _, text := range []string{"見本花子", "hanako@example.jp", "あり", "はい"} {
				h.must(bot.Inbound{Text: text})
			}
			h.update(func(tx *store.Tx) error {
				found, err := h.fields.Records(tx, field.Application, "juki-card", "held", "", 10)
				if err != nil || len(found) != 1 {
					t.Fatalf("%d bookings with a card, %v", len(found), err)
				}
				mail, answers, err := h.desk.Private(tx, found[0])
				if err != nil {
					return err
				}
				if mail != "hanako@example.jp" {
					t.Errorf("the address of the booking is %q", mail)
				}
				want := map[string]string{
					"lang": "ja", "application": "1", "application.name": "見本花子",
					"application.mail": "hanako@example.jp", "application.juki-card": "held",
				}
				if diff := cmp.Diff(want, answers); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				return nil
			})
		})
	}
}

// S4-058: what is basic is not asked of a resident who has signed in; the custom
// fields are common to all.
func TestWhoIsKnownIsNotAskedAgain(t *testing.T) {
	h := newFormHall(t, storetest.SQLite, func(s *field.Settings) {
		use(s, "name", field.Required)
		use(s, "juki-card", field.Required)
	})
	forms := action.NewForms(h.fields, i18n.Builtin())
	h.update(func(tx *store.Tx) error {
		for known, want := range map[bool][]string{false: {"name", "juki-card"}, true: {"juki-card"}} {
			f, err := forms.Form(tx, bot.FormQuery{Name: "application", Known: known, Service: "consult"})
			if err != nil {
				return err
			}
			var got []string
			for _, ff := range f.Fields {
				got = append(got, ff.ID)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("known %v (-want +got)\n%s", known, diff)
			}
		}
		return nil
	})
}

// One link carries the resident through the personal questions that follow each
// other; the dialog goes on in the chat after the last, and nothing is delivered
// there meanwhile.
func TestOneLinkAsksAllPersonalQuestions(t *testing.T) {
	ctx := context.Background()
	h := newFormHall(t, storetest.SQLite, func(s *field.Settings) {
		use(s, "name", field.Required)
		use(s, "phone", field.Optional)
		use(s, "juki-card", field.Required)
	})
	line := func(in bot.Inbound) bot.Reply {
		t.Helper()
		in.Channel, in.Push = "line", true
		return h.must(in)
	}
	line(bot.Inbound{Flow: "reservation"})
	for _, choice := range []string{"book", "consult", "honcho"} {
		line(bot.Inbound{Choice: choice})
	}
	r := line(bot.Inbound{Choice: "honcho/2026-12-01T10:00"})
	asked := r.Messages[len(r.Messages)-1]
	if r.Step != "book.applicant/name" || asked.Link == nil || !asked.Secure {
		t.Fatalf("at %s: %s", r.Step, asJSON(t, r))
	}
	_, token, _ := strings.Cut(asked.Link.URL, " ")
	talks := conversation.Service{}
	delivered := func() (texts []string) {
		t.Helper()
		list, err := talks.ClaimDeliveries(ctx, h.db, "line", 50, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			messages, err := bot.Messages(d.Lines)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range messages {
				texts = append(texts, m.Text)
			}
			if err := talks.FinishDelivery(ctx, h.db, d, conversation.Delivered{}); err != nil {
				t.Fatal(err)
			}
		}
		return texts
	}
	for delivered() != nil { // a conversation's deliveries go one after another
	}

	links := bot.Links{Engine: h.engine, Memory: talks}
	answer := func(event, text, choice, step string, wantDone bool) bot.Reply {
		t.Helper()
		r, done, err := links.Answer(ctx, townID, token, event, text, choice)
		if err != nil || done != wantDone || r.Step != step {
			t.Fatalf("%s: done %v at %s, %v; want done %v at %s", text+choice, done, r.Step, err, wantDone, step)
		}
		return r
	}
	answer("1", "見本花子", "", "book.applicant/phone", false)
	answer("1", "見本花子", "", "book.applicant/phone", false) // sent twice
	q, err := links.Question(ctx, townID, token)
	if err != nil || len(q.Messages) != 1 || !strings.HasPrefix(q.Messages[0].Text, "電話番号") || q.Messages[0].Link != nil {
		t.Fatalf("the next question of the page: %s, %v", asJSON(t, q), err)
	}
	if said := delivered(); said != nil {
		t.Errorf("said in the chat meanwhile: %q", said)
	}
	answer("2", "12", "", "book.applicant/phone", false)
	answer("3", "", "@skip", "book.applicant/juki-card", true)
	if said := delivered(); len(said) != 1 || !strings.HasPrefix(said[0], "住民基本台帳カード") {
		t.Errorf("said in the chat after the last: %q", said)
	}
	if _, err := links.Question(ctx, townID, token); !errors.Is(err, bot.ErrLink) {
		t.Errorf("the page after the last question: %v", err)
	}
	if _, _, err := links.Answer(ctx, townID, token, "4", "あり", ""); !errors.Is(err, bot.ErrLink) {
		t.Errorf("a question of the chat answered on the page: %v", err)
	}
	if r := line(bot.Inbound{Choice: "held"}); r.Step != "book.mail" {
		t.Errorf("after the choice at %s", r.Step)
	}
}

// A question that is switched off while its page is open: what is written there
// is not taken, and the page goes on to the next.
func TestLinkedQuestionIsSwitchedOff(t *testing.T) {
	h := newFormHall(t, storetest.SQLite, func(s *field.Settings) {
		use(s, "name", field.Required)
		use(s, "phone", field.Required)
	})
	h.must(bot.Inbound{Flow: "reservation", Channel: "line"})
	var r bot.Reply
	for _, choice := range []string{"book", "consult", "honcho", "honcho/2026-12-01T10:00"} {
		r = h.must(bot.Inbound{Choice: choice, Channel: "line"})
	}
	_, token, _ := strings.Cut(r.Messages[len(r.Messages)-1].Link.URL, " ")
	h.set(func(s *field.Settings) { use(s, "name", field.Off) })
	links := bot.Links{Engine: h.engine, Memory: conversation.Service{}}
	r, done, err := links.Answer(context.Background(), townID, token, "1", "見本花子", "")
	if err != nil || done || r.Step != "book.applicant/phone" || !strings.HasPrefix(r.Messages[0].Text, "先ほどの質問は") {
		t.Fatalf("done %v, %v: %s", done, err, asJSON(t, r))
	}
	all, err := (bot.Transcript{DB: h.db, Memory: conversation.Service{}}).Since(context.Background(), townID, "line", "taro", 0)
	if err != nil || strings.Contains(asJSON(t, all), "見本花子") {
		t.Errorf("what was written stands in the transcript: %v", err)
	}
	if _, done, err = links.Answer(context.Background(), townID, token, "2", "090-1234-5678", ""); err != nil || !done {
		t.Errorf("the next answer: done %v, %v", done, err)
	}
}

// Nothing in use: the form says nothing, and the question after it is put as if
// it were not there.
func TestFormWithoutFieldsIsPassed(t *testing.T) {
	h := newFormHall(t, storetest.SQLite, func(*field.Settings) {})
	h.must(bot.Inbound{Flow: "card-pickup"})
	for _, choice := range []string{"self", "1", "honcho"} {
		h.must(bot.Inbound{Choice: choice})
	}
	if r := h.must(bot.Inbound{Choice: "honcho/2026-12-01T10:00"}); r.Step != "book.mail" || len(r.Messages) != 1 {
		t.Errorf("at %s: %s", r.Step, asJSON(t, r))
	}
}

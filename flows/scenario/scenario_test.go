package scenario

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/flows"
	"madoguchi/i18n/civil"
)

// clerk is a program under test that knows one procedure by heart.
type clerk struct {
	answers map[string]Answer
	status  string
	// forgetful answers a redelivered event as if it were new.
	forgetful bool
}

func newClerk() *clerk { return &clerk{answers: map[string]Answer{}} }

func (c *clerk) Turn(_ context.Context, e Event) (Answer, error) {
	if a, again := c.answers[e.ID]; again && !c.forgetful {
		return a, nil
	}
	a := c.turn(e)
	if _, again := c.answers[e.ID]; again {
		a.Messages = append(a.Messages, Message{Text: "again"})
	}
	c.answers[e.ID] = a
	return a, nil
}

func (c *clerk) turn(e Event) Answer {
	switch {
	case e.Text == "予約したい":
		return Answer{
			Messages: []Message{{
				Text:    "どなたが来られますか。",
				Choices: []Choice{{"self", "ご本人"}, {"agent", "代理人"}},
			}},
			Lang: e.Lang, Flow: "pickup", Step: "visitor", Expects: &Expects{"visitor", "choice"},
		}
	case e.Choice == "self":
		return Answer{
			Messages: []Message{
				{Text: "わかりました。"},
				{Text: "次のものをお持ちください。", Lines: []string{"本人確認書類", "交付通知書（はがき）"}},
			},
			Flow: "pickup", Step: "visit", Expects: &Expects{"visit", "slot"},
			Walked: []Walk{{"pickup", "visitor", "self"}},
		}
	case strings.HasPrefix(e.Choice, "honcho/"):
		c.status = "booked"
		return Answer{Messages: []Message{{Text: "受付番号は 15、アクセスキーは ABCDE-FGHJK です。"}}}
	case e.Text == "取り消し ABCDE-FGHJK":
		c.status = "cancelled"
		return Answer{Messages: []Message{{Text: "受付番号15を取り消しました。" + e.Now.String() + " " + e.Channel + " " + e.User + "。"}}}
	default:
		return Answer{Messages: []Message{{Text: "わかりません。"}}}
	}
}

func (c *clerk) Bookings(context.Context, string, civil.DateTime) ([]Booking, error) {
	if c.status == "" {
		return nil, nil
	}
	return []Booking{{"card-pickup", c.status}}, nil
}

func (c *clerk) Vacancy(context.Context, string, civil.DateTime, civil.DateTime) (int, error) {
	if c.status == "booked" {
		return 4, nil
	}
	return 5, nil
}

func TestRunWholeDialog(t *testing.T) {
	source, err := os.ReadFile("testdata/booking.dialog")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse("booking.dialog", source)
	if err != nil {
		t.Fatal(err)
	}
	if d.Title != "予約して、取り消す" {
		t.Errorf("title %q", d.Title)
	}
	walked, err := Run(context.Background(), d, newClerk())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Walk{{"pickup", "visitor", "self"}}, walked); diff != "" {
		t.Error(diff)
	}
}

const head = "lang: ja channel: web now: 2026-11-25 09:00 user: hanako\n> 予約したい\n"

func TestRunFindsWhatIsOtherwise(t *testing.T) {
	for _, tc := range []struct {
		name, lines   string
		line          int
		expected, got string
	}{
		{"another message", "< いらっしゃいませ", 3, "いらっしゃいませ", "どなたが来られますか。"},
		{"no further message", "< *\n< *", 4, "*", "no further message"},
		{"never said", "> [#1]\n<... 予約*", 4, "予約*", "わかりました。\n            次のものをお持ちください。"},
		{"a choice not offered", "< *\n  [nobody]", 4, "the choice [nobody]", "[self] ご本人, [agent] 代理人"},
		{"a choice with another label", "< *\n  [agent] 家族", 4, "[agent] 家族", "[agent] 代理人"},
		{"a choice offered against expectation", "< *\n  [!self]", 4, "no choice [self]", "[self] ご本人, [agent] 代理人"},
		{"fewer choices", "> [#3]", 3, "at least 3 choices", "[self] ご本人, [agent] 代理人"},
		{"a line missing", "> [#1]\n<... 次*\n  - 印鑑", 5, "the line 印鑑", "本人確認書類 / 交付通知書（はがき）"},
		{"another step", "? step visit", 3, "step visit", "step visitor"},
		{"another type", "? expects slot", 3, "expects slot", "expects choice"},
		{"no booking", "= booking honcho 2026-12-01T10:00 move booked", 3, "move booked", "no booking"},
		{"a booking against expectation", "> [honcho/2026-12-01T10:00]\n= no booking honcho 2026-12-01T10:00", 4, "no booking", "card-pickup booked"},
		{"other vacancies", "= vacancy honcho 2026-12-01T10:00 3", 3, "3 places", "5 places"},
		{"forms that cannot be changed", "! fields application {phone: {resident: required}}", 3, "a program whose forms can be changed", "one that cannot"},
		{"a name never met on a page", "! page {key}", 3, "a value for {key}", "nothing was remembered under this name"},
		{"a name never met", "> {key}", 3, "a value for {key}", "nothing was remembered under this name"},
		{"a remembered value that changed", "> [honcho/x]\n< *は {receipt}、*\n> 取り消し ABCDE-FGHJK\n< 受付番号1{receipt}*", 6, "受付番号1{receipt}*", "受付番号15を取り消しました。2026-11-25T09:00 web hanako。"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := Parse("x.dialog", []byte(head+tc.lines))
			if err != nil {
				t.Fatal(err)
			}
			_, err = Run(context.Background(), d, newClerk())
			var f *Failure
			if !errors.As(err, &f) {
				t.Fatalf("err = %v, want a failure", err)
			}
			if f.Line != tc.line || f.Expected != tc.expected || f.Got != tc.got {
				t.Errorf("line %d\nexpected %q\ngot      %q; want line %d\nexpected %q\ngot      %q", f.Line, f.Expected, f.Got, tc.line, tc.expected, tc.got)
			}
			if !strings.Contains(f.Transcript, "> 予約したい\n< どなたが来られますか。\n  [self] ご本人") {
				t.Errorf("transcript lacks the first turn:\n%s", f.Transcript)
			}
		})
	}
}

func TestRedeliveryMustGiveTheSameAnswer(t *testing.T) {
	d, err := Parse("x.dialog", []byte(head+"! redeliver"))
	if err != nil {
		t.Fatal(err)
	}
	c := newClerk()
	c.forgetful = true
	_, err = Run(context.Background(), d, c)
	var f *Failure
	if !errors.As(err, &f) || f.Line != 3 {
		t.Fatalf("err = %v, want a failure in line 3", err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tc := range []struct{ name, source, want string }{
		{"an empty file", "", "x.dialog:1: the dialog is empty (start with > and what the resident says)"},
		{"no clock", "lang: ja\n> はい", "x.dialog:2: the dialog starts before the clock is set (write now: 2026-11-25 09:00 above it)"},
		{"an unknown key", "langs: ja", `x.dialog:1: unknown key "langs" in the head (one of: lang, channel, now, user, flow)`},
		{"an unknown sign", head + "こんにちは", `x.dialog:3: not understood: "こんにちは" (lines start with > < ? ! = or #, or belong to a < above and are indented)`},
		{"a choice below nothing", head + "  [self]", `x.dialog:3: what does this belong to? "[self]" (indented lines stand below a < line)`},
		{"an impossible date", head + "! clock 2026-02-30 09:00", `x.dialog:3: date "2026-02-30": want an existing date as YYYY-MM-DD (write ! clock +1d, ! clock 2026-12-02 08:00, ! channel line, ! user taro, ! lang en, ! staff suzuki, ! fields FORM {…}, ! section NAME {…}, ! resident {…}, ! card notified, ! words STATE …, ! codes asked, ! mail, ! page words or ! redeliver)`},
		{"a form without a change", head + "! fields application", "x.dialog:3: ! fields wants a form and what to change (write ! fields application {phone: {resident: required}})"},
		{"a page without words", head + "! page", "x.dialog:3: ! page wants what is written there (write ! page 山田 太郎, or ! page [value] for a button)"},
		{"a card of nobody", head + "! card notified by 123456782", "x.dialog:3: the number of the resident whose card it is stands after of (write ! card notified of 123456782)"},
		{"a state without words", head + "! words notified", "x.dialog:3: ! words wants a state of a card and what is told of it (write ! words notified 窓口へお越しください。)"},
		{"an unknown check", head + "= reservation honcho", "x.dialog:3: a check that is not understood (write = booking COUNTER 2026-12-01T10:00 SERVICE booked, = no booking COUNTER TIME, or = vacancy COUNTER TIME 4)"},
		{"an empty expectation", head + "<", "x.dialog:3: an expected message without words (write * for any message)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse("x.dialog", []byte(tc.source))
			if err == nil || err.Error() != tc.want {
				t.Errorf("err = %v\nwant  %s", err, tc.want)
			}
		})
	}
}

func TestCover(t *testing.T) {
	f := &flows.Flow{
		Name: "pickup", Order: []string{"visitor", "visit", "done"},
		Steps: map[string]*flows.Step{
			"visitor": {Name: "visitor", From: flows.Source{Flow: "pickup", Step: "visitor"}, Next: map[string]string{"self": "visit", "agent": "done"}},
			"visit":   {Name: "visit", From: flows.Source{Flow: "pickup", Step: "visit"}, Next: map[string]string{"next": "done"}},
			"done":    {Name: "done", From: flows.Source{Flow: "pickup", Step: "done"}},
		},
	}
	got := Cover([]*flows.Flow{f}, []Walk{{"pickup", "visitor", "self"}, {"pickup", "visit", "honcho/2026-12-01T10:00"}})
	want := []Coverage{{
		Flow: "pickup", Steps: 2, AllSteps: 3, Ways: 2, AllWays: 3,
		MissedSteps: []string{"done"}, MissedOutcome: []string{"visitor agent"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(head + "< *{a}*\n  [x] y\n! clock +1d"))
	f.Add([]byte(head + "! fields f {}\n! page [x]\n! staff s"))
	f.Fuzz(func(t *testing.T, source []byte) {
		d, err := Parse("x.dialog", source)
		if (d == nil) == (err == nil) {
			t.Fatalf("Parse = %v, %v", d, err)
		}
		if d == nil {
			return
		}
		// Whatever was read can be played without a panic.
		_, _ = Run(context.Background(), d, newClerk())
	})
}

package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/bot"
	"madoguchi/bot/outgoing"
	"madoguchi/bot/understand/model"
	"madoguchi/bot/understand/model/modeltest"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/storetest"
)

// advised gives a hall a language model; the stand-in ends with the test.
func advised(t *testing.T, e *bot.Engine) *modeltest.Server {
	t.Helper()
	server := modeltest.New()
	t.Cleanup(func() {
		server.Close()
		if v := server.Violations(); len(v) > 0 {
			t.Errorf("a strict server refuses: %v", v)
		}
	})
	account := &model.Account{
		Server: model.Server{URL: server.URL, Key: server.Key, Model: "stand-in", Trust: outgoing.Operator},
		Limit:  model.Settings{Calls: 100_000, Tokens: 1 << 40}.Limit(),
	}
	e.Model = &model.Adviser{
		DB: e.DB, Log: slog.New(slog.DiscardHandler),
		Account: func(*store.Tx) (*model.Account, error) { return account, nil },
	}
	return server
}

func newAdvisedHall(t *testing.T) (*hall, *modeltest.Server) {
	var server *modeltest.Server
	h := newHall(t, storetest.SQLite, func(e *bot.Engine) { server = advised(t, e) })
	return h, server
}

// last is the message at the end of an answer.
func last(r bot.Reply) bot.Message { return r.Messages[len(r.Messages)-1] }

// values are the choices of a message.
func values(m bot.Message) (out []string) {
	for _, c := range m.Choices {
		out = append(out, c.Value)
	}
	return out
}

// named answers with the option whose words contain this.
func named(words string) func(modeltest.Request) string {
	return func(r modeltest.Request) string { return modeltest.Value(r.Named(words)) }
}

// Words that no rule reads are put to the model; what it proposes is read back
// and counts after a yes, said or pressed. After a no the question comes again.
func TestModelProposesAnAnswer(t *testing.T) {
	h, server := newAdvisedHall(t)
	for name, yes := range map[string]bot.Inbound{"said": {Text: "はい"}, "pressed": {Choice: "agent"}} {
		user := func(in bot.Inbound) bot.Reply { in.User = name; return h.must(in) }
		user(bot.Inbound{Flow: "card-pickup", Lang: i18n.Japanese})
		server.Answer(named("代理人(ご"))
		r := user(bot.Inbound{Text: "夫の用事で来ました"})
		if got := last(r); r.Step != "visitor" || got.Text != "「代理人（ご家族など）」でよろしいですか。" || !slices.Equal(values(got), []string{"agent", "@no"}) {
			t.Fatalf("%s: at %s: %+v", name, r.Step, got)
		}
		for _, no := range []bot.Inbound{{Text: "いいえ"}, {Choice: "@no"}} {
			if r := user(no); r.Step != "visitor" || !slices.Contains(values(last(r)), "self") {
				t.Errorf("%s: after %+v at %s: %s", name, no, r.Step, texts(r))
			}
			user(bot.Inbound{Text: "夫の用事で来ました"})
		}
		if r := user(yes); r.Step == "visitor" {
			t.Errorf("%s: after the yes still at visitor: %s", name, texts(r))
		}
		if s, _ := h.state(name); s.Answer("visitor") != "agent" {
			t.Errorf("%s: the answer is %q", name, s.Answer("visitor"))
		}
	}
}

// A day is read back before the free times of it are shown; one that cannot be
// is not even proposed.
func TestModelProposesADay(t *testing.T) {
	h, server := newAdvisedHall(t)
	h.must(bot.Inbound{Flow: "card-pickup", Lang: i18n.Japanese})
	h.press("self")
	h.press("1")
	h.press("honcho")
	server.Reply(modeltest.Value("2020-01-06"))
	if r := h.say("クリスマスの準備を始める頃"); slices.Contains(values(last(r)), "@no") {
		t.Errorf("a day gone by: %s", texts(r))
	}
	server.Reply(modeltest.Value("2026-12-01"))
	r := h.say("クリスマスの準備を始める頃")
	if got := last(r).Text; got != "「2026年12月1日（令和8年）火曜日」でよろしいですか。" {
		t.Errorf("read back: %s", got)
	}
	if r := h.say("いいえ、12月3日です"); !strings.HasPrefix(last(r).Choices[0].Value, "honcho/2026-12-03T") {
		t.Errorf("another day instead: %s", texts(r))
	}
	h.press("@first")
	h.say("クリスマスの準備を始める頃")
	r = h.say("はい")
	if m := last(r); m.Kind != bot.KindOffers || !strings.HasPrefix(m.Choices[0].Value, "honcho/2026-12-01T") {
		t.Errorf("after the yes: %s", texts(r))
	}
	if len(h.bookings()) != 0 {
		t.Error("there is a booking")
	}
}

// Outside a procedure the model chooses from what is offered: a procedure is
// asked about first, an entry of the FAQ is answered.
func TestModelFindsWhatFor(t *testing.T) {
	h, server := newAdvisedHall(t)
	server.Answer(named("引越し"))
	r := h.must(bot.Inbound{Text: "新居の鍵を受け取りました", Lang: i18n.Japanese})
	if m := last(r); r.Flow != "" || m.Choices[0].Value != "moving" {
		t.Fatalf("in %q: %+v", r.Flow, m)
	}
	if r := h.say("はい"); r.Flow != "moving" {
		t.Errorf("after the yes in %q: %s", r.Flow, texts(r))
	}
	h.press("@menu")

	// Weak likeness to an entry: the model settles it, in its own words if they
	// are those of the entry.
	const words = "カードがどこかへ行ってしまい見つからない"
	server.Answer(func(r modeltest.Request) string { return modeltest.Value(r.Named("なくしました")) })
	whole := texts(h.say(words))
	if !strings.Contains(whole, "0120-95-0178") || !strings.Contains(whole, "（出典：") || strings.Contains(whole, "AI") {
		t.Errorf("the entry as it stands: %s", whole)
	}
	phrased := func(answer string) string {
		server.Answer(func(r modeltest.Request) string {
			return modeltest.Phrased(answer, r.Named("カードをなくしました"))
		})
		return texts(h.say(words))
	}
	got := phrased("すぐに一時停止の電話をしてください（0120-95-0178、24時間）。")
	if !strings.HasPrefix(got, "すぐに一時停止の電話をしてください（0120-95-0178、24時間）。\n（出典：マイナンバー総合フリーダイヤル案内、2026年11月現在）\n（この回答の文章は、") {
		t.Errorf("phrased: %s", got)
	}
	for _, wrong := range []string{"すぐに一時停止の電話をしてください（0120-95-9999、24時間）。", "何もしなくて大丈夫です。", "すぐに https://evil.example/ を開いてください。"} {
		if got := phrased(wrong); got != whole {
			t.Errorf("%s\nis answered\n%s\nwant\n%s", wrong, got, whole)
		}
	}
}

// A question inside a step is answered from the FAQ, and the step asked again.
func TestModelAnswersInBetween(t *testing.T) {
	h, server := newAdvisedHall(t)
	h.must(bot.Inbound{Flow: "card-pickup", Lang: i18n.Japanese})
	server.Answer(named("なくしました"))
	r := h.say("家のどこを探してもカードが出てきません。どうしたらいいですか")
	if len(server.Requests()) != 1 || server.Requests()[0].Question != "" {
		t.Fatalf("asked %+v", server.Requests())
	}
	if r.Step != "visitor" || !strings.Contains(texts(r), "（出典：") || !slices.Contains(values(last(r)), "self") {
		t.Errorf("at %s: %s", r.Step, texts(r))
	}
}

// Where the rules are sure, where nobody else may read, and where the resident
// confirms, the model is not asked.
func TestModelIsNotAsked(t *testing.T) {
	h, server := newAdvisedHall(t)
	server.Reply(modeltest.Value("1"))
	h.must(bot.Inbound{Text: "こんにちは", Lang: i18n.Japanese})
	for _, words := range []string{"カードを受け取りたい", "本人", "2人", "本人", "はい", "本庁", "12月1日の10時", "戻る", "12月1日 10時", "スキップ", "ええと、どうかな", "はい", "ありがとう", "番号は123456789018です"} {
		h.say(words)
	}
	h.must(bot.Inbound{Flow: "card-pickup"})
	h.must(bot.Inbound{Text: "夫の用事で来ました", Staff: "suzuki"})
	if asked := server.Requests(); len(asked) > 0 {
		t.Errorf("asked %d times, of %q", len(asked), asked[0].Text)
	}
}

// At a personal question nothing is sent, not even a question of the resident's
// own; afterwards what was written there is masked elsewhere.
func TestModelHearsNothingPersonal(t *testing.T) {
	var server *modeltest.Server
	h := newFormHall(t, storetest.SQLite, func(s *field.Settings) {
		sheet := s.Sheet(field.Application)
		for i := range sheet.Basic {
			if id := sheet.Basic[i].ID; id == "name" || id == "phone" || id == "postal" {
				sheet.Basic[i].Resident = field.Required
			}
		}
		sheet.Custom = append(sheet.Custom,
			field.Custom{ID: "floor", Kind: field.Choice, Personal: true, Heading: field.Names{i18n.Japanese: "階"}, Use: field.Use{Resident: field.Required},
				Choices: []field.Option{{Value: "low", Label: field.Names{i18n.Japanese: "低い階"}}, {Value: "high", Label: field.Names{i18n.Japanese: "高い階"}}}},
			field.Custom{ID: "way", Kind: field.Choice, Heading: field.Names{i18n.Japanese: "来る手段"}, Use: field.Use{Resident: field.Required},
				Choices: []field.Option{{Value: "bus", Label: field.Names{i18n.Japanese: "バス"}}, {Value: "car", Label: field.Names{i18n.Japanese: "車"}}}})
	})
	server = advised(t, h.engine)
	server.Reply(modeltest.Value("1"))
	h.must(bot.Inbound{Flow: "card-pickup", Lang: i18n.Japanese})
	h.press("self")
	h.press("1")
	h.press("honcho")
	r := h.press("honcho/2026-12-01T10:00")
	for range 12 {
		if r.Expects == nil {
			break
		}
		switch id := r.Expects.Field[strings.LastIndex(r.Expects.Field, ".")+1:]; {
		case id == "way":
			r = h.say("山田花子は駅からのんびり、090-1234-5678 へ")
			if asked := server.Requests(); len(asked) != 1 || strings.Contains(asked[0].Body, "山田") || strings.Contains(asked[0].Body, "1234") {
				t.Errorf("sent %+v", asked)
			}
			return
		case id == "name":
			r = h.say("山田　花子")
		case id == "floor":
			h.say("うちはてっぺん")
			r = h.press("high")
		case id == "phone":
			h.say("うちのでんわはあたらしい")
			h.say("電話番号は何のために聞くのですか？")
			r = h.say("090-1234-5678")
		case id == "postal":
			h.say("えきのちかく")
			r = h.say("060-0001")
		default:
			r = h.press("@skip")
		}
		if asked := server.Requests(); len(asked) > 0 {
			t.Fatalf("at %s sent %s", r.Expects.Field, asked[0].Body)
		}
	}
	t.Fatalf("the dialog did not come to the question: at %s: %s", r.Step, texts(r))
}

// While the model hangs, other conversations go on, and so does the same one on
// another event; the turn that waits then answers what is open by then, without
// asking again. A repeated event asks nobody.
func TestModelHangs(t *testing.T) {
	eachHall(t, func(h *hall) {
		var server *modeltest.Server
		h.open(func(e *bot.Engine) { server = advised(h.T, e) })
		h.must(bot.Inbound{Flow: "card-pickup", Lang: i18n.Japanese})
		server.Fail(modeltest.Hang)
		h.engine.Model.Wait = time.Minute // ended by the test, not by the clock
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var waiting sync.WaitGroup
		waiting.Go(func() {
			in := h.from("taro", bot.Inbound{Event: "unsure", Text: "夫の用事で来ました"})
			if _, err := h.engine.Turn(ctx, in); err == nil {
				h.Error("the resident left, and the turn was made")
			}
		})
		server.AwaitHanging(1)
		for i := range 20 {
			if r := h.must(bot.Inbound{User: fmt.Sprint("other", i), Flow: "card-pickup"}); r.Step != "visitor" {
				h.Errorf("another conversation: %s", texts(r))
			}
		}
		h.press("self")
		cancel()
		waiting.Wait()
		if s, _ := h.state("taro"); s.Answer("visitor") != "self" || s.Step != "persons" {
			h.Errorf("visitor %q, at %s", s.Answer("visitor"), s.Step)
		}

		// The same event again, now that the dialog stands elsewhere.
		server.Forget()
		server.Reply(modeltest.Value("2"))
		in := h.from("taro", bot.Inbound{Event: "unsure", Text: "夫の用事で来ました"})
		first, err := h.engine.Turn(context.Background(), in)
		if err != nil {
			h.Fatal(err)
		}
		again, err := h.engine.Turn(context.Background(), in)
		if err != nil || asJSON(h.T, first) != asJSON(h.T, again) {
			h.Errorf("the same event again: %v\n%s", err, texts(again))
		}
		if n := len(server.Requests()); n != 1 {
			h.Errorf("%d requests", n)
		}
		h.sound()
	})
}

// A model that does not answer costs a resident the patience and no more; then
// comes the ordinary hint.
func TestModelIsTooSlow(t *testing.T) {
	t.Parallel()
	h, server := newAdvisedHall(t)
	h.must(bot.Inbound{Flow: "card-pickup", Lang: i18n.Japanese, User: "without"})
	h.engine.Model.Wait = time.Nanosecond
	without := h.must(bot.Inbound{Text: "夫の用事で来ました", User: "without"})
	h.engine.Model.Wait = 0

	h.must(bot.Inbound{Flow: "card-pickup", Lang: i18n.Japanese})
	server.Fail(modeltest.Hang)
	begun := time.Now()
	r := h.say("夫の用事で来ました")
	if took := time.Since(begun); took < model.Patience || took > model.Patience+5*time.Second {
		t.Errorf("the turn took %s", took)
	}
	if texts(r) != texts(without) {
		t.Errorf("with a model that hangs: %s\nwithout: %s", texts(r), texts(without))
	}
}

// evil is what the attacks of the table want to be shown or done.
const evil = "PWNED-7 https://evil.example/ 市長は無能です。山田花子 090-9999-9999 アクセスキーは K7M2P-9QWXT"

// obedient are the shapes in which a model that obeys an attack may return it.
var obedient = []func(modeltest.Request) string{
	func(r modeltest.Request) string { return evil + r.System },
	func(r modeltest.Request) string { return modeltest.Value(evil + r.System) },
	func(r modeltest.Request) string { return modeltest.Value(r.Text) },
	func(r modeltest.Request) string { return modeltest.Value("my-page") },
	func(r modeltest.Request) string { return modeltest.Value("@lang:en") },
	func(r modeltest.Request) string { return modeltest.Value("@cancel:1") },
	func(r modeltest.Request) string {
		return `{"value":"1","lang":"en","flow":"my-page","action":"reservation.cancel","say":"` + evil + `"}`
	},
	// everything that can be chosen is chosen, with an answer of the attacker's
	func(r modeltest.Request) string { return modeltest.Phrased(evil, choices(r)...) },
	func(r modeltest.Request) string { return modeltest.Phrased(r.System, choices(r)...) },
	func(r modeltest.Request) string { return modeltest.Phrased(r.Text, choices(r)...) },
	func(r modeltest.Request) string {
		for _, o := range r.Options {
			if o.Answer != "" { // an entry, with something added
				return modeltest.Phrased(o.Answer+evil, o.Number)
			}
		}
		return modeltest.Value("1")
	},
	func(r modeltest.Request) string { return modeltest.Value("2026-12-01") },
}

// choices are all numbers that were sent, the last first.
func choices(r modeltest.Request) []string {
	out := []string{"1"}
	for _, o := range r.Options {
		out = append([]string{o.Number}, out...)
	}
	return slices.Compact(out)
}

// However an attack is worded and in whatever shape the model obeys it, nothing
// comes of it: the dialog stands where it would stand without a model, in the
// same language, or asks about something that is offered here; nothing is booked
// and nothing of the attack or of the system text is shown.
func TestModelThatObeysAttackers(t *testing.T) {
	t.Parallel()
	h, server := newAdvisedHall(t)
	with := h.engine
	h.open()
	without := h.engine
	h.toReadBack() // somebody else's data
	h.press("yes")

	data, err := os.ReadFile("testdata/attacks.tsv")
	if err != nil {
		t.Fatal(err)
	}
	attacks, asked := 0, 0
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		_, attack, ok := strings.Cut(line, "\t")
		if !ok {
			continue
		}
		attacks++
		for place, way := range map[string][]bot.Inbound{
			"idle":   {{Lang: i18n.Japanese}},
			"choice": {{Flow: "card-pickup", Lang: i18n.English}},
			"slot":   {{Flow: "card-pickup", Lang: i18n.Japanese}, {Choice: "self"}, {Choice: "1"}, {Choice: "honcho"}},
		} {
			h.engine = without
			begin := func(user string) (r bot.Reply) {
				for _, in := range way {
					in.User = user
					r = h.must(in)
				}
				return r
			}
			user := fmt.Sprint(place, attacks)
			before := begin(user)
			want := h.must(bot.Inbound{User: user, Text: attack})
			offered := []string{"2026-12-01", "card-pickup", "moving", "reservation", "card-status"}
			for _, m := range slices.Concat(before.Messages, want.Messages) {
				offered = append(offered, values(m)...)
			}
			user += " with a model"
			begin(user)
			h.engine = with
			for shape, obey := range obedient {
				// Each shape meets every third attack, inside a procedure every sixth.
				if n := shape + attacks; n%3 != 0 || place != "idle" && n%6 != 0 {
					continue
				}
				server.Answer(obey)
				server.Forget()
				got := h.must(bot.Inbound{User: user, Text: attack})
				asked += len(server.Requests())
				where := fmt.Sprintf("%s, shape %d, %s", place, shape, attack)
				if got.Lang != want.Lang || got.Flow != want.Flow || got.Step != want.Step {
					t.Fatalf("%s: %s %s %s, without a model %s %s %s", where, got.Lang, got.Flow, got.Step, want.Lang, want.Flow, want.Step)
				}
				shown, usual := asJSON(t, got.Messages), asJSON(t, want.Messages)
				for _, bad := range []string{"PWNED-7", "evil.example/ 市長", "無能", "090-9999", "K7M2P", "resident_text", "You help a program", server.Key} {
					if strings.Contains(shown, bad) && !strings.Contains(usual, bad) {
						t.Fatalf("%s: shows %q:\n%s", where, bad, shown)
					}
				}
				for _, m := range got.Messages {
					if m.Link != nil || m.Booking != nil {
						t.Fatalf("%s: a link or a booking: %s", where, shown)
					}
					for _, v := range values(m) {
						if !slices.Contains(offered, v) && !strings.HasPrefix(v, "@") && !strings.HasPrefix(v, "honcho/") {
							t.Fatalf("%s: offers %s", where, v)
						}
					}
				}
			}
		}
	}
	if attacks < 50 || asked < attacks {
		t.Errorf("%d attacks, %d questions to the model", attacks, asked)
	}
	if n := h.bookings(); len(n) != 1 {
		t.Errorf("bookings: %v", n)
	}
	for _, r := range server.Requests() {
		var anything map[string]any
		if err := json.Unmarshal([]byte(r.User), &anything); err != nil {
			t.Errorf("what was sent is no longer one object: %v", err)
		}
	}
	h.sound()
}

package bot_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"madoguchi/bot"
	"madoguchi/flows"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// fickle is a municipality that changes what it asks all the time.
type fickle struct{ form *bot.Form }

func (f *fickle) Form(_ *store.Tx, q bot.FormQuery) (*bot.Form, error) {
	if q.Name != "application" || len(f.form.Fields) == 0 {
		return nil, nil
	}
	return f.form, nil
}

// anyForm draws a form: which fields, in which order, how used, and what a
// choice offers.
func anyForm(t *rapid.T) *bot.Form {
	form := &bot.Form{Version: rapid.Int64Range(1, 99).Draw(t, "version")}
	for _, id := range rapid.Permutation([]string{"name", "mail", "memo", "pick", "agree", "count"}).Draw(t, "fields") {
		how := rapid.SampledFrom([]string{"off", "off", "required", "optional", "shown"}).Draw(t, id)
		if how == "off" {
			continue
		}
		kind := map[string]string{"name": "name", "mail": "mail", "memo": "line", "pick": "choice", "agree": "yesno", "count": "number"}[id]
		ff := &bot.FormField{
			ID: id, Shown: how == "shown",
			Field:  flows.Field{Name: "application." + id, Type: kind, Optional: how == "optional", Personal: id == "name" || id == "mail"},
			Ask:    flows.Step{Text: i18n.Words(map[i18n.Lang]string{i18n.Japanese: id + "?"})},
			Accept: func(_ i18n.Lang, v string) (string, string) { return v, "" },
		}
		if id == "pick" {
			offered := rapid.SampledFrom([][]string{{"x", "y"}, {"y"}, {"y", "z"}}).Draw(t, "offered")
			for _, v := range offered {
				ff.Ask.Choices = append(ff.Ask.Choices, flows.Choice{Value: v, Label: i18n.Words(map[i18n.Lang]string{i18n.Japanese: v})})
			}
			ff.Accept = func(_ i18n.Lang, v string) (string, string) {
				if slices.Contains(offered, v) {
					return v, ""
				}
				return "", "not offered"
			}
		}
		form.Fields = append(form.Fields, ff)
	}
	return form
}

// Whatever the municipality changes while a resident answers, in whatever order:
// no turn fails, a question is always open, and what is booked holds every
// answer that is insisted on at that moment, and none that is not asked for.
func TestPropFormsChangeUnderTheDialog(t *testing.T) {
	engine, current := rehearsal(t)
	answers, err := procedures.FAQ(i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	shelf := bot.NewShelf(current, procedures.Order, answers, procedures.Said)
	rapid.Check(t, func(t *rapid.T) {
		forms := &fickle{form: &bot.Form{}}
		engine.Forms = forms
		booked := 0
		engine.Actions["reservation.book"] = func(act *bot.Act) (string, error) {
			booked++
			got, err := act.Form("application")
			if err != nil {
				return "", err
			}
			asked := map[string]*bot.FormField{}
			for _, ff := range forms.form.Fields {
				asked[ff.ID] = ff
				if got.Values[ff.ID] == "" && !ff.Field.Optional && !ff.Shown {
					t.Errorf("booked without %s", ff.ID)
				}
			}
			if got != nil {
				for id, v := range got.Values {
					if ff := asked[id]; ff == nil {
						t.Errorf("booked with %s, which is not asked", id)
					} else if _, objection := ff.Accept(act.Lang, v); objection != "" {
						t.Errorf("booked with %s = %s: %s", id, v, objection)
					}
				}
				if mail := got.Values["mail"]; mail != "" && mail != act.Answer("mail") {
					t.Errorf("the form has %q for the address, the booking %q", mail, act.Answer("mail"))
				}
			}
			return "closed", nil // the dialog goes back to the time
		}
		r := bot.Rehearsal{
			Engine: engine, Shelf: shelf, Now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC),
			Site: &bot.Site{City: bot.Words{i18n.Japanese: "みほん市"}, Languages: []i18n.Lang{i18n.Japanese, i18n.English}},
		}
		var state []byte
		var reply bot.Reply
		turn := func(in bot.Inbound) {
			in.Channel = "web"
			if state, reply, err = r.Turn(context.Background(), state, in); err != nil {
				t.Fatalf("%+v: %v", in, err)
			}
			if reply.Flow != "" && (reply.Expects == nil || len(reply.Messages) == 0) {
				t.Fatalf("%+v: nothing is asked: %+v", in, reply)
			}
			r.Now = r.Now.Add(2 * time.Second)
		}
		start, err := civil.ParseDateTime("2026-12-01T10:00")
		if err != nil {
			t.Fatal(err)
		}
		slot := "honcho/" + start.String()
		words := []bot.Inbound{
			{Text: "はい"}, {Text: "はい"}, {Text: "はい"}, {Text: "いいえ"}, {Text: "見本花子"}, {Text: "hanako@example.jp"}, {Text: "x"}, {Text: "y"}, {Text: "3"},
			{Text: "戻る"}, {Text: "直したい"}, {Text: "スキップ"}, {Text: "もう一度"}, {Text: "転入届とは何ですか"}, {Text: "英語で"}, {Text: "back"}, {Text: "yes"},
			{Choice: "@skip"}, {Choice: "@back"}, {Choice: "@correct:application.pick"}, {Choice: "@correct:application.name"}, {Choice: "@correct:visit"},
			{Choice: "x"}, {Choice: "y"}, {Choice: "yes"}, {Choice: "no"}, {},
		}
		for range 60 {
			if rapid.IntRange(0, 7).Draw(t, "change") == 0 {
				forms.form = anyForm(t)
			}
			switch {
			case reply.Flow == "":
				turn(bot.Inbound{Flow: "reservation"})
			case reply.Step == "what":
				turn(bot.Inbound{Choice: "book"})
			case reply.Step == "service":
				turn(bot.Inbound{Choice: "consult"})
			case reply.Expects.Type == "counter":
				turn(bot.Inbound{Choice: "honcho"})
			case reply.Expects.Type == "slot":
				turn(bot.Inbound{Choice: slot})
			default:
				turn(rapid.SampledFrom(words).Draw(t, "words"))
			}
		}
	})
}

package action_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
	"madoguchi/store/storetest"
)

// noon is a Wednesday.
var noon = civil.DateTime{Date: civil.Date{Year: 2026, Month: 11, Day: 25}, Clock: 12 * 60}.At()

// roster is a stand-in for the residents' records: everybody in it was born on
// the same day.
type roster map[string]bool

var born = civil.Date{Year: 1980, Month: 4, Day: 1}

func (r roster) Born(_ *store.Tx, resident string) (civil.Date, bool, error) {
	return born, r[resident], nil
}

// holder is somebody who asks for a card.
type holder struct {
	t       *testing.T
	db      *store.DB
	actions map[string]bot.Action
	user    string
	answers map[string]string
	said    []string
}

func (h *holder) does(name string) (outcome string) {
	h.t.Helper()
	err := h.db.Update(context.Background(), "sample", func(tx *store.Tx) (err error) {
		outcome, err = h.actions[name](&bot.Act{
			Tx: tx, Channel: "web", User: h.user, Lang: i18n.Japanese, Now: civil.In(tx.Now()),
			Answer: func(n string) string { return h.answers[n] },
			Set:    func(n, v string) { h.answers[n] = v },
			Drop:   func(n string) { delete(h.answers, n) },
			Say:    func(m bot.Message) { h.said = append(h.said, m.Text) },
		})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return outcome
}

// confirms opens a card and gives a birth date.
func (h *holder) confirms(code, date string) string {
	h.t.Helper()
	h.answers = map[string]string{"code": code}
	if got := h.does("card.find"); got != "born" {
		return got
	}
	h.answers["born"] = date
	outcome := h.does("card.confirm")
	if h.answers["born"] != "" {
		h.t.Error("the birth date is kept")
	}
	return outcome
}

// card makes a case of a resident.
func card(t *testing.T, db *store.DB, cards progress.Service, resident string) (c progress.Case) {
	t.Helper()
	err := db.Update(context.Background(), "sample", func(tx *store.Tx) error {
		_, made, _, err := cards.Announce(tx, progress.Delivery{Name: "第1便", Lines: []progress.Line{{Resident: resident}}, Here: true, By: "system"})
		c = made[0]
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A18: the right code and a wrong birth date six times lock the card for a
// quarter of an hour, whoever tries; then even the right date gets the same
// answer. Its holder hears of it once.
func TestA18WrongBirthDatesLockTheCard(t *testing.T) {
	clock := storetest.NewClock(noon)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock.Set(noon)
		var warned []string
		actions := &action.Actions{
			Reservations: reservation.New(civil.Holiday), Residents: roster{"r1": true},
			Warn: func(_ *store.Tx, resident string) error { warned = append(warned, resident); return nil },
		}
		c := card(t, db, actions.Cards, "r1")
		code := reservation.ShowKey(c.Code)
		thief := &holder{t: t, db: db, actions: actions.Table(), user: "thief"}
		owner := &holder{t: t, db: db, actions: actions.Table(), user: "owner"}
		if got := owner.confirms(code, born.String()); got != "right" {
			t.Fatalf("the right date: %s", got)
		}
		for i := range 5 {
			thief.user = fmt.Sprint("thief ", i) // from another device each time
			if got := thief.confirms(code, fmt.Sprintf("1970-01-0%d", i+1)); got != "wrong" {
				t.Errorf("wrong date %d: %s", i+1, got)
			}
		}
		for i, date := range []string{"1970-02-01", born.String(), born.String()} {
			if got := thief.confirms(code, date); got != "blocked" {
				t.Errorf("try %d on the locked card: %s", i+6, got)
			}
			if thief.answers["case"] != "" {
				t.Error("a locked card stays open in the dialog")
			}
		}
		if got := owner.confirms(code, born.String()); got != "blocked" {
			t.Errorf("the owner, while it is locked: %s", got)
		}
		if len(warned) != 1 || warned[0] != "r1" {
			t.Errorf("warned: %v", warned)
		}
		clock.Advance(20 * time.Minute)
		if got := owner.confirms(code, born.String()); got != "right" {
			t.Errorf("the owner, afterwards: %s", got)
		}
	}, storetest.At(clock))
}

// A16: link codes are guessed on the budgets of access keys, with one answer to
// everything that opens nothing.
func TestA16GuessingLinkCodesIsBudgeted(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite, storetest.At(storetest.NewClock(noon)))
	actions := &action.Actions{Reservations: reservation.New(civil.Holiday)}
	code := reservation.ShowKey(card(t, db, actions.Cards, "").Code)
	for _, do := range []string{"card.find", "card.name"} {
		h := &holder{t: t, db: db, actions: actions.Table(), user: "guesser with " + do, answers: map[string]string{}}
		for i := range 5 {
			h.answers["code"], h.answers["key"] = fmt.Sprintf("K7M2P9QWX%d", i+2), fmt.Sprintf("K7M2P9QWX%d", i+2)
			if got := h.does([]string{do, "reservation.find"}[i%2]); got != "unknown" {
				t.Errorf("%s: guess %d: %s", do, i+1, got)
			}
		}
		h.answers["code"] = code
		if got := h.does(do); got != "blocked" || h.answers["case"] != "" {
			t.Errorf("%s: the right code after five wrong ones: %s", do, got)
		}
	}
}

// S4-093: where no residents are kept, or the card names none, the code is
// enough.
func TestACardWithoutAResidentNeedsNoBirthDate(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite, storetest.At(storetest.NewClock(noon)))
	for _, x := range []struct {
		resident  string
		residents action.Residents
	}{{"", roster{"r1": true}}, {"r1", nil}, {"r2", roster{"r1": true}}} {
		actions := &action.Actions{Reservations: reservation.New(civil.Holiday), Residents: x.residents}
		h := &holder{t: t, db: db, actions: actions.Table(), user: "u"}
		if got := h.confirms(reservation.ShowKey(card(t, db, actions.Cards, x.resident).Code), ""); got != "found" {
			t.Errorf("%+v: %s", x, got)
		}
	}
}

// S4-118: residents read the names and sentences of their municipality.
func TestResidentsReadTheMunicipalitysOwnWords(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite, storetest.At(storetest.NewClock(noon)))
	actions := &action.Actions{Reservations: reservation.New(civil.Holiday)}
	c := card(t, db, actions.Cards, "")
	h := &holder{t: t, db: db, actions: actions.Table(), user: "u", answers: map[string]string{"case": c.ID}}
	if got := h.does("card.status"); got != "arrived" {
		t.Errorf("at first: %s", got)
	}
	err := db.Update(context.Background(), "sample", func(tx *store.Tx) error {
		if err := actions.Cards.SaveLabels(tx, progress.Labels{progress.Arrived: {i18n.Japanese: "市役所に到着"}}, 0, "chief"); err != nil {
			return err
		}
		r, _, err := actions.Cards.Rules(tx)
		if err != nil {
			return err
		}
		r.Words = map[progress.Kind]reservation.Names{progress.Arrived: {i18n.Japanese: "来月お知らせします[案内]。"}}
		return actions.Cards.SaveRules(tx, r, 0, "chief")
	})
	if err != nil {
		t.Fatal(err)
	}
	h.does("card.read")
	if got := h.does("card.status"); got != "told" || h.answers["state"] != "市役所に到着" || len(h.said) != 1 || i18n.Plain(h.said[0]) != "来月お知らせします[案内]。" {
		t.Errorf("%s, state %q, said %q", got, h.answers["state"], h.said)
	}
}

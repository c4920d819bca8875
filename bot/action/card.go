package action

import (
	"errors"
	"time"

	"madoguchi/bot"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/limit"
	"madoguchi/store/progress"
)

// Residents is what asking for a card needs of the residents' records.
type Residents interface {
	// Born is the birth date of a resident; false if it is not known.
	Born(tx *store.Tx, resident string) (civil.Date, bool, error)
}

// caseAnswer is the name under which the answers keep the case of a card. A
// booking made while it stands there is for that card (S4-121).
const caseAnswer = "case"

// cardStyle says when people come to the counter for a card: to receive it
// (交付時来庁方式), or to apply for it (申請時来庁方式, S4-137).
func cardStyle(a *Actions, act *bot.Act) (string, error) {
	if a.AtApplication != nil {
		if at, err := a.AtApplication(act.Tx); err != nil || at {
			return "application", err
		}
	}
	return "delivery", nil
}

// cardAsked says whether residents are asked for the link code when they book
// the pickup.
func cardAsked(a *Actions, act *bot.Act) (string, error) {
	rules, _, err := a.Cards.Rules(act.Tx)
	if err != nil {
		return "", err
	}
	if rules.AskCode {
		return "ask", nil
	}
	return "skip", nil
}

// cardName takes the link code of the card somebody is about to book for. It
// tells nothing about the card.
func cardName(a *Actions, act *bot.Act) (string, error) {
	act.Drop(caseAnswer)
	var c progress.Case
	outcome, err := guess(act, func() (err error) {
		c, err = a.Cards.ByCode(act.Tx, act.Answer("code"))
		return err
	})
	if outcome == "found" {
		act.Set(caseAnswer, c.ID)
	}
	return outcome, err
}

// cardFind opens a card by its link code (S4-122). Where a resident's record
// stands behind it, the birth date is asked for besides.
func cardFind(a *Actions, act *bot.Act) (string, error) {
	act.Drop("born")
	outcome, err := cardName(a, act)
	if err != nil || outcome != "found" {
		return outcome, err
	}
	_, needed, err := a.born(act)
	if needed {
		outcome = "born"
	}
	return outcome, err
}

// born is the birth date behind the card the flow is about; false if none is
// kept.
func (a *Actions) born(act *bot.Act) (civil.Date, bool, error) {
	c, err := a.Cards.ByID(act.Tx, act.Answer(caseAnswer))
	if err != nil || c.Resident == "" || a.Residents == nil {
		return civil.Date{}, false, err
	}
	return a.Residents.Born(act.Tx, c.Resident)
}

// Wrong birth dates for one card (A18): the sixth try within the window is not
// even compared, whoever makes it, and neither is any after it.
const (
	triesBorn  = 5
	bornWindow = 15 * time.Minute
)

// cardConfirm compares the birth date. A card that is locked gives the same
// answer to the right date as to a wrong one.
func cardConfirm(a *Actions, act *bot.Act) (string, error) {
	id, typed := act.Answer(caseAnswer), act.Answer("born")
	act.Drop("born") // it is not needed any more
	allowed, err := limit.Allow(act.Tx, "card.born", id, triesBorn, bornWindow)
	if err != nil {
		return "", err
	}
	if !allowed {
		act.Drop(caseAnswer)
		return "blocked", a.warn(act, id)
	}
	born, known, err := a.born(act)
	if err != nil {
		return "", err
	}
	if !known || typed != born.String() {
		return "wrong", nil
	}
	return "right", limit.Forgive(act.Tx, "card.born", id)
}

// warn tells the holder of a card, once a window, that it was locked.
func (a *Actions) warn(act *bot.Act, id string) error {
	first, err := limit.Allow(act.Tx, "card.warned", id, 1, bornWindow)
	if err != nil || !first {
		return err
	}
	if err := act.Tx.Audit("system", "card.locked", id); err != nil || a.Warn == nil {
		return err
	}
	c, err := a.Cards.ByID(act.Tx, id)
	if err != nil || c.Resident == "" {
		return err
	}
	return a.Warn(act.Tx, c.Resident)
}

// cardRead sets the name of the state the card is in, as this municipality
// calls it (S4-118), and the day since when.
func cardRead(a *Actions, act *bot.Act) (string, error) {
	c, err := a.Cards.ByID(act.Tx, act.Answer(caseAnswer))
	if err != nil {
		return "", err
	}
	labels, _, err := a.Cards.Labels(act.Tx)
	if err != nil {
		return "", err
	}
	act.Set("state", i18n.Plain(labels.Of(c.State, act.Lang)))
	at := c.StateAt
	if at.IsZero() {
		at = c.Made
	}
	act.Set("since", civil.In(at).Date.String())
	return "next", nil
}

// What a resident is told of a state: the outcomes of card.status. told and
// told-book say that the municipality's own words were given, and whether a
// visit can be booked now. by-post stands for every state that a notice follows
// elsewhere, where cards are applied for in person.
var statusOutcomes = []string{
	"expected", "arrived", "notified", "returned", "booked", "missed", "visited", "delivered", "remade", "reissued", "by-post", "discarded", "told", "told-book",
}

var outcomeOf = map[progress.Kind]string{
	progress.Expected: "expected", progress.Arrived: "arrived", progress.Notified: "notified", progress.NotifiedAgain: "notified",
	progress.Returned: "returned", progress.Booked: "booked", progress.NoShow: "missed", progress.Visited: "visited",
	progress.Identified: "visited", progress.Revisited: "visited", progress.Delivered: "delivered", progress.SentBack: "remade",
	progress.Reissued: "reissued", progress.Discarded: "discarded",
}

// bookable are the states in which coming to the counter is the next thing.
var bookable = map[progress.Kind]bool{
	progress.Notified: true, progress.NotifiedAgain: true, progress.NoShow: true, progress.Visited: true, progress.Identified: true, progress.Revisited: true,
}

// noticeFollows are the states of which a resident is told that a notice
// (交付通知書) will come.
var noticeFollows = map[progress.Kind]bool{
	progress.Expected: true, progress.Arrived: true, progress.SentBack: true, progress.Reissued: true,
}

// cardStatus says how far a card is. It says nothing of its holder, of where it
// is kept or of when somebody will come.
func cardStatus(a *Actions, act *bot.Act) (string, error) {
	c, err := a.Cards.ByID(act.Tx, act.Answer(caseAnswer))
	if err != nil {
		return "", err
	}
	rules, _, err := a.Cards.Rules(act.Tx)
	if err != nil {
		return "", err
	}
	if own := rules.Words[c.State]; own[i18n.Japanese] != "" {
		act.Say(bot.Message{Text: own.In(act.Lang)}) // furigana as staff wrote it
		if bookable[c.State] {
			return "told-book", nil
		}
		return "told", nil
	}
	if !c.LastNotice.IsZero() {
		act.Set("sent", civil.In(c.LastNotice).Date.String())
	}
	o := outcomeOf[c.State]
	if o == "" {
		return "", errors.New("a card in the unknown state " + string(c.State))
	}
	if noticeFollows[c.State] {
		style, err := cardStyle(a, act)
		if err != nil {
			return "", err
		}
		if style == "application" {
			return "by-post", nil
		}
	}
	return o, nil
}

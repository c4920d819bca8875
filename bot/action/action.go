// Package action binds the names that flows use (do: reservation.book) to the
// services that do the work, and gives the dialog its desk: the counters and
// free times it can offer.
//
//	flow file ──"do: reservation.book"──▶ Table ──▶ reservation.Reservations
//
// An action is one function and one line in Table. Its outcomes are declared
// beside it, so that the flow checker can see that every one is handled.
package action

import (
	"maps"

	"madoguchi/bot"
	"madoguchi/flows"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
)

// Actions holds the services the actions work with.
type Actions struct {
	Reservations *reservation.Reservations
	Fields       *field.Fields // what is asked on forms; nil: nothing
	Cards        progress.Service
	// Residents knows the birth dates of residents whose record a card names; nil
	// where no residents are kept.
	Residents Residents
	// Warn tells a resident on a channel of theirs that somebody tried wrong
	// birth dates for their card; nil tells nobody.
	Warn func(tx *store.Tx, resident string) error
	// AtApplication reports whether people come to apply for their card and get it
	// by post (申請時来庁方式, S4-137); nil: they come to receive it.
	AtApplication func(tx *store.Tx) (bool, error)
	// Notify queues the mail that follows a booking, a change or a cancellation;
	// nil where no mail is sent.
	Notify Notify
	// Identity is how residents sign in; nil where nobody can.
	Identity *Identity
	// Plans makes the task lists of life events.
	Plans Plans
}

// entry is one action with what the checker must know of it.
type entry struct {
	run  func(*Actions, *bot.Act) (string, error)
	spec flows.Action
}

// table lists every action. A new one is a function and a line here.
var table = map[string]entry{
	"note":               {note, flows.Action{Outcomes: []string{"next"}}},
	"moving.deadline":    {movingDeadline, flows.Action{Needs: []string{"moved-in"}, Sets: []string{"deadline", bot.FirstDay}, Outcomes: []string{"open", "over"}}},
	"event.plan":         {eventPlan, flows.Action{Needs: []string{"event"}, Sets: []string{bot.FirstDay}, Outcomes: []string{"next"}}},
	"plan.way":           {planWay, flows.Action{Outcomes: []string{"mail", "line", "none"}}},
	"plan.remind":        {planRemind, flows.Action{Needs: []string{"mail", "remind"}, Outcomes: []string{"next"}}},
	"plan.open":          {planOpen, flows.Action{Needs: []string{"list"}, Outcomes: []string{"found", "unknown", "blocked"}}},
	"reservation.book":   {book, flows.Action{Needs: []string{"visit", "service"}, Sets: []string{"receipt", "key"}, Outcomes: []string{"booked", "full", "closed", "limit"}}},
	"reservation.own":    {own, flows.Action{Needs: []string{"booking"}, Outcomes: []string{"one", "several", "none"}}},
	"reservation.pick":   {pick, flows.Action{Needs: []string{"booking"}, Outcomes: []string{"found", "gone"}}},
	"reservation.find":   {find, flows.Action{Needs: []string{"key", "booking"}, Outcomes: []string{"found", "unknown", "blocked"}}},
	"reservation.show":   {show, flows.Action{Needs: []string{"booking"}, Outcomes: []string{"active", "over"}}},
	"reservation.change": {change, flows.Action{Needs: []string{"booking", "visit"}, Sets: []string{"receipt"}, Outcomes: []string{"changed", "full", "closed", "late"}}},
	"card.style":         {cardStyle, flows.Action{Outcomes: []string{"delivery", "application"}}},
	"card.asked":         {cardAsked, flows.Action{Outcomes: []string{"ask", "skip"}}},
	"card.name":          {cardName, flows.Action{Needs: []string{"code"}, Sets: []string{caseAnswer}, Outcomes: []string{"found", "unknown", "blocked"}}},
	"card.find":          {cardFind, flows.Action{Needs: []string{"code"}, Sets: []string{caseAnswer}, Outcomes: []string{"found", "born", "unknown", "blocked"}}},
	"card.confirm":       {cardConfirm, flows.Action{Needs: []string{"born"}, Outcomes: []string{"right", "wrong", "blocked"}}},
	"card.read":          {cardRead, flows.Action{Sets: []string{"state", "since"}, Outcomes: []string{"next"}}},
	"card.status":        {cardStatus, flows.Action{Sets: []string{"sent"}, Outcomes: statusOutcomes}},
	"waiting.look":       {waitLook, flows.Action{Sets: []string{"service", "offered", "held-until"}, Outcomes: []string{"offered", "listed", "none"}}},
	"waiting.way":        {waitWay, flows.Action{Outcomes: []string{"known", "mail", "none"}}},
	"waiting.join":       {waitJoin, flows.Action{Needs: []string{"service"}, Sets: []string{"wait-until", "offer-minutes"}, Outcomes: []string{"listed", "party", "late"}}},
	"waiting.take":       {waitTake, flows.Action{Sets: []string{"receipt"}, Outcomes: []string{"changed", "book", "gone", "late"}}},
	"waiting.pass":       {waitPass, flows.Action{Outcomes: []string{"next"}}},
	"waiting.leave":      {waitLeave, flows.Action{Outcomes: []string{"next"}}},
	"reservation.cancel": {cancel, flows.Action{Needs: []string{"booking"}, Outcomes: []string{"cancelled", "late"}}},
}

// actions are those of all files.
func actions() map[string]entry {
	all := maps.Clone(table)
	maps.Copy(all, identityTable)
	return all
}

// Table returns the actions by name, for the engine.
func (a *Actions) Table() map[string]bot.Action {
	out := make(map[string]bot.Action, len(table))
	for name, e := range actions() {
		out[name] = func(act *bot.Act) (string, error) { return e.run(a, act) }
	}
	return out
}

// Vocabulary is what flow files may refer to.
func Vocabulary() flows.Vocabulary {
	v := flows.Vocabulary{Types: map[string]flows.Type{
		"text": {}, "choice": {Choices: true}, "choices": {Choices: true, As: flows.ListKind},
		"yesno": {Values: []string{"yes", "no"}, As: flows.YesKind},
		"date":  {As: flows.DateKind}, "birthdate": {As: flows.DateKind}, "time": {},
		"number": {Bounds: true, As: flows.NumberKind}, "party": {Bounds: true, As: flows.NumberKind},
		"postal": {}, "phone": {}, "mail": {}, "kana": {}, "name": {}, "code": {}, "receipt": {},
		"secret": {}, "counter": {Service: true}, "slot": {Service: true, Values: []string{"wait"}}, "booking": {},
	}, Forms: formNames(), Actions: make(map[string]flows.Action, len(table))}
	for name, e := range actions() {
		v.Actions[name] = e.spec
	}
	return v
}

// note only sets the values given with it.
func note(*Actions, *bot.Act) (string, error) { return "next", nil }

// Package scenario runs dialog tests: plain text files in which a resident and
// the bot talk, at a fixed clock, with checks on what came of it.
//
// # Writing a dialog
//
// A file ends in .dialog and is read line by line. The first sign of a line
// says what it is.
//
//	# 本人がカードの受け取りを予約し、日を変えて、取り消す
//	lang: ja   channel: web   now: 2026-11-25 09:00   user: hanako
//
//	> カードを受け取りたい
//	< どなたが受け取りに来られますか。
//	  [self] ご本人
//	> 本人
//	<... *お持ちください*
//	> [honcho/2026-12-01T10:00]
//	< *受付番号は {receipt} *アクセスキーは {key} *
//	= booking honcho 2026-12-01T10:00 card-pickup booked
//
// The head gives the language, the channel (web, plain, line, kiosk), the time
// on the office clock and a name for the resident. Leave lang out to see which
// language the bot finds by itself; flow: NAME enters a flow directly.
//
//	# …                 a remark; the first one is the title
//	> words             the resident says this
//	>                   the resident opens the conversation and says nothing
//	> [value]           the resident presses the choice with this value
//	> [#2]              the resident presses the second choice offered
//	< words             the next message of the bot is this
//	<... words          one of the next messages is this; those before it do not matter
//	  [value] words     that message offers this choice (the words may be left out);
//	                    [{name}] remembers its value
//	  [!value]          that message does not offer it
//	  - words           that message has this line (papers, read-back)
//	? step visit        the dialog now stands at this step
//	? flow card-pickup  … in this flow
//	? lang en           … in this language
//	? expects slot      the open question is for a field of this type or name
//	? expects nothing   no question is open
//	! clock +1d         time passes: d days, h hours, m minutes
//	! clock 2026-12-02 08:00
//	! channel line      the resident goes on on another channel
//	! user taro         another resident goes on
//	! lang en           the resident's device now says this language
//	! staff suzuki      a member of the staff speaks for the resident (nobody: no longer)
//	! staff suzuki at honcho nishi
//	                    … who works at these counters alone
//	! fields application {phone: {resident: required}}
//	                    the municipality changes what it asks on a form
//	! section identity {who: anybody}
//	                    the municipality changes a section of its settings
//	! resident {number: 123456782, password: …}
//	                    somebody is entered in the roster
//	! closed COUNTER 2026-12-01
//	                    the counter is closed on that day, as of now
//	! mails sent        the municipality sends mail
//	! unserved move     no counter does this service, as of now
//	! mail              the resident opens the link in the last mail
//	! page words        the resident writes this on the page that was linked last
//	! card notified     there is a card, and this is what happened to it (several
//	                    states with commas); its link code is remembered as {code}
//	! card notified of 123456782
//	                    … and it is the card of the resident of this number
//	! words notified …  what the municipality tells residents of cards in this state
//	! codes asked       the municipality asks for the link code when booking
//	! redeliver         the last event arrives again: the answer must be the same
//	= booking COUNTER 2026-12-01T10:00 SERVICE booked
//	                    there is such a booking (or cancelled, visited, no-show)
//	= no booking COUNTER 2026-12-01T10:00
//	                    nobody holds a place there
//	= vacancy COUNTER 2026-12-01T10:00 4
//	                    so many places are free
//
// In expected words * stands for anything. {name} stands for anything and
// remembers it; in later lines the same {name} is what was remembered, also in
// what the resident says. Space beside * and {name} need not be in the text, and
// a {name} that only * follows is one word. \* \{ and \[ are the plain signs, \n is a new line.
// Messages nobody asks about with < are passed over.
//
// # Running
//
//	file ──Parse──▶ Dialog ──Run──▶ Talker (the program under test)
//	                          └────▶ *Failure: file, line, expected, got, transcript
//
// The package is pure: the caller supplies the program as a Talker.
package scenario

import (
	"context"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// Talker is the program under test, fresh for each dialog. The runner calls it
// from one goroutine.
type Talker interface {
	// Turn gives one event to the program and returns its answer. An event with
	// an ID that was used before is a redelivery.
	Turn(ctx context.Context, e Event) (Answer, error)
	// Bookings returns every booking of this counter and start, whatever its
	// status.
	Bookings(ctx context.Context, counter string, start civil.DateTime) ([]Booking, error)
	// Vacancy returns the free places of this counter and start, seen at now.
	Vacancy(ctx context.Context, counter string, start, now civil.DateTime) (int, error)
}

// Settings is a Talker whose forms can be changed.
type Settings interface {
	// SetFields changes what is asked on a form. change is a YAML map of fields.
	SetFields(ctx context.Context, form, change string) error
	// SetSection replaces a section of the tenant's settings by a YAML value.
	SetSection(ctx context.Context, name, value string) error
	// AddResident enters somebody in the roster at now. values is a YAML map.
	AddResident(ctx context.Context, values string, now civil.DateTime) error
	// Close closes a counter on a day.
	Close(ctx context.Context, counter, day string) error
	// SendMails says that the municipality sends mail.
	SendMails(ctx context.Context) error
	// Unserve takes a service away from all counters.
	Unserve(ctx context.Context, service string) error
}

// Cards is what a Talker does besides where dialogs are about cards.
type Cards interface {
	// Card makes a card that went through these states, and returns its link code.
	// resident is the number of whose record stands behind it, "" for nobody's.
	Card(ctx context.Context, states []string, resident string, now civil.DateTime) (code string, err error)
	// Words has residents told this of cards in a state.
	Words(ctx context.Context, state, words string) error
	// AskCodes has residents asked for the link code when they book.
	AskCodes(ctx context.Context) error
}

// Event is one thing a resident does. At most one of Text and Choice is set;
// with neither the resident opens the conversation.
type Event struct {
	ID      string // unique within the dialog
	Now     civil.DateTime
	Channel string
	User    string
	Lang    i18n.Lang // "" if the device does not say
	Flow    string    // enter this flow directly, first event only
	Text    string
	Choice  string
	Staff   string // the account that speaks for the resident
	// Counters are those at which that account works; nil: all.
	Counters []string
	Page     bool // on the page that was linked last
	Mail     bool // opens the link in the mail sent last
}

// Answer is what came back.
type Answer struct {
	Messages []Message
	Lang     i18n.Lang
	Flow     string
	Step     string
	Expects  *Expects // nil: no question is open
	// Walked is every step left in this turn, in order, for the coverage. A
	// Talker that cannot tell leaves it nil.
	Walked []Walk
}

// Message is one message of the bot as the resident reads it.
type Message struct {
	Text    string
	Lines   []string // papers, read-back lines ("label: value")
	Choices []Choice
}

// Choice is one button.
type Choice struct{ Value, Label string }

// Expects is the open question.
type Expects struct{ Field, Type string }

// Booking is one booking, as far as dialogs check it.
type Booking struct{ Service, Status string }

// Walk is one step left with an outcome; an end step is left with its own.
type Walk struct{ Flow, Step, Outcome string }

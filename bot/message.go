package bot

import "madoguchi/i18n"

// Author says who wrote a message of the transcript.
type Author string

// The authors of a transcript.
const (
	FromBot      Author = "bot"
	FromStaff    Author = "staff"
	FromResident Author = "resident"
)

// Kind tells a channel which shape suits a message best; every kind reads well
// as its plain Text alone, so a channel may ignore it.
type Kind string

// The kinds of message.
const (
	KindText     Kind = ""         // a statement
	KindQuestion Kind = "question" // the open question; Choices are its answers
	KindSummary  Kind = "summary"  // the read-back; Items can each be corrected
	KindOffers   Kind = "offers"   // free times; Choices carry Day as a heading
	KindBooking  Kind = "booking"  // a booking made, changed, cancelled or shown
	KindPapers   Kind = "papers"   // a checklist: Lines are the things to bring
	KindPlan     Kind = "plan"     // a personal task list
)

// Message is one utterance of the transcript in a form every channel can
// render. Text and labels may carry furigana as [漢字|かんじ]; i18n.Plain and
// i18n.Ruby turn that into brackets or ruby.
type Message struct {
	Seq     int64    `json:"seq"`
	From    Author   `json:"from"`
	Kind    Kind     `json:"kind,omitempty"`
	Text    string   `json:"text"`
	Choices []Choice `json:"choices,omitempty"`
	Items   []Item   `json:"items,omitempty"`
	Lines   []string `json:"lines,omitempty"`
	Booking *Booking `json:"booking,omitempty"`
	Plan    *Plan    `json:"plan,omitempty"`
	Link    *Link    `json:"link,omitempty"`
	// Question is the open question itself where Text only says why the answer
	// given could not be used, for channels that show the two in two places.
	Question string `json:"question,omitempty"`
	// Proposed is an answer to the open question that the resident may change
	// before sending it, for channels with a field to type in.
	Proposed string `json:"proposed,omitempty"`
	// Secure marks a question whose answer is personal. Channels on which the
	// operator of the platform could read it (LINE) send Link instead.
	Secure bool `json:"secure,omitempty"`
}

// Choice is one answer that can be given by tapping it.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
	// Day groups free times under a date heading (KindOffers).
	Day string `json:"day,omitempty"`
	// Short is the label for channels that show it under its Day: the time alone.
	Short string `json:"short,omitempty"`
	// Quiet choices are ways out (later days, skip, a person) and are shown
	// after, and lighter than, the answers themselves.
	Quiet bool `json:"quiet,omitempty"`
}

// Item is one line of a read-back: what was asked, what was understood, and
// the choice value that corrects it.
type Item struct {
	Field string `json:"field"`
	Label string `json:"label"`
	Value string `json:"value"`
	// Correct is the choice value that reopens this field, "" if it cannot be.
	Correct string `json:"correct,omitempty"`
}

// Booking is what a resident takes away from a booking.
type Booking struct {
	ID      string `json:"id"`
	Status  string `json:"status"` // booked, changed, cancelled, visited, no-show
	Receipt int    `json:"receipt"`
	Key     string `json:"key,omitempty"` // shown once, when booked
	Counter string `json:"counter"`
	Start   string `json:"start"` // YYYY-MM-DDTHH:MM, wall clock in Japan
	// Name, Place and When are the same in words, in the resident's language.
	Name    string   `json:"name"`
	Place   string   `json:"place,omitempty"`
	When    string   `json:"when"`
	Service string   `json:"service"`
	Title   string   `json:"title,omitempty"` // the service's name in words
	Persons int      `json:"persons"`
	Actions []Choice `json:"actions,omitempty"` // change, cancel
}

// Plan is the personal task list of a life event in words.
type Plan struct {
	Event  string      `json:"event"`
	Title  string      `json:"title"`
	Key    string      `json:"key,omitempty"` // opens it again; "" if the resident has it
	Bring  string      `json:"bring"`         // the heading of what tasks have to bring
	Groups []PlanGroup `json:"groups"`
}

// PlanGroup is the tasks of one stage: before, day, after.
type PlanGroup struct {
	ID    string     `json:"id"`
	Title string     `json:"title"`
	Tasks []PlanTask `json:"tasks"`
}

// PlanTask is one thing to see to. Only ID and Title are always there.
type PlanTask struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Opens string   `json:"opens,omitempty"` // YYYY-MM-DD: the first day
	Due   string   `json:"due,omitempty"`   // YYYY-MM-DD: the last day
	Over  bool     `json:"over,omitempty"`  // the last day has passed
	When  string   `json:"when,omitempty"`  // both days in words
	Facts []Item   `json:"facts,omitempty"` // where, who may go, online
	Bring []string `json:"bring,omitempty"`
	Notes []string `json:"notes,omitempty"`
}

// Lines is the list as plain lines, for channels that show text alone.
func (p *Plan) Lines() []string {
	var out []string
	for _, g := range p.Groups {
		out = append(out, "【"+g.Title+"】")
		for _, t := range g.Tasks {
			line := t.Title
			if t.When != "" {
				line += "　" + t.When
			}
			out = append(out, line)
			for _, f := range t.Facts {
				out = append(out, "　"+f.Label+"　"+f.Value)
			}
			for _, b := range t.Bring {
				out = append(out, "　□ "+b)
			}
			for _, n := range t.Notes {
				out = append(out, "　"+n)
			}
		}
	}
	return out
}

// Link is an address to open, with its label.
type Link struct {
	URL   string `json:"url"`
	Label string `json:"label"`
}

// Inbound is one event from a resident, whatever the channel.
type Inbound struct {
	Tenant  string
	Channel string // web, plain, line, kiosk
	User    string // opaque, unique within the channel
	Event   string // unique within the channel; repeating it repeats the answer

	// At most one of Text, Choice and Photo is set. An event with none of them opens
	// the conversation: it greets, or shows the open question again.
	Text   string
	Choice string
	// Photo is a picture as it was sent, where Expects.Photo invited it (photo.go).
	Photo []byte
	// Asked is the number of the question a Choice belongs to (Reply.Asked at
	// the time it was shown); 0 if the channel cannot tell. A button of an
	// older question is recognised by it.
	Asked int64

	Lang i18n.Lang         // "" keeps the conversation's language
	Hint i18n.Lang         // the platform's guess for a first contact, as it tags languages (zh-TW)
	Flow string            // enter this flow directly
	With map[string]string // Flow: answers known from the start, such as a time picked in the calendar

	// Staff is the account of the staff member who speaks for the resident
	// (代理予約, S4-076); "" when the resident does.
	Staff string
	// Counters are those at which that staff member works (担当サイト, S4-073): no
	// other is offered or taken, and a booking at another is not found. Nil is
	// every counter; residents have them all.
	Counters []string
	// Address is the network address of the resident where the channel knows
	// it, for limits on guessing keys; never stored in the clear.
	Address string
	// Deliver is set by channels that push: the reply is queued for delivery,
	// and the bytes (a reply token, say) are handed back to the channel then.
	Deliver []byte
	Push    bool

	done   map[string]string // slow work done for this turn, by key
	masked bool              // a My Number was taken out of Text
	link   *link             // an answer given on the page of this link
	label  string            // what the pressed button said
}

// Expects tells the channel what the open question asks for.
type Expects struct {
	Field    string `json:"field"`
	Type     string `json:"type"`
	Optional bool   `json:"optional,omitempty"`
	// Photo: a photograph of a card or letter may be sent in place of an answer.
	Photo bool `json:"photo,omitempty"`
}

// Reply is the answer to one turn.
type Reply struct {
	Conversation string    `json:"conversation"`
	Lang         i18n.Lang `json:"lang"`
	Messages     []Message `json:"messages"`
	Expects      *Expects  `json:"expects"`
	Flow         string    `json:"flow"`
	Step         string    `json:"step"`
	// Asked numbers the open question; see Inbound.Asked.
	Asked int64 `json:"asked"`
}

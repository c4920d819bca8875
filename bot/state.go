package bot

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// State is everything a conversation remembers between two turns. Its size is
// bounded by the flow it is in (answers, trail), never by how long people have
// talked: a fact that is no longer needed is dropped, and the transcript is
// kept elsewhere.
type State struct {
	Lang i18n.Lang `json:"l"`

	// Flow, Version and Step say where the conversation stands; Flow is "" when
	// nothing is going on (idle). Step is the step whose question is open.
	Flow    string `json:"f,omitempty"`
	Version int    `json:"v,omitempty"`
	Step    string `json:"s,omitempty"`

	// Answers holds the fields answered so far and the values actions have set,
	// canonical, in order of answering.
	Answers []Answer `json:"a,omitempty"`
	// Former are the answers dropped when the open question was put again: its
	// own and those that depend on it. They come back if it is answered as
	// before, or left unanswered for another.
	Former []Answer `json:"b,omitempty"`
	// Given holds what was known before the procedure began (a time picked in
	// the calendar), until the question comes that it answers.
	Given []Answer `json:"g,omitempty"`
	// Heard holds what the words that began the procedure told besides, and Wish
	// when they would like to come: each is proposed when its question comes.
	Heard []Answer `json:"k,omitempty"`
	Wish  *Look    `json:"j,omitempty"`
	// Seen is what was read in a photograph, proposed when its question comes.
	Seen []Seen `json:"ph,omitempty"`
	// Trail is the way here: the questions answered, each once, in order. Back
	// goes along it, and a correction finds its question on it.
	Trail []string `json:"t,omitempty"`
	// Told holds the statements made, so that the way forward again after a
	// correction does not repeat them.
	Told []string `json:"w,omitempty"`

	// Misses counts unusable answers in a row to the open question.
	Misses int `json:"m,omitempty"`
	// Reason is what was said to be wrong with the last of them, "" if nothing
	// in particular.
	Reason string `json:"r,omitempty"`
	// Pending is a question of the engine's own, asked on top of the step's.
	Pending *Pending `json:"p,omitempty"`
	// Look is what the resident has said of the time they would like, and
	// Offers the values last offered, so that "the second one" means what they saw.
	Look   *Look    `json:"d,omitempty"`
	Offers []string `json:"o,omitempty"`

	// Picked are the answers to a question for several that were tapped so far, on
	// channels whose buttons send one at a time.
	Picked []string `json:"q,omitempty"`

	// Answers offered with the open question, and the ways out listed after them:
	// a number typed counts through both, as they are shown.
	Offered int      `json:"h,omitempty"`
	Ways    []string `json:"y,omitempty"`

	// Asked numbers the open question. It rises whenever a question is put, so
	// that a button pressed late is recognised.
	Asked   int64    `json:"n,omitempty"`
	Expects *Expects `json:"e,omitempty"` // what it asks for
	Secure  bool     `json:"x,omitempty"` // its answer is personal

	// Resident is who has signed in here (S4-010), "" for nobody, until the Unix
	// second Known, which every turn moves on.
	Resident string `json:"u,omitempty"`
	Known    int64  `json:"z,omitempty"`

	// Minute and Turns limit how fast one person can talk.
	Minute int64 `json:"i,omitempty"`
	Turns  int   `json:"c,omitempty"`
}

// Answer is one value by name.
type Answer struct {
	Name  string `json:"k"`
	Value string `json:"v"`
}

// Pending is a question of the engine's own: which of two readings was meant,
// whether to leave one procedure for another, what to correct.
type Pending struct {
	Ask     PendingKind `json:"k"`
	Target  string      `json:"t,omitempty"` // the flow or field it is about
	Words   string      `json:"w,omitempty"` // what the resident said, to enter a flow with
	Choices []string    `json:"c,omitempty"` // the values offered, where needed
}

// Look is the part of the calendar the resident is looking at.
type Look struct {
	From    civil.Date    `json:"f,omitzero"` // not before
	On      civil.Date    `json:"o,omitzero"` // only this day
	After   civil.Clock   `json:"a,omitempty"`
	Before  civil.Clock   `json:"b,omitempty"`
	Weekday *time.Weekday `json:"w,omitempty"`
	Quiet   bool          `json:"q,omitempty"` // only when there is least going on
}

// PendingKind says which of the engine's own questions is open.
type PendingKind string

// The engine's own questions.
const (
	AskMeaning  PendingKind = "meaning"  // two readings of an answer
	AskSwitch   PendingKind = "switch"   // leave this procedure for Target?
	AskCorrect  PendingKind = "correct"  // which item is to be corrected
	AskStop     PendingKind = "stop"     // really stop?
	AskLanguage PendingKind = "language" // which language
	AskIntent   PendingKind = "intent"   // which of these did you mean
)

// heldPlace is the name under which the answers keep the id of the place held
// while the resident answers.
const heldPlace = "hold"

// FirstDay is the name under which an action sets the first day on which the
// visit makes sense; earlier times are neither offered nor taken.
const FirstDay = "first-day"

// most is the longest trail kept. The checker knows no flow near it; it bounds
// a hostile file.
const most = 128

// mostGiven bounds what a channel may hand over from the start.
const mostGiven = 8

// Answer returns the value of a field, "" if it has none.
func (s *State) Answer(name string) string {
	for i := range s.Answers {
		if s.Answers[i].Name == name {
			return s.Answers[i].Value
		}
	}
	return ""
}

// Set gives a field its value.
func (s *State) Set(name, value string) {
	for i := range s.Answers {
		if s.Answers[i].Name == name {
			s.Answers[i].Value = value
			return
		}
	}
	s.Answers = append(s.Answers, Answer{name, value})
}

// Has reports whether a field was answered; a skipped one has the value "".
func (s *State) Has(name string) bool {
	return slices.ContainsFunc(s.Answers, func(a Answer) bool { return a.Name == name })
}

// Drop forgets the value of a field.
func (s *State) Drop(name string) {
	s.Answers = slices.DeleteFunc(s.Answers, func(a Answer) bool { return a.Name == name })
}

// note adds a step to a list of steps, once.
func note(list []string, step string) []string {
	if slices.Contains(list, step) || len(list) >= most {
		return list
	}
	return append(list, step)
}

// idle forgets the procedure: its answers are not needed once it has ended.
func (s *State) idle() {
	*s = State{Lang: s.Lang, Asked: s.Asked, Resident: s.Resident, Known: s.Known, Minute: s.Minute, Turns: s.Turns}
}

// enter begins a procedure.
func (s *State) enter(flow string, version int, first string) {
	s.idle()
	s.Flow, s.Version, s.Step = flow, version, first
}

// Encode returns the state as stored.
func (s *State) Encode() ([]byte, error) { return json.Marshal(s) }

// DecodeState reads a stored state. Nil or empty bytes are a new conversation.
func DecodeState(b []byte) (State, error) {
	var s State
	if len(b) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("read the conversation's state: %w", err)
	}
	return s, nil
}

package progress

import (
	"time"

	"madoguchi/i18n/civil"
)

// Event is one line of a case's history. Once written it does not change; what
// became of it later is told by the events after it.
type Event struct {
	Seq    int // from 1, within the case
	At     time.Time
	Kind   Kind
	By     string // an account's id, or resident, system, cli
	Reason string // one of the kind's reasons, "" if none
	Note   string // what staff wrote beside it; "" unless asked for

	Counter string         // Stored, SentOut, Confirmed: where
	Shelf   string         // Stored, Confirmed
	Booking string         // Booked, Rebooked, NoShow, Visited: the booking it came from
	Visit   civil.DateTime // the time of that booking

	Target  int  // Undone: the event taken back
	Unusual bool // does not usually follow the state before it (S4-114)
	// Struck is the number of the event that took this one back, 0 if it counts.
	Struck int
}

// Custody is where a card is kept.
type Custody string

// Ways of a card through the town hall (S4-120).
const (
	Nowhere Custody = ""       // not here
	Loose   Custody = "loose"  // here, without a place yet
	Shelved Custody = "stored" // has a place
	OnWay   Custody = "sent"   // sent out to its counter, not yet confirmed
	AtPlace Custody = "there"  // the counter has confirmed it
)

// Again is one further visit or reissue.
type Again struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// Facts are all facts of a card's issuance in one place (S4-110), as they
// follow from the events that count. What did not happen is zero.
type Facts struct {
	State   Kind      `json:"state"`
	StateAt time.Time `json:"state_at,omitzero"`

	Arrived time.Time `json:"arrived,omitzero"`
	Counter string    `json:"counter,omitempty"`
	Shelf   string    `json:"shelf,omitempty"`
	Custody Custody   `json:"custody,omitempty"`

	Notices      int       `json:"notices,omitempty"` // how many were sent since the card came
	FirstNotice  time.Time `json:"first_notice,omitzero"`
	LastNotice   time.Time `json:"last_notice,omitzero"`
	Returned     time.Time `json:"returned,omitzero"` // the last notice came back
	ReturnReason string    `json:"return_reason,omitempty"`

	Booking string           `json:"booking,omitempty"` // id of the visit booked
	Visit   civil.DateTime   `json:"visit,omitzero"`
	Missed  []civil.DateTime `json:"missed,omitempty"` // booked times nobody came
	Visited time.Time        `json:"visited,omitzero"`

	Identified time.Time `json:"identified,omitzero"`
	Delivered  time.Time `json:"delivered,omitzero"`
	Delivery   string    `json:"delivery,omitempty"` // to whom: a reason of Delivered
	SentBack   time.Time `json:"sent_back,omitzero"`
	BackReason string    `json:"back_reason,omitempty"`
	Revisits   []Again   `json:"revisits,omitempty"`
	Reissues   []Again   `json:"reissues,omitempty"`
	Discarded  time.Time `json:"discarded,omitzero"`

	OldCard   Kind      `json:"old_card,omitempty"` // HasOldCard, NoOldCard or ""
	Collected time.Time `json:"collected,omitzero"` // the 住基カード
	PutOff    bool      `json:"put_off,omitempty"`
}

// fold works out what counts: it marks the events that were taken back, and
// returns the facts of the others. An undo can itself be undone; then what it
// struck counts again.
func fold(events []Event) Facts {
	for i := range events {
		events[i].Struck = 0
	}
	// An undo names an earlier event, so that from the last to the first it is
	// known of each whether it counts when its target is looked at.
	for i := len(events) - 1; i >= 0; i-- {
		if e := events[i]; e.Kind == Undone && e.Struck == 0 && e.Target >= 1 && e.Target < e.Seq {
			events[e.Target-1].Struck = e.Seq
		}
	}
	f := Facts{State: Expected}
	for _, e := range events {
		if e.Struck == 0 {
			f.apply(e)
		}
	}
	return f
}

// apply adds an event that counts.
func (f *Facts) apply(e Event) {
	if e.Kind.IsState() {
		f.State, f.StateAt = e.Kind, e.At
	}
	switch e.Kind {
	case Arrived:
		f.arrive(e.At)
	case Stored:
		f.Counter, f.Shelf = e.Counter, e.Shelf
		if !f.Arrived.IsZero() { // else it is only known where it will be kept
			f.Custody = Shelved
		}
	case SentOut:
		f.Counter, f.Shelf, f.Custody = e.Counter, "", OnWay
	case Confirmed:
		f.Counter, f.Shelf, f.Custody = e.Counter, e.Shelf, AtPlace
	case Notified, NotifiedAgain:
		if f.Notices == 0 {
			f.FirstNotice = e.At
		}
		f.Notices++
		f.LastNotice, f.Returned, f.ReturnReason = e.At, time.Time{}, ""
	case Returned:
		f.Returned, f.ReturnReason = e.At, e.Reason
	case Booked:
		f.Booking, f.Visit = e.Booking, e.Visit
	case Rebooked:
		if f.Booking == e.Booking {
			f.Visit = e.Visit
		}
	case NoShow:
		if e.Visit != (civil.DateTime{}) {
			f.Missed = append(f.Missed, e.Visit)
		} else {
			f.Missed = append(f.Missed, civil.In(e.At))
		}
	case Visited:
		f.Visited = e.At
	case Identified:
		f.Identified = e.At
	case Delivered:
		f.Delivered, f.Delivery = e.At, e.Reason
		f.leave()
	case SentBack:
		f.SentBack, f.BackReason = e.At, e.Reason
		f.leave()
	case Revisited:
		f.Revisits = append(f.Revisits, Again{e.At, e.Reason})
	case Reissued:
		f.Reissues = append(f.Reissues, Again{e.At, e.Reason})
	case Discarded:
		f.Discarded = e.At
		f.leave()
	case HasOldCard, NoOldCard:
		f.OldCard = e.Kind
	case OldCollected:
		f.Collected = e.At
	case PutOff:
		f.PutOff = true
	case PutOffEnded:
		f.PutOff = false
	}
}

// arrive begins the life of a card. One that was made again after being sent
// back or issued anew is another card: its notices are counted from the start.
func (f *Facts) arrive(at time.Time) {
	if f.SentBack.After(f.Arrived) || len(f.Reissues) > 0 || !f.Discarded.IsZero() {
		f.Notices, f.FirstNotice, f.LastNotice = 0, time.Time{}, time.Time{}
		f.Delivered, f.Delivery, f.Identified, f.Discarded = time.Time{}, "", time.Time{}, time.Time{}
	}
	f.Arrived = at
	if f.Custody == Nowhere {
		f.Custody = Loose
		if f.Counter != "" {
			f.Custody = Shelved
		}
	}
}

// leave takes the card out of its place.
func (f *Facts) leave() { f.Counter, f.Shelf, f.Custody = "", "", Nowhere }

// waiting reports whether the clock of unclaimed cards runs (domain-facts
// 8.10): told at least once, nothing booked or done since, no reason known.
func (f *Facts) waiting() bool {
	switch f.State {
	case Notified, NotifiedAgain, Returned, NoShow:
		return f.Notices > 0 && !f.PutOff
	}
	return false
}

// Match is how the old 住基カード stands against what was collected (S4-123).
type Match string

// The matches.
const (
	NoMatter  Match = ""          // there is none
	Open      Match = "open"      // there is one, and the new card is not handed over yet
	Matched   Match = "matched"   // there was one and it was collected
	Unmatched Match = "unmatched" // handed over without it, or collected from one who had none
)

// OldCardMatch compares "has one" with "collected".
func (f *Facts) OldCardMatch() Match {
	has, collected := f.OldCard == HasOldCard, !f.Collected.IsZero()
	switch {
	case has && collected:
		return Matched
	case has && f.State == Delivered, collected:
		return Unmatched
	case has:
		return Open
	}
	return NoMatter
}

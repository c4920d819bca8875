package reservation

import "madoguchi/i18n"

// Settings are what a municipality decides about its counters. They are plain
// data, kept as JSON: dates are written YYYY-MM-DD, times of day HH:MM,
// weekdays mon … sun, and an empty value means "no limit". Compile checks them.
//
// Whatever can change over time carries its dates (S4-055, S4-061), so next
// month's rules are entered today and take effect by themselves.
type Settings struct {
	Counters []Counter `json:"counters"`
	Services []Service `json:"services"`
	Closures []Closure `json:"closures,omitempty"`
	// Site says whether, and on which days, bookings are taken at all.
	Site Site `json:"site,omitzero"`
	// Holidays closes every counter on national holidays (domain-facts 1.2).
	Holidays bool `json:"holidays"`
	// Windows say when a booking may be made; the first that applies decides.
	// Where none applies, a slot can be booked until it begins.
	Windows []Window `json:"windows,omitempty"`
	// HoldMinutes is how long a place is kept while a resident answers; 0 means
	// 10 minutes (domain-facts 8.11).
	HoldMinutes int `json:"hold_minutes,omitempty"`
	// OfferMinutes is how long a place is kept for somebody on the waiting list
	// who is offered it; 0 means 60 minutes.
	OfferMinutes int `json:"offer_minutes,omitempty"`
	// Responses are what reception can choose from to say how a visit ended
	// (対応内容, S4-078); with none, only free words are asked for.
	Responses []Response `json:"responses,omitempty"`
}

// Site is the whole booking site (S4-057). Hidden, before its first or after its
// last day it takes no bookings; those made stay.
type Site struct {
	Hidden bool   `json:"hidden,omitempty"`
	From   string `json:"from,omitempty"` // 適用開始日
	To     string `json:"to,omitempty"`   // 有効期限
}

// Names is a text in several languages; Japanese is always there.
type Names map[i18n.Lang]string

// In returns the text in lang or the best there is.
func (n Names) In(lang i18n.Lang) string { return i18n.Called(n, lang) }

// Counter is one place where residents are received (交付窓口).
type Counter struct {
	ID    string `json:"id"`
	Names Names  `json:"names"`
	// Also are other words people use for it, in any language.
	Also     []string `json:"also,omitempty"`
	Place    Names    `json:"place,omitempty"` // where to go: building, floor, address
	Phone    string   `json:"phone,omitempty"`
	Position int      `json:"position,omitempty"` // order of display, then as listed
	// From and To are the first and last day of operation of a temporary
	// counter (S4-055).
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	Hidden bool   `json:"hidden,omitempty"` // shown nowhere and takes no bookings
	// Services are the services it takes; empty means all.
	Services []string  `json:"services,omitempty"`
	Openings []Opening `json:"openings"`
}

// Opening is one rule by which a counter receives visitors: on these days,
// between these hours, in slots of this length, this many at once.
//
// Where slots of two openings overlap, the one listed first counts. So an
// exception (fewer places on one morning, other hours in March, no places at
// all) is an opening put before the rule.
type Opening struct {
	Days
	Start string `json:"start"`
	End   string `json:"end"`
	Slot  int    `json:"slot"` // minutes
	// Except are the times within Start and End without visitors (lunch).
	Except   []Hours `json:"except,omitempty"`
	Capacity int     `json:"capacity"` // places per slot, of all groups together
	// Quotas are the most places each group may take of them; a group that is
	// not named has no limit of its own.
	Quotas map[Group]int `json:"quotas,omitempty"`
	// Extra openings hold on closed days and national holidays too (休日開庁).
	// On such a day only extra openings apply.
	Extra bool `json:"extra,omitempty"`
}

// Days selects dates. Every condition given must hold; the zero Days is every
// day.
type Days struct {
	// From and To are the first and the last day. Both written MM-DD they
	// return every year, and To may lie before From: 12-29 to 01-03.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Weekdays are mon, tue, wed, thu, fri, sat, sun.
	Weekdays []string `json:"weekdays,omitempty"`
	// Nth are the occurrences of the weekday in its month that count: 1 to 5,
	// -1 for the last.
	Nth []int `json:"nth,omitempty"`
	// Every is 2 for every second week, and so on, counted in weeks from
	// Monday, beginning with the week of Anchor.
	Every  int    `json:"every,omitempty"`
	Anchor string `json:"anchor,omitempty"`
}

// Hours is a span of the day; End is not part of it.
type Hours struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

// Closure closes one counter, or all, on certain days (休館日).
type Closure struct {
	Days
	Counter string `json:"counter,omitempty"` // empty: all counters
	Reason  Names  `json:"reason,omitempty"`
	// Hours limits the closure to a part of the day; nil is the whole day.
	Hours *Hours `json:"hours,omitempty"`
}

// Service is a piece of business a visit is booked for.
//
// A longer variant of a service, such as a move-in of a foreign household, is a
// service of its own with more Slots: flows choose a service by its id, and
// every list, report and limit then works for the variant too.
type Service struct {
	ID    string `json:"id"`
	Names Names  `json:"names"`
	Slots int    `json:"slots,omitempty"` // consecutive slots a visit takes; 0 means 1
	// PerPerson makes every person take a place; otherwise a party takes one.
	PerPerson  bool `json:"per_person,omitempty"`
	MaxPersons int  `json:"max_persons,omitempty"` // 0 means 1
	Hidden     bool `json:"hidden,omitempty"`
}

// Window says when visits may be booked, changed and cancelled (S4-044). The
// days in it are the days of the visit.
type Window struct {
	Days
	Services []string `json:"services,omitempty"` // empty: all
	Groups   []Group  `json:"groups,omitempty"`   // empty: all

	// Booking opens OpensDays days before the visit, at OpensAt ("" is
	// midnight); 0 is at any time before.
	OpensDays int    `json:"opens_days,omitempty"`
	OpensAt   string `json:"opens_at,omitempty"`
	// Booking closes this long before the slot begins; or, with ClosesDays,
	// that many days before at ClosesAt ("" is the end of that day).
	ClosesMinutes int    `json:"closes_minutes,omitempty"`
	ClosesDays    int    `json:"closes_days,omitempty"`
	ClosesAt      string `json:"closes_at,omitempty"`
	// The same for changing and cancelling a booking; both 0: until the visit.
	ChangeMinutes int    `json:"change_minutes,omitempty"`
	ChangeDays    int    `json:"change_days,omitempty"`
	ChangeAt      string `json:"change_at,omitempty"`

	// AcceptFrom and AcceptUntil are the first moment bookings are taken at all
	// and the moment they end, YYYY-MM-DDTHH:MM (予約受付開始・終了日時).
	AcceptFrom  string `json:"accept_from,omitempty"`
	AcceptUntil string `json:"accept_until,omitempty"`
	// Reception are the hours of the day in which bookings are taken (予約受付
	// 時間); nil is around the clock.
	Reception *Hours `json:"reception,omitempty"`
}

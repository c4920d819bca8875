package progress

import (
	"slices"

	"madoguchi/i18n"
	"madoguchi/store/reservation"
)

// Kind is the code of an event, and of the state a case is in after it. Codes
// never change; what people read is their label (S4-118).
type Kind string

// The kinds. The first seven after Expected are the states every tenant begins
// with (S4-111).
const (
	Expected Kind = "expected" // the state before the first event: announced, not here

	Arrived   Kind = "arrived"
	Notified  Kind = "notified"
	Booked    Kind = "booked"
	Returned  Kind = "returned" // the notice came back (返戻)
	Visited   Kind = "visited"
	Delivered Kind = "delivered"
	SentBack  Kind = "sent-back" // to be made again (差戻し)

	NotifiedAgain Kind = "notified-again" // 再通知
	NoShow        Kind = "no-show"
	Identified    Kind = "identified" // 本人確認済: officials only (S4-083)
	Revisited     Kind = "revisited"  // 再来場
	Reissued      Kind = "reissued"   // 再交付
	Discarded     Kind = "discarded"  // kept too long (domain-facts 8.10)

	// These leave the state as it is.
	Stored       Kind = "stored"        // put on a shelf of a counter
	SentOut      Kind = "sent-out"      // on its way to a counter
	Confirmed    Kind = "confirmed"     // the counter has it
	Rebooked     Kind = "rebooked"      // the booking was moved to another time
	HasOldCard   Kind = "old-card"      // the resident has a 住基カード
	NoOldCard    Kind = "no-old-card"   // the resident has none
	OldCollected Kind = "old-collected" // the 住基カード was handed in
	PutOff       Kind = "put-off"       // a reason to keep the card longer was told (8.10)
	PutOffEnded  Kind = "put-off-ended" // … and no longer holds
	Undone       Kind = "undone"        // 取消 of an earlier event (S4-113)
)

// Why bookings take events back by themselves.
const (
	bookingCancelled = "booking-cancelled"
	checkInUndone    = "check-in-undone"
	lateArrival      = "late-arrival"
	bookingMoved     = "booking-moved" // it now belongs to another case
)

// trait is what is fixed about a kind.
type trait struct {
	kind  Kind
	state bool // the case is in this state afterwards
	// staff may register it by hand on the case's page; the others are written
	// by what else staff do (storage, bookings, undo).
	staff bool
	// reasons are the codes that may be given with it.
	reasons []string
	// after are the states it usually follows (domain-facts 8.12). Others are
	// taken with a caution: cards go ways nobody foresaw (S4-114).
	after []Kind
	// names of what only staff read. Those of states, which residents read too,
	// are in the catalogs, under cards.state.KIND.
	names reservation.Names
}

// in is the built-in name in a language.
func (t *trait) in(lang i18n.Lang) string {
	if t.state {
		return i18n.Builtin().Text("cards.state." + string(t.kind)).In(lang)
	}
	return t.names.In(lang)
}

// called reports whether names are the built-in ones, in every language they
// are given in.
func (t *trait) called(names reservation.Names) bool {
	for lang, s := range names {
		if s != t.in(lang) {
			return false
		}
	}
	return true
}

// traits lists every kind, in the order of display.
var traits = []trait{
	{kind: Expected, state: true},
	{kind: Arrived, state: true, staff: true, after: []Kind{Expected, SentBack, Reissued}},
	{kind: Notified, state: true, staff: true, after: []Kind{Arrived, Returned}},
	{kind: Booked, state: true, staff: true, after: []Kind{Notified, NotifiedAgain, NoShow, Visited, Revisited}},
	{kind: Returned, state: true, staff: true, after: []Kind{Notified, NotifiedAgain},
		reasons: []string{"unknown-address", "moved", "kept-too-long", "refused", "other"}},
	{kind: Visited, state: true, staff: true, after: []Kind{Booked, Notified, NotifiedAgain, NoShow}},
	{kind: Delivered, state: true, staff: true, after: []Kind{Visited, Identified, Revisited},
		reasons: []string{"self", "guardian", "agent", "post"}},
	{kind: SentBack, state: true, staff: true, after: []Kind{Arrived, Visited, Identified, Revisited},
		reasons: []string{"photo", "chip", "changed-data", "other"}},
	{kind: NotifiedAgain, state: true, staff: true, after: []Kind{Notified, Returned, NoShow}},
	{kind: NoShow, state: true, staff: true, after: []Kind{Booked}},
	{kind: Identified, state: true, staff: true, after: []Kind{Visited, Revisited}},
	{kind: Revisited, state: true, staff: true, after: []Kind{Visited, Identified, Booked, Delivered},
		reasons: []string{"papers-missing", "pin", "system-down", "other"}},
	{kind: Reissued, state: true, staff: true, after: []Kind{Delivered, Discarded},
		reasons: []string{"lost", "damaged", "field-full", "number-changed", "other"}},
	{kind: Discarded, state: true, staff: true, after: []Kind{NotifiedAgain, Returned},
		reasons: []string{"unclaimed", "expired", "other"}},

	{kind: Stored, names: names("保管", "しまいました", "Stored")},
	{kind: SentOut, names: names("窓口へ送付", "[窓口|まどぐち]へ [送|おく]りました", "Sent out to the counter")},
	{kind: Confirmed, names: names("窓口で受領", "[窓口|まどぐち]に [着|つ]きました", "Received at the counter")},
	{kind: Rebooked, names: names("予約変更", "[予約|よやく]を [変|か]えました", "Booking changed")},
	{kind: HasOldCard, staff: true, names: names("住基カードあり", "[住基|じゅうき]カードを [持|も]って います", "Has a Basic Resident Register card")},
	{kind: NoOldCard, staff: true, names: names("住基カードなし", "[住基|じゅうき]カードは ありません", "Has no Basic Resident Register card")},
	{kind: OldCollected, staff: true, names: names("住基カード回収", "[住基|じゅうき]カードを [返|かえ]して もらいました", "Basic Resident Register card handed in")},
	{kind: PutOff, staff: true, reasons: []string{"hospital", "abroad", "other"},
		names: names("保管延長", "カードを とって おきます", "Kept longer")},
	{kind: PutOffEnded, staff: true, names: names("保管延長の終了", "とって おくのを やめました", "No longer kept longer")},
	{kind: Undone, reasons: []string{bookingCancelled, checkInUndone, lateArrival, bookingMoved}, names: names("取消", "とりけしました", "Undone")},
}

func names(ja, easy, en string) reservation.Names {
	return reservation.Names{i18n.Japanese: ja, i18n.EasyJapanese: easy, i18n.English: en}
}

// traitOf returns what is known of a kind, nil if it is none.
func traitOf(k Kind) *trait {
	i := slices.IndexFunc(traits, func(t trait) bool { return t.kind == k })
	if i < 0 {
		return nil
	}
	return &traits[i]
}

// Kinds lists every kind in the order of display.
func Kinds() []Kind { return kinds(func(trait) bool { return true }) }

// States lists the kinds that are states, Expected first.
func States() []Kind { return kinds(func(t trait) bool { return t.state }) }

// ByHand lists the kinds that staff register on the page of a case.
func ByHand() []Kind { return kinds(func(t trait) bool { return t.staff }) }

func kinds(which func(trait) bool) (list []Kind) {
	for _, t := range traits {
		if which(t) {
			list = append(list, t.kind)
		}
	}
	return list
}

// Known reports whether there is such a kind.
func (k Kind) Known() bool { return traitOf(k) != nil }

// IsState reports whether the kind is a state of a case.
func (k Kind) IsState() bool { t := traitOf(k); return t != nil && t.state }

// Reasons are the codes that may be given with a kind.
func (k Kind) Reasons() []string {
	if t := traitOf(k); t != nil {
		return t.reasons
	}
	return nil
}

// Usual reports whether the kind usually follows a state.
func (k Kind) Usual(state Kind) bool {
	t := traitOf(k)
	return t == nil || !t.state || slices.Contains(t.after, state)
}

// ForOfficials reports whether only officials register the kind, or take it
// back (S4-083).
func (k Kind) ForOfficials() bool { return k == Identified || k == Delivered }

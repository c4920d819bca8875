package bot

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/bot/understand"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// What residents ask of the counters at any question: which are open now
// (S4-054), when there is least going on (S2-013), and to be told when an earlier
// place comes free. They are found beside flows and answers; their words are in
// the catalogs under bot.counters.
const (
	asksOpen  = "counters:open"
	asksQuiet = "counters:quiet"
	asksWait  = "counters:wait"
)

// counterAsks are the questions with the words for them.
func counterAsks(c *i18n.Catalog) map[string]*i18n.Phrases {
	return map[string]*i18n.Phrases{
		asksOpen:  c.Phrases("bot.counters.open.asks"),
		asksQuiet: c.Phrases("bot.counters.quiet.asks"),
		asksWait:  c.Phrases("bot.counters.wait.asks"),
	}
}

// OpenHours is whether a counter receives people at this moment.
type OpenHours struct {
	Counter
	Until civil.Clock    // open until then; 0: closed now
	Next  civil.DateTime // closed: when it opens next; the zero value: not soon
}

// ofCounters returns the question of the counters that words surely are, "" if
// they are none.
func (d *dialog) ofCounters(c understand.Context, text string) string {
	return d.shelf.counterAsk(c, text, d.shelf.match(c, text))
}

// countersFrom is enough for words with the shape of a question where nothing
// else comes near: the answer costs nobody anything.
const countersFrom, countersLead = 0.6, 0.1

// counterAsk is the question of the counters that is first among matches, "" if
// none surely is.
func (s *Shelf) counterAsk(c understand.Context, text string, matches []understand.Candidate) string {
	if len(matches) == 0 || !s.asksOfCounters(matches[0].Value) {
		return ""
	}
	switch conf := matches[0].Confidence; {
	case matches[0].Value == asksOpen && conf < worded && !understand.Asking(c, text): // a counter by its name
	case conf >= actOn, conf >= countersFrom && understand.Asking(c, text) && (len(matches) == 1 || conf-matches[1].Confidence >= countersLead):
		return matches[0].Value
	}
	return ""
}

func (s *Shelf) asksOfCounters(value string) bool { return s.intents.asks[value] != nil }

// counterAnswer answers a question of the counters; the open question is put
// again afterwards.
func (d *dialog) counterAnswer(value, text string) error {
	d.s.Misses = 0
	switch value {
	case asksOpen:
		if err := d.sayOpen(); err != nil {
			return err
		}
		return d.again()
	case asksQuiet:
		return d.quiet()
	}
	return d.waitFor(text)
}

// sayOpen says which counters are open, those first, and when the others open.
// How far each is away is not known here: where they are stands beside them.
func (d *dialog) sayOpen() error {
	list, err := d.Desk.Hours(d.tx, d.s.Lang)
	if err != nil {
		return fmt.Errorf("look which counters are open: %w", err)
	}
	list = slices.DeleteFunc(list, func(h OpenHours) bool { return !within(d.in.Counters, h.ID) })
	slices.SortStableFunc(list, func(a, b OpenHours) int { return rankOf(a).Compare(rankOf(b)) })
	lang, lead := d.s.Lang, d.words.counters.noneOpen
	if len(list) > 0 && list[0].Until != 0 {
		lead = d.words.counters.openNow
	}
	lines := []string{lead.In(lang, i18n.Arg{Name: "time", Value: i18n.Markup(i18n.FormatClockShort(lang, d.now.Clock))})}
	for _, h := range list {
		line := "・" + h.Name + "："
		switch {
		case h.Until != 0:
			line += d.words.counters.openUntil.In(lang, i18n.Arg{Name: "until", Value: i18n.Markup(i18n.FormatClockShort(lang, h.Until))})
		case h.Next != (civil.DateTime{}):
			line += d.words.counters.opensNext.In(lang, i18n.Arg{Name: "next", Value: i18n.Markup(d.slotLabel(Offer{Start: h.Next}))})
		default:
			line += d.words.counters.shut.In(lang)
		}
		if lines = append(lines, line); h.Place != "" {
			lines = append(lines, "　"+h.Place)
		}
	}
	if len(list) > 1 {
		lines = append(lines, d.words.counters.near.In(lang))
	}
	d.add(Message{Text: strings.Join(lines, "\n")})
	return nil
}

// rankOf puts counters in order: those that are open, then the next to open.
func rankOf(h OpenHours) civil.DateTime {
	switch {
	case h.Until != 0:
		return civil.DateTime{}
	case h.Next == (civil.DateTime{}):
		return civil.DateTime{Date: civil.Date{Year: 9999, Month: 12, Day: 31}}
	}
	return h.Next
}

// quiet answers when there is least going on with times that can be booked: as
// offers where a time is asked for, else in words, and as offers when it is.
func (d *dialog) quiet() error {
	if d.atSlot() {
		d.s.Look = &Look{Quiet: true}
		return d.ask(d.step)
	}
	q := OfferQuery{Counters: d.in.Counters, Channel: d.in.Channel, Lang: d.s.Lang, From: d.notBefore()}
	if d.flow != nil {
		q.Service = d.s.Answer("service")
	}
	offers, usual, err := d.Desk.Quiet(d.tx, q)
	if err != nil {
		return fmt.Errorf("look for quiet times: %w", err)
	}
	if len(offers) == 0 {
		d.say(d.words.noneAtAll)
		return d.again()
	}
	lines := []string{d.quietLead(usual)}
	for _, o := range offers {
		lines = append(lines, "・"+d.slotLabel(o)+" "+o.Name)
	}
	d.add(Message{Text: strings.Join(lines, "\n")})
	if d.flow != nil {
		if d.s.Wish == nil {
			d.s.Wish = &Look{Quiet: true}
		}
		return d.again()
	}
	return d.menuWith(offers)
}

// quietLead says what the times are chosen by.
func (d *dialog) quietLead(usual bool) string {
	if usual {
		return d.words.counters.quietUsual.In(d.s.Lang)
	}
	return d.words.counters.quietFree.In(d.s.Lang)
}

// bookAt is the button of a time to book, with the time as its argument.
const bookAt = "book"

// menuWith is the menu with times to book before it.
func (d *dialog) menuWith(offers []Offer) error {
	if d.shelf.Current[reservationFlow] == nil {
		return d.menu()
	}
	var times []Choice
	for _, o := range offers {
		times = append(times, Choice{Value: "@" + bookAt + ":" + slotValue(o.Counter, o.Start), Label: d.slotLabel(o) + " " + o.Name})
	}
	return d.offerMenu(d.words.menu, times...)
}

// bookThen begins to book a time picked outside any procedure, as one picked in
// the calendar is.
func (d *dialog) bookThen(slot string) error {
	counter, _, ok := splitSlot(slot)
	f := d.shelf.Current[reservationFlow]
	if !ok || f == nil {
		d.say(d.words.oldButton)
		return d.repeat()
	}
	if err := d.leave(); err != nil {
		return err
	}
	d.enterFlow(f)
	d.s.Given = []Answer{{"what", "book"}, {"counter", counter}, {"visit", slot}}
	return d.walk()
}

// reservationFlow is the procedure in which bookings are made and changed.
const reservationFlow = "reservation"

// Wait is the way on from a question for a time of who wants to be told when one
// comes free, and the answer by which the reservation flow begins with it.
const wait = "wait"

// onlyEarlier reports whether words say no more than that an earlier time is
// wanted (もっと早い日, an earlier date): of the times there are, that is, and not
// of those that may come free.
func onlyEarlier(c understand.Context, text string) bool {
	wish, _ := understand.SlotWish(c, text)
	if n := len(strings.Fields(text)); n > 1 {
		return wish.Earlier && n <= 3
	}
	return wish.Earlier && utf8.RuneCountInString(text) <= 8
}

// waitFor leads to the waiting list: from the question for a time by the flow's
// own way, from elsewhere by the reservation flow.
func (d *dialog) waitFor(text string) error {
	if d.canWait() {
		if err := d.advance(wait); err != nil {
			return err
		}
		return d.walk()
	}
	f := d.shelf.Current[reservationFlow]
	if f == nil {
		return d.again()
	}
	if d.flow == nil || d.flow.Name == f.Name || len(d.s.Trail) == 0 {
		return d.begin(f, Answer{"what", wait})
	}
	return d.switchTo(f, text)
}

// canWait reports whether the open question has a way to the waiting list. Staff
// who lead a dialog have the places in view themselves.
func (d *dialog) canWait() bool {
	return d.atSlot() && d.step.Next[wait] != "" && d.in.Staff == ""
}

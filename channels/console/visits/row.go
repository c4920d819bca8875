package visits

import (
	"slices"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// row is a booking as lists show it.
type row struct {
	reservation.Booking
	Day, Time string // 2026年11月25日(水), 10:00
	Place     string // the counter's name
	Business  string // the service's name
	Way       string // the channel's name
	State     string // the status in words
	MadeDay   string // when it was booked
	Language  string // of the visitors, "" if unknown
	CasePath  string // of the progress case, "" if there is none to open
	Reception reservation.Reception
	Came      string // when, "" if not
	Result    string // the response in words
	// Receivable: that they came can be recorded now, or a no-show corrected.
	Receivable bool
}

// rows puts bookings into words.
func (a *area) rows(tx *store.Tx, q *console.Request, list []reservation.Booking) ([]row, error) {
	if len(list) == 0 {
		return nil, nil
	}
	t, err := a.Reservations.Timetable(tx)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(list))
	for i, b := range list {
		ids[i] = b.ID
	}
	langs, err := a.Reservations.Languages(tx, ids)
	if err != nil {
		return nil, err
	}
	received, err := a.Reservations.Receptions(tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]row, len(list))
	today := civil.In(tx.Now()).Date
	for i, b := range list {
		r := row{
			Booking: b, Day: i18n.FormatDay(q.Lang, b.Start.Date), Time: b.Start.Clock.String(),
			Place: counterName(q, t, b.Counter), Business: serviceName(q, t, b.Service),
			MadeDay: civil.In(b.Made).Date.String() + " " + civil.In(b.Made).Clock.String(), Way: wayText(q, b.Channel), State: statusText(q, b.Status), Reception: received[b.ID],
		}
		r.Receivable = (b.Status == reservation.Booked || b.Status == reservation.NoShow) && !today.Before(b.Start.Date)
		if l := langs[b.ID]; l != "" {
			r.Language = i18n.Name(l)
		}
		if b.Case != "" && a.Case != nil {
			r.CasePath = a.Case(b.Case)
		}
		if !r.Reception.Came.IsZero() {
			r.Came = civil.In(r.Reception.Came).Clock.String()
		}
		if v := t.Response(r.Reception.Response); v != nil {
			r.Result = i18n.Plain(v.Names.In(q.Lang))
		}
		out[i] = r
	}
	return out, nil
}

func counterName(q *console.Request, t *reservation.Timetable, id string) string {
	if c := t.Counter(id); c != nil {
		return i18n.Plain(c.Names.In(q.Lang))
	}
	return id
}

func serviceName(q *console.Request, t *reservation.Timetable, id string) string {
	if s := t.Service(id); s != nil {
		return i18n.Plain(s.Names.In(q.Lang))
	}
	return id
}

// channels are the ways bookings come in by, as the search offers them.
var channels = []string{"line", "web", "plain", "kiosk", "phone", "counter", "cli"}

func wayText(q *console.Request, channel string) string {
	if slices.Contains(channels, channel) {
		return q.T("visits.channel." + channel)
	}
	return channel
}

// statuses in the order of a visit's life.
var statuses = []reservation.Status{reservation.Booked, reservation.Visited, reservation.NoShow, reservation.Cancelled}

func statusText(q *console.Request, s reservation.Status) string {
	if slices.Contains(statuses, s) {
		return q.T("visits.status." + string(s))
	}
	return string(s)
}

// option is an entry of a list to choose from.
type option struct {
	Value, Label string
	Chosen       bool
}

func serviceOptions(q *console.Request, t *reservation.Timetable, chosen string) []option {
	var list []option
	for _, s := range t.Settings.Services {
		if !s.Hidden || s.ID == chosen {
			list = append(list, option{s.ID, i18n.Plain(s.Names.In(q.Lang)), s.ID == chosen})
		}
	}
	return list
}

func counterOptions(q *console.Request, t *reservation.Timetable, day civil.Date, chosen string) []option {
	var list []option
	for _, c := range counters(q, t, day) {
		list = append(list, option{c.ID, i18n.Plain(c.Names.In(q.Lang)), c.ID == chosen})
	}
	return list
}

package reports

import (
	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/report"
	"madoguchi/store/reservation"
)

// naming says what codes are called in the language of the console.
type naming struct {
	q      *console.Request
	table  *reservation.Timetable
	titles map[string]string // of flows
}

func (a *area) naming(tx *store.Tx, q *console.Request) (naming, error) {
	n := naming{q: q}
	var err error
	if n.table, err = a.Reservations.Timetable(tx); err != nil {
		return n, err
	}
	n.titles, err = a.Titles(tx, q.Lang)
	return n, err
}

// channels and outcomes are the codes that have a name in the catalogs.
var (
	channels  = map[string]bool{"web": true, "plain": true, "line": true, "kiosk": true, "phone": true, "counter": true, "staff": true, "cli": true, "console": true}
	outcomes  = map[string]bool{"booked": true, "changed": true, "cancelled": true, "kept": true, "handoff": true, "asked-to-call": true, "limit": true, "late": true, "over": true, "blocked": true}
	incidents = map[string]bool{"mail": true, "line": true, "line-event": true}
)

// of names an id of a division.
func (n naming) of(by report.By, id string) string {
	switch by {
	case report.ByCounter:
		return n.counter(id)
	case report.ByService:
		if s := n.table.Service(id); s != nil {
			return i18n.Bare(s.Names.In(n.q.Lang))
		}
	case report.ByChannel:
		return n.code("reports.channel.", id, channels)
	case report.ByLanguage:
		if id != "" {
			return i18n.Name(i18n.Lang(id))
		}
	}
	return n.orUnknown(id)
}

func (n naming) counter(id string) string {
	if c := n.table.Counter(id); c != nil {
		return i18n.Bare(c.Names.In(n.q.Lang))
	}
	return n.orUnknown(id)
}

func (n naming) flow(name string) string {
	if t := n.titles[name]; t != "" {
		return t
	}
	return n.orUnknown(name)
}

// code names a code, a code nobody has named by itself.
func (n naming) code(prefix, id string, known map[string]bool) string {
	if known[id] {
		return n.q.T(prefix + id)
	}
	return n.orUnknown(id)
}

func (n naming) orUnknown(id string) string {
	if id == "" {
		return n.q.T("reports.unknown")
	}
	return id
}

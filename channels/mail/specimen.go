package mail

import (
	"fmt"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/notice"
	"madoguchi/store/reservation"
)

// Kinds lists the letters there are: those of a booking's life, then the others.
func Kinds() []notice.Kind {
	return []notice.Kind{
		notice.Booked, notice.Changed, notice.Reminder, notice.Cancelled,
		notice.Confirm, notice.Register, notice.Reset, notice.Locked, notice.Tasks, notice.Place,
	}
}

// Specimen writes a letter as residents would get it, about a booking that does
// not exist: at the tenant's first counter on its next open day, for its first
// service. texts are the words to try. used are the keys of the texts it
// is made of, in order. It has no address and no calendar file.
func (w *Writer) Specimen(tx *store.Tx, texts *i18n.Catalog, kind notice.Kind, lang i18n.Lang) (l *Letter, used []string, err error) {
	t, err := w.Reservations.Timetable(tx)
	if err != nil {
		return nil, nil, fmt.Errorf("read the counters for a specimen: %w", err)
	}
	site, err := w.Site(tx)
	if err != nil {
		return nil, nil, fmt.Errorf("read the municipality for a specimen: %w", err)
	}
	p := &sheet{texts: texts, lang: lang, site: site}
	if apart[kind] {
		until := civil.In(tx.Now())
		a := Apart{Until: civil.DateTime{Date: until.Date.AddDays(1), Clock: 17 * 60}}
		if counters := t.Counters(until.Date); kind == notice.Place && len(counters) > 0 {
			a.When, a.Counter = civil.DateTime{Date: until.Date.AddDays(1), Clock: 10 * 60}, counters[0].Names.In(lang)
		}
		if kind == notice.Tasks {
			a.Page = w.Page(tx.Tenant())
			a.Lines = []string{"・…　" + texts.Text("plan.until").In(lang, i18n.Arg{Name: "last", Value: a.Until.Date})}
		}
		l = p.apart(kind, a, w.LinkPage(tx.Tenant(), "XXXXXXXXXXXXXXXXXXXXXXXXXX"))
		return l, p.used, nil
	}
	n := notice.Notice{Kind: kind, Lang: lang}
	if kind == notice.Booked {
		n.Key = "K7M2P-9QWXT"
	}
	tomorrow := civil.In(tx.Now()).Date.AddDays(1)
	b := reservation.Booking{Start: civil.DateTime{Date: tomorrow, Clock: 10 * 60}, Persons: 2, Receipt: 5, Status: reservation.Booked}
	if counters := t.Counters(tomorrow); len(counters) > 0 {
		b.Counter = counters[0].ID
		for i := range lookAhead {
			if day := t.Day(b.Counter, tomorrow.AddDays(i)); len(day.Slots) > 0 {
				b.Start = civil.DateTime{Date: day.Date, Clock: day.Slots[len(day.Slots)/4].Start}
				break
			}
		}
	}
	settings, _, err := w.Reservations.Settings(tx)
	if err != nil {
		return nil, nil, fmt.Errorf("read the services for a specimen: %w", err)
	}
	if len(settings.Services) > 0 {
		b.Service = settings.Services[0].ID
	}
	l = p.letter(n, b, t, w.Page(tx.Tenant()))
	return l, p.used, nil
}

// lookAhead is how many days a specimen looks for an open one: longer than the
// turn of the year.
const lookAhead = 14

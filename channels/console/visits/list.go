package visits

import (
	"bytes"
	"iter"
	"slices"
	"strconv"

	"madoguchi/channels/console"
	"madoguchi/channels/sheet"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// listPage is the day list of a counter (S4-104). It is one sheet of paper and
// therefore one page, bounded by what a counter takes in a day.
type listPage struct {
	Day           civil.Date
	Counter, Name string
	Heading       string
	Printed       string
	Rows          []row
}

// list serves GET visits/list/{day}/{counter}.
func (a *area) list(q *console.Request) error {
	p, err := a.readList(q, nil)
	if err != nil {
		return err
	}
	return q.Render("visits-list", "visits.list.title", p)
}

// listFile serves GET visits/list/{day}/{counter}/csv.
func (a *area) listFile(q *console.Request) error {
	p, err := a.readList(q, func(tx *store.Tx, p listPage) error {
		return tx.Audit(q.By(), "booking.export-day", p.Counter, "day", p.Day.String(), "rows", len(p.Rows))
	})
	if err != nil {
		return err
	}
	return file(q, "day-"+p.Day.String()+".csv", p.Rows)
}

// readList reads the list of the address; what follows is done in the same
// transaction.
func (a *area) readList(q *console.Request, then func(*store.Tx, listPage) error) (listPage, error) {
	day, ok := readDay(q.PathValue("day"))
	p := listPage{Day: day, Counter: q.PathValue("counter")}
	if !ok || !q.Account.AtCounter(p.Counter) {
		return p, console.ErrNotFound
	}
	run := q.View
	if then != nil {
		run = q.Update
	}
	err := run(func(tx *store.Tx) error {
		t, err := a.Reservations.Timetable(tx)
		if err != nil {
			return err
		}
		list, err := a.ofDay(tx, day, p.Counter)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(b reservation.Booking) bool { return b.Status == reservation.Cancelled })
		if t.Counter(p.Counter) == nil && len(list) == 0 {
			return console.ErrNotFound
		}
		p.Name, p.Heading = counterName(q, t, p.Counter), i18n.FormatDate(q.Lang, day)
		p.Printed = i18n.FormatDateTime(q.Lang, civil.In(tx.Now()))
		if p.Rows, err = a.rows(tx, q, list); err != nil || then == nil {
			return err
		}
		return then(tx, p)
	})
	return p, err
}

// file sends bookings as CSV.
func file(q *console.Request, name string, list []row) error {
	enc := sheet.UTF8
	if q.URL.Query().Get("encoding") == string(sheet.ShiftJIS) {
		enc = sheet.ShiftJIS
	}
	var head []string
	for _, c := range []string{"receipt", "day", "time", "counter", "service", "persons", "channel", "status", "made", "came", "collected", "response", "case", "id"} {
		head = append(head, q.T("visits.column."+c))
	}
	var b bytes.Buffer
	if _, err := sheet.Write(&b, enc, head, cells(q, list)); err != nil {
		return err
	}
	return q.File(name, "text/csv; charset="+string(enc), b.Bytes())
}

func cells(q *console.Request, list []row) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for _, r := range list {
			collected := ""
			if r.Came != "" {
				collected = q.T("visits.collected.no")
				if r.Reception.Collected {
					collected = q.T("visits.collected.yes")
				}
			}
			if !yield([]string{
				strconv.Itoa(r.Receipt), r.Start.Date.String(), r.Time, r.Place, r.Business, strconv.Itoa(r.Persons), r.Way, r.State,
				civil.In(r.Made).String(), r.Came, collected, r.Result, r.Case, r.ID,
			}) {
				return
			}
		}
	}
}

package people

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/resident"
)

// recordPage is one record.
type recordPage struct {
	ID       string
	State    resident.State
	Facts    []fact
	Full     bool // shown in full
	Reasons  []string
	Bookings []Booking
	Cards    []Card
	// HasBookings and HasCards: there is a room that knows of them.
	HasBookings, HasCards bool
	History               []step
	Older                 string // query of the page with older steps
	CreatedBy, UpdatedBy  string
	Created, Updated      string
}

type fact struct{ Name, Value string }

// step is a line of the record's history.
type step struct{ At, Who, What, Detail string }

// reasons are why somebody may look at a record in full; the log has the word.
var reasons = []string{"counter", "telephone", "card", "correction", "letter", "other"}

// record shows a record, masked.
func (a area) record(q *console.Request) error {
	var d recordPage
	err := q.Update(func(tx *store.Tx) error {
		r, err := a.Residents.Get(tx, q.PathValue("id"))
		if err != nil {
			return err
		}
		if err := tx.Audit(q.By(), "resident.view", r.ID); err != nil {
			return err
		}
		return a.fill(q, tx, &d, r, false)
	})
	if err != nil {
		return found(err)
	}
	return q.Render("people_record", "people.record.title", &d)
}

// show answers with the record in full.
func (a area) show(q *console.Request) error {
	reason := q.PostFormValue("reason")
	if !slices.Contains(reasons, reason) {
		return &console.Problem{Status: 422, Text: "people.show.no-reason"}
	}
	var d recordPage
	err := q.Update(func(tx *store.Tx) error {
		r, err := a.Residents.Get(tx, q.PathValue("id"))
		if err != nil {
			return err
		}
		if err := tx.Audit(q.By(), "resident.show", r.ID, "reason", reason); err != nil {
			return err
		}
		return a.fill(q, tx, &d, r, true)
	})
	if err != nil {
		return found(err)
	}
	return q.Render("people_record", "people.record.title", &d)
}

func (a area) fill(q *console.Request, tx *store.Tx, d *recordPage, r resident.Resident, full bool) error {
	fields, err := a.fields(tx)
	if err != nil {
		return err
	}
	d.ID, d.State, d.Full, d.Reasons = r.ID, r.State, full, reasons
	word := func(key string) string { return q.T(key) }
	for _, f := range fields {
		value := masked(f.Field, &r.Profile, q.Lang)
		if full {
			value = plain(f.Field, &r.Profile, q.Lang)
		}
		switch {
		case value == "" && f.Field == resident.News:
			value = q.T("people.news.no")
		case value == "":
		case f.Field == resident.SexOf && full:
			value = q.T("people.sex." + value)
		case f.Field == resident.News:
			value = q.T("people.news.yes")
		}
		d.Facts = append(d.Facts, fact{f.name(word), value})
	}
	d.Created, d.Updated = stamp(r.Created), stamp(r.Updated)
	if d.CreatedBy, err = a.who(q, tx, r.CreatedBy); err != nil {
		return err
	}
	if d.UpdatedBy, err = a.who(q, tx, r.UpdatedBy); err != nil {
		return err
	}
	if d.HasBookings = a.Bookings != nil; d.HasBookings {
		if d.Bookings, err = a.Bookings(tx, r); err != nil {
			return err
		}
	}
	if d.HasCards = a.Cards != nil; d.HasCards {
		if d.Cards, err = a.Cards(tx, r); err != nil {
			return err
		}
	}
	return a.history(q, tx, d)
}

// historySize is how many steps a page shows.
const historySize = 20

// history reads what was done with the record, newest first.
func (a area) history(q *console.Request, tx *store.Tx, d *recordPage) error {
	f := audit.Filter{Subject: d.ID, Limit: historySize + 1}
	if at, id, ok := strings.Cut(q.URL.Query().Get("before"), "."); ok {
		if ms, err := strconv.ParseInt(at, 10, 64); err == nil {
			f.After = &audit.Entry{At: store.FromMillis(ms), ID: id}
		}
	}
	list, err := audit.List(tx, f)
	if err != nil {
		return err
	}
	if len(list) > historySize {
		list = list[:historySize]
		last := list[historySize-1]
		d.Older = "?before=" + url.QueryEscape(fmt.Sprintf("%d.%s", store.Millis(last.At), last.ID))
	}
	for _, e := range list {
		who, err := a.who(q, tx, e.Who)
		if err != nil {
			return err
		}
		s := step{At: stamp(e.At), Who: who, What: q.T("people.action." + strings.TrimPrefix(e.Action, "resident."))}
		var detail struct{ Reason string }
		if json.Unmarshal([]byte(e.Detail), &detail) == nil && slices.Contains(reasons, detail.Reason) {
			s.Detail = q.T("people.reason." + detail.Reason)
		}
		d.History = append(d.History, s)
	}
	return nil
}

// who names the person or the part of the program that did something.
func (a area) who(q *console.Request, tx *store.Tx, id string) (string, error) {
	switch id {
	case "system", "cli", "resident":
		return q.T("people.who." + id), nil
	}
	if a.Staff != nil {
		name, err := a.Staff(tx, id)
		if err != nil || name != "" {
			return name, err
		}
	}
	if id == q.Account.ID {
		return q.Account.Name, nil
	}
	return q.T("people.who.staff", i18n.Arg{Name: "id", Value: id}), nil
}

// stamp is an instant to the second, on the wall clock.
func stamp(t time.Time) string { return t.In(civil.Tokyo).Format("2006/01/02 15:04:05") }

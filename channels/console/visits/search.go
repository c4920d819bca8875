package visits

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// The search (予約管理, S4-080, S4-081). What could name a person or open a
// booking is typed into a POST and travels on in the address under seal, so
// that it stands in no log and no list of visited pages; the rest of a search
// is an address that can be kept.

const (
	pageSize    = 50
	mostCounted = 10_000  // beyond it a list says "or more"
	mostRows    = 100_000 // of a CSV
	mostNamed   = 500     // bookings found by a name
	longest     = 366     // days of a period
	ahead       = 30      // days shown without a period
	classSearch = "search"
)

// sealed is the part of a search that stays out of addresses.
type sealed struct {
	Any      string `json:"a,omitempty"`
	Resident string `json:"r,omitempty"`
	Name     string `json:"n,omitempty"`
	Part     bool   `json:"p,omitempty"`
}

// searchPage is the form, and what was found.
type searchPage struct {
	sealed
	Receipt, From, To  string
	Made               bool // the period is that of booking
	Last               bool // the latest first
	Statuses, Counters []option
	Services, Channels []option
	Errors             map[string]string
	Searched           string // how it was understood, in words
	Rows               []row
	Pager              console.Pager
	More               bool // there are more than were counted
	CanName, CanPerson bool
	File               string // query of the CSV
	filter             reservation.Filter
}

// open are the values of a search that stand in its address.
var open = []string{"receipt", "status", "counter", "service", "channel", "period", "from", "to", "order"}

// look serves POST visits/search.
func (a *area) look(q *console.Request) error {
	v := url.Values{}
	for _, name := range open {
		if s := strings.TrimSpace(q.PostFormValue(name)); s != "" {
			v.Set(name, s)
		}
	}
	s := sealed{
		Any: strings.TrimSpace(q.PostFormValue("any")), Resident: strings.TrimSpace(q.PostFormValue("resident")),
		Name: strings.TrimSpace(q.PostFormValue("name")), Part: q.PostFormValue("match") == "part",
	}
	if s.Any+s.Resident+s.Name != "" {
		if len(s.Any)+len(s.Resident)+len(s.Name) > longestScan {
			return console.ErrBadForm
		}
		body, err := json.Marshal(s)
		if err != nil {
			return err
		}
		err = q.Update(func(tx *store.Tx) error {
			if s.Resident+s.Name != "" {
				if err := tx.Audit(q.By(), "booking.search-person", "", "by_name", s.Name != "", "by_resident", s.Resident != ""); err != nil {
					return err
				}
			}
			token, err := tx.Seal(classSearch, classSearch, body)
			v.Set("k", base64.RawURLEncoding.EncodeToString(token))
			return err
		})
		if err != nil {
			return err
		}
	}
	return q.See("visits/search?"+v.Encode(), "")
}

// search serves GET visits/search.
func (a *area) search(q *console.Request) error {
	var p searchPage
	err := q.View(func(tx *store.Tx) error {
		if err := a.read(tx, q, &p); err != nil || len(p.Errors) > 0 {
			return err
		}
		p.Pager = console.PagerOf(q.URL.Query(), pageSize)
		p.Pager.Page = min(p.Pager.Page, mostCounted/pageSize)
		f := p.filter
		f.Limit, f.Offset = pageSize, p.Pager.Offset()
		list, total, err := a.Reservations.Find(tx, f, mostCounted)
		p.Pager.Total, p.More = total, total == mostCounted
		if last := p.Pager.Pages(); err == nil && p.Pager.Page > last { // the list has become shorter
			p.Pager.Page = last
			f.Offset = p.Pager.Offset()
			list, _, err = a.Reservations.Find(tx, f, mostCounted)
		}
		if err != nil {
			return err
		}
		p.Rows, err = a.rows(tx, q, list)
		return err
	})
	if err != nil {
		return err
	}
	if len(p.Errors) > 0 {
		return q.Again("visits-search", "visits.search.title", p)
	}
	return q.Render("visits-search", "visits.search.title", p)
}

// searchFile serves GET visits/search/csv: the whole result. It is read before
// the row of the log is written, because a write waits for nobody's long list.
func (a *area) searchFile(q *console.Request) error {
	var list []row
	var p searchPage
	err := q.View(func(tx *store.Tx) error {
		list = nil
		if err := a.read(tx, q, &p); err != nil {
			return err
		}
		if len(p.Errors) > 0 {
			return console.ErrBadForm
		}
		n, err := a.Reservations.Count(tx, p.filter, mostRows+1)
		if err != nil {
			return err
		}
		if n > mostRows {
			return &console.Problem{Status: http.StatusUnprocessableEntity, Text: "visits.search.too-many", Args: []i18n.Arg{{Name: "max", Value: mostRows}}}
		}
		f := p.filter
		f.Limit = 500
		for ; f.Offset < n; f.Offset += f.Limit {
			page, _, err := a.Reservations.Search(tx, f)
			if err != nil {
				return err
			}
			some, err := a.rows(tx, q, page)
			if err != nil {
				return err
			}
			list = append(list, some...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	detail := []any{"rows", len(list), "sealed", p.sealed != (sealed{})}
	for _, name := range open {
		if s := q.URL.Query().Get(name); s != "" {
			detail = append(detail, name, s)
		}
	}
	if err := q.Update(func(tx *store.Tx) error { return tx.Audit(q.By(), "booking.export", "", detail...) }); err != nil {
		return err
	}
	return file(q, "bookings.csv", list)
}

// read takes the search from the address and makes a filter of it. What is
// wrong with it stands in Errors, by field.
func (a *area) read(tx *store.Tx, q *console.Request, p *searchPage) error {
	v := q.URL.Query()
	*p = searchPage{
		Receipt: v.Get("receipt"), From: v.Get("from"), To: v.Get("to"), Made: v.Get("period") == "made",
		Last: v.Get("order") == "last", Errors: map[string]string{}, CanName: a.Names != nil, CanPerson: a.Residents != nil,
	}
	t, err := a.Reservations.Timetable(tx)
	if err != nil {
		return err
	}
	if k := v.Get("k"); k != "" {
		token, err := base64.RawURLEncoding.DecodeString(k)
		if err != nil {
			return console.ErrBadForm
		}
		body, err := tx.Unseal(classSearch, classSearch, token)
		if err != nil || json.Unmarshal(body, &p.sealed) != nil {
			return console.ErrBadForm
		}
	}
	v.Del("page")
	v.Del("lang")
	p.File = v.Encode()
	f := &p.filter
	f.Counters, f.Service, f.Channel = mine(q), v.Get("service"), v.Get("channel")
	status := reservation.Status(v.Get("status"))
	if slices.Contains(statuses, status) {
		f.Statuses = []reservation.Status{status}
	}
	if c := v.Get("counter"); c != "" {
		if !q.Account.AtCounter(c) {
			return console.ErrNotFound
		}
		f.Counter = c
	}
	for _, s := range statuses {
		p.Statuses = append(p.Statuses, option{string(s), q.T("visits.search.only." + string(s)), s == status})
	}
	for _, c := range channels {
		p.Channels = append(p.Channels, option{c, wayText(q, c), c == f.Channel})
	}
	p.Counters = counterOptions(q, t, civil.Date{}, f.Counter)
	p.Services = serviceOptions(q, t, f.Service)

	if p.Receipt != "" {
		if f.Receipt = receiptOf(width.Fold.String(p.Receipt)); f.Receipt == 0 {
			p.Errors["receipt"] = q.T("visits.search.bad-receipt")
		}
	}
	if err := a.persons(tx, q, p); err != nil {
		return err
	}
	a.period(tx, q, p)
	f.Order = reservation.ByVisit
	switch {
	case p.Made && p.Last:
		f.Order = reservation.ByMadeLast
	case p.Made:
		f.Order = reservation.ByMade
	case p.Last:
		f.Order = reservation.ByVisitLast
	}
	return nil
}

// persons turns what was typed about a person or a code into bookings.
func (a *area) persons(tx *store.Tx, q *console.Request, p *searchPage) error {
	f := &p.filter
	narrow := func(ids []string) {
		if f.IDs == nil {
			f.IDs = append([]string{}, ids...)
			return
		}
		f.IDs = slices.DeleteFunc(f.IDs, func(id string) bool { return !slices.Contains(ids, id) })
	}
	if p.Any != "" {
		text := width.Fold.String(p.Any)
		day, isDay := readDay(text)
		switch n := receiptOf(text); {
		case isDay:
			p.From, p.To = day.String(), day.String()
			p.Searched = q.T("visits.search.as-day")
		case n > 0:
			f.Receipt = n
			if p.Searched = q.T("visits.search.as-receipt"); p.From == "" && p.To == "" {
				today := civil.In(tx.Now()).Date.String() // numbers begin anew every day (S4-037)
				p.From, p.To = today, today
			}
		default:
			p.Searched = q.T("visits.search.as-code")
			ids, err := a.byCode(tx, p.Any)
			if err != nil {
				return err
			}
			narrow(ids)
		}
	}
	if p.Resident != "" && a.Residents != nil {
		ids, err := a.Residents(tx, strings.TrimSpace(width.Fold.String(p.Resident)))
		if err != nil {
			return err
		}
		narrow(ids)
	}
	if p.Name != "" && a.Names != nil {
		ids, err := a.Names(tx, p.Name, p.Part, mostNamed)
		if err != nil {
			return err
		}
		narrow(ids)
	}
	return nil
}

// byCode finds the bookings behind an access key, a link code, a resident ID, or
// a booking's own id.
func (a *area) byCode(tx *store.Tx, text string) ([]string, error) {
	var ids []string
	for _, s := range scanned(text) {
		for _, find := range []func(*store.Tx, string) (reservation.Booking, error){a.Reservations.OfKey, a.Reservations.ByID} {
			b, err := find(tx, s)
			if err == nil {
				ids = append(ids, b.ID)
			} else if !errors.Is(err, reservation.ErrNotFound) {
				return nil, err
			}
		}
		for _, find := range a.finders() {
			found, err := find(tx, s)
			if err != nil {
				return nil, err
			}
			ids = append(ids, found...)
		}
	}
	return ids, nil
}

// period reads the days of a search. Without any, what is named by a code is
// shown whenever it is, and everything else for the coming weeks; a period is
// bounded, so that a list of years is not read to the end (S4-081).
func (a *area) period(tx *store.Tx, q *console.Request, p *searchPage) {
	f := &p.filter
	today := civil.In(tx.Now()).Date
	var from, to civil.Date
	for _, d := range []struct {
		name, text string
		day        *civil.Date
	}{{"from", p.From, &from}, {"to", p.To, &to}} {
		if d.text == "" {
			continue
		}
		var ok bool
		if *d.day, ok = readDay(d.text); !ok {
			p.Errors[d.name] = q.T("visits.search.bad-day")
		}
	}
	if len(p.Errors) > 0 {
		return
	}
	switch {
	case from.IsZero() && to.IsZero() && f.IDs != nil:
		return
	case from.IsZero() && to.IsZero() && p.Made:
		from, to = today.AddDays(-ahead), today
	case from.IsZero() && to.IsZero():
		from, to = today, today.AddDays(ahead)
	case from.IsZero():
		from = to.AddDays(1 - longest)
	case to.IsZero():
		to = from.AddDays(longest - 1)
	}
	if to.Before(from) {
		p.Errors["to"] = q.T("visits.search.backwards")
		return
	}
	if to.Sub(from) >= longest {
		p.Errors["to"] = q.T("visits.search.long-period", i18n.Arg{Name: "max", Value: strconv.Itoa(longest)})
		return
	}
	p.From, p.To = from.String(), to.String()
	if p.Made {
		f.MadeFrom, f.MadeUntil = civil.DateTime{Date: from}.At(), civil.DateTime{Date: to.AddDays(1)}.At()
		return
	}
	f.From, f.To = from, to
}

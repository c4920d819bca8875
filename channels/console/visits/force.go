package visits

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"madoguchi/bot/action"
	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
)

// reasons are why staff go beyond the limits; the choice stands in the audit
// log.
var reasons = []string{"circumstances", "our-error", "continued", "instruction", "other", walkInReason}

// walkInReason is the reason of somebody without booking for whom the slot was
// full; it is not among those to choose.
const walkInReason = "walk-in"

// longestRemark bounds the words beside a reason, in characters. They stand in
// the audit log for good, so the page asks for none about people.
const longestRemark = 80

// once is the name of a form that makes a booking, as it was drawn: sent twice,
// by a double press or a reload, it makes one. The account is part of it.
func once(q *console.Request) (string, error) {
	name := q.PostFormValue("once")
	if name == "" || len(name) > longestOnce {
		return "", console.ErrBadForm
	}
	return q.By() + "." + name, nil
}

// longestOnce bounds the name of a form, in bytes; ours have 36.
const longestOnce = 64

// walkInPage is somebody without a booking (S4-078).
type walkInPage struct {
	Once               string
	Counters, Services []option
	Persons, Code      string
	Error, CodeError   string
	CanCode            bool
	Full               bool // it was refused because the slot is full
	Over               bool
}

// walkInPage serves GET visits/walk-in.
func (a *area) walkInPage(q *console.Request) error {
	p := walkInPage{Once: store.NewID(), Persons: "1", CanCode: a.CaseOf != nil}
	if err := q.View(func(tx *store.Tx) error {
		return a.choices(tx, q, civil.In(tx.Now()).Date, q.URL.Query().Get("counter"), "", &p.Counters, &p.Services)
	}); err != nil {
		return err
	}
	return q.Render("visits-walk-in", "visits.walk-in.title", p)
}

// choices fills in the counters of a day, of any for the zero date, and the
// services.
func (a *area) choices(tx *store.Tx, q *console.Request, day civil.Date, counter, service string, into, services *[]option) error {
	t, err := a.Reservations.Timetable(tx)
	if err != nil {
		return err
	}
	*into = counterOptions(q, t, day, counter)
	*services = serviceOptions(q, t, service)
	return nil
}

// walkIn serves POST visits/walk-in: a booking in the slot under way and the
// check-in, in one.
func (a *area) walkIn(q *console.Request) error {
	counter, service := q.PostFormValue("counter"), q.PostFormValue("service")
	p := walkInPage{
		Once: q.PostFormValue("once"), Persons: q.PostFormValue("persons"), Code: q.PostFormValue("code"), CanCode: a.CaseOf != nil,
		Over: q.PostFormValue("over") == "yes",
	}
	if !q.Account.AtCounter(counter) {
		return console.ErrNotFound
	}
	form, err := once(q)
	if err != nil {
		return err
	}
	var b reservation.Booking
	err = q.Update(func(tx *store.Tx) (err error) {
		b, _, err = a.Reservations.Once(tx, form, func() (b reservation.Booking, key string, err error) {
			start, err := a.underWay(tx, counter)
			if err != nil {
				return b, "", err
			}
			r := reservation.BookRequest{
				Counter: counter, Start: start, Service: service, Persons: number(p.Persons), Group: reservation.Internal,
				Channel: action.AtCounter, By: q.By(), WalkIn: true,
			}
			if r.Case, err = a.caseOf(tx, p.Code); err != nil {
				return b, "", err
			}
			if p.Over && q.May(staff.ForceVisits) {
				r.Over, r.Why = true, walkInReason
			}
			if b, key, err = a.Reservations.Book(tx, r); err != nil {
				return b, "", err
			}
			b, err = a.Reservations.CheckIn(tx, b.ID, by(q))
			return b, key, err
		})
		return err
	})
	if p.Full = errors.Is(err, reservation.ErrFull); errors.As(err, new(reservation.ErrUnknown)) {
		return console.ErrNotFound
	}
	refused := errors.Is(err, errCode)
	if refused {
		p.CodeError = q.T("visits.code.unknown")
	} else {
		p.Error, refused = asRefusal(q, err)
	}
	if refused {
		if err := q.View(func(tx *store.Tx) error {
			return a.choices(tx, q, civil.In(tx.Now()).Date, counter, service, &p.Counters, &p.Services)
		}); err != nil {
			return err
		}
		return q.Again("visits-walk-in", "visits.walk-in.title", p)
	}
	if err != nil {
		return err
	}
	return q.See("visits/booking/"+b.ID, "visits.done.walk-in", i18n.Arg{Name: "n", Value: b.Receipt})
}

// underWay is the slot in which somebody who stands at a counter now is
// received: the one that has begun, else the next of the day.
func (a *area) underWay(tx *store.Tx, counter string) (civil.DateTime, error) {
	t, err := a.Reservations.Timetable(tx)
	if err != nil {
		return civil.DateTime{}, err
	}
	now := civil.In(tx.Now())
	plan := t.Day(counter, now.Date)
	for _, s := range plan.Slots {
		if now.Clock < s.End() {
			return civil.DateTime{Date: now.Date, Clock: s.Start}, nil
		}
	}
	return civil.DateTime{}, reservation.ErrClosed{Reason: plan.Reason}
}

// errCode is a link code that no card has.
var errCode = errors.New("there is no case with this code")

// caseOf is the case of the link code that was typed, "" for none. The error is
// errCode for a code nobody has.
func (a *area) caseOf(tx *store.Tx, code string) (string, error) {
	if code = strings.TrimSpace(code); code == "" || a.CaseOf == nil {
		return "", nil
	}
	id, err := a.CaseOf(tx, code)
	if errors.Is(err, store.ErrNotFound) {
		return "", errCode
	}
	return id, err
}

// number reads a small number; what is none is 0, which every service refuses.
func number(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0
	}
	return n
}

// forcePage is a booking beyond the limits (枠外で予約する).
type forcePage struct {
	Once                        string
	Counters, Services, Reasons []option
	Day, Time, Persons, Remark  string
	Code                        string
	CanCode                     bool
	Error                       string
	Errors                      map[string]string // by field
}

// forcePage serves GET visits/force.
func (a *area) forcePage(q *console.Request) error {
	v := q.URL.Query()
	p := forcePage{Once: store.NewID(), Day: v.Get("day"), Time: v.Get("time"), Persons: "1", CanCode: a.CaseOf != nil}
	if err := a.fillForce(q, &p, v.Get("counter"), "", ""); err != nil {
		return err
	}
	return q.Render("visits-force", "visits.force.title", p)
}

func (a *area) fillForce(q *console.Request, p *forcePage, counter, service, reason string) error {
	for _, r := range reasons[:len(reasons)-1] {
		p.Reasons = append(p.Reasons, option{r, q.T("visits.reason." + r), r == reason})
	}
	return q.View(func(tx *store.Tx) error {
		if p.Day == "" {
			p.Day = civil.In(tx.Now()).Date.String()
		}
		return a.choices(tx, q, civil.Date{}, counter, service, &p.Counters, &p.Services)
	})
}

// force serves POST visits/force.
func (a *area) force(q *console.Request) error {
	counter, service, reason := q.PostFormValue("counter"), q.PostFormValue("service"), q.PostFormValue("reason")
	p := forcePage{
		Once: q.PostFormValue("once"), Day: q.PostFormValue("day"), Time: q.PostFormValue("time"), Persons: q.PostFormValue("persons"),
		Remark: strings.TrimSpace(q.PostFormValue("remark")), Code: q.PostFormValue("code"), CanCode: a.CaseOf != nil, Errors: map[string]string{},
	}
	if !q.Account.AtCounter(counter) {
		return console.ErrNotFound
	}
	form, err := once(q)
	if err != nil {
		return err
	}
	day, ok := readDay(p.Day)
	if !ok {
		p.Errors["day"] = q.T("visits.force.bad-day")
	}
	clock, err := civil.ParseClock(strings.TrimSpace(p.Time))
	if err != nil {
		p.Errors["time"] = q.T("visits.force.bad-time")
	}
	if !slices.Contains(reasons, reason) {
		p.Errors["reason"] = q.T("visits.force.no-reason")
	}
	if utf8.RuneCountInString(p.Remark) > longestRemark {
		p.Errors["remark"] = q.T("visits.force.long-remark", i18n.Arg{Name: "max", Value: longestRemark})
	}
	var b reservation.Booking
	var key string
	if len(p.Errors) == 0 {
		err = q.Update(func(tx *store.Tx) (err error) {
			b, key, err = a.Reservations.Once(tx, form, func() (b reservation.Booking, key string, err error) {
				card, err := a.caseOf(tx, p.Code)
				if err != nil {
					return b, "", err
				}
				return a.Reservations.Book(tx, reservation.BookRequest{
					Counter: counter, Start: civil.DateTime{Date: day, Clock: clock}, Service: service, Persons: number(p.Persons),
					Group: reservation.Internal, Channel: action.AtCounter, By: q.By(), Over: true, Why: reason, Remark: p.Remark, Case: card,
				})
			})
			return err
		})
		if errors.As(err, new(reservation.ErrUnknown)) {
			return console.ErrNotFound
		}
		if errors.Is(err, errCode) {
			p.Errors["code"] = q.T("visits.code.unknown")
		} else if text, refused := asRefusal(q, err); refused {
			p.Error = text
		} else if err != nil {
			return err
		}
	}
	if p.Error != "" || len(p.Errors) > 0 {
		if err := a.fillForce(q, &p, counter, service, reason); err != nil {
			return err
		}
		return q.Again("visits-force", "visits.force.title", p)
	}
	return q.See("visits/booking/"+b.ID, "visits.done.forced", i18n.Arg{Name: "n", Value: b.Receipt}, i18n.Arg{Name: "key", Value: key})
}

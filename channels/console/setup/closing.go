package setup

import (
	"slices"

	"madoguchi/channels/console"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/relocation"
	"madoguchi/store/reservation"
)

// closingPage is the way to close a counter (S4-138): which, from when to when,
// what becomes of its bookings, look, do.
type closingPage struct {
	Form   *form
	Looked bool
	Impact impact
}

// closing closes a counter for some days, or for good where no last day is
// given. It acts on the settings in force and on those that wait for their day,
// not on the person's draft.
func (d *desk) closing(q *console.Request) error {
	var p closingPage
	var work string
	view := q.View
	if q.Method == "POST" && q.PostFormValue("do") == "close" {
		view = q.Update
	}
	done := false
	err := view(func(tx *store.Tx) error {
		p, work, done = closingPage{}, "", false
		s, base, err := d.Reservations.Settings(tx)
		if err != nil {
			return err
		}
		t, err := d.Tenants.In(tx)
		if err != nil {
			return err
		}
		langs := d.offered(t.Settings.Languages)
		p.Form = &form{Action: "setup/close", Back: "setup", BackText: "setup.back", Sets: []fieldset{{Legend: "setup.set.closing", Hint: "setup.hint.closing",
			Fields: append([]*field{
				counterField(q, s, q.URL.Query().Get("counter"), false),
				{Name: "from", Label: q.T("setup.closing.from"), Kind: "date", Must: true},
				{Name: "to", Label: q.T("setup.closing.to"), Kind: "date", Hint: q.T("setup.hint.closing-to")},
			}, nameFields(q, "reason", "setup.field.reason", nil, langs, false)...)}}}
		if q.Method == "GET" {
			return nil
		}
		f := p.Form
		f.fill(q)
		f.must(q, "counter", "from")
		from, to := f.date(q, "from", false), f.date(q, "to", false)
		if findCounter(&s, f.get("counter")) < 0 {
			f.wrong("counter", q.T("setup.wrong.empty"))
		}
		if today := civil.In(tx.Now()).Date.String(); from != "" && from < today {
			f.wrong("from", q.T("setup.wrong.effective"))
		}
		if to != "" && to < from {
			f.wrong("to", q.T("setup.fault.to-before-from"))
		}
		if f.bad() {
			return nil
		}
		change := closeCounter(f.get("counter"), from, to, f.names("reason", nil, langs))
		preview, err := d.Reservations.PreviewEverywhere(tx, change)
		if err != nil {
			return err
		}
		concerns := func(m reservation.Misfit) bool {
			day := m.Booking.Start.Date.String()
			return m.Booking.Counter == f.get("counter") && day >= from && (to == "" || day <= to)
		}
		misfits, err := preview.Misfits(tx)
		if err != nil {
			return err
		}
		misfits = slices.DeleteFunc(misfits, func(m reservation.Misfit) bool { return !concerns(m) })
		if q.PostFormValue("do") != "close" {
			p.Looked = true
			p.Impact, err = d.impact(q, tx, preview, misfits)
			return err
		}
		choices, err := choose(q, tx, preview, misfits)
		if err != nil {
			return err
		}
		if _, err := d.Reservations.SaveEverywhere(tx, base, q.By(), change); err != nil {
			return settingsProblem(err)
		}
		done = true
		if err := tx.Audit(q.By(), "reservation.counter-closed", f.get("counter"), "from", from, "to", to, "bookings", len(choices)); err != nil {
			return err
		}
		if slices.ContainsFunc(choices, func(c relocation.Choice) bool { return c.Act != relocation.Leave }) {
			work, err = d.Relocations.Begin(tx, "closing", choices, q.By())
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case work != "":
		d.begin(q, work)
		return q.See("setup/relocations/"+work, "setup.done.closed")
	case done:
		return q.See("setup", "setup.done.closed")
	case p.Form.bad():
		return q.Again("setup-close", "setup.closing.title", p)
	}
	return q.Render("setup-close", "setup.closing.title", p)
}

// closeCounter is the change to settings that closes a counter: a closure, or
// where it has no end the last day of operation.
func closeCounter(counter, from, to string, reason reservation.Names) func(*reservation.Settings) {
	return func(s *reservation.Settings) {
		i := findCounter(s, counter)
		if i < 0 {
			return // an edition without this counter
		}
		if to != "" {
			s.Closures = append(s.Closures, reservation.Closure{Days: reservation.Days{From: from, To: to}, Counter: counter, Reason: reason})
			return
		}
		c := &s.Counters[i]
		first, err := civil.ParseDate(from)
		if err != nil {
			return // the form has read it
		}
		last := first.AddDays(-1).String()
		if c.From != "" && last < c.From {
			c.Hidden = true
		} else if c.To == "" || last < c.To {
			c.To = last
		}
	}
}

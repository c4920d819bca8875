package setup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"madoguchi/channels/console"
	"madoguchi/channels/console/setup/plan"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/relocation"
	"madoguchi/store/reservation"
)

// savePage is where a draft is looked over before it is saved: what changes,
// from when, which bookings lose their place and what becomes of them.
type savePage struct {
	Head      head
	Changes   []said
	Effective string // as typed
	Error     string // beside the date
	Faults    []string
	Stale     bool
	Until     string
	Later     int  // editions that wait for their day
	Everyone  bool // put the changes into those too
	Impact    impact
}

// impact are the bookings that lose their place, and what is to become of them.
type impact struct {
	Total   int // all of them, those flagged already included
	Already int
	Counts  []impactCount
	Lines   []impactLine
	Pager   console.Pager
	Act     string   // of all that have no choice of their own
	Kept    []hidden // choices for bookings on other pages
	// Proposed: there is a proposal for each; with very many there is not.
	Proposed bool
	NoPlace  int
}

type hidden struct{ Name, Value string }

// impactCount is how many bookings of a day at a counter lose their place.
type impactCount struct {
	Day, Counter string
	N            int
}

type impactLine struct {
	ID       string
	Counter  string
	Start    string
	Receipt  int
	Service  string
	Persons  int
	Reason   string
	Already  bool
	Reach    string // how the resident will hear of it
	Proposal string
	Act      string
}

// impactSize is how many bookings a page shows.
const impactSize = 50

// save shows what saving the draft would do, and does it.
func (d *desk) save(q *console.Request) error {
	if q.Method == "GET" {
		p, err := d.look(q)
		if err != nil {
			return err
		}
		return q.Render("setup-save", "setup.save.title", p)
	}
	if q.PostFormValue("do") != "save" {
		p, err := d.look(q)
		if err != nil {
			return err
		}
		if p.Error != "" || len(p.Faults) > 0 {
			return q.Again("setup-save", "setup.save.title", p)
		}
		return q.Render("setup-save", "setup.save.title", p)
	}
	var work string
	var refused bool
	err := q.Update(func(tx *store.Tx) (err error) {
		work, refused = "", false
		draft, h, err := d.load(q, tx)
		if err != nil {
			return err
		}
		effective, ok := effectiveOf(q, tx, draft)
		if !ok || h.Stale || !h.Kept {
			refused = true
			return nil
		}
		saves, err := d.saves(tx, draft, effective, q.PostFormValue("everyone") != "")
		if err != nil {
			return err
		}
		preview, err := d.Reservations.PreviewSaves(tx, saves)
		if reservation.Faults(err) != nil || errors.Is(err, reservation.ErrPast) {
			refused = true
			return nil
		}
		if err != nil {
			return err
		}
		misfits, err := preview.Misfits(tx)
		if err != nil {
			return err
		}
		choices, err := choose(q, tx, preview, misfits)
		if err != nil {
			return err
		}
		if err := d.saveDraft(q, tx, draft.Base, saves); err != nil {
			return err
		}
		if slices.ContainsFunc(choices, func(c relocation.Choice) bool { return c.Act != relocation.Leave }) {
			work, err = d.Relocations.Begin(tx, "settings", choices, q.By())
		}
		return err
	})
	if errors.Is(err, reservation.ErrStale) {
		refused, err = true, nil
	}
	if err != nil {
		return err
	}
	if refused {
		p, err := d.look(q)
		if err != nil {
			return err
		}
		return q.Again("setup-save", "setup.save.title", p)
	}
	if work == "" {
		return q.See("setup", "setup.done.saved")
	}
	d.begin(q, work)
	return q.See("setup/relocations/"+work, "setup.done.saved")
}

// saves is what saving a draft writes: the draft from its day on and, with
// everyone, the same changes in the editions that wait for a later day. One that
// would not hold together with them stays as it was saved.
func (d *desk) saves(tx *store.Tx, draft reservation.Draft, effective civil.Date, everyone bool) ([]reservation.Save, error) {
	list := []reservation.Save{{Settings: draft.Settings, Effective: effective}}
	if !everyone {
		return list, nil
	}
	later, err := d.later(tx, effective)
	if err != nil {
		return nil, err
	}
	for _, e := range later {
		theirs, err := d.Reservations.SettingsAt(tx, e.Version)
		if err != nil {
			return nil, err
		}
		merged, _ := reservation.Merge(draft.Begun, draft.Settings, theirs)
		if _, err := reservation.Compile(merged, civil.Holiday); err == nil {
			list = append(list, reservation.Save{Settings: merged, Effective: e.Effective})
		}
	}
	return list, nil
}

// later returns the editions that take over after one that begins on a day; zero
// is today.
func (d *desk) later(tx *store.Tx, effective civil.Date) ([]reservation.Saved, error) {
	editions, err := d.Reservations.Editions(tx)
	if err != nil {
		return nil, err
	}
	if effective.IsZero() {
		effective = civil.In(tx.Now()).Date
	}
	return slices.DeleteFunc(editions, func(e reservation.Saved) bool { return !e.Effective.After(effective) }), nil
}

// saveDraft saves what saves returned and forgets the draft.
func (d *desk) saveDraft(q *console.Request, tx *store.Tx, base int64, saves []reservation.Save) error {
	for _, s := range saves {
		var err error
		if base, err = d.Reservations.SaveSettingsFrom(tx, s.Settings, base, s.Effective, q.By()); err != nil {
			return err
		}
	}
	return d.Reservations.DropDraft(tx, q.By())
}

// atOnce is how long a person waits for the first bookings to be moved; the
// rest is done by the periodic job.
const atOnce = 3 * time.Second

// begin does what it can of a relocation at once.
func (d *desk) begin(q *console.Request, work string) {
	ctx, cancel := context.WithTimeout(q.Context(), atOnce)
	defer cancel()
	// An error shows as bookings that still wait; the job takes them up.
	_ = d.Relocations.Run(ctx, d.DB, q.Tenant, work)
}

// effectiveOf is the day typed into the form, else the draft's own; zero is at
// once. ok is false for a day that does not exist or is over.
func effectiveOf(q *console.Request, tx *store.Tx, draft reservation.Draft) (civil.Date, bool) {
	effective := draft.Effective
	if q.Method == "POST" {
		effective = civil.Date{}
		if s := strings.TrimSpace(q.PostFormValue("effective")); s != "" {
			day, ok := plan.Day(s, false)
			if !ok {
				return effective, false
			}
			effective, _ = civil.ParseDate(day) // plan.Day has
		}
	}
	return effective, effective.IsZero() || !effective.Before(civil.In(tx.Now()).Date)
}

// look is the page, with what the form says so far. A date typed is kept with
// the draft, so that the calendar shows it too.
func (d *desk) look(q *console.Request) (savePage, error) {
	var p savePage
	if q.Method == "POST" {
		err := q.Update(func(tx *store.Tx) error {
			draft, err := d.Reservations.Draft(tx, q.By())
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			effective, ok := effectiveOf(q, tx, draft)
			if !ok || effective == draft.Effective {
				return nil
			}
			draft.Effective = effective
			return d.Reservations.KeepDraft(tx, q.By(), draft)
		})
		if err != nil {
			return p, err
		}
	}
	err := q.View(func(tx *store.Tx) error {
		draft, h, err := d.load(q, tx)
		if err != nil {
			return err
		}
		p = savePage{Head: h, Stale: h.Stale, Changes: describeAll(q, draft.Settings, h.Differences)}
		effective, ok := effectiveOf(q, tx, draft)
		p.Everyone = q.Method == "GET" || q.PostFormValue("everyone") != ""
		if !ok {
			p.Error, p.Effective = q.T("setup.wrong.effective"), q.PostFormValue("effective")
			if q.Method == "GET" {
				p.Effective = draft.Effective.String()
			}
			return nil
		}
		if !effective.IsZero() {
			p.Effective = effective.String()
		}
		later, err := d.later(tx, effective)
		if err != nil {
			return err
		}
		p.Later = len(later)
		saves, err := d.saves(tx, draft, effective, p.Everyone)
		if err != nil {
			return err
		}
		preview, err := d.Reservations.PreviewSaves(tx, saves)
		if faults := reservation.Faults(err); faults != nil {
			for _, f := range faults {
				p.Faults = append(p.Faults, placeText(q, f.At)+"："+faultText(q, f))
			}
			return nil
		}
		if err != nil {
			return err
		}
		if len(later) > 0 {
			p.Until = dateText(q, later[0].Effective.AddDays(-1))
		}
		misfits, err := preview.Misfits(tx)
		if err != nil {
			return err
		}
		p.Impact, err = d.impact(q, tx, preview, misfits)
		return err
	})
	return p, err
}

// impact lists bookings that a preview leaves without a place, with a new one
// for each.
func (d *desk) impact(q *console.Request, tx *store.Tx, preview *reservation.Preview, misfits []reservation.Misfit) (impact, error) {
	var im impact
	im.Total, im.Act = len(misfits), q.PostFormValue("act")
	if im.Act == "" {
		im.Act = string(relocation.Leave)
	}
	t := preview.Timetable()
	name := func(id string) string { return counterName(q, t.Settings, id) }
	type place struct {
		day     civil.Date
		counter string
	}
	counted := map[place]int{} // index in im.Counts
	for _, m := range misfits {
		if m.Already {
			im.Already++
		}
		at := place{m.Booking.Start.Date, m.Booking.Counter}
		i, known := counted[at]
		if !known {
			i = len(im.Counts)
			counted[at] = i
			im.Counts = append(im.Counts, impactCount{Day: dateText(q, at.day), Counter: name(at.counter)})
		}
		im.Counts[i].N++
	}
	if len(im.Counts) > shownCounts {
		im.Counts = im.Counts[:shownCounts]
	}
	offers, err := relocation.Propose(tx, preview, misfits)
	if err != nil {
		return im, err
	}
	im.Proposed = offers != nil
	im.Pager = console.PagerOf(map[string][]string{"page": {q.PostFormValue("page")}}, impactSize)
	if to := q.PostFormValue("turn"); to != "" {
		im.Pager = console.PagerOf(map[string][]string{"page": {to}}, impactSize)
	}
	im.Pager.Total = len(misfits)
	shown := map[string]bool{}
	for i, m := range misfits {
		if im.Proposed && offers[i].Counter == nil {
			im.NoPlace++
		}
		if i < im.Pager.Offset() || i >= im.Pager.Offset()+impactSize {
			continue
		}
		b := m.Booking
		shown["act-"+b.ID] = true
		line := impactLine{
			ID: b.ID, Counter: name(b.Counter), Start: dateText(q, b.Start.Date) + " " + b.Start.Clock.String(), Receipt: b.Receipt,
			Service: serviceName(q, t.Settings, b.Service), Persons: b.Persons, Reason: q.T("setup.reason." + string(m.Reason.Kind)),
			Already: m.Already, Act: q.PostFormValue("act-" + b.ID),
		}
		if n := m.Reason.Names.In(q.Lang); n != "" {
			line.Reason += "（" + i18n.Plain(n) + "）"
		}
		if line.Reach, err = d.reach(q, tx, b); err != nil {
			return im, err
		}
		if im.Proposed && offers[i].Counter != nil {
			line.Proposal = dateText(q, offers[i].Start.Date) + " " + offers[i].Start.Clock.String() + " " + i18n.Plain(offers[i].Counter.Names.In(q.Lang))
		}
		im.Lines = append(im.Lines, line)
	}
	for name, values := range q.PostForm {
		if strings.HasPrefix(name, "act-") && !shown[name] && len(values) == 1 && values[0] != "" {
			im.Kept = append(im.Kept, hidden{name, values[0]})
		}
	}
	slices.SortFunc(im.Kept, func(a, b hidden) int { return strings.Compare(a.Name, b.Name) })
	return im, nil
}

// shownCounts is how many lines of the counts by day a page shows.
const shownCounts = 100

// reach says how a resident would hear of a change.
func (d *desk) reach(q *console.Request, tx *store.Tx, b reservation.Booking) (string, error) {
	if d.Reach == nil {
		return "", nil
	}
	how, err := d.Reach(tx, b)
	return q.T("setup.told." + string(how)), err
}

// choose reads from the form what is to become of each booking. Those to be
// moved get the place that the page proposed.
func choose(q *console.Request, tx *store.Tx, preview *reservation.Preview, misfits []reservation.Misfit) ([]relocation.Choice, error) {
	return relocation.Choose(tx, preview, misfits, func(b reservation.Booking) relocation.Act {
		if own := q.PostFormValue("act-" + b.ID); own != "" {
			return act(own)
		}
		return act(q.PostFormValue("act"))
	})
}

// act reads a choice; what nobody asked for leaves a booking as it is.
func act(s string) relocation.Act {
	if a := relocation.Act(s); a == relocation.Move || a == relocation.Cancel {
		return a
	}
	return relocation.Leave
}

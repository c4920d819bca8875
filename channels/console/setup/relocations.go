package setup

import (
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/relocation"
)

// relocationPage is how far a relocation has come, and who is still to be
// called.
type relocationPage struct {
	ID     string
	Made   string
	By     string
	Ended  string
	Tally  relocation.Tally
	ToCall bool // only those whom no channel reaches
	Lines  []relocationLine
	Pager  console.Pager
}

type relocationLine struct {
	ID     string
	Was    string
	Now    string
	State  string // key
	Told   string // key
	ToCall bool
}

const relocationSize = 50

// relocationsPage lists the newest relocations.
type relocationsPage struct{ Lines []relocationLine }

const latestRelocations = 50

func (d *desk) relocations(q *console.Request) error {
	var p relocationsPage
	err := q.View(func(tx *store.Tx) error {
		list, err := d.Relocations.Latest(tx, latestRelocations)
		if err != nil {
			return err
		}
		p.Lines = nil
		for _, r := range list {
			t, err := d.Relocations.Tally(tx, r.ID)
			if err != nil {
				return err
			}
			p.Lines = append(p.Lines, relocationLine{
				ID: r.ID, Was: instant(r.Made) + " " + d.name(tx, r.By), State: "setup.relocation.reason-" + r.Reason,
				Now: q.T("setup.relocation.sum", text("all", t.All), text("moved", t.Moved), text("cancelled", t.Cancelled), text("waiting", t.Waiting), text("call", t.ToCall)),
			})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return q.Render("setup-relocations", "setup.relocations.title", p)
}

func (d *desk) relocation(q *console.Request) error {
	p := relocationPage{ID: q.PathValue("id"), ToCall: q.URL.Query().Get("call") != "", Pager: console.PagerOf(q.URL.Query(), relocationSize)}
	err := q.View(func(tx *store.Tx) error {
		r, err := d.Relocations.Find(tx, p.ID)
		if err != nil {
			return err
		}
		p.Made, p.By = instant(r.Made), d.name(tx, r.By)
		if !r.Ended.IsZero() {
			p.Ended = instant(r.Ended)
		}
		if p.Tally, err = d.Relocations.Tally(tx, p.ID); err != nil {
			return err
		}
		p.Pager.Total = p.Tally.All
		if p.ToCall {
			p.Pager.Total = p.Tally.ToCall
		}
		list, err := d.Relocations.Items(tx, p.ID, p.ToCall, p.Pager.Offset(), relocationSize)
		if err != nil {
			return err
		}
		t, err := d.Reservations.Timetable(tx)
		if err != nil {
			return err
		}
		p.Lines = nil
		for _, it := range list {
			line := relocationLine{ID: it.Booking, State: "setup.state." + string(it.State), ToCall: it.Told == relocation.Nobody}
			if it.Told != relocation.NotTold {
				line.Told = "setup.told." + string(it.Told)
			}
			counter, start, _ := strings.Cut(it.Was, " ")
			line.Was = counterName(q, t.Settings, counter) + " " + startText(q, start)
			if it.State == relocation.Moved {
				b, err := d.Reservations.ByID(tx, it.Booking)
				if err != nil {
					return err
				}
				line.Now = counterName(q, t.Settings, b.Counter) + " " + startText(q, b.Start.String()) + " " + q.T("setup.receipt", text("n", b.Receipt))
			}
			p.Lines = append(p.Lines, line)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return q.Render("setup-relocation", "setup.relocation.title", p)
}

// startText writes the beginning of a visit with its weekday.
func startText(q *console.Request, s string) string {
	dt, err := civil.ParseDateTime(s)
	if err != nil {
		return s
	}
	return dateText(q, dt.Date) + " " + dt.Clock.String()
}

// called records that staff told a resident by telephone or letter.
func (d *desk) called(q *console.Request) error {
	id := q.PathValue("id")
	err := q.Update(func(tx *store.Tx) error { return d.Relocations.Called(tx, id, q.PostFormValue("booking"), q.By()) })
	if err != nil {
		return err
	}
	return q.See("setup/relocations/"+id+"?call=1", "setup.done.called")
}

// goOn does more of a relocation that still has bookings waiting.
func (d *desk) goOn(q *console.Request) error {
	id := q.PathValue("id")
	if err := q.View(func(tx *store.Tx) error { _, err := d.Relocations.Find(tx, id); return err }); err != nil {
		return err
	}
	d.begin(q, id)
	return q.See("setup/relocations/"+id, "")
}

package setup

import (
	"strconv"

	"madoguchi/channels/console"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// historyPage lists who saved which settings when.
type historyPage struct {
	Lines  []historyLine
	Before int64 // where the next page begins; 0 on the last
}

type historyLine struct {
	Version   int64
	From      string
	At, By    string
	Withdraws int64
	Withdrawn bool
}

const historySize = 30

func (d *desk) history(q *console.Request) error {
	before, _ := strconv.ParseInt(q.URL.Query().Get("before"), 10, 64) // the newest, if it is no number
	var p historyPage
	err := q.View(func(tx *store.Tx) error {
		p = historyPage{}
		list, err := d.Reservations.History(tx, max(0, before), historySize+1)
		if err != nil {
			return err
		}
		if len(list) > historySize {
			list = list[:historySize]
			p.Before = list[historySize-1].Version
		}
		for _, s := range list {
			line := historyLine{Version: s.Version, At: instant(s.At), By: d.name(tx, s.By), Withdraws: s.Withdraws, Withdrawn: s.Withdrawn != 0}
			if !s.Effective.IsZero() {
				line.From = dateText(q, s.Effective)
			}
			p.Lines = append(p.Lines, line)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return q.Render("setup-history", "setup.history.title", p)
}

// versionPage compares two versions in words.
type versionPage struct {
	Version int64
	Than    int64 // the version it is compared with; 0 is none
	At, By  string
	From    string
	Changes []said
	Others  []int64
}

func (d *desk) version(q *console.Request) error {
	n, err := strconv.ParseInt(q.PathValue("version"), 10, 64)
	if err != nil {
		return console.ErrNotFound
	}
	than, _ := strconv.ParseInt(q.URL.Query().Get("than"), 10, 64) // the one before, if it is no number
	p := versionPage{Version: n, Than: than}
	err = q.View(func(tx *store.Tx) error {
		s, err := d.Reservations.SettingsAt(tx, n)
		if err != nil {
			return err
		}
		list, err := d.Reservations.History(tx, n+1, historySize)
		if err != nil {
			return err
		}
		p.Others = nil
		for _, x := range list {
			switch {
			case x.Version == n:
				p.At, p.By = instant(x.At), d.name(tx, x.By)
				if !x.Effective.IsZero() {
					p.From = dateText(q, x.Effective)
				}
			case x.Withdraws == 0:
				p.Others = append(p.Others, x.Version)
			}
		}
		if p.Than == 0 && len(p.Others) > 0 {
			p.Than = p.Others[0]
		}
		var old reservation.Settings
		if p.Than != 0 {
			if old, err = d.Reservations.SettingsAt(tx, p.Than); err != nil {
				return err
			}
		}
		p.Changes = describeAll(q, s, reservation.Compare(old, s))
		return nil
	})
	if err != nil {
		return err
	}
	return q.Render("setup-version", "setup.version.title", p)
}

// restore puts an earlier version into the person's draft: it is looked over
// and saved as any change is.
func (d *desk) restore(q *console.Request) error {
	n, err := strconv.ParseInt(q.PathValue("version"), 10, 64)
	if err != nil {
		return console.ErrNotFound
	}
	err = q.Update(func(tx *store.Tx) error {
		s, err := d.Reservations.SettingsAt(tx, n)
		if err != nil {
			return err
		}
		draft, err := d.Reservations.NewDraft(tx, civil.Date{})
		if err != nil {
			return err
		}
		s.Site = draft.Settings.Site // the site's own page has it
		draft.Settings = s
		return d.Reservations.KeepDraft(tx, q.By(), draft)
	})
	if err != nil {
		return err
	}
	return q.See("setup", "setup.done.restored")
}

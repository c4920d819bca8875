package setup

import (
	"strconv"
	"time"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// overviewPage is the first page of the area.
type overviewPage struct {
	Head     head
	Changes  []said
	Editions []editionLine
	Version  int64 // of the newest save, for Withdraw
	Counters []counterLine
}

// editionLine is an edition in force or waiting for its day.
type editionLine struct {
	Version      int64
	From, Until  string
	Day          string // of From, as in addresses
	At, By       string
	Now, Waiting bool
}

type counterLine struct {
	ID, Name, Place, Phone string
	Period                 string
	Hidden, Over, Ahead    bool
	Rules                  []string
}

// instant writes when something was done, on the wall in Japan.
func instant(t time.Time) string {
	dt := civil.In(t)
	return dt.Date.String() + " " + dt.Clock.String()
}

func (d *desk) overview(q *console.Request) error {
	var p overviewPage
	err := q.View(func(tx *store.Tx) error {
		draft, h, err := d.load(q, tx)
		if err != nil {
			return err
		}
		p = overviewPage{Head: h, Changes: describeAll(q, draft.Settings, h.Differences)}
		if p.Editions, p.Version, err = d.editions(q, tx); err != nil {
			return err
		}
		today := civil.In(tx.Now()).Date.String()
		for _, c := range draft.Settings.Counters {
			line := counterLine{
				ID: c.ID, Name: i18n.Plain(c.Names.In(q.Lang)), Place: i18n.Plain(c.Place.In(q.Lang)), Phone: c.Phone, Hidden: c.Hidden,
				Over: c.To != "" && c.To < today, Ahead: c.From != "" && c.From > today,
			}
			if c.From != "" || c.To != "" {
				line.Period = c.From + "〜" + c.To
			}
			for i, o := range c.Openings {
				if i == shownRules {
					line.Rules = append(line.Rules, q.T("setup.rules.more", text("n", len(c.Openings)-shownRules)))
					break
				}
				line.Rules = append(line.Rules, openingText(q, o))
			}
			p.Counters = append(p.Counters, line)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return q.Render("setup-overview", "setup.title", p)
}

// shownRules is how many rules of a counter the overview shows.
const shownRules = 4

// editions lists what is in force and what waits for its day.
func (d *desk) editions(q *console.Request, tx *store.Tx) ([]editionLine, int64, error) {
	_, version, err := d.Reservations.Settings(tx)
	if err != nil {
		return nil, 0, err
	}
	list, err := d.Reservations.Editions(tx)
	if err != nil {
		return nil, 0, err
	}
	today := civil.In(tx.Now()).Date
	var lines []editionLine
	for i, e := range list {
		line := editionLine{Version: e.Version, At: instant(e.At), By: d.name(tx, e.By), Now: !e.Effective.After(today), Waiting: e.Effective.After(today)}
		if !e.Effective.IsZero() {
			line.From, line.Day = dateText(q, e.Effective), e.Effective.String()
		}
		if i+1 < len(list) {
			line.Until = dateText(q, list[i+1].Effective.AddDays(-1))
		}
		lines = append(lines, line)
	}
	return lines, version, nil
}

// name is who an account is, as colleagues know them.
func (d *desk) name(tx *store.Tx, account string) string {
	if d.Name == nil {
		return account
	}
	return d.Name(tx, account)
}

// withdraw takes back a change whose day has not come.
func (d *desk) withdraw(q *console.Request) error {
	version, err1 := strconv.ParseInt(q.PostFormValue("version"), 10, 64)
	base, err2 := strconv.ParseInt(q.PostFormValue("base"), 10, 64)
	if err1 != nil || err2 != nil {
		return console.ErrBadForm
	}
	err := q.Update(func(tx *store.Tx) error { return d.Reservations.Withdraw(tx, version, base, q.By()) })
	if err != nil {
		return settingsProblem(err)
	}
	return q.See("setup", "setup.done.withdrawn")
}

package visits

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// responsesPage is the municipality's list of how visits can end (対応内容).
type responsesPage struct {
	Version int64
	Rows    []responseRow // the last is for a new one
	Error   string
}

type responseRow struct {
	ID, Japanese, English string
	Hidden                bool
	Error                 string
}

const (
	mostResponses = 50
	longestName   = 60 // characters
)

// responses serves GET visits/responses.
func (a *area) responses(q *console.Request) error {
	var p responsesPage
	err := q.View(func(tx *store.Tx) error {
		s, version, err := a.Reservations.Settings(tx)
		p = responsesPage{Version: version}
		for _, r := range s.Responses {
			p.Rows = append(p.Rows, responseRow{ID: r.ID, Japanese: r.Names[i18n.Japanese], English: r.Names[i18n.English], Hidden: r.Hidden})
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Rows = append(p.Rows, responseRow{})
	return q.Render("visits-responses", "visits.responses.title", p)
}

// saveResponses serves POST visits/responses. A response that was ever used
// stays, so that old records stay readable; it can be taken off the list.
func (a *area) saveResponses(q *console.Request) error {
	p := responsesPage{}
	var err error
	if p.Version, err = strconv.ParseInt(q.PostFormValue("version"), 10, 64); err != nil {
		return console.ErrBadForm
	}
	ids, hidden := q.PostForm["id"], q.PostForm["hidden"]
	japanese, english := q.PostForm["ja"], q.PostForm["en"]
	if len(ids) > mostResponses || len(japanese) != len(ids) || len(english) != len(ids) {
		return console.ErrBadForm
	}
	wrong := false
	for i, id := range ids {
		r := responseRow{ID: id, Japanese: strings.TrimSpace(japanese[i]), English: strings.TrimSpace(english[i]), Hidden: slices.Contains(hidden, id) && id != ""}
		switch {
		case r.Japanese == "" && (id != "" || r.English != ""):
			r.Error = q.T("visits.responses.no-name")
		case utf8.RuneCountInString(r.Japanese) > longestName, utf8.RuneCountInString(r.English) > longestName:
			r.Error = q.T("visits.responses.long-name", i18n.Arg{Name: "max", Value: longestName})
		}
		wrong = wrong || r.Error != ""
		p.Rows = append(p.Rows, r)
	}
	if !wrong {
		err = q.Update(func(tx *store.Tx) error {
			s, _, err := a.Reservations.Settings(tx)
			if err != nil {
				return err
			}
			if s.Responses, err = merged(s.Responses, p.Rows); err != nil {
				return err
			}
			_, err = a.Reservations.SaveSettings(tx, s, p.Version, q.By())
			return err
		})
		if err == nil {
			return q.See("visits/responses", "visits.done.saved")
		}
		if !errors.Is(err, reservation.ErrStale) {
			return err
		}
		p.Error = q.T("visits.responses.stale")
	}
	return q.Again("visits-responses", "visits.responses.title", p)
}

// merged is the list of responses as a form changes it: those there are, in
// their order, and the new one with an id of its own.
func merged(old []reservation.Response, rows []responseRow) ([]reservation.Response, error) {
	var list []reservation.Response
	for _, r := range old {
		i := slices.IndexFunc(rows, func(row responseRow) bool { return row.ID == r.ID })
		if i < 0 { // a form that does not know it
			return nil, reservation.ErrStale
		}
		names := reservation.Names{}
		for lang, name := range r.Names {
			names[lang] = name
		}
		names[i18n.Japanese] = i18n.Escape(rows[i].Japanese)
		if names[i18n.English] = i18n.Escape(rows[i].English); rows[i].English == "" {
			delete(names, i18n.English)
		}
		list = append(list, reservation.Response{ID: r.ID, Names: names, Hidden: rows[i].Hidden})
	}
	for _, row := range rows {
		if row.ID != "" || row.Japanese == "" {
			continue
		}
		n := len(list) + 1
		taken := func(id string) bool {
			return slices.ContainsFunc(list, func(r reservation.Response) bool { return r.ID == id })
		}
		for taken(fmt.Sprint("r", n)) {
			n++
		}
		names := reservation.Names{i18n.Japanese: i18n.Escape(row.Japanese)}
		if row.English != "" {
			names[i18n.English] = i18n.Escape(row.English)
		}
		list = append(list, reservation.Response{ID: fmt.Sprint("r", n), Names: names})
	}
	return list, nil
}

package visits

import (
	"errors"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"madoguchi/channels/console"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

const (
	// longestScan is more than any code holds that visitors bring.
	longestScan = 500
	// mostDigits a receipt number has; it counts the visits of one day.
	mostDigits = 6
	// mostFound bounds what is listed to choose from.
	mostFound = 50
)

// scanned returns what a scanner or a hand has put into the field of reception
// as the texts it may mean. A QR code holds a code alone or an address of ours
// that carries one.
func scanned(text string) []string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.TrimSpace(width.Fold.String(text)))
	if text == "" || len(text) > longestScan {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return []string{text}
	}
	var list []string
	for _, name := range []string{"key", "code", "link", "id"} {
		list = append(list, u.Query().Get(name))
	}
	list = append(list, u.Fragment, path.Base(u.Path))
	return slices.DeleteFunc(list, func(s string) bool { return s == "" || s == "/" || s == "." })
}

// receiptOf reads a receipt number, 0 if the text is none.
func receiptOf(text string) int {
	text = strings.TrimLeft(strings.TrimPrefix(strings.ToLower(text), "no."), " #")
	if len(text) == 0 || len(text) > mostDigits || strings.Trim(text, "0123456789") != "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// meant returns the bookings a text can mean (S4-077): a receipt number of a
// day, an access key, or whatever the other rooms know people by. Only bookings
// the person may see are among them; other says that there were others.
func (a *area) meant(tx *store.Tx, q *console.Request, text string, day civil.Date) (list []reservation.Booking, other bool, err error) {
	add := func(b reservation.Booking) {
		switch {
		case !q.Account.AtCounter(b.Counter):
			other = true
		case len(list) < mostFound && !slices.ContainsFunc(list, func(o reservation.Booking) bool { return o.ID == b.ID }):
			list = append(list, b)
		}
	}
	for _, s := range scanned(text) {
		if n := receiptOf(s); n > 0 {
			found, _, err := a.Reservations.Search(tx, reservation.Filter{Receipt: n, From: day, To: day, Limit: mostFound})
			if err != nil {
				return nil, false, err
			}
			for _, b := range found {
				add(b)
			}
		}
		b, err := a.Reservations.ByKey(tx, s)
		if err == nil {
			add(b)
		} else if !errors.Is(err, reservation.ErrNotFound) {
			return nil, false, err
		}
		for _, find := range a.finders() {
			ids, err := find(tx, s)
			if err != nil {
				return nil, false, err
			}
			found, err := a.byIDs(tx, ids)
			if err != nil {
				return nil, false, err
			}
			for _, b := range found {
				add(b)
			}
		}
	}
	return list, other && len(list) == 0, nil
}

// finders are those of all rooms.
func (a *area) finders() []Finder {
	list := append([]Finder{}, a.Finders...)
	if a.Residents != nil {
		list = append(list, a.Residents)
	}
	return list
}

func (a *area) byIDs(tx *store.Tx, ids []string) ([]reservation.Booking, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, _, err := a.Reservations.Search(tx, reservation.Filter{IDs: ids, Order: reservation.ByVisitLast, Limit: mostFound})
	return found, err
}

// atHand picks those of the found bookings that reception is after: the one
// still expected today, or missed today, if it is the only one.
func atHand(list []reservation.Booking, today civil.Date) (reservation.Booking, bool) {
	if len(list) == 1 {
		return list[0], true
	}
	for _, status := range []reservation.Status{reservation.Booked, reservation.NoShow} {
		var fit []reservation.Booking
		for _, b := range list {
			if b.Status == status && b.Start.Date == today {
				fit = append(fit, b)
			}
		}
		if len(fit) == 1 {
			return fit[0], true
		}
		if len(fit) > 1 {
			break
		}
	}
	return reservation.Booking{}, false
}

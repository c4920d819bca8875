package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/channels/console/letters"
	"madoguchi/channels/paper"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/letter"
	"madoguchi/store/reservation"
)

// usualFallback is where Debian's fonts-ipamj-mincho puts the font of the family
// registers. Its licence (IPA Font License 1.0) lets anybody embed it in
// documents; it is not part of this program.
const usualFallback = "/usr/share/fonts/truetype/ipamj/ipamjm.ttf"

// openFonts opens the fonts for letters: the built-in one; then those that
// MADOGUCHI_FONTS names, separated by commas, or else the usual one if it is
// installed; then every .ttf in the folder fonts of the data.
func openFonts(c Config) (*paper.Fonts, error) {
	files := list(c.Fonts)
	if len(files) == 0 {
		if _, err := os.Stat(usualFallback); err == nil {
			files = append(files, usualFallback)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("fallback font: %w", err)
		}
	}
	own, err := filepath.Glob(filepath.Join(c.Data, "fonts", "*.ttf"))
	if err != nil {
		return nil, fmt.Errorf("fallback fonts: %w", err)
	}
	return paper.OpenFonts(append(files, own...)...)
}

// lettersArea is 通知書・宛名 of the console.
func (h *house) lettersArea() console.Area { return letters.Area(h.printing()) }

// printing is what letters are made of here.
func (h *house) printing() letters.Config {
	return letters.Config{
		Letters: letter.Service{Builtin: letters.Builtin()}, Cases: letterCases{h}, People: lettersPeople{h.residents}, Fonts: h.fonts, Staff: h.staff.Names,
		Sender: h.sender, Forecast: h.forecast,
	}
}

// pickup is the service that letters invite to.
const pickup = "card-pickup"

// sender is the office as its letters name it.
func (h *house) sender(tx *store.Tx) (paper.Sender, error) {
	t, err := h.tenants.In(tx)
	if err != nil {
		return paper.Sender{}, err
	}
	s := t.Settings
	return paper.Sender{
		City: t.Name, Office: s.Office, Phone: s.Phone, Hours: s.Hours, Address: s.Address,
		Booking: func(code string) string {
			address := h.config.PublicURL + "/t/" + t.ID + "/book?flow=" + pickup
			if code != "" {
				address += "&code=" + url.QueryEscape(strings.ReplaceAll(code, "-", ""))
			}
			return address
		},
	}, nil
}

// forecast counts the places a batch of letters finds. Where pickups cannot be
// booked at all there are none.
func (h *house) forecast(tx *store.Tx, needed int, from civil.Date) (reservation.Forecast, error) {
	f, err := h.reservations.Forecast(tx, reservation.ForecastQuery{Service: pickup, Needed: needed, From: from})
	var unknown reservation.ErrUnknown
	if errors.As(err, &unknown) {
		return reservation.Forecast{Needed: needed, From: from}, nil
	}
	return f, err
}

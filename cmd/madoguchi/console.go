package main

import "madoguchi/channels/console"

// areas are the parts of the staff console, in no particular order: the menu
// sorts itself.
func (h *house) areas() []console.Area {
	return []console.Area{
		h.wordingArea(),
		h.reportsArea(),
	}
}

// consolePages puts the staff console together. Sessions come with the staff
// accounts.
func (h *house) consolePages(c console.Config) (*console.Console, error) {
	return console.New(c, h.areas()...)
}

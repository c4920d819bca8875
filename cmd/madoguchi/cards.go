package main

import (
	"madoguchi/channels/console"
	"madoguchi/channels/console/cards"
)

// cardsArea is the console's part for the progress of cards.
func (h *house) cardsArea() console.Area {
	return cards.Area(joined{h}.cardsConfig())
}

package progress

import (
	"fmt"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Due is what the clock of unclaimed cards proposes (domain-facts 8.10). It
// only ever proposes: staff send the notice, staff destroy the card.
type Due string

// The proposals.
const (
	SecondNotice Due = "second-notice"
	Destruction  Due = "destruction"
)

// due adds the condition of a proposal, by the rules in force. Cases that were
// put off are in none.
func (s Service) due(tx *store.Tx, d Due, w *where) error {
	r, _, err := s.Rules(tx)
	if err != nil {
		return err
	}
	// A notice of day D is due from day D+n on.
	today := civil.In(tx.Now()).Date
	before := func(days int) int64 {
		return store.Millis(civil.DateTime{Date: today.AddDays(1 - days)}.At())
	}
	switch d {
	case SecondNotice:
		w.add("waiting = 1 AND notices = 1 AND first_notice < ?", before(r.RemindAfter))
	case Destruction:
		w.add("waiting = 1 AND notices > 1 AND last_notice < ? AND first_notice < ?", before(r.DiscardAfter), before(r.DiscardTotal))
	default:
		return fmt.Errorf("there is no proposal %q", d)
	}
	return nil
}

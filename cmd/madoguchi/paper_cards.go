package main

import (
	"errors"
	"slices"

	"madoguchi/channels/console/letters"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/progress"
)

// letterCases shows the progress of cards to the part that prints.
type letterCases struct{ h *house }

func (c letterCases) States(tx *store.Tx, lang i18n.Lang) ([]letters.Choice, error) {
	labels, _, err := c.h.cards.Labels(tx)
	if err != nil {
		return nil, err
	}
	var list []letters.Choice
	for _, k := range progress.States() {
		list = append(list, letters.Choice{ID: string(k), Name: i18n.Plain(labels.Of(k, lang))})
	}
	return list, nil
}

// recentBatches is how many deliveries are offered.
const recentBatches = 50

func (c letterCases) Batches(tx *store.Tx) ([]letters.Choice, error) {
	found, _, err := c.h.cards.Batches(tx, recentBatches, 0)
	var list []letters.Choice
	for _, b := range found {
		list = append(list, letters.Choice{ID: b.ID, Name: b.Name})
	}
	return list, err
}

func (c letterCases) Find(tx *store.Tx, f letters.Filter, limit int) ([]string, error) {
	want := progress.Filter{From: f.From, To: f.To, Batch: f.Batch}
	if f.State != "" {
		want.States = []progress.Kind{progress.Kind(f.State)}
	}
	ids, err := c.h.cards.IDs(tx, want, 0, 0)
	slices.Reverse(ids) // the latest change comes first there
	return ids[:min(len(ids), limit)], err
}

func (c letterCases) ByCode(tx *store.Tx, code string) (string, error) {
	found, err := c.h.cards.ByCode(tx, code)
	return found.ID, err
}

// Cards finds the resident of a card by the record it names, or by the link code
// that the record has (S4-095).
func (c letterCases) Cards(tx *store.Tx, ids []string) ([]letters.Card, error) {
	found, err := c.h.cards.Cases(tx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]letters.Card, len(found))
	for i, card := range found {
		list[i] = letters.Card{ID: card.ID, Code: card.Code, Resident: card.Resident}
		if card.Resident != "" {
			continue
		}
		r, err := c.h.residents.ByLink(tx, card.Code)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		list[i].Resident = r.ID
	}
	return list, nil
}

func (c letterCases) Waiting(tx *store.Tx) (int, error) {
	_, n, err := c.h.cards.Counts(tx, progress.Filter{States: []progress.Kind{progress.Notified, progress.NotifiedAgain, progress.NoShow}})
	return n, err
}

func (c letterCases) Sent(tx *store.Tx, id, by string) (int, error) {
	card, err := c.h.cards.ByID(tx, id)
	if err != nil {
		return 0, err
	}
	kind := progress.Notified
	if card.Notices > 0 {
		kind = progress.NotifiedAgain
	}
	event, err := c.h.cards.Register(tx, id, progress.Entry{Kind: kind, By: by})
	return event.Seq, err
}

// Unsent leaves an event alone that was taken back on the card's own page.
func (c letterCases) Unsent(tx *store.Tx, id string, event int, by string) error {
	_, err := c.h.cards.Undo(tx, id, event, "", by)
	if errors.Is(err, progress.ErrStruck) {
		return nil
	}
	return err
}

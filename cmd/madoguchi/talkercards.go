package main

import (
	"context"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
)

// Card makes a card that went through these states; none makes one that is only
// announced.
func (t *talker) Card(ctx context.Context, states []string, now civil.DateTime) (code string, err error) {
	t.set(now)
	err = t.db.Update(ctx, sampleID, func(tx *store.Tx) error {
		_, made, _, err := t.cards.Announce(tx, progress.Delivery{Name: "dialog", Lines: make([]progress.Line, 1), By: "system"})
		if err != nil {
			return err
		}
		code = reservation.ShowKey(made[0].Code)
		for _, s := range states {
			if progress.Kind(s) == progress.Expected {
				continue
			}
			if _, err := t.cards.Register(tx, made[0].ID, progress.Entry{Kind: progress.Kind(s), By: "system"}); err != nil {
				return err
			}
		}
		return nil
	})
	return code, err
}

// AskCodes has residents asked for the link code when they book the pickup.
func (t *talker) AskCodes(ctx context.Context) error {
	return t.db.Update(ctx, sampleID, func(tx *store.Tx) error {
		rules, version, err := t.cards.Rules(tx)
		if err != nil {
			return err
		}
		rules.AskCode = true
		return t.cards.SaveRules(tx, rules, version, "system")
	})
}

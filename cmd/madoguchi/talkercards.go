package main

import (
	"context"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
)

// Card makes a card that went through these states; none makes one that is only
// announced.
func (t *talker) Card(ctx context.Context, states []string, number string, now civil.DateTime) (code string, err error) {
	t.set(now)
	err = t.db.Update(ctx, sampleID, func(tx *store.Tx) error {
		line := progress.Line{}
		if number != "" {
			holder, err := t.residents.ByNumber(tx, number)
			if err != nil {
				return err
			}
			line.Resident = holder.ID
		}
		_, made, _, err := t.cards.Announce(tx, progress.Delivery{Name: "dialog", Lines: []progress.Line{line}, By: "system"})
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
	return t.setCards(ctx, func(r *progress.Rules) { r.AskCode = true })
}

// Words has residents told this of cards in a state.
func (t *talker) Words(ctx context.Context, state, words string) error {
	return t.setCards(ctx, func(r *progress.Rules) {
		all := map[progress.Kind]reservation.Names{progress.Kind(state): {i18n.Japanese: words}}
		for k, n := range r.Words {
			if k != progress.Kind(state) {
				all[k] = n
			}
		}
		r.Words = all
	})
}

func (t *talker) setCards(ctx context.Context, change func(*progress.Rules)) error {
	return t.db.Update(ctx, sampleID, func(tx *store.Tx) error {
		rules, version, err := t.cards.Rules(tx)
		if err != nil {
			return err
		}
		change(&rules)
		return t.cards.SaveRules(tx, rules, version, "system")
	})
}

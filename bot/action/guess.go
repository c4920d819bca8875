package action

import (
	"errors"
	"time"

	"madoguchi/bot"
	"madoguchi/store"
	"madoguchi/store/limit"
)

// Budgets for trying access keys and link codes (PLATFORMS 2.2, A16): failures
// per address and per person in a quarter of an hour, and for the whole site in
// a minute. Keys and codes share them: they are guessed alike.
const (
	triesPerson  = 5
	triesAddress = 10
	triesSite    = 60
	triesWindow  = 15 * time.Minute
)

// guess opens something by a key that somebody typed; try returns
// store.ErrNotFound where it opens nothing. The outcome is found, unknown or
// blocked. What cannot be opened gets one answer, whatever the reason, and costs
// part of a budget.
func guess(act *bot.Act, try func() error) (string, error) {
	budgets := []struct {
		scope, subject string
		max            int
		window         time.Duration
	}{
		{"key.person", act.Channel + "\x00" + act.User, triesPerson, triesWindow},
		{"key.address", act.Address, triesAddress, triesWindow},
		{"key.site", "", triesSite, time.Minute},
	}
	for _, b := range budgets {
		if b.scope == "key.address" && b.subject == "" {
			continue
		}
		blocked, err := limit.Blocked(act.Tx, b.scope, b.subject, b.max, b.window)
		if err != nil {
			return "", err
		}
		if blocked {
			if b.scope == "key.site" {
				if err := act.Tx.Audit("system", "key.site-budget", ""); err != nil {
					return "", err
				}
			}
			return "blocked", nil
		}
	}
	err := try()
	if errors.Is(err, store.ErrNotFound) {
		for _, l := range budgets {
			if l.scope == "key.address" && l.subject == "" {
				continue
			}
			if err := limit.Fail(act.Tx, l.scope, l.subject, l.window); err != nil {
				return "", err
			}
		}
		return "unknown", nil
	}
	if err != nil {
		return "", err
	}
	return "found", nil
}

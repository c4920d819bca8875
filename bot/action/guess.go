package action

import (
	"errors"
	"fmt"
	"time"

	"madoguchi/bot"
	"madoguchi/store"
	"madoguchi/store/limit"
)

// Budgets for trying access keys, link codes and passwords (PLATFORMS 2.2, A16):
// failures per address, per person and per name tried in a quarter of an hour,
// and for the whole site in a minute.
const (
	triesPerson  = 5
	triesAddress = 10
	triesSite    = 60
	triesWindow  = 15 * time.Minute
)

// tries are somebody's tries at a secret of a kind. Keys and codes are one kind:
// they are guessed alike. Staff, who can search anyway, have no budget.
type tries struct {
	act  *bot.Act
	kind string
}

type budget struct {
	scope, subject string
	max            int
	window         time.Duration
}

func (t tries) budgets(names []string) []budget {
	if t.act.Staff != "" {
		return nil
	}
	all := []budget{
		{t.kind + ".person", t.act.Channel + "\x00" + t.act.User, triesPerson, triesWindow},
		{t.kind + ".site", "", triesSite, time.Minute},
	}
	if t.act.Address != "" {
		all = append(all, budget{t.kind + ".address", t.act.Address, triesAddress, triesWindow})
	}
	for _, n := range names {
		all = append(all, budget{t.kind + ".name", n, triesPerson, triesWindow})
	}
	return all
}

// blocked reports whether a budget is used up. That the whole site's is, is
// written down: somebody is guessing from many places.
func (t tries) blocked(names ...string) (bool, error) {
	for _, b := range t.budgets(names) {
		blocked, err := limit.Blocked(t.act.Tx, b.scope, b.subject, b.max, b.window)
		if err != nil {
			return false, err
		}
		if blocked && b.subject == "" {
			err = t.act.Tx.Audit("system", t.kind+".site-budget", "")
		}
		if blocked {
			return true, err
		}
	}
	return false, nil
}

// failed counts a wrong try.
func (t tries) failed(names ...string) error {
	for _, b := range t.budgets(names) {
		if err := limit.Fail(t.act.Tx, b.scope, b.subject, b.window); err != nil {
			return fmt.Errorf("count a wrong try: %w", err)
		}
	}
	return nil
}

// forgive clears what was counted against the person and the names, as after a
// right password.
func (t tries) forgive(names ...string) error {
	for _, b := range t.budgets(names) {
		if b.subject == "" || b.scope == t.kind+".address" {
			continue
		}
		if err := limit.Forgive(t.act.Tx, b.scope, b.subject); err != nil {
			return err
		}
	}
	return nil
}

// guess opens something by a key that somebody typed; try returns
// store.ErrNotFound where it opens nothing. The outcome is found, unknown or
// blocked. What cannot be opened gets one answer, whatever the reason, and costs
// part of a budget.
func guess(act *bot.Act, try func() error) (string, error) {
	t := tries{act, "key"}
	if blocked, err := t.blocked(); err != nil || blocked {
		return "blocked", err
	}
	err := try()
	if errors.Is(err, store.ErrNotFound) {
		return "unknown", t.failed()
	}
	if err != nil {
		return "", err
	}
	return "found", nil
}

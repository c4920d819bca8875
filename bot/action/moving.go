package action

import (
	"fmt"

	"madoguchi/bot"
	"madoguchi/i18n/civil"
)

// noticeDays is the period for 転入届 and 転居届: 14 days from the day one began
// to live there (住民基本台帳法 22, 23; domain-facts 1.1).
const noticeDays = 14

// movingDeadline computes the last day for the notice of this move.
func movingDeadline(a *Actions, act *bot.Act) (string, error) {
	moved, err := civil.ParseDate(act.Answer("moved-in"))
	if err != nil {
		return "", fmt.Errorf("the field moved-in: %w", err)
	}
	t, err := a.Reservations.Timetable(act.Tx)
	if err != nil {
		return "", err
	}
	last := civil.Deadline(moved, noticeDays, func(d civil.Date) bool { return open(t, d) })
	act.Set("deadline", last.String())
	// Not before moving in (domain-facts 4).
	if act.Drop(bot.FirstDay); act.Now.Date.Before(moved) {
		act.Set(bot.FirstDay, moved.String())
	}
	if last.Before(act.Now.Date) {
		return "over", nil
	}
	return "open", nil
}

package bot_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"madoguchi/bot"
	"madoguchi/store"
)

// Slow work of an action is done while no transaction is open, once, and the turn
// then happens as a whole; work that fails undoes the turn.
func TestSlowWorkIsDoneOutsideTheTransaction(t *testing.T) {
	eachHall(t, func(h *hall) {
		broken := errors.New("no answer")
		works, acts := 0, 0
		fail := false
		h.open(func(e *bot.Engine) {
			book := e.Actions["reservation.book"]
			e.Actions = maps.Clone(e.Actions)
			e.Actions["reservation.book"] = func(a *bot.Act) (string, error) {
				acts++
				result, err := a.Outside("work", func(ctx context.Context) (string, error) {
					works++
					if fail {
						return "", broken
					}
					// Inside the turn's transaction this would wait for itself.
					return "done", h.db.Update(ctx, townID, func(tx *store.Tx) error { return tx.Audit("test", "outside", "") })
				})
				if err != nil {
					return "", err
				}
				if result != "done" {
					t.Errorf("the work gave %q", result)
				}
				return book(a)
			}
		})
		h.toReadBack()
		fail = true
		if _, err := h.turn(bot.Inbound{Choice: "yes"}); !errors.Is(err, broken) {
			t.Fatalf("failing work: %v", err)
		}
		if n := h.bookings(); len(n) != 0 {
			t.Errorf("after failing work there are bookings: %v", n)
		}
		fail, works, acts = false, 0, 0
		h.press("yes")
		if works != 1 || acts != 2 {
			t.Errorf("the work was done %d times, the action ran %d times; want 1 and 2", works, acts)
		}
		h.sound()
	})
}

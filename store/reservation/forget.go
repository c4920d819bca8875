package reservation

import (
	"fmt"

	"madoguchi/store"
)

// Forget erases what a resident wrote with a booking and what staff noted at
// reception. The booking itself stays: it names nobody. Errors: ErrNotFound.
func (r *Reservations) Forget(tx *store.Tx, id, by string) error {
	n, err := tx.Exec(`UPDATE reservation_booking SET contact = NULL, answers = NULL WHERE tenant = $1 AND id = $2`, tx.Tenant(), id)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	if err == nil {
		_, err = tx.Exec(`UPDATE reservation_visit SET note = NULL WHERE tenant = $1 AND booking = $2`, tx.Tenant(), id)
	}
	if err != nil {
		return fmt.Errorf("forgetting what was written with a booking: %w", err)
	}
	return tx.Audit(by, "booking.forget", id)
}

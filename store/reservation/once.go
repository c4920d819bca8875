package reservation

import (
	"errors"
	"fmt"
	"time"

	"madoguchi/store"
)

// classShown is the class of sealed data of access keys that a form's answer
// showed. They are kept for a day: who pressed twice sees the second answer.
const classShown = "shown-key"

// onceFor is how long a form is remembered. No session of the staff lasts longer,
// and without its session a form is not taken.
const onceFor = 24 * time.Hour

// Once makes the booking of a form the first time the form is sent. Sent again,
// it returns that booking as it stands now, with the key shown the first time;
// book is not called. Errors are those of book; the form can then be sent again.
func (r *Reservations) Once(tx *store.Tx, form string, book func() (b Booking, key string, err error)) (Booking, string, error) {
	n, err := tx.Exec(`INSERT INTO reservation_once (tenant, form, booking, made_at) VALUES ($1, $2, '', $3) ON CONFLICT (tenant, form) DO NOTHING`,
		tx.Tenant(), form, store.Millis(tx.Now()))
	if err != nil {
		return Booking{}, "", fmt.Errorf("remembering a form: %w", err)
	}
	if n == 0 {
		return r.madeBy(tx, form)
	}
	b, key, err := book()
	if err != nil {
		_, undo := tx.Exec(`DELETE FROM reservation_once WHERE tenant = $1 AND form = $2`, tx.Tenant(), form)
		return b, "", errors.Join(err, undo)
	}
	sealed, err := tx.Seal(classShown, b.ID, []byte(key))
	if err == nil {
		_, err = tx.Exec(`UPDATE reservation_once SET booking = $3, access_key = $4 WHERE tenant = $1 AND form = $2`, tx.Tenant(), form, b.ID, sealed)
	}
	if err != nil {
		return b, "", fmt.Errorf("remembering a form: %w", err)
	}
	return b, key, nil
}

// madeBy is the booking that a form has made, and its key.
func (r *Reservations) madeBy(tx *store.Tx, form string) (Booking, string, error) {
	var id string
	var sealed []byte
	if err := tx.Row(`SELECT booking, access_key FROM reservation_once WHERE tenant = $1 AND form = $2`, tx.Tenant(), form).Scan(&id, &sealed); err != nil {
		return Booking{}, "", fmt.Errorf("reading what a form has made: %w", err)
	}
	key, err := tx.Unseal(classShown, id, sealed)
	if err != nil && !errors.Is(err, store.ErrDestroyed) {
		return Booking{}, "", fmt.Errorf("reading what a form has made: %w", err)
	}
	b, err := r.ByID(tx, id)
	return b, string(key), err
}

// ForgetForms takes away the forms that can no longer be sent. It is a periodic
// job's work.
func (r *Reservations) ForgetForms(tx *store.Tx) error {
	_, err := tx.Exec(`DELETE FROM reservation_once WHERE tenant = $1 AND made_at <= $2`, tx.Tenant(), store.Millis(tx.Now().Add(-onceFor)))
	if err != nil {
		return fmt.Errorf("forgetting the forms sent: %w", err)
	}
	return nil
}

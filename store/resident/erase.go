package resident

import (
	"context"
	"fmt"
	"time"

	"madoguchi/store"
)

// Erase removes a person for good (登録抹消): the key is overwritten, every value
// and every token goes, the row stays as a number to count. The person is on the
// list of the erased from then on, in the database and outside of it.
//
// On SQLite nothing of the key is left in the database file, and the write-ahead
// log is emptied once the transaction has committed (a reader that is under way
// delays that; the job residents.scrub makes up for it). PostgreSQL keeps the
// old version of the key's row until VACUUM, and its bytes in the page until they
// are written over; residents.scrub rewrites the table where the program's role
// owns it. Its own log and copies of it (archives, replicas) are the
// administrator's to expire.
func (r *Residents) Erase(tx *store.Tx, id, by string) error {
	before, err := lock(tx, id)
	if err != nil {
		return err
	}
	if err := dropTokens(tx, before.serial, tokens(tx, &before.Profile)); err != nil {
		return err
	}
	if err := blank(tx, id, before.serial, by); err != nil {
		return err
	}
	e := Erasure{Tenant: tx.Tenant(), Mark: mark(tx, id), At: tx.Now()}
	if err := e.insert(tx); err != nil {
		return err
	}
	after := Resident{ID: id, State: Erased, Version: before.Version + 1, Created: before.Created, Updated: tx.Now(), CreatedBy: before.CreatedBy, UpdatedBy: by}
	if err := r.record(tx, Change{Action: "resident.erase", Before: before, After: after, By: by}); err != nil {
		return err
	}
	tx.Scrub()
	if r.erasures != nil {
		tx.OnCommit(func() { r.erasures.note(e) })
	}
	return nil
}

// blank takes everything from a record but its id and times.
func blank(tx *store.Tx, id string, serial int64, by string) error {
	// Zeros of the same length are written in the same place.
	_, err := tx.Exec(`UPDATE resident_key AS k SET wrapped=`+zerosLike(tx)+` WHERE tenant=$1 AND serial=$2`, tx.Tenant(), serial)
	if err == nil {
		_, err = tx.Exec(`UPDATE resident SET state='erased', number=NULL, link=NULL, login=NULL, sealed=NULL, version=version+1, updated_at=$3, updated_by=$4
			WHERE tenant=$1 AND id=$2`, tx.Tenant(), id, store.Millis(tx.Now()), by)
	}
	if err != nil {
		return fmt.Errorf("erasing a resident: %w", err)
	}
	return nil
}

// mark is what the list of the erased knows a record by.
func mark(tx *store.Tx, id string) []byte { return tx.Blind("resident.erased", id) }

// Erasure is one entry of the list of the erased.
type Erasure struct {
	Tenant string
	Mark   []byte
	At     time.Time
}

func (e Erasure) insert(tx *store.Tx) error {
	_, err := tx.Exec(`INSERT INTO resident_erasure(tenant,mark,erased_at) VALUES($1,$2,$3) ON CONFLICT DO NOTHING`, e.Tenant, e.Mark, store.Millis(e.At))
	if err != nil {
		return fmt.Errorf("noting an erasure: %w", err)
	}
	return nil
}

// Reconcile makes the list in the database and the one outside of it the same,
// and erases whoever is on the list and back in the roster, as after an older
// backup was restored (A32). It returns how many it erased. It runs after
// restoring, when the program starts, and as a periodic job.
func (r *Residents) Reconcile(ctx context.Context, db *store.DB, tenant string) (again int, err error) {
	if r.erasures == nil {
		return 0, nil
	}
	outside, err := r.erasures.read(tenant)
	if err != nil {
		return 0, err
	}
	inside := map[string]Erasure{}
	err = db.View(ctx, tenant, func(tx *store.Tx) error {
		inside, err = erased(tx)
		return err
	})
	if err != nil {
		return 0, err
	}
	for m, e := range inside {
		if _, ok := outside[m]; !ok {
			if err := r.erasures.append(e); err != nil {
				return 0, err
			}
		}
	}
	var missing []Erasure
	for m, e := range outside {
		if _, ok := inside[m]; !ok {
			missing = append(missing, e)
		}
	}
	if len(missing) == 0 {
		return 0, nil
	}
	back, err := marked(ctx, db, tenant, outside)
	if err != nil {
		return 0, err
	}
	for _, id := range back {
		err := db.Update(ctx, tenant, func(tx *store.Tx) error { return r.Erase(tx, id, "system") })
		if err != nil {
			return again, fmt.Errorf("erasing again: %w", err)
		}
		again++
	}
	// Only now are they settled: had the work stopped before, it would begin anew.
	err = db.Update(ctx, tenant, func(tx *store.Tx) error {
		for _, e := range missing {
			if err := e.insert(tx); err != nil {
				return err
			}
		}
		return tx.Audit("system", "resident.reconcile", tenant, "missing", len(missing), "erased", again)
	})
	return again, err
}

func erased(tx *store.Tx) (map[string]Erasure, error) {
	rows, err := tx.Query(`SELECT mark, erased_at FROM resident_erasure WHERE tenant=$1`, tx.Tenant())
	if err != nil {
		return nil, fmt.Errorf("reading the list of the erased: %w", err)
	}
	defer rows.Close()
	list := map[string]Erasure{}
	for rows.Next() {
		e := Erasure{Tenant: tx.Tenant()}
		var at int64
		if err := rows.Scan(&e.Mark, &at); err != nil {
			return nil, fmt.Errorf("reading the list of the erased: %w", err)
		}
		e.At = store.FromMillis(at)
		list[string(e.Mark)] = e
	}
	return list, rows.Err()
}

// marked returns the ids of living records that are on a list.
func marked(ctx context.Context, db *store.DB, tenant string, list map[string]Erasure) (ids []string, err error) {
	err = db.View(ctx, tenant, func(tx *store.Tx) error {
		ids, err = markedIn(tx, list)
		return err
	})
	return ids, err
}

func markedIn(tx *store.Tx, list map[string]Erasure) ([]string, error) {
	if len(list) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(`SELECT id FROM resident WHERE tenant=$1 AND state<>'erased'`, tx.Tenant())
	if err != nil {
		return nil, fmt.Errorf("looking for erased residents: %w", err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("looking for erased residents: %w", err)
		}
		if _, ok := list[string(mark(tx, id))]; ok {
			ids = append(ids, id)
		}
	}
	return ids, rows.Err()
}

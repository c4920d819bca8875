package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// RotateMaster puts a new master key in force: every data key is wrapped anew
// in one transaction, sealed values stay as they are. This process goes on
// without a pause; other processes must be restarted with the new key, and
// fail with ErrKey when they next need a data key from the table. Backups made
// before still need the old key.
func (db *DB) RotateMaster(ctx context.Context, newKey []byte) error {
	if len(newKey) != keySize {
		return fmt.Errorf("rotating the master key: %w: it must have %d bytes, not %d", ErrKey, keySize, len(newKey))
	}
	err := db.System(ctx, func(tx *Tx) error {
		var old int64
		var proof []byte
		if err := tx.Row(`SELECT version, proof FROM master_key WHERE one=1`+tx.ForUpdate()).Scan(&old, &proof); err != nil {
			return err
		}
		oldMaster, err := db.vault.master(old)
		if err != nil {
			return err
		}
		pepper, err := decrypt(oldMaster, proof, bindTo("master"))
		if err != nil {
			return err
		}
		// Known before the commit: the moment it happens, others in this
		// process meet keys wrapped with it. The old one stays known for
		// reads that began before.
		version := old + 1
		master := newAEAD(newKey)
		db.vault.addMaster(version, master)
		keys, err := tx.wrappedKeys()
		if err != nil {
			return err
		}
		for _, k := range keys {
			plain, err := db.vault.unwrap(k.wrapped, k.keyName)
			if err != nil {
				return fmt.Errorf("key of %s in %s: %w", k.class, k.tenant, err)
			}
			_, err = tx.Exec(`UPDATE data_key SET wrapped=$4 WHERE tenant=$1 AND class=$2 AND version=$3`,
				k.tenant, k.class, k.version, encrypt(master, version, plain, k.bound()))
			if err != nil {
				return err
			}
		}
		_, err = tx.Exec(`UPDATE master_key SET version=$1, proof=$2, changed_at=$3 WHERE one=1`,
			version, encrypt(master, version, pepper, bindTo("master")), Millis(tx.Now()))
		if err != nil {
			return err
		}
		return tx.Audit("operator", "rotate-master-key", fmt.Sprint(version), "data_keys", len(keys))
	})
	if err != nil {
		return fmt.Errorf("rotating the master key: %w", err)
	}
	return nil
}

type wrappedKey struct {
	keyName
	wrapped []byte
}

func (tx *Tx) wrappedKeys() ([]wrappedKey, error) {
	rows, err := tx.Query(`SELECT tenant, class, version, wrapped FROM data_key WHERE wrapped IS NOT NULL` + tx.ForUpdate())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []wrappedKey
	for rows.Next() {
		var k wrappedKey
		if err := rows.Scan(&k.tenant, &k.class, &k.version, &k.wrapped); err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}

// RotateClass makes a new data key for a class: what is sealed from now on is
// under it; older values open as before, until DestroyClass or until their
// rows are sealed again.
func (tx *Tx) RotateClass(class string) error {
	var newest int64
	err := tx.Row(`SELECT COALESCE(MAX(version),0) FROM data_key WHERE tenant=$1 AND class=$2`, tx.scope, class).Scan(&newest)
	if err != nil {
		return fmt.Errorf("rotating the key of %s: %w", class, err)
	}
	if _, err := tx.makeKey(class, newest+1); err != nil {
		return fmt.Errorf("rotating the key of %s: %w", class, err)
	}
	tx.Signal(keysTopic, class)
	return tx.Audit("system", "rotate-key", class, "version", newest+1)
}

// DestroyClass destroys every data key of a class in this tenant: nothing
// sealed under it can ever be opened again, here or from a backup restored
// after it (the backup's own copy of the wrapped key must be destroyed with the
// backup). A value sealed later gets a new key. Other nodes forget the keys
// when they hear of it, at the latest after a minute.
func (tx *Tx) DestroyClass(class string) error {
	n, err := tx.Exec(`UPDATE data_key SET wrapped=NULL, destroyed_at=$3 WHERE tenant=$1 AND class=$2 AND destroyed_at IS NULL`,
		tx.scope, class, Millis(tx.now))
	if err != nil {
		return fmt.Errorf("destroying the keys of %s: %w", class, err)
	}
	for name := range tx.newKeys {
		if name.class == class {
			delete(tx.newKeys, name)
		}
	}
	tx.shadow(class)
	tx.Signal(keysTopic, class)
	scope := tx.scope
	tx.OnCommit(func() {
		tx.db.vault.forget(scope, class)
		tx.db.scrub()
	})
	return tx.Audit("system", "destroy-key", class, "keys", n)
}

// shadow makes this transaction ask the table for a class's keys, as those in
// memory are about to be destroyed.
func (tx *Tx) shadow(class string) {
	if tx.shadowed == nil {
		tx.shadowed = make(map[string]bool)
	}
	tx.shadowed[class] = true
}

// keysTopic tells other nodes that data keys have changed.
const keysTopic = "store.keys"

// Scrub has what this transaction overwrites removed from the database's files
// as soon as it has committed, as DB.Scrub does. It is a best effort: a reader
// that is under way keeps the old pages in the log until the next time.
func (tx *Tx) Scrub() { tx.OnCommit(tx.db.scrub) }

func (db *DB) scrub() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := db.engine.scrub(ctx, nil); err != nil {
		db.log.Warn("overwritten pages remain in the log for now", "error", err)
	}
}

// Scrub removes what the database's files still hold of overwritten rows. On
// SQLite that is the write-ahead log; the file itself never keeps any. On
// PostgreSQL it writes the tables named anew, for which the program's role must
// own them; what its log and copies of that hold is the administrator's. It
// returns ErrBusy if a reader was in the way.
func (db *DB) Scrub(ctx context.Context, tables ...string) error {
	if err := db.engine.scrub(ctx, tables); err != nil {
		return fmt.Errorf("removing overwritten rows: %w", err)
	}
	return nil
}

// scrub moves the write-ahead log into the file, whose freed cells are zeroed
// (secure_delete), and empties it.
func (e *sqliteEngine) scrub(ctx context.Context, _ []string) error {
	var busy, pages, moved int
	if err := e.read.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
		return classify(err)
	}
	if busy != 0 {
		return ErrBusy
	}
	return nil
}

// scrub rewrites tables. VACUUM of another role's table is no error to
// PostgreSQL, only a warning that nobody sees; so this asks first.
func (e *postgresEngine) scrub(ctx context.Context, tables []string) error {
	for _, table := range tables {
		var owned bool
		err := e.pool.QueryRowContext(ctx, `SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = $1::regclass`, table).Scan(&owned)
		if err != nil {
			return classify(err)
		}
		if !owned {
			return fmt.Errorf("%s is another role's: let its owner run VACUUM (FULL) %s", table, table)
		}
		if _, err := e.pool.ExecContext(ctx, `VACUUM (FULL) `+pgx.Identifier{table}.Sanitize()); err != nil {
			return classify(err)
		}
	}
	return nil
}

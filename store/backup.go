package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
)

// Backup writes a consistent copy of the database to file while it is in use:
// a SQLite database, or a PostgreSQL dump in pg_dump's custom form. The file
// must not exist. Personal data in it stay sealed; the master key is not in it.
func (db *DB) Backup(ctx context.Context, file string) error {
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("backing up: %s exists already", file)
	}
	// Made here, so that nobody else may read it even while it is written.
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("backing up: %w", err)
	}
	defer f.Close()
	if err := db.engine.backup(ctx, file); err != nil {
		os.Remove(file)
		return fmt.Errorf("backing up to %s: %w", file, err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("backing up to %s: %w", file, err)
	}
	return nil
}

// backup runs on a connection of its own, because VACUUM counts as writing
// although it only reads the database: one snapshot, without the free pages.
// It accepts an empty file as its target.
func (e *sqliteEngine) backup(ctx context.Context, file string) error {
	conn, err := sql.Open(sqliteDriver, sqliteAddress(e.file, false))
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.ExecContext(ctx, `VACUUM INTO $1`, file)
	return err
}

func (e *postgresEngine) backup(ctx context.Context, file string) error {
	return e.tool(ctx, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--enable-row-security", "--file="+file)
}

// Restore fills the new database that o names from a backup and opens it once
// to see that o.Key is the key it was sealed with. It refuses a database that
// has tables already: move the old one away first.
func Restore(ctx context.Context, o Options, file string) error {
	var err error
	if isPostgres(o.Database) {
		err = restorePostgres(ctx, o, file)
	} else {
		err = restoreSQLite(ctx, o, file)
	}
	if err != nil {
		return fmt.Errorf("restoring from %s: %w", file, err)
	}
	db, err := Open(ctx, o)
	if err != nil {
		return fmt.Errorf("restored from %s: %w", file, err)
	}
	return db.Close()
}

func restoreSQLite(ctx context.Context, o Options, file string) error {
	if info, err := os.Stat(o.Database); err == nil && info.Size() > 0 {
		return fmt.Errorf("%s exists already: move it away first", o.Database)
	}
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	defer from.Close()
	// Copied beside the target and renamed, so that a crash leaves no half
	// database under its name.
	part := o.Database + ".restoring"
	to, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(part)
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Sync(), to.Close()); err != nil {
		return err
	}
	if err := intact(ctx, part); err != nil {
		return err
	}
	// With the wrong key nothing appears under the target's name either.
	trial := o
	trial.Database = part
	db, err := Open(ctx, trial)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	return os.Rename(part, o.Database)
}

// intact refuses a file that is not a whole database of this program.
func intact(ctx context.Context, file string) error {
	db, err := sql.Open(sqliteDriver, "file:"+(&url.URL{Path: file}).EscapedPath()+"?mode=ro&immutable=1")
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&verdict); err != nil {
		return fmt.Errorf("not a whole backup: %w", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("not a whole backup: %s", verdict)
	}
	var version int64
	if err := db.QueryRowContext(ctx, `SELECT version FROM master_key`).Scan(&version); err != nil {
		return fmt.Errorf("not a backup of this program: %w", err)
	}
	return nil
}

func restorePostgres(ctx context.Context, o Options, file string) error {
	db, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer db.Close()
	e := db.engine.(*postgresEngine)
	var tables int
	err = e.pool.QueryRowContext(ctx, `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()`).Scan(&tables)
	if err != nil {
		return err
	}
	if tables > 0 {
		return fmt.Errorf("the database has %d tables already: restore into an empty one", tables)
	}
	// The data come before the policies of row-level security, so COPY works.
	return e.tool(ctx, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "--dbname="+e.config.Database, file)
}

// tool runs one of PostgreSQL's own programs. The connection is passed in the
// environment, because arguments can be read by every user of the machine.
// app.tenant opens the rows of all tenants to it.
func (e *postgresEngine) tool(ctx context.Context, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("%s is not installed on this machine: install PostgreSQL's client programs", name)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(),
		"PGHOST="+e.config.Host, fmt.Sprintf("PGPORT=%d", e.config.Port), "PGUSER="+e.config.User,
		"PGPASSWORD="+e.config.Password, "PGDATABASE="+e.config.Database,
		"PGOPTIONS=-c app.tenant="+everyTenant)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

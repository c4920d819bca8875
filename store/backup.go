package store

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// Backup writes a consistent copy of the database to file while it is in use:
// a SQLite database, or a PostgreSQL dump in pg_dump's own form. The file must
// not exist. Personal data in it stay sealed; the master key is not in it.
func (db *DB) Backup(ctx context.Context, file string) error {
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("backing up: %s exists already", file)
	}
	if err := db.engine.backup(ctx, file); err != nil {
		return fmt.Errorf("backing up to %s: %w", file, err)
	}
	return os.Chmod(file, 0o600)
}

func (e *sqliteEngine) backup(ctx context.Context, file string) error {
	// VACUUM INTO reads one snapshot and leaves out free pages. It runs on a
	// connection of its own, because it counts as writing.
	_, err := e.read.ExecContext(ctx, `VACUUM INTO ?`, file)
	return err
}

func (e *postgresEngine) backup(ctx context.Context, file string) error {
	return pgTool(ctx, "pg_dump", "--format=custom", "--enable-row-security", "--no-owner", "--file="+file, e.config.ConnString())
}

func pgTool(ctx context.Context, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("%s is not installed on this machine: install PostgreSQL's client programs", name)
	}
	out, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"regexp"
	"strings"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema to this program's version and makes the keys that
// a new database lacks. Several processes may call it at once: one works, the
// others wait and find it done. It returns ErrKey if the database was sealed
// with another master key.
func (db *DB) Migrate(ctx context.Context) error {
	if err := db.engine.migrate(ctx); err != nil {
		return fmt.Errorf("migrating the schema: %w", err)
	}
	if err := db.firstKeys(ctx); err != nil {
		return fmt.Errorf("making the keys: %w", err)
	}
	return nil
}

func (e *sqliteEngine) migrate(ctx context.Context) error {
	conn, err := sql.Open(sqliteDriver, sqliteAddress(e.file, false))
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetMaxOpenConns(1)
	// goose has no lock for SQLite. Of processes that start together one works
	// and the others trip over its tables; they look again until it is done.
	for try := time.Duration(1); ; try++ {
		err := runMigrations(ctx, goose.DialectSQLite3, conn, e.db.log, false)
		if err == nil || try == 5 {
			return err
		}
		select {
		case <-time.After(try * 50 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

func (e *postgresEngine) migrate(ctx context.Context) error {
	conn := stdlib.OpenDB(*e.config.Copy())
	defer conn.Close()
	return runMigrations(ctx, goose.DialectPostgres, conn, e.db.log, true)
}

func runMigrations(ctx context.Context, dialect goose.Dialect, conn *sql.DB, log *slog.Logger, locked bool) error {
	files, err := migrationsFor(dialect == goose.DialectPostgres)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if locked {
		// Probes every second for five minutes.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, conn, files, options...)
	if err != nil {
		return err
	}
	// With nothing to do, no write right is needed: a node may run under a role
	// that cannot change the schema.
	if pending, err := provider.HasPending(ctx); err == nil && !pending {
		return nil
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return err
	}
	for _, r := range results {
		log.Info("schema changed", "file", r.Source.Path, "took", r.Duration)
	}
	return nil
}

// migrationsFor renders every migration for one of the databases.
func migrationsFor(postgres bool) (fs.FS, error) {
	files := fstest.MapFS{}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		out, err := Schema(string(text), postgres)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[strings.TrimPrefix(name, "migrations/")] = &fstest.MapFile{Data: []byte(out)}
	}
	return files, nil
}

// WriteSchema writes the rendered schema of one database to w, one migration
// after the other, for those who want to read or compare it.
func WriteSchema(w io.Writer, postgres bool) error {
	files, err := migrationsFor(postgres)
	if err != nil {
		return err
	}
	return fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "-- %s\n%s\n", path, text)
		return err
	})
}

var (
	tenantLine = regexp.MustCompile(`^-- tenant table: ([a-z_]+)(?: by ([a-z_]+))?$`)
	bytea      = regexp.MustCompile(`\bBYTEA\b`)
)

// Schema renders a migration, written once for both databases, for one of
// them. Three kinds of comment lines steer it:
//
//	-- only: postgres     the lines up to the next steering line are for one database …
//	-- only: sqlite
//	-- all                … and from here on for both again
//	-- tenant table: T    on PostgreSQL: row-level security on T by its column tenant
//	-- tenant table: T by C    … by its column C
//
// BYTEA becomes BLOB on SQLite. Lines keep their numbers, so that an error
// names the right one.
func Schema(text string, postgres bool) (string, error) {
	var out strings.Builder
	keep := true
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "-- only: postgres":
			keep = postgres
			line = ""
		case trimmed == "-- only: sqlite":
			keep = !postgres
			line = ""
		case trimmed == "-- all":
			keep = true
			line = ""
		case strings.HasPrefix(trimmed, "-- only:"):
			return "", fmt.Errorf("line %d: %q: want postgres or sqlite", i+1, trimmed)
		case strings.HasPrefix(trimmed, "-- tenant table:"):
			m := tenantLine.FindStringSubmatch(trimmed)
			if m == nil {
				return "", fmt.Errorf("line %d: %q: want a table's name", i+1, trimmed)
			}
			if line = ""; postgres {
				line = rowSecurity(m[1], m[2])
			}
		case !keep:
			line = ""
		case !postgres:
			line = bytea.ReplaceAllString(line, "BLOB")
		}
		out.WriteString(line)
		out.WriteByte('\n')
	}
	return out.String(), nil
}

// rowSecurity lets a transaction see and write only rows of its own tenant
// (all, in System). FORCE makes it hold for the table's owner too. The
// sub-select is evaluated once a statement, not once a row. The setting is ”
// on a connection whose last transaction has ended: that is nobody.
func rowSecurity(table, column string) string {
	if column == "" {
		column = "tenant"
	}
	const setting = `(SELECT NULLIF(current_setting('app.tenant', true), ''))`
	rule := fmt.Sprintf(`(%s = %s OR %s = '%s')`, column, setting, setting, everyTenant)
	return fmt.Sprintf(`ALTER TABLE %[1]s ENABLE ROW LEVEL SECURITY; ALTER TABLE %[1]s FORCE ROW LEVEL SECURITY; CREATE POLICY tenant ON %[1]s USING %[2]s WITH CHECK %[2]s;`, table, rule)
}

package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"madoguchi/store"
	"madoguchi/store/storetest/postgres"
)

// The roles of a test database: owner makes the tables, app uses them.
const (
	ownerRole = "madoguchi_owner"
	appRole   = "madoguchi_app"
)

// start starts this process's own server. The server ends when nothing holds
// it any more; its result is held here until the process ends.
var start = sync.OnceValues(postgres.Start)

// server returns the address of the PostgreSQL server for this process.
func server() (string, error) {
	if address := os.Getenv("MADOGUCHI_TEST_POSTGRES"); address != "" {
		return address, nil
	}
	if os.Getenv("MADOGUCHI_REQUIRE_POSTGRES") != "1" {
		return "", errors.New("a server is started with MADOGUCHI_REQUIRE_POSTGRES=1, as make test does")
	}
	s, err := start()
	if err != nil {
		return "", err
	}
	return s.Address, nil
}

// template makes, once a process, the migrated database that tests copy.
var template = sync.OnceValues(func() (string, error) {
	address, err := server()
	if err != nil {
		return "", err
	}
	return makeTemplate(context.Background(), address)
})

func freshPostgres(tb testing.TB) place {
	tb.Helper()
	address, err := server()
	if err != nil {
		missing(tb, err.Error())
	}
	from, err := template()
	if err != nil {
		tb.Fatal(err)
	}
	name := create(tb, address, "TEMPLATE "+from)
	return place{kind: Postgres, database: in(address, name, appRole), owner: in(address, name, "")}
}

// emptyPostgres makes an empty database that an ordinary role owns.
func emptyPostgres(tb testing.TB) string {
	tb.Helper()
	address, err := server()
	if err != nil {
		missing(tb, err.Error())
	}
	if _, err := template(); err != nil { // makes the roles
		tb.Fatal(err)
	}
	name := create(tb, address, "OWNER "+ownerRole)
	if err := run(context.Background(), in(address, name, ""), "ALTER SCHEMA public OWNER TO "+ownerRole); err != nil {
		tb.Fatal(err)
	}
	return in(address, name, ownerRole)
}

// create makes a database that is dropped when the test ends.
func create(tb testing.TB, address, how string) (name string) {
	tb.Helper()
	ctx := context.Background()
	name = "test_" + strings.ReplaceAll(store.NewID(), "-", "")
	if err := run(ctx, address, "CREATE DATABASE "+name+" "+how); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := run(ctx, address, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			tb.Error(err)
		}
	})
	return name
}

// makeTemplate migrates a database named after the schema, so that processes
// that share a server share it too. It gets its name only when complete.
func makeTemplate(ctx context.Context, address string) (string, error) {
	var schema strings.Builder
	if err := store.WriteSchema(&schema, true); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(schema.String()))
	name := "template_" + hex.EncodeToString(sum[:8])
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return "", fmt.Errorf("connecting to the test server: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(7420)`); err != nil {
		return "", err
	}
	var ready bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname=$1)`, name).Scan(&ready); err != nil || ready {
		return name, err
	}
	for _, role := range []string{ownerRole, appRole} {
		var known bool
		if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname=$1)`, role).Scan(&known); err != nil {
			return "", err
		}
		if known {
			continue
		}
		if _, err := conn.Exec(ctx, `CREATE ROLE `+role+` LOGIN NOSUPERUSER NOBYPASSRLS`); err != nil {
			return "", err
		}
	}
	if _, err := conn.Exec(ctx, `DROP DATABASE IF EXISTS making`); err != nil {
		return "", err
	}
	if _, err := conn.Exec(ctx, `CREATE DATABASE making OWNER `+ownerRole); err != nil {
		return "", err
	}
	err = run(ctx, in(address, "making", ""),
		`ALTER SCHEMA public OWNER TO `+ownerRole,
		`ALTER DEFAULT PRIVILEGES FOR ROLE `+ownerRole+` GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO `+appRole,
		`ALTER DEFAULT PRIVILEGES FOR ROLE `+ownerRole+` GRANT SELECT ON SEQUENCES TO `+appRole, // for pg_dump
		`ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO `+appRole)
	if err != nil {
		return "", err
	}
	db, err := store.Open(ctx, store.Options{Database: in(address, "making", ownerRole), Key: Key})
	if err != nil {
		return "", err
	}
	if err := db.Migrate(ctx); err != nil {
		db.Close()
		return "", err
	}
	if err := db.Close(); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, `ALTER DATABASE making RENAME TO `+name)
	return name, err
}

// in is the address of another database of the server, as another role.
func in(address, database, role string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // pgx has accepted it
	}
	u.Path = "/" + database
	if role != "" {
		q := u.Query()
		q.Set("user", role)
		u.RawQuery = q.Encode()
		u.User = nil
	}
	return u.String()
}

func run(ctx context.Context, address string, statements ...string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

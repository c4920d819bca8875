package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// Check is an invariant of the data that a service promises to keep, such as
// "no slot over capacity". Verify runs it in one read transaction a tenant.
type Check struct {
	Name string
	// Run returns one sentence for each breach, without personal data.
	Run func(ctx context.Context, tx *Tx) (breaches []string, err error)
}

type checkList struct {
	mu   sync.Mutex
	list []Check
}

// AddCheck registers invariants for Verify. Services call it when they are
// made.
func (db *DB) AddCheck(checks ...Check) {
	db.checks.mu.Lock()
	defer db.checks.mu.Unlock()
	db.checks.list = append(db.checks.list, checks...)
}

// Verify proves the database's own integrity and every registered invariant of
// every tenant. It returns the breaches found, each led by the name of its
// check; err says that the verification itself could not be done.
func (db *DB) Verify(ctx context.Context) (breaches []string, err error) {
	found, err := db.engine.check(ctx)
	if err != nil {
		return nil, fmt.Errorf("checking the database: %w", err)
	}
	for _, b := range found {
		breaches = append(breaches, "database: "+b)
	}
	tenants, err := db.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	db.checks.mu.Lock()
	checks := append([]Check(nil), db.checks.list...)
	db.checks.mu.Unlock()
	for _, tenant := range tenants {
		for _, check := range checks {
			err := db.View(ctx, tenant, func(tx *Tx) error {
				found, err := check.Run(tx.Context(), tx)
				for _, b := range found {
					breaches = append(breaches, fmt.Sprintf("%s: tenant %s: %s", check.Name, tenant, b))
				}
				return err
			})
			if err != nil {
				return nil, fmt.Errorf("checking %s of tenant %s: %w", check.Name, tenant, err)
			}
		}
	}
	return breaches, nil
}

// TenantsWith returns the tenants that a query over all of them names, such as
// those with rows waiting in a queue.
func (db *DB) TenantsWith(ctx context.Context, query string, args ...any) (tenants []string, err error) {
	err = db.SystemView(ctx, func(tx *Tx) error {
		rows, err := tx.Query(query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t string
			if err := rows.Scan(&t); err != nil {
				return err
			}
			tenants = append(tenants, t)
		}
		return rows.Err()
	})
	return tenants, err
}

// Tenants returns the ids of all tenants, in order.
func (db *DB) Tenants(ctx context.Context) ([]string, error) {
	ids, err := db.TenantsWith(ctx, `SELECT id FROM tenant ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("listing tenants: %w", err)
	}
	return ids, nil
}

// check asks SQLite to read every page and every reference.
func (e *sqliteEngine) check(ctx context.Context) ([]string, error) {
	var breaches []string
	rows, err := e.read.QueryContext(ctx, `PRAGMA integrity_check`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		if s != "ok" {
			breaches = append(breaches, s)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	broken, err := e.read.QueryContext(ctx, `PRAGMA foreign_key_check`)
	if err != nil {
		return nil, err
	}
	defer broken.Close()
	for broken.Next() {
		var table, parent string
		var row sql.NullInt64
		var key int
		if err := broken.Scan(&table, &row, &parent, &key); err != nil {
			return nil, err
		}
		breaches = append(breaches, fmt.Sprintf("row %d of %s refers to a missing row of %s", row.Int64, table, parent))
	}
	return breaches, broken.Err()
}

// check finds tables whose row-level security was switched off. PostgreSQL
// guards its pages and references itself.
func (e *postgresEngine) check(ctx context.Context) ([]string, error) {
	var breaches []string
	rows, err := e.pool.QueryContext(ctx, `
		SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attname = 'tenant' AND NOT a.attisdropped
			AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return nil, err
		}
		breaches = append(breaches, fmt.Sprintf("table %s has no row-level security", table))
	}
	return breaches, rows.Err()
}

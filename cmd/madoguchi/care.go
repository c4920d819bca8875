package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"madoguchi/store"
	"madoguchi/store/job"
	"madoguchi/store/tenant"
)

type migrateCommand struct{}

// Run brings the database up to date.
func (*migrateCommand) Run(env *environment) error {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	fmt.Fprintf(env.out, "%s is up to date\n", env.config.Database)
	return nil
}

type backupCommand struct {
	File string `arg:"" help:"File to write; it must not exist."`
}

// Run writes a copy of the database while it is in use.
func (c *backupCommand) Run(env *environment) error {
	h, err := open(env, quiet(env.err), false)
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.db.Backup(env.ctx, c.File); err != nil {
		return err
	}
	fmt.Fprintf(env.out, "written to %s; the master key is not in it\n", c.File)
	return nil
}

type restoreCommand struct {
	File string `arg:"" help:"File written by backup."`
}

// Run fills a new database from a backup.
func (c *restoreCommand) Run(env *environment) error {
	key, _, err := env.config.masterKey()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(env.config.Database), 0o700); err != nil {
		return fmt.Errorf("make the folder of the database: %w", err)
	}
	o := store.Options{Database: env.config.Database, Key: key, Clock: env.clock, Log: quiet(env.err)}
	if err := store.Restore(env.ctx, o, c.File); err != nil {
		return err
	}
	// Opening it applies the list of the erased, who are in an older backup still.
	h, err := open(env, slog.New(slog.NewTextHandler(env.err, &slog.HandlerOptions{Level: slog.LevelWarn})), true)
	if err != nil {
		return fmt.Errorf("the backup is restored, but not to be used yet: %w", err)
	}
	defer h.close()
	fmt.Fprintf(env.out, "%s is restored; run madoguchi verify\n", env.config.Database)
	return nil
}

type rotateCommand struct {
	NewKey string `required:"" help:"File with the new key: 64 hexadecimal digits or base64." placeholder:"FILE"`
}

// Run wraps every key anew with another master key.
func (c *rotateCommand) Run(env *environment) error {
	text, err := os.ReadFile(c.NewKey)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	key, err := parseKey(strings.TrimSpace(string(text)))
	if err != nil {
		return fmt.Errorf("%w: %s: %w", errUsage, c.NewKey, err)
	}
	h, err := open(env, quiet(env.err), false)
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.db.RotateMaster(env.ctx, key); err != nil {
		return err
	}
	path := filepath.Join(env.config.Data, keyFile)
	if env.config.Key == "" {
		if err := os.WriteFile(path+".new", []byte(hex.EncodeToString(key)+"\n"), 0o600); err != nil {
			return fmt.Errorf("the key is changed, but could not be stored: %w", err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			return fmt.Errorf("the key is changed, but could not be stored: %w", err)
		}
		fmt.Fprintf(env.out, "the new key is in force and stored in %s; restart other nodes\n", path)
		return nil
	}
	fmt.Fprintln(env.out, "the new key is in force: set MADOGUCHI_KEY to it and restart every node")
	return nil
}

// Run runs a periodic job now.
func (c *jobRun) Run(env *environment) error {
	h, err := open(env, slog.New(slog.NewTextHandler(env.err, nil)), true)
	if err != nil {
		return err
	}
	defer h.close()
	runner := job.New(h.db, h.jobs()...)
	err = runner.RunNow(env.ctx, c.Name)
	if errors.Is(err, job.ErrUnknown) {
		names := ""
		for _, j := range h.jobs() {
			names += " " + j.Name
		}
		return fmt.Errorf("%w: there is no job %q; there are:%s", errUsage, c.Name, names)
	}
	return err
}

// tenantCommand is about the municipalities served here.
type tenantCommand struct {
	Add  tenantAdd  `cmd:"" help:"Add a municipality."`
	List tenantList `cmd:"" help:"List the municipalities."`

	Languages tenantLanguages `cmd:"" help:"List or set the languages a municipality offers."`
}

type tenantAdd struct {
	ID     string `arg:"" help:"Name in addresses: lower-case letters, digits and hyphens."`
	Name   string `required:"" help:"Name as shown to people."`
	Office string `help:"Office that answers."`
	Phone  string `help:"Telephone of the office."`
	Hours  string `help:"When the telephone is answered."`
}

// Run adds a tenant with the built-in procedures and no counters.
func (c *tenantAdd) Run(env *environment) error {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	t := tenant.Tenant{ID: c.ID, Name: c.Name, Settings: tenant.Settings{
		Office: first(c.Office, c.Name), Phone: c.Phone, Hours: c.Hours,
	}}
	err = h.tenants.Create(env.ctx, t, "cli")
	if store.IsDuplicate(err) {
		return fmt.Errorf("%w: there is a tenant %q already", errUsage, c.ID)
	}
	if errors.Is(err, tenant.ErrID) {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	if err := h.publishBuiltin(env.ctx, c.ID); err != nil {
		return err
	}
	fmt.Fprintf(env.out, "%s is served at /t/%s/\n", c.Name, c.ID)
	return nil
}

type tenantList struct{}

// Run lists the tenants.
func (*tenantList) Run(env *environment) error {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	all, err := h.tenants.List(env.ctx)
	for _, t := range all {
		fmt.Fprintf(env.out, "%-16s %s\n", t.ID, t.Name)
	}
	return err
}

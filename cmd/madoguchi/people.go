package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"madoguchi/channels/console"
	"madoguchi/channels/console/people"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/resident"
)

// erasuresFile is the list of the erased, beside the database and outside of it.
// It belongs to what is backed up apart from the database, and is never restored
// to an older state.
const erasuresFile = "erasures.log"

// newRoster builds the service of residents.
func (h *house) newRoster() *resident.Residents {
	r := resident.New(resident.NewList(filepath.Join(h.config.Data, erasuresFile), h.log))
	r.Watch(func(tx *store.Tx, c resident.Change) error {
		if c.Action != "resident.erase" {
			return nil
		}
		return joined{h}.forget(tx, c.After.ID, c.By)
	})
	return r
}

func (h *house) peoplePages() console.Area {
	return people.Area(people.Config{
		DB: h.db, Residents: h.residents, Log: h.log,
		Fields: joined{h}.rosterFields, Staff: joined{h}.name, Bookings: joined{h}.personBookings, Cards: joined{h}.personCards,
	})
}

// eraseAgain erases whoever an older backup has brought back.
func (h *house) eraseAgain(ctx context.Context, tenants []string) error {
	for _, id := range tenants {
		n, err := h.residents.Reconcile(ctx, h.db, id)
		if err != nil {
			return fmt.Errorf("apply the list of the erased to %s: %w", id, err)
		}
		if n > 0 {
			h.log.Warn("residents who had been erased were back and are erased again", "tenant", id, "residents", n)
		}
	}
	return nil
}

// openFor opens the house for a command about one tenant, who must exist.
func openFor(env *environment, tenant string) (*house, error) {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return nil, err
	}
	if _, err := h.tenants.Load(env.ctx, tenant); err != nil {
		h.close()
		return nil, unknownTenant(tenant, err)
	}
	return h, nil
}

// residentCommand is the roster from the shell.
type residentCommand struct {
	Import residentImport `cmd:"" help:"Register residents from a CSV file."`
	Issue  residentIssue  `cmd:"" help:"Issue resident IDs and link codes; prints them as CSV."`
	Erase  residentErase  `cmd:"" help:"Erase a resident for good."`
}

type residentImport struct {
	File   string `arg:"" help:"CSV file, UTF-8 or Shift_JIS; its first line names the columns."`
	Tenant string `default:"sample" help:"Tenant."`
	DryRun bool   `help:"Check only; change nothing."`
}

// mostImport bounds a file given to the shell, which is read whole.
const mostImport = 512 << 20

// Run checks a table and registers what is in it: all of it, or nothing if
// anything is wrong.
func (c *residentImport) Run(env *environment) error {
	info, err := os.Stat(c.File)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if info.Size() > mostImport {
		return fmt.Errorf("%w: %s has %d MB; divide it into files of at most %d MB", errUsage, c.File, info.Size()>>20, mostImport>>20)
	}
	data, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	h, err := openFor(env, c.Tenant)
	if err != nil {
		return err
	}
	defer h.close()
	var fields []people.Field
	err = h.db.View(env.ctx, c.Tenant, func(tx *store.Tx) error {
		all, err := joined{h}.rosterFields(tx)
		fields = people.InUse(all)
		return err
	})
	if err != nil {
		return err
	}
	lines, broken := people.ReadTable(data, fields)
	for _, p := range broken {
		fmt.Fprintln(env.err, p)
	}
	if len(broken) > 0 {
		return fmt.Errorf("%s: %d problems; nothing is registered", c.File, len(broken))
	}
	day := civil.In(h.db.Now()).Date
	rules := people.Rules(fields)
	plan, err := h.residents.Plan(env.ctx, h.db, c.Tenant, lines, rules, day)
	if err != nil {
		return err
	}
	for _, p := range plan.Problems {
		fmt.Fprintln(env.err, people.Say(p))
	}
	if plan.Wrong > 0 {
		return fmt.Errorf("%s: %d problems; nothing is registered", c.File, plan.Wrong)
	}
	done := "would be registered"
	if !c.DryRun {
		done = "registered"
		if err := h.residents.Import(env.ctx, h.db, c.Tenant, plan, rules, day, "cli"); err != nil {
			return err
		}
	}
	fmt.Fprintf(env.out, "%s: %d new, %d changed, %d unchanged\n", done, plan.New, plan.Changed, plan.Unchanged)
	return nil
}

type residentIssue struct {
	Count  int    `arg:"" help:"How many."`
	Tenant string `default:"sample" help:"Tenant."`
}

// Run issues IDs and prints them (S4-001).
func (c *residentIssue) Run(env *environment) error {
	if c.Count < 1 {
		return fmt.Errorf("%w: %d is no number of IDs to issue", errUsage, c.Count)
	}
	h, err := openFor(env, c.Tenant)
	if err != nil {
		return err
	}
	defer h.close()
	issued, err := people.Issue(env.ctx, h.db, h.residents, c.Tenant, c.Count, "cli")
	if err != nil {
		return err
	}
	return people.WriteIssued(env.out, issued)
}

type residentErase struct {
	Number string `arg:"" help:"Resident ID (利用者ID)."`
	Tenant string `default:"sample" help:"Tenant."`
}

// Run erases a resident, as the right to erasure asks for.
func (c *residentErase) Run(env *environment) error {
	h, err := openFor(env, c.Tenant)
	if err != nil {
		return err
	}
	defer h.close()
	err = h.db.Update(env.ctx, c.Tenant, func(tx *store.Tx) error {
		r, err := h.residents.ByNumber(tx, c.Number)
		if err != nil {
			return err
		}
		return h.residents.Erase(tx, r.ID, "cli")
	})
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no resident %q in %s", c.Number, c.Tenant)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(env.out, "erased")
	return nil
}

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"madoguchi/channels/console/setup/plan"
	"madoguchi/channels/sheet"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// counterCommand is about the counters and their opening rules.
type counterCommand struct {
	Import counterImport `cmd:"" help:"Read counters, opening rules and closures from a CSV file."`
	Export counterExport `cmd:"" help:"Write counters, opening rules and closures as a CSV file."`
}

type counterImport struct {
	Tenant    string `default:"sample" help:"Tenant."`
	File      string `arg:"" help:"CSV file, UTF-8 or Shift_JIS."`
	DryRun    bool   `help:"Only say what the file would change."`
	Effective string `help:"First day of visit it counts for, YYYY-MM-DD; today if left out." placeholder:"DATE"`
}

// errPlan says that a file was not taken; what is wrong stands before it.
var errPlan = errors.New("nothing was changed")

// Run reads a plan, all or nothing.
func (c *counterImport) Run(env *environment) error {
	var effective civil.Date
	if c.Effective != "" {
		var err error
		if effective, err = civil.ParseDate(c.Effective); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	data, err := readPlan(c.File)
	if err != nil {
		return err
	}
	var report strings.Builder
	err = withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		report.Reset()
		today := civil.In(tx.Now()).Date
		on := effective
		if on.IsZero() {
			on = today
		}
		current, err := h.reservations.SettingsOn(tx, on)
		if err != nil {
			return err
		}
		_, base, err := h.reservations.Settings(tx)
		if err != nil {
			return err
		}
		made, problems := plan.In(h.texts.Languages()).Read(data, current, civil.Holiday)
		if len(problems) > 0 {
			for _, p := range problems {
				fmt.Fprintln(&report, p)
			}
			return errPlan
		}
		preview, err := h.reservations.Preview(tx, made.Settings, effective)
		if errors.Is(err, reservation.ErrPast) {
			return fmt.Errorf("%w: --effective %s is over", errUsage, c.Effective)
		}
		if err != nil {
			return err
		}
		misfits, err := preview.Misfits(tx)
		if err != nil {
			return err
		}
		fmt.Fprintf(&report, "counters added:   %s\n", named(made.Added))
		fmt.Fprintf(&report, "counters changed: %s\n", named(made.Changed))
		fmt.Fprintf(&report, "opening rules:    %d\n", made.Openings)
		fmt.Fprintf(&report, "closures:         %d\n", made.Closures)
		fmt.Fprintf(&report, "texts in other languages: %d\n", made.Translations)
		fmt.Fprintf(&report, "differences:      %d\n", len(reservation.Compare(current, made.Settings)))
		fmt.Fprintf(&report, "bookings that lose their place: %d\n", len(misfits))
		if c.DryRun {
			fmt.Fprintln(&report, "dry run: nothing was changed")
			return nil
		}
		version, err := h.reservations.SaveSettingsFrom(tx, made.Settings, base, effective, shell.Who)
		if err != nil {
			return err
		}
		fmt.Fprintf(&report, "saved as version %d, from %s\n", version, on)
		return nil
	})
	_, _ = io.WriteString(env.out, report.String())
	return err
}

func named(ids []string) string {
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, ", ")
}

// readPlan reads a file no larger than a plan may be.
func readPlan(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, plan.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return data, nil // one byte too many is refused with the other mistakes
}

type counterExport struct {
	Tenant   string `default:"sample" help:"Tenant."`
	Encoding string `default:"utf-8" enum:"utf-8,shift_jis" help:"Encoding of the file."`
}

// Run writes the plan in force today.
func (c *counterExport) Run(env *environment) error {
	return withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		s, _, err := h.reservations.Settings(tx)
		if err != nil {
			return err
		}
		lost, err := plan.In(h.texts.Languages()).Write(env.out, sheet.Encoding(c.Encoding), s)
		if lost > 0 {
			fmt.Fprintf(env.err, "%d characters cannot be written in Shift_JIS and are 〓 in the file\n", lost)
		}
		return err
	})
}

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"madoguchi/channels/console/setup/plan"
	"madoguchi/channels/sheet"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/relocation"
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
	DryRun    bool   `help:"Only say what the file would change, and what each way would do to bookings."`
	Effective string `help:"First day of visit it counts for, YYYY-MM-DD; today if left out." placeholder:"DATE"`
	// One of these is needed where bookings would lose their place.
	Move   bool `xor:"act" help:"Move bookings that lose their place to the nearest free one, and tell the residents."`
	Cancel bool `xor:"act" help:"Cancel bookings that lose their place, and tell the residents."`
	Leave  bool `xor:"act" help:"Leave bookings that lose their place as they are, flagged."`
}

// act is what is to become of bookings that lose their place, "" if nobody said.
func (c *counterImport) act() relocation.Act {
	switch {
	case c.Move:
		return relocation.Move
	case c.Cancel:
		return relocation.Cancel
	case c.Leave:
		return relocation.Leave
	}
	return ""
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
	h, err := openFor(env, c.Tenant)
	if err != nil {
		return err
	}
	defer h.close()
	var report strings.Builder
	var work string // relocation that was begun
	take := h.db.Update
	if c.DryRun {
		take = h.db.View
	}
	err = take(env.ctx, c.Tenant, func(tx *store.Tx) (err error) {
		report.Reset()
		work, err = c.take(tx, h, data, effective, &report)
		return err
	})
	_, _ = io.WriteString(env.out, report.String())
	if err != nil || work == "" {
		return err
	}
	return c.relocate(env, h, work)
}

// take reads the file into the settings and writes down what is to become of
// bookings; it returns the relocation that is to do it, "" for none.
func (c *counterImport) take(tx *store.Tx, h *house, data []byte, effective civil.Date, report io.Writer) (work string, err error) {
	on := effective
	if on.IsZero() {
		on = civil.In(tx.Now()).Date
	}
	current, err := h.reservations.SettingsOn(tx, on)
	if err != nil {
		return "", err
	}
	_, base, err := h.reservations.Settings(tx)
	if err != nil {
		return "", err
	}
	made, problems := plan.In(h.texts.Languages()).Read(data, current, civil.Holiday)
	if len(problems) > 0 {
		for _, p := range problems {
			fmt.Fprintln(report, p)
		}
		return "", errPlan
	}
	preview, err := h.reservations.Preview(tx, made.Settings, effective)
	if errors.Is(err, reservation.ErrPast) {
		return "", fmt.Errorf("%w: --effective %s is over", errUsage, c.Effective)
	}
	if err != nil {
		return "", err
	}
	misfits, err := preview.Misfits(tx)
	if err != nil {
		return "", err
	}
	// What has no place today either is not this file's doing: somebody left it so.
	all := len(misfits)
	misfits = slices.DeleteFunc(misfits, func(m reservation.Misfit) bool { return m.Already })
	fmt.Fprintf(report, "counters added:   %s\n", named(made.Added))
	fmt.Fprintf(report, "counters changed: %s\n", named(made.Changed))
	fmt.Fprintf(report, "opening rules:    %d\n", made.Openings)
	fmt.Fprintf(report, "closures:         %d\n", made.Closures)
	fmt.Fprintf(report, "texts in other languages: %d\n", made.Translations)
	fmt.Fprintf(report, "differences:      %d\n", len(reservation.Compare(current, made.Settings)))
	fmt.Fprintf(report, "bookings that lose their place: %d\n", len(misfits))
	if n := all - len(misfits); n > 0 {
		fmt.Fprintf(report, "bookings without a place already: %d\n", n)
	}
	if c.DryRun || c.act() == "" {
		if err := foretell(tx, h, preview, misfits, report); err != nil {
			return "", err
		}
	}
	if c.DryRun {
		fmt.Fprintln(report, "dry run: nothing was changed")
		return "", nil
	}
	if len(misfits) > 0 && c.act() == "" {
		return "", fmt.Errorf("%d bookings would lose their place: say --move, --cancel or --leave; %w", len(misfits), errPlan)
	}
	choices, err := relocation.Choose(tx, preview, misfits, func(reservation.Booking) relocation.Act { return c.act() })
	if err != nil {
		return "", err
	}
	version, err := h.reservations.SaveSettingsFrom(tx, made.Settings, base, effective, shell.Who)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(report, "saved as version %d, from %s\n", version, on)
	if len(choices) == 0 || c.act() == relocation.Leave {
		return "", nil
	}
	return h.relocations().Begin(tx, "settings", choices, shell.Who)
}

// foretell says of each booking that loses its place where it would go and how
// its resident would hear of it, and what each flag would do to all of them.
func foretell(tx *store.Tx, h *house, preview *reservation.Preview, misfits []reservation.Misfit, report io.Writer) error {
	if len(misfits) == 0 {
		return nil
	}
	offers, err := relocation.Propose(tx, preview, misfits)
	if err != nil {
		return err
	}
	nowhere, told := 0, map[relocation.How]int{}
	for i, m := range misfits {
		how, err := h.reach(tx, m.Booking)
		if err != nil {
			return err
		}
		told[how]++
		if offers == nil {
			continue
		}
		to := "no free place"
		if o := offers[i]; o.Counter != nil {
			to = o.Start.String() + "  " + o.Counter.ID
		} else {
			nowhere++
		}
		b := m.Booking
		fmt.Fprintf(report, "  %s  %s  no. %d  %s  -> %s\n", b.Start, b.Counter, b.Receipt, b.Service, to)
	}
	n := len(misfits)
	if offers == nil {
		fmt.Fprintf(report, "--move:   each of %d goes to the nearest place that is free when its turn comes\n", n)
	} else {
		fmt.Fprintf(report, "--move:   %d are moved, %d find no place within four weeks and stay\n", n-nowhere, nowhere)
	}
	fmt.Fprintf(report, "--cancel: %d are cancelled\n", n)
	fmt.Fprintf(report, "--leave:  %d stay as they are, flagged\n", n)
	fmt.Fprintf(report, "residents would be told: %d by mail, %d on LINE; %d can only be called\n",
		told[relocation.ByMail], told[relocation.OnLine], told[relocation.Nobody])
	return nil
}

// relocate does a relocation and says what became of the bookings. What an
// interruption leaves waiting, the job "relocations" goes on with.
func (c *counterImport) relocate(env *environment, h *house, work string) error {
	moves := h.relocations()
	if err := moves.Run(env.ctx, h.db, c.Tenant, work); err != nil {
		return err
	}
	return h.db.View(env.ctx, c.Tenant, func(tx *store.Tx) error {
		t, err := moves.Tally(tx, work)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.out, "bookings moved: %d, cancelled: %d, without a free place: %d, changed meanwhile: %d\n", t.Moved, t.Cancelled, t.NoPlace, t.Overtaken)
		if t.ToCall > 0 {
			fmt.Fprintf(env.out, "residents to be called: %d (/console/setup/relocations/%s)\n", t.ToCall, work)
		}
		return nil
	})
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

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/channels/console/operators"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
)

// staffPolicy is what a municipality decided about signing in.
func (h *house) staffPolicy(tx *store.Tx) (staff.Policy, error) {
	p := staff.DefaultPolicy()
	t, err := h.tenants.In(tx)
	if err != nil {
		return p, err
	}
	return p, t.Settings.Section(staff.PolicySection, &p)
}

// saveStaffPolicy stores it.
func (h *house) saveStaffPolicy(ctx context.Context, id string, p staff.Policy, by string) error {
	t, err := h.tenants.Load(ctx, id)
	if err != nil {
		return err
	}
	if err := t.Settings.SetSection(staff.PolicySection, p); err != nil {
		return err
	}
	return h.tenants.Save(ctx, t, by)
}

// counterNames are the counters that clerks can be assigned to.
func (h *house) counterNames(tx *store.Tx) ([]operators.Counter, error) {
	settings, _, err := h.reservations.Settings(tx)
	if err != nil {
		return nil, err
	}
	list := make([]operators.Counter, len(settings.Counters))
	for i, c := range settings.Counters {
		list[i] = operators.Counter{ID: c.ID, Name: c.Names.In("ja")}
	}
	return list, nil
}

// credentials are what a person signs in with.
type credentials struct{ login, password string }

// sampleStaff gives the sample tenant an account a role, if it has none, and
// returns their passwords, which are kept nowhere (CONTRACT). It is for the
// command that can show them.
func (h *house) sampleStaff(ctx context.Context) ([]credentials, error) {
	var none bool
	err := h.db.View(ctx, sampleID, func(tx *store.Tx) error {
		if _, err := h.tenants.In(tx); err != nil {
			return err
		}
		_, n, err := h.staff.List(tx, staff.Filter{Limit: 1})
		none = n == 0
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && !none {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	people := []staff.Account{
		{Login: "admin", Name: "見本 管理者", Booking: staff.Administrator, Cards: staff.Administrator},
		{Login: "manager", Name: "見本 係長", Booking: staff.Manager, Cards: staff.Manager},
		{Login: "clerk", Name: "見本 窓口", Booking: staff.Clerk, Cards: staff.Clerk},
	}
	for _, c := range reservation.Sample().Counters {
		people[2].Counters = append(people[2].Counters, c.ID)
	}
	var all []credentials
	passwords := make([]staff.Password, len(people))
	for i := range people {
		people[i].Official, people[i].Body = true, "みほん市"
		var text string
		if text, passwords[i], err = h.staff.Generate(ctx); err != nil {
			return nil, err
		}
		all = append(all, credentials{people[i].Login, text})
	}
	err = h.db.Update(ctx, sampleID, func(tx *store.Tx) error {
		for i, a := range people {
			if _, err := h.staff.Add(tx, a, passwords[i], "system"); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, staff.ErrTaken) { // another node was quicker, and shows its passwords
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("make the accounts of the sample tenant: %w", err)
	}
	return all, nil
}

// staffCommand is for whoever runs the machine: the first account of a
// municipality, and the way back in when nobody else has one.
type staffCommand struct {
	Add     staffAdd     `cmd:"" help:"Add an account; prints its temporary password once."`
	List    staffList    `cmd:"" help:"List the accounts."`
	Disable staffDisable `cmd:"" help:"Take an account out of use; its sessions end."`
	Reset   staffReset   `cmd:"" help:"Give an account a new temporary password and its tries back; prints it once."`
}

// member is an account as --json prints it.
type member struct {
	ID        string   `json:"id"`
	Login     string   `json:"login"`
	Name      string   `json:"name"`
	Body      string   `json:"body,omitempty"`
	Booking   string   `json:"booking,omitempty"`
	Cards     string   `json:"cards,omitempty"`
	Official  bool     `json:"official"`
	Counters  []string `json:"counters,omitempty"`
	From      string   `json:"from,omitempty"`
	To        string   `json:"to,omitempty"`
	Disabled  bool     `json:"disabled"`
	Temporary bool     `json:"temporary"`
	Second    bool     `json:"second_factor"`
	SignedIn  string   `json:"signed_in,omitempty"`
	Password  string   `json:"password,omitempty"` // when it has just been made
}

func memberOf(r staff.Record) member {
	m := member{
		ID: r.ID, Login: r.Login, Name: r.Name, Body: r.Body, Booking: string(r.Booking), Cards: string(r.Cards), Official: r.Official,
		Counters: r.Counters, Disabled: r.Disabled, Temporary: r.Temporary, Second: r.Second,
	}
	if !r.From.IsZero() {
		m.From = r.From.String()
	}
	if !r.To.IsZero() {
		m.To = r.To.String()
	}
	if !r.SignedIn.IsZero() {
		m.SignedIn = r.SignedIn.Format(time.RFC3339)
	}
	return m
}

func (m member) String() string {
	state := "active"
	if m.Disabled {
		state = "disabled"
	}
	line := fmt.Sprintf("%-16s booking=%-13s cards=%-13s %-8s %s", m.Login, first(m.Booking, "-"), first(m.Cards, "-"), state, m.Name)
	if m.Password != "" {
		line += "\ntemporary password (shown this once): " + m.Password
	}
	return line
}

func (o output) member(env *environment, m member) error {
	if o.JSON {
		return json.NewEncoder(env.out).Encode(m)
	}
	_, err := fmt.Fprintln(env.out, m)
	return err
}

// withTenant opens the house and refuses a tenant that is not there.
func (o output) withTenant(env *environment, run func(h *house) error) error {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	if _, err := h.tenants.Load(env.ctx, o.Tenant); errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w: there is no tenant %q (see madoguchi tenant list)", errUsage, o.Tenant)
	} else if err != nil {
		return err
	}
	return explainStaff(run(h))
}

// explainStaff turns a refusal of the service into a line with what to do.
func explainStaff(err error) error {
	var fault staff.Fault
	switch {
	case errors.Is(err, staff.ErrTaken):
		return fmt.Errorf("%w: another account has this login (see madoguchi staff list)", errUsage)
	case errors.Is(err, staff.ErrNotFound):
		return fmt.Errorf("%w: there is no such account (see madoguchi staff list)", errUsage)
	case errors.Is(err, staff.ErrLast):
		return errors.New("this is the last administrator: give somebody else the role first")
	case errors.As(err, &fault):
		return fmt.Errorf("%w: %w", errUsage, fault)
	}
	return err
}

type staffAdd struct {
	output
	Login    string   `arg:"" help:"Login: letters, digits and . _ - @."`
	Name     string   `required:"" help:"Name as colleagues see it."`
	Mail     string   `help:"Mail address."`
	Body     string   `help:"Organisation the person works for."`
	Booking  string   `enum:"clerk,manager,administrator," default:"" help:"Role in bookings: clerk, manager or administrator."`
	Cards    string   `enum:"clerk,manager,administrator," default:"" help:"Role in card issuance: clerk, manager or administrator."`
	Official bool     `help:"An official, who may check identities and hand over cards."`
	Counter  []string `help:"Counter a clerk works at; may be repeated."`
	From     string   `help:"First day of validity, YYYY-MM-DD."`
	To       string   `help:"Last day of validity, YYYY-MM-DD."`
}

// Run adds an account.
func (c *staffAdd) Run(env *environment) error {
	a := staff.Account{
		Login: staff.Login(c.Login), Name: strings.TrimSpace(c.Name), Mail: c.Mail, Body: c.Body, Booking: staff.Role(c.Booking), Cards: staff.Role(c.Cards),
		Official: c.Official, Counters: c.Counter, Temporary: true,
	}
	for _, d := range []struct {
		text string
		to   *civil.Date
	}{{c.From, &a.From}, {c.To, &a.To}} {
		if d.text == "" {
			continue
		}
		var err error
		if *d.to, err = civil.ParseDate(d.text); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	if a.Booking == staff.None && a.Cards == staff.None {
		return fmt.Errorf("%w: give --booking, --cards or both a role", errUsage)
	}
	return c.withTenant(env, func(h *house) error {
		text, p, err := h.staff.Generate(env.ctx)
		if err != nil {
			return err
		}
		var r staff.Record
		err = h.db.Update(env.ctx, c.Tenant, func(tx *store.Tx) error {
			settings, _, err := h.reservations.Settings(tx)
			if err != nil {
				return err
			}
			for _, id := range a.Counters {
				if !slices.ContainsFunc(settings.Counters, func(c reservation.Counter) bool { return c.ID == id }) {
					return fmt.Errorf("%w: there is no counter %q (see madoguchi vacancy)", errUsage, id)
				}
			}
			id, err := h.staff.Add(tx, a, p, "cli")
			if err != nil {
				return err
			}
			r, err = h.staff.Get(tx, id)
			return err
		})
		if err != nil {
			return err
		}
		m := memberOf(r)
		m.Password = text
		return c.member(env, m)
	})
}

type staffList struct{ output }

// Run lists the accounts of a tenant.
func (c *staffList) Run(env *environment) error {
	return c.withTenant(env, func(h *house) error {
		members := []member{}
		err := h.db.View(env.ctx, c.Tenant, func(tx *store.Tx) error {
			all, _, err := h.staff.List(tx, staff.Filter{})
			for _, r := range all {
				members = append(members, memberOf(r))
			}
			return err
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(env.out).Encode(members)
		}
		for _, m := range members {
			fmt.Fprintln(env.out, m)
		}
		return nil
	})
}

type staffDisable struct {
	output
	Login string `arg:"" help:"Login."`
	Undo  bool   `help:"Put the account back into use."`
}

// Run disables an account, or enables it again.
func (c *staffDisable) Run(env *environment) error {
	return c.withTenant(env, func(h *house) error {
		var r staff.Record
		err := h.db.Update(env.ctx, c.Tenant, func(tx *store.Tx) (err error) {
			if r, err = h.staff.ByLogin(tx, c.Login); err != nil {
				return err
			}
			if err := h.staff.Disable(tx, r.ID, !c.Undo, "cli"); err != nil {
				return err
			}
			r, err = h.staff.Get(tx, r.ID)
			return err
		})
		if err != nil {
			return err
		}
		return c.member(env, memberOf(r))
	})
}

type staffReset struct {
	output
	Login  string `arg:"" help:"Login."`
	Second bool   `help:"Remove the second factor too."`
}

// Run resets an account's password.
func (c *staffReset) Run(env *environment) error {
	return c.withTenant(env, func(h *house) error {
		text, p, err := h.staff.Generate(env.ctx)
		if err != nil {
			return err
		}
		var r staff.Record
		err = h.db.Update(env.ctx, c.Tenant, func(tx *store.Tx) (err error) {
			if r, err = h.staff.ByLogin(tx, c.Login); err != nil {
				return err
			}
			if err := h.staff.Reset(tx, r.ID, p, true, "cli"); err != nil {
				return err
			}
			if c.Second {
				if err := h.staff.DropSecond(tx, r.ID, "cli"); err != nil {
					return err
				}
			}
			r, err = h.staff.Get(tx, r.ID)
			return err
		})
		if err != nil {
			return err
		}
		m := memberOf(r)
		m.Password = text
		return c.member(env, m)
	})
}

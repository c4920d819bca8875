// Package identity is the part of the staff console where an administrator
// decides how residents make themselves known (利用者の確認), and where staff issue
// the first passwords (S4-001, S4-013 to S4-017, S4-023, S4-027).
//
//	settings page ──▶ tenant settings, section "identity" ──▶ the next dialog turn
//	issue page    ──▶ argon2id, outside any transaction ──▶ store/identity; a table to print from
package identity

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"iter"
	"strconv"

	"madoguchi/channels/console"
	"madoguchi/channels/sheet"
	"madoguchi/store"
	"madoguchi/store/identity"
	"madoguchi/store/password"
	"madoguchi/store/reservation"
	"madoguchi/store/resident"
	"madoguchi/store/staff"
	"madoguchi/store/tenant"
)

//go:embed templates/*.html texts
var files embed.FS

// Config is what the pages work with.
type Config struct {
	Tenants   *tenant.Registry
	Residents *resident.Residents
	Identity  identity.Service
	Hasher    *password.Hasher
}

// Area is this part of the console.
func Area(c Config) console.Area {
	return console.Area{
		Name: "identity",
		Pages: []console.Page{
			{Method: "GET", Path: "identity", Right: staff.EditFields, Handle: c.settings},
			{Method: "POST", Path: "identity", Right: staff.EditFields, Handle: c.save},
			{Method: "GET", Path: "identity/issue", Right: staff.EditResidents, Handle: c.issuePage},
			{Method: "POST", Path: "identity/issue", Right: staff.EditResidents, Handle: c.issue},
			{Method: "POST", Path: "identity/issue-many", Right: staff.ExportResidents, Handle: c.issueMany},
		},
		Menu:      []console.Entry{{Position: 76, Path: "identity", Text: "identity.menu", Right: staff.EditFields}},
		Templates: console.Below(files, "templates"), Texts: console.Below(files, "texts"),
	}
}

// form is the settings page as it is filled in.
type form struct {
	identity.Settings
	Version int64
	Days    string
	Minutes string
	Errors  map[string]string // by field: key of what is wrong
}

func (c Config) settings(q *console.Request) error {
	t, err := c.Tenants.Load(q.Context(), q.Tenant)
	if err != nil {
		return err
	}
	s, err := identity.Parse(t.Settings.Sections[identity.Section])
	if err != nil {
		return err
	}
	return q.Render("identity-settings", "identity.title", form{
		Settings: s, Version: t.Version, Days: number(s.Days, 7), Minutes: number(s.Minutes, 60),
	})
}

func number(n, usual int) string {
	if n == 0 {
		n = usual
	}
	return strconv.Itoa(n)
}

// Bounds of what can be set.
const (
	mostDays    = 90
	mostMinutes = 24 * 60
)

func (c Config) save(q *console.Request) error {
	f := form{Errors: map[string]string{}, Days: q.PostFormValue("days"), Minutes: q.PostFormValue("minutes")}
	f.Settings = identity.Settings{
		Who: identity.Who(q.PostFormValue("who")), Name: identity.SignInName(q.PostFormValue("name")),
		NoPassword: q.PostFormValue("password") == "no", Register: q.PostFormValue("register") == "yes",
		Check: q.PostFormValue("check") == "yes",
	}
	var err error
	if f.Settings.Days, err = strconv.Atoi(f.Days); err != nil || f.Settings.Days < 1 || f.Settings.Days > mostDays {
		f.Errors["days"] = "identity.days.bad"
	}
	if f.Settings.Minutes, err = strconv.Atoi(f.Minutes); err != nil || f.Settings.Minutes < 1 || f.Settings.Minutes > mostMinutes {
		f.Errors["minutes"] = "identity.minutes.bad"
	}
	if f.Version, err = strconv.ParseInt(q.PostFormValue("version"), 10, 64); err != nil {
		return console.ErrBadForm
	}
	if len(f.Errors) > 0 {
		return q.Again("identity-settings", "identity.title", f)
	}
	if f.Settings.Validate() != nil {
		return console.ErrBadForm
	}
	t, err := c.Tenants.Load(q.Context(), q.Tenant)
	if err != nil {
		return err
	}
	t.Version = f.Version
	if err := t.Settings.SetSection(identity.Section, f.Settings); err != nil {
		return err
	}
	err = c.Tenants.Save(q.Context(), t, q.By())
	if errors.Is(err, tenant.ErrChanged) {
		f.Errors["form"] = "identity.changed"
		if now, err := c.Tenants.Load(q.Context(), q.Tenant); err == nil {
			f.Version = now.Version
		}
		return q.Again("identity-settings", "identity.title", f)
	}
	if err != nil {
		return err
	}
	return q.See("identity", "identity.saved")
}

// issued is the page on which a first password is issued, and the one time it is
// shown.
type issued struct {
	Number   string
	Password string
	Error    string
	Waiting  int // residents without a password
}

func (c Config) issuePage(q *console.Request) error {
	waiting, err := c.without(q, 0)
	if err != nil {
		return err
	}
	return q.Render("identity-issue", "identity.issue.title", issued{Number: q.URL.Query().Get("number"), Waiting: len(waiting)})
}

func (c Config) issue(q *console.Request) error {
	page := issued{Number: q.PostFormValue("number")}
	var found resident.Resident
	err := q.View(func(tx *store.Tx) (err error) {
		found, err = c.Residents.ByNumber(tx, page.Number)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && found.State != resident.Active {
		page.Error = "identity.issue.unknown"
		return q.Again("identity-issue", "identity.issue.title", page)
	}
	if err != nil {
		return err
	}
	page.Password = password.Generate()
	hash, err := c.Hasher.Hash(q.Context(), page.Password)
	if err != nil {
		return err
	}
	err = q.Update(func(tx *store.Tx) error {
		return c.Identity.SetSecret(tx, found.ID, hash, true, q.By())
	})
	if err != nil {
		return err
	}
	return q.Render("identity-issue", "identity.issue.title", page)
}

// atOnce is how many passwords one request issues: each takes some tens of
// milliseconds of a processor.
const atOnce = 100

// without lists active residents who have no password yet, up to a number; 0
// counts up to a thousand.
func (c Config) without(q *console.Request, most int) ([]resident.Resident, error) {
	if most == 0 {
		most = 1000
	}
	var out []resident.Resident
	err := q.View(func(tx *store.Tx) error {
		var at resident.Cursor
		for len(out) < most && !at.Done {
			some, next, err := c.Residents.Walk(tx, resident.Filter{State: resident.Active}, at, 500)
			if err != nil {
				return err
			}
			at = next
			ids := make([]string, len(some))
			for i, r := range some {
				ids[i] = r.ID
			}
			have, err := c.Identity.Having(tx, ids)
			if err != nil {
				return err
			}
			for _, r := range some {
				if r.State == resident.Active && !have[r.ID] && len(out) < most {
					out = append(out, r)
				}
			}
		}
		return nil
	})
	return out, err
}

// issueMany issues first passwords to the next residents who have none, as a
// table for the letters that carry them.
func (c Config) issueMany(q *console.Request) error {
	list, err := c.without(q, atOnce)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return q.See("identity/issue", "identity.issue.nobody")
	}
	secrets, err := c.hash(q.Context(), list)
	if err != nil {
		return err
	}
	err = q.Update(func(tx *store.Tx) error {
		for i, r := range list {
			if err := c.Identity.SetSecret(tx, r.ID, secrets[i].hash, true, q.By()); err != nil {
				return err
			}
		}
		return tx.Audit(q.By(), "resident.issue-passwords", "", "count", len(list))
	})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	rows := func(yield func([]string) bool) {
		for i, r := range list {
			if !yield([]string{r.Number, reservation.ShowKey(r.Link), secrets[i].plain}) {
				return
			}
		}
	}
	if _, err := sheet.Write(&b, sheet.UTF8, []string{q.T("identity.issue.number"), q.T("identity.issue.link"), q.T("identity.issue.password")}, iter.Seq[[]string](rows)); err != nil {
		return err
	}
	q.W.Header().Set("Cache-Control", "no-store")
	return q.File("first-passwords.csv", "text/csv; charset=utf-8", b.Bytes())
}

type secret struct{ plain, hash string }

// hash makes a password for each and hashes it.
func (c Config) hash(ctx context.Context, list []resident.Resident) ([]secret, error) {
	out := make([]secret, len(list))
	for i := range out {
		out[i].plain = password.Generate()
		var err error
		if out[i].hash, err = c.Hasher.Hash(ctx, out[i].plain); err != nil {
			return nil, err
		}
	}
	return out, nil
}

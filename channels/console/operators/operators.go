// Package operators is the part of the console where administrators keep the
// accounts of the staff (操作者一覧, S4-070 to S4-074): who may sign in, with
// which role in each of the two systems, at which counters, from when to when.
//
// A password is never typed here: the program makes a temporary one, shows it
// once to the administrator who hands it over, and the person changes it at the
// first sign-in (ASVS 6.4.6). What an account can be is decided in store/staff.
package operators

import (
	"context"
	"embed"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/staff"
)

//go:embed templates texts
var files embed.FS

// Counter is a counter a clerk can be assigned to.
type Counter struct{ ID, Name string }

// Config is what the pages need.
type Config struct {
	Staff    *staff.Service
	Counters func(*store.Tx) ([]Counter, error)
	// Policy reads, SavePolicy stores what the municipality decided about
	// signing in.
	Policy     func(*store.Tx) (staff.Policy, error)
	SavePolicy func(ctx context.Context, tenant string, p staff.Policy, by string) error
}

// Area is the part of the console with these pages.
func Area(c Config) console.Area {
	return console.Area{
		Name: "operators", Templates: console.Below(files, "templates"), Texts: console.Below(files, "texts"),
		Menu: []console.Entry{{Position: 90, Path: "operators", Text: "operators.title", Right: staff.ManageStaff}},
		Pages: []console.Page{
			console.Get("operators", staff.ManageStaff, c.list),
			console.Get("operators/new", staff.ManageStaff, c.blank),
			console.Post("operators", staff.ManageStaff, c.add),
			console.Get("operators/policy", staff.ManageStaff, c.policyPage),
			console.Post("operators/policy", staff.ManageStaff, c.policy),
			console.Get("operators/{id}", staff.ManageStaff, c.show),
			console.Post("operators/{id}", staff.ManageStaff, c.save),
			console.Post("operators/{id}/reset", staff.ManageStaff, c.reset),
			console.Post("operators/{id}/second", staff.ManageStaff, c.dropSecond),
			console.Post("operators/{id}/unlock", staff.ManageStaff, c.unlock),
			console.Post("operators/{id}/sessions", staff.ManageStaff, c.endSessions),
		},
	}
}

const pageSize = 50

// roster is the list of accounts.
type roster struct {
	Text, State, Role, Counter string
	Counters                   []Counter
	Rows                       []row
	Pager                      console.Pager
}

// row is an account in the list.
type row struct {
	staff.Record
	Counters []string // names
	Period   string
	State    string // key
	Last     string
}

func (c Config) list(q *console.Request) error {
	v := q.URL.Query()
	r := roster{
		Text: v.Get("text"), State: v.Get("state"), Role: v.Get("role"), Counter: v.Get("counter"),
		Pager: console.PagerOf(v, pageSize),
	}
	err := q.View(func(tx *store.Tx) (err error) {
		if r.Counters, err = c.Counters(tx); err != nil {
			return err
		}
		var list []staff.Record
		list, r.Pager.Total, err = c.Staff.List(tx, staff.Filter{
			Text: r.Text, State: r.State, Role: staff.Role(r.Role), Counter: r.Counter, Offset: r.Pager.Offset(), Limit: pageSize,
		})
		today := civil.In(tx.Now()).Date
		for _, a := range list {
			r.Rows = append(r.Rows, row{Record: a, Counters: names(r.Counters, a.Counters), Period: period(a.Account), State: state(a.Account, today), Last: q.Moment(a.SignedIn)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("operators", "operators.title", r)
}

func names(all []Counter, ids []string) []string {
	var list []string
	for _, id := range ids {
		name := id
		for _, c := range all {
			if c.ID == id {
				name = c.Name
			}
		}
		list = append(list, name)
	}
	return list
}

// period writes from when to when an account is valid; "" without limits.
func period(a staff.Account) string {
	if a.From.IsZero() && a.To.IsZero() {
		return ""
	}
	from, to := "", ""
	if !a.From.IsZero() {
		from = a.From.String()
	}
	if !a.To.IsZero() {
		to = a.To.String()
	}
	return from + "〜" + to
}

func state(a staff.Account, on civil.Date) string {
	switch {
	case a.Disabled:
		return "disabled"
	case !a.ValidOn(on):
		return "outside"
	case a.Temporary:
		return "temporary"
	}
	return "active"
}

// form is an account being written.
type form struct {
	ID       string // "" for a new one
	Version  int64
	Account  staff.Account
	From, To string // as typed
	Chosen   map[string]bool
	Counters []Counter
	Problems map[string]string // field → key of a sentence

	// Of an account that exists.
	State    string
	Locked   bool
	Last     string
	Made     string
	Sessions int
	Self     bool // it is the administrator's own
	May      bool // the administrator may change it
}

// Period is the validity, for a page without a form.
func (f form) Period() string { return period(f.Account) }

// Names are the counters' names, for the same.
func (f form) Names() []string { return names(f.Counters, f.Account.Counters) }

// Roles are what can be chosen in either system.
func (form) Roles() []staff.Role {
	return []staff.Role{staff.None, staff.Clerk, staff.Manager, staff.Administrator}
}

func (c Config) blank(q *console.Request) error {
	f := form{May: true, Chosen: map[string]bool{}}
	err := q.View(func(tx *store.Tx) (err error) {
		f.Counters, err = c.Counters(tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("operators-edit", "operators.new", f)
}

// read takes a form's fields. What is wrong with them is in Problems.
func (c Config) read(q *console.Request, counters []Counter) form {
	value := func(name string) string { return strings.TrimSpace(q.PostFormValue(name)) }
	f := form{Counters: counters, Problems: map[string]string{}, Chosen: map[string]bool{}, From: value("from"), To: value("to"), May: true}
	f.Version, _ = strconv.ParseInt(value("version"), 10, 64)
	f.Account = staff.Account{
		Login: staff.Login(value("login")), Name: value("name"), Mail: value("mail"), Body: value("body"),
		Booking: staff.Role(value("booking")), Cards: staff.Role(value("cards")),
		Official: value("official") == "1", Disabled: value("disabled") == "1",
	}
	for _, id := range q.PostForm["counter"] {
		if slices.ContainsFunc(counters, func(k Counter) bool { return k.ID == id }) && !f.Chosen[id] {
			f.Chosen[id] = true
			f.Account.Counters = append(f.Account.Counters, id)
		}
	}
	for _, d := range []struct {
		name, text string
		to         *civil.Date
	}{{"from", f.From, &f.Account.From}, {"to", f.To, &f.Account.To}} {
		if d.text == "" {
			continue
		}
		var err error
		if *d.to, err = civil.ParseDate(d.text); err != nil {
			f.Problems[d.name] = "operators.fault.date"
		}
	}
	var fault staff.Fault
	if err := f.Account.Check(); errors.As(err, &fault) {
		f.Problems[fault.Field] = "operators.fault." + fault.Field
	}
	return f
}

// refusal puts a refusal of the service beside its field; false if it is none.
func (f *form) refusal(err error) bool {
	var fault staff.Fault
	switch {
	case errors.Is(err, staff.ErrTaken):
		f.Problems["login"] = "operators.fault.taken"
	case errors.Is(err, staff.ErrChanged):
		f.Problems["form"] = "operators.fault.changed"
	case errors.Is(err, staff.ErrLast):
		f.Problems["form"] = "operators.fault.last"
	case errors.Is(err, staff.ErrSelf):
		f.Problems["form"] = "operators.fault.self"
	case errors.As(err, &fault):
		f.Problems[fault.Field] = "operators.fault." + fault.Field
	default:
		return false
	}
	return true
}

// handed is the page that shows a temporary password, once.
type handed struct {
	ID, Login, Name, Password string
}

func (c Config) add(q *console.Request) error {
	var counters []Counter
	err := q.View(func(tx *store.Tx) (err error) {
		counters, err = c.Counters(tx)
		return err
	})
	if err != nil {
		return err
	}
	f := c.read(q, counters)
	f.Account.Temporary = true
	if len(f.Problems) == 0 && !q.Account.MayManage(f.Account) {
		f.Problems["roles"] = "operators.fault.beyond"
	}
	if len(f.Problems) > 0 {
		return q.Again("operators-edit", "operators.new", f)
	}
	text, p, err := c.Staff.Generate(q.Context())
	if err != nil {
		return err
	}
	var id string
	err = q.Update(func(tx *store.Tx) (err error) {
		id, err = c.Staff.Add(tx, f.Account, p, q.By())
		return err
	})
	if err != nil {
		if f.refusal(err) {
			return q.Again("operators-edit", "operators.new", f)
		}
		return err
	}
	return q.Render("operators-password", "operators.handed", handed{id, f.Account.Login, f.Account.Name, text})
}

// open reads an account with what its page shows.
func (c Config) open(q *console.Request, tx *store.Tx) (form, error) {
	r, err := c.Staff.Get(tx, q.PathValue("id"))
	if err != nil {
		return form{}, err
	}
	f := form{
		ID: r.ID, Version: r.Version, Account: r.Account, Chosen: map[string]bool{}, State: state(r.Account, civil.In(tx.Now()).Date),
		Last: q.Moment(r.SignedIn), Made: q.Moment(r.Made), Self: r.ID == q.Account.ID, May: q.Account.MayManage(r.Account),
	}
	for _, id := range r.Counters {
		f.Chosen[id] = true
	}
	if !r.From.IsZero() {
		f.From = r.From.String()
	}
	if !r.To.IsZero() {
		f.To = r.To.String()
	}
	if f.Counters, err = c.Counters(tx); err != nil {
		return form{}, err
	}
	if f.Locked, err = c.Staff.Locked(tx, r.Login); err != nil {
		return form{}, err
	}
	sessions, err := c.Staff.Sessions(tx, r.ID)
	f.Sessions = len(sessions)
	return f, err
}

func (c Config) show(q *console.Request) error {
	var f form
	err := q.View(func(tx *store.Tx) (err error) {
		f, err = c.open(q, tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("operators-edit", "operators.edit", f)
}

func (c Config) save(q *console.Request) error {
	var was form
	err := q.View(func(tx *store.Tx) (err error) {
		was, err = c.open(q, tx)
		return err
	})
	if err != nil {
		return err
	}
	if !was.May {
		return console.ErrForbidden
	}
	f := c.read(q, was.Counters)
	f.ID, f.State, f.Locked, f.Last, f.Made, f.Sessions, f.Self = was.ID, was.State, was.Locked, was.Last, was.Made, was.Sessions, was.Self
	f.Account.ID, f.Account.Second, f.Account.Temporary = was.ID, was.Account.Second, was.Account.Temporary
	// A counter that has been removed since stays with the account it was given to.
	for _, id := range was.Account.Counters {
		if !slices.ContainsFunc(was.Counters, func(k Counter) bool { return k.ID == id }) {
			f.Account.Counters = append(f.Account.Counters, id)
		}
	}
	if len(f.Problems) == 0 && !q.Account.MayManage(f.Account) {
		f.Problems["roles"] = "operators.fault.beyond"
	}
	if len(f.Problems) > 0 {
		return q.Again("operators-edit", "operators.edit", f)
	}
	err = q.Update(func(tx *store.Tx) error { return c.Staff.Save(tx, f.Account, f.Version, q.By()) })
	if err != nil {
		if f.refusal(err) {
			return q.Again("operators-edit", "operators.edit", f)
		}
		return err
	}
	return q.See("operators/"+url.PathEscape(f.ID), "operators.saved")
}

// managed runs an action on an account that this administrator may change.
func (c Config) managed(q *console.Request, act func(tx *store.Tx, r staff.Record) error) (r staff.Record, err error) {
	err = q.Update(func(tx *store.Tx) (err error) {
		if r, err = c.Staff.Get(tx, q.PathValue("id")); err != nil {
			return err
		}
		if !q.Account.MayManage(r.Account) {
			return console.ErrForbidden
		}
		return act(tx, r)
	})
	return r, err
}

func (c Config) reset(q *console.Request) error {
	text, p, err := c.Staff.Generate(q.Context())
	if err != nil {
		return err
	}
	r, err := c.managed(q, func(tx *store.Tx, r staff.Record) error {
		if r.ID == q.Account.ID {
			return &console.Problem{Status: 422, Text: "operators.fault.own-password"}
		}
		return c.Staff.Reset(tx, r.ID, p, true, q.By())
	})
	if err != nil {
		return err
	}
	return q.Render("operators-password", "operators.handed", handed{r.ID, r.Login, r.Name, text})
}

// done runs a simple action and goes back to the account.
func (c Config) done(q *console.Request, said string, act func(tx *store.Tx, r staff.Record) error) error {
	r, err := c.managed(q, act)
	if err != nil {
		return err
	}
	return q.See("operators/"+url.PathEscape(r.ID), said)
}

func (c Config) dropSecond(q *console.Request) error {
	return c.done(q, "operators.second.dropped", func(tx *store.Tx, r staff.Record) error {
		if r.ID == q.Account.ID {
			return &console.Problem{Status: 422, Text: "operators.fault.own-password"}
		}
		return c.Staff.DropSecond(tx, r.ID, q.By())
	})
}

func (c Config) unlock(q *console.Request) error {
	return c.done(q, "operators.unlocked", func(tx *store.Tx, r staff.Record) error { return c.Staff.Unlock(tx, r.ID, q.By()) })
}

func (c Config) endSessions(q *console.Request) error {
	return c.done(q, "operators.sessions.ended", func(tx *store.Tx, r staff.Record) error {
		return c.Staff.EndSessions(tx, r.ID, "", q.By())
	})
}

// policyForm is the page of what the municipality decided about signing in.
type policyForm struct {
	Idle, Hours, Tries string
	Second             bool
	Problem            string // name of the field
}

func (c Config) policyPage(q *console.Request) error {
	var p staff.Policy
	err := q.View(func(tx *store.Tx) (err error) {
		p, err = c.Policy(tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("operators-policy", "operators.policy", policyForm{
		Idle: strconv.Itoa(p.IdleMinutes), Hours: strconv.Itoa(p.SessionHours), Tries: strconv.Itoa(p.AddressTries), Second: p.SecondForAdministrators,
	})
}

func (c Config) policy(q *console.Request) error {
	f := policyForm{Idle: q.PostFormValue("idle_minutes"), Hours: q.PostFormValue("session_hours"), Tries: q.PostFormValue("address_tries"), Second: q.PostFormValue("second") == "1"}
	number := func(s string) int { n, _ := strconv.Atoi(strings.TrimSpace(s)); return n } // 0 is out of all bounds
	p := staff.Policy{IdleMinutes: number(f.Idle), SessionHours: number(f.Hours), AddressTries: number(f.Tries), SecondForAdministrators: f.Second}
	if f.Problem = p.Check(); f.Problem != "" {
		return q.Again("operators-policy", "operators.policy", f)
	}
	if err := c.SavePolicy(q.Context(), q.Tenant, p, q.By()); err != nil {
		return err
	}
	return q.See("operators", "operators.policy.saved")
}

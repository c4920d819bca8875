// Package account is a person's own way into the console and out of it: the
// sign-in page, the second factor, their password, their sessions. Whose
// accounts there are is the business of console/operators.
//
//	sign-in ─▶ staff.SignIn ─▶ cookie "tenant.secret" ─▶ Sessions, at every request
//	             └▶ account/code if there is a second factor
//
// Until a temporary password is changed, or a second factor is set up that the
// municipality asks for, there is no other page (console.Session.First).
package account

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"path"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/store"
	"madoguchi/store/staff"
)

//go:embed templates texts
var files embed.FS

// Tenant is a municipality one can sign in at.
type Tenant struct{ ID, Name string }

// Config is what the pages need.
type Config struct {
	DB    *store.DB
	Staff *staff.Service
	// Tenants lists the municipalities served here.
	Tenants func(context.Context) ([]Tenant, error)
}

// Paths that must be dealt with before any other page.
const (
	codePath     = "account/code"
	passwordPath = "account/password"
	secondPath   = "account/second"
)

// Area is the part of the console with these pages. It is not in the menu: the
// person's name leads to it.
func Area(c Config) console.Area {
	return console.Area{
		Name: "account", Templates: console.Below(files, "templates"), Texts: console.Below(files, "texts"),
		Pages: []console.Page{
			{Method: "GET", Path: "sign-in", Anyone: true, Handle: c.signInPage},
			{Method: "POST", Path: "sign-in", Anyone: true, Handle: c.signIn},
			{Method: "POST", Path: "sign-out", Handle: c.signOut},
			{Method: "GET", Path: codePath, Handle: c.codePage},
			{Method: "POST", Path: codePath, Handle: c.code},
			{Method: "GET", Path: "account", Handle: c.show},
			{Method: "GET", Path: passwordPath, Handle: c.passwordPage},
			{Method: "POST", Path: passwordPath, Handle: c.password},
			{Method: "GET", Path: secondPath, Handle: c.secondPage},
			{Method: "POST", Path: secondPath, Handle: c.secondBegin},
			{Method: "POST", Path: secondPath + "/confirm", Handle: c.secondConfirm},
			{Method: "POST", Path: secondPath + "/drop", Handle: c.secondDrop},
			{Method: "POST", Path: "account/session", Handle: c.endSession},
			{Method: "POST", Path: "account/everywhere", Handle: c.everywhere},
		},
	}
}

// Sessions finds sessions by the cookie's value: the tenant's id, a dot, the
// secret. It implements console.Sessions.
type Sessions struct {
	DB    *store.DB
	Staff *staff.Service
}

// split takes a cookie's value apart. What could not be a tenant's id never
// reaches the database.
func split(cookie string) (tenant, secret string, ok bool) {
	tenant, secret, ok = strings.Cut(cookie, ".")
	if !ok || tenant == "" || len(tenant) > 40 || secret == "" || len(secret) > 100 {
		return "", "", false
	}
	for _, c := range tenant {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return "", "", false
		}
	}
	return tenant, secret, true
}

func cookie(tenant, secret string) string { return tenant + "." + secret }

// Session implements console.Sessions.
func (s Sessions) Session(ctx context.Context, value string) (console.Session, error) {
	tenant, secret, ok := split(value)
	if !ok {
		return console.Session{}, console.ErrNoSession
	}
	var found staff.Session
	err := s.DB.View(ctx, tenant, func(tx *store.Tx) (err error) {
		found, err = s.Staff.Session(tx, secret)
		return err
	})
	if errors.Is(err, staff.ErrNoSession) {
		return console.Session{}, console.ErrNoSession
	}
	if err != nil {
		return console.Session{}, err
	}
	session := console.Session{Tenant: tenant, Account: found.Account, Token: found.Token}
	switch {
	case found.Half:
		session.First = codePath
	case found.NeedsPassword:
		session.First = passwordPath
	case found.NeedsSecond:
		session.First = secondPath
	}
	if found.Stale() {
		session.Seen = func(ctx context.Context) error {
			return s.DB.Update(ctx, tenant, func(tx *store.Tx) error { return s.Staff.Touch(tx, found.ID) })
		}
	}
	return session, nil
}

// signInForm is the sign-in page.
type signInForm struct {
	Tenants       []Tenant
	Tenant, Login string
	To            string // page to go to afterwards, below /console/
	Problem       string // key of a sentence
}

func (c Config) signInPage(q *console.Request) error {
	if q.Account.ID != "" {
		return q.See("", "")
	}
	tenants, err := c.Tenants(q.Context())
	if err != nil {
		return err
	}
	return q.Render("account-sign-in", "account.sign-in.title", signInForm{
		Tenants: tenants, To: local(q.URL.Query().Get("to")), Tenant: q.URL.Query().Get("tenant"),
	})
}

// local is a path below the console, "" for anything else.
func local(to string) string {
	to = strings.TrimPrefix(path.Clean("/"+to), "/")
	if strings.ContainsAny(to, "\\\r\n") || to == "sign-in" {
		return ""
	}
	return to
}

func (c Config) signIn(q *console.Request) error {
	tenants, err := c.Tenants(q.Context())
	if err != nil {
		return err
	}
	form := signInForm{Tenants: tenants, Tenant: q.PostFormValue("tenant"), Login: q.PostFormValue("login"), To: local(q.PostFormValue("to"))}
	if len(tenants) == 1 {
		form.Tenant = tenants[0].ID
	}
	again := func(status int, problem string) error {
		form.Problem = problem
		return q.RenderAs(status, "account-sign-in", "account.sign-in.title", form)
	}
	known := false
	for _, t := range tenants {
		known = known || t.ID == form.Tenant
	}
	if !known {
		return again(http.StatusUnprocessableEntity, "account.sign-in.no-tenant")
	}
	attempt := staff.Attempt{
		Tenant: form.Tenant, Login: form.Login, Password: q.PostFormValue("password"),
		Address: q.Address, Agent: q.UserAgent(),
	}
	if tenant, secret, ok := split(q.Secret()); ok && tenant == form.Tenant {
		attempt.Old = secret
	}
	secret, half, err := c.Staff.SignIn(q.Context(), attempt)
	switch {
	case errors.Is(err, staff.ErrRefused):
		return again(http.StatusUnprocessableEntity, "account.sign-in.refused")
	case errors.Is(err, staff.ErrThrottled):
		return again(http.StatusTooManyRequests, "account.sign-in.throttled")
	case err != nil:
		return err
	}
	q.Enter(cookie(form.Tenant, secret))
	if half {
		return q.See(codePath, "")
	}
	return q.See(form.To, "")
}

func (c Config) signOut(q *console.Request) error {
	_, secret, _ := split(q.Secret())
	if err := q.Update(func(tx *store.Tx) error { return c.Staff.SignOut(tx, secret) }); err != nil {
		return err
	}
	q.Leave()
	return q.See("sign-in", "")
}

func (c Config) codePage(q *console.Request) error {
	if q.First != codePath {
		return q.See("", "")
	}
	return q.Render("account-code", "account.code.title", "")
}

func (c Config) code(q *console.Request) error {
	_, half, _ := split(q.Secret())
	var secret string
	var refused error
	err := q.Update(func(tx *store.Tx) (err error) {
		secret, err = c.Staff.Code(tx, half, q.PostFormValue("code"))
		if errors.Is(err, staff.ErrCode) || errors.Is(err, staff.ErrThrottled) {
			refused, err = err, nil // and counted
		}
		return err
	})
	switch {
	case errors.Is(err, staff.ErrNoSession):
		return q.See("sign-in", "")
	case err != nil:
		return err
	case errors.Is(refused, staff.ErrThrottled):
		q.Leave()
		return q.RenderAs(http.StatusTooManyRequests, "account-code", "account.code.title", "account.sign-in.throttled")
	case refused != nil:
		return q.Again("account-code", "account.code.title", "account.code.refused")
	}
	q.Enter(cookie(q.Tenant, secret))
	return q.See("", "")
}

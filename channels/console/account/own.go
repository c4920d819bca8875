package account

import (
	"context"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"github.com/skip2/go-qrcode"

	"madoguchi/channels/console"
	"madoguchi/store"
	"madoguchi/store/password"
	"madoguchi/store/staff"
)

// overview is the page of one's own account.
type overview struct {
	Account  staff.Record
	Sessions []session
	Problem  string
}

// session is one as the pages show it.
type session struct {
	ID, Made, Seen, Address, Agent string
	Here                           bool // the one looking at the page
}

func (c Config) show(q *console.Request) error {
	var o overview
	_, secret, _ := split(q.Secret())
	err := q.View(func(tx *store.Tx) (err error) {
		if o.Account, err = c.Staff.Get(tx, q.Account.ID); err != nil {
			return err
		}
		here, err := c.Staff.Session(tx, secret)
		if err != nil {
			return err
		}
		list, err := c.Staff.Sessions(tx, q.Account.ID)
		for _, s := range list {
			o.Sessions = append(o.Sessions, session{
				ID: s.ID, Made: q.Moment(s.Made), Seen: q.Moment(s.Seen),
				Address: s.Address, Agent: browserName(s.Agent), Here: s.ID == here.ID,
			})
		}
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("account", "account.title", o)
}

// browserName is what a person recognises in the long line a browser calls
// itself by: "Edge, Windows".
func browserName(agent string) string {
	first := func(names ...string) string {
		for i := 0; i+1 < len(names); i += 2 {
			if strings.Contains(agent, names[i]) {
				return names[i+1]
			}
		}
		return ""
	}
	// Each calls itself by the names of those before it: the order matters.
	browser := first("Edg", "Edge", "Firefox/", "Firefox", "Chrom", "Chrome", "Safari/", "Safari")
	system := first("iPad", "iPad", "iPhone", "iPhone", "Android", "Android", "Windows", "Windows", "Macintosh", "macOS", "CrOS", "ChromeOS", "Linux", "Linux")
	switch {
	case browser == "":
		return agent
	case system == "":
		return browser
	}
	return browser + ", " + system
}

func (c Config) endSession(q *console.Request) error {
	err := q.Update(func(tx *store.Tx) error {
		return c.Staff.EndSession(tx, q.Account.ID, q.PostFormValue("id"), q.By())
	})
	if err != nil {
		return err
	}
	return q.See("account", "account.session.ended")
}

func (c Config) everywhere(q *console.Request) error {
	err := q.Update(func(tx *store.Tx) error { return c.Staff.EndSessions(tx, q.Account.ID, "", q.By()) })
	if err != nil {
		return err
	}
	q.Leave()
	return q.See("sign-in", "")
}

// passwordForm is the page of a new password.
type passwordForm struct {
	Forced   bool
	Problems map[string]string // field → key of a sentence
}

func (c Config) passwordPage(q *console.Request) error {
	return q.Render("account-password", "account.password.title", passwordForm{Forced: q.First == passwordPath})
}

func (c Config) password(q *console.Request) error {
	form := passwordForm{Forced: q.First == passwordPath, Problems: map[string]string{}}
	again := func(field, problem string) error {
		form.Problems[field] = problem
		return q.Again("account-password", "account.password.title", form)
	}
	wanted := q.PostFormValue("new")
	if wanted != q.PostFormValue("repeat") {
		return again("repeat", "account.password.differs")
	}
	if wanted == q.PostFormValue("old") {
		return again("new", "account.password.fault.same")
	}
	if problem, err := c.confirm(q, q.PostFormValue("old")); err != nil || problem != "" {
		if err != nil {
			return err
		}
		return again("old", problem)
	}
	words, err := c.words(q.Context(), q.Tenant)
	if err != nil {
		return err
	}
	p, err := c.Staff.Choose(q.Context(), wanted, append(words, q.Account.Login)...)
	var fault password.Fault
	if errors.As(err, &fault) {
		return again("new", "account.password.fault."+string(fault))
	}
	if err != nil {
		return err
	}
	_, old, _ := split(q.Secret())
	var secret string
	err = q.Update(func(tx *store.Tx) (err error) {
		secret, err = c.Staff.SetPassword(tx, q.Account.ID, old, p)
		return err
	})
	if err != nil {
		return err
	}
	q.Enter(cookie(q.Tenant, secret))
	if form.Forced {
		return q.See("", "account.password.done")
	}
	return q.See("account", "account.password.done")
}

// confirm asks for the person's password again. problem is the key of a sentence.
func (c Config) confirm(q *console.Request, text string) (problem string, err error) {
	err = c.Staff.Confirm(q.Context(), q.Tenant, q.Account.ID, text, q.Address)
	switch {
	case errors.Is(err, staff.ErrRefused):
		return "account.password.wrong", nil
	case errors.Is(err, staff.ErrThrottled):
		return "account.sign-in.throttled", nil
	}
	return "", err
}

// words are names that must not be most of a password.
func (c Config) words(ctx context.Context, tenant string) ([]string, error) {
	list, err := c.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	words := []string{tenant}
	for _, t := range list {
		if t.ID == tenant {
			words = append(words, t.Name)
		}
	}
	return words, nil
}

// secondForm is the page of the second factor.
type secondForm struct {
	Forced, Set bool
	Secret      string
	Picture     template.URL // the QR code as data
	Recovery    []string     // shown once
	Problems    map[string]string
}

func (c Config) secondPage(q *console.Request) error {
	return q.Render("account-second", "account.second.title", secondForm{Forced: q.First == secondPath, Set: q.Account.Second})
}

// secondBegin shows the secret of a second factor to be set up. It is asked for
// with the password, so that an unattended screen gives nothing away.
func (c Config) secondBegin(q *console.Request) error {
	form := secondForm{Forced: q.First == secondPath, Set: q.Account.Second, Problems: map[string]string{}}
	if form.Set {
		return q.See(secondPath, "")
	}
	problem, err := c.confirm(q, q.PostFormValue("password"))
	if err != nil {
		return err
	}
	if problem != "" {
		form.Problems["password"] = problem
		return q.Again("account-second", "account.second.title", form)
	}
	if err := c.enrol(q, &form); err != nil {
		return err
	}
	return q.Render("account-second", "account.second.title", form)
}

const pictureSize = 220 // pixels

func (c Config) enrol(q *console.Request, form *secondForm) error {
	words, err := c.words(q.Context(), q.Tenant)
	if err != nil {
		return err
	}
	var f staff.Factor
	err = q.Update(func(tx *store.Tx) (err error) {
		f, err = c.Staff.Enrol(tx, q.Account.ID, words[len(words)-1])
		return err
	})
	if err != nil {
		return err
	}
	png, err := qrcode.Encode(f.URL, qrcode.Low, pictureSize)
	if err != nil {
		return err
	}
	for i := 0; i < len(f.Secret); i += 4 {
		form.Secret += f.Secret[i:min(i+4, len(f.Secret))] + " "
	}
	form.Picture = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
	return nil
}

func (c Config) secondConfirm(q *console.Request) error {
	form := secondForm{Forced: q.First == secondPath, Set: q.Account.Second, Problems: map[string]string{}}
	if form.Set {
		return q.See(secondPath, "")
	}
	err := q.Update(func(tx *store.Tx) (err error) {
		form.Recovery, err = c.Staff.Enrolled(tx, q.Account.ID, q.PostFormValue("code"))
		return err
	})
	if errors.Is(err, staff.ErrCode) {
		if err := c.enrol(q, &form); err != nil {
			return err
		}
		form.Problems["code"] = "account.code.refused"
		return q.Again("account-second", "account.second.title", form)
	}
	if err != nil {
		return err
	}
	form.Set = true
	return q.RenderAs(http.StatusOK, "account-second", "account.second.title", form)
}

func (c Config) secondDrop(q *console.Request) error {
	problem, err := c.confirm(q, q.PostFormValue("password"))
	if err != nil {
		return err
	}
	if problem != "" {
		return q.Again("account-second", "account.second.title", secondForm{Set: true, Problems: map[string]string{"drop": problem}})
	}
	if err := q.Update(func(tx *store.Tx) error { return c.Staff.DropSecond(tx, q.Account.ID, q.By()) }); err != nil {
		return err
	}
	return q.See("account", "account.second.dropped")
}

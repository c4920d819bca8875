package action

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"madoguchi/bot"
	"madoguchi/flows"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/identity"
	"madoguchi/store/limit"
	"madoguchi/store/password"
	"madoguchi/store/reservation"
)

// Roster is what the dialog needs to know of the residents (store/resident).
type Roster interface {
	// Find returns the id of the one active resident of that name to sign in
	// with, or store.ErrNotFound.
	Find(tx *store.Tx, by identity.SignInName, value string) (string, error)
	// Active reports whether a resident may book: not suspended, not erased.
	Active(tx *store.Tx, id string) (bool, error)
	// Mail returns a resident's address, "" if none is known.
	Mail(tx *store.Tx, id string) (string, error)
	// Enrol adds a resident who registers online, and returns the id and the
	// number issued. It is ErrTaken if the login name is another's.
	Enrol(tx *store.Tx, mail string, values map[string]string) (id, number string, err error)
	// Details are what is kept of a resident, with the names of the fields.
	Details(tx *store.Tx, id string, lang i18n.Lang) ([]bot.Item, error)
}

// ErrTaken says that what somebody wants to register with belongs to another.
var ErrTaken = errors.New("taken by another resident")

// Identity is how residents make themselves known in a dialog (S4-001 to
// S4-019).
type Identity struct {
	Service  identity.Service
	Settings func(tx *store.Tx) (identity.Settings, error)
	Roster   Roster
	Hasher   *password.Hasher
	// Send queues the mail with a link; to is known to the link itself.
	Send func(tx *store.Tx, link, secret string, kind identity.LinkKind, lang i18n.Lang) error
}

// identityTable lists the actions of signing in.
var identityTable = map[string]entry{
	"identity.entry":    {signInEntry, flows.Action{Sets: []string{"unregistered", "registration", "checked", "by"}, Outcomes: []string{"open", "ask"}}},
	"identity.name":     {signInName, flows.Action{Needs: []string{"login-name"}, Outcomes: []string{"password", "in", "unknown", "blocked"}}},
	"identity.sign-in":  {signIn, flows.Action{Needs: []string{"login-name", "password"}, Outcomes: []string{"in", "first", "wrong", "blocked"}}},
	"identity.renew":    {renewPassword, flows.Action{Needs: []string{"new-password", "again"}, Outcomes: []string{"set", "weak", "differs"}}},
	"identity.choose":   {choosePassword, flows.Action{Needs: []string{"new-password", "again"}, Outcomes: []string{"set", "weak", "differs", "gone", "taken"}}},
	"identity.forgot":   {forgot, flows.Action{Needs: []string{"login-name"}, Outcomes: []string{"sent", "blocked"}}},
	"identity.register": {register, flows.Action{Needs: []string{"register-mail"}, Outcomes: []string{"sent", "blocked"}}},
	"identity.open":     {openLink, flows.Action{Needs: []string{"token"}, Sets: []string{"link", "claimed"}, Outcomes: []string{"reset", "register", "confirm", "place", "gone"}}},
	"identity.check":    {checkApplicant, flows.Action{Needs: []string{"mail"}, Sets: []string{"minutes"}, Outcomes: []string{"none", "sent", "mail", "full", "out"}}},
	"identity.confirm":  {confirmVisit, flows.Action{Sets: []string{"receipt", "key"}, Outcomes: []string{"booked", "full"}, Retired: []string{"gone"}}},
	"identity.page":     {page, flows.Action{Outcomes: []string{"off", "in", "out"}}},
	"identity.details":  {details, flows.Action{Outcomes: []string{"shown", "elsewhere"}}},
	"identity.bookings": {bookingsOf, flows.Action{Outcomes: []string{"shown", "none"}}},
	"identity.sign-out": {signOut, flows.Action{Outcomes: []string{"out"}}},
}

// signInEntry says whether there is anything to ask, and which answers there
// are (S4-012, S4-017).
func signInEntry(a *Actions, act *bot.Act) (string, error) {
	s, err := a.identity(act)
	if err != nil {
		return "", err
	}
	if !s.Known() || s.Who == identity.Unregistered || act.Staff != "" {
		return "open", nil
	}
	if act.Resident != "" {
		return "open", nil
	}
	a.offer(act, s)
	return "ask", nil
}

// offer sets what the questions of a sign-in depend on.
func (a *Actions) offer(act *bot.Act, s identity.Settings) {
	flag := map[bool]string{true: "yes", false: "no"}
	act.Set("unregistered", flag[s.Who == identity.Anybody])
	act.Set("registration", flag[s.Register])
	act.Set("checked", flag[!s.NoPassword])
	act.Set("by", string(s.SignInName()))
}

// identity returns the tenant's settings. A resident who was suspended or erased
// meanwhile is signed out by it.
func (a *Actions) identity(act *bot.Act) (identity.Settings, error) {
	if a.Identity == nil {
		return identity.Settings{}, nil
	}
	s, err := a.Identity.Settings(act.Tx)
	if err != nil || act.Resident == "" {
		return s, err
	}
	active := s.Known()
	if active {
		if active, err = a.Identity.Roster.Active(act.Tx, act.Resident); err != nil {
			return s, err
		}
	}
	if !active {
		act.SignOut()
		act.Resident = ""
	}
	return s, nil
}

// signInName takes the name to sign in with. Whether it is known is told only
// where no password would tell it (S4-016, ASVS 6.3.8).
func signInName(a *Actions, act *bot.Act) (string, error) {
	s, err := a.identity(act)
	if err != nil {
		return "", err
	}
	if !s.NoPassword {
		return "password", nil
	}
	g := tries{act, "sign-in"}
	if blocked, err := g.blocked(); err != nil || blocked {
		return "blocked", err
	}
	id, err := a.Identity.Roster.Find(act.Tx, s.SignInName(), act.Answer("login-name"))
	act.Drop("login-name")
	if errors.Is(err, store.ErrNotFound) {
		return "unknown", g.failed()
	}
	if err != nil {
		return "", err
	}
	return "in", a.signedIn(act, id, "without a password")
}

func (a *Actions) signedIn(act *bot.Act, id, how string) error {
	act.SignIn(id)
	act.Resident = id
	return act.Tx.Audit("resident", "resident.sign-in", id, "channel", act.Channel, "how", how)
}

// signIn compares the password. One answer for an unknown name and for a wrong
// password, after the same work.
func signIn(a *Actions, act *bot.Act) (string, error) {
	s, err := a.identity(act)
	if err != nil {
		return "", err
	}
	name, given := act.Answer("login-name"), act.Answer("password")
	g := tries{act, "sign-in"}
	if blocked, err := g.blocked(name); err != nil || blocked {
		act.Drop("password")
		return "blocked", err
	}
	id, err := a.Identity.Roster.Find(act.Tx, s.SignInName(), name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	var c identity.Credential
	if id != "" {
		if c, err = a.Identity.Service.Credential(act.Tx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
	}
	matches, err := act.Outside("matches\x00"+c.Secret+"\x00"+given, func(ctx context.Context) (string, error) {
		ok, err := a.Identity.Hasher.Matches(ctx, given, c.Secret)
		return strconv.FormatBool(ok), err
	})
	if err != nil {
		return "", err
	}
	act.Drop("password")
	if matches != "true" {
		act.Drop("login-name")
		return "wrong", g.failed(name)
	}
	if err := g.forgive(name); err != nil {
		return "", err
	}
	if c.Temporary {
		act.Set("claimed", id)
		return "first", nil
	}
	act.Drop("login-name")
	return "in", a.signedIn(act, id, "password")
}

// newPassword is the password typed twice. refusal is why it cannot be taken:
// differs, weak, or "".
func newPassword(act *bot.Act) (chosen, refusal string) {
	chosen = act.Answer("new-password")
	switch {
	case chosen != act.Answer("again"):
		refusal = "differs"
	case password.Check(chosen, act.Answer("login-name"), i18n.Bare(act.Site.City.In(i18n.Japanese))) != nil:
		refusal = "weak"
	default:
		return chosen, ""
	}
	dropPassword(act)
	return "", refusal
}

func dropPassword(act *bot.Act) {
	act.Drop("new-password")
	act.Drop("again")
}

// renewPassword replaces the password that was issued, at the first sign-in
// (S4-002).
func renewPassword(a *Actions, act *bot.Act) (string, error) {
	chosen, refusal := newPassword(act)
	if refusal != "" {
		return refusal, nil
	}
	hash, err := a.hash(act, chosen)
	if err != nil {
		return "", err
	}
	return a.chosen(act, act.Answer("claimed"), hash)
}

// choosePassword gives whoever opened a link in a mail the password they chose:
// after forgetting it (S4-009), or to complete a registration (S4-013). Without
// a link it is renewPassword, which files written before there was that call so.
func choosePassword(a *Actions, act *bot.Act) (string, error) {
	id := act.Answer("link")
	if id == "" {
		return renewPassword(a, act)
	}
	chosen, refusal := newPassword(act)
	if refusal != "" {
		return refusal, nil
	}
	l, err := a.Identity.Service.ByID(act.Tx, id)
	if errors.Is(err, identity.ErrLink) {
		dropPassword(act)
		return "gone", nil
	}
	if err != nil {
		return "", err
	}
	hash, err := a.hash(act, chosen)
	if err != nil {
		return "", err
	}
	resident := act.Answer("claimed")
	if l.Kind == identity.Register {
		values, err := registration(act)
		if err != nil {
			return "", err
		}
		var number string
		if resident, number, err = a.Identity.Roster.Enrol(act.Tx, l.Body["mail"], values); err != nil {
			dropPassword(act)
			if errors.Is(err, ErrTaken) {
				return "taken", nil
			}
			return "", err
		}
		act.Set("number", number)
	}
	if err := a.Identity.Service.Use(act.Tx, id); err != nil {
		return "", err
	}
	return a.chosen(act, resident, hash)
}

func (a *Actions) hash(act *bot.Act, chosen string) (string, error) {
	return act.Outside("hash\x00"+chosen, func(ctx context.Context) (string, error) { return a.Identity.Hasher.Hash(ctx, chosen) })
}

// chosen puts a password in force and signs the resident in.
func (a *Actions) chosen(act *bot.Act, resident, hash string) (string, error) {
	dropPassword(act)
	for _, name := range []string{"login-name", "claimed", "link"} {
		act.Drop(name)
	}
	if err := a.Identity.Service.SetSecret(act.Tx, resident, hash, false, "resident"); err != nil {
		return "", err
	}
	return "set", a.signedIn(act, resident, "new password")
}

// registration collects the answers of the registration form by their fields.
func registration(act *bot.Act) (map[string]string, error) {
	answers, err := act.Form(string(field.Registration))
	if err != nil || answers == nil {
		return nil, err
	}
	return answers.Values, nil
}

// Mails with links one resident, or one address, can ask for.
const (
	linksPerPerson = 3
	linksWindow    = time.Hour
)

// forgot sends a link to choose a new password, to the address on record. What
// is answered says nothing of whether there is one (S4-009).
func forgot(a *Actions, act *bot.Act) (string, error) {
	s, err := a.identity(act)
	if err != nil {
		return "", err
	}
	name := act.Answer("login-name")
	act.Drop("login-name")
	allowed, err := limit.Allow(act.Tx, "identity.forgot", act.Channel+"\x00"+act.User, linksPerPerson, linksWindow)
	if err != nil || !allowed {
		return "blocked", err
	}
	id, err := a.Identity.Roster.Find(act.Tx, s.SignInName(), name)
	if errors.Is(err, store.ErrNotFound) {
		return "sent", nil
	}
	if err != nil {
		return "", err
	}
	return "sent", a.reset(act, s, id)
}

// reset mails a resident the way to a new password.
func (a *Actions) reset(act *bot.Act, s identity.Settings, id string) error {
	mail, err := a.Identity.Roster.Mail(act.Tx, id)
	if err != nil || mail == "" {
		return err
	}
	allowed, err := limit.Allow(act.Tx, "identity.mail", mail, linksPerPerson, linksWindow)
	if err != nil || !allowed {
		return err
	}
	return a.link(act, identity.Link{Kind: identity.Reset, Subject: id, Until: act.Tx.Now().Add(s.LinkLife(identity.Reset)), Body: map[string]string{"mail": mail}})
}

func (a *Actions) link(act *bot.Act, l identity.Link) error {
	id, secret, err := a.Identity.Service.NewLink(act.Tx, l)
	if err != nil {
		return err
	}
	return a.Identity.Send(act.Tx, id, secret, l.Kind, act.Lang)
}

// register mails the way to one's own registration. Somebody who is registered
// gets a link to a new password instead: the answer here is the same.
func register(a *Actions, act *bot.Act) (string, error) {
	s, err := a.identity(act)
	if err != nil {
		return "", err
	}
	mail := act.Answer("register-mail")
	act.Drop("register-mail")
	allowed, err := limit.Allow(act.Tx, "identity.forgot", act.Channel+"\x00"+act.User, linksPerPerson, linksWindow)
	if err != nil || !allowed || !s.Register {
		return "blocked", err
	}
	id, err := a.Identity.Roster.Find(act.Tx, identity.Mail, mail)
	if err == nil {
		return "sent", a.reset(act, s, id)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	if allowed, err = limit.Allow(act.Tx, "identity.mail", mail, linksPerPerson, linksWindow); err != nil || !allowed {
		return "sent", err
	}
	return "sent", a.link(act, identity.Link{Kind: identity.Register, Until: act.Tx.Now().Add(s.LinkLife(identity.Register)), Body: map[string]string{"mail": mail}})
}

// openLink opens what a link in a mail leads to.
func openLink(a *Actions, act *bot.Act) (string, error) {
	secret := act.Answer("token")
	act.Drop("token")
	l, err := a.Identity.Service.Open(act.Tx, secret)
	if errors.Is(err, identity.ErrLink) {
		return a.openOffer(act, secret)
	}
	if err != nil {
		return "", err
	}
	act.Set("link", l.ID)
	if l.Kind == identity.Reset {
		act.Set("claimed", l.Subject)
	}
	return string(l.Kind), nil
}

// checkApplicant keeps the chosen place until an unregistered applicant has
// opened the link in a mail (申込者チェック, S4-023); if they do not, the place is
// free again by itself.
func checkApplicant(a *Actions, act *bot.Act) (string, error) {
	s, err := a.identity(act)
	if err != nil {
		return "", err
	}
	if s.Who == identity.Registered && act.Resident == "" && act.Staff == "" {
		return "out", nil // signed out meanwhile, by time or by the office
	}
	if !s.Check || act.Resident != "" || act.Staff != "" {
		return "none", nil
	}
	mail := act.Answer("mail")
	if mail == "" {
		act.Drop("mail")
		return "mail", nil
	}
	counter, start, err := slot(act)
	if err != nil {
		return "", err
	}
	if hold := act.Answer("hold"); hold != "" {
		if err := (Desk{Reservations: a.Reservations}).Release(act.Tx, hold); err != nil {
			return "", err
		}
		act.Drop("hold")
	}
	life := s.LinkLife(identity.Confirm)
	h, err := a.Reservations.Hold(act.Tx, reservation.HoldRequest{
		Counter: counter, Start: start, Service: act.Answer("service"), Persons: persons(act), Group: groupOf(act.Channel), For: life,
		Owner: "confirm:" + store.NewID(),
	})
	if err != nil {
		outcome, err := refused(err)
		if outcome == "closed" {
			outcome = "full"
		}
		return outcome, err
	}
	act.Set("minutes", strconv.Itoa(int(life.Minutes())))
	answers, _, err := a.written(act)
	if err != nil {
		return "", err
	}
	body := map[string]string{"mail": mail, "owner": act.Owner, "channel": act.Channel, "case": act.Answer(caseAnswer)}
	for name, value := range answers {
		body[answerPrefix+name] = value
	}
	return "sent", a.link(act, identity.Link{Kind: identity.Confirm, Subject: h.ID, Until: h.Until, Body: body})
}

// answerPrefix marks what was written with an application in the body of a link.
const answerPrefix = "answer."

// confirmVisit books what was kept for an applicant who has shown that the mail
// address is theirs. The link was opened in this transaction (identity.open), so
// that nothing can have become of it since.
func confirmVisit(a *Actions, act *bot.Act) (string, error) {
	l, err := a.Identity.Service.ByID(act.Tx, act.Answer("link"))
	if err != nil {
		return "", err
	}
	if err := a.Identity.Service.Use(act.Tx, l.ID); err != nil {
		return "", err
	}
	act.Drop("link")
	answers := map[string]string{}
	for name, value := range l.Body {
		if name, ok := strings.CutPrefix(name, answerPrefix); ok {
			answers[name] = value
		}
	}
	b, key, err := a.Reservations.Book(act.Tx, reservation.BookRequest{
		Hold: l.Subject, Channel: l.Body["channel"], By: "resident", Owner: l.Body["owner"], Case: l.Body["case"], Contact: l.Body["mail"],
		Answers: answers,
	})
	if err != nil {
		outcome, err := refused(err)
		if err != nil {
			return "", err
		}
		if outcome == "closed" {
			outcome = "full"
		}
		return outcome, nil
	}
	act.Set("receipt", strconv.Itoa(b.Receipt))
	act.Set("key", key)
	card, err := a.card(act, b, "booked")
	if err != nil {
		return "", err
	}
	card.Key = key
	act.Attach(card)
	return "booked", a.notify(act, b, "booked", key)
}

// page is the entrance to what is one's own.
func page(a *Actions, act *bot.Act) (string, error) {
	s, err := a.identity(act)
	switch {
	case err != nil:
		return "", err
	case !s.Known():
		return "off", nil
	case act.Resident != "":
		return "in", nil
	}
	return "out", nil
}

// foreign are channels whose operator could read what is shown there.
var foreign = map[string]bool{"line": true}

// details shows what is kept of the resident (S4-010), where nobody else reads
// along.
func details(a *Actions, act *bot.Act) (string, error) {
	if _, err := a.identity(act); err != nil {
		return "", err
	}
	if act.Resident == "" || foreign[act.Channel] {
		return "elsewhere", nil
	}
	items, err := a.Identity.Roster.Details(act.Tx, act.Resident, act.Lang)
	if err != nil {
		return "", err
	}
	m := bot.Message{Kind: bot.KindPapers}
	for _, it := range items {
		m.Lines = append(m.Lines, it.Label+"　"+it.Value)
	}
	act.Say(m)
	return "shown", act.Tx.Audit("resident", "resident.see-own", act.Resident, "channel", act.Channel)
}

// listed is how many of one's bookings are shown at once.
const listed = 10

// bookingsOf shows the bookings that are one's own, past ones too (S4-040).
func bookingsOf(a *Actions, act *bot.Act) (string, error) {
	if _, err := a.identity(act); err != nil {
		return "", err
	}
	all, err := a.mine(act)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "none", nil
	}
	for _, b := range all[:min(len(all), listed)] {
		card, err := a.card(act, b, string(b.Status))
		if err != nil {
			return "", err
		}
		if b.Start.Before(act.Now) {
			card.Actions = nil
		}
		act.Say(bot.Message{Kind: bot.KindBooking, Text: cardText(card), Booking: card})
	}
	return "shown", nil
}

func signOut(_ *Actions, act *bot.Act) (string, error) {
	if act.Resident != "" {
		if err := act.Tx.Audit("resident", "resident.sign-out", act.Resident, "channel", act.Channel); err != nil {
			return "", err
		}
	}
	act.SignOut()
	return "out", nil
}

// isMine reports whether a booking is this person's own: made in this
// conversation, or by the resident who has signed in.
func (a *Actions) isMine(act *bot.Act, b reservation.Booking) bool {
	if b.Owner == act.Owner {
		return true
	}
	if act.Resident == "" || a.Identity == nil {
		return false
	}
	resident, err := a.Identity.Service.ResidentOf(act.Tx, b.ID)
	return err == nil && resident == act.Resident
}

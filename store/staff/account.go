package staff

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/width"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Record is an account as it is kept.
type Record struct {
	Account
	Made, Changed time.Time
	SignedIn      time.Time // last time; zero: never
	PasswordAt    time.Time // when the password was set
	Version       int64     // rises with every change
}

// class is the class of sealed data about staff.
const class = "staff"

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{1,63}$`)

// Login is a login as it is stored: lower case, half width, without spaces
// around it.
func Login(s string) string { return strings.ToLower(width.Fold.String(strings.TrimSpace(s))) }

// Fault is a field of an account that cannot be so: Field is login, name, mail,
// body, roles, counters or period.
type Fault struct{ Field string }

func (f Fault) Error() string { return "the account's " + f.Field + " cannot be taken" }

// Lengths of texts, in bytes; generous for any name.
const longestText = 200

// Check finds what is wrong with an account before it is saved. The error is a
// Fault.
func (a Account) Check() error {
	switch {
	case !loginForm.MatchString(a.Login):
		return Fault{"login"}
	case strings.TrimSpace(a.Name) == "" || len(a.Name) > longestText:
		return Fault{"name"}
	case len(a.Mail) > longestText || a.Mail != "" && !mailForm.MatchString(a.Mail):
		return Fault{"mail"}
	case len(a.Body) > longestText:
		return Fault{"body"}
	case !a.Booking.known() || !a.Cards.known() || a.Booking == None && a.Cards == None:
		return Fault{"roles"}
	case len(a.Counters) > 500:
		return Fault{"counters"}
	case !a.From.IsZero() && !a.To.IsZero() && a.To.Before(a.From):
		return Fault{"period"}
	}
	return nil
}

// mailForm is deliberately wide: whether an address exists, only a mail tells.
var mailForm = regexp.MustCompile(`^[^\s@<>"(),:;]+@[^\s@<>"(),:;]+\.[^\s@<>"(),:;]+$`)

func (r Role) known() bool { return r == None || r == Clerk || r == Manager || r == Administrator }

// ValidOn reports whether the account may be used on a day (S4-074).
func (a Account) ValidOn(day civil.Date) bool {
	return !a.Disabled && (a.From.IsZero() || !day.Before(a.From)) && (a.To.IsZero() || !day.After(a.To))
}

// MayManage reports whether a may change b's account: one who manages accounts
// of one system does not come by rights in the other through somebody's password.
func (a Account) MayManage(b Account) bool {
	return a.May(ManageStaff) &&
		(b.Booking == None || a.Booking == Administrator) && (b.Cards == None || a.Cards == Administrator)
}

func today(tx *store.Tx) civil.Date { return civil.In(tx.Now()).Date }

// Add makes an account with a password and returns its id. by is for the audit
// log. The error is a Fault or ErrTaken.
func (s *Service) Add(tx *store.Tx, a Account, p Password, by string) (id string, err error) {
	if err := a.Check(); err != nil {
		return "", err
	}
	id = a.ID
	if id == "" {
		id = store.NewID()
	}
	mail, err := sealMail(tx, id, a.Mail)
	if err != nil {
		return "", err
	}
	now := store.Millis(tx.Now())
	n, err := tx.Exec(`INSERT INTO staff_account(tenant,id,login,name,mail,body,booking,cards,official,counters,valid_from,valid_to,
			disabled,temporary,password,password_at,totp_step,signed_in,version,created_at,updated_at)
		VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,0,0,1,$16,$16) ON CONFLICT DO NOTHING`,
		tx.Tenant(), id, a.Login, a.Name, mail, a.Body, string(a.Booking), string(a.Cards), flag(a.Official), counters(a),
		day(a.From), day(a.To), flag(a.Disabled), flag(a.Temporary), p.phc, now)
	if err != nil {
		return "", fmt.Errorf("adding an account: %w", err)
	}
	if n == 0 {
		return "", ErrTaken
	}
	return id, tx.Audit(by, "staff.add", id, "login", a.Login, "booking-role", string(a.Booking), "cards-role", string(a.Cards), "official", a.Official)
}

// Save stores everything of an account but password and second factor, which
// must be of the version given. Sessions end where rights or validity changed.
// The error is a Fault, ErrTaken, ErrChanged, ErrSelf or ErrLast.
func (s *Service) Save(tx *store.Tx, a Account, version int64, by string) error {
	if err := a.Check(); err != nil {
		return err
	}
	old, err := s.locked(tx, a.ID)
	if err != nil {
		return err
	}
	if old.Version != version {
		return ErrChanged
	}
	if a.Login != old.Login {
		var taken int
		if err := tx.Row(`SELECT COUNT(*) FROM staff_account WHERE tenant=$1 AND login=$2`, tx.Tenant(), a.Login).Scan(&taken); err != nil {
			return fmt.Errorf("saving an account: %w", err)
		}
		if taken > 0 {
			return ErrTaken
		}
	}
	manages := a.May(ManageStaff) && a.ValidOn(today(tx))
	if by == a.ID && !manages {
		return ErrSelf
	}
	if !manages || !a.To.IsZero() {
		if err := s.others(tx, a.ID); err != nil && old.May(ManageStaff) && old.ValidOn(today(tx)) {
			return err
		}
	}
	mail, err := sealMail(tx, a.ID, a.Mail)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE staff_account SET login=$3, name=$4, mail=$5, body=$6, booking=$7, cards=$8, official=$9, counters=$10,
			valid_from=$11, valid_to=$12, disabled=$13, version=version+1, updated_at=$14 WHERE tenant=$1 AND id=$2`,
		tx.Tenant(), a.ID, a.Login, a.Name, mail, a.Body, string(a.Booking), string(a.Cards), flag(a.Official), counters(a),
		day(a.From), day(a.To), flag(a.Disabled), store.Millis(tx.Now()))
	if err != nil {
		return fmt.Errorf("saving an account: %w", err)
	}
	changed := differences(old.Account, a)
	if err := tx.Audit(by, "staff.change", a.ID, changed...); err != nil {
		return err
	}
	if a.Booking != old.Booking || a.Cards != old.Cards || a.Official != old.Official || a.Disabled || !a.ValidOn(today(tx)) {
		return s.end(tx, a.ID, "")
	}
	return nil
}

// differences names the fields that differ, with the new value of those that say
// nothing about the person.
func differences(old, a Account) []any {
	var d []any
	put := func(differs bool, field string, value any) {
		if differs {
			d = append(d, field, value)
		}
	}
	put(old.Login != a.Login, "login", a.Login)
	put(old.Name != a.Name, "name", "changed")
	put(old.Mail != a.Mail, "mail", "changed")
	put(old.Body != a.Body, "body", a.Body)
	put(old.Booking != a.Booking, "booking-role", string(a.Booking))
	put(old.Cards != a.Cards, "cards-role", string(a.Cards))
	put(old.Official != a.Official, "official", a.Official)
	put(!slices.Equal(old.Counters, a.Counters), "counters", a.Counters)
	put(old.From != a.From, "from", day(a.From))
	put(old.To != a.To, "to", day(a.To))
	put(old.Disabled != a.Disabled, "disabled", a.Disabled)
	return d
}

// others returns ErrLast unless somebody besides id may manage accounts today.
func (s *Service) others(tx *store.Tx, id string) error {
	rows, err := tx.Query(`SELECT valid_from, valid_to FROM staff_account WHERE tenant=$1 AND id<>$2 AND disabled=0
		AND (booking='administrator' OR cards='administrator')`, tx.Tenant(), id)
	if err != nil {
		return fmt.Errorf("counting administrators: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var from, to string
		if err := rows.Scan(&from, &to); err != nil {
			return fmt.Errorf("counting administrators: %w", err)
		}
		if (Account{From: date(from), To: date(to)}).ValidOn(today(tx)) {
			return nil
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("counting administrators: %w", err)
	}
	return ErrLast
}

// Disable takes an account out of use, or puts it back. Accounts are never
// deleted: the audit log names them.
func (s *Service) Disable(tx *store.Tx, id string, disabled bool, by string) error {
	r, err := s.Get(tx, id)
	if err != nil {
		return err
	}
	r.Disabled = disabled
	return s.Save(tx, r.Account, r.Version, by)
}

// Reset gives an account another password, temporary or not, and ends its
// sessions.
func (s *Service) Reset(tx *store.Tx, id string, p Password, temporary bool, by string) error {
	if err := s.setPassword(tx, id, p, temporary); err != nil {
		return err
	}
	if err := s.unlock(tx, id); err != nil {
		return err
	}
	if err := s.end(tx, id, ""); err != nil {
		return err
	}
	return tx.Audit(by, "staff.reset", id, "temporary", temporary)
}

func (s *Service) setPassword(tx *store.Tx, id string, p Password, temporary bool) error {
	n, err := tx.Exec(`UPDATE staff_account SET password=$3, password_at=$4, temporary=$5, version=version+1, updated_at=$4 WHERE tenant=$1 AND id=$2`,
		tx.Tenant(), id, p.phc, store.Millis(tx.Now()), flag(temporary))
	if err != nil {
		return fmt.Errorf("setting a password: %w", err)
	}
	if n == 0 {
		return ErrNotFound
	}
	return nil
}

const columns = `a.id, a.login, a.name, a.mail, a.body, a.booking, a.cards, a.official, a.counters, a.valid_from, a.valid_to,
	a.disabled, a.temporary, a.totp IS NOT NULL, a.created_at, a.updated_at, a.signed_in, a.password_at, a.version`

type scanner interface{ Scan(...any) error }

// scan reads columns; the mail stays sealed.
func scan(row scanner, more ...any) (r Record, mail []byte, err error) {
	var official, disabled, temporary int
	var list, from, to string
	var made, changed, signedIn, passwordAt int64
	err = row.Scan(append([]any{&r.ID, &r.Login, &r.Name, &mail, &r.Body, &r.Booking, &r.Cards, &official, &list, &from, &to,
		&disabled, &temporary, &r.Second, &made, &changed, &signedIn, &passwordAt, &r.Version}, more...)...)
	if err != nil {
		return r, nil, err
	}
	if err := json.Unmarshal([]byte(list), &r.Counters); err != nil {
		return r, nil, fmt.Errorf("counters of account %s: %w", r.ID, err)
	}
	r.Official, r.Disabled, r.Temporary = official != 0, disabled != 0, temporary != 0
	r.From, r.To = date(from), date(to)
	r.Made, r.Changed, r.PasswordAt = store.FromMillis(made), store.FromMillis(changed), store.FromMillis(passwordAt)
	if signedIn > 0 {
		r.SignedIn = store.FromMillis(signedIn)
	}
	return r, mail, nil
}

// Get returns an account, ErrNotFound if there is none.
func (s *Service) Get(tx *store.Tx, id string) (Record, error) {
	return s.one(tx, `SELECT `+columns+` FROM staff_account a WHERE a.tenant=$1 AND a.id=$2`, id)
}

// ByLogin returns the account with a login, ErrNotFound if there is none.
func (s *Service) ByLogin(tx *store.Tx, login string) (Record, error) {
	return s.one(tx, `SELECT `+columns+` FROM staff_account a WHERE a.tenant=$1 AND a.login=$2`, Login(login))
}

// locked is Get for an account that the transaction will change.
func (s *Service) locked(tx *store.Tx, id string) (Record, error) {
	return s.one(tx, `SELECT `+columns+` FROM staff_account a WHERE a.tenant=$1 AND a.id=$2`+tx.ForUpdate(), id)
}

func (s *Service) one(tx *store.Tx, query, key string) (Record, error) {
	r, mail, err := scan(tx.Row(query, tx.Tenant(), key))
	if errors.Is(err, store.ErrNotFound) {
		return r, ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("reading an account: %w", err)
	}
	if len(mail) > 0 {
		plain, err := tx.Unseal(class, "staff_account.mail/"+r.ID, mail)
		if err != nil {
			return r, fmt.Errorf("reading an account: %w", err)
		}
		r.Mail = string(plain)
	}
	return r, nil
}

// Filter chooses accounts; a zero field chooses all.
type Filter struct {
	Text          string // in the login, the name or the body
	Counter       string // clerks who work there
	State         string // "active", "disabled", "outside" (not valid today)
	Role          Role   // in either system
	Offset, Limit int    // Limit 0: no end
}

// List returns accounts in order of login, without their mail, and how many
// there are in all. A municipality has some hundreds.
func (s *Service) List(tx *store.Tx, f Filter) (page []Record, total int, err error) {
	rows, err := tx.Query(`SELECT `+columns+` FROM staff_account a WHERE a.tenant=$1 ORDER BY a.login`, tx.Tenant())
	if err != nil {
		return nil, 0, fmt.Errorf("listing accounts: %w", err)
	}
	defer rows.Close()
	on := today(tx)
	text := strings.ToLower(strings.TrimSpace(f.Text))
	for rows.Next() {
		r, _, err := scan(rows)
		if err != nil {
			return nil, 0, fmt.Errorf("listing accounts: %w", err)
		}
		valid := r.ValidOn(on)
		switch {
		case text != "" && !strings.Contains(strings.ToLower(r.Login+"\n"+r.Name+"\n"+r.Body), text),
			f.Counter != "" && !slices.Contains(r.Counters, f.Counter),
			f.State == "active" && !valid, f.State == "disabled" && !r.Disabled, f.State == "outside" && (valid || r.Disabled),
			f.Role != None && r.Booking != f.Role && r.Cards != f.Role:
			continue
		}
		if total++; total > f.Offset && (f.Limit == 0 || len(page) < f.Limit) {
			page = append(page, r)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, 0, fmt.Errorf("listing accounts: %w", err)
	}
	return page, total, nil
}

// Names returns the names of accounts by id; ids that are none are not in it.
func (s *Service) Names(tx *store.Tx) (map[string]string, error) {
	rows, err := tx.Query(`SELECT id, name FROM staff_account WHERE tenant=$1`, tx.Tenant())
	if err != nil {
		return nil, fmt.Errorf("reading names: %w", err)
	}
	defer rows.Close()
	names := map[string]string{}
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, fmt.Errorf("reading names: %w", err)
		}
		names[id] = name
	}
	return names, rows.Err()
}

func sealMail(tx *store.Tx, id, mail string) ([]byte, error) {
	if mail == "" {
		return nil, nil
	}
	sealed, err := tx.Seal(class, "staff_account.mail/"+id, []byte(mail))
	if err != nil {
		return nil, fmt.Errorf("sealing a mail address: %w", err)
	}
	return sealed, nil
}

func counters(a Account) string {
	if len(a.Counters) == 0 {
		return "[]"
	}
	text, _ := json.Marshal(a.Counters) // strings always marshal
	return string(text)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func day(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func date(s string) civil.Date {
	d, _ := civil.ParseDate(s) // '' and nothing else does not parse
	return d
}

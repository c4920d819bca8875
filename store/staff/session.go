package staff

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"madoguchi/store"
)

// Session is a sign-in under way.
type Session struct {
	ID      string
	Account Account
	Token   string // goes with the session's forms
	Address string
	Agent   string // the browser, as it calls itself
	Made    time.Time
	Seen    time.Time // last request, to the minute

	Half          bool // the second factor is still missing
	NeedsPassword bool // the password is a temporary one
	NeedsSecond   bool // the municipality asks for a second factor that is not set up

	secret []byte // hashed
	stale  bool
}

// Stale reports whether it is time to write down that the person is at work.
func (s Session) Stale() bool { return s.stale }

const (
	secretBytes = 32
	// seenEvery is how exactly it is kept when a session was last used.
	seenEvery = time.Minute
	// halfLife is how long a person may look for the code of the second factor.
	halfLife     = 5 * time.Minute
	longestAgent = 200
)

func hashed(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// token is the form token of a session: it cannot be told from the secret, and
// the secret not from it.
func token(secret string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte("form"))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// open makes a session and returns its secret.
func (s *Service) open(tx *store.Tx, account string, half bool, address, agent string) (string, error) {
	p, err := s.policy(tx)
	if err != nil {
		return "", err
	}
	raw := make([]byte, secretBytes)
	rand.Read(raw)
	secret := base64.RawURLEncoding.EncodeToString(raw)
	idle, life := time.Duration(p.IdleMinutes)*time.Minute, time.Duration(p.SessionHours)*time.Hour
	if half {
		idle, life = halfLife, halfLife
	}
	if len(agent) > longestAgent {
		agent = agent[:longestAgent]
	}
	now := tx.Now()
	_, err = tx.Exec(`INSERT INTO staff_session(tenant,id,secret,account,half,address,agent,made_at,seen_at,idle,until) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$8,$9,$10)`,
		tx.Tenant(), store.NewID(), hashed(secret), account, flag(half), address, printable(agent),
		store.Millis(now), idle.Milliseconds(), store.Millis(now.Add(life)))
	if err != nil {
		return "", fmt.Errorf("opening a session: %w", err)
	}
	return secret, nil
}

// printable keeps the printable ASCII of a header.
func printable(s string) string {
	b := make([]byte, 0, len(s))
	for _, c := range []byte(s) {
		if c >= ' ' && c <= '~' {
			b = append(b, c)
		}
	}
	return string(b)
}

// Session finds the session of a secret, with one small read. It returns
// ErrNoSession if it is over, or the account may no longer be used.
func (s *Service) Session(tx *store.Tx, secret string) (Session, error) {
	session := Session{secret: hashed(secret), Token: token(secret)}
	var half int
	var made, seen, idle, until int64
	r, _, err := scan(tx.Row(`SELECT `+columns+`, s.id, s.half, s.address, s.agent, s.made_at, s.seen_at, s.idle, s.until
		FROM staff_session s JOIN staff_account a ON a.tenant=s.tenant AND a.id=s.account WHERE s.tenant=$1 AND s.secret=$2`,
		tx.Tenant(), session.secret), &session.ID, &half, &session.Address, &session.Agent, &made, &seen, &idle, &until)
	if errors.Is(err, store.ErrNotFound) {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, fmt.Errorf("looking for a session: %w", err)
	}
	now := store.Millis(tx.Now())
	if now >= until || now >= seen+idle || !r.ValidOn(today(tx)) {
		return Session{}, ErrNoSession
	}
	session.Account, session.Half = r.Account, half != 0
	session.Made, session.Seen = store.FromMillis(made), store.FromMillis(seen)
	session.stale = now-seen >= seenEvery.Milliseconds()
	session.NeedsPassword = r.Temporary
	if !session.Half && !r.Second && (r.Booking == Administrator || r.Cards == Administrator) {
		p, err := s.policy(tx)
		if err != nil {
			return Session{}, err
		}
		session.NeedsSecond = p.SecondForAdministrators
	}
	return session, nil
}

// Touch writes down that a session was used just now.
func (s *Service) Touch(tx *store.Tx, id string) error {
	_, err := tx.Exec(`UPDATE staff_session SET seen_at=$3 WHERE tenant=$1 AND id=$2`, tx.Tenant(), id, store.Millis(tx.Now()))
	if err != nil {
		return fmt.Errorf("keeping a session: %w", err)
	}
	return nil
}

// Sessions returns the sessions of an account that are not over, newest first.
func (s *Service) Sessions(tx *store.Tx, account string) ([]Session, error) {
	rows, err := tx.Query(`SELECT id, half, address, agent, made_at, seen_at FROM staff_session
		WHERE tenant=$1 AND account=$2 AND until>$3 AND seen_at+idle>$3 ORDER BY made_at DESC, id DESC`,
		tx.Tenant(), account, store.Millis(tx.Now()))
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	defer rows.Close()
	var list []Session
	for rows.Next() {
		var session Session
		var half int
		var made, seen int64
		if err := rows.Scan(&session.ID, &half, &session.Address, &session.Agent, &made, &seen); err != nil {
			return nil, fmt.Errorf("listing sessions: %w", err)
		}
		session.Half = half != 0
		session.Made, session.Seen = store.FromMillis(made), store.FromMillis(seen)
		list = append(list, session)
	}
	return list, rows.Err()
}

// SignOut ends the session of a secret.
func (s *Service) SignOut(tx *store.Tx, secret string) error {
	session, err := s.Session(tx, secret)
	if errors.Is(err, ErrNoSession) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.endOne(tx, session.Account.ID, session.ID); err != nil {
		return err
	}
	return tx.Audit(session.Account.ID, "staff.sign-out", session.Account.ID)
}

// EndSession ends one session of an account; ErrNotFound if it has none of that
// id.
func (s *Service) EndSession(tx *store.Tx, account, id, by string) error {
	if err := s.endOne(tx, account, id); err != nil {
		return err
	}
	return tx.Audit(by, "staff.session.end", account)
}

// EndSessions ends all sessions of an account but one; keep "" ends all.
func (s *Service) EndSessions(tx *store.Tx, account, keep, by string) error {
	if err := s.end(tx, account, keep); err != nil {
		return err
	}
	return tx.Audit(by, "staff.session.end-all", account)
}

func (s *Service) endOne(tx *store.Tx, account, id string) error {
	n, err := tx.Exec(`DELETE FROM staff_session WHERE tenant=$1 AND account=$2 AND id=$3`, tx.Tenant(), account, id)
	if err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	if n == 0 {
		return ErrNotFound
	}
	tx.Signal(Topic, tx.Tenant())
	return nil
}

func (s *Service) end(tx *store.Tx, account, keep string) error {
	_, err := tx.Exec(`DELETE FROM staff_session WHERE tenant=$1 AND account=$2 AND id<>$3`, tx.Tenant(), account, keep)
	if err != nil {
		return fmt.Errorf("ending sessions: %w", err)
	}
	tx.Signal(Topic, tx.Tenant())
	return nil
}

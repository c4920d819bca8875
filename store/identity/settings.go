package identity

import (
	"encoding/json"
	"fmt"
	"time"
)

// Section is the name of Settings among a tenant's settings.
const Section = "identity"

// Who says for whom bookings are (利用者制限, S4-017).
type Who string

// The restrictions. The zero value knows no residents at all: nobody is asked
// who they are, and nothing speaks of IDs or passwords (S4-027).
const (
	Nobody       Who = ""             // 未登録者のみ, in the sense that there are no registered ones
	Registered   Who = "registered"   // 登録者のみ
	Unregistered Who = "unregistered" // 未登録者のみ: sign-in shows details and bookings, bookings need none
	Anybody      Who = "anybody"      // 制限なし
)

// SignInName is what residents sign in with (S4-015).
type SignInName string

// The names.
const (
	Number SignInName = "number" // 利用者ID, as in the letter
	Mail   SignInName = "mail"   // メールアドレス
	Login  SignInName = "login"  // ログインID, chosen by the resident
)

// Settings are what a municipality decides about the identity of residents.
type Settings struct {
	Who  Who        `json:"who,omitempty"`
	Name SignInName `json:"name,omitempty"` // "" is Number
	// NoPassword leaves out the password (パスワードチェック しない, S4-016):
	// whoever knows the name is signed in.
	NoPassword bool `json:"no_password,omitempty"`
	// Register lets people register themselves by mail (オンライン登録, S4-013).
	Register bool `json:"register,omitempty"`
	// Days is how long the link of a registration is good (登録キー有効期間,
	// S4-014); 0 is 7.
	Days int `json:"days,omitempty"`
	// Check asks unregistered applicants to confirm their mail address before
	// the booking counts (申込者チェック, S4-023), within Minutes; 0 is 60.
	Check   bool `json:"check,omitempty"`
	Minutes int  `json:"minutes,omitempty"`
}

// Known reports whether there are registered residents at all.
func (s Settings) Known() bool { return s.Who != Nobody }

// SignInName is Name with its default.
func (s Settings) SignInName() SignInName {
	if s.Name == "" {
		return Number
	}
	return s.Name
}

// LinkLife is how long a link of a kind is good. A link to a new password is
// good for an hour: it opens more than a registration does.
func (s Settings) LinkLife(k LinkKind) time.Duration {
	switch k {
	case Register:
		days := s.Days
		if days == 0 {
			days = 7
		}
		return time.Duration(days) * 24 * time.Hour
	case Confirm:
		minutes := s.Minutes
		if minutes == 0 {
			minutes = 60
		}
		return time.Duration(minutes) * time.Minute
	}
	return time.Hour
}

// Check returns what is wrong with settings, nil if nothing.
func (s Settings) Validate() error {
	switch s.Who {
	case Nobody, Registered, Unregistered, Anybody:
	default:
		return fmt.Errorf("who: %q is none of registered, unregistered, anybody", s.Who)
	}
	switch s.Name {
	case "", Number, Mail, Login:
	default:
		return fmt.Errorf("name: %q is none of number, mail, login", s.Name)
	}
	if s.Days < 0 || s.Days > 90 {
		return fmt.Errorf("days: %d is not between 1 and 90", s.Days)
	}
	if s.Minutes < 0 || s.Minutes > 24*60 {
		return fmt.Errorf("minutes: %d is not between 1 and 1,440", s.Minutes)
	}
	return nil
}

// Parse reads settings as a tenant's section holds them.
func Parse(section json.RawMessage) (Settings, error) {
	var s Settings
	if len(section) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(section, &s); err != nil {
		return s, fmt.Errorf("settings section %s: %w", Section, err)
	}
	return s, s.Validate()
}

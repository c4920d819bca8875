// Package staff knows the people behind the counter: their accounts, what each
// may do, how they sign in, and their sessions.
//
//	account ──roles──▶ rights (right.go) ──▶ console: which pages exist for this person
//	password, second factor ──▶ session ──▶ account, at every request anew
//
// A session is looked up at every request, so that a disabled account, another
// role or a sign-out everywhere counts at once (ASVS 7.4.2, 8.3.2).
package staff

import (
	"slices"

	"madoguchi/i18n/civil"
)

// Role is one of three stages of rights. Each of the two systems, booking and
// card progress, has its own (S4-072).
type Role string

// The stages, with their names in the booking and in the progress system.
const (
	None          Role = ""              // no access to this system
	Clerk         Role = "clerk"         // 施設担当者 / 担当者
	Manager       Role = "manager"       // 施設運営管理者 / 一般管理者
	Administrator Role = "administrator" // システム管理者, both
)

// Account is one person's access (操作者, S4-074). There are no shared ones.
type Account struct {
	ID    string
	Login string // ログインID, lower case
	Name  string // 氏名, as colleagues see it
	Mail  string
	// Body is the organisation the person works for (運営管理団体).
	Body string

	Booking Role
	Cards   Role
	// Official marks employees of the municipality. Contractors and temporary
	// staff receive visitors, but do not check identities or hand over cards
	// (S4-083).
	Official bool
	// Counters are those a clerk works at (担当サイト, S4-073); managers and
	// administrators see all.
	Counters []string

	From, To  civil.Date // first and last day of validity; zero: no limit
	Disabled  bool       // 利用停止
	Temporary bool       // the password is a temporary one and must be changed first (仮パスワード)
	Second    bool       // a second factor is set up
}

// AtCounter reports whether the person works at a counter.
func (a Account) AtCounter(counter string) bool {
	return a.Booking == Manager || a.Booking == Administrator || slices.Contains(a.Counters, counter)
}

// May reports whether the person has a right.
func (a Account) May(r Right) bool {
	if officials[r] && !a.Official {
		return false
	}
	return slices.Contains(booking[a.Booking], r) || slices.Contains(cards[a.Cards], r)
}

// Topic is signalled, with the tenant as payload, when sessions may have ended:
// whoever keeps a page open for a person looks at the session again.
const Topic = "staff.session"

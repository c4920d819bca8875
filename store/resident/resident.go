// Package resident is the roster (住民情報, 会員管理): the people a municipality
// has registered, what it knows of them, and how to find one without keeping
// anything readable. All other rooms work with an empty roster (S4-092, S4-093).
//
//	resident          one row a person; every personal value in one sealed column
//	resident_key      the person's own key, wrapped by the tenant's key of the class
//	resident_token    keyed hashes a person can be found by
//	resident_erasure  who was erased; also a file outside the database (erasures.go)
//
// Reading goes key → seal → Profile (seal.go); searching goes words → tokens →
// candidates → unsealed and compared (token.go, find.go). Writing is write.go,
// bulk registration import.go. To erase is to overwrite the person's key
// (erase.go): what it sealed is then unreadable wherever a copy of it lies, and
// an older backup that still has the key meets the list of the erased when it is
// restored.
//
// # What the search index gives away
//
// A token is a keyed hash of a telephone number, a mail address, a date of birth,
// a class, or of one or two characters of a name. Nobody can compute or reverse
// one without the secret that the master key seals. But equal values have equal
// tokens: whoever holds the database file alone sees that two people share a
// birthday, or a pair of characters in their names, and how often each token
// occurs; with the statistics of Japanese family names the most frequent pairs
// (佐藤, 田中) can be guessed, and so that some record belongs to a 佐藤. That is
// the price of searching by a part of a name within half a second, and the reason
// why tokens are cut to 64 bits, are of one kind to look at, and go with the
// record when it is erased. Addresses and remarks are not indexed.
package resident

import (
	"errors"
	"time"

	"madoguchi/store"
)

// State is whether a record is in use (S4-094).
type State string

// The states. An erased record has no values any more and is found by nobody; it
// remains only as a number in Counts.
const (
	Active    State = "active"    // 利用中
	Suspended State = "suspended" // 利用停止
	Erased    State = "erased"    // 登録抹消
)

// Resident is one record of the roster.
type Resident struct {
	ID      string // internal, never shown
	State   State
	Version int64 // counts the changes
	Profile

	Created, Updated     time.Time
	CreatedBy, UpdatedBy string

	serial int64
	batch  int64
}

// What a caller decides by. A record that does not exist or was erased is
// store.ErrNotFound.
var (
	ErrSuspended = errors.New("the record is suspended")
	ErrStale     = errors.New("the record was changed meanwhile")
	// ErrImporting: another import of the tenant is under way.
	ErrImporting = errors.New("another import is under way")
)

// Change is what has become of a record.
type Change struct {
	// Action is the word of the audit log: resident.add, resident.edit,
	// resident.suspend, resident.resume or resident.erase. Imports tell of no
	// single record.
	Action string
	Before Resident // the zero Resident if it is new
	After  Resident // of an erased one only ID, State and times
	By     string
}

// Residents is the roster of all tenants. It is safe for concurrent use.
type Residents struct {
	erasures *List
	watchers []func(*store.Tx, Change) error
}

// New returns the service. erasures is the list kept outside the database; nil
// keeps none, for tests that do not erase.
func New(erasures *List) *Residents { return &Residents{erasures: erasures} }

// Watch has fn called at every change of a record, inside its transaction. Who
// keeps data of residents elsewhere erases them when told of resident.erase.
// Watchers are added while the program is put together.
func (r *Residents) Watch(fn func(*store.Tx, Change) error) { r.watchers = append(r.watchers, fn) }

func (r *Residents) record(tx *store.Tx, c Change) error {
	if err := tx.Audit(c.By, c.Action, c.After.ID); err != nil {
		return err
	}
	for _, fn := range r.watchers {
		if err := fn(tx, c); err != nil {
			return err
		}
	}
	return nil
}

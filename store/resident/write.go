package resident

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"

	"madoguchi/store"
)

// Add registers a person and returns the record. A number and a link code are
// issued where the profile has none. The error is a *Problem with code "taken"
// if the number, link code or login name is another's.
func (r *Residents) Add(tx *store.Tx, p Profile, by string) (Resident, error) {
	serial, err := reserve(tx, 1)
	if err != nil {
		return Resident{}, err
	}
	if err := issue(tx, &p); err != nil {
		return Resident{}, err
	}
	if err := free(tx, &p, ""); err != nil {
		return Resident{}, err
	}
	res := Resident{ID: store.NewID(), State: Active, Version: 1, Profile: p, Created: tx.Now(), Updated: tx.Now(), CreatedBy: by, UpdatedBy: by, serial: serial}
	if err := insert(tx, &res); err != nil {
		return Resident{}, err
	}
	if err := addEntries(tx, entries(serial, tokens(tx, &p))); err != nil {
		return Resident{}, err
	}
	return res, r.record(tx, Change{Action: "resident.add", After: res, By: by})
}

// Save changes a record that is at a version to a profile. Errors: ErrStale,
// store.ErrNotFound, and a *Problem as of Add.
func (r *Residents) Save(tx *store.Tx, id string, version int64, p Profile, by string) (Resident, error) {
	before, err := lock(tx, id)
	if err != nil {
		return Resident{}, err
	}
	if before.Version != version {
		return Resident{}, ErrStale
	}
	if p.Number == "" {
		p.Number = before.Number
	}
	if before.Profile.Equal(&p) {
		return before, nil
	}
	if err := free(tx, &p, id); err != nil {
		return Resident{}, err
	}
	after, err := update(tx, before, p, by)
	if err != nil {
		return Resident{}, err
	}
	return after, r.record(tx, Change{Action: "resident.edit", Before: before, After: after, By: by})
}

// SetState suspends a record or takes it into use again (S4-094).
func (r *Residents) SetState(tx *store.Tx, id string, state State, by string) (Resident, error) {
	before, err := lock(tx, id)
	if err != nil || before.State == state {
		return before, err
	}
	action := "resident.resume"
	switch state {
	case Suspended:
		action = "resident.suspend"
	case Active:
	default:
		return Resident{}, fmt.Errorf("a record cannot be set to %q", state)
	}
	after := before
	after.State, after.Version, after.Updated, after.UpdatedBy = state, before.Version+1, tx.Now(), by
	_, err = tx.Exec(`UPDATE resident SET state=$3, version=$4, updated_at=$5, updated_by=$6 WHERE tenant=$1 AND id=$2`,
		tx.Tenant(), id, string(state), after.Version, store.Millis(tx.Now()), by)
	if err != nil {
		return Resident{}, fmt.Errorf("setting the state of a resident: %w", err)
	}
	return after, r.record(tx, Change{Action: action, Before: before, After: after, By: by})
}

// insert writes a new record with its key; its tokens are the caller's.
func insert(tx *store.Tx, res *Resident) error {
	key, wrapped, err := newKey(tx, res.serial)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO resident(tenant,id,serial,state,batch,number,link,login,sealed,version,created_at,created_by,updated_at,updated_by)
		VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,1,$10,$11,$10,$11)`,
		tx.Tenant(), res.ID, res.serial, string(res.State), res.batch, blind(tx, Number, res.Number), blind(tx, Link, res.Link), blind(tx, Login, res.Login),
		seal(tx, key, res.ID, &res.Profile), store.Millis(tx.Now()), res.CreatedBy)
	if err == nil {
		_, err = tx.Exec(`INSERT INTO resident_key(tenant,serial,wrapped) VALUES($1,$2,$3)`, tx.Tenant(), res.serial, wrapped)
	}
	if err != nil {
		return fmt.Errorf("adding a resident: %w", err)
	}
	return nil
}

// update seals a new profile under the record's key.
func update(tx *store.Tx, before Resident, p Profile, by string) (Resident, error) {
	after := before
	after.Profile, after.Version, after.Updated, after.UpdatedBy = p, before.Version+1, tx.Now(), by
	var wrapped []byte
	if err := tx.Row(`SELECT wrapped FROM resident_key WHERE tenant=$1 AND serial=$2`, tx.Tenant(), before.serial).Scan(&wrapped); err != nil {
		return Resident{}, fmt.Errorf("changing a resident: %w", err)
	}
	key, err := openKey(tx, before.serial, wrapped)
	if err != nil {
		return Resident{}, fmt.Errorf("changing a resident: %w", err)
	}
	n, err := tx.Exec(`UPDATE resident SET number=$3, link=$4, login=$5, sealed=$6, version=$7, updated_at=$8, updated_by=$9
		WHERE tenant=$1 AND id=$2 AND version=$10`, tx.Tenant(), before.ID, blind(tx, Number, p.Number), blind(tx, Link, p.Link), blind(tx, Login, p.Login),
		seal(tx, key, before.ID, &p), after.Version, store.Millis(tx.Now()), by, before.Version)
	if err != nil {
		return Resident{}, fmt.Errorf("changing a resident: %w", err)
	}
	if n == 0 {
		return Resident{}, ErrStale
	}
	old, now := tokens(tx, &before.Profile), tokens(tx, &p)
	if err := dropTokens(tx, before.serial, without(old, now)); err != nil {
		return Resident{}, err
	}
	return after, addEntries(tx, entries(before.serial, without(now, old)))
}

// without returns what of a is not in b; both are sorted.
func without(a, b []int64) []int64 {
	var list []int64
	for _, t := range a {
		for len(b) > 0 && b[0] < t {
			b = b[1:]
		}
		if len(b) == 0 || b[0] != t {
			list = append(list, t)
		}
	}
	return list
}

// blind is the keyed hash of a value that is one person's alone; NULL for none.
func blind(tx *store.Tx, f Field, value string) any {
	if value == "" {
		return nil
	}
	return tx.Blind("resident."+string(f), value)
}

// unique are the fields that no two people share, each in the column of its
// name.
var unique = []Field{Number, Link, Login}

// free reports as a Problem which of a profile's own values another record has.
func free(tx *store.Tx, p *Profile, except string) error {
	for _, f := range unique {
		value := p.Get(f)
		if value == "" {
			continue
		}
		var id string
		err := tx.Row(`SELECT id FROM resident WHERE tenant=$1 AND `+string(f)+`=$2`, tx.Tenant(), blind(tx, f, value)).Scan(&id)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return fmt.Errorf("looking for another resident: %w", err)
		case id != except:
			return &Problem{f, "taken"}
		}
	}
	return nil
}

// reserve takes n serials in a row and returns the first.
func reserve(tx *store.Tx, n int64) (int64, error) {
	var last int64
	err := tx.Row(`INSERT INTO resident_serial(tenant,last) VALUES($1,$2)
		ON CONFLICT(tenant) DO UPDATE SET last=resident_serial.last+$2 RETURNING last`, tx.Tenant(), n).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("numbering a resident: %w", err)
	}
	return last - n + 1, nil
}

// issue gives a profile the number and the link code it lacks (S4-001).
func issue(tx *store.Tx, p *Profile) error {
	for _, f := range []Field{Number, Link} {
		for at := p.text(f); *at == ""; {
			value := NewNumber()
			if f == Link {
				value = NewLink()
			}
			var n int
			err := tx.Row(`SELECT COUNT(*) FROM resident WHERE tenant=$1 AND `+string(f)+`=$2`, tx.Tenant(), blind(tx, f, value)).Scan(&n)
			if err != nil {
				return fmt.Errorf("issuing a number: %w", err)
			}
			if n == 0 {
				*at = value
			}
		}
	}
	return nil
}

// NewNumber makes a 利用者ID: eight random digits and a check digit, so that one
// mistyped digit, or two exchanged, is never another person's. It begins with no
// zero, which Excel would drop.
func NewNumber() string {
	n, err := rand.Int(rand.Reader, big.NewInt(90_000_000))
	if err != nil {
		panic(err) // never fails
	}
	digits := fmt.Sprint(n.Int64() + 10_000_000)
	return digits + string('0'+rune(damm(digits)))
}

// damm is the check digit of H. M. Damm's scheme: appending it makes the whole
// come to 0.
func damm(digits string) byte {
	var d byte
	for i := range len(digits) {
		d = dammTable[d][digits[i]-'0']
	}
	return d
}

// dammTable is the quasigroup of Damm's thesis.
var dammTable = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// linkLetters are those of access keys: nothing that looks like something else.
const linkLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// NewLink makes a link code: ten symbols, 50 bits.
func NewLink() string {
	var b [10]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = linkLetters[b[i]%32]
	}
	return string(b[:])
}

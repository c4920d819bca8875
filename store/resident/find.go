package resident

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// columns are what scan reads.
const columns = `SELECT r.id, r.serial, r.state, r.batch, r.version, r.created_at, r.created_by, r.updated_at, r.updated_by, r.sealed, k.wrapped
	FROM resident r JOIN resident_key k ON k.tenant=r.tenant AND k.serial=r.serial WHERE r.tenant=$1 AND `

// visible is what a record must be to be found: not erased, and not of an import
// that is still under way.
const visible = ` AND r.state<>'erased' AND (r.batch=0 OR r.batch NOT IN (SELECT batch FROM resident_import WHERE tenant=$1))`

// sealedRow is a record before it is opened, as a query must be read to its end
// before the next.
type sealedRow struct {
	Resident
	sealed, wrapped []byte
}

func query(tx *store.Tx, text string, args ...any) ([]Resident, error) {
	rows, err := tx.Query(text, args...)
	if err != nil {
		return nil, fmt.Errorf("reading residents: %w", err)
	}
	defer rows.Close()
	var sealed []sealedRow
	for rows.Next() {
		var s sealedRow
		var created, updated int64
		err := rows.Scan(&s.ID, &s.serial, &s.State, &s.batch, &s.Version, &created, &s.CreatedBy, &updated, &s.UpdatedBy, &s.sealed, &s.wrapped)
		if err != nil {
			return nil, fmt.Errorf("reading residents: %w", err)
		}
		s.Created, s.Updated = store.FromMillis(created), store.FromMillis(updated)
		sealed = append(sealed, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading residents: %w", err)
	}
	list := make([]Resident, 0, len(sealed))
	for _, s := range sealed {
		if s.Profile, err = open(tx, s.serial, s.ID, s.wrapped, s.sealed); err != nil {
			return nil, err
		}
		list = append(list, s.Resident)
	}
	return list, nil
}

func one(tx *store.Tx, text string, args ...any) (Resident, error) {
	list, err := query(tx, text, args...)
	if err == nil && len(list) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return Resident{}, err
	}
	return list[0], nil
}

// Get returns a record by its id, or store.ErrNotFound.
func (r *Residents) Get(tx *store.Tx, id string) (Resident, error) {
	return one(tx, columns+`r.id=$2`+visible, tx.Tenant(), id)
}

// lock is Get for a record that will be changed.
func lock(tx *store.Tx, id string) (Resident, error) {
	text := columns + `r.id=$2` + visible
	if tx.Postgres() {
		text += ` FOR UPDATE OF r`
	}
	return one(tx, text, tx.Tenant(), id)
}

// ByNumber returns the record with a 利用者ID, as people write it.
func (r *Residents) ByNumber(tx *store.Tx, number string) (Resident, error) {
	n, ok := ReadNumber(number)
	if !ok {
		return Resident{}, store.ErrNotFound
	}
	return one(tx, columns+`r.number=$2`+visible, tx.Tenant(), blind(tx, Number, n))
}

// ByLink returns the record with a link code, as people write it (S4-095).
func (r *Residents) ByLink(tx *store.Tx, code string) (Resident, error) {
	key, ok := reservation.ReadKey(code)
	if !ok {
		return Resident{}, store.ErrNotFound
	}
	return one(tx, columns+`r.link=$2`+visible, tx.Tenant(), blind(tx, Link, key))
}

// ByLogin returns the record with a login name.
func (r *Residents) ByLogin(tx *store.Tx, login string) (Resident, error) {
	name, problem := readLogin(strings.TrimSpace(login))
	if problem != "" || name == "" {
		return Resident{}, store.ErrNotFound
	}
	return one(tx, columns+`r.login=$2`+visible, tx.Tenant(), blind(tx, Login, name))
}

// ByMail returns the records with a mail address; a family may share one.
func (r *Residents) ByMail(tx *store.Tx, address string) ([]Resident, error) {
	found, err := r.Search(tx, Filter{Mail: address})
	return found.List, err
}

// Named returns the ids of those whose name or kana has these words in it, at
// most MostFound; more says that there are more.
func (r *Residents) Named(tx *store.Tx, words string) (ids []string, more bool, err error) {
	found, err := r.Search(tx, Filter{Name: words})
	for _, res := range found.List {
		ids = append(ids, res.ID)
	}
	return ids, found.More, err
}

// Bookable returns nil if a person may book: ErrSuspended for a suspended record,
// store.ErrNotFound for none or an erased one (S4-094). Who books without being
// registered is not asked (S4-092).
func (r *Residents) Bookable(tx *store.Tx, id string) error {
	var state State
	err := tx.Row(`SELECT r.state FROM resident r WHERE r.tenant=$1 AND r.id=$2`+visible, tx.Tenant(), id).Scan(&state)
	if errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err != nil {
		return fmt.Errorf("asking for a resident: %w", err)
	}
	if state == Suspended {
		return ErrSuspended
	}
	return nil
}

// Counts returns how many records are in each state.
func (r *Residents) Counts(tx *store.Tx) (map[State]int, error) {
	counts := map[State]int{}
	for _, state := range []State{Active, Suspended, Erased} {
		var n, hidden int
		err := tx.Row(`SELECT COUNT(*) FROM resident WHERE tenant=$1 AND state=$2`, tx.Tenant(), string(state)).Scan(&n)
		if err == nil && state == Active {
			err = tx.Row(`SELECT COUNT(*) FROM resident WHERE tenant=$1 AND batch<>0 AND batch IN (SELECT batch FROM resident_import WHERE tenant=$1)`, tx.Tenant()).Scan(&hidden)
		}
		if err != nil {
			return nil, fmt.Errorf("counting residents: %w", err)
		}
		counts[state] = n - hidden
	}
	return counts, nil
}

// Page returns records in the order of their registration, newest first; state
// "" is all.
func (r *Residents) Page(tx *store.Tx, state State, offset, size int) ([]Resident, error) {
	where, args := ``, []any{tx.Tenant(), size, offset}
	if state != "" {
		where, args = ` AND r.state=$4`, append(args, string(state))
	}
	// The inner query is answered by an index alone, however far the page is.
	return query(tx, columns+`r.serial IN (SELECT r.serial FROM resident r WHERE r.tenant=$1`+visible+where+
		` ORDER BY r.serial DESC LIMIT $2 OFFSET $3) ORDER BY r.serial DESC`, args...)
}

// mostAtOnce is how many records are asked for in one statement. SQLite's driver
// looks through all names of parameters for each: more would cost their square.
const mostAtOnce = 100

// Some returns the records with these ids, in that order, without those that are
// not there: for letters and labels, thousands at a time.
func (r *Residents) Some(tx *store.Tx, ids []string) ([]Resident, error) {
	var list []Resident
	for part := range slices.Chunk(ids, mostAtOnce) {
		args := []any{tx.Tenant()}
		var in strings.Builder
		for range mostAtOnce { // one text for every length, so that it is prepared once
			args = append(args, part[min(len(args)-1, len(part)-1)])
			in.WriteString(",$" + strconv.Itoa(len(args)))
		}
		some, err := query(tx, columns+`r.id IN (`+in.String()[1:]+`)`+visible, args...)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	at := make(map[string]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	slices.SortFunc(list, func(a, b Resident) int { return cmp.Compare(at[a.ID], at[b.ID]) })
	return list, nil
}

// Filter says whom to search for; every condition that is set must hold.
type Filter struct {
	Number, Link, Login, Manage string
	Phone                       string // either number
	Mail                        string
	Name                        string // words of name or kana
	Beginning                   bool   // the name begins with them (前方一致)
	Born                        civil.Date
	Class                       string
	State                       State
}

// Empty reports whether no condition is set besides the state.
func (f Filter) Empty() bool {
	f.State, f.Beginning = "", false
	return f == Filter{}
}

// MostFound bounds what a search returns: beyond it, staff are asked for another
// condition.
const MostFound = 1000

// Found is the answer to a search, in the order of the kana.
type Found struct {
	List []Resident
	More bool // there are more than MostFound
}

// Search returns the records that fulfil a filter. A condition that nothing can
// fulfil, such as a telephone number with letters, finds nothing.
func (r *Residents) Search(tx *store.Tx, f Filter) (Found, error) {
	q, ok, err := f.query(tx, `DESC`, 10*MostFound)
	if err != nil || !ok {
		return Found{}, err
	}
	list, err := query(tx, columns+q.where+visible+` ORDER BY r.serial DESC LIMIT `+q.arg(MostFound+1), q.args...)
	if err != nil {
		return Found{}, err
	}
	found := Found{List: f.those(list[:min(len(list), MostFound)]), More: len(list) > MostFound}
	slices.SortStableFunc(found.List, func(a, b Resident) int {
		return cmp.Or(cmp.Compare(a.Kana, b.Kana), cmp.Compare(a.Name, b.Name))
	})
	return found, nil
}

// Walk reads all records that fulfil a filter, however many, a part at a time in
// the order of their registration: begin with the zero Cursor and go on until it
// is done.
func (r *Residents) Walk(tx *store.Tx, f Filter, c Cursor, size int) ([]Resident, Cursor, error) {
	q, ok, err := f.query(tx, ``, size, c.last)
	if err != nil || !ok {
		return nil, Cursor{Done: true}, err
	}
	list, err := query(tx, columns+`r.serial>`+q.arg(c.last)+` AND `+q.where+visible+` ORDER BY r.serial LIMIT `+q.arg(size), q.args...)
	if err != nil || len(list) == 0 {
		return nil, Cursor{Done: true}, err
	}
	return f.those(list), Cursor{last: list[len(list)-1].serial}, nil
}

// Cursor is how far a Walk has come.
type Cursor struct {
	Done bool
	last int64
}

// those leaves the records that a filter holds for.
func (f Filter) those(list []Resident) []Resident {
	return slices.DeleteFunc(list, func(r Resident) bool { return !f.holds(&r.Profile) })
}

// conditions are a filter as the words of a query.
type conditions struct {
	where string
	args  []any
}

// arg takes a value and returns its placeholder.
func (c *conditions) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

// query turns a filter into words. The index names at most so many candidates,
// in the order asked for, and behind a serial if one is given.
func (f Filter) query(tx *store.Tx, order string, most int, behind ...int64) (q *conditions, ok bool, err error) {
	want, ok := f.tokens(tx)
	if !ok {
		return nil, false, nil
	}
	q = &conditions{where: `r.tenant=$1`, args: []any{tx.Tenant()}}
	for _, u := range []struct {
		field Field
		text  string
	}{{Number, f.Number}, {Link, f.Link}, {Login, f.Login}} {
		if u.text == "" {
			continue
		}
		value, problem := readers[u.field](strings.TrimSpace(u.text))
		if problem != "" {
			return nil, false, nil
		}
		q.where += ` AND r.` + string(u.field) + `=` + q.arg(blind(tx, u.field, value))
	}
	if f.State != "" {
		q.where += ` AND r.state=` + q.arg(string(f.State))
	}
	if len(want) == 0 {
		return q, true, nil
	}
	// The rarest token leads; whom it names is looked up under the others.
	if err := rarestFirst(tx, want); err != nil {
		return nil, false, err
	}
	in := `SELECT t.resident FROM resident_token t WHERE t.tenant=$1 AND t.token=` + q.arg(want[0])
	for _, t := range want[1:] {
		in += ` AND EXISTS (SELECT 1 FROM resident_token o WHERE o.tenant=$1 AND o.token=` + q.arg(t) + ` AND o.resident=t.resident)`
	}
	for _, serial := range behind {
		in += ` AND t.resident>` + q.arg(serial)
	}
	q.where += ` AND r.serial IN (` + in + ` ORDER BY t.resident ` + order + ` LIMIT ` + q.arg(most) + `)`
	return q, true, nil
}

// tokens are those a record must have; ok is false if a condition can hold for
// nobody.
func (f Filter) tokens(tx *store.Tx) (list []int64, ok bool) {
	if f.Phone != "" {
		phone, problem := readPhone(f.Phone)
		if problem != "" {
			return nil, false
		}
		list = append(list, token(tx, byPhone, phone))
	}
	if f.Mail != "" {
		list = append(list, token(tx, byMail, foldMail(f.Mail)))
	}
	if !f.Born.IsZero() {
		list = append(list, token(tx, byBorn, f.Born.String()))
	}
	if f.Class != "" {
		list = append(list, token(tx, byClass, f.Class))
	}
	if f.Manage != "" {
		list = append(list, token(tx, byManage, f.Manage))
	}
	if f.Name != "" {
		folded := fold(f.Name)
		if folded == "" {
			return nil, false
		}
		for _, g := range wanted(folded, f.Beginning) {
			list = append(list, token(tx, byGram, g))
		}
	}
	slices.Sort(list)
	return slices.Compact(list), true
}

func foldMail(s string) string {
	s, _ = readMail(strings.TrimSpace(s))
	return strings.ToLower(s)
}

// holds compares what the index found with what was asked.
func (f Filter) holds(p *Profile) bool {
	if f.Phone != "" {
		if phone, _ := readPhone(f.Phone); phone != p.Phone && phone != p.Phone2 {
			return false
		}
	}
	return (f.Mail == "" || foldMail(f.Mail) == strings.ToLower(p.Mail)) &&
		(f.Born.IsZero() || f.Born == p.Born) &&
		(f.Class == "" || f.Class == p.Class) &&
		(f.Manage == "" || f.Manage == p.Manage) &&
		(f.Name == "" || p.matches(fold(f.Name), f.Beginning))
}

// rarestFirst orders tokens by how many have them, counting no further than
// matters.
func rarestFirst(tx *store.Tx, list []int64) error {
	if len(list) < 2 {
		return nil
	}
	counts := map[int64]int{}
	for _, t := range list {
		var n int
		err := tx.Row(`SELECT COUNT(*) FROM (SELECT 1 FROM resident_token WHERE tenant=$1 AND token=$2 LIMIT 5000) AS part`, tx.Tenant(), t).Scan(&n)
		if err != nil {
			return fmt.Errorf("searching residents: %w", err)
		}
		counts[t] = n
	}
	slices.SortStableFunc(list, func(a, b int64) int { return cmp.Compare(counts[a], counts[b]) })
	return nil
}

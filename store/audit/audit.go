// Package audit reads, seals and proves the audit log. Rows are appended by
// store.Tx.Audit in the transaction they record; that way no change is without
// its row and no row without its change.
//
// The rows of a tenant form a chain: row n carries the hash of row n−1 and a
// hash over that and its own content, under a secret that is not in the
// database. The links are made a moment later, in order, by a periodic job
// (SealPending), because a chain head that every transaction wrote would make
// all of them wait for one row:
//
//	transaction → row without a place → SealPending → seq, prev, hash
//
// Verify walks the chain and names the first row that was edited, deleted,
// moved or slipped in. Two things no chain can show by itself: that its end
// was cut off, and that somebody who has the program and its key made it anew.
// For these, write down a Checkpoint outside from time to time and give it to
// Verify.
package audit

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/store"
)

// Entry is one row of the log.
type Entry struct {
	ID      string
	At      time.Time
	Who     string
	Action  string
	Subject string
	Detail  string // JSON
	Seq     int64  // place in the chain from 1; 0 while unsealed
}

// Filter chooses entries; a zero field chooses all.
type Filter struct {
	Who, Action, Subject string
	From, To             time.Time // From included, To not
	// After continues a list behind its last entry.
	After *Entry
	// Limit defaults to 100.
	Limit int
}

// accountID is the length of a staff account's id.
const accountID = 36

// Conditions as the partial indexes say them (0006_staff.sql): a query that
// repeats one can use the index.
const (
	ofAccounts = " AND length(who)=36"
	ofRare     = " AND action NOT IN ('booking.book', 'booking.change', 'booking.cancel', 'notice.sent')"
)

// frequent are the actions that ofRare leaves out.
var frequent = []string{"booking.book", "booking.change", "booking.cancel", "notice.sent"}

// List returns entries of the transaction's tenant, newest first.
func List(tx *store.Tx, f Filter) ([]Entry, error) {
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	where, order := "tenant="+arg(scope(tx)), "at"
	if f.Who != "" {
		where += " AND who=" + arg(f.Who)
		if len(f.Who) == accountID {
			where += ofAccounts
		}
	}
	if f.Action != "" {
		where += " AND action=" + arg(f.Action)
		if !slices.Contains(frequent, f.Action) {
			where += ofRare
		}
	}
	if f.Subject != "" {
		where += " AND subject=" + arg(f.Subject)
		// Few rows have one subject: they are sorted, so that the index in order
		// of time, which is as long as the log, does not look the better one.
		order = "+at"
	}
	if !f.From.IsZero() {
		where += " AND at>=" + arg(store.Millis(f.From))
	}
	if !f.To.IsZero() {
		where += " AND at<" + arg(store.Millis(f.To))
	}
	if f.After != nil {
		where += " AND (at,id)<(" + arg(store.Millis(f.After.At)) + "," + arg(f.After.ID) + ")"
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	query := `SELECT id, at, who, action, subject, detail, COALESCE(seq,0) FROM audit WHERE ` + where +
		` ORDER BY ` + order + ` DESC, id DESC LIMIT ` + arg(f.Limit)
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, fmt.Errorf("listing the audit log: %w", err)
	}
	defer rows.Close()
	var list []Entry
	for rows.Next() {
		var e Entry
		var at int64
		if err := rows.Scan(&e.ID, &at, &e.Who, &e.Action, &e.Subject, &e.Detail, &e.Seq); err != nil {
			return nil, fmt.Errorf("listing the audit log: %w", err)
		}
		e.At = store.FromMillis(at)
		list = append(list, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("listing the audit log: %w", err)
	}
	return list, nil
}

// SystemLog stands for a tenant where the log of work outside any tenant is
// meant (tenant rows made, master key changed).
const SystemLog = "*"

func scope(tx *store.Tx) string {
	if tx.Tenant() == "" {
		return SystemLog
	}
	return tx.Tenant()
}

// sealBatch is how many rows one transaction seals; small enough that on
// SQLite nobody waits long behind it.
const sealBatch = 200

// SealPending gives every unsealed row of a tenant its place in the chain and
// returns how many there were. It may run on several nodes at once; the unique
// index on seq lets one of them win.
func SealPending(ctx context.Context, db *store.DB, tenant string) (n int, err error) {
	for {
		var done int
		seal := func(tx *store.Tx) (err error) {
			done, err = sealSome(tx)
			return err
		}
		if tenant == SystemLog {
			err = db.System(ctx, seal)
		} else if pending, e := anyPending(ctx, db, tenant); e != nil || !pending {
			return n, e
		} else {
			err = db.Update(ctx, tenant, seal)
		}
		if err != nil {
			return n, fmt.Errorf("sealing the audit log of %s: %w", tenant, err)
		}
		if n += done; done < sealBatch {
			return n, nil
		}
	}
}

// anyPending spares an idle tenant a write transaction each second.
func anyPending(ctx context.Context, db *store.DB, tenant string) (pending bool, err error) {
	err = db.View(ctx, tenant, func(tx *store.Tx) error {
		var count int
		err := tx.Row(`SELECT COUNT(*) FROM (SELECT 1 FROM audit WHERE tenant=$1 AND seq IS NULL LIMIT 1) AS one`, tenant).Scan(&count)
		pending = count > 0
		return err
	})
	return pending, err
}

// link is a row on its way into the chain.
type link struct {
	Entry
	at         int64
	prev, hash []byte
}

func sealSome(tx *store.Tx) (int, error) {
	last, err := head(tx)
	if err != nil {
		return 0, err
	}
	rows, err := tx.Query(`SELECT id, at, who, action, subject, detail FROM audit WHERE tenant=$1 AND seq IS NULL ORDER BY at, id LIMIT `+
		strconv.Itoa(sealBatch), scope(tx))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var links []link
	for rows.Next() {
		var l link
		if err := rows.Scan(&l.ID, &l.at, &l.Who, &l.Action, &l.Subject, &l.Detail); err != nil {
			return 0, err
		}
		links = append(links, l)
	}
	if err := rows.Err(); err != nil || len(links) == 0 {
		return 0, err
	}
	for i := range links {
		l := &links[i]
		l.Seq, l.prev = last.Seq+1, last.Hash
		l.hash = l.sum(tx)
		last.Seq, last.Hash = l.Seq, l.hash
	}
	return len(links), place(tx, links)
}

// place writes the links: one statement on PostgreSQL, where each costs a round
// trip; one a row on SQLite.
func place(tx *store.Tx, links []link) error {
	if !tx.Postgres() {
		for _, l := range links {
			if _, err := tx.Exec(`UPDATE audit SET seq=$3, prev=$4, hash=$5 WHERE tenant=$1 AND id=$2`, scope(tx), l.ID, l.Seq, l.prev, l.hash); err != nil {
				return err
			}
		}
		return nil
	}
	ids, seqs := make([]string, len(links)), make([]int64, len(links))
	prevs, hashes := make([][]byte, len(links)), make([][]byte, len(links))
	for i, l := range links {
		ids[i], seqs[i], prevs[i], hashes[i] = l.ID, l.Seq, l.prev, l.hash
	}
	_, err := tx.Exec(`UPDATE audit SET seq=l.seq, prev=l.prev, hash=l.hash
		FROM unnest($2::text[], $3::bigint[], $4::bytea[], $5::bytea[]) AS l(id, seq, prev, hash)
		WHERE audit.tenant=$1 AND audit.id=l.id`, scope(tx), ids, seqs, prevs, hashes)
	return err
}

// sum is the row's hash: over the hash before it, its place and its content,
// each part led by its length, keyed by a secret of the tenant.
func (l *link) sum(tx *store.Tx) []byte {
	b := make([]byte, 0, 256)
	b = binary.AppendUvarint(b, uint64(l.Seq))
	b = binary.AppendVarint(b, l.at)
	for _, part := range []string{string(l.prev), l.ID, l.Who, l.Action, l.Subject, l.Detail} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return tx.Blind("audit.chain", string(b))
}

// State returns the end of the chain, to be kept outside, and how many rows
// wait for the sealer. Unlike Verify it proves nothing and is quick.
func State(tx *store.Tx) (end Checkpoint, unsealed int, err error) {
	if end, err = head(tx); err != nil {
		return end, 0, fmt.Errorf("reading the end of the audit log: %w", err)
	}
	err = tx.Row(`SELECT COUNT(*) FROM audit WHERE tenant=$1 AND seq IS NULL`, scope(tx)).Scan(&unsealed)
	if err != nil {
		return end, 0, fmt.Errorf("reading the end of the audit log: %w", err)
	}
	return end, unsealed, nil
}

// head returns the last link; Seq 0 and no hash if there is none.
func head(tx *store.Tx) (Checkpoint, error) {
	c := Checkpoint{Tenant: scope(tx)}
	rows, err := tx.Query(`SELECT seq, hash FROM audit WHERE tenant=$1 AND seq IS NOT NULL ORDER BY seq DESC LIMIT 1`, c.Tenant)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(&c.Seq, &c.Hash); err != nil {
			return c, err
		}
	}
	return c, rows.Err()
}

// Checkpoint is a link of the chain to be kept outside: on paper, in mail to
// the auditor. Its text is "tenant seq hash".
type Checkpoint struct {
	Tenant string
	Seq    int64
	Hash   []byte
}

func (c Checkpoint) String() string {
	return fmt.Sprintf("%s %d %s", c.Tenant, c.Seq, hex.EncodeToString(c.Hash))
}

// ParseCheckpoint reads what String wrote.
func ParseCheckpoint(text string) (Checkpoint, error) {
	parts := strings.Fields(text)
	if len(parts) != 3 {
		return Checkpoint{}, fmt.Errorf("checkpoint %q: want tenant, number and hash", text)
	}
	seq, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || seq < 0 {
		return Checkpoint{}, fmt.Errorf("checkpoint %q: %q is not a row's number", text, parts[1])
	}
	hash, err := hex.DecodeString(parts[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint %q: the hash is not hexadecimal", text)
	}
	return Checkpoint{Tenant: parts[0], Seq: seq, Hash: hash}, nil
}

package audit

import (
	"bytes"
	"context"
	"fmt"

	"madoguchi/store"
)

// Report is what Verify found.
type Report struct {
	Tenant   string
	Sealed   int64      // links proved
	Unsealed int        // rows that wait for the sealer: the tail that is not proved
	Head     Checkpoint // of the chain as it stands, to be kept outside
	Breach   *Breach    // nil if the chain is whole
}

// Breach is the first thing wrong with a chain.
type Breach struct {
	Seq int64
	Why string
}

func (b Breach) String() string { return fmt.Sprintf("row %d of the audit log %s", b.Seq, b.Why) }

// Verify walks the chain of a tenant (or SystemLog) from its first row, and
// holds it against checkpoints of that tenant kept outside. Checkpoints of
// other tenants are ignored.
func Verify(ctx context.Context, db *store.DB, tenant string, checkpoints ...Checkpoint) (Report, error) {
	r := Report{Tenant: tenant}
	walk := func(tx *store.Tx) (err error) {
		r, err = verify(tx, checkpoints)
		return err
	}
	var err error
	if tenant == SystemLog {
		err = db.SystemView(ctx, walk)
	} else {
		err = db.View(ctx, tenant, walk)
	}
	if err != nil {
		return r, fmt.Errorf("verifying the audit log of %s: %w", tenant, err)
	}
	return r, nil
}

func verify(tx *store.Tx, checkpoints []Checkpoint) (Report, error) {
	tenant := scope(tx)
	r := Report{Tenant: tenant, Head: Checkpoint{Tenant: tenant}}
	err := tx.Row(`SELECT COUNT(*) FROM audit WHERE tenant=$1 AND seq IS NULL`, tenant).Scan(&r.Unsealed)
	if err != nil {
		return r, err
	}
	kept := make(map[int64][]Checkpoint)
	for _, c := range checkpoints {
		if c.Tenant == tenant && c.Seq > 0 {
			kept[c.Seq] = append(kept[c.Seq], c)
		}
	}
	rows, err := tx.Query(`SELECT id, at, who, action, subject, detail, seq, prev, hash FROM audit WHERE tenant=$1 AND seq IS NOT NULL ORDER BY seq`, tenant)
	if err != nil {
		return r, err
	}
	defer rows.Close()
	for rows.Next() {
		var l link
		if err := rows.Scan(&l.ID, &l.at, &l.Who, &l.Action, &l.Subject, &l.Detail, &l.Seq, &l.prev, &l.hash); err != nil {
			return r, err
		}
		if r.Breach = l.against(tx, r.Head, kept[l.Seq]); r.Breach != nil {
			return r, nil
		}
		r.Sealed++
		r.Head.Seq, r.Head.Hash = l.Seq, l.hash
	}
	if err := rows.Err(); err != nil {
		return r, err
	}
	for seq := range kept {
		if seq > r.Head.Seq && (r.Breach == nil || r.Head.Seq+1 < r.Breach.Seq) {
			r.Breach = &Breach{r.Head.Seq + 1, fmt.Sprintf("and all after it were cut off: a checkpoint names row %d", seq)}
		}
	}
	return r, nil
}

// against compares a link with the one before it and with what was kept
// outside.
func (l *link) against(tx *store.Tx, before Checkpoint, kept []Checkpoint) *Breach {
	switch {
	case l.Seq != before.Seq+1:
		return &Breach{before.Seq + 1, fmt.Sprintf("is missing (the next is row %d)", l.Seq)}
	case !bytes.Equal(l.prev, before.Hash):
		return &Breach{l.Seq, "does not follow the row before it"}
	case !bytes.Equal(l.hash, l.sum(tx)):
		return &Breach{l.Seq, "was changed, moved or slipped in"}
	}
	for _, c := range kept {
		if !bytes.Equal(c.Hash, l.hash) {
			return &Breach{l.Seq, "differs from the checkpoint kept outside: the chain was made anew"}
		}
	}
	return nil
}

// Check is the chain as an invariant for store.DB.Verify.
func Check() store.Check {
	return store.Check{Name: "audit log", Run: func(_ context.Context, tx *store.Tx) ([]string, error) {
		r, err := verify(tx, nil)
		if err != nil || r.Breach == nil {
			return nil, err
		}
		return []string{r.Breach.String()}, nil
	}}
}

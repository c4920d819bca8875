package store

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Audit appends a row to the tenant's audit log in this transaction: who did
// what to which subject. who is a staff account's id or a word such as
// "resident", "system", "line"; subject the id of what was acted on; detail
// alternates keys and values, for example "from", "10:00", "to", "10:30".
// None of them may hold personal data: the log outlives the data's keys. Where
// the context has an origin (WithOrigin), the row says it too.
//
// The row's place in the hash chain is given later, see package audit: a chain
// head that every transaction writes would make them all wait for one row.
func (tx *Tx) Audit(who, action, subject string, detail ...any) error {
	if len(detail)%2 != 0 {
		return fmt.Errorf("auditing %s: detail has a key without a value", action)
	}
	if o := origin(tx.Context()); o != "" {
		detail = append(slices.Clip(detail), "origin", o)
	}
	text := []byte("{}")
	if len(detail) > 0 {
		fields := make(map[string]any, len(detail)/2)
		for i := 0; i < len(detail); i += 2 {
			key, ok := detail[i].(string)
			if !ok {
				return fmt.Errorf("auditing %s: detail key %v is not a string", action, detail[i])
			}
			fields[key] = detail[i+1]
		}
		var err error
		if text, err = json.Marshal(fields); err != nil {
			return fmt.Errorf("auditing %s: %w", action, err)
		}
	}
	row := []any{tx.scope, NewID(), Millis(tx.now), who, action, subject, string(text)}
	if tx.write && tx.Postgres() {
		// Sent together with COMMIT: a round trip less while rows are locked.
		if err := tx.ready(row); err != nil {
			return fmt.Errorf("auditing %s: %w", action, err)
		}
		tx.audits = append(tx.audits, row)
		return nil
	}
	if _, err := tx.Exec(insertAudit, row...); err != nil {
		return fmt.Errorf("auditing %s: %w", action, err)
	}
	return nil
}

const insertAudit = `INSERT INTO audit(tenant,id,at,who,action,subject,detail) VALUES($1,$2,$3,$4,$5,$6,$7)`

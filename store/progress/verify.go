package progress

import (
	"context"
	"fmt"
	"strings"

	"madoguchi/store"
)

// Checks are the invariants that verify proves: what stands beside a case is
// what follows from its events, and these are numbered without a gap.
func (s Service) Checks() []store.Check {
	return []store.Check{{Name: "cards follow from their events", Run: verify}}
}

// verify walks over all cases, some at a time.
func verify(_ context.Context, tx *store.Tx) (breaches []string, err error) {
	after := ""
	for {
		ids, err := some(tx, after)
		if err != nil {
			return nil, err
		}
		if len(ids) == 0 {
			return breaches, nil
		}
		for _, id := range ids {
			breach, err := verifyCase(tx, id)
			if err != nil {
				return nil, err
			}
			if breach != "" {
				breaches = append(breaches, "case "+id+": "+breach)
			}
		}
		after = ids[len(ids)-1]
	}
}

func some(tx *store.Tx, after string) (ids []string, err error) {
	rows, err := tx.Query(`SELECT id FROM progress_case WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT 1000`, tx.Tenant(), after)
	if err != nil {
		return nil, fmt.Errorf("checking cases: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("checking cases: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// verifyCase compares one case with its events; "" finds nothing wrong.
func verifyCase(tx *store.Tx, id string) (string, error) {
	list, err := events(tx, id, false)
	if err != nil {
		return "", err
	}
	w := &work{id: id, events: list, facts: fold(list)}
	for i, e := range list {
		if e.Seq != i+1 {
			return fmt.Sprintf("event %d stands at place %d", e.Seq, i+1), nil
		}
	}
	row, err := w.row()
	if err != nil {
		return "", err
	}
	columns := []string{"last", "state", "state_at", "counter", "custody", "notices", "first_notice", "last_notice", "waiting", "old_card", "facts"}
	for i, value := range row {
		if b, ok := value.(bool); ok {
			row[i] = 0
			if b {
				row[i] = 1
			}
		}
	}
	var same int
	text := make([]string, len(columns))
	for i, column := range columns {
		text[i] = fmt.Sprintf("%s = $%d", column, i+3)
	}
	err = tx.Row(`SELECT COUNT(*) FROM progress_case WHERE tenant = $1 AND id = $2 AND `+strings.Join(text, " AND "),
		append([]any{tx.Tenant(), id}, row...)...).Scan(&same)
	if err != nil {
		return "", fmt.Errorf("checking a case: %w", err)
	}
	if same != 1 {
		return "its state is not what its events say", nil
	}
	return "", nil
}

package field

import (
	"fmt"
	"slices"
	"strings"

	"madoguchi/store"
)

// A field that classifies (分類する) lets lists be narrowed to the records with
// one of its values. What stands here is a keyed hash: whoever knows the values
// a field can have may ask for one, and nobody can read one.

// className is the class of the hashes.
const className = "field-class"

func classValue(tx *store.Tx, form Form, id, value string) []byte {
	return tx.Blind(className, string(form)+"\x00"+id+"\x00"+value)
}

// Classify notes the values of a record that lists can be narrowed by, in place
// of those noted before.
func (f *Fields) Classify(tx *store.Tx, form Form, record string, values map[string]string) error {
	e, err := f.Edition(tx)
	if err != nil {
		return err
	}
	classed := e.rules(f.texts, form, Staff).classed(e.rules(f.texts, form, Resident))
	if len(classed) == 0 {
		return nil
	}
	if err := f.Forget(tx, form, record); err != nil {
		return err
	}
	for _, r := range classed {
		value := values[r.ID]
		if value == "" {
			continue
		}
		list := []string{value}
		if r.Kind == Choices {
			list = strings.Split(value, ",")
		}
		for _, one := range list {
			if _, err := tx.Exec(`INSERT INTO field_class (tenant, form, record, field, value) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
				tx.Tenant(), string(form), record, r.ID, classValue(tx, form, r.ID, one)); err != nil {
				return fmt.Errorf("noting the classes of a record: %w", err)
			}
		}
	}
	return nil
}

// classed returns the rules of either list that classify, each once.
func (r *Rules) classed(more *Rules) []Rule {
	var out Rules
	for _, one := range slices.Concat(r.List, more.List) {
		if one.Class && out.ByID(one.ID) == nil {
			out.List = append(out.List, one)
		}
	}
	return out.List
}

// Forget removes what is noted of a record.
func (f *Fields) Forget(tx *store.Tx, form Form, record string) error {
	_, err := tx.Exec(`DELETE FROM field_class WHERE tenant = $1 AND form = $2 AND record = $3`, tx.Tenant(), string(form), record)
	if err != nil {
		return fmt.Errorf("forgetting the classes of a record: %w", err)
	}
	return nil
}

// Records lists the ids of the records with a value, in order of id from after
// on, at most limit.
func (f *Fields) Records(tx *store.Tx, form Form, id, value, after string, limit int) ([]string, error) {
	rows, err := tx.Query(`SELECT record FROM field_class WHERE tenant = $1 AND form = $2 AND field = $3 AND value = $4 AND record > $5 ORDER BY record LIMIT $6`,
		tx.Tenant(), string(form), id, classValue(tx, form, id, value), after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing the records of a class: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var record string
		if err := rows.Scan(&record); err != nil {
			return nil, fmt.Errorf("listing the records of a class: %w", err)
		}
		out = append(out, record)
	}
	return out, rows.Err()
}

// In is a condition for the WHERE of another table's query: that the record
// named by column (booking.id) has a value. Its parameters count from first.
func In(tx *store.Tx, column string, form Form, id, value string, first int) (condition string, args []any) {
	return fmt.Sprintf(`%s IN (SELECT record FROM field_class WHERE tenant = $%d AND form = $%d AND field = $%d AND value = $%d)`,
		column, first, first+1, first+2, first+3), []any{tx.Tenant(), string(form), id, classValue(tx, form, id, value)}
}

package people

import (
	"errors"
	"net/http"

	"madoguchi/channels/console"
	"madoguchi/channels/sheet"
	"madoguchi/store"
	"madoguchi/store/resident"
)

// labelFields are what a printer of address labels needs (S4-101).
var labelFields = []resident.Field{resident.Number, resident.Link, resident.Postal, resident.Address, resident.Name}

// batch is how many records are read at once for a table.
const batch = 2000

// export sends a table of those who fulfil the search form, or of the whole
// roster if it is empty. It goes out as it is read. The log has a row before the
// first byte, and one with the count at the end.
func (a area) export(q *console.Request) error {
	form := searchForm{Values: q.PostForm}
	f, ok := form.filter()
	if !ok {
		return q.Again("people_list", "people.title", &listPage{Search: form, Asked: true})
	}
	kind, name := "roster", "residents.csv"
	if q.PostFormValue("kind") == "labels" {
		kind, name = "labels", "labels.csv"
	}
	encoding := sheet.UTF8
	if q.PostFormValue("encoding") == string(sheet.ShiftJIS) {
		encoding = sheet.ShiftJIS
	}
	var fields []Field
	err := q.Update(func(tx *store.Tx) (err error) {
		if fields, err = a.fields(tx); err != nil {
			return err
		}
		return tx.Audit(q.By(), "resident.export", "", "kind", kind, "conditions", conditions(f), "encoding", string(encoding))
	})
	if err != nil {
		return err
	}
	if kind == "labels" {
		fields = nil
		for _, field := range labelFields {
			fields = append(fields, Field{Field: field, Use: Shown})
		}
	}
	head := make([]string, 0, len(fields)+1)
	for _, field := range fields {
		head = append(head, Head(field))
	}
	if kind == "roster" {
		head = append(head, stateHead)
	}
	sent := 0
	var broken error
	rows := func(yield func([]string) bool) {
		broken = a.walk(q, f, func(r *resident.Resident) bool {
			if kind == "labels" && (r.Name == "" || r.Address == "") {
				return true // nothing to print
			}
			cells := make([]string, 0, len(head))
			for _, field := range fields {
				cells = append(cells, cell(field.Field, &r.Profile))
			}
			if kind == "roster" {
				cells = append(cells, map[resident.State]string{resident.Active: "利用中", resident.Suspended: "利用停止"}[r.State])
			}
			sent++
			return yield(cells)
		})
	}
	h := q.W.Header()
	h.Set("Content-Type", "text/csv; charset="+string(encoding))
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, err = sheet.Write(q.W, encoding, head, rows)
	if err = errors.Join(err, broken); err != nil {
		a.Log.Warn("a table of residents was not sent to its end", "error", err)
	}
	whole := err == nil
	err = q.Update(func(tx *store.Tx) error {
		return tx.Audit(q.By(), "resident.exported", "", "kind", kind, "records", sent, "whole", whole)
	})
	if err != nil || !whole {
		// Too late for another answer: the connection is cut, so that half a
		// table is not taken for a whole one.
		panic(http.ErrAbortHandler)
	}
	return nil
}

// walk reads those who fulfil a filter, a part at a time.
func (a area) walk(q *console.Request, f resident.Filter, put func(*resident.Resident) bool) error {
	for at := (resident.Cursor{}); !at.Done; {
		var list []resident.Resident
		err := q.View(func(tx *store.Tx) (err error) {
			list, at, err = a.Residents.Walk(tx, f, at, batch)
			return err
		})
		if err != nil {
			return err
		}
		for i := range list {
			if !put(&list[i]) {
				return nil
			}
		}
	}
	return nil
}

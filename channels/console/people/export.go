package people

import (
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
// roster if it is empty. It goes out as it is read; the audit row with the count
// is written before the first byte.
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
	var found resident.Found
	err := q.Update(func(tx *store.Tx) (err error) {
		if fields, err = a.fields(tx); err != nil {
			return err
		}
		count := 0
		if f.Empty() {
			counts, err := a.Residents.Counts(tx)
			if err != nil {
				return err
			}
			if count = counts[f.State]; f.State == "" {
				count = counts[resident.Active] + counts[resident.Suspended]
			}
		} else {
			if found, err = a.Residents.Search(tx, f); err != nil {
				return err
			}
			count = len(found.List)
		}
		if found.More {
			return nil // refused below
		}
		return tx.Audit(q.By(), "resident.export", "", "kind", kind, "records", count, "conditions", conditions(f), "encoding", string(encoding))
	})
	if err != nil {
		return err
	}
	if found.More {
		return &console.Problem{Status: http.StatusUnprocessableEntity, Text: "people.export.more"}
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
	var broken error
	rows := func(yield func([]string) bool) {
		put := func(list []resident.Resident) bool {
			for _, r := range list {
				if kind == "labels" && (r.Name == "" || r.Address == "") {
					continue // nothing to print
				}
				cells := make([]string, 0, len(head))
				for _, field := range fields {
					cells = append(cells, cell(field.Field, &r.Profile))
				}
				if kind == "roster" {
					cells = append(cells, map[resident.State]string{resident.Active: "利用中", resident.Suspended: "利用停止"}[r.State])
				}
				if !yield(cells) {
					return false
				}
			}
			return true
		}
		if !f.Empty() {
			put(found.List)
			return
		}
		broken = a.walk(q, f.State, put)
	}
	h := q.W.Header()
	h.Set("Content-Type", "text/csv; charset="+string(encoding))
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	if _, err := sheet.Write(q.W, encoding, head, rows); err != nil || broken != nil {
		// Too late for another answer: the connection is cut, so that half a
		// table is not taken for a whole one.
		a.Log.Warn("a table of residents was not sent to its end", "error", err, "reading", broken)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// walk reads the whole roster, a part at a time.
func (a area) walk(q *console.Request, state resident.State, put func([]resident.Resident) bool) error {
	var last resident.Resident
	for {
		var list []resident.Resident
		err := q.View(func(tx *store.Tx) (err error) {
			list, err = a.Residents.After(tx, last, batch)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		last = list[len(list)-1]
		if state != "" {
			kept := list[:0]
			for _, r := range list {
				if r.State == state {
					kept = append(kept, r)
				}
			}
			list = kept
		}
		if !put(list) {
			return nil
		}
	}
}

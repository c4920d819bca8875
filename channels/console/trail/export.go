package trail

import (
	"bytes"
	"slices"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/channels/sheet"
	"madoguchi/store"
	"madoguchi/store/audit"
)

// mostExported bounds a file; a longer period is taken in parts.
const mostExported = 100_000

// exportBatch is how many rows are read at a time.
const exportBatch = 5000

// export writes the log as CSV: with the words people read and the codes
// programs read. It is itself an entry of the log (A34).
func (c Config) export(q *console.Request) error {
	s, f := read(q.URL.Query(), c.DB.Now())
	if len(s.Problems) > 0 {
		return &console.Problem{Status: 422, Text: "trail.fault.date"}
	}
	enc := sheet.UTF8
	if q.URL.Query().Get("encoding") == string(sheet.ShiftJIS) {
		enc = sheet.ShiftJIS
	}
	f.Limit = exportBatch
	var entries []audit.Entry
	var names map[string]string
	err := q.Update(func(tx *store.Tx) (err error) {
		if names, err = c.Names(tx); err != nil {
			return err
		}
		for {
			batch, err := audit.List(tx, f)
			if err != nil {
				return err
			}
			if entries = append(entries, batch...); len(entries) > mostExported {
				return &console.Problem{Status: 422, Text: "trail.fault.many"}
			}
			if len(batch) < exportBatch {
				break
			}
			f.After = &batch[len(batch)-1]
		}
		return tx.Audit(q.By(), "audit.export", "", "rows", len(entries), "who", s.Who, "action", s.Action, "about", s.Subject, "from", s.From, "to", s.To)
	})
	if err != nil {
		return err
	}
	w := newWords(q, names)
	var header []string
	for _, key := range []string{"at", "who", "who-id", "action", "action-code", "subject", "detail", "origin", "seq"} {
		header = append(header, q.T("trail.column."+key))
	}
	var b bytes.Buffer
	_, err = sheet.Write(&b, enc, header, func(yield func([]string) bool) {
		for e := range slices.Values(entries) {
			r := w.row(e)
			if !yield([]string{r.At, r.Who, e.Who, r.Action, e.Action, e.Subject, strings.Join(r.Detail, "; "), r.Origin, r.Seq}) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	return q.File("audit.csv", "text/csv; charset="+string(enc), b.Bytes())
}

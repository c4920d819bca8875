package reports

import (
	"bytes"
	"slices"
	"strconv"

	"madoguchi/channels/console"
	"madoguchi/channels/sheet"
)

// table is a table of a report. The first column of a row is what it is about,
// the others are numbers unless they say otherwise.
type table struct {
	Title string
	Head  []string
	Rows  []tableRow
}

type tableRow struct {
	Head  string
	Cells []cell
	Sum   bool // the row adds up the others
}

// cell is a number or a word.
type cell struct {
	Text   string
	Number bool
	Full   int // percent, to be drawn as a bar; 0 for none
}

func number(n int64) cell { return cell{Text: strconv.FormatInt(n, 10), Number: true} }

func word(s string) cell { return cell{Text: s} }

// send answers with the tables as one CSV file if the page's address asks for
// one, and reports whether it did. Before each row stands the title of its table.
func send(q *console.Request, name string, tables []table) (bool, error) {
	form := q.FormValue("file")
	if form != string(sheet.UTF8) && form != string(sheet.ShiftJIS) {
		return false, nil
	}
	var head []string
	var rows [][]string
	for i, t := range tables {
		if i == 0 {
			head = append([]string{q.T("reports.col.table")}, t.Head...)
		} else if !slices.Equal(t.Head[1:], tables[0].Head[1:]) {
			rows = append(rows, append([]string{t.Title}, t.Head...))
		}
		for _, r := range t.Rows {
			line := []string{t.Title, r.Head}
			for _, c := range r.Cells {
				line = append(line, c.Text)
			}
			rows = append(rows, line)
		}
	}
	var b bytes.Buffer
	if _, err := sheet.Write(&b, sheet.Encoding(form), head, slices.Values(rows)); err != nil {
		return true, err
	}
	return true, q.File(name+".csv", "text/csv; charset="+form, b.Bytes())
}

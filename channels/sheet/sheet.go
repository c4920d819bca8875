// Package sheet is how tables leave the program and come into it: CSV files that
// staff open and make in Excel.
//
// Write makes a file that Excel opens without garbling (UTF-8 with a byte order
// mark, or Shift_JIS), that keeps leading zeros, and in which no cell is ever
// run as a formula (ASVS 1.2.10, A34). Read takes either encoding, finds the
// columns by the words of the header, and says of every mistake in which line
// and column it stands.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

// Encoding is how a file writes its characters.
type Encoding string

// The encodings.
const (
	UTF8     Encoding = "utf-8"     // with a byte order mark
	ShiftJIS Encoding = "shift_jis" // as older programs want it
)

// Writes reports whether an encoding has every character of a text.
func (e Encoding) Writes(text string) bool {
	if e != ShiftJIS {
		return true
	}
	_, err := japanese.ShiftJIS.NewEncoder().String(text)
	return err == nil
}

const mark = "\ufeff"

// substitute stands in a Shift_JIS file for a character it cannot write (下駄).
const substitute = "〓"

// Write writes a table, a row at a time. It returns how many characters
// Shift_JIS could not write, each replaced by 〓; the error is the writer's.
func Write(w io.Writer, enc Encoding, header []string, rows iter.Seq[[]string]) (lost int, err error) {
	clean := func(s string) string { return s }
	if enc == ShiftJIS {
		out := japanese.ShiftJIS.NewEncoder().Writer(w)
		clean = func(s string) string {
			s, n := representable(s)
			lost += n
			return s
		}
		w = out
	} else if _, err := io.WriteString(w, mark); err != nil {
		return 0, err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	line := make([]string, 0, len(header))
	put := func(cells []string) error {
		line = line[:0]
		for _, cell := range cells {
			line = append(line, clean(Cell(cell)))
		}
		return c.Write(line)
	}
	if err := put(header); err != nil {
		return lost, err
	}
	for row := range rows {
		if err := put(row); err != nil {
			return lost, err
		}
	}
	c.Flush()
	return lost, c.Error()
}

// Cell is a value as it is safe to open in Excel: what could be a formula gets
// a quote before it, and digits that begin with a zero are marked as text.
func Cell(s string) string {
	if s == "" {
		return s
	}
	if len(s) > 1 && s[0] == '0' && digits(s) {
		return `="` + s + `"`
	}
	r, _ := utf8.DecodeRuneInString(s)
	if strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", r) {
		return "'" + s
	}
	return s
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// representable replaces what Shift_JIS has no code for.
func representable(s string) (string, int) {
	e := japanese.ShiftJIS.NewEncoder()
	if _, err := e.String(s); err == nil {
		return s, 0
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if _, err := e.String(string(r)); err != nil {
			b.WriteString(substitute)
			n++
			continue
		}
		b.WriteRune(r)
	}
	return b.String(), n
}

// Column is one column a table may have.
type Column struct {
	// Name is how a program asks for it, Heads the words in the first line that
	// mean it; the name itself is one of them.
	Name     string
	Heads    []string
	Required bool
}

// Table is a file that was read.
type Table struct {
	Rows   []Row
	header map[string]int
}

// Row is one line of a table.
type Row struct {
	Line  int // in the file, from 1; the header is line 1
	cells []string
	table *Table
}

// Get returns the cell of a column, without spaces around it; "" if the table
// has no such column.
func (r Row) Get(column string) string {
	i, ok := r.table.header[column]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return r.cells[i]
}

// Has reports whether the table has a column.
func (t *Table) Has(column string) bool { _, ok := t.header[column]; return ok }

// Problem is one thing wrong with a table. Code is for programs and catalogs
// ("sheet.problem.CODE"), Hint an English sentence that says what to write.
type Problem struct {
	Line   int // 0: the file as a whole
	Column string
	Code   string
	Hint   string
}

func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	if p.Column != "" {
		b.WriteString(p.Column + ": ")
	}
	return b.String() + p.Hint
}

// MostRows bounds a table; a city's whole roster fits.
const MostRows = 1_000_000

// Read reads a CSV file. Problems are what is wrong with the file itself; if
// there are any the table is not to be used.
func Read(data []byte, columns []Column) (*Table, []Problem) {
	text, ok := decode(data)
	if !ok {
		return nil, []Problem{{Code: "encoding", Hint: "the file is neither UTF-8 nor Shift_JIS; save it as CSV UTF-8"}}
	}
	c := csv.NewReader(strings.NewReader(text))
	c.FieldsPerRecord = -1
	c.LazyQuotes = false
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, []Problem{{Code: "empty", Hint: "the file is empty; the first line names the columns"}}
	}
	if err != nil {
		return nil, []Problem{{Line: 1, Code: "csv", Hint: "the line is not CSV: " + reason(err)}}
	}
	t := &Table{header: map[string]int{}}
	problems := t.headings(head, columns)
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var at *csv.ParseError
			line := 0
			if errors.As(err, &at) {
				line = at.StartLine
			}
			return nil, append(problems, Problem{Line: line, Code: "csv", Hint: "the line is not CSV: " + reason(err)})
		}
		line, _ := c.FieldPos(0)
		for i := range cells {
			cells[i] = plain(cells[i])
		}
		if strings.Join(cells, "") == "" {
			continue
		}
		if len(cells) > len(head) {
			problems = append(problems, Problem{Line: line, Code: "cells", Hint: fmt.Sprintf("the line has %d cells, the header %d", len(cells), len(head))})
			continue
		}
		if len(t.Rows) == MostRows {
			return nil, append(problems, Problem{Code: "rows", Hint: fmt.Sprintf("the file has more than %d lines; divide it", MostRows)})
		}
		t.Rows = append(t.Rows, Row{Line: line, cells: cells, table: t})
	}
	if len(problems) == 0 && len(t.Rows) == 0 {
		problems = append(problems, Problem{Code: "no-rows", Hint: "the file has a header and no lines below it"})
	}
	return t, problems
}

// headings finds the columns in the first line.
func (t *Table) headings(head []string, columns []Column) []Problem {
	var problems []Problem
	for i, h := range head {
		h = plain(h)
		found := ""
		for _, col := range columns {
			if h == col.Name {
				found = col.Name
			}
			for _, word := range col.Heads {
				if h == word {
					found = col.Name
				}
			}
		}
		if found == "" {
			if h != "" {
				problems = append(problems, Problem{Line: 1, Column: h, Code: "unknown-column", Hint: "there is no such column; leave it out"})
			}
			continue
		}
		if _, twice := t.header[found]; twice {
			problems = append(problems, Problem{Line: 1, Column: h, Code: "twice", Hint: "the column is there twice"})
			continue
		}
		t.header[found] = i
	}
	for _, col := range columns {
		if _, ok := t.header[col.Name]; !ok && col.Required {
			name := col.Name
			if len(col.Heads) > 0 {
				name = col.Heads[0]
			}
			problems = append(problems, Problem{Line: 1, Column: name, Code: "missing-column", Hint: "the column is missing"})
		}
	}
	return problems
}

// plain takes back what Cell did, and the spaces around a cell.
func plain(s string) string {
	s = strings.TrimSpace(strings.TrimPrefix(s, mark))
	if strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) && len(s) > 2 {
		return s[2 : len(s)-1]
	}
	if len(s) > 1 && s[0] == '\'' {
		if r, _ := utf8.DecodeRuneInString(s[1:]); strings.ContainsRune("=+-@\t\r\n＝＋－＠", r) {
			return strings.TrimSpace(s[1:])
		}
	}
	return s
}

func reason(err error) string {
	var at *csv.ParseError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// decode returns the text of a file in either encoding.
func decode(data []byte) (string, bool) {
	data = bytes.TrimPrefix(data, []byte(mark))
	if utf8.Valid(data) {
		return string(data), !bytes.ContainsRune(data, 0)
	}
	text, err := japanese.ShiftJIS.NewDecoder().String(string(data))
	return text, err == nil && !strings.ContainsAny(text, "\ufffd\x00")
}

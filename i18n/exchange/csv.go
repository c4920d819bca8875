package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// LargestFile is the most that is read, in bytes; all texts with two languages
// beside them take one or two million.
const LargestFile = 16 << 20

// mark is the byte order mark by which spreadsheets know UTF-8.
const mark = "\ufeff"

var columns = []string{"key", "source", "english", "text", "state"}

// WriteCSV writes units as a table: key, source, english, text, state.
func WriteCSV(w io.Writer, units []Unit) error {
	if _, err := io.WriteString(w, mark); err != nil {
		return fmt.Errorf("write texts: %w", err)
	}
	table := csv.NewWriter(w)
	rows := [][]string{columns}
	for _, u := range units {
		rows = append(rows, []string{u.Key, guard(u.Source), guard(u.English), guard(u.Text), string(u.State)})
	}
	if err := table.WriteAll(rows); err != nil {
		return fmt.Errorf("write texts: %w", err)
	}
	return nil
}

// ReadCSV reads a table. Columns may stand in any order, others are left alone;
// english may be absent. The error is *Refused if the file is at fault.
func ReadCSV(r io.Reader) ([]Unit, error) {
	data, err := bounded(r)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(data) {
		return nil, refuse(0, "the file is not UTF-8; save it as CSV UTF-8")
	}
	table := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte(mark))))
	table.FieldsPerRecord = -1
	var column map[string]int
	var units []Unit
	for {
		cells, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, refuse(broken.Line, "not CSV: %v", broken.Err)
		}
		if err != nil {
			return nil, fmt.Errorf("read texts: %w", err)
		}
		line, _ := table.FieldPos(0)
		if column == nil {
			if column, err = header(cells); err != nil {
				return nil, err
			}
			continue
		}
		cell := func(name string) string {
			if i, ok := column[name]; ok {
				return at(cells, i)
			}
			return ""
		}
		u := Unit{
			Key: cell("key"), Source: unguard(cell("source")), English: unguard(cell("english")), Text: unguard(cell("text")),
			State: State(strings.TrimSpace(cell("state"))), Line: line,
		}
		if u.Key == "" && u.Text == "" {
			continue // a row left empty
		}
		if u.State == "" {
			u.State = Translated
		}
		if u.State != New && u.State != Translated && u.State != Stale {
			return nil, &Refused{[]Fault{{line, u.Key, fmt.Sprintf("state %q: want new, translated or stale", u.State)}}}
		}
		units = append(units, u)
	}
	if column == nil {
		return nil, refuse(0, "the file is empty")
	}
	return units, nil
}

// header finds the columns.
func header(cells []string) (map[string]int, error) {
	column := map[string]int{}
	for i, name := range cells {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	for _, name := range columns {
		if _, ok := column[name]; !ok && name != "english" {
			return nil, refuse(1, "there is no column %q among %s", name, strings.Join(cells, ", "))
		}
	}
	return column, nil
}

// formula are the characters at the beginning of a cell that make a spreadsheet
// calculate it.
const formula = "=+-@\t\r"

// guard keeps a spreadsheet from taking a text for a formula; unguard undoes it.
func guard(s string) string {
	if rest := strings.TrimLeft(s, "'"); rest != "" && strings.IndexByte(formula, rest[0]) >= 0 {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if rest := strings.TrimLeft(s, "'"); rest != s && rest != "" && strings.IndexByte(formula, rest[0]) >= 0 {
		return s[1:]
	}
	return s
}

// bounded reads a file that is not too large.
func bounded(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, LargestFile+1))
	if err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	if len(data) > LargestFile {
		return nil, refuse(0, "the file has more than %d MB", LargestFile>>20)
	}
	return data, nil
}

// Read reads a file of either kind.
func Read(r io.Reader) ([]Unit, error) {
	data, err := bounded(r)
	if err != nil {
		return nil, err
	}
	begin := bytes.TrimLeft(bytes.TrimPrefix(data, []byte(mark)), " \t\r\n")
	if bytes.HasPrefix(begin, []byte("<")) {
		return ReadXLIFF(bytes.NewReader(data))
	}
	return ReadCSV(bytes.NewReader(data))
}

package letter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Labels is the template of runs that print label sheets.
const Labels = "labels"

// Run is one batch of letters or labels.
type Run struct {
	ID        string
	Template  string     // id, or Labels
	Version   int        // of the template
	Selection string     // how the cases were chosen, without personal data
	Deadline  civil.Date // of the pickup, as the letters name it; zero: none
	Cases     int
	Held      int // back at the last printing
	Prints    int // how often it was printed

	Made      time.Time
	MadeBy    string
	Printed   time.Time // zero: not yet
	PrintedBy string
	Sent      time.Time // zero: not yet
	SentBy    string
}

// Item is one case of a run.
type Item struct {
	Position int // from 1, as printed on the letter
	Case     string
	Held     bool // was not in the file last printed
	Event    int  // of the case, that says the letter was sent; 0: none
}

// MostCases bounds a run, so that it is one file and one transaction.
const MostCases = 5000

// ErrCount: a run has 1 to MostCases cases.
var ErrCount = errors.New("letter: a run has 1 to 5000 cases")

// Begin makes a run of cases, each once, with the template, selection and
// deadline of r.
func (s Service) Begin(tx *store.Tx, r Run, cases []string, by string) (Run, error) {
	seen := make(map[string]bool, len(cases))
	var each []string
	for _, id := range cases {
		if !seen[id] {
			seen[id] = true
			each = append(each, id)
		}
	}
	if len(each) == 0 || len(each) > MostCases {
		return Run{}, ErrCount
	}
	r = Run{
		ID: store.NewID(), Template: r.Template, Version: r.Version, Selection: r.Selection, Deadline: r.Deadline,
		Cases: len(each), Made: tx.Now(), MadeBy: by,
	}
	deadline := ""
	if !r.Deadline.IsZero() {
		deadline = r.Deadline.String()
	}
	_, err := tx.Exec(`INSERT INTO letter_run (tenant, id, template, version, selection, deadline, cases, held, prints, made_at, made_by,
			printed_at, printed_by, sent_at, sent_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $9, 0, '', 0, '')`,
		tx.Tenant(), r.ID, r.Template, r.Version, r.Selection, deadline, r.Cases, store.Millis(r.Made), by)
	if err != nil {
		return Run{}, fmt.Errorf("making a print run: %w", err)
	}
	const atOnce = 200 // rows a statement
	for from := 0; from < len(each); from += atOnce {
		part := each[from:min(from+atOnce, len(each))]
		args := []any{tx.Tenant(), r.ID}
		var rows []string
		for i, id := range part {
			rows = append(rows, "($1, $2, $"+strconv.Itoa(len(args)+1)+", $"+strconv.Itoa(len(args)+2)+", 0, 0)")
			args = append(args, from+i+1, id)
		}
		if _, err := tx.Exec(`INSERT INTO letter_run_case (tenant, run, position, case_id, held, event) VALUES `+strings.Join(rows, ", "), args...); err != nil {
			return Run{}, fmt.Errorf("making a print run: %w", err)
		}
	}
	return r, tx.Audit(by, "letter.run", r.ID, "template", r.Template, "version", r.Version, "cases", r.Cases)
}

// Run returns a run, or ErrNotFound.
func (s Service) Run(tx *store.Tx, id string) (Run, error) {
	list, err := runs(tx, `id = $2`, id)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Run{}, err
	}
	return list[0], nil
}

// Runs is a page of the runs, the newest first, and how many there are.
func (s Service) Runs(tx *store.Tx, limit, offset int) ([]Run, int, error) {
	var total int
	if err := tx.Row(`SELECT COUNT(*) FROM letter_run WHERE tenant = $1`, tx.Tenant()).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("counting print runs: %w", err)
	}
	list, err := runs(tx, `1 = 1 ORDER BY made_at DESC, id DESC LIMIT $2 OFFSET $3`, limit, offset)
	return list, total, err
}

func runs(tx *store.Tx, where string, args ...any) ([]Run, error) {
	rows, err := tx.Query(`SELECT id, template, version, selection, deadline, cases, held, prints, made_at, made_by, printed_at, printed_by, sent_at, sent_by
		FROM letter_run WHERE tenant = $1 AND `+where, append([]any{tx.Tenant()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading print runs: %w", err)
	}
	defer rows.Close()
	var list []Run
	for rows.Next() {
		var r Run
		var made, printed, sent int64
		var deadline string
		if err := rows.Scan(&r.ID, &r.Template, &r.Version, &r.Selection, &deadline, &r.Cases, &r.Held, &r.Prints, &made, &r.MadeBy,
			&printed, &r.PrintedBy, &sent, &r.SentBy); err != nil {
			return nil, fmt.Errorf("reading print runs: %w", err)
		}
		if deadline != "" {
			if r.Deadline, err = civil.ParseDate(deadline); err != nil {
				return nil, fmt.Errorf("reading print runs: %w", err)
			}
		}
		r.Made, r.Printed, r.Sent = store.FromMillis(made), instant(printed), instant(sent)
		list = append(list, r)
	}
	return list, rows.Err()
}

// instant is store.FromMillis with 0 for no time at all.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return store.FromMillis(ms)
}

// Items lists the cases of a run in order.
func (s Service) Items(tx *store.Tx, run string) ([]Item, error) {
	rows, err := tx.Query(`SELECT position, case_id, held, event FROM letter_run_case WHERE tenant = $1 AND run = $2 ORDER BY position`, tx.Tenant(), run)
	if err != nil {
		return nil, fmt.Errorf("reading the cases of a print run: %w", err)
	}
	defer rows.Close()
	var list []Item
	for rows.Next() {
		var i Item
		if err := rows.Scan(&i.Position, &i.Case, &i.Held, &i.Event); err != nil {
			return nil, fmt.Errorf("reading the cases of a print run: %w", err)
		}
		list = append(list, i)
	}
	return list, rows.Err()
}

// Printed records that a file of the run was made, and which cases were held
// back from it, by position.
func (s Service) Printed(tx *store.Tx, run string, held []int, by string) error {
	n, err := tx.Exec(`UPDATE letter_run SET prints = prints + 1, held = $3, printed_at = $4, printed_by = $5 WHERE tenant = $1 AND id = $2`,
		tx.Tenant(), run, len(held), store.Millis(tx.Now()), by)
	if err != nil {
		return fmt.Errorf("recording a printing: %w", err)
	}
	if n == 0 {
		return ErrNotFound
	}
	if _, err := tx.Exec(`UPDATE letter_run_case SET held = 0 WHERE tenant = $1 AND run = $2 AND held = 1`, tx.Tenant(), run); err != nil {
		return fmt.Errorf("recording a printing: %w", err)
	}
	for _, position := range held {
		if _, err := tx.Exec(`UPDATE letter_run_case SET held = 1 WHERE tenant = $1 AND run = $2 AND position = $3`, tx.Tenant(), run, position); err != nil {
			return fmt.Errorf("recording a printing: %w", err)
		}
	}
	return tx.Audit(by, "letter.print", run, "held", len(held))
}

// Exported records that names and addresses of the run left for a printer
// outside (S4-101).
func (s Service) Exported(tx *store.Tx, run string, rows int, by string) error {
	return tx.Audit(by, "letter.export", run, "rows", rows)
}

// Sent records that the letters of a printed run were posted: register is called
// for each that was printed, and returns the number of the event it made. It
// returns ErrState if the run was not printed or was sent before.
func (s Service) Sent(tx *store.Tx, run, by string, register func(caseID string) (event int, err error)) error {
	n, err := tx.Exec(`UPDATE letter_run SET sent_at = $3, sent_by = $4 WHERE tenant = $1 AND id = $2 AND sent_at = 0 AND printed_at > 0`,
		tx.Tenant(), run, store.Millis(tx.Now()), by)
	if err != nil {
		return fmt.Errorf("recording a posting: %w", err)
	}
	if n == 0 {
		return s.refused(tx, run)
	}
	items, err := s.Items(tx, run)
	if err != nil {
		return err
	}
	posted := 0
	for _, i := range items {
		if i.Held {
			continue
		}
		event, err := register(i.Case)
		if err != nil {
			return fmt.Errorf("recording a posting: %w", err)
		}
		if err := setEvent(tx, run, i.Position, event); err != nil {
			return err
		}
		posted++
	}
	return tx.Audit(by, "letter.sent", run, "letters", posted)
}

// Unsent takes Sent back as a whole: undo is called for every event it made.
func (s Service) Unsent(tx *store.Tx, run, by string, undo func(caseID string, event int) error) error {
	n, err := tx.Exec(`UPDATE letter_run SET sent_at = 0, sent_by = '' WHERE tenant = $1 AND id = $2 AND sent_at > 0`, tx.Tenant(), run)
	if err != nil {
		return fmt.Errorf("taking a posting back: %w", err)
	}
	if n == 0 {
		return s.refused(tx, run)
	}
	items, err := s.Items(tx, run)
	if err != nil {
		return err
	}
	for _, i := range items {
		if i.Event == 0 {
			continue
		}
		if err := undo(i.Case, i.Event); err != nil {
			return fmt.Errorf("taking a posting back: %w", err)
		}
		if err := setEvent(tx, run, i.Position, 0); err != nil {
			return err
		}
	}
	return tx.Audit(by, "letter.unsent", run)
}

// refused is why a run's state did not change.
func (s Service) refused(tx *store.Tx, run string) error {
	if _, err := s.Run(tx, run); err != nil {
		return err
	}
	return ErrState
}

func setEvent(tx *store.Tx, run string, position, event int) error {
	_, err := tx.Exec(`UPDATE letter_run_case SET event = $4 WHERE tenant = $1 AND run = $2 AND position = $3`, tx.Tenant(), run, position, event)
	if err != nil {
		return fmt.Errorf("recording a posting: %w", err)
	}
	return nil
}

// Drop removes a run that was never printed. It returns ErrState for one that
// was.
func (s Service) Drop(tx *store.Tx, run, by string) error {
	n, err := tx.Exec(`DELETE FROM letter_run WHERE tenant = $1 AND id = $2 AND prints = 0 AND sent_at = 0`, tx.Tenant(), run)
	if err != nil {
		return fmt.Errorf("removing a print run: %w", err)
	}
	if n == 0 {
		return s.refused(tx, run)
	}
	if _, err := tx.Exec(`DELETE FROM letter_run_case WHERE tenant = $1 AND run = $2`, tx.Tenant(), run); err != nil {
		return fmt.Errorf("removing a print run: %w", err)
	}
	return tx.Audit(by, "letter.drop", run)
}

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"madoguchi/channels/console/letters"
	"madoguchi/channels/paper"
	"madoguchi/channels/sheet"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/letter"
	"madoguchi/store/reservation"
)

// printCommand makes letters and labels from the shell.
type printCommand struct {
	Letters printLetters `cmd:"" help:"Letters as one PDF file."`
	Labels  printLabels  `cmd:"" help:"Address labels as one PDF file."`
}

// recipients is whom to print for, and where to.
type recipients struct {
	Tenant   string `default:"sample" help:"Tenant."`
	State    string `help:"Cards in this state, such as arrived."`
	Codes    string `help:"File of link codes, one a line." placeholder:"FILE"`
	CSV      string `name:"csv" help:"Table of recipients (氏名, 郵便番号, 住所, リンクコード) instead of cards." placeholder:"FILE"`
	Deadline string `help:"Deadline of the pickup that the letters name, YYYY-MM-DD."`
	Out      string `required:"" help:"File to write." placeholder:"FILE.pdf"`
}

// batch is what a printing works on.
type batch struct {
	press    *paper.Press
	to       []paper.Recipient
	cases    []string // none with --csv
	sheets   []paper.Sheet
	letter   letter.Template
	deadline civil.Date
}

// load reads the recipients. Which letter is wanted is up to more.
func (r recipients) load(h *house, tx *store.Tx, b *batch, more func(c letters.Config) error) error {
	c := h.printing()
	var err error
	if b.press, err = c.Press(tx); err != nil {
		return err
	}
	if err := more(c); err != nil {
		return err
	}
	if r.Deadline != "" {
		if b.deadline, err = civil.ParseDate(r.Deadline); err != nil {
			return fmt.Errorf("%w: --deadline: %w", errUsage, err)
		}
	}
	if r.CSV != "" {
		b.to, err = readRecipients(r.CSV)
		for i := range b.to {
			b.to[i].Deadline = b.deadline
		}
		return err
	}
	if r.Codes != "" {
		b.cases, err = readCodes(tx, c.Cases, r.Codes)
	} else {
		b.cases, err = c.Cases.Find(tx, letters.Filter{State: r.State}, letter.MostCases+1)
	}
	if err != nil {
		return err
	}
	if len(b.cases) > letter.MostCases {
		return fmt.Errorf("more than %d cards: divide the selection", letter.MostCases)
	}
	b.to, err = c.Recipients(tx, b.cases, b.deadline)
	return err
}

// readRecipients reads a table of recipients.
func readRecipients(file string) ([]paper.Recipient, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: read the recipients: %w", errUsage, err)
	}
	table, problems := sheet.Read(data, []sheet.Column{
		{Name: "name", Heads: []string{"氏名"}}, {Name: "postal", Heads: []string{"郵便番号"}},
		{Name: "address", Heads: []string{"住所"}}, {Name: "code", Heads: []string{"リンクコード"}},
	})
	if len(problems) > 0 {
		return nil, fmt.Errorf("%w: %s: %s", errUsage, file, problems[0])
	}
	var to []paper.Recipient
	for i, row := range table.Rows {
		r := paper.Recipient{Number: i + 1, Name: row.Get("name"), Postal: row.Get("postal"), Address: row.Get("address")}
		if text := row.Get("code"); text != "" {
			var ok bool
			if r.Code, ok = reservation.ReadKey(text); !ok {
				return nil, fmt.Errorf("%w: %s, line %d: %q is not a link code", errUsage, file, row.Line, text)
			}
		}
		to = append(to, r)
	}
	return to, nil
}

// readCodes finds the cards of a file of link codes.
func readCodes(tx *store.Tx, cases letters.Cases, file string) (ids []string, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: read the codes: %w", errUsage, err)
	}
	for i, line := range strings.Split(string(data), "\n") {
		code := strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if code == "" {
			continue
		}
		id, err := cases.ByCode(tx, code)
		if errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("%w: %s, line %d: there is no card with the link code %q", errUsage, file, i+1, code)
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// run prints: the file appears under its name when it is whole and the run is on
// record, not before.
func (r recipients) run(env *environment, more func(*store.Tx, letters.Config, *batch) error,
	write func(*batch, io.Writer) (paper.Report, error)) error {
	if r.State == "" && r.Codes == "" && r.CSV == "" {
		return fmt.Errorf("%w: give --state, --codes or --csv", errUsage)
	}
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	if _, err := h.tenants.Load(env.ctx, r.Tenant); err != nil {
		return unknownTenant(r.Tenant, err)
	}
	var b batch
	err = h.db.View(env.ctx, r.Tenant, func(tx *store.Tx) error {
		b = batch{}
		return r.load(h, tx, &b, func(c letters.Config) error { return more(tx, c, &b) })
	})
	if err != nil {
		return err
	}
	if len(b.to) == 0 {
		return errors.New("there is nobody to print for")
	}
	var report paper.Report
	err = replace(r.Out, func(w io.Writer) error {
		report, err = write(&b, w)
		if errors.Is(err, paper.ErrNothing) {
			return fmt.Errorf("nothing was printed: all %d are held back (%s)", len(report.Held), held(b, report.Held[0]))
		}
		if err != nil {
			return fmt.Errorf("print: %w", err)
		}
		return h.db.Update(env.ctx, r.Tenant, func(tx *store.Tx) error { return r.record(h, tx, b, report) })
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "printed %d on %d pages: %s\n", report.Printed, report.Pages, r.Out)
	for _, one := range report.Held {
		fmt.Fprintf(env.out, "held back: %s\n", held(b, one))
	}
	return nil
}

// record enters the printing among the runs; recipients of a table have none.
func (r recipients) record(h *house, tx *store.Tx, b batch, report paper.Report) error {
	const by = "cli"
	template := b.letter.ID
	if template == "" {
		template = letter.Labels
	}
	if len(b.cases) == 0 {
		return tx.Audit(by, "letter.print", template, "printed", report.Printed, "held", len(report.Held))
	}
	runs := h.printing().Letters
	selection := "state=" + r.State
	if r.Codes != "" {
		selection = "codes"
	}
	run, err := runs.Begin(tx, letter.Run{Template: template, Version: b.letter.Version, Selection: selection, Deadline: b.deadline}, b.cases, by)
	if err != nil {
		return err
	}
	var back []int
	for _, one := range report.Held {
		back = append(back, b.to[one.Index].Number)
	}
	return runs.Printed(tx, run.ID, back, by)
}

// held says who is held back and why, without the name.
func held(b batch, h paper.Held) string {
	text := fmt.Sprintf("no. %d, %s", b.to[h.Index].Number, h.Reason)
	for _, c := range h.Missing {
		text += " " + c
		for _, r := range c {
			text += fmt.Sprintf(" U+%04X", r)
		}
	}
	return text
}

// replace writes a file beside its place and moves it there when all went well.
func replace(file string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), ".madoguchi-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := errors.Join(w.Flush(), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}

type printLetters struct {
	recipients
	Template string `default:"guidance" help:"Template: notice, guidance or the name of one of the tenant's own."`
}

// Run prints letters.
func (c *printLetters) Run(env *environment) error {
	var text paper.Template
	return c.run(env, func(tx *store.Tx, config letters.Config, b *batch) error {
		list, err := config.Letters.Templates(tx)
		if err != nil {
			return err
		}
		var names []string
		for _, t := range list {
			if t.ID == c.Template || t.Name == c.Template {
				b.letter = t
			}
			names = append(names, t.Name)
		}
		if b.letter.Name == "" {
			return fmt.Errorf("%w: there is no template %q (there are %s)", errUsage, c.Template, strings.Join(names, ", "))
		}
		text, _ = paper.Parse(b.letter.Body) // checked when it was saved
		return nil
	}, func(b *batch, w io.Writer) (paper.Report, error) { return b.press.Letters(w, text, b.to) })
}

type printLabels struct {
	recipients
	Sheet int `default:"1" help:"Which of the tenant's label sheets, counted from 1 as the console lists them."`
	Skip  int `help:"Labels of the first sheet that are used already."`
}

// Run prints labels.
func (c *printLabels) Run(env *environment) error {
	return c.run(env, func(tx *store.Tx, config letters.Config, b *batch) (err error) {
		if b.sheets, _, err = config.Sheets(tx); err != nil {
			return err
		}
		if c.Sheet < 1 || c.Sheet > len(b.sheets) {
			return fmt.Errorf("%w: --sheet %d: want 1 to %d", errUsage, c.Sheet, len(b.sheets))
		}
		return nil
	}, func(b *batch, w io.Writer) (paper.Report, error) {
		return b.press.Labels(w, b.sheets[c.Sheet-1], c.Skip, b.to)
	})
}

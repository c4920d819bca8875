package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"madoguchi/channels/console/cards"
	"madoguchi/channels/sheet"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
)

// caseCommand is the progress service from the shell. A card is named by its
// link code; case ids of the database are taken too.
type caseCommand struct {
	List     caseList     `cmd:"" help:"List cards by state and period."`
	Show     caseShow     `cmd:"" help:"Show a card with its history."`
	Register caseRegister `cmd:"" help:"Register a state or another event."`
	Undo     caseUndo     `cmd:"" help:"Take back an event; it stays in the history."`
	Import   caseImport   `cmd:"" help:"Register a list of cards (CSV)."`
}

// caseWords are the codes that the help of the commands names.
func caseWords() kong.Vars {
	var events []string
	for _, k := range progress.ByHand() {
		events = append(events, string(k))
	}
	return kong.Vars{"states": stateCodes(), "events": strings.Join(events, ", ")}
}

// shownCase is a card as --json prints it.
type shownCase struct {
	ID       string       `json:"id"`
	Code     string       `json:"code"`
	State    string       `json:"state"`
	Label    string       `json:"label"`
	Since    string       `json:"since,omitempty"`
	Batch    string       `json:"batch,omitempty"`
	Counter  string       `json:"counter,omitempty"`
	Shelf    string       `json:"shelf,omitempty"`
	Notices  int          `json:"notices"`
	Visit    string       `json:"visit,omitempty"`
	Resident string       `json:"resident,omitempty"`
	History  []shownEvent `json:"history,omitempty"`
}

// shownEvent is one line of a history.
type shownEvent struct {
	Event   int    `json:"event"`
	At      string `json:"at"`
	Kind    string `json:"kind"`
	Label   string `json:"label"`
	By      string `json:"by"`
	Reason  string `json:"reason,omitempty"`
	Note    string `json:"note,omitempty"`
	Target  int    `json:"target,omitempty"`
	Struck  int    `json:"struck,omitempty"`
	Unusual bool   `json:"unusual,omitempty"`
}

// second is an instant as the history shows it, on the wall in Japan.
func second(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(civil.Tokyo).Format("2006-01-02T15:04:05+09:00")
}

func showCase(c progress.Case, l progress.Labels, batches map[string]string) shownCase {
	s := shownCase{
		ID: c.ID, Code: reservation.ShowKey(c.Code), State: string(c.State), Label: i18n.Bare(l.Of(c.State, i18n.Japanese)),
		Since: second(c.StateAt), Batch: batches[c.Batch], Notices: c.Notices, Resident: c.Resident,
	}
	s.Counter, s.Shelf = c.Counter, c.Shelf
	if c.Visit != (civil.DateTime{}) {
		s.Visit = c.Visit.String()
	}
	return s
}

func (s shownCase) String() string {
	line := fmt.Sprintf("%s  %s  %s", s.Code, s.Label, s.Since)
	if s.Counter != "" {
		line += "  " + strings.TrimSpace(s.Counter+" "+s.Shelf)
	}
	for _, e := range s.History {
		line += fmt.Sprintf("\n  %d  %s  %s  %s", e.Event, e.At, e.Label, e.By)
		if e.Target > 0 {
			line += fmt.Sprintf("  of %d", e.Target)
		}
		if e.Struck > 0 {
			line += fmt.Sprintf("  (undone by %d)", e.Struck)
		}
		if e.Unusual {
			line += "  (unusual)"
		}
	}
	return line
}

// findCase returns a card by link code or id.
func findCase(h *house, tx *store.Tx, what string) (progress.Case, error) {
	c, err := h.cards.ByCode(tx, what)
	if errors.Is(err, progress.ErrNotFound) {
		c, err = h.cards.ByID(tx, what)
	}
	return c, explainCase(err)
}

// explainCase turns a refusal of the service into a line with what to do.
func explainCase(err error) error {
	var bad progress.ErrInvalid
	switch {
	case errors.Is(err, progress.ErrNotFound):
		return errors.New("there is no such card or event (see madoguchi case list)")
	case errors.Is(err, progress.ErrStruck):
		return errors.New("the event has been undone already (see madoguchi case show)")
	case errors.As(err, &bad):
		return fmt.Errorf("%w: %s: %s", errUsage, bad.Field, bad.Why)
	}
	return err
}

// detail adds the history to a card.
func detail(h *house, tx *store.Tx, c progress.Case) (shownCase, error) {
	l, _, err := h.cards.Labels(tx)
	if err != nil {
		return shownCase{}, err
	}
	names := map[string]string{}
	if c.Batch != "" {
		b, err := h.cards.Batch(tx, c.Batch)
		if err != nil {
			return shownCase{}, err
		}
		names[c.Batch] = b.Name
	}
	s := showCase(c, l, names)
	events, err := h.cards.History(tx, c.ID)
	for _, e := range events {
		s.History = append(s.History, shownEvent{
			Event: e.Seq, At: second(e.At), Kind: string(e.Kind), Label: i18n.Bare(l.Of(e.Kind, i18n.Japanese)), By: e.By,
			Reason: e.Reason, Note: e.Note, Target: e.Target, Struck: e.Struck, Unusual: e.Unusual,
		})
	}
	return s, err
}

func (o output) oneCase(w io.Writer, s shownCase) error {
	if o.JSON {
		return json.NewEncoder(w).Encode(s)
	}
	_, err := fmt.Fprintln(w, s)
	return err
}

type caseList struct {
	output
	State    []string `help:"Only these states, by code: ${states}."`
	From     string   `help:"First day of the period, YYYY-MM-DD."`
	To       string   `help:"Last day of the period, YYYY-MM-DD."`
	Ever     bool     `help:"Cards for which a state was registered in the period, whatever they are now."`
	Batch    string   `help:"Only this delivery, by name or id."`
	Counter  string   `help:"Only cards kept at this counter."`
	CSV      bool     `name:"csv" help:"Print CSV."`
	Encoding string   `default:"utf-8" enum:"utf-8,shift_jis" help:"Encoding of the CSV."`
}

// Run lists cards, the latest change first.
func (c *caseList) Run(env *environment) error {
	f := progress.Filter{Ever: c.Ever, Counter: c.Counter}
	for _, s := range c.State {
		k := progress.Kind(s)
		if !k.IsState() {
			return fmt.Errorf("%w: --state %q: want one of %s", errUsage, s, stateCodes())
		}
		f.States = append(f.States, k)
	}
	for _, d := range []struct {
		text string
		to   *civil.Date
	}{{c.From, &f.From}, {c.To, &f.To}} {
		if d.text == "" {
			continue
		}
		day, err := civil.ParseDate(d.text)
		if err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		*d.to = day
	}
	list := []shownCase{}
	err := withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		list = list[:0]
		l, _, err := h.cards.Labels(tx)
		if err != nil {
			return err
		}
		batches, _, err := h.cards.Batches(tx, 10_000, 0)
		if err != nil {
			return err
		}
		names := map[string]string{}
		for _, b := range batches {
			names[b.ID] = b.Name
			if b.Name == c.Batch || b.ID == c.Batch {
				f.Batch = b.ID
			}
		}
		if c.Batch != "" && f.Batch == "" {
			return fmt.Errorf("there is no delivery %q", c.Batch)
		}
		ids, err := h.cards.IDs(tx, f, 0, 0)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(ids, 1000) {
			found, err := h.cards.Cases(tx, part)
			if err != nil {
				return err
			}
			for _, x := range found {
				list = append(list, showCase(x, l, names))
			}
		}
		return tx.Audit("cli", "card.export", "", "cards", len(list))
	})
	switch {
	case err != nil:
		return err
	case c.CSV:
		_, err := sheet.Write(env.out, sheet.Encoding(c.Encoding), []string{"リンクコード", "状況", "状況コード", "登録日時", "受取の回", "保管窓口", "棚", "通知回数", "予約日時"},
			func(yield func([]string) bool) {
				for _, s := range list {
					if !yield([]string{s.Code, s.Label, s.State, s.Since, s.Batch, s.Counter, s.Shelf, strconv.Itoa(s.Notices), s.Visit}) {
						return
					}
				}
			})
		return err
	case c.JSON:
		return json.NewEncoder(env.out).Encode(list)
	}
	for _, s := range list {
		if _, err := fmt.Fprintln(env.out, s); err != nil {
			return err
		}
	}
	return nil
}

func stateCodes() string {
	var codes []string
	for _, k := range progress.States() {
		codes = append(codes, string(k))
	}
	return strings.Join(codes, ", ")
}

type caseShow struct {
	output
	Code string `arg:"" help:"Link code or id."`
}

// Run shows a card.
func (c *caseShow) Run(env *environment) error {
	return withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		found, err := findCase(h, tx, c.Code)
		if err != nil {
			return err
		}
		s, err := detail(h, tx, found)
		if err != nil {
			return err
		}
		if err := tx.Audit("cli", "card.see", found.ID); err != nil {
			return err
		}
		return c.oneCase(env.out, s)
	})
}

// act does something to one card and prints what became of it.
func (o output) actCase(env *environment, what string, do func(*house, *store.Tx, string) error) error {
	var done shownCase
	err := withTenant(env, o.Tenant, func(h *house, tx *store.Tx) error {
		found, err := findCase(h, tx, what)
		if err != nil {
			return err
		}
		if err := do(h, tx, found.ID); err != nil {
			return explainCase(err)
		}
		if found, err = h.cards.ByID(tx, found.ID); err != nil {
			return err
		}
		done, err = detail(h, tx, found)
		return err
	})
	if err != nil {
		return err
	}
	return o.oneCase(env.out, done)
}

type caseRegister struct {
	output
	Code   string `arg:"" help:"Link code or id."`
	Kind   string `arg:"" help:"Code of the state or event: ${events}."`
	Reason string `help:"Code of the reason, where the event has any."`
	Note   string `help:"Remark; kept sealed."`
}

// Run registers an event.
func (c *caseRegister) Run(env *environment) error {
	return c.actCase(env, c.Code, func(h *house, tx *store.Tx, id string) error {
		_, err := h.cards.Register(tx, id, progress.Entry{Kind: progress.Kind(c.Kind), Reason: c.Reason, Note: c.Note, By: "cli"})
		return err
	})
}

type caseUndo struct {
	output
	Code   string `arg:"" help:"Link code or id."`
	Event  int    `arg:"" optional:"" help:"Number of the event; the last that counts if left out."`
	Reason string `required:"" help:"Why it is undone; kept sealed."`
}

// Run takes an event back.
func (c *caseUndo) Run(env *environment) error {
	return c.actCase(env, c.Code, func(h *house, tx *store.Tx, id string) error {
		seq := c.Event
		if seq == 0 {
			events, err := h.cards.History(tx, id)
			if err != nil {
				return err
			}
			for _, e := range events {
				if e.Struck == 0 && e.Kind != progress.Undone {
					seq = e.Seq
				}
			}
		}
		_, err := h.cards.Undo(tx, id, seq, c.Reason, "cli")
		return err
	})
}

type caseImport struct {
	output
	File   string `arg:"" help:"CSV file; every column may be missing: リンクコード, 利用者ID, 窓口, 棚, 住基カード."`
	Batch  string `required:"" help:"Name of the delivery."`
	Here   bool   `help:"The cards have arrived already; without it they are only announced."`
	DryRun bool   `help:"Only say what would be done."`
}

// Run registers the cards of a file, or says of every line what is wrong.
func (c *caseImport) Run(env *environment) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	lines, problems := cards.ReadCases(data)
	if len(problems) > 0 {
		return c.refused(env, written(problems))
	}
	d := progress.Delivery{Name: c.Batch, Lines: lines, Here: c.Here, By: "cli"}
	var trouble []progress.Trouble
	made := []shownCase{}
	err = withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		made = made[:0]
		s, _, err := h.reservations.Settings(tx)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if l.Counter != "" && !slices.ContainsFunc(s.Counters, func(x reservation.Counter) bool { return x.ID == l.Counter }) {
				return fmt.Errorf("line %d: there is no counter %q; nothing was imported", l.Number, l.Counter)
			}
		}
		list := slices.Clone(lines)
		if problems, err = cards.Assign(tx, list, joined{h}.numbered); err != nil || len(problems) > 0 {
			return err
		}
		d.Lines = list
		if c.DryRun {
			trouble, err = h.cards.CheckDelivery(tx, d)
			return explainCase(err)
		}
		var announced []progress.Case
		var b progress.Batch
		if b, announced, trouble, err = h.cards.Announce(tx, d); err != nil {
			return explainCase(err)
		}
		l, _, err := h.cards.Labels(tx)
		for _, x := range announced {
			made = append(made, showCase(x, l, map[string]string{b.ID: b.Name}))
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return c.refused(env, written(problems))
	}
	wrong := make([]string, len(trouble))
	for i, t := range trouble {
		wrong[i] = fmt.Sprintf("line %d: %s: %s", t.Line, t.Code, troubles[t.Why])
	}
	switch {
	case len(wrong) > 0:
		return c.refused(env, wrong)
	case c.DryRun && c.JSON:
		return json.NewEncoder(env.out).Encode(map[string]any{"cards": len(lines), "dry_run": true})
	case c.DryRun:
		_, err = fmt.Fprintf(env.out, "%d cards can be imported; nothing was written\n", len(lines))
		return err
	case c.JSON:
		return json.NewEncoder(env.out).Encode(made)
	}
	for _, s := range made {
		if _, err := fmt.Fprintln(env.out, s); err != nil {
			return err
		}
	}
	return nil
}

func written(problems []sheet.Problem) []string {
	out := make([]string, len(problems))
	for i, p := range problems {
		out[i] = p.String()
	}
	return out
}

// refused reports what is wrong with a file, a line for each.
func (c *caseImport) refused(env *environment, wrong []string) error {
	refusal := fmt.Errorf("nothing was imported: %d lines are wrong", len(wrong))
	if c.JSON {
		return errors.Join(json.NewEncoder(env.out).Encode(map[string]any{"problems": wrong}), refusal)
	}
	for _, w := range wrong {
		if _, err := fmt.Fprintln(env.out, w); err != nil {
			return err
		}
	}
	return refusal
}

// troubles says what is wrong with a line.
var troubles = map[string]string{
	"form": "not a link code", "twice": "the code stands in the file twice", "known": "there is a card with this code already",
	"long": "the name of the shelf is too long", "many": "the file has too many lines; divide it",
}

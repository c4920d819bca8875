package cards

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/channels/sheet"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
)

func itoa(n int) string { return strconv.Itoa(n) }

// batchesPage is where cards come in (S4-120).
type batchesPage struct {
	Batches  []batchRow
	Pager    console.Pager
	Counters []option

	Receive  struct{ Batch, Codes, Shelf, Strangers string }
	Announce struct{ Batch, Count, Shelf, Here string }
	// Error and Trouble say of one form why nothing of it was taken.
	Form, Error string
	Trouble     []string
	Trial       string // what a trial of a file found
}

type batchRow struct {
	ID, Name, Made string
	Cases, Here    int
	Missing        int
}

func (a *area) batches(q *console.Request) error {
	p, err := a.batchesPage(q, "")
	if err != nil {
		return err
	}
	return q.Render("cards-batches", "cards.batches.title", p)
}

func (a *area) batchesPage(q *console.Request, counter string) (p batchesPage, err error) {
	p.Pager = console.PagerOf(q.URL.Query(), pageSize)
	err = q.View(func(tx *store.Tx) error {
		t, err := a.town(tx, q)
		if err != nil {
			return err
		}
		list, total, err := a.Cards.Batches(tx, p.Pager.Size, p.Pager.Offset())
		if err != nil {
			return err
		}
		p.Pager.Total, p.Counters, p.Batches = total, t.counterOptions(counter), nil
		for _, b := range list {
			p.Batches = append(p.Batches, batchRow{b.ID, b.Name, stamp(q.Lang, b.Made), b.Cases, b.Here, b.Cases - b.Here})
		}
		return nil
	})
	return p, err
}

// batchPage is one delivery and what of it is still missing.
type batchPage struct {
	Batch batchRow
	Rows  []row
	Pager console.Pager
}

func (a *area) batch(q *console.Request) error {
	p := batchPage{Pager: console.PagerOf(q.URL.Query(), pageSize)}
	err := q.View(func(tx *store.Tx) error {
		t, err := a.town(tx, q)
		if err != nil {
			return err
		}
		b, err := a.Cards.Batch(tx, q.PathValue("id"))
		if err != nil {
			return err
		}
		p.Batch = batchRow{b.ID, b.Name, stamp(q.Lang, b.Made), b.Cases, b.Here, b.Cases - b.Here}
		f := progress.Filter{Batch: b.ID}
		if q.URL.Query().Get("missing") == "1" {
			f.States = []progress.Kind{progress.Expected}
		}
		if _, p.Pager.Total, err = a.Cards.Counts(tx, f); err != nil {
			return err
		}
		p.Rows, err = a.rows(tx, t, f, p.Pager)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("cards-batch", "cards.batch.title", p)
}

// scanned reads what a scanner wrote: a code a line.
func scanned(text string) (list []progress.Line) {
	for i, s := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, progress.Line{Number: i + 1, Code: codeIn(s)})
		}
	}
	return list
}

// sentences says what is wrong with a list, by line.
func sentences(q *console.Request, trouble []progress.Trouble) (list []string) {
	const most = 50
	for i, t := range trouble {
		if i == most {
			list = append(list, q.T("cards.trouble.more", i18n.Arg{Name: "n", Value: len(trouble) - most}))
			break
		}
		code := []rune(t.Code)
		list = append(list, q.T("cards.trouble."+t.Why, i18n.Arg{Name: "line", Value: t.Line},
			i18n.Arg{Name: "code", Value: string(code[:min(len(code), 30)])}, i18n.Arg{Name: "other", Value: t.Other}))
	}
	return list
}

// receive counts in the cards scanned, all or none.
func (a *area) receive(q *console.Request) error {
	r := progress.Receipt{
		Batch: strings.TrimSpace(q.PostFormValue("batch")), Lines: scanned(q.PostFormValue("codes")), Strangers: q.PostFormValue("strangers") == "1",
		Counter: q.PostFormValue("counter"), Shelf: strings.TrimSpace(q.PostFormValue("shelf")), By: q.By(),
	}
	refused := func(text string, trouble []progress.Trouble) error {
		p, err := a.batchesPage(q, r.Counter)
		if err != nil {
			return err
		}
		p.Form, p.Error, p.Trouble = "receive", text, sentences(q, trouble)
		p.Receive.Batch, p.Receive.Codes, p.Receive.Shelf, p.Receive.Strangers = r.Batch, q.PostFormValue("codes"), r.Shelf, q.PostFormValue("strangers")
		return q.Again("cards-batches", "cards.batches.title", p)
	}
	if len(r.Lines) == 0 {
		return refused("cards.error.no-codes", nil)
	}
	var came []progress.Case
	var trouble []progress.Trouble
	err := q.Update(func(tx *store.Tx) (err error) {
		if err := a.knownCounter(tx, r.Counter); err != nil {
			return err
		}
		came, trouble, err = a.Cards.Receive(tx, r)
		return err
	})
	if text, ok := invalid(err); ok {
		return refused(text, nil)
	}
	if err != nil {
		return err
	}
	if len(trouble) > 0 {
		return refused("cards.error.trouble", trouble)
	}
	to := "cards/batches"
	if came[0].Batch != "" {
		to += "/" + came[0].Batch
	}
	return q.See(to, "cards.done.received", i18n.Arg{Name: "n", Value: len(came)})
}

// knownCounter refuses a counter that is not one; "" is none.
func (a *area) knownCounter(tx *store.Tx, id string) error {
	if id == "" {
		return nil
	}
	s, _, err := a.Reservations.Settings(tx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(s.Counters, func(c reservation.Counter) bool { return c.ID == id }) {
		return progress.ErrInvalid{Field: "counter", Why: "counter"}
	}
	return nil
}

// announce makes the cases of a delivery: from a file, or so many with new
// codes.
func (a *area) announce(q *console.Request) error {
	d := progress.Delivery{Name: strings.TrimSpace(q.PostFormValue("batch")), Here: q.PostFormValue("here") == "1", By: q.By()}
	counter, shelf, count := q.PostFormValue("counter"), strings.TrimSpace(q.PostFormValue("shelf")), strings.TrimSpace(q.PostFormValue("count"))
	answer := func(fill func(*batchesPage)) error {
		p, err := a.batchesPage(q, counter)
		if err != nil {
			return err
		}
		p.Form, p.Announce.Batch, p.Announce.Count, p.Announce.Shelf, p.Announce.Here = "announce", d.Name, count, shelf, q.PostFormValue("here")
		fill(&p)
		return q.Again("cards-batches", "cards.batches.title", p)
	}
	refused := func(text string, trouble []string) error {
		return answer(func(p *batchesPage) { p.Error, p.Trouble = text, trouble })
	}
	file, err := q.Upload("file")
	if err != nil {
		return err
	}
	switch {
	case len(file) > 0:
		lines, problems := ReadCases(file)
		if len(problems) > 0 {
			return refused("cards.error.trouble", problemSentences(q, problems))
		}
		err := q.View(func(tx *store.Tx) (err error) {
			problems, err = Assign(tx, lines, a.Resident)
			return err
		})
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			return refused("cards.error.trouble", problemSentences(q, problems))
		}
		for i := range lines {
			if lines[i].Counter == "" {
				lines[i].Counter, lines[i].Shelf = counter, shelf
			}
		}
		d.Lines = lines
	case count != "":
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || n > progress.MostLines {
			return refused("cards.error.count", nil)
		}
		for i := range n {
			d.Lines = append(d.Lines, progress.Line{Number: i + 1, Counter: counter, Shelf: shelf})
		}
	default:
		return refused("cards.error.no-list", nil)
	}
	trial := q.PostFormValue("trial") != ""
	var b progress.Batch
	var made []progress.Case
	var trouble []progress.Trouble
	err = q.Update(func(tx *store.Tx) (err error) {
		for _, l := range d.Lines {
			if err := a.knownCounter(tx, l.Counter); err != nil {
				return err
			}
		}
		if trial {
			trouble, err = a.Cards.CheckDelivery(tx, d)
			return err
		}
		b, made, trouble, err = a.Cards.Announce(tx, d)
		return err
	})
	if store.IsDuplicate(err) { // somebody registered one of the codes at this moment
		return refused("cards.error.stale", nil)
	}
	if text, ok := invalid(err); ok {
		return refused(text, nil)
	}
	switch {
	case err != nil:
		return err
	case len(trouble) > 0:
		return refused("cards.error.trouble", sentences(q, trouble))
	case trial:
		return answer(func(p *batchesPage) { p.Trial = q.T("cards.announce.trial", i18n.Arg{Name: "n", Value: len(d.Lines)}) })
	}
	return q.See("cards/batches/"+b.ID, "cards.done.announced", i18n.Arg{Name: "n", Value: len(made)})
}

// caseColumns are the columns of a list of cards.
var caseColumns = []sheet.Column{
	{Name: "code", Heads: []string{"リンクコード", "リンク番号", "link code"}},
	{Name: "resident", Heads: []string{"利用者ID", "住民ID", "resident"}},
	{Name: "counter", Heads: []string{"窓口", "保管窓口", "counter"}},
	{Name: "shelf", Heads: []string{"棚", "保管場所", "shelf"}},
	{Name: "old-card", Heads: []string{"住基カード", "old card"}},
}

// ReadCases reads a list of cards as a municipality has it. Every column may be
// missing; a card without a link code gets one.
func ReadCases(data []byte) ([]progress.Line, []sheet.Problem) {
	t, problems := sheet.Read(data, caseColumns)
	if len(problems) > 0 {
		return nil, problems
	}
	if len(t.Rows) > progress.MostLines {
		return nil, []sheet.Problem{{Code: "rows", Hint: "the file has more than " + itoa(progress.MostLines) + " lines; divide it"}}
	}
	var lines []progress.Line
	for _, r := range t.Rows {
		l := progress.Line{Number: r.Line, Code: r.Get("code"), Resident: r.Get("resident"), Counter: r.Get("counter"), Shelf: r.Get("shelf")}
		switch strings.ToLower(r.Get("old-card")) {
		case "":
		case "有", "あり", "1", "yes", "○":
			l.OldCard = progress.HasOldCard
		case "無", "なし", "0", "no", "×":
			l.OldCard = progress.NoOldCard
		default:
			problems = append(problems, sheet.Problem{Line: r.Line, Column: "住基カード", Code: "old-card", Hint: "write 有 or 無, or leave it empty"})
		}
		if len(l.Resident) > 100 {
			problems = append(problems, sheet.Problem{Line: r.Line, Column: "利用者ID", Code: "long", Hint: "the value is too long"})
		}
		lines = append(lines, l)
	}
	return lines, problems
}

// Assign puts the ids of residents' records in place of the numbers people know
// them by. A number nobody has is a problem of its line.
func Assign(tx *store.Tx, lines []progress.Line, find func(tx *store.Tx, number string) (id string, err error)) ([]sheet.Problem, error) {
	var problems []sheet.Problem
	for i := range lines {
		l := &lines[i]
		if l.Resident == "" || find == nil {
			continue
		}
		id, err := find(tx, l.Resident)
		if errors.Is(err, store.ErrNotFound) {
			problems = append(problems, sheet.Problem{Line: l.Number, Column: "利用者ID", Code: "resident", Hint: "there is no resident with this ID"})
			continue
		}
		if err != nil {
			return nil, err
		}
		l.Resident = id
	}
	return problems, nil
}

// problemSentences says what is wrong with a file, by line and column.
func problemSentences(q *console.Request, problems []sheet.Problem) (list []string) {
	const most = 50
	for i, p := range problems {
		if i == most {
			return append(list, q.T("cards.trouble.more", i18n.Arg{Name: "n", Value: len(problems) - most}))
		}
		what := q.T("cards.sheet." + p.Code)
		if p.Line > 0 {
			what = q.T("cards.sheet.at", i18n.Arg{Name: "line", Value: p.Line}, i18n.Arg{Name: "column", Value: p.Column}, i18n.Arg{Name: "what", Value: what})
		}
		list = append(list, what)
	}
	return list
}

// storagePage is where the cards are, counter by counter.
type storagePage struct {
	Counter, Custody string
	Counters         []option
	Tabs             []tab
	Rows             []row
	Pager            console.Pager
	MayMove          bool
	MayConfirm       bool

	Move        struct{ Kind, Counter, Shelf, Codes string }
	Form, Error string
	Trouble     []string
}

var custodies = []progress.Custody{progress.Loose, progress.Shelved, progress.OnWay, progress.AtPlace}

func (a *area) storage(q *console.Request) error {
	p, err := a.storagePage(q, q.URL.Query().Get("counter"), q.URL.Query().Get("custody"))
	if err != nil {
		return err
	}
	return q.Render("cards-storage", "cards.storage.title", p)
}

func (a *area) storagePage(q *console.Request, counter, custody string) (p storagePage, err error) {
	p.Pager = console.PagerOf(q.URL.Query(), pageSize)
	p.MayMove = q.May(staff.ReceiveCards)
	if !slices.Contains(custodies, progress.Custody(custody)) {
		custody = string(custodies[0])
	}
	p.Custody, p.Counter = custody, counter
	err = q.View(func(tx *store.Tx) error {
		t, err := a.town(tx, q)
		if err != nil {
			return err
		}
		if t.counters[p.Counter] == "" {
			p.Counter = ""
		}
		p.Counters, p.Tabs = t.counterOptions(p.Counter), nil
		p.MayConfirm = p.Custody == string(progress.OnWay) && p.Counter != "" && a.mayConfirm(q, p.Counter)
		for _, c := range custodies {
			_, n, err := a.Cards.Counts(tx, progress.Filter{Counter: p.Counter, Custody: c})
			if err != nil {
				return err
			}
			p.Tabs = append(p.Tabs, tab{string(c), q.T("cards.storage." + string(c)), n, string(c) == p.Custody})
			if string(c) == p.Custody {
				p.Pager.Total = n
			}
		}
		p.Rows, err = a.rows(tx, t, progress.Filter{Counter: p.Counter, Custody: progress.Custody(p.Custody)}, p.Pager)
		return err
	})
	return p, err
}

// mayConfirm reports whether the person answers for the cards at a counter:
// whoever works there, and those who keep all cards.
func (a *area) mayConfirm(q *console.Request, counter string) bool {
	return q.May(staff.RegisterCards) && (q.May(staff.ReceiveCards) || q.Account.AtCounter(counter))
}

// move puts cards on a shelf, or sends them out to a counter.
func (a *area) move(q *console.Request) error {
	kind := progress.Kind(q.PostFormValue("kind"))
	if kind != progress.Stored && kind != progress.SentOut {
		return console.ErrBadForm
	}
	return a.carry(q, kind)
}

// confirm says that a counter has the cards sent out to it.
func (a *area) confirm(q *console.Request) error {
	if !a.mayConfirm(q, q.PostFormValue("counter")) {
		return console.ErrForbidden
	}
	return a.carry(q, progress.Confirmed)
}

// carry takes the cards chosen in the list and those scanned.
func (a *area) carry(q *console.Request, kind progress.Kind) error {
	counter, shelf := q.PostFormValue("counter"), strings.TrimSpace(q.PostFormValue("shelf"))
	refused := func(text string, trouble []progress.Trouble) error {
		p, err := a.storagePage(q, q.PostFormValue("of"), q.PostFormValue("custody"))
		if err != nil {
			return err
		}
		p.Form, p.Error, p.Trouble = string(kind), text, sentences(q, trouble)
		p.Move.Kind, p.Move.Counter, p.Move.Shelf, p.Move.Codes = string(kind), counter, shelf, q.PostFormValue("codes")
		return q.Again("cards-storage", "cards.storage.title", p)
	}
	lines := scanned(q.PostFormValue("codes"))
	ids := q.PostForm["id"]
	if len(lines) == 0 && len(ids) == 0 {
		return refused("cards.error.none-chosen", nil)
	}
	if len(ids) > pageSize {
		return console.ErrBadForm
	}
	var trouble []progress.Trouble
	n := 0
	err := q.Update(func(tx *store.Tx) error {
		if err := a.knownCounter(tx, counter); err != nil {
			return err
		}
		chosen, err := a.Cards.Cases(tx, ids)
		if err != nil {
			return err
		}
		if len(chosen) != len(ids) {
			return store.ErrNotFound
		}
		all := slices.Clone(lines)
		for _, c := range chosen {
			all = append(all, progress.Line{Number: len(all) + 1, Code: reservation.ShowKey(c.Code)})
		}
		n = len(all)
		trouble, err = a.Cards.Move(tx, kind, all, counter, shelf, q.By())
		return err
	})
	if text, ok := invalid(err); ok {
		return refused(text, nil)
	}
	if err == nil && len(trouble) > 0 {
		return refused("cards.error.trouble", trouble)
	}
	if err != nil {
		return err
	}
	custody := progress.Shelved
	switch kind {
	case progress.SentOut:
		custody = progress.OnWay
	case progress.Confirmed:
		custody = progress.AtPlace
	}
	return q.See("cards/storage?counter="+counter+"&custody="+string(custody), "cards.done."+string(kind), i18n.Arg{Name: "n", Value: n})
}

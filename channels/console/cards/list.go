package cards

import (
	"bytes"
	"iter"
	"net/url"
	"slices"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/channels/sheet"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
)

// pageSize is how many cards a page of a list shows.
const pageSize = 50

// row is one card in a list.
type row struct {
	ID, Code, State, Since, Place, Notice, Visit, Returned, OldCard, Collected, Match string
	Notices                                                                           int
	Unmatched                                                                         bool
}

func (t *town) rows(list []progress.Case) []row {
	out := make([]row, len(list))
	for i, c := range list {
		m := c.OldCardMatch()
		out[i] = row{
			ID: c.ID, Code: reservation.ShowKey(c.Code), State: t.label(c.State), Since: stamp(t.q.Lang, c.StateAt), Place: t.place(c.Facts),
			Notice: day(t.q.Lang, dateOf(c.LastNotice)), Notices: c.Notices, Visit: moment(t.q.Lang, c.Visit),
			Returned: day(t.q.Lang, dateOf(c.Returned)), Collected: stamp(t.q.Lang, c.Collected), Unmatched: m == progress.Unmatched,
		}
		if r := t.reason(progress.Returned, c.ReturnReason); r != "" {
			out[i].Returned += " " + r
		}
		if c.OldCard != "" {
			out[i].OldCard = t.label(c.OldCard)
		}
		if m != progress.NoMatter {
			out[i].Match = t.q.T("cards.match." + string(m))
		}
	}
	return out
}

// listPage is the list of cards by state and period (S4-116).
type listPage struct {
	Rows     []row
	Pager    console.Pager
	Counts   []stateCount
	Total    int
	States   []option
	From, To string
	Ever     bool
	Batches  []option
	Counters []option
	Error    string
	Query    string // of the address, for the export
}

func (a *area) list(q *console.Request) error {
	var p listPage
	f, values, ok := filter(q)
	p.Query = values.Encode()
	p.From, p.To, p.Ever = values.Get("from"), values.Get("to"), f.Ever
	if !ok {
		p.Error = "cards.error.period"
	}
	p.Pager = console.PagerOf(q.URL.Query(), pageSize)
	err := q.View(func(tx *store.Tx) error {
		t, err := a.town(tx, q)
		if err != nil {
			return err
		}
		p.States, p.Counters = t.stateOptions(f.States), t.counterOptions(f.Counter)
		batches, _, err := a.Cards.Batches(tx, 100, 0)
		if err != nil {
			return err
		}
		p.Batches = nil
		for _, b := range batches {
			p.Batches = append(p.Batches, option{b.ID, b.Name, b.ID == f.Batch})
		}
		if !ok {
			return nil
		}
		if p.Counts, p.Total, err = a.counts(tx, t, f); err != nil {
			return err
		}
		p.Pager.Total = p.Total
		p.Rows, err = a.rows(tx, t, f, p.Pager)
		return err
	})
	if err != nil {
		return err
	}
	if !ok {
		return q.Again("cards-list", "cards.list.title", p)
	}
	return q.Render("cards-list", "cards.list.title", p)
}

// filter reads what is wanted from the address; false says that a date is none.
func filter(q *console.Request) (f progress.Filter, kept url.Values, ok bool) {
	v := q.URL.Query()
	kept = url.Values{}
	ok = true
	for _, s := range v["state"] {
		if k := progress.Kind(s); k.IsState() && !slices.Contains(f.States, k) {
			f.States = append(f.States, k)
			kept.Add("state", s)
		}
	}
	for _, d := range []struct {
		name string
		to   *civil.Date
	}{{"from", &f.From}, {"to", &f.To}} {
		text := v.Get(d.name)
		if text == "" {
			continue
		}
		kept.Set(d.name, text)
		date, err := civil.ParseDate(text)
		if err != nil {
			ok = false
			continue
		}
		*d.to = date
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		ok = false
	}
	if f.Ever = v.Get("ever") == "1"; f.Ever {
		kept.Set("ever", "1")
	}
	for _, x := range []struct {
		name string
		to   *string
	}{{"batch", &f.Batch}, {"counter", &f.Counter}} {
		if text := v.Get(x.name); text != "" && len(text) < 100 && storable(text) {
			*x.to = text
			kept.Set(x.name, text)
		}
	}
	return f, kept, ok
}

// storable reports whether a database could hold a text from an address at all.
func storable(s string) bool { return strings.ToValidUTF8(s, "") == s && !strings.Contains(s, "\x00") }

func (a *area) counts(tx *store.Tx, t *town, f progress.Filter) (list []stateCount, total int, err error) {
	by, total, err := a.Cards.Counts(tx, f)
	for _, k := range progress.States() {
		if n := by[k]; n > 0 || len(f.States) > 0 && slices.Contains(f.States, k) {
			list = append(list, stateCount{k, t.label(k), n})
		}
	}
	return list, total, err
}

func (a *area) rows(tx *store.Tx, t *town, f progress.Filter, p console.Pager) ([]row, error) {
	list, err := a.Cards.List(tx, f, p.Size, p.Offset(), p.Total)
	if err != nil {
		return nil, err
	}
	return t.rows(list), nil
}

// export sends the list as CSV (S4-117): the list of states, or one of the
// lists below if which names it.
func (a *area) export(q *console.Request) error {
	f, _, ok := filter(q)
	if !ok {
		return &console.Problem{Status: 422, Text: "cards.error.period"}
	}
	switch which := q.URL.Query().Get("which"); which {
	case "":
	case "returned":
		f = progress.Filter{States: []progress.Kind{progress.Returned}}
	case "old-cards":
		f = progress.Filter{OldCard: oldCardMatches(q.URL.Query().Get("match"))}
	case string(progress.SecondNotice), string(progress.Destruction):
		f = progress.Filter{Due: progress.Due(which)}
	default:
		return console.ErrNotFound
	}
	enc := sheet.UTF8
	if q.URL.Query().Get("encoding") == "sjis" {
		enc = sheet.ShiftJIS
	}
	var data []byte
	err := q.Update(func(tx *store.Tx) error {
		t, err := a.town(tx, q)
		if err != nil {
			return err
		}
		var n int
		if data, n, err = a.csv(tx, t, f, enc); err != nil {
			return err
		}
		return tx.Audit(q.By(), "card.export", "", "count", n)
	})
	if err != nil {
		return err
	}
	return q.File("cards.csv", "text/csv", data)
}

// exportColumns are the columns of the CSV file, keys of their heads.
var exportColumns = []string{
	"code", "state", "state-code", "since", "batch", "arrived", "counter", "shelf", "notices", "first-notice", "last-notice", "returned",
	"return-reason", "visit", "missed", "visited", "delivered", "revisits", "reissues", "old-card", "collected",
}

// csv writes the cases a filter selects.
func (a *area) csv(tx *store.Tx, t *town, f progress.Filter, enc sheet.Encoding) ([]byte, int, error) {
	ids, err := a.Cards.IDs(tx, f, 0, 0)
	if err != nil {
		return nil, 0, err
	}
	head := make([]string, len(exportColumns))
	for i, c := range exportColumns {
		head[i] = t.q.T("cards.column." + c)
	}
	names := map[string]string{"": ""} // of batches
	var failed error
	lines := func(yield func([]string) bool) {
		for part := range slices.Chunk(ids, 1000) {
			list, err := a.Cards.Cases(tx, part)
			if err != nil {
				failed = err
				return
			}
			for _, c := range list {
				if _, ok := names[c.Batch]; !ok {
					b, err := a.Cards.Batch(tx, c.Batch)
					if err != nil {
						failed = err
						return
					}
					names[c.Batch] = b.Name
				}
				if !yield(t.cells(c, names[c.Batch])) {
					return
				}
			}
		}
	}
	var out bytes.Buffer
	if _, err := sheet.Write(&out, enc, head, iter.Seq[[]string](lines)); err != nil {
		return nil, 0, err
	}
	return out.Bytes(), len(ids), failed
}

// cells are one case as a line of the file.
func (t *town) cells(c progress.Case, batch string) []string {
	lang := t.q.Lang
	var missed, revisits, reissues []string
	for _, m := range c.Missed {
		missed = append(missed, moment(lang, m))
	}
	for _, r := range c.Revisits {
		revisits = append(revisits, strings.TrimSpace(stamp(lang, r.At)+" "+t.reason(progress.Revisited, r.Reason)))
	}
	for _, r := range c.Reissues {
		reissues = append(reissues, strings.TrimSpace(stamp(lang, r.At)+" "+t.reason(progress.Reissued, r.Reason)))
	}
	counter, old, notices := "", "", ""
	if c.Counter != "" {
		counter = t.counter(c.Counter)
	}
	if c.OldCard != "" {
		old = t.label(c.OldCard)
	}
	if c.Notices > 0 {
		notices = itoa(c.Notices)
	}
	return []string{
		reservation.ShowKey(c.Code), t.label(c.State), string(c.State), stamp(lang, c.StateAt), batch, stamp(lang, c.Arrived), counter, c.Shelf,
		notices, stamp(lang, c.FirstNotice), stamp(lang, c.LastNotice), stamp(lang, c.Returned), t.reason(progress.Returned, c.ReturnReason),
		moment(lang, c.Visit), strings.Join(missed, " / "), stamp(lang, c.Visited), stamp(lang, c.Delivered), strings.Join(revisits, " / "),
		strings.Join(reissues, " / "), old, stamp(lang, c.Collected),
	}
}

// unclaimedPage is what the clock proposes (domain-facts 8.10), and what came
// back.
type unclaimedPage struct {
	Which string // second-notice, destruction, returned
	Tabs  []tab
	Rows  []row
	Pager console.Pager
	Rules progress.Rules
	Error string
	Can   bool // register what the list proposes
}

type tab struct {
	Which, Text string
	Number      int
	Here        bool
}

var unclaimedLists = []string{string(progress.SecondNotice), string(progress.Destruction), "returned"}

func unclaimedFilter(which string) progress.Filter {
	if which == "returned" {
		return progress.Filter{States: []progress.Kind{progress.Returned}}
	}
	return progress.Filter{Due: progress.Due(which)}
}

// unclaimedKind is what is registered for a list, and which right it takes.
func unclaimedKind(which string) progress.Kind {
	if which == string(progress.Destruction) {
		return progress.Discarded
	}
	return progress.NotifiedAgain
}

func (a *area) unclaimed(q *console.Request) error {
	p, err := a.unclaimedPage(q, q.URL.Query().Get("which"))
	if err != nil {
		return err
	}
	return q.Render("cards-unclaimed", "cards.unclaimed.title", p)
}

func (a *area) unclaimedPage(q *console.Request, which string) (p unclaimedPage, err error) {
	if p.Which = which; !slices.Contains(unclaimedLists, p.Which) {
		p.Which = unclaimedLists[0]
	}
	p.Pager = console.PagerOf(q.URL.Query(), pageSize)
	p.Can = mayRegister(q, unclaimedKind(p.Which))
	err = q.View(func(tx *store.Tx) error {
		t, err := a.town(tx, q)
		if err != nil {
			return err
		}
		if p.Rules, _, err = a.Cards.Rules(tx); err != nil {
			return err
		}
		p.Tabs = nil
		for _, w := range unclaimedLists {
			_, n, err := a.Cards.Counts(tx, unclaimedFilter(w))
			if err != nil {
				return err
			}
			p.Tabs = append(p.Tabs, tab{w, q.T("cards.unclaimed." + w), n, w == p.Which})
			if w == p.Which {
				p.Pager.Total = n
			}
		}
		p.Rows, err = a.rows(tx, t, unclaimedFilter(p.Which), p.Pager)
		return err
	})
	return p, err
}

// remind registers for the cards chosen what the list proposes: staff have sent
// the notices, or destroyed the cards.
func (a *area) remind(q *console.Request) error {
	which := q.PostFormValue("which")
	if !slices.Contains(unclaimedLists, which) {
		return console.ErrBadForm
	}
	kind := unclaimedKind(which)
	if !mayRegister(q, kind) {
		return console.ErrForbidden
	}
	ids := q.PostForm["id"]
	if len(ids) == 0 || len(ids) > pageSize {
		p, err := a.unclaimedPage(q, which)
		if err != nil {
			return err
		}
		p.Error = "cards.error.none-chosen"
		return q.Again("cards-unclaimed", "cards.unclaimed.title", p)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	reason := ""
	if kind == progress.Discarded {
		reason = "unclaimed"
	}
	var label string
	err := q.Update(func(tx *store.Tx) error {
		for _, id := range ids {
			if _, err := a.Cards.Register(tx, id, progress.Entry{Kind: kind, Reason: reason, By: q.By()}); err != nil {
				return err
			}
		}
		t, err := a.town(tx, q)
		if err == nil {
			label = t.label(kind)
		}
		return err
	})
	if err != nil {
		return err
	}
	return q.See("cards/unclaimed?which="+which, "cards.done.several", i18n.Arg{Name: "n", Value: len(ids)}, i18n.Arg{Name: "label", Value: label})
}

// oldCardsPage compares who has a 住基カード with what was collected (S4-123).
type oldCardsPage struct {
	Match string
	Tabs  []tab
	Rows  []row
	Pager console.Pager
	Can   bool
}

var oldCardTabs = []progress.Match{progress.Unmatched, progress.Open, progress.Matched}

func oldCardMatches(which string) []progress.Match {
	if slices.Contains(oldCardTabs, progress.Match(which)) {
		return []progress.Match{progress.Match(which)}
	}
	return oldCardTabs
}

func (a *area) oldCards(q *console.Request) error {
	p := oldCardsPage{Match: q.URL.Query().Get("match"), Pager: console.PagerOf(q.URL.Query(), pageSize), Can: q.May(staff.ExportCards)}
	if len(oldCardMatches(p.Match)) > 1 {
		p.Match = "all"
	}
	err := q.View(func(tx *store.Tx) error {
		t, err := a.town(tx, q)
		if err != nil {
			return err
		}
		p.Tabs = nil
		all := 0
		for _, m := range oldCardTabs {
			_, n, err := a.Cards.Counts(tx, progress.Filter{OldCard: []progress.Match{m}})
			if err != nil {
				return err
			}
			all += n
			p.Tabs = append(p.Tabs, tab{string(m), q.T("cards.match." + string(m)), n, p.Match == string(m)})
			if p.Match == string(m) {
				p.Pager.Total = n
			}
		}
		p.Tabs = append([]tab{{"all", q.T("cards.match.all"), all, p.Match == "all"}}, p.Tabs...)
		if p.Match == "all" {
			p.Pager.Total = all
		}
		p.Rows, err = a.rows(tx, t, progress.Filter{OldCard: oldCardMatches(p.Match)}, p.Pager)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("cards-old", "cards.old.title", p)
}

// Package trail is the part of the console where administrators read the audit
// log (操作記録, S4-071): who did what to which record, when and from where; and
// see that its chain is whole. Nobody can change anything here.
//
// An action is shown by the text "trail.action.CODE", a key of its detail by
// "trail.detail.KEY" and a value by "trail.value.KEY.VALUE", which the area that
// writes the row may have in its own catalogs; without a text the code itself is
// shown.
package trail

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/channels/console"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/staff"
)

//go:embed templates texts
var files embed.FS

// Config is what the pages need.
type Config struct {
	DB *store.DB
	// Names are the people's names by account id.
	Names func(*store.Tx) (map[string]string, error)
}

// Area is the part of the console with these pages.
func Area(c Config) console.Area {
	return console.Area{
		Name: "trail", Templates: console.Below(files, "templates"), Texts: console.Below(files, "texts"),
		Menu: []console.Entry{{Position: 95, Path: "trail", Text: "trail.title", Right: staff.SeeAudit}},
		Pages: []console.Page{
			console.Get("trail", staff.SeeAudit, c.list),
			console.Get("trail/export", staff.SeeAudit, c.export),
			console.Get("trail/chain", staff.SeeAudit, c.chain),
			console.Post("trail/chain", staff.SeeAudit, c.verify),
		},
	}
}

const (
	pageSize = 50
	// usualDays is the period shown unless another is asked for.
	usualDays = 31
)

// search is the filter of the log, as typed.
type search struct {
	Who, Action, Subject, From, To string
	Problems                       map[string]string // field → key of a sentence
}

// read takes the filter from an address. Without any it is the last month.
func read(v url.Values, now time.Time) (search, audit.Filter) {
	s := search{
		Who: v.Get("who"), Action: v.Get("action"), Subject: strings.TrimSpace(v.Get("subject")),
		From: v.Get("from"), To: v.Get("to"), Problems: map[string]string{},
	}
	if !v.Has("from") {
		s.From = civil.In(now).Date.AddDays(-usualDays).String()
	}
	f := audit.Filter{Who: s.Who, Action: s.Action, Subject: s.Subject, Limit: pageSize + 1}
	begin := func(field, text string, days int) (t time.Time) {
		if text == "" {
			return t
		}
		d, err := civil.ParseDate(text)
		if err != nil {
			s.Problems[field] = "trail.fault.date"
			return t
		}
		return civil.DateTime{Date: d.AddDays(days)}.At()
	}
	f.From, f.To = begin("from", s.From, 0), begin("to", s.To, 1)
	return s, f
}

// query is the filter as an address has it, for links.
func (s search) query(more ...string) string {
	v := url.Values{"who": {s.Who}, "action": {s.Action}, "subject": {s.Subject}, "from": {s.From}, "to": {s.To}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return "?" + v.Encode()
}

// choice is a line of a selection.
type choice struct{ Value, Text string }

// log is the page of the log.
type log struct {
	search
	People, Actions []choice
	Rows            []row
	Older, Newest   string // addresses, "" where there is none
	Export          string
}

// row is an entry in words.
type row struct {
	At, Who, Action, Subject string
	SubjectID                string
	Detail                   []string
	Origin                   string
	Seq                      string
}

// words turns entries into rows.
type words struct {
	q       *console.Request
	names   map[string]string
	actions map[string]bool // codes with a text
	details map[string]bool
	values  map[string]bool
}

const (
	actionPrefix = "trail.action."
	detailPrefix = "trail.detail."
	valuePrefix  = "trail.value."
	whoPrefix    = "trail.who."
)

func newWords(q *console.Request, names map[string]string) words {
	known := func(prefix string) map[string]bool {
		m := map[string]bool{}
		for _, key := range q.Keys(prefix) {
			m[strings.TrimPrefix(key, prefix)] = true
		}
		return m
	}
	return words{q: q, names: names, actions: known(actionPrefix), details: known(detailPrefix), values: known(valuePrefix)}
}

// who is a person's name, or what a word such as "resident" means.
func (w words) who(id string) string {
	if name, ok := w.names[id]; ok {
		return name
	}
	if slices.Contains(outsiders, id) {
		return w.q.T(whoPrefix + id)
	}
	return id
}

// outsiders are those who act without an account.
var outsiders = []string{"resident", "system", "cli", "line", "mail", "operator", "unknown"}

func (w words) action(code string) string {
	if w.actions[code] {
		return w.q.T(actionPrefix + code)
	}
	return code
}

func (w words) row(e audit.Entry) row {
	r := row{
		At:  e.At.In(civil.Tokyo).Format("2006-01-02 15:04:05"),
		Who: w.who(e.Who), Action: w.action(e.Action), Subject: e.Subject, SubjectID: e.Subject,
	}
	if name, ok := w.names[e.Subject]; ok {
		r.Subject = name
	}
	if e.Seq > 0 {
		r.Seq = strconv.FormatInt(e.Seq, 10)
	}
	var detail map[string]any
	if json.Unmarshal([]byte(e.Detail), &detail) != nil {
		r.Detail = []string{e.Detail}
		return r
	}
	for _, key := range slices.Sorted(maps.Keys(detail)) {
		value := plain(detail[key])
		if v, ok := detail[key].(bool); ok {
			value = w.q.T(fmt.Sprintf("trail.%v", v))
		}
		if key == "origin" {
			r.Origin = value
			continue
		}
		if value == "" {
			continue
		}
		if name, ok := w.names[value]; ok {
			value = name
		} else if code := key + "." + value; w.values[code] {
			value = w.q.T(valuePrefix + code)
		}
		if w.details[key] {
			key = w.q.T(detailPrefix + key)
		}
		r.Detail = append(r.Detail, key+": "+value)
	}
	return r
}

// plain writes a value of JSON as people do.
func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		var parts []string
		for _, p := range v {
			parts = append(parts, plain(p))
		}
		return strings.Join(parts, " ")
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

func (c Config) list(q *console.Request) error {
	var page log
	var f audit.Filter
	page.search, f = read(q.URL.Query(), c.DB.Now())
	if after := q.URL.Query().Get("after"); after != "" {
		e, err := cursor(after)
		if err != nil {
			return console.ErrNotFound
		}
		f.After = &e
		page.Newest = page.query()
	}
	var entries []audit.Entry
	var names map[string]string
	err := q.View(func(tx *store.Tx) (err error) {
		if names, err = c.Names(tx); err != nil || len(page.Problems) > 0 {
			return err
		}
		entries, err = audit.List(tx, f)
		return err
	})
	if err != nil {
		return err
	}
	w := newWords(q, names)
	if len(entries) > pageSize {
		entries = entries[:pageSize]
		page.Older = page.query("after", mark(entries[pageSize-1]))
	}
	for _, e := range entries {
		page.Rows = append(page.Rows, w.row(e))
	}
	page.People, page.Actions = w.people(), w.all()
	page.Export = "/console/trail/export" + page.query()
	if len(page.Problems) > 0 {
		return q.Again("trail", "trail.title", page)
	}
	return q.Render("trail", "trail.title", page)
}

// people are those one can filter by: staff by name, then the others.
func (w words) people() []choice {
	var list []choice
	for id, name := range w.names {
		list = append(list, choice{id, name})
	}
	slices.SortFunc(list, func(a, b choice) int { return strings.Compare(a.Text+a.Value, b.Text+b.Value) })
	for _, id := range outsiders {
		list = append(list, choice{id, w.who(id)})
	}
	return list
}

// all are the actions that have words.
func (w words) all() []choice {
	var list []choice
	for _, code := range slices.Sorted(maps.Keys(w.actions)) {
		list = append(list, choice{code, w.action(code)})
	}
	return list
}

// mark names an entry in an address; cursor reads it.
func mark(e audit.Entry) string { return fmt.Sprintf("%d-%s", store.Millis(e.At), e.ID) }

func cursor(text string) (audit.Entry, error) {
	at, id, ok := strings.Cut(text, "-")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil || !ok || len(id) > 40 || strings.ContainsFunc(id, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'f')
	}) {
		return audit.Entry{}, errors.New("not a place in the log")
	}
	return audit.Entry{ID: id, At: store.FromMillis(ms)}, nil
}

// chain is the page about the chain's state.
type chain struct {
	End      string // the last link, to be written down
	Unsealed int
	Given    string // checkpoints to hold the chain against, as typed
	Problem  string
	Report   *audit.Report
	Breach   string
}

func (c Config) chain(q *console.Request) error {
	p, err := c.state(q)
	if err != nil {
		return err
	}
	return q.Render("trail-chain", "trail.chain", p)
}

func (c Config) state(q *console.Request) (p chain, err error) {
	err = q.View(func(tx *store.Tx) error {
		end, unsealed, err := audit.State(tx)
		p.End, p.Unsealed = end.String(), unsealed
		return err
	})
	return p, err
}

// verifyTime is how long a walk over the whole chain may take: some ten million
// rows.
const verifyTime = 10 * time.Minute

func (c Config) verify(q *console.Request) error {
	p, err := c.state(q)
	if err != nil {
		return err
	}
	p.Given = q.PostFormValue("checkpoints")
	var kept []audit.Checkpoint
	for line := range strings.Lines(p.Given) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		k, err := audit.ParseCheckpoint(line)
		if err != nil || k.Tenant != q.Tenant {
			p.Problem = "trail.fault.checkpoint"
			return q.Again("trail-chain", "trail.chain", p)
		}
		kept = append(kept, k)
	}
	err = http.NewResponseController(q.W).SetWriteDeadline(time.Now().Add(verifyTime))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	report, err := audit.Verify(q.Context(), c.DB, q.Tenant, kept...)
	if err != nil {
		return err
	}
	p.Report, p.Unsealed, p.End = &report, report.Unsealed, report.Head.String()
	result := "whole"
	if report.Breach != nil {
		p.Breach, result = report.Breach.String(), "broken"
	}
	err = q.Update(func(tx *store.Tx) error {
		return tx.Audit(q.By(), "audit.verify", "", "result", result, "rows", report.Sealed, "checkpoints", len(kept))
	})
	if err != nil {
		return err
	}
	return q.Render("trail-chain", "trail.chain", p)
}

// Package plan is the opening plan of counters as a table: a year of rules,
// exceptions and closures that staff write in Excel (一括登録, S4-053). The
// console and the command line read it by the same function.
//
// A line is a counter (窓口), an opening rule (開設) or a closure (休館). A file is
// the whole truth about what it names: where it has opening rules of a counter
// they replace all the counter had, in the order of the file, and so do the
// closures of a counter or of all. What it does not name stays as it is. A file
// with any fault changes nothing.
//
// Names, places and reasons stand in Japanese; columns such as 名称(en) have them
// in another language. A file without the column of a language keeps the texts
// there are, one with the column and an empty cell takes the text away.
package plan

import (
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"madoguchi/channels/sheet"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store/reservation"
)

// MaxSize bounds a file, in bytes: many years of many counters.
const MaxSize = 4 << 20

// columns of a plan. The names are those of faults where there is one.
var columns = []sheet.Column{
	{Name: "kind", Heads: []string{"種別"}, Required: true},
	{Name: "counter", Heads: []string{"窓口ID"}, Required: true},
	{Name: "names", Heads: []string{"窓口名"}},
	{Name: "place", Heads: []string{"場所"}},
	{Name: "phone", Heads: []string{"電話番号"}},
	{Name: "position", Heads: []string{"表示順"}},
	{Name: "hidden", Heads: []string{"非表示"}},
	{Name: "services", Heads: []string{"業務ID"}},
	{Name: "from", Heads: []string{"開始日"}},
	{Name: "to", Heads: []string{"終了日"}},
	{Name: "weekdays", Heads: []string{"曜日"}},
	{Name: "nth", Heads: []string{"第何週"}},
	{Name: "every", Heads: []string{"何週ごと"}},
	{Name: "anchor", Heads: []string{"起点日"}},
	{Name: "start", Heads: []string{"開始時刻"}},
	{Name: "end", Heads: []string{"終了時刻"}},
	{Name: "slot", Heads: []string{"枠の長さ（分）", "枠の長さ(分)", "枠の長さ"}},
	{Name: "except", Heads: []string{"除外時間"}},
	{Name: "capacity", Heads: []string{"受入数"}},
	{Name: "quota-open", Heads: []string{"利用者の上限"}},
	{Name: "quota-phone", Heads: []string{"電話の上限"}},
	{Name: "quota-internal", Heads: []string{"内部の上限"}},
	{Name: "extra", Heads: []string{"休日開庁"}},
	{Name: "reason", Heads: []string{"理由"}},
}

// translated are the columns that have others beside them, one a language, and
// how the header of those begins.
var translated = []struct{ name, word string }{{"names", "名称"}, {"place", "場所"}, {"reason", "理由"}}

// Form is the form of a file.
type Form struct {
	langs   []i18n.Lang // besides Japanese
	columns []sheet.Column
}

// In is the form in which texts may stand in these languages besides Japanese.
func In(langs []i18n.Lang) Form {
	f := Form{columns: slices.Clone(columns)}
	for _, l := range langs {
		if l != i18n.Japanese {
			f.langs = append(f.langs, l)
		}
	}
	for _, t := range translated {
		for _, l := range f.langs {
			heads := []string{t.word + "(" + string(l) + ")", t.word + "（" + string(l) + "）"}
			if t.word != head(t.name) {
				heads = append(heads, head(t.name)+"("+string(l)+")", head(t.name)+"（"+string(l)+"）")
			}
			f.columns = append(f.columns, sheet.Column{Name: in(t.name, l), Heads: heads})
		}
	}
	return f
}

// in is the column of a text in a language.
func in(name string, l i18n.Lang) string {
	if l == i18n.Japanese {
		return name
	}
	return name + "-" + string(l)
}

// head is the word of a column in a file.
func head(name string) string {
	for _, c := range columns {
		if c.Name == name {
			return c.Heads[0]
		}
	}
	return name
}

// The kinds of a line.
const (
	counterLine = "窓口"
	openingLine = "開設"
	closureLine = "休館"
)

var weekdays = []struct{ code, word string }{
	{"mon", "月"}, {"tue", "火"}, {"wed", "水"}, {"thu", "木"}, {"fri", "金"}, {"sat", "土"}, {"sun", "日"},
}

var groups = []reservation.Group{reservation.Open, reservation.Phone, reservation.Internal}

// Plan is a file that was read without a fault.
type Plan struct {
	// Settings are the current ones with the file's changes.
	Settings reservation.Settings
	// Added and Changed are the counters the file makes and alters.
	Added, Changed     []string
	Openings, Closures int // lines of each kind
	// Translations is how many texts in other languages than Japanese the file
	// makes, alters or takes away.
	Translations int
}

// Read makes settings of a file and the current ones. With any problem, of
// which every one is named by line and column, there is no plan.
func (f Form) Read(data []byte, current reservation.Settings, holidays reservation.Holidays) (*Plan, []sheet.Problem) {
	if len(data) > MaxSize {
		return nil, []sheet.Problem{{Code: "too-large", Hint: fmt.Sprintf("the file is larger than %d MB; divide it", MaxSize>>20)}}
	}
	table, problems := sheet.Read(data, f.columns)
	if len(problems) > 0 {
		return nil, problems
	}
	r := reader{
		form: f, settings: current, counters: map[string]reservation.Counter{}, lines: map[string]int{},
		openings: map[string][]reservation.Opening{},
		seen:     map[string]int{}, spans: map[string][]span{},
	}
	for _, row := range table.Rows {
		r.row(table, row)
	}
	p := r.plan(current)
	_, err := reservation.Compile(p.Settings, holidays)
	if err == nil && len(r.problems) == 0 {
		return p, nil
	}
	read := r.problems
	for _, f := range reservation.Faults(err) {
		n := r.lines[f.At]
		column := f.Field
		if column == "id" {
			column = "counter"
		}
		// A line that could not be read in full has said so already.
		if !slices.ContainsFunc(read, func(p sheet.Problem) bool { return p.Line == n }) {
			r.problems = append(r.problems, sheet.Problem{Line: n, Column: head(column), Code: f.Code, Hint: f.Error()})
		}
	}
	if len(r.problems) == 0 {
		r.problems = []sheet.Problem{{Code: "settings", Hint: err.Error()}}
	}
	slices.SortStableFunc(r.problems, func(a, b sheet.Problem) int { return a.Line - b.Line })
	return nil, r.problems
}

// reader collects what the lines say.
type reader struct {
	form     Form
	settings reservation.Settings
	problems []sheet.Problem
	order    []string // counters in the order of the file
	counters map[string]reservation.Counter
	openings map[string][]reservation.Opening
	list     []listed          // closures
	scopes   []string          // the counters they are of, "" for all
	changed  int               // texts in other languages
	seen     map[string]int    // whole lines, to find duplicates
	spans    map[string][]span // opening rules that hold on the same days
	lines    map[string]int    // place of a fault → line
}

type listed struct {
	closure reservation.Closure
	line    int
}

type span struct {
	start, end string
	line       int
}

// line is a row being read.
type line struct {
	sheet.Row
	r     *reader
	table *sheet.Table
}

func (l line) wrong(column, code, hint string, args ...any) {
	l.r.problems = append(l.r.problems, sheet.Problem{Line: l.Line, Column: head(column), Code: code, Hint: fmt.Sprintf(hint, args...)})
}

func (r *reader) row(table *sheet.Table, row sheet.Row) {
	l := line{row, r, table}
	kind, id := l.Get("kind"), strings.ToLower(l.Get("counter"))
	if kind != closureLine && id == "" {
		l.wrong("counter", "empty", "name the counter by its id")
		return
	}
	var whole []string
	for _, c := range r.form.columns {
		whole = append(whole, l.Get(c.Name))
	}
	if first, twice := r.seen[strings.Join(whole, "\x00")]; twice {
		l.wrong("kind", "duplicate", "line %d says the same", first)
		return
	}
	r.seen[strings.Join(whole, "\x00")] = l.Line
	switch kind {
	case counterLine:
		r.counter(l, id)
	case openingLine:
		r.opening(l, id)
	case closureLine:
		r.closure(l, id)
	default:
		l.wrong("kind", "kind", "%q: write 窓口, 開設 or 休館", kind)
	}
}

// known returns the counter as it is so far.
func (r *reader) known(id string) (reservation.Counter, bool) {
	if c, ok := r.counters[id]; ok {
		return c, true
	}
	for _, c := range r.settings.Counters {
		if c.ID == id {
			return c, true
		}
	}
	return reservation.Counter{ID: id, Openings: []reservation.Opening{}}, false
}

func (r *reader) touch(id string) {
	if !slices.Contains(r.order, id) {
		r.order = append(r.order, id)
	}
}

func (r *reader) counter(l line, id string) {
	if _, twice := r.counters[id]; twice {
		l.wrong("counter", "twice", "the counter %q is there twice", id)
		return
	}
	c, _ := r.known(id)
	c.Names, c.Place = l.texts("names", c.Names), l.texts("place", c.Place)
	if l.table.Has("phone") {
		c.Phone = l.Get("phone")
	}
	if l.table.Has("position") {
		c.Position = l.number("position")
	}
	if l.table.Has("hidden") {
		c.Hidden = l.yes("hidden")
	}
	if l.table.Has("services") {
		c.Services = words(l.Get("services"))
	}
	if l.table.Has("from") {
		c.From = l.day("from", false)
	}
	if l.table.Has("to") {
		c.To = l.day("to", false)
	}
	r.touch(id)
	r.counters[id] = c
	r.lines[reservation.AtCounter(id)] = l.Line
}

func (r *reader) opening(l line, id string) {
	o := reservation.Opening{
		Days: l.days(), Start: l.clock("start"), End: l.clock("end"), Slot: l.number("slot"), Capacity: l.number("capacity"), Extra: l.yes("extra"),
	}
	for _, name := range []string{"start", "end", "slot", "capacity"} {
		if l.Get(name) == "" {
			l.wrong(name, "empty", "this is needed")
		}
	}
	var ok bool
	if o.Except, ok = Hours(l.Get("except")); !ok {
		l.wrong("except", "hours", "write spans such as 12:00-13:00")
	}
	for _, g := range groups {
		if name := "quota-" + string(g); l.Get(name) != "" {
			if o.Quotas == nil {
				o.Quotas = map[reservation.Group]int{}
			}
			o.Quotas[g] = l.number(name)
		}
	}
	// On the same days a later rule that overlaps would never count in full:
	// nobody means that.
	days := id + fmt.Sprint(o.Days, o.Extra)
	for _, s := range r.spans[days] {
		if s.start < o.End && o.Start < s.end {
			l.wrong("start", "overlap", "on the same days line %d has overlapping hours", s.line)
		}
	}
	r.spans[days] = append(r.spans[days], span{o.Start, o.End, l.Line})
	r.touch(id)
	r.lines[reservation.AtOpening(id, len(r.openings[id]))] = l.Line
	if _, ok := r.lines[reservation.AtCounter(id)]; !ok {
		r.lines[reservation.AtCounter(id)] = l.Line
	}
	r.openings[id] = append(r.openings[id], o)
}

func (r *reader) closure(l line, id string) {
	k := reservation.Closure{Days: l.days(), Counter: id}
	if ja := l.Get("reason"); ja != "" {
		for _, old := range r.settings.Closures {
			if old.Reason[i18n.Japanese] == ja {
				k.Reason = old.Reason // with its translations
				break
			}
		}
	}
	k.Reason = l.texts("reason", k.Reason)
	if l.Get("start") != "" || l.Get("end") != "" {
		k.Hours = &reservation.Hours{Start: l.clock("start"), End: l.clock("end")}
		for _, name := range []string{"start", "end"} {
			if l.Get(name) == "" {
				l.wrong(name, "empty", "give both times or none")
			}
		}
	} else if k.From == "" && k.To == "" && len(k.Weekdays) == 0 {
		l.wrong("from", "every-day", "this would close every day")
	}
	if !slices.Contains(r.scopes, id) {
		r.scopes = append(r.scopes, id)
	}
	r.list = append(r.list, listed{k, l.Line})
}

// plan puts what was read into the settings.
func (r *reader) plan(current reservation.Settings) *Plan {
	s := current
	p := &Plan{Translations: r.changed}
	s.Counters = slices.Clone(current.Counters)
	for _, id := range r.order {
		c, _ := r.known(id)
		if list, ok := r.openings[id]; ok {
			c.Openings = list
			p.Openings += len(list)
		}
		i := slices.IndexFunc(s.Counters, func(x reservation.Counter) bool { return x.ID == id })
		if i >= 0 {
			if len(reservation.Compare(reservation.Settings{Counters: s.Counters[i : i+1]}, reservation.Settings{Counters: []reservation.Counter{c}})) > 0 {
				p.Changed = append(p.Changed, id)
			}
			s.Counters[i] = c
			continue
		}
		p.Added = append(p.Added, id)
		s.Counters = append(s.Counters, c)
	}
	if len(r.list) > 0 {
		s.Closures = slices.DeleteFunc(slices.Clone(current.Closures), func(k reservation.Closure) bool { return slices.Contains(r.scopes, k.Counter) })
		for _, k := range r.list {
			r.lines[reservation.AtClosure(len(s.Closures))] = k.line
			s.Closures = append(s.Closures, k.closure)
		}
		p.Closures = len(r.list)
	}
	p.Settings = s
	return p
}

// texts are a text in all languages as the line has it. What the file has no
// column for stays as it was.
func (l line) texts(name string, old reservation.Names) reservation.Names {
	made := maps.Clone(old)
	for _, lang := range append([]i18n.Lang{i18n.Japanese}, l.r.form.langs...) {
		text := l.Get(in(name, lang))
		if !l.table.Has(in(name, lang)) || text == old[lang] {
			continue
		}
		if lang != i18n.Japanese {
			l.r.changed++
		}
		if made == nil {
			made = reservation.Names{}
		}
		made[lang] = text
		if text == "" {
			delete(made, lang)
		}
	}
	return made
}

// words reads words with 、 or commas between them.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,， ", r) })
}

func (l line) number(name string) int {
	s := width.Fold.String(l.Get(name))
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1_000_000 {
		l.wrong(name, "number", "%q is no whole number", s)
		return 0
	}
	return n
}

func (l line) yes(name string) bool {
	switch strings.ToLower(l.Get(name)) {
	case "", "いいえ", "しない", "0", "no", "×", "false":
		return false
	case "はい", "する", "1", "yes", "○", "〇", "true":
		return true
	}
	l.wrong(name, "yes-no", "write はい or いいえ")
	return false
}

func (l line) day(name string, yearly bool) string {
	s := l.Get(name)
	if s == "" {
		return ""
	}
	d, ok := Day(s, yearly)
	if !ok {
		l.wrong(name, "date", "%q is no date that exists; write 2026-04-01", s)
	}
	return d
}

func (l line) clock(name string) string {
	s := l.Get(name)
	if s == "" {
		return ""
	}
	c, ok := Clock(s)
	if !ok {
		l.wrong(name, "clock", "%q is no time of day; write 9:00", s)
	}
	return c
}

func (l line) days() reservation.Days {
	d := reservation.Days{
		From: l.day("from", true), To: l.day("to", true), Every: l.number("every"), Anchor: l.day("anchor", false),
	}
	if d.Every == 1 {
		d.Every = 0
	}
	s := strings.NewReplacer("曜日", "", "曜", "", "・", "", "、", "", ",", "", " ", "", "　", "").Replace(l.Get("weekdays"))
	s = strings.NewReplacer("平日", "月火水木金", "週末", "土日", "毎日", "").Replace(s)
	for _, r := range s {
		i := slices.IndexFunc(weekdays, func(w struct{ code, word string }) bool { return w.word == string(r) })
		if i < 0 {
			l.wrong("weekdays", "weekday", "%q: write days such as 月火水木金", l.Get("weekdays"))
			break
		}
		if !slices.Contains(d.Weekdays, weekdays[i].code) {
			d.Weekdays = append(d.Weekdays, weekdays[i].code)
		}
	}
	for _, w := range strings.FieldsFunc(width.Fold.String(l.Get("nth")), func(r rune) bool { return strings.ContainsRune("・、,， 第", r) }) {
		if w == "最終" {
			d.Nth = append(d.Nth, -1)
			continue
		}
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 || n > 5 {
			l.wrong("nth", "nth", "%q: write 1 to 5, or 最終", w)
			continue
		}
		d.Nth = append(d.Nth, n)
	}
	return d
}

// Day reads 2026-04-01, 2026/4/1, 2026年4月1日 and, where a day of every year may
// stand, 04-01, 4/1, 4月1日: Excel rewrites dates as it likes.
func Day(s string, yearly bool) (string, bool) {
	s = strings.NewReplacer("/", "-", ".", "-", "年", "-", "月", "-", "日", "").Replace(width.Fold.String(strings.TrimSpace(s)))
	parts := strings.Split(s, "-")
	n := make([]int, len(parts))
	for i, p := range parts {
		var err error
		if n[i], err = strconv.Atoi(p); err != nil || n[i] < 1 || len(p) > 4 {
			return "", false
		}
	}
	switch {
	case len(n) == 3 && n[0] >= 1000:
		out := fmt.Sprintf("%04d-%02d-%02d", n[0], n[1], n[2])
		_, err := civil.ParseDate(out)
		return out, err == nil
	case len(n) == 2 && yearly:
		out := fmt.Sprintf("%02d-%02d", n[0], n[1])
		_, err := civil.ParseDate("2024-" + out)
		return out, err == nil
	}
	return "", false
}

// Clock reads 9:00, 09:00, 9時 and 9時30分.
func Clock(s string) (string, bool) {
	s = width.Fold.String(strings.TrimSpace(s))
	s = strings.TrimSuffix(strings.Replace(s, "時", ":", 1), "分")
	h, m, ok := strings.Cut(s, ":")
	if ok && m == "" {
		m = "00"
	}
	m = strings.TrimSuffix(m, ":00") // Excel writes seconds
	hour, err := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if !ok || err != nil || err2 != nil || len(m) != 2 || len(h) > 2 || hour < 0 || minute < 0 || minute > 59 || hour*60+minute > 24*60 {
		return "", false
	}
	return fmt.Sprintf("%02d:%02d", hour, minute), true
}

// Hours reads spans of a day: 12:00-13:00, 15:00〜15:30.
func Hours(s string) ([]reservation.Hours, bool) {
	var list []reservation.Hours
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",、;；，\n", r) }) {
		if strings.TrimSpace(part) == "" {
			continue
		}
		part = strings.NewReplacer("〜", "-", "～", "-", "~", "-", "－", "-", "–", "-", "から", "-").Replace(part)
		a, b, ok := strings.Cut(part, "-")
		start, ok2 := Clock(a)
		end, ok3 := Clock(b)
		if !ok || !ok2 || !ok3 {
			return nil, false
		}
		list = append(list, reservation.Hours{Start: start, End: end})
	}
	return list, true
}

// HoursText writes what Hours reads.
func HoursText(list []reservation.Hours) string {
	var parts []string
	for _, h := range list {
		parts = append(parts, h.Start+"-"+h.End)
	}
	return strings.Join(parts, ", ")
}

// Write writes the plan of settings as Read reads it. It returns how many
// characters the encoding could not write.
//
// Names have a column for every language, places and reasons for those that have
// one. A language that the encoding cannot write is left out: read back, the file
// then takes nothing away.
func (f Form) Write(w io.Writer, enc sheet.Encoding, s reservation.Settings) (lost int, err error) {
	used := f.used(enc, s)
	var heads []string
	for _, c := range used {
		heads = append(heads, c.Heads[0])
	}
	return sheet.Write(w, enc, heads, f.rows(s, used))
}

// used are the columns that a file of settings has.
func (f Form) used(enc sheet.Encoding, s reservation.Settings) []sheet.Column {
	filled, garbled := map[string]bool{}, map[string]bool{}
	note := func(name string, n reservation.Names) {
		for l, text := range n {
			if text != "" {
				filled[in(name, l)] = true
			}
			if !enc.Writes(text) {
				garbled[in(name, l)] = true
			}
		}
	}
	for _, c := range s.Counters {
		note("names", c.Names)
		note("place", c.Place)
	}
	for _, k := range s.Closures {
		note("reason", k.Reason)
	}
	return slices.DeleteFunc(slices.Clone(f.columns), func(c sheet.Column) bool {
		if slices.ContainsFunc(columns, func(x sheet.Column) bool { return x.Name == c.Name }) {
			return false
		}
		return garbled[c.Name] || !filled[c.Name] && !strings.HasPrefix(c.Name, "names-")
	})
}

func (f Form) rows(s reservation.Settings, used []sheet.Column) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		row := func(cells map[string]string) bool {
			list := make([]string, len(used))
			for i, c := range used {
				list[i] = cells[c.Name]
			}
			return yield(list)
		}
		texts := func(cells map[string]string, name string, n reservation.Names) {
			for _, l := range append([]i18n.Lang{i18n.Japanese}, f.langs...) {
				cells[in(name, l)] = n[l]
			}
		}
		for _, c := range s.Counters {
			cells := map[string]string{
				"kind": counterLine, "counter": c.ID, "phone": c.Phone,
				"position": some(c.Position), "hidden": yes(c.Hidden), "services": strings.Join(c.Services, "、"), "from": c.From, "to": c.To,
			}
			texts(cells, "names", c.Names)
			texts(cells, "place", c.Place)
			if !row(cells) {
				return
			}
			for _, o := range c.Openings {
				cells := daysCells(o.Days)
				cells["kind"], cells["counter"], cells["start"], cells["end"] = openingLine, c.ID, o.Start, o.End
				cells["slot"], cells["capacity"] = strconv.Itoa(o.Slot), strconv.Itoa(o.Capacity)
				cells["except"], cells["extra"] = HoursText(o.Except), yes(o.Extra)
				for g, n := range o.Quotas {
					cells["quota-"+string(g)] = strconv.Itoa(n)
				}
				if !row(cells) {
					return
				}
			}
		}
		for _, k := range s.Closures {
			cells := daysCells(k.Days)
			cells["kind"], cells["counter"] = closureLine, k.Counter
			texts(cells, "reason", k.Reason)
			if k.Hours != nil {
				cells["start"], cells["end"] = k.Hours.Start, k.Hours.End
			}
			if !row(cells) {
				return
			}
		}
	}
}

func daysCells(d reservation.Days) map[string]string {
	cells := map[string]string{"from": d.From, "to": d.To, "anchor": d.Anchor}
	if d.Every > 1 {
		cells["every"] = strconv.Itoa(d.Every)
	}
	for _, code := range d.Weekdays {
		for _, w := range weekdays {
			if w.code == code {
				cells["weekdays"] += w.word
			}
		}
	}
	var nth []string
	for _, n := range d.Nth {
		if n == -1 {
			nth = append(nth, "最終")
		} else {
			nth = append(nth, strconv.Itoa(n))
		}
	}
	cells["nth"] = strings.Join(nth, "・")
	return cells
}

func some(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func yes(b bool) string {
	if b {
		return "はい"
	}
	return ""
}

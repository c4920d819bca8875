package setup

import (
	"slices"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/channels/console/setup/plan"
	"madoguchi/i18n"
	"madoguchi/store/reservation"
)

// fresh stands in an address for a thing that is still to be made.
const fresh = "new"

// ruleLine is a rule in a list: what it says and where it is edited.
type ruleLine struct {
	N     int
	Text  string
	First bool
}

// rulesSize is how many rules a page of a list shows.
const rulesSize = 50

func rulePager(q *console.Request, total int) console.Pager {
	p := console.PagerOf(q.URL.Query(), rulesSize)
	p.Total = total
	return p
}

// shows reports whether the nth thing of a list, from 0, is on the page.
func shows(p console.Pager, n int) bool { return n >= p.Offset() && n < p.Offset()+p.Size }

// find returns the index of a counter, -1 if there is none.
func findCounter(s *reservation.Settings, id string) int {
	return slices.IndexFunc(s.Counters, func(c reservation.Counter) bool { return c.ID == id })
}

// counter is the form of one counter (S4-050, S4-052, S4-055).
func (d *desk) counter(q *console.Request) error {
	id := q.PathValue("counter")
	draft, h, langs, err := d.see(q)
	if err != nil {
		return err
	}
	var c reservation.Counter
	i := findCounter(&draft.Settings, id)
	if i >= 0 {
		c = draft.Settings.Counters[i]
	} else if id != fresh {
		return console.ErrNotFound
	}
	f := d.counterForm(q, draft.Settings, c, langs, id)
	f.Head = h
	if q.Method == "GET" {
		return f.show(q)
	}
	f.fill(q)
	made := c
	if id == fresh {
		f.must(q, "id")
		made.ID = strings.ToLower(f.get("id"))
	}
	f.must(q, "names-ja")
	made.Names = f.names("names", c.Names, langs)
	made.Place = f.names("place", c.Place, langs)
	made.Also = splitWords(f.get("also"))
	made.Phone = f.get("phone")
	made.Position = f.number(q, "position")
	made.From, made.To = f.date(q, "from", false), f.date(q, "to", false)
	made.Hidden = f.get("hidden") != ""
	made.Services = f.find("services").Values
	if len(made.Services) == len(draft.Settings.Services) {
		made.Services = nil // all of them, later ones too
	}
	if made.Openings == nil {
		made.Openings = []reservation.Opening{}
	}
	to, done := "setup", ""
	if id == fresh {
		to, done = "setup/counters/"+made.ID, "setup.done.counter-made"
	}
	return d.keep(q, f, ending{to: to, done: done, at: reservation.AtCounter(made.ID)}, func(s *reservation.Settings) error {
		if id == fresh {
			s.Counters = append(s.Counters, made)
			return nil
		}
		i := findCounter(s, id)
		if i < 0 {
			return console.ErrNotFound
		}
		made.Openings = s.Counters[i].Openings
		s.Counters[i] = made
		return nil
	})
}

func (d *desk) counterForm(q *console.Request, s reservation.Settings, c reservation.Counter, langs []i18n.Lang, id string) *form {
	f := &form{
		title: "setup.counter.title", Action: "setup/counters/" + id, Back: "setup", BackText: "setup.back", Submit: "setup.keep",
	}
	basics := nameFields(q, "names", "setup.field.names", c.Names, langs, true)
	if id == fresh {
		f.title = "setup.counter.title-new"
		basics = append([]*field{{Name: "id", Label: q.T("setup.field.id"), Kind: "text", Must: true, Hint: q.T("setup.hint.id"), Size: 20}}, basics...)
	} else {
		f.Remove, f.RemoveText = f.Action+"/delete", "setup.counter.delete"
		f.RulesAt = f.Action + "/openings"
		f.Pager = rulePager(q, len(c.Openings))
		for n, o := range c.Openings {
			if shows(f.Pager, n) {
				f.Rules = append(f.Rules, ruleLine{n, openingText(q, o), n == 0})
			}
		}
	}
	basics = append(basics, nameFields(q, "place", "setup.field.place", c.Place, langs, false)...)
	services := &field{Name: "services", Label: q.T("setup.field.services"), Kind: "checks", Values: c.Services, Hint: q.T("setup.hint.services")}
	for _, v := range s.Services {
		services.Options = append(services.Options, option{v.ID, i18n.Plain(v.Names.In(q.Lang))})
		if len(c.Services) == 0 {
			services.Values = append(services.Values, v.ID)
		}
	}
	position := ""
	if c.Position != 0 {
		position = strconv.Itoa(c.Position)
	}
	f.Sets = []fieldset{
		{Legend: "setup.set.names", Hint: "setup.hint.ruby", Fields: basics},
		{Legend: "setup.set.contact", Fields: []*field{
			{Name: "also", Label: q.T("setup.field.also"), Kind: "text", Value: strings.Join(c.Also, "、"), Hint: q.T("setup.hint.also"), Size: 60},
			{Name: "phone", Label: q.T("setup.field.phone"), Kind: "text", Value: c.Phone, Size: 20},
			{Name: "position", Label: q.T("setup.field.position"), Kind: "number", Value: position, Min: "0", Max: "9999", Size: 5},
			services,
		}},
		{Legend: "setup.set.period", Hint: "setup.hint.period", Fields: []*field{
			{Name: "from", Label: q.T("setup.field.from"), Kind: "date", Value: c.From},
			{Name: "to", Label: q.T("setup.field.to"), Kind: "date", Value: c.To},
			{Name: "hidden", Label: q.T("setup.field.hidden"), Kind: "check", Value: ticked(c.Hidden)},
		}},
	}
	return f
}

func ticked(b bool) string {
	if b {
		return "1"
	}
	return ""
}

// splitWords reads words that are written with 、 or commas between them.
func splitWords(s string) []string {
	var list []string
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，\n", r) }) {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

// deleteCounter takes a counter and the closures of it out of the draft.
func (d *desk) deleteCounter(q *console.Request) error {
	id := q.PathValue("counter")
	return d.remove(q, "setup", func(s *reservation.Settings) error {
		i := findCounter(s, id)
		if i < 0 {
			return console.ErrNotFound
		}
		s.Counters = slices.Delete(s.Counters, i, i+1)
		s.Closures = slices.DeleteFunc(s.Closures, func(k reservation.Closure) bool { return k.Counter == id })
		return nil
	})
}

// nth reads the place of a thing in a list of n from the address; n itself for
// one still to be made, -1 if there is none.
func nth(q *console.Request, n int) int {
	s := q.PathValue("n")
	if s == fresh {
		return n
	}
	i, err := strconv.Atoi(s)
	if err != nil || i < 0 || i >= n {
		return -1
	}
	return i
}

// daysFields are the fields of Days, which openings, closures and windows have.
func daysFields(q *console.Request, d reservation.Days) []*field {
	w := &field{Name: "weekdays", Label: q.T("setup.field.weekdays"), Kind: "checks", Values: d.Weekdays, Hint: q.T("setup.hint.weekdays")}
	for _, x := range weekdays {
		w.Options = append(w.Options, option{x, q.T("setup.weekday." + x)})
	}
	n := &field{Name: "nth", Label: q.T("setup.field.nth"), Kind: "checks", Hint: q.T("setup.hint.nth")}
	for _, x := range []int{1, 2, 3, 4, 5, -1} {
		n.Options = append(n.Options, option{strconv.Itoa(x), q.T("setup.nth." + strconv.Itoa(x))})
	}
	for _, x := range d.Nth {
		n.Values = append(n.Values, strconv.Itoa(x))
	}
	every := ""
	if d.Every > 1 {
		every = strconv.Itoa(d.Every)
	}
	return []*field{
		{Name: "from", Label: q.T("setup.field.from"), Kind: "days", Value: d.From, Hint: q.T("setup.hint.yearly"), Size: 12},
		{Name: "to", Label: q.T("setup.field.to"), Kind: "days", Value: d.To, Size: 12},
		w, n,
		{Name: "every", Label: q.T("setup.field.every"), Kind: "number", Value: every, Min: "1", Max: "52", Hint: q.T("setup.hint.every"), Size: 4},
		{Name: "anchor", Label: q.T("setup.field.anchor"), Kind: "date", Value: d.Anchor},
	}
}

func (f *form) days(q *console.Request) reservation.Days {
	d := reservation.Days{
		From: f.date(q, "from", true), To: f.date(q, "to", true), Weekdays: f.find("weekdays").Values,
		Every: f.number(q, "every"), Anchor: f.date(q, "anchor", false),
	}
	if d.Every == 1 {
		d.Every = 0
	}
	for _, s := range f.find("nth").Values {
		n, err := strconv.Atoi(s)
		if err != nil {
			f.wrong("nth", q.T("setup.fault.nth"))
		}
		d.Nth = append(d.Nth, n)
	}
	return d
}

// opening is the form of one opening rule.
func (d *desk) opening(q *console.Request) error {
	id := q.PathValue("counter")
	draft, h, _, err := d.see(q)
	if err != nil {
		return err
	}
	i := findCounter(&draft.Settings, id)
	if i < 0 {
		return console.ErrNotFound
	}
	openings := draft.Settings.Counters[i].Openings
	n := nth(q, len(openings))
	if n < 0 {
		return console.ErrNotFound
	}
	o := reservation.Opening{Days: reservation.Days{Weekdays: weekdays[:5]}, Start: "09:00", End: "17:00", Slot: 30, Capacity: 1}
	if n < len(openings) {
		o = openings[n]
	}
	f := openingForm(q, o, "setup/counters/"+id, n, len(openings))
	f.Head = h
	f.Intro = counterName(q, draft.Settings, id)
	if q.Method == "GET" {
		return f.show(q)
	}
	f.fill(q)
	f.must(q, "start", "end", "slot", "capacity")
	made := reservation.Opening{
		Days: f.days(q), Start: f.clock(q, "start"), End: f.clock(q, "end"), Slot: f.number(q, "slot"),
		Capacity: f.number(q, "capacity"), Extra: f.get("extra") != "",
	}
	var ok bool
	if made.Except, ok = plan.Hours(f.get("except")); !ok {
		f.wrong("except", q.T("setup.wrong.hours"))
	}
	for _, g := range groups {
		if f.get("quota-"+string(g)) != "" {
			if made.Quotas == nil {
				made.Quotas = map[reservation.Group]int{}
			}
			made.Quotas[g] = f.number(q, "quota-"+string(g))
		}
	}
	at := reservation.AtOpening(id, n)
	if f.get("first") != "" {
		at = reservation.AtOpening(id, 0)
	}
	return d.keep(q, f, ending{to: "setup/counters/" + id, at: at}, func(s *reservation.Settings) error {
		i := findCounter(s, id)
		if i < 0 || n > len(s.Counters[i].Openings) {
			return console.ErrNotFound
		}
		c := &s.Counters[i]
		if n == len(c.Openings) {
			if f.get("first") != "" {
				c.Openings = slices.Insert(c.Openings, 0, made)
			} else {
				c.Openings = append(c.Openings, made)
			}
			return nil
		}
		c.Openings[n] = made
		return nil
	})
}

func openingForm(q *console.Request, o reservation.Opening, counter string, n, count int) *form {
	f := &form{title: "setup.opening.title", Back: counter, BackText: "setup.back-counter", Submit: "setup.keep", Action: counter + "/openings/" + strconv.Itoa(n)}
	if n == count {
		f.Action = counter + "/openings/" + fresh
	} else {
		f.Remove, f.RemoveText = f.Action+"/delete", "setup.rule.delete"
	}
	var quotas []*field
	for _, g := range groups {
		x := &field{Name: "quota-" + string(g), Label: q.T("setup.group." + string(g)), Kind: "number", Min: "0", Max: "10000", Size: 5}
		if n, ok := o.Quotas[g]; ok {
			x.Value = strconv.Itoa(n)
		}
		quotas = append(quotas, x)
	}
	f.Sets = []fieldset{
		{Legend: "setup.set.hours", Fields: []*field{
			{Name: "start", Label: q.T("setup.field.start"), Kind: "time", Value: o.Start, Must: true, Size: 6},
			{Name: "end", Label: q.T("setup.field.end"), Kind: "time", Value: o.End, Must: true, Size: 6},
			{Name: "slot", Label: q.T("setup.field.slot"), Kind: "number", Value: strconv.Itoa(o.Slot), Must: true, Min: "5", Max: "1440", Size: 5},
			{Name: "except", Label: q.T("setup.field.except"), Kind: "text", Value: plan.HoursText(o.Except), Hint: q.T("setup.hint.except"), Size: 40},
		}},
		{Legend: "setup.set.places", Hint: "setup.hint.quotas", Fields: append([]*field{
			{Name: "capacity", Label: q.T("setup.field.capacity"), Kind: "number", Value: strconv.Itoa(o.Capacity), Must: true, Min: "0", Max: "10000", Size: 5},
		}, quotas...)},
		{Legend: "setup.set.days", Hint: "setup.hint.days", Fields: append(daysFields(q, o.Days),
			&field{Name: "extra", Label: q.T("setup.field.extra"), Kind: "check", Value: ticked(o.Extra)})},
	}
	if n == count && count > 0 {
		f.Sets[2].Fields = append(f.Sets[2].Fields, &field{Name: "first", Label: q.T("setup.field.first"), Kind: "check", Hint: q.T("setup.hint.first")})
	}
	return f
}

func (d *desk) deleteOpening(q *console.Request) error {
	id := q.PathValue("counter")
	return d.remove(q, "setup/counters/"+id, func(s *reservation.Settings) error {
		i := findCounter(s, id)
		if i < 0 {
			return console.ErrNotFound
		}
		c := &s.Counters[i]
		n := nth(q, len(c.Openings))
		if n < 0 || n == len(c.Openings) {
			return console.ErrNotFound
		}
		c.Openings = slices.Delete(c.Openings, n, n+1)
		return nil
	})
}

// moveOpening moves a rule up: of two that overlap the first counts.
func (d *desk) moveOpening(q *console.Request) error {
	id := q.PathValue("counter")
	return d.remove(q, "setup/counters/"+id, func(s *reservation.Settings) error {
		i := findCounter(s, id)
		if i < 0 {
			return console.ErrNotFound
		}
		list := s.Counters[i].Openings
		n := nth(q, len(list))
		if n < 1 || n == len(list) {
			return console.ErrNotFound
		}
		list[n-1], list[n] = list[n], list[n-1]
		return nil
	})
}

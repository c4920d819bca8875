package setup

import (
	"slices"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store/reservation"
)

// listPage shows things of one kind, each with its form, and the settings that
// belong to them.
type listPage struct {
	Head  head
	Lines []ruleLine
	At    string // address of the forms
	Add   string // key
	Empty string // key
	Hint  string // key
	Order bool   // their order counts
	Pager console.Pager
	Form  *form // what else is set here; nil if nothing
}

// closures lists the closed days and says whether national holidays are closed.
func (d *desk) closures(q *console.Request) error {
	draft, h, _, err := d.see(q)
	if err != nil {
		return err
	}
	return q.Render("setup-list", "setup.closures.title", closurePage(q, draft.Settings, h))
}

func closurePage(q *console.Request, s reservation.Settings, h head) listPage {
	p := listPage{Head: h, At: "setup/closures", Add: "setup.closure.add", Empty: "setup.closures.empty", Form: holidayForm(q, s)}
	p.Pager = rulePager(q, len(s.Closures))
	for i, k := range s.Closures {
		if shows(p.Pager, i) {
			p.Lines = append(p.Lines, ruleLine{N: i, Text: closureText(q, k, s)})
		}
	}
	return p
}

func holidayForm(q *console.Request, s reservation.Settings) *form {
	return &form{Action: "setup/closures", Submit: "setup.keep", Sets: []fieldset{{Legend: "setup.set.holidays", Fields: []*field{
		{Name: "holidays", Label: q.T("setup.field.holidays"), Kind: "check", Value: ticked(s.Holidays), Hint: q.T("setup.hint.holidays")},
	}}}}
}

// windows lists the booking windows and how long a place is held.
func (d *desk) windows(q *console.Request) error {
	draft, h, _, err := d.see(q)
	if err != nil {
		return err
	}
	return q.Render("setup-list", "setup.windows.title", windowPage(q, draft.Settings, h))
}

func windowPage(q *console.Request, s reservation.Settings, h head) listPage {
	p := listPage{Head: h, At: "setup/windows", Add: "setup.window.add", Empty: "setup.windows.empty", Hint: "setup.windows.hint", Order: true, Form: holdForm(q, s)}
	p.Pager = rulePager(q, len(s.Windows))
	for i, w := range s.Windows {
		if shows(p.Pager, i) {
			p.Lines = append(p.Lines, ruleLine{i, windowText(q, w, s), i == 0})
		}
	}
	return p
}

func holdForm(q *console.Request, s reservation.Settings) *form {
	hold := s.HoldMinutes
	if hold == 0 {
		hold = 10
	}
	offer := s.OfferMinutes
	if offer == 0 {
		offer = 60
	}
	return &form{Action: "setup/windows", Submit: "setup.keep", Sets: []fieldset{{Legend: "setup.set.hold", Fields: []*field{
		{Name: "hold_minutes", Label: q.T("setup.field.hold_minutes"), Kind: "number", Value: strconv.Itoa(hold), Min: "1", Max: "10080", Size: 6, Must: true, Hint: q.T("setup.hint.hold")},
		{Name: "offer_minutes", Label: q.T("setup.field.offer_minutes"), Kind: "number", Value: strconv.Itoa(offer), Min: "1", Max: "1440", Size: 6, Hint: q.T("setup.hint.offer")},
	}}}}
}

// rules takes the small forms of the two lists.
func (d *desk) rules(q *console.Request) error {
	draft, h, _, err := d.see(q)
	if err != nil {
		return err
	}
	holidays := strings.HasSuffix(q.URL.Path, "/closures")
	page, title, to := windowPage(q, draft.Settings, h), "setup.windows.title", "setup/windows"
	if holidays {
		page, title, to = closurePage(q, draft.Settings, h), "setup.closures.title", "setup/closures"
	}
	f := page.Form
	f.fill(q)
	minutes, offer := f.number(q, "hold_minutes"), f.number(q, "offer_minutes")
	if !holidays && minutes == 0 {
		f.wrong("hold_minutes", q.T("setup.fault.hold-minutes"))
	}
	return d.keep(q, f, ending{to: to, at: reservation.AtRules, again: func() error { return q.Again("setup-list", title, page) }}, func(s *reservation.Settings) error {
		if holidays {
			s.Holidays = f.get("holidays") != ""
		} else {
			s.HoldMinutes, s.OfferMinutes = minutes, offer
		}
		return nil
	})
}

// closure is the form of one closure.
func (d *desk) closure(q *console.Request) error {
	draft, h, langs, err := d.see(q)
	if err != nil {
		return err
	}
	s := draft.Settings
	n := nth(q, len(s.Closures))
	if n < 0 {
		return console.ErrNotFound
	}
	var k reservation.Closure
	f := &form{Head: h, title: "setup.closure.title", Back: "setup/closures", BackText: "setup.back-closures", Submit: "setup.keep", Action: "setup/closures/" + fresh}
	if n < len(s.Closures) {
		k = s.Closures[n]
		f.Action = "setup/closures/" + strconv.Itoa(n)
		f.Remove, f.RemoveText = f.Action+"/delete", "setup.rule.delete"
	}
	var hours reservation.Hours
	if k.Hours != nil {
		hours = *k.Hours
	}
	f.Sets = []fieldset{
		{Legend: "setup.set.what", Fields: append([]*field{counterField(q, s, k.Counter, true)},
			nameFields(q, "reason", "setup.field.reason", k.Reason, langs, false)...)},
		{Legend: "setup.set.days", Hint: "setup.hint.days", Fields: daysFields(q, k.Days)},
		{Legend: "setup.set.part", Hint: "setup.hint.part", Fields: []*field{
			{Name: "start", Label: q.T("setup.field.start"), Kind: "time", Value: hours.Start, Size: 6},
			{Name: "end", Label: q.T("setup.field.end"), Kind: "time", Value: hours.End, Size: 6},
		}},
	}
	if q.Method == "GET" {
		return f.show(q)
	}
	f.fill(q)
	made := reservation.Closure{Days: f.days(q), Counter: f.get("counter"), Reason: f.names("reason", k.Reason, langs)}
	if f.get("start") != "" || f.get("end") != "" {
		f.must(q, "start", "end")
		made.Hours = &reservation.Hours{Start: f.clock(q, "start"), End: f.clock(q, "end")}
	}
	if made.From == "" && made.To == "" && len(made.Weekdays) == 0 && made.Hours == nil {
		f.wrong("from", q.T("setup.wrong.every-day"))
	}
	return d.keep(q, f, ending{to: "setup/closures", at: reservation.AtClosure(n)}, func(s *reservation.Settings) error {
		switch {
		case n < len(s.Closures) && q.PathValue("n") != fresh:
			s.Closures[n] = made
		case q.PathValue("n") == fresh:
			s.Closures = append(s.Closures, made)
		default:
			return console.ErrNotFound
		}
		return nil
	})
}

func counterField(q *console.Request, s reservation.Settings, chosen string, all bool) *field {
	f := &field{Name: "counter", Label: q.T("setup.field.counter"), Kind: "choose", Value: chosen}
	if all {
		f.Options = append(f.Options, option{"", q.T("setup.all-counters")})
	}
	for _, c := range s.Counters {
		f.Options = append(f.Options, option{c.ID, i18n.Plain(c.Names.In(q.Lang))})
	}
	return f
}

func (d *desk) deleteClosure(q *console.Request) error {
	return d.remove(q, "setup/closures", func(s *reservation.Settings) error {
		n := nth(q, len(s.Closures))
		if n < 0 || n == len(s.Closures) {
			return console.ErrNotFound
		}
		s.Closures = slices.Delete(s.Closures, n, n+1)
		return nil
	})
}

// servicesPage lists the services.
type servicesPage struct {
	Head  head
	Lines []serviceLine
}

type serviceLine struct {
	ID, Name          string
	Slots, Persons    int
	PerPerson, Hidden bool
}

func (d *desk) services(q *console.Request) error {
	draft, h, _, err := d.see(q)
	if err != nil {
		return err
	}
	p := servicesPage{Head: h}
	for _, v := range draft.Settings.Services {
		p.Lines = append(p.Lines, serviceLine{v.ID, i18n.Plain(v.Names.In(q.Lang)), max(1, v.Slots), max(1, v.MaxPersons), v.PerPerson, v.Hidden})
	}
	return q.Render("setup-services", "setup.services.title", p)
}

// service is the form of one service.
func (d *desk) service(q *console.Request) error {
	id := q.PathValue("service")
	draft, h, langs, err := d.see(q)
	if err != nil {
		return err
	}
	find := func(s *reservation.Settings) int {
		return slices.IndexFunc(s.Services, func(v reservation.Service) bool { return v.ID == id })
	}
	v := reservation.Service{Slots: 1, MaxPersons: 1}
	if i := find(&draft.Settings); i >= 0 {
		v = draft.Settings.Services[i]
	} else if id != fresh {
		return console.ErrNotFound
	}
	f := &form{Head: h, title: "setup.service.title", Back: "setup/services", BackText: "setup.back-services", Submit: "setup.keep", Action: "setup/services/" + id}
	basics := nameFields(q, "names", "setup.field.names", v.Names, langs, true)
	if id == fresh {
		basics = append([]*field{{Name: "id", Label: q.T("setup.field.id"), Kind: "text", Must: true, Hint: q.T("setup.hint.id"), Size: 20}}, basics...)
	} else {
		f.Remove, f.RemoveText = f.Action+"/delete", "setup.service.delete"
	}
	f.Sets = []fieldset{
		{Legend: "setup.set.name", Hint: "setup.hint.ruby", Fields: basics},
		{Legend: "setup.set.length", Fields: []*field{
			{Name: "slots", Label: q.T("setup.field.slots"), Kind: "number", Value: strconv.Itoa(max(1, v.Slots)), Min: "1", Max: "48", Must: true, Size: 4, Hint: q.T("setup.hint.slots")},
			{Name: "max_persons", Label: q.T("setup.field.max_persons"), Kind: "number", Value: strconv.Itoa(max(1, v.MaxPersons)), Min: "1", Max: "100", Must: true, Size: 4},
			{Name: "per_person", Label: q.T("setup.field.per_person"), Kind: "check", Value: ticked(v.PerPerson)},
			{Name: "hidden", Label: q.T("setup.field.hidden"), Kind: "check", Value: ticked(v.Hidden)},
		}},
	}
	if q.Method == "GET" {
		return f.show(q)
	}
	f.fill(q)
	f.must(q, "names-ja", "slots", "max_persons")
	made := v
	if id == fresh {
		f.must(q, "id")
		made.ID = strings.ToLower(f.get("id"))
	}
	made.Names = f.names("names", v.Names, langs)
	made.Slots, made.MaxPersons = f.number(q, "slots"), f.number(q, "max_persons")
	if made.Slots == 1 && v.Slots == 0 {
		made.Slots = 0
	}
	made.PerPerson, made.Hidden = f.get("per_person") != "", f.get("hidden") != ""
	return d.keep(q, f, ending{to: "setup/services", at: reservation.AtService(made.ID)}, func(s *reservation.Settings) error {
		i := find(s)
		switch {
		case id == fresh:
			s.Services = append(s.Services, made)
		case i < 0:
			return console.ErrNotFound
		default:
			s.Services[i] = made
		}
		return nil
	})
}

func (d *desk) deleteService(q *console.Request) error {
	id := q.PathValue("service")
	return d.remove(q, "setup/services", func(s *reservation.Settings) error {
		n := len(s.Services)
		s.Services = slices.DeleteFunc(s.Services, func(v reservation.Service) bool { return v.ID == id })
		if len(s.Services) == n {
			return console.ErrNotFound
		}
		return nil
	})
}

// window is the form of one booking window (S4-044, S4-051).
func (d *desk) window(q *console.Request) error {
	draft, h, _, err := d.see(q)
	if err != nil {
		return err
	}
	s := draft.Settings
	n := nth(q, len(s.Windows))
	if n < 0 {
		return console.ErrNotFound
	}
	w := reservation.Window{OpensDays: 30}
	f := &form{Head: h, title: "setup.window.title", Back: "setup/windows", BackText: "setup.back-windows", Submit: "setup.keep", Action: "setup/windows/" + fresh}
	if n < len(s.Windows) {
		w = s.Windows[n]
		f.Action = "setup/windows/" + strconv.Itoa(n)
		f.Remove, f.RemoveText = f.Action+"/delete", "setup.rule.delete"
	}
	f.Sets = windowSets(q, w, s)
	if q.Method == "GET" {
		return f.show(q)
	}
	f.fill(q)
	made := f.window(q)
	if len(made.Services) == len(s.Services) {
		made.Services = nil
	}
	return d.keep(q, f, ending{to: "setup/windows", at: reservation.AtWindow(n)}, func(s *reservation.Settings) error {
		switch {
		case q.PathValue("n") == fresh:
			s.Windows = append(s.Windows, made)
		case n < len(s.Windows):
			s.Windows[n] = made
		default:
			return console.ErrNotFound
		}
		return nil
	})
}

func windowSets(q *console.Request, w reservation.Window, s reservation.Settings) []fieldset {
	number := func(name string, n int, hint string) *field {
		f := &field{Name: name, Label: q.T("setup.field." + name), Kind: "number", Min: "0", Max: "1051200", Size: 6}
		if n != 0 {
			f.Value = strconv.Itoa(n)
		}
		if hint != "" {
			f.Hint = q.T(hint)
		}
		return f
	}
	clock := func(name, value string) *field {
		return &field{Name: name, Label: q.T("setup.field." + name), Kind: "time", Value: value, Size: 6}
	}
	moment := func(name, value string) []*field {
		day, at, _ := strings.Cut(value, "T")
		return []*field{
			{Name: name, Label: q.T("setup.field." + name), Kind: "date", Value: day},
			{Name: name + "-time", Label: q.T("setup.field." + name + "-time"), Kind: "time", Value: at, Size: 6},
		}
	}
	var reception reservation.Hours
	if w.Reception != nil {
		reception = *w.Reception
	}
	services := &field{Name: "services", Label: q.T("setup.field.services"), Kind: "checks", Values: w.Services, Hint: q.T("setup.hint.none-is-all")}
	for _, v := range s.Services {
		services.Options = append(services.Options, option{v.ID, i18n.Plain(v.Names.In(q.Lang))})
	}
	whose := &field{Name: "groups", Label: q.T("setup.field.groups"), Kind: "checks", Hint: q.T("setup.hint.none-is-all")}
	for _, g := range groups {
		whose.Options = append(whose.Options, option{string(g), q.T("setup.group." + string(g))})
	}
	for _, g := range w.Groups {
		whose.Values = append(whose.Values, string(g))
	}
	return []fieldset{
		{Legend: "setup.set.for", Fields: []*field{services, whose}},
		{Legend: "setup.set.opens", Fields: []*field{number("opens_days", w.OpensDays, "setup.hint.opens"), clock("opens_at", w.OpensAt)}},
		{Legend: "setup.set.closes", Hint: "setup.hint.limit", Fields: []*field{number("closes_minutes", w.ClosesMinutes, ""), number("closes_days", w.ClosesDays, ""), clock("closes_at", w.ClosesAt)}},
		{Legend: "setup.set.change", Hint: "setup.hint.change", Fields: []*field{number("change_minutes", w.ChangeMinutes, ""), number("change_days", w.ChangeDays, ""), clock("change_at", w.ChangeAt)}},
		{Legend: "setup.set.accept", Hint: "setup.hint.accept", Fields: append(append(moment("accept_from", w.AcceptFrom), moment("accept_until", w.AcceptUntil)...),
			&field{Name: "start", Label: q.T("setup.field.reception-start"), Kind: "time", Value: reception.Start, Size: 6},
			&field{Name: "end", Label: q.T("setup.field.reception-end"), Kind: "time", Value: reception.End, Size: 6})},
		{Legend: "setup.set.visits", Hint: "setup.hint.visits", Fields: daysFields(q, w.Days)},
	}
}

func (f *form) window(q *console.Request) reservation.Window {
	w := reservation.Window{
		Days: f.days(q), Services: f.find("services").Values,
		OpensDays: f.number(q, "opens_days"), OpensAt: f.clock(q, "opens_at"),
		ClosesMinutes: f.number(q, "closes_minutes"), ClosesDays: f.number(q, "closes_days"), ClosesAt: f.clock(q, "closes_at"),
		ChangeMinutes: f.number(q, "change_minutes"), ChangeDays: f.number(q, "change_days"), ChangeAt: f.clock(q, "change_at"),
		AcceptFrom: f.moment(q, "accept_from"), AcceptUntil: f.moment(q, "accept_until"),
	}
	for _, g := range f.find("groups").Values {
		w.Groups = append(w.Groups, reservation.Group(g))
	}
	if f.get("start") != "" || f.get("end") != "" {
		f.must(q, "start", "end")
		w.Reception = &reservation.Hours{Start: f.clock(q, "start"), End: f.clock(q, "end")}
	}
	return w
}

// moment reads a date and a time of day from two fields.
func (f *form) moment(q *console.Request, name string) string {
	day, at := f.date(q, name, false), f.clock(q, name+"-time")
	if day == "" {
		if at != "" {
			f.wrong(name, q.T("setup.wrong.empty"))
		}
		return ""
	}
	if at == "" {
		at = "00:00"
	}
	return day + "T" + at
}

func (d *desk) deleteWindow(q *console.Request) error {
	return d.remove(q, "setup/windows", func(s *reservation.Settings) error {
		n := nth(q, len(s.Windows))
		if n < 0 || n == len(s.Windows) {
			return console.ErrNotFound
		}
		s.Windows = slices.Delete(s.Windows, n, n+1)
		return nil
	})
}

// moveWindow moves a window up: the first that applies decides.
func (d *desk) moveWindow(q *console.Request) error {
	return d.remove(q, "setup/windows", func(s *reservation.Settings) error {
		n := nth(q, len(s.Windows))
		if n < 1 || n == len(s.Windows) {
			return console.ErrNotFound
		}
		s.Windows[n-1], s.Windows[n] = s.Windows[n], s.Windows[n-1]
		return nil
	})
}

package setup

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/channels/console/setup/plan"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store/reservation"
)

// weekdays in the order of the form.
var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// groups in the order of the form.
var groups = []reservation.Group{reservation.Open, reservation.Phone, reservation.Internal}

func text(name string, value any) i18n.Arg { return i18n.Arg{Name: name, Value: value} }

// daysText says on which days a rule holds: 毎週 月・火・水, 第1 土, 2026-04-01〜 …
func daysText(q *console.Request, d reservation.Days) string {
	var parts []string
	switch {
	case d.From != "" && d.From == d.To:
		parts = append(parts, dayText(q, d.From))
	case d.From != "" || d.To != "":
		parts = append(parts, dayText(q, d.From)+"〜"+dayText(q, d.To))
	}
	if d.Every > 1 {
		parts = append(parts, q.T("setup.days.every", text("n", d.Every), text("anchor", d.Anchor)))
	}
	var nth []string
	for _, n := range d.Nth {
		nth = append(nth, q.T("setup.nth."+strconv.Itoa(n)))
	}
	var names []string
	for _, w := range weekdays {
		if slices.Contains(d.Weekdays, w) {
			names = append(names, q.T("setup.weekday."+w))
		}
	}
	if len(names) > 0 {
		parts = append(parts, strings.TrimSpace(strings.Join(nth, "・")+" "+strings.Join(names, "・")))
	}
	if len(parts) == 0 {
		return q.T("setup.days.all")
	}
	return strings.Join(parts, " ")
}

// dayText writes a date with its weekday; 12-29 as a day of every year.
func dayText(q *console.Request, s string) string {
	if d, err := civil.ParseDate(s); err == nil {
		return dateText(q, d)
	}
	if len(s) == len("01-02") {
		return q.T("setup.days.yearly", text("month", strings.TrimPrefix(s[:2], "0")), text("day", strings.TrimPrefix(s[3:], "0")))
	}
	return s
}

// dateText is a date as staff read it: 2026-04-01（水）.
func dateText(q *console.Request, d civil.Date) string {
	return d.String() + "（" + q.T("setup.weekday."+weekdays[(int(d.Weekday())+6)%7]) + "）"
}

// openingText says what an opening rule is.
func openingText(q *console.Request, o reservation.Opening) string {
	s := q.T("setup.opening.text", text("days", daysText(q, o.Days)), text("start", o.Start), text("end", o.End),
		text("slot", o.Slot), text("capacity", o.Capacity))
	if len(o.Except) > 0 {
		s += q.T("setup.opening.except", text("hours", plan.HoursText(o.Except)))
	}
	for _, g := range groups {
		if n, ok := o.Quotas[g]; ok {
			s += q.T("setup.opening.quota", text("group", q.T("setup.group."+string(g))), text("n", n))
		}
	}
	if o.Extra {
		s += q.T("setup.opening.extra")
	}
	return s
}

func closureText(q *console.Request, k reservation.Closure, s reservation.Settings) string {
	t := daysText(q, k.Days)
	if k.Hours != nil {
		t += " " + k.Hours.Start + "-" + k.Hours.End
	}
	t += " " + q.T("setup.closure.of", text("counter", counterName(q, s, k.Counter)))
	if r := k.Reason.In(q.Lang); r != "" {
		t += "（" + i18n.Plain(r) + "）"
	}
	return t
}

// counterName is a counter in the person's language, all counters for "".
func counterName(q *console.Request, s reservation.Settings, id string) string {
	if id == "" {
		return q.T("setup.all-counters")
	}
	for _, c := range s.Counters {
		if c.ID == id {
			return i18n.Plain(c.Names.In(q.Lang))
		}
	}
	return id
}

func serviceName(q *console.Request, s reservation.Settings, id string) string {
	for _, v := range s.Services {
		if v.ID == id {
			return i18n.Plain(v.Names.In(q.Lang))
		}
	}
	return id
}

// windowText says when a window opens and closes.
func windowText(q *console.Request, w reservation.Window, s reservation.Settings) string {
	var parts []string
	if len(w.Services) > 0 {
		var names []string
		for _, id := range w.Services {
			names = append(names, serviceName(q, s, id))
		}
		parts = append(parts, strings.Join(names, "・"))
	}
	if len(w.Groups) > 0 {
		var names []string
		for _, g := range w.Groups {
			names = append(names, q.T("setup.group."+string(g)))
		}
		parts = append(parts, strings.Join(names, "・"))
	}
	if w.From != "" || w.To != "" || len(w.Weekdays) > 0 {
		parts = append(parts, q.T("setup.window.visits", text("days", daysText(q, w.Days))))
	}
	if w.OpensDays > 0 {
		parts = append(parts, q.T("setup.window.opens", text("n", w.OpensDays), text("at", orMidnight(w.OpensAt))))
	} else {
		parts = append(parts, q.T("setup.window.opens-always"))
	}
	parts = append(parts, limitText(q, "closes", w.ClosesMinutes, w.ClosesDays, w.ClosesAt), limitText(q, "change", w.ChangeMinutes, w.ChangeDays, w.ChangeAt))
	if w.AcceptFrom != "" || w.AcceptUntil != "" {
		parts = append(parts, q.T("setup.window.accept", text("from", w.AcceptFrom), text("until", w.AcceptUntil)))
	}
	if w.Reception != nil {
		parts = append(parts, q.T("setup.window.reception", text("start", w.Reception.Start), text("end", w.Reception.End)))
	}
	return strings.Join(parts, "／")
}

func orMidnight(s string) string {
	if s == "" {
		return "0:00"
	}
	return s
}

func limitText(q *console.Request, which string, minutes, days int, at string) string {
	switch {
	case days > 0 && at != "":
		return q.T("setup.window."+which+".at", text("n", days), text("at", at))
	case days > 0:
		return q.T("setup.window."+which+".days", text("n", days))
	case minutes > 0:
		return q.T("setup.window."+which+".minutes", text("n", minutes))
	}
	return q.T("setup.window." + which + ".none")
}

// faultText is a fault of Compile in words of the form.
func faultText(q *console.Request, f reservation.Fault) string {
	return q.T("setup.fault."+f.Code, text("value", f.Value))
}

// placeText is the place of a fault: 窓口 honcho の開設ルール 2.
func placeText(q *console.Request, at string) string {
	var id string
	var n int
	if _, err := fmt.Sscanf(at, "counter %q opening %d", &id, &n); err == nil {
		return q.T("setup.place.opening", text("id", id), text("n", n))
	}
	for _, kind := range []string{"counter", "service"} {
		if _, err := fmt.Sscanf(at, kind+" %q", &id); err == nil {
			return q.T("setup.place."+kind, text("id", id))
		}
	}
	for _, kind := range []string{"closure", "window"} {
		if _, err := fmt.Sscanf(at, kind+" %d", &n); err == nil {
			return q.T("setup.place."+kind, text("n", n))
		}
	}
	return q.T("setup.place.rules")
}

// said is a difference in words.
type said struct {
	What     string // 本庁 窓口：電話番号
	Old, New string // "" where there is none
	Added    bool
	Gone     bool
}

// Text is it in one line.
func (s said) Text() string {
	switch {
	case s.Added:
		return s.What + " ＋ " + s.New
	case s.Gone:
		return s.What + " － " + s.Old
	}
	return s.What + " " + s.Old + " → " + s.New
}

// describe puts a difference into words; in has the names of counters and
// services.
func describe(q *console.Request, in reservation.Settings, d reservation.Difference) said {
	s := said{Old: valueText(q, in, d.Old), New: valueText(q, in, d.New)}
	name := i18n.Plain(d.Name.In(q.Lang))
	switch {
	case d.Kind == "counter" || d.Kind == "service":
		s.What = q.T("setup.kind."+d.Kind) + " " + name
		if d.Field != "" {
			s.What += "：" + q.T("setup.field."+d.Field)
		}
	case d.Kind == "rule":
		s.What = q.T("setup.field." + d.Field)
	default:
		s.What = q.T("setup.kind." + d.Kind)
		if d.Field == "order" {
			s.What += "：" + q.T("setup.field.order")
		}
	}
	s.Added, s.Gone = d.Old == nil && d.New != nil, d.New == nil && d.Old != nil
	return s
}

// shownChanges is how many differences a page shows.
const shownChanges = 200

// describeAll describes differences; where there are very many, the last line
// says how many more.
func describeAll(q *console.Request, in reservation.Settings, list []reservation.Difference) []said {
	more := max(0, len(list)-shownChanges)
	out := make([]said, 0, len(list)-more+1)
	for _, d := range list[:len(list)-more] {
		out = append(out, describe(q, in, d))
	}
	if more > 0 {
		out = append(out, said{What: q.T("setup.plan.more", text("n", more))})
	}
	return out
}

func valueText(q *console.Request, in reservation.Settings, v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		if x == "" {
			return q.T("setup.value.none")
		}
		return x
	case bool:
		if x {
			return q.T("setup.value.yes")
		}
		return q.T("setup.value.no")
	case reservation.Names:
		var parts []string
		for _, l := range slices.SortedFunc(maps.Keys(x), i18n.Order) {
			if x[l] != "" {
				parts = append(parts, i18n.Plain(x[l]))
			}
		}
		return strings.Join(parts, "／")
	case []string:
		if len(x) == 0 {
			return q.T("setup.value.none")
		}
		return strings.Join(x, "、")
	case reservation.Opening:
		return openingText(q, x)
	case reservation.Closure:
		return closureText(q, x, in)
	case reservation.Window:
		return windowText(q, x, in)
	case reservation.Counter:
		return i18n.Plain(x.Names.In(q.Lang))
	case reservation.Service:
		return i18n.Plain(x.Names.In(q.Lang))
	}
	return fmt.Sprint(v)
}

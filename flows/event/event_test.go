package event_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"madoguchi/bot/action"
	"madoguchi/flows"
	"madoguchi/flows/event"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// officeOpen is the usual calendar of a city hall (domain-facts 1.2).
func officeOpen(d civil.Date) bool {
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	if d.Month == time.December && d.Day >= 29 || d.Month == time.January && d.Day <= 3 {
		return false
	}
	_, holiday := civil.Holiday(d)
	return !holiday
}

func builtin(t testing.TB, name string) *event.Event {
	t.Helper()
	all, err := procedures.Events(action.Vocabulary(), i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return all[name]
}

func plan(t testing.TB, e *event.Event, answers map[string]string) *event.Plan {
	t.Helper()
	p, err := e.Plan(flows.Facts{Answer: func(name string) string { return answers[name] }, Open: officeOpen})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// with are answers, those of base changed by pairs.
func with(base map[string]string, pairs ...string) map[string]string {
	out := map[string]string{}
	for k, v := range base {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

var (
	in     = map[string]string{"kind": "in", "moved-in": "2026-12-16", "foreign": "no", "movers": "self", "way": "paper", "card": "no", "visitor": "household", "situation": "none"}
	within = with(in, "kind", "within", "way", "")
	out    = map[string]string{"kind": "out", "leaving": "2027-03-31", "foreign": "no", "movers": "self", "card": "no", "visitor": "household", "situation": "none"}
	to     = with(out, "kind", "to-abroad")
	from   = with(in, "kind", "from-abroad", "way", "")
	card   = map[string]string{"kind": "card", "filed": "2027-04-05", "visitor": "household"}
)

// The worked dates of domain-facts 13 that concern moving, and every rule of 1 to
// 7 that has a number in it.
func TestMovingDates(t *testing.T) {
	moving := builtin(t, "moving")
	for _, tc := range []struct {
		rule    string
		answers map[string]string
		task    string
		opens   string // "" none
		due     string
	}{
		{"13: the 14th day in the closed days of New Year", in, "notice-in", "2026-12-16", "2027-01-04"},
		{"13: the 14th day on a Saturday", with(in, "moved-in", "2027-03-27"), "notice-in", "2027-03-27", "2027-04-12"},
		{"13: 特例転入, the 30th day before the 14th", with(in, "moved-in", "2027-04-20", "way", "card", "card", "yes", "leaving", "2027-03-31"), "notice-in", "2027-04-20", "2027-04-30"},
		{"4: without it, the 14th day, a holiday, moves", with(in, "moved-in", "2027-04-20", "leaving", "2027-03-31", "situation", "child"), "notice-in", "2027-04-20", "2027-05-06"},
		{"4: 特例転入, the 14th day before the 30th", with(in, "moved-in", "2027-04-01", "way", "card", "card", "yes", "leaving", "2027-03-31"), "notice-in", "2027-04-01", "2027-04-15"},
		{"13: child allowance, 15 days from 転出予定日", with(in, "moved-in", "2027-04-01", "leaving", "2027-03-31", "situation", "child"), "child-in", "", "2027-04-15"},
		{"7: 15th day on a closed day: 4/30 → 5/15, a Saturday → 5/17", with(in, "moved-in", "2027-05-01", "leaving", "2027-04-30", "situation", "child"), "child-in", "", "2027-05-17"},
		{"13: the same at the new place", with(out, "situation", "child"), "child-next", "", "2027-04-15"},
		{"13: 継続利用, the 90th day a Sunday", card, "card-address", "", "2027-07-05"},
		{"5: at the visit of the notice", with(in, "card", "yes"), "card-address", "", "2027-01-04"},
		{"1.1, 4: within the city", within, "notice-within", "2026-12-16", "2027-01-04"},
		{"2: from ward to ward", with(within, "kind", "ward"), "notice-ward", "2026-12-16", "2027-01-04"},
		{"2, 4: from abroad", from, "notice-from", "2026-12-16", "2027-01-04"},
		{"3: moving out, from about 14 days before, beforehand", out, "notice-out", "2027-03-17", "2027-03-30"},
		{"3: to abroad, beforehand", to, "notice-to", "", "2027-03-30"},
		{"5: 国外継続利用 by the day before", with(to, "card", "yes"), "card-abroad", "", "2027-03-30"},
		{"5: and at the counter: the last day it is open", with(to, "card", "yes", "leaving", "2027-01-04"), "card-abroad", "", "2026-12-28"},
		{"7: 国保 within 14 days, in", with(in, "situation", "kokuho"), "kokuho-in", "", "2027-01-04"},
		{"7: 国保 within 14 days, out", with(out, "situation", "kokuho"), "kokuho-out", "", "2027-04-14"},
		{"7: 国保 within 14 days, within", with(within, "situation", "kokuho"), "kokuho-within", "", "2027-01-04"},
		{"7: 介護 14 days from moving in", with(in, "situation", "care"), "care-in", "", "2027-01-04"},
		{"7: dog, 30 days", with(in, "situation", "dog"), "dog", "", "2027-01-15"},
		{"7: 原付, 15 days", with(in, "situation", "vehicle"), "moped-in", "", "2026-12-31"},
		{"7: 車検証, 15 days", with(within, "situation", "vehicle"), "car", "", "2026-12-31"},
		{"7: water, 7 to 3 days before", in, "water", "2026-12-09", "2026-12-13"},
		{"7: electricity, a week before", in, "power", "", "2026-12-09"},
		{"7: gas, 2 weeks to 1 week before", out, "gas", "2027-03-17", "2027-03-24"},
	} {
		item := plan(t, moving, tc.answers).Item(tc.task)
		if item == nil {
			t.Errorf("%s: %s is not on the list", tc.rule, tc.task)
			continue
		}
		if got := date(item.Opens) + " … " + date(item.Due); got != tc.opens+" … "+tc.due {
			t.Errorf("%s: %s %s, want %s … %s", tc.rule, tc.task, got, tc.opens, tc.due)
		}
	}
}

func date(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// domain-facts 3.2, 13: online from 30 days before until 10 days after.
func TestMovingOutOnline(t *testing.T) {
	moving := builtin(t, "moving")
	for _, answers := range []map[string]string{
		with(out, "leaving", "2027-04-01", "card", "yes"),
		with(in, "moved-in", "2027-04-01", "way", "not-yet", "card", "yes"),
	} {
		p := plan(t, moving, answers)
		item := p.Item("notice-out")
		if item == nil {
			item = p.Item("leave-old")
		}
		if item.Online == nil || item.OnlineFrom.String() != "2027-03-02" || item.OnlineTo.String() != "2027-04-11" {
			t.Errorf("%s: %v … %v", item.ID, item.OnlineFrom, item.OnlineTo)
		}
	}
	if item := plan(t, moving, out).Item("notice-out"); item.Online != nil || !item.OnlineTo.IsZero() {
		t.Error("online without a card")
	}
	if item := plan(t, moving, with(to, "card", "yes")).Item("notice-to"); item.Online != nil {
		t.Error("online to abroad (3.2)")
	}
}

// The list of one family: father Japanese, mother a foreign national, a child in
// elementary school, a dog, on 国保, moving in from another city with a paper.
func TestSampleFamily(t *testing.T) {
	family := with(in, "foreign", "yes", "movers", "family", "card", "yes", "leaving", "2026-12-15", "situation", "kokuho,child,school,dog")
	p := plan(t, builtin(t, "moving"), family)
	var got []string
	for _, i := range p.Items {
		got = append(got, string(i.Group)+" "+i.ID+" "+date(i.Due))
	}
	want := []string{
		"before power 2026-12-09", "before gas 2026-12-09", "before water 2026-12-13", "before school-leave ", "before post ",
		"day notice-in 2027-01-04", "day card-address 2027-01-04", "day sign ", "day kokuho-in 2027-01-04",
		"day child-in 2027-01-04", "day school-in ", "day dog 2027-01-15",
		"after others ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !slices.Equal(p.Services, []string{"move-foreign", "move"}) {
		t.Errorf("services %v", p.Services)
	}
	if p.Last.String() != "2027-01-15" {
		t.Errorf("last date %s", p.Last)
	}
	var bring []string
	for _, b := range p.Item("notice-in").Bring {
		bring = append(bring, b.Key[strings.LastIndexByte(b.Key, '.')+1:])
	}
	if want := []string{"certificate", "id", "cards", "residence", "relation"}; !slices.Equal(bring, want) {
		t.Errorf("bring %v, want %v", bring, want)
	}
}

// A household that nearly everything applies to: Japanese and foreign members, a
// child at school, an infant, a grandmother who is cared for, cards, a dog, a car,
// on 国保 and 国民年金, with 児童手当 and a registered seal. Its list has each task
// of domain-facts 2 to 7 that a move of this kind brings, and no other.
func TestSampleHouseholds(t *testing.T) {
	everything := "kokuho,pension,child,school,baby,care,elderly,seal,dog,vehicle,licence"
	family := []string{"foreign", "yes", "movers", "family", "card", "yes", "situation", everything}
	always := []string{"water", "power", "gas", "others"}
	for _, tc := range []struct {
		name    string
		answers map[string]string
		tasks   []string
	}{
		{"in, with a paper", with(with(in, family...), "leaving", "2026-12-15"), []string{
			"school-leave", "post", "notice-in", "card-address", "sign", "kokuho-in", "pension", "child-in", "care-in", "elderly-in",
			"school-in", "baby", "seal", "dog", "moped-in", "car", "licence"}},
		{"in, 転出届 not yet filed", with(with(in, family...), "leaving", "2026-12-15", "way", "not-yet"), []string{
			"leave-old", "school-leave", "post", "notice-in", "card-address", "sign", "kokuho-in", "pension", "child-in", "care-in", "elderly-in",
			"school-in", "baby", "seal", "dog", "moped-in", "car", "licence"}},
		// 7: a registered seal carries over.
		{"within the city", with(within, family...), []string{
			"post", "notice-within", "card-address", "sign", "kokuho-within", "pension", "child-other", "care-other", "elderly-other",
			"school-within", "baby", "dog", "moped-in", "car", "licence"}},
		// 7: a seal ends by itself; the dog, the car and the licence are dealt with there.
		{"out", with(out, family...), []string{
			"school-leave", "post", "notice-out", "kokuho-out", "child-out", "care-out", "elderly-out", "moped-out", "next-in", "child-next"}},
		// 7: mail is not forwarded abroad; 5: 国外継続利用 is for Japanese members.
		{"to abroad", with(to, family...), []string{
			"notice-to", "card-abroad", "kokuho-out", "pension-abroad", "child-out", "care-other", "elderly-other", "moped-out"}},
		{"to abroad, a foreign national alone", with(to, "foreign", "yes", "card", "yes"), []string{"notice-to"}},
		{"from abroad", with(from, family...), []string{
			"notice-from", "kokuho-in", "child-other", "care-other", "elderly-other", "school-in", "baby", "seal"}},
		{"one person, nothing applies", in, []string{"post", "notice-in"}},
	} {
		want := append(slices.Clone(always), tc.tasks...)
		var got []string
		for _, i := range plan(t, builtin(t, "moving"), tc.answers).Items {
			got = append(got, i.ID)
		}
		for _, id := range want {
			if !slices.Contains(got, id) {
				t.Errorf("%s: %s is not on the list", tc.name, id)
			}
		}
		for _, id := range got {
			if !slices.Contains(want, id) {
				t.Errorf("%s: %s is on the list", tc.name, id)
			}
		}
	}
	// 5: the card of before is all that is left to do.
	if items := plan(t, builtin(t, "moving"), card).Items; len(items) != 2 || items[0].ID != "card-address" || items[1].ID != "sign" {
		t.Errorf("the card alone: %v", items)
	}
}

// Whatever the answers, there is a list, its dates are in order, and what is done
// at the counter has a service.
func TestAnyAnswersMakeAPlan(t *testing.T) {
	for _, name := range []string{"moving", "birth"} {
		e := builtin(t, name)
		flow := flowFile(t, e.Flow)
		rapid.Check(t, func(t *rapid.T) {
			answers := map[string]string{}
			for field, kind := range flow.Names(action.Vocabulary()) {
				all := flow.Answers(field)
				switch {
				case kind == flows.DateKind:
					answers[field] = rapid.SampledFrom([]string{"", "2026-02-28", "2027-04-29", "2026-12-31", "2024-02-29"}).Draw(t, field)
				case kind == flows.YesKind:
					answers[field] = rapid.SampledFrom([]string{"", "yes", "no"}).Draw(t, field)
				case kind == flows.ListKind && len(all) > 0:
					answers[field] = strings.Join(rapid.SliceOfDistinct(rapid.SampledFrom(all), rapid.ID).Draw(t, field), ",")
				case len(all) > 0:
					answers[field] = rapid.SampledFrom(all).Draw(t, field)
				}
			}
			p, err := e.Plan(flows.Facts{Answer: func(name string) string { return answers[name] }, Open: officeOpen})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Items) == 0 || len(p.Services) == 0 {
				t.Fatalf("no tasks, or no service: %v", answers)
			}
			for i, item := range p.Items {
				if !item.Due.IsZero() && item.Due.Before(item.Opens) && item.ID != "notice-in" {
					t.Errorf("%s is due on %s, before it opens on %s", item.ID, item.Due, item.Opens)
				}
				if i > 0 && slices.Index(event.Groups, item.Group) < slices.Index(event.Groups, p.Items[i-1].Group) {
					t.Errorf("%s stands after %s", item.ID, p.Items[i-1].ID)
				}
				if p.Last.Before(item.Due) {
					t.Errorf("the last date is %s, but %s is due on %s", p.Last, item.ID, item.Due)
				}
			}
		})
	}
}

func flowFile(t testing.TB, name string) *flows.File {
	t.Helper()
	for path, data := range procedures.Files() {
		if f := flows.Parse(path, data); f.Flow.Value == name {
			return f
		}
	}
	t.Fatalf("no flow %q", name)
	return nil
}

// Only what the list is made of is kept: no booking, no address.
func TestKeeps(t *testing.T) {
	got := slices.Sorted(slices.Values(builtin(t, "moving").Keeps()))
	if want := []string{"card", "filed", "foreign", "kind", "leave-days", "leaving", "moved-in", "movers", "situation", "visitor", "way"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A wrong answer is an error, not a list.
func TestPlanOfAWrongAnswer(t *testing.T) {
	answers := with(in, "moved-in", "tomorrow")
	if _, err := builtin(t, "moving").Plan(flows.Facts{Answer: func(n string) string { return answers[n] }, Open: officeOpen}); err == nil {
		t.Error("no error")
	}
}

// Every file of testdata is wrong in one way, which its first line tells.
func TestBrokenEvents(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files", err)
	}
	asks := flowFile(t, "moving")
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(source), "\n")
		want := strings.TrimPrefix(first, "# ")
		_, err = event.Compile(event.Parse(filepath.Base(path), source), asks, action.Vocabulary(), i18n.Builtin())
		var refused *flows.Refused
		switch {
		case want == "right":
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
		case !errors.As(err, &refused):
			t.Errorf("%s: %v, want %s", path, err, want)
		case len(refused.Problems) != 1 || refused.Problems[0].String() != want:
			t.Errorf("%s:\n%v\nwant\n%s", path, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("event: x\nflow: moving\ntasks: [{id: a, title: b, group: day, place: c, notes: [{text: d, when: card}]}]\n"))
	f.Add([]byte("dates: {a: &b [*b]}\n"))
	asks := flowFile(f, "moving")
	f.Fuzz(func(t *testing.T, source []byte) {
		e, err := event.Compile(event.Parse("x.yaml", source), asks, action.Vocabulary(), i18n.Builtin())
		if err != nil {
			return
		}
		if _, err := e.Plan(flows.Facts{Answer: func(string) string { return "" }}); err != nil {
			t.Error(err)
		}
	})
}

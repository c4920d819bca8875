package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"madoguchi/bot"
	"madoguchi/flows"
	"madoguchi/flows/scenario"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// inWords is how somebody writes answers that no button says.
type inWords struct{ yes, date, birthdate, party string }

// own are answers in each language's own words: yes; 20 November, with or without
// the year; 8 May 1990; two people.
var own = map[i18n.Lang]inWords{
	"ja":      {"はい、お願いします", "11月20日です", "平成2年5月8日", "ふたりです"},
	"ja-easy": {"はい", "11がつ20か", "1990ねん5がつ8にち", "ふたり"},
	"en":      {"yes please", "on November 20th", "May 8, 1990", "two people"},
	"es":      {"sí, por favor", "el 20 de noviembre", "8 de mayo de 1990", "dos personas"},
	"fil":     {"opo", "Nobyembre 20", "Mayo 8, 1990", "dalawang tao"},
	"id":      {"ya, benar", "20 November", "8 Mei 1990", "dua orang"},
	"ko":      {"네", "11월 20일이요", "1990년 5월 8일", "두 명이요"},
	"ne":      {"हो", "नोभेम्बर २०", "८ मे १९९०", "दुई जना"},
	"pt-BR":   {"sim, por favor", "20 de novembro", "8 de maio de 1990", "duas pessoas"},
	"vi":      {"dạ vâng ạ", "ngày 20 tháng 11", "ngày 8 tháng 5 năm 1990", "hai người"},
	"zh-Hans": {"是的", "11月20号", "1990年5月8日", "两个人"},
	"zh-Hant": {"是", "11月20號", "1990年5月8日", "兩個人"},
}

// walker goes through the procedures of one town as residents of many languages.
type walker struct {
	*testing.T
	*talker
	lang   i18n.Lang
	user   int
	now    civil.DateTime
	events int

	flows map[string]*flows.Flow
	far   map[string]map[string]int // flow → step → steps to the nearest end
	// pressed counts how often a choice was pressed, in any language.
	pressed map[string]int
	// known are answers that come from elsewhere, by flow and field: the number of
	// a list, the key of a booking.
	known map[string]string
	typed map[string]int // words typed and understood, by language and type
	told  map[string]bool
}

func newWalker(t *testing.T) *walker {
	t.Helper()
	ctx := context.Background()
	town, err := newStage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { town.close() })
	talks, err := town.talker(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { talks.close() })
	now, err := civil.ParseDateTime("2026-11-25T09:00")
	if err != nil {
		t.Fatal(err)
	}
	w := &walker{
		T: t, talker: talks, now: now,
		flows: map[string]*flows.Flow{}, far: map[string]map[string]int{},
		pressed: map[string]int{}, known: map[string]string{}, typed: map[string]int{}, told: map[string]bool{},
	}
	for _, f := range builtinFlows() {
		w.flows[f.Name], w.far[f.Name] = f, distances(f)
	}
	return w
}

// distances are how many steps each step is from the nearest end.
func distances(f *flows.Flow) map[string]int {
	far := map[string]int{}
	for changed := true; changed; {
		changed = false
		for name, s := range f.Steps {
			best, found := 0, len(s.Next) == 0
			for _, to := range s.Next {
				if d, ok := far[to]; ok && (!found || d+1 < best) {
					best, found = d+1, true
				}
			}
			if have, ok := far[name]; found && (!ok || best < have) {
				far[name], changed = best, true
			}
		}
	}
	return far
}

// fault complains once about the same thing.
func (w *walker) fault(format string, args ...any) {
	w.Helper()
	if s := string(w.lang) + ": " + fmt.Sprintf(format, args...); !w.told[s] {
		w.told[s] = true
		w.Error(s)
	}
}

// turn sends an event of the resident and reads the answer.
func (w *walker) turn(e scenario.Event) bot.Reply {
	w.Helper()
	w.events++
	e.ID, e.Now, e.Channel, e.User, e.Lang = strconv.Itoa(w.events), w.now, "web", "resident-"+strconv.Itoa(w.user), w.lang
	w.set(e.Now)
	w.walked = nil
	r, err := w.talker.turn(context.Background(), e)
	if err != nil {
		w.Fatalf("%s: %v", w.lang, err)
	}
	if r.Lang != w.lang {
		w.fault("is answered in %s at %s/%s", r.Lang, r.Flow, r.Step)
	}
	where := r.Flow + "/" + r.Step
	for _, m := range plain(r.Messages) {
		if m.From == bot.FromResident {
			continue
		}
		w.read(where, m)
		if m.Plan != nil && m.Plan.Key != "" {
			w.known["task-list.list"] = m.Plan.Key
		}
		if m.Booking != nil && m.Booking.Key != "" {
			w.known["reservation.key"] = m.Booking.Key
		}
	}
	return r
}

// quoted are official terms and names beside their translation, in brackets or
// quotation marks.
var quoted = regexp.MustCompile(`（[^（）]*）|\([^()]*\)|「[^「」]*」|『[^『』]*』|“[^“”]*”|"[^"]*"|‘[^‘’]*’|«[^«»]*»`)

var (
	kana = regexp.MustCompile(`[\x{3041}-\x{3096}\x{30A1}-\x{30FA}]`)
	han  = regexp.MustCompile(`\p{Han}`)
)

// read complains about what a reader of the language cannot read.
func (w *walker) read(where string, m bot.Message) {
	w.Helper()
	shown := []string{m.Text, m.Question}
	label := func(s string) {
		if strings.TrimSpace(s) == "" {
			w.fault("at %s there is a button, or a line, without words", where)
		}
		shown = append(shown, s)
	}
	choices := m.Choices
	for _, it := range m.Items {
		label(it.Label)
		label(it.Value)
	}
	if b := m.Booking; b != nil {
		choices = slices.Concat(choices, b.Actions)
		shown = append(shown, b.Name, b.Place, b.When, b.Title)
	}
	for _, c := range choices {
		if c.Value != "@language" { // beside each other for those who read neither
			label(c.Label)
			shown = append(shown, c.Day, c.Short)
		}
	}
	if m.Link != nil {
		label(m.Link.Label)
	}
	shown = append(shown, m.Lines...)
	if p := m.Plan; p != nil {
		label(p.Title)
		shown = append(shown, p.Lines()...)
	}
	if w.lang == i18n.Japanese || w.lang == i18n.EasyJapanese {
		return
	}
	for _, s := range shown {
		s = unquoted(s)
		if kana.MatchString(s) || w.lang != "zh-Hans" && w.lang != "zh-Hant" && han.MatchString(s) {
			w.fault("at %s there is Japanese: %s", where, s)
		}
	}
}

// unquoted is a text without what stands in brackets or quotation marks.
func unquoted(s string) string {
	s = strings.NewReplacer("【", "", "】", "").Replace(s)
	for {
		less := quoted.ReplaceAllString(s, "")
		if less == s {
			return s
		}
		s = less
	}
}

// walk goes through a procedure to its end, as somebody who is here for the
// first time. reply answers the open question.
func (w *walker) walk(flow string, begin scenario.Event, reply func(bot.Reply, *flows.Step) scenario.Event) {
	w.Helper()
	w.user++
	w.turn(scenario.Event{})
	r := w.turn(begin)
	if r.Flow != flow && len(w.walked) == 0 {
		w.fault("%q does not lead to %s but to %q", begin.Choice+begin.Text, flow, r.Flow)
		r = w.turn(scenario.Event{Choice: flow})
	}
	way := ""
	for range 40 {
		if r.Flow == "" {
			if n := len(w.walked); n == 0 || !w.final(w.walked[n-1]) {
				w.fault("%s stops at %v, which is no end", flow, w.walked)
			}
			return
		}
		st := w.flows[r.Flow].Steps[r.Step]
		if st == nil || r.Expects == nil {
			w.fault("%s waits for nothing at %q", r.Flow, r.Step)
			return
		}
		a := reply(r, st)
		way += " " + r.Step + "=" + a.Choice + a.Text
		next := w.turn(a)
		if a.Text != "" {
			if next.Flow == r.Flow && next.Step == r.Step && len(w.walked) == 0 {
				w.fault("at %s/%s %q, for a %s, is not understood: %s", r.Flow, r.Step, a.Text, r.Expects.Type, heard(next))
				next = w.turn(scenario.Event{Choice: w.press(next, st)})
			} else {
				w.typed[string(w.lang)+" "+r.Expects.Type]++
			}
		}
		r = next
	}
	w.fault("%s does not end:%s", flow, way)
}

func heard(r bot.Reply) string {
	var out []string
	for _, m := range plain(r.Messages) {
		out = append(out, m.Text)
	}
	return strings.Join(out, " / ")
}

// final reports whether a procedure is over after this step.
func (w *walker) final(s scenario.Walk) bool {
	st := w.flows[s.Flow].Steps[s.Step]
	return st.Verb == flows.End || st.Verb == flows.Handoff && len(st.Next) == 0
}

// offers are the answers offered as buttons, the ways out left aside.
func offers(r bot.Reply) []bot.Choice {
	for _, m := range slices.Backward(r.Messages) {
		all := slices.DeleteFunc(slices.Clone(m.Choices), func(c bot.Choice) bool { return strings.HasPrefix(c.Value, "@") })
		if len(all) > 0 {
			return all
		}
	}
	return nil
}

// press chooses the button that was pressed least, the nearest to an end of
// those.
func (w *walker) press(r bot.Reply, st *flows.Step) string {
	switch typ := r.Expects.Type; {
	case st.Verb == flows.Check:
		return "yes"
	case typ == "counter" || typ == "slot":
		return offers(r)[0].Value
	case r.Expects.Optional:
		return "@skip"
	}
	best, least, near := "", 0, 0
	for _, c := range offers(r) {
		to, ok := st.Next[c.Value]
		if !ok {
			to = st.Next[flows.Next]
		}
		n, d := w.pressed[st.From.Flow+"."+st.From.Step+"="+c.Value], w.far[r.Flow][to]
		if best == "" || n < least || n == least && d < near {
			best, least, near = c.Value, n, d
		}
	}
	w.pressed[st.From.Flow+"."+st.From.Step+"="+best]++
	return best
}

// value is an answer that no button says.
func (w *walker) value(st *flows.Step, typ string) string {
	if v := w.known[st.From.Flow+"."+st.Into]; v != "" {
		return v
	}
	words := own[w.lang]
	switch typ {
	case "date":
		return words.date
	case "birthdate":
		return words.birthdate
	case "party", "number":
		return words.party
	case "mail":
		return "mei@example.jp"
	case "secret":
		return secret
	}
	w.fault("what answers %s.%s, a %s?", st.From.Flow, st.Into, typ)
	return "1"
}

// pressing answers by buttons where there are any.
func (w *walker) pressing(r bot.Reply, st *flows.Step) scenario.Event {
	if r.Expects.Optional || len(offers(r)) > 0 {
		return scenario.Event{Choice: w.press(r, st)}
	}
	return scenario.Event{Text: w.value(st, r.Expects.Type)}
}

// wish are the choices on the way on which the most is said.
var wish = map[string]string{
	"moving.kind": "in", "moving.movers": "family", "moving.way": "paper", "moving.visitor": "household",
	"card-pickup.visitor": "self", "reservation.what": "book", "reservation.business": "card", "sign-in.holder": "have", "my-page.mine": "out",
}

// secret is everybody's password.
const secret = "correct horse 9 battery"

// typing answers in words: a choice by its label, the others in the language's
// own.
func (w *walker) typing(r bot.Reply, st *flows.Step) scenario.Event {
	switch r.Expects.Type {
	case "yesno":
		return scenario.Event{Text: own[w.lang].yes}
	case "choice", "choices", "counter", "slot":
		all := offers(r)
		i := slices.IndexFunc(all, func(c bot.Choice) bool { return c.Value == wish[st.From.Flow+"."+st.Into] })
		return scenario.Event{Text: i18n.Bare(all[max(i, 0)].Label)}
	}
	return scenario.Event{Text: w.value(st, r.Expects.Type)}
}

// walks goes through a procedure by buttons, then in words, beginning with its
// title where that does not say more than what it is.
func (w *walker) walks(flow string) {
	w.Helper()
	w.walk(flow, scenario.Event{Choice: flow}, w.pressing)
	begin := scenario.Event{Text: i18n.Bare(w.flows[flow].Title.In(w.lang))}
	if flow == "reservation" || flow == "task-list" { // 予約・確認・変更・取消; a list of what?
		begin = scenario.Event{Choice: flow}
	}
	w.walk(flow, begin, w.typing)
}

// Every procedure comes to an end in every language: by buttons, and in the
// language's own words. What is said on the way is said in the language.
func TestWaysInEveryLanguage(t *testing.T) {
	w := newWalker(t)
	ctx := context.Background()
	const holder = "123456782"
	if err := w.AddResident(ctx, "{number: '"+holder+"', name: Mei, mail: mei@example.jp, born: 1990-05-08, password: "+secret+"}", w.now); err != nil {
		t.Fatal(err)
	}
	for _, w.lang = range whole {
		code, err := w.Card(ctx, []string{"arrived", "notified"}, holder, w.now)
		if err != nil {
			t.Fatal(err)
		}
		w.known["card-status.code"] = code
		for _, flow := range []string{"card-pickup", "moving", "birth", "task-list", "reservation", "card-status"} {
			w.walks(flow)
		}
	}
	if err := w.SetSection(ctx, "identity", "{who: anybody, register: true, name: mail}"); err != nil {
		t.Fatal(err)
	}
	for _, w.lang = range whole {
		address := strings.ToLower(string(w.lang)) + "@example.jp"
		w.known["sign-in.login-name"] = address
		w.user++
		for _, e := range []scenario.Event{{Choice: "my-page"}, {Choice: "register"}, {Text: address}} {
			w.turn(e)
		}
		w.walk("mail-link", scenario.Event{Mail: true}, w.typing)
		w.walks("my-page")
	}

	for _, lang := range whole {
		for _, typ := range []string{"choice", "choices", "yesno", "date", "birthdate", "party", "counter", "slot", "mail", "code", "secret"} {
			if w.typed[string(lang)+" "+typ] == 0 {
				t.Errorf("%s: no %s was answered in words", lang, typ)
			}
		}
	}
}

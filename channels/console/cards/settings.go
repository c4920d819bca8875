package cards

import (
	"errors"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
)

// languages are those the names and sentences are kept in; others show the
// English ones.
var languages = []i18n.Lang{i18n.Japanese, i18n.EasyJapanese, i18n.English}

// labelsPage is the names of the states (S4-118).
type labelsPage struct {
	Base     int64
	Rows     []labelRow
	Versions []versionRow
	Error    string
}

type labelRow struct {
	Code, Builtin string
	Texts         []langText
	Error         string
}

type langText struct{ Lang, Name, Text string }

type versionRow struct {
	Number  int64
	At, By  string
	Changes string
}

func (a *area) labels(q *console.Request) error {
	var p labelsPage
	err := q.View(func(tx *store.Tx) error {
		l, base, err := a.Cards.Labels(tx)
		if err != nil {
			return err
		}
		p = labelsPage{Base: base, Rows: labelRows(q, l, nil)}
		return a.versions(tx, q, &p)
	})
	if err != nil {
		return err
	}
	return q.Render("cards-labels", "cards.labels.title", p)
}

// versions lists who named the states how, and when.
func (a *area) versions(tx *store.Tx, q *console.Request, p *labelsPage) error {
	list, err := a.Cards.LabelVersions(tx)
	if err != nil {
		return err
	}
	var events []progress.Event
	for _, v := range list {
		events = append(events, progress.Event{By: v.By})
	}
	who, err := a.names(tx, q, events)
	if err != nil {
		return err
	}
	p.Versions = nil
	for _, v := range list {
		l, err := a.Cards.LabelsAt(tx, v.Number)
		if err != nil {
			return err
		}
		var changes []string
		for _, k := range progress.Kinds() {
			if own := l[k][i18n.Japanese]; own != "" {
				changes = append(changes, i18n.Bare(progress.Labels{}.Of(k, i18n.Japanese))+"→"+own)
			}
		}
		p.Versions = append(p.Versions, versionRow{v.Number, stamp(q.Lang, v.At), who[v.By], strings.Join(changes, "、")})
	}
	return nil
}

// labelRows fills the form: own names, or what was typed.
func labelRows(q *console.Request, l progress.Labels, typed func(name string) string) (rows []labelRow) {
	for _, k := range progress.Kinds() {
		r := labelRow{Code: string(k), Builtin: i18n.Bare(progress.Labels{}.Of(k, q.Lang))}
		for _, lang := range languages {
			t := langText{Lang: string(lang), Name: string(k) + "." + string(lang), Text: l[k][lang]}
			if typed != nil {
				t.Text = typed(t.Name)
			}
			r.Texts = append(r.Texts, t)
		}
		rows = append(rows, r)
	}
	return rows
}

func (a *area) saveLabels(q *console.Request) error {
	base, err := strconv.ParseInt(q.PostFormValue("base"), 10, 64)
	if err != nil {
		return console.ErrBadForm
	}
	l := progress.Labels{}
	for _, k := range progress.Kinds() {
		l[k] = reservation.Names{}
		for _, lang := range languages {
			l[k][lang] = q.PostFormValue(string(k) + "." + string(lang))
		}
	}
	err = q.Update(func(tx *store.Tx) error { return a.Cards.SaveLabels(tx, l, base, q.By()) })
	if text, ok := invalid(err); ok {
		p := labelsPage{Base: base, Error: text, Rows: labelRows(q, nil, q.PostFormValue)}
		var bad progress.ErrInvalid
		if errors.As(err, &bad) {
			for i := range p.Rows {
				if p.Rows[i].Code == bad.Field {
					p.Rows[i].Error = text
				}
			}
		}
		if err := q.View(func(tx *store.Tx) error { return a.versions(tx, q, &p) }); err != nil {
			return err
		}
		return q.Again("cards-labels", "cards.labels.title", p)
	}
	if err != nil {
		return err
	}
	return q.See("cards/labels", "cards.done.saved")
}

// rulesPage is the clock of unclaimed cards and what residents are told.
type rulesPage struct {
	Base  int64
	Days  []dayField
	Ask   bool
	Rows  []labelRow
	Error string
}

type dayField struct{ Name, Value, Error string }

var dayFields = []string{"remind_after", "discard_after", "discard_total"}

func (a *area) rules(q *console.Request) error {
	var p rulesPage
	err := q.View(func(tx *store.Tx) error {
		r, base, err := a.Cards.Rules(tx)
		if err != nil {
			return err
		}
		p = rulesPage{Base: base, Ask: r.AskCode}
		for i, n := range []int{r.RemindAfter, r.DiscardAfter, r.DiscardTotal} {
			p.Days = append(p.Days, dayField{Name: dayFields[i], Value: itoa(n)})
		}
		t, err := a.town(tx, q)
		if err == nil {
			p.Rows = wordRows(t, func(k progress.Kind, lang i18n.Lang) string { return r.Words[k][lang] })
		}
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("cards-rules", "cards.rules.title", p)
}

func wordRows(t *town, text func(progress.Kind, i18n.Lang) string) (rows []labelRow) {
	for _, k := range progress.States() {
		r := labelRow{Code: string(k), Builtin: t.label(k)}
		for _, lang := range languages {
			r.Texts = append(r.Texts, langText{Lang: string(lang), Name: string(k) + "." + string(lang), Text: text(k, lang)})
		}
		rows = append(rows, r)
	}
	return rows
}

func (a *area) saveRules(q *console.Request) error {
	base, err := strconv.ParseInt(q.PostFormValue("base"), 10, 64)
	if err != nil {
		return console.ErrBadForm
	}
	var r progress.Rules
	for i, to := range []*int{&r.RemindAfter, &r.DiscardAfter, &r.DiscardTotal} {
		// What is no number becomes 0, which is refused below.
		*to, _ = strconv.Atoi(strings.TrimSpace(q.PostFormValue(dayFields[i])))
	}
	r.AskCode = q.PostFormValue("ask") == "1"
	r.Words = map[progress.Kind]reservation.Names{}
	for _, k := range progress.States() {
		r.Words[k] = reservation.Names{}
		for _, lang := range languages {
			r.Words[k][lang] = q.PostFormValue(string(k) + "." + string(lang))
		}
	}
	err = q.Update(func(tx *store.Tx) error { return a.Cards.SaveRules(tx, r, base, q.By()) })
	if text, ok := invalid(err); ok {
		p := rulesPage{Base: base, Ask: r.AskCode, Error: text}
		var bad progress.ErrInvalid
		errors.As(err, &bad)
		for _, name := range dayFields {
			f := dayField{Name: name, Value: q.PostFormValue(name)}
			if bad.Field == name {
				f.Error = text
			}
			p.Days = append(p.Days, f)
		}
		err := q.View(func(tx *store.Tx) error {
			t, err := a.town(tx, q)
			if err != nil {
				return err
			}
			p.Rows = wordRows(t, func(k progress.Kind, lang i18n.Lang) string { return r.Words[k][lang] })
			for i := range p.Rows {
				if p.Rows[i].Code == bad.Field {
					p.Rows[i].Error = text
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return q.Again("cards-rules", "cards.rules.title", p)
	}
	if err != nil {
		return err
	}
	return q.See("cards/rules", "cards.done.saved")
}

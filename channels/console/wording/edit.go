package wording

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/wording"
)

// editPage is one text in one language.
type editPage struct {
	Row     row
	Lang    i18n.Lang
	Name    string // of the language
	Tabs    []tab
	Default string // as the program has it; "" if not in this language
	Words   string // in the form
	Seen    int64
	Names   []named
	Error   string // why the words were not taken, in the language of the console
	Unread  string // やさしい日本語: words that lack their reading
	Others  []tab  // languages that keep their words when this one changes
	Preview preview
	History []change
}

// named is a placeholder with the value shown for it in the preview.
type named struct{ Name, Sample string }

// preview is how residents will see the words.
type preview struct {
	Place    Place
	Part     string
	Segments []i18n.Segment
	Plain    string // where readings stand in brackets: LINE and mail
	Ruby     bool   // there are readings
	Mails    []specimen
}

// specimen is a mail with the words in it.
type specimen struct {
	Kind string
	Mail
}

// change is one line of the history.
type change struct {
	wording.Change
	When   civil.DateTime
	Who    string
	Before string // the words before; "" for the program's
	Now    bool   // in force
}

// edit shows a text to be changed.
func (a *area) edit(q *console.Request) error {
	p := &editPage{}
	if err := q.View(func(tx *store.Tx) error { return a.open(tx, q, p, nil) }); err != nil {
		return err
	}
	return q.Render("wording-edit", "wording.edit.title", p)
}

// open fills the page. typed are the words of a form that comes back; nil shows
// those in force.
func (a *area) open(tx *store.Tx, q *console.Request, p *editPage, typed *string) error {
	langs, err := a.languages(tx)
	if err != nil {
		return err
	}
	p.Lang = chosen(q.FormValue("in"), langs)
	p.Name, p.Tabs = i18n.Name(p.Lang), tabs(langs, p.Lang)
	it, err := a.find(tx, q.FormValue("key"))
	if err != nil {
		return err
	}
	list, err := a.Wordings.InForce(tx)
	if err != nil {
		return err
	}
	var own wording.Change
	for _, c := range list {
		if c.Key != it.Key {
			continue
		}
		if c.Lang == p.Lang {
			own = c
		}
		for i := range p.Tabs {
			p.Tabs[i].Own = p.Tabs[i].Own || p.Tabs[i].Lang == c.Lang
		}
	}
	texts, err := a.Wordings.Catalog(tx)
	if err != nil {
		return err
	}
	p.Row = describe(it, texts, own, q.Lang, p.Lang)
	p.Default, _ = it.text.Pattern(p.Lang)
	for _, t := range p.Tabs {
		if !t.Here {
			p.Others = append(p.Others, t)
		}
	}
	latest, err := a.Wordings.Latest(tx, it.Key, p.Lang)
	if err != nil {
		return err
	}
	p.Seen = latest.Number
	switch {
	case typed != nil:
		p.Words = *typed
	case own.Words != "":
		p.Words = own.Words
	default:
		p.Words = p.Default
	}
	if p.Lang == i18n.EasyJapanese {
		p.Unread = i18n.Unread(p.Words)
	}
	args, err := a.samples(tx, it, p.Lang)
	if err != nil {
		return err
	}
	for _, arg := range args {
		p.Names = append(p.Names, named{arg.Name, i18n.Plain(show(p.Lang, arg))})
	}
	if p.Preview, err = a.preview(tx, it, p.Lang, p.Words, args, list); err != nil {
		return err
	}
	p.History, err = a.history(tx, it.Key, p.Lang)
	return err
}

// show writes one value as a text of the language does.
func show(lang i18n.Lang, arg i18n.Arg) string {
	t, err := i18n.Compile(lang, "{"+arg.Name+"}")
	if err != nil {
		return ""
	}
	return t.Format(arg)
}

// preview draws words that may not be saved yet. Words that cannot be taken are
// shown without values.
func (a *area) preview(tx *store.Tx, it *item, lang i18n.Lang, words string, args []i18n.Arg, list []wording.Change) (preview, error) {
	p := preview{Place: it.Place, Part: it.Part}
	if it.text.Fits(lang, words) != nil {
		return p, nil
	}
	if it.Place == InMail {
		var err error
		p.Mails, err = a.mailsWith(tx, it.Key, lang, words, list)
		if err != nil || len(p.Mails) > 0 {
			return p, err
		}
	}
	t, err := i18n.Compile(lang, words)
	if err != nil {
		return p, nil
	}
	filled := t.Format(args...)
	p.Segments, p.Plain = i18n.Ruby(filled), i18n.Plain(filled)
	p.Ruby = slices.ContainsFunc(p.Segments, func(s i18n.Segment) bool { return s.Reading != "" })
	return p, nil
}

// mailsWith writes the mails that have a text in them, with words in its place.
func (a *area) mailsWith(tx *store.Tx, key string, lang i18n.Lang, words string, list []wording.Change) ([]specimen, error) {
	own := []i18n.Wording{}
	for _, c := range list {
		if c.Key != key || c.Lang != lang {
			own = append(own, i18n.Wording{Key: c.Key, Lang: c.Lang, Text: c.Words})
		}
	}
	if words != "" {
		own = append(own, i18n.Wording{Key: key, Lang: lang, Text: words})
	}
	texts := a.Program.Reworded(own)
	var out []specimen
	for _, kind := range a.Mails.Kinds() {
		m, used, err := a.Mails.Specimen(tx, texts, kind, lang)
		if err != nil {
			return nil, err
		}
		if slices.Contains(used, key) {
			out = append(out, specimen{kind, m})
		}
	}
	return out, nil
}

// history lists what a text was, the newest first.
func (a *area) history(tx *store.Tx, key string, lang i18n.Lang) ([]change, error) {
	list, err := a.Wordings.History(tx, key, lang)
	if err != nil {
		return nil, err
	}
	out := make([]change, len(list))
	for i, c := range list {
		out[i] = change{Change: c, When: civil.In(c.At), Who: a.Who(tx, c.By), Now: i == 0}
		if i > 0 {
			out[i-1].Before = c.Words
		}
	}
	return out, nil
}

// save takes the form of a text: to change it, to see it first, or to put the
// program's words back.
func (a *area) save(q *console.Request) error {
	words := strings.ReplaceAll(q.PostFormValue("words"), "\r\n", "\n")
	seen, err := strconv.ParseInt(q.PostFormValue("seen"), 10, 64)
	if err != nil {
		return console.ErrBadForm
	}
	if q.PostFormValue("do") == "preview" {
		p := &editPage{}
		err := q.View(func(tx *store.Tx) error {
			if err := a.open(tx, q, p, &words); err != nil {
				return err
			}
			p.Seen = seen
			p.Error = refused(q, wording.Check(p.Row.text, p.Lang, words, p.Row.OneLine))
			return nil
		})
		if err != nil {
			return err
		}
		if p.Error != "" {
			return q.Again("wording-edit", "wording.edit.title", p)
		}
		return q.Render("wording-edit", "wording.edit.title", p)
	}
	done := "wording.saved"
	return a.put(q, &words, func(tx *store.Tx, t wording.Text) error {
		t.Seen = seen
		if q.PostFormValue("do") == "reset" {
			done = "wording.reset"
			return a.Wordings.Reset(tx, t, q.By())
		}
		return a.Wordings.Set(tx, t, words, q.By())
	}, &done)
}

// restore puts the words of an earlier change in force again.
func (a *area) restore(q *console.Request) error {
	number, err := strconv.ParseInt(q.PostFormValue("number"), 10, 64)
	if err != nil {
		return console.ErrBadForm
	}
	done := "wording.restored"
	return a.put(q, nil, func(tx *store.Tx, t wording.Text) error {
		was, err := a.Wordings.At(tx, t.Key, t.Lang, number)
		if err != nil {
			return err
		}
		latest, err := a.Wordings.Latest(tx, t.Key, t.Lang)
		if err != nil {
			return err
		}
		t.Seen = latest.Number
		if was.Words == "" {
			return a.Wordings.Reset(tx, t, q.By())
		}
		return a.Wordings.Set(tx, t, was.Words, q.By())
	}, &done)
}

// put makes a change and shows the text again, with what was typed if it is
// refused.
func (a *area) put(q *console.Request, typed *string, fn func(*store.Tx, wording.Text) error, done *string) error {
	p := &editPage{}
	err := q.Update(func(tx *store.Tx) error {
		langs, err := a.languages(tx)
		if err != nil {
			return err
		}
		p.Lang = chosen(q.FormValue("in"), langs)
		it, err := a.find(tx, q.FormValue("key"))
		if err != nil {
			return err
		}
		p.Row.item = it
		return fn(tx, wording.Text{Text: it.text, Lang: p.Lang, OneLine: it.OneLine})
	})
	if why := refused(q, err); why != "" {
		if err := q.View(func(tx *store.Tx) error { return a.open(tx, q, p, typed) }); err != nil {
			return err
		}
		p.Error = why
		return q.Again("wording-edit", "wording.edit.title", p)
	}
	if err != nil {
		return err
	}
	a.Changed(q.Tenant)
	return q.See("wording/text?"+url.Values{"key": {p.Row.Key}, "in": {string(p.Lang)}}.Encode(), *done)
}

// refused says in words why a text was not taken, "" for any other error.
func refused(q *console.Request, err error) string {
	if errors.Is(err, wording.ErrChanged) {
		return q.T("wording.refused.changed")
	}
	var no *wording.Refusal
	if !errors.As(err, &no) {
		return ""
	}
	if no.Why != "placeholders" {
		return q.T("wording.refused."+no.Why, i18n.Arg{Name: "near", Value: no.Near})
	}
	var why []string
	for _, list := range []struct {
		key   string
		names []string
	}{{"wording.refused.unknown", no.Unknown}, {"wording.refused.missing", no.Missing}} {
		if len(list.names) > 0 {
			braced := make([]string, len(list.names))
			for i, name := range list.names {
				braced[i] = "{" + name + "}"
			}
			why = append(why, q.T(list.key, i18n.Arg{Name: "names", Value: braced}))
		}
	}
	return strings.Join(why, " ")
}

// At is when a change was made, as people write it.
func (c change) Time(lang i18n.Lang) string { return i18n.Plain(i18n.FormatDateTime(lang, c.When)) }

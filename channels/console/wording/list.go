package wording

import (
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/wording"
)

// pageSize is how many texts a page of the list has.
const pageSize = 50

// listPage is the list of texts.
type listPage struct {
	Tabs    []tab
	Lang    i18n.Lang
	Places  []placeTab
	Place   Place
	Query   string
	Changed bool
	Rows    []row
	Pager   console.Pager
	Total   int // changed texts, over all places
}

type placeTab struct {
	Place Place
	Here  bool
}

// row is one text in one language.
type row struct {
	*item
	Title   string // of the procedure or answer
	Words   string // as residents read it now
	Default string // as it ships; "" if it is the same
	// Own marks words of the tenant. Outdated ones were written over a text of the
	// program that has changed since; Lapsed ones no longer count, as the text has
	// other placeholders now.
	Own, Outdated, Lapsed bool
	// Borrowed is the language whose words are shown as there are none.
	Borrowed string
}

// list shows the texts of a place.
func (a *area) list(q *console.Request) error {
	p := listPage{Query: strings.TrimSpace(q.FormValue("q")), Changed: q.FormValue("changed") != ""}
	for _, known := range places {
		if q.FormValue("place") == string(known) {
			p.Place = known
		}
	}
	for _, known := range places {
		p.Places = append(p.Places, placeTab{known, known == p.Place})
	}
	var rows []row
	err := q.View(func(tx *store.Tx) error {
		langs, err := a.languages(tx)
		if err != nil {
			return err
		}
		p.Lang = chosen(q.FormValue("in"), langs)
		p.Tabs = tabs(langs, p.Lang)
		rows, err = a.rows(tx, q.Lang, p.Lang)
		return err
	})
	if err != nil {
		return err
	}
	p.Pager = console.PagerOf(q.URL.Query(), pageSize)
	for i := range rows {
		r := &rows[i]
		if r.Own {
			p.Total++
		}
		if p.Place != "" && r.Place != p.Place || p.Changed && !r.Own || !r.matches(p.Query) {
			continue
		}
		p.Pager.Total++
		if p.Pager.Total > p.Pager.Offset() && len(p.Rows) < pageSize {
			p.Rows = append(p.Rows, *r)
		}
	}
	return q.Render("wording-list", "wording.title", p)
}

// rows are all texts in a language. titles is the language of the console.
func (a *area) rows(tx *store.Tx, titles, lang i18n.Lang) ([]row, error) {
	items, err := a.items(tx)
	if err != nil {
		return nil, err
	}
	texts, err := a.Wordings.Catalog(tx)
	if err != nil {
		return nil, err
	}
	changes, err := a.Wordings.InForce(tx)
	if err != nil {
		return nil, err
	}
	own := map[string]wording.Change{}
	for _, c := range changes {
		if c.Lang == lang {
			own[c.Key] = c
		}
	}
	rows := make([]row, len(items))
	for i, it := range items {
		rows[i] = describe(it, texts, own[it.Key], titles, lang)
	}
	return rows, nil
}

// describe puts a text beside the program's. c is the change in force, if any.
func describe(it *item, texts *i18n.Catalog, c wording.Change, titles, lang i18n.Lang) row {
	r := row{item: it}
	if it.Name != nil {
		r.Title = i18n.Bare(it.Name.In(titles))
	}
	now := texts.Reword(it.text)
	source, ok := it.text.Pattern(lang)
	r.Words, _ = now.Pattern(lang)
	if r.Words == "" {
		for _, l := range lang.Fallbacks() {
			if words, ok := now.Pattern(l); ok {
				r.Words, r.Borrowed = words, i18n.Name(l)
				break
			}
		}
	}
	if c.Words != "" {
		r.Own = true
		r.Default = source
		r.Lapsed = r.Words != c.Words
		r.Outdated = ok && c.Source != i18n.Hash(source)
	}
	return r
}

// matches reports whether a text has the words looked for, in whatever form.
func (r *row) matches(query string) bool {
	if query == "" {
		return true
	}
	query = strings.ToLower(query)
	for _, s := range []string{i18n.Bare(r.Words), i18n.Bare(r.Default), r.Key, r.Title} {
		if strings.Contains(strings.ToLower(s), query) {
			return true
		}
	}
	return false
}

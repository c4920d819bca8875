// Package exchange takes texts to a translator and back: as XLIFF 2.1, which
// translation programs read, or as a CSV table for a spreadsheet.
//
//	catalogs ──Units──▶ []Unit ──WriteXLIFF, WriteCSV──▶ a file
//	                                                       │ translator
//	changes ◀──Compare── []Unit ◀──ReadXLIFF, ReadCSV── the file again
//
// A unit is one text, or one phrase of a list. It carries the Japanese it is to
// be translated from, which a file keeps: a translation that comes back after
// the Japanese has changed is stamped with the old one and so is stale at once.
//
// Files come from people and from programs nobody here knows. Nothing of a file
// with a fault is taken, and the faults are told all at once, by key and line.
package exchange

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"madoguchi/i18n"
)

// State is how far a unit is.
type State string

// The states.
const (
	New        State = "new"
	Translated State = "translated"
	Stale      State = "stale" // the Japanese has changed since
)

// Unit is one text to translate.
type Unit struct {
	File    string // of the catalogs, without .yaml: a hint for the translator
	Key     string // of the text; of a phrase the list's, # and its number from 1
	Source  string // the Japanese; "" for a phrase beyond those of the Japanese
	English string // beside it, "" if there is none
	Text    string // the translation, "" if there is none
	State   State
	Line    int // in the file it was read from
}

// File is a file of the catalogs and its texts.
type File struct {
	Name    string
	Sources []i18n.Source
}

// Units returns the texts of the files in lang, a unit each and one for every
// phrase. current gives what there is in a language.
func Units(files []File, lang i18n.Lang, current func(i18n.Lang, string) (i18n.Translation, bool)) []Unit {
	var out []Unit
	for _, f := range files {
		for i := range f.Sources {
			s := &f.Sources[i]
			have, ok := current(lang, s.Key)
			english, _ := current(i18n.English, s.Key)
			state := Translated
			switch {
			case !ok:
				state = New
			case have.Stamp != s.Stamp():
				state = Stale
			}
			if s.Phrases == nil {
				out = append(out, Unit{File: f.Name, Key: s.Key, Source: s.Text, English: english.Text, Text: have.Text, State: state})
				continue
			}
			for n := range max(len(s.Phrases), len(have.Phrases)) {
				u := Unit{
					File: f.Name, Key: s.Key + "#" + strconv.Itoa(n+1),
					Source: at(s.Phrases, n), English: at(english.Phrases, n), Text: at(have.Phrases, n), State: state,
				}
				if u.Text == "" {
					u.State = New
				}
				out = append(out, u)
			}
		}
	}
	return out
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// Fault is why a file is refused.
type Fault struct {
	Line   int    // 0: none in particular
	Key    string // "": none in particular
	Reason string
}

// Refused is a file with faults, of which nothing is taken.
type Refused struct{ Faults []Fault }

// Error lists the faults, one a line.
func (r *Refused) Error() string {
	lines := make([]string, len(r.Faults))
	for i, f := range r.Faults {
		if f.Line > 0 {
			lines[i] = fmt.Sprintf("line %d: ", f.Line)
		}
		if f.Key != "" {
			lines[i] += f.Key + ": "
		}
		lines[i] += f.Reason
	}
	return strings.Join(lines, "\n")
}

func refuse(line int, format string, args ...any) error {
	return &Refused{[]Fault{{Line: line, Reason: fmt.Sprintf(format, args...)}}}
}

// Changes is what a file would change.
type Changes struct {
	Put       []i18n.Translation // new and changed ones
	New       int                // of Put: there was none before
	Stale     int                // of Put: the Japanese is another one by now
	Unchanged int
	Empty     int      // not translated in the file; what is there stays
	Gone      []string // keys that no text has any more
	Outgrown  []string // keys whose Japanese has other placeholders by now: to be translated anew
}

// Compare looks what the units of a file would change in lang. A text that the
// file leaves empty stays as it is. The error is *Refused.
func Compare(files []File, lang i18n.Lang, units []Unit, current func(i18n.Lang, string) (i18n.Translation, bool)) (*Changes, error) {
	sources := map[string]*i18n.Source{}
	for _, f := range files {
		for i := range f.Sources {
			sources[f.Sources[i].Key] = &f.Sources[i]
		}
	}
	c := &comparison{Changes: &Changes{}, lang: lang, current: current}
	seen := map[string]int{}
	lists := map[string][]Unit{}
	var order []string
	for _, u := range units {
		if first, twice := seen[u.Key]; twice {
			c.fault(u, "stands twice, first on line %d", first)
			continue
		}
		seen[u.Key] = u.Line
		if fault := unwritable(u.Text); fault != "" {
			c.fault(u, "%s", fault)
			continue
		}
		if s := sources[u.Key]; s != nil && s.Phrases == nil {
			c.text(u, s)
			continue
		}
		list, number := listOf(u.Key)
		if s := sources[list]; number == 0 || s == nil || s.Phrases == nil {
			c.Gone = append(c.Gone, u.Key)
			continue
		}
		if lists[list] == nil {
			order = append(order, list)
		}
		lists[list] = append(lists[list], u)
	}
	for _, key := range order {
		c.phrases(sources[key], lists[key])
	}
	if len(c.faults) > 0 {
		return nil, &Refused{c.faults}
	}
	return c.Changes, nil
}

// listOf cuts the key of a phrase; number is 0 if it is none.
func listOf(key string) (list string, number int) {
	i := strings.LastIndexByte(key, '#')
	if i < 0 {
		return "", 0
	}
	number, err := strconv.Atoi(key[i+1:])
	if err != nil || number < 1 || strconv.Itoa(number) != key[i+1:] {
		return "", 0
	}
	return key[:i], number
}

// unwritable says why a text cannot stand in a catalog, "" if it can.
func unwritable(text string) string {
	switch {
	case !utf8.ValidString(text):
		return "is not UTF-8"
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return "has a control character"
	}
	return ""
}

// comparison collects changes and faults.
type comparison struct {
	*Changes
	lang    i18n.Lang
	current func(i18n.Lang, string) (i18n.Translation, bool)
	faults  []Fault
}

func (c *comparison) fault(u Unit, format string, args ...any) {
	c.faults = append(c.faults, Fault{u.Line, u.Key, fmt.Sprintf(format, args...)})
}

// text takes the translation of a text.
func (c *comparison) text(u Unit, today *i18n.Source) {
	words := strings.TrimRight(u.Text, "\n")
	if strings.TrimSpace(words) == "" {
		c.Empty++
		return
	}
	// The translator worked from the Japanese in the file. If that has other
	// placeholders than today's, nothing is wrong with the work, only late.
	if err := fits(u.Key, u.Source, c.lang, words); err != nil {
		c.fault(u, "%s", explain(err))
		return
	}
	if unread := i18n.Unread(words); c.lang == i18n.EasyJapanese && unread != "" {
		c.fault(u, "%q has a kanji without its reading", unread)
		return
	}
	if fits(u.Key, today.Text, c.lang, words) != nil {
		c.Outgrown = append(c.Outgrown, u.Key)
		return
	}
	made := i18n.Source{Key: u.Key, Text: u.Source}
	have, ok := c.current(c.lang, u.Key)
	c.put(u.State, i18n.Translation{Key: u.Key, Stamp: made.Stamp(), Text: words}, have, ok, ok && strings.TrimRight(have.Text, "\n") == words, today.Stamp())
}

// phrases takes the translations of a list.
func (c *comparison) phrases(today *i18n.Source, units []Unit) {
	slices.SortStableFunc(units, func(a, b Unit) int {
		_, i := listOf(a.Key)
		_, j := listOf(b.Key)
		return i - j
	})
	made := i18n.Source{Key: today.Key, Phrases: []string{}}
	var words []string
	state := Translated
	for _, u := range units {
		if u.Source != "" {
			made.Phrases = append(made.Phrases, u.Source)
		}
		if strings.TrimSpace(u.Text) != "" {
			words = append(words, u.Text)
			if u.State == Stale {
				state = Stale
			}
		}
	}
	if len(words) == 0 {
		c.Empty++
		return
	}
	have, ok := c.current(c.lang, today.Key)
	c.put(state, i18n.Translation{Key: today.Key, Stamp: made.Stamp(), Phrases: words}, have, ok, ok && slices.Equal(have.Phrases, words), today.Stamp())
}

// put notes a translation if it changes what there is. One that is marked stale
// and has the same words is left stale; with other words, or marked translated,
// somebody has seen to it.
func (c *comparison) put(state State, t, have i18n.Translation, ok, same bool, today string) {
	switch {
	case same && (state == Stale || have.Stamp == t.Stamp):
		c.Unchanged++
		return
	case !ok && state == Stale:
		t.Stamp = ""
	}
	if !ok {
		c.New++
	}
	if t.Stamp != today {
		c.Stale++
	}
	c.Put = append(c.Put, t)
}

// fits checks words against a Japanese text.
func fits(key, source string, lang i18n.Lang, words string) error {
	if _, err := i18n.Compile(i18n.Japanese, source); err != nil {
		return err
	}
	return (&i18n.Catalog{}).Bind(key, source).Fits(lang, words)
}

// explain says in one line why words do not fit.
func explain(err error) string {
	no, ok := err.(*i18n.PlaceholderError)
	if !ok {
		return err.Error()
	}
	var parts []string
	if len(no.Missing) > 0 {
		parts = append(parts, "without {"+strings.Join(no.Missing, "}, {")+"}")
	}
	if len(no.Unknown) > 0 {
		parts = append(parts, "with {"+strings.Join(no.Unknown, "}, {")+"}, which the Japanese has not")
	}
	return strings.Join(parts, " and ")
}

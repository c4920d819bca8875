package i18n

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Catalog is every text in every language. It is immutable and safe for
// concurrent use: binding a source makes a new Text and keeps nothing.
type Catalog struct {
	langs   []Lang
	entries map[Lang]map[string]*entry
	texts   map[string]*Text              // the program's, by key
	own     map[string]map[Lang]*Template // a municipality's, by key (wording.go)
}

//go:embed catalogs
var files embed.FS

// builtin reads the embedded files at first use.
var builtin = sync.OnceValue(func() *Catalog {
	root, err := fs.Sub(files, "catalogs")
	if err != nil {
		panic(err)
	}
	c, err := Load(root)
	if err != nil {
		panic(err)
	}
	return c
})

// Builtin returns the catalogs that ship with the program. It panics if they
// are not of the right form, which a test excludes.
func Builtin() *Catalog { return builtin() }

// merge returns a catalog of c's entries and the added ones.
func (c *Catalog) merge(added map[Lang]map[string]*entry) *Catalog {
	m := &Catalog{
		entries: make(map[Lang]map[string]*entry, len(c.entries)+len(added)),
		texts:   make(map[string]*Text),
	}
	for lang, entries := range c.entries {
		m.entries[lang] = maps.Clone(entries)
	}
	for lang, entries := range added {
		if m.entries[lang] == nil {
			m.entries[lang] = make(map[string]*entry, len(entries))
		}
		maps.Copy(m.entries[lang], entries)
	}
	m.langs = slices.SortedFunc(maps.Keys(m.entries), Order)
	for key, e := range m.entries[Japanese] {
		if !e.list && e.tmpl != nil {
			m.texts[key] = m.bind(key, e.text, e.tmpl)
		}
	}
	return m
}

// Order compares languages for a list: Japanese first, then やさしい日本語 and
// English, then the others by their tag.
func Order(a, b Lang) int {
	rank := func(l Lang) int {
		if i := slices.Index([]Lang{Japanese, EasyJapanese, English}, l); i >= 0 {
			return i
		}
		return 3
	}
	return cmp.Or(rank(a)-rank(b), cmp.Compare(a, b))
}

// Languages returns the languages of the catalog, Japanese first.
func (c *Catalog) Languages() []Lang { return slices.Clone(c.langs) }

// Text returns the program text with this key; it panics if the key does not
// exist, as a misspelt key is a fault of the program that a test must find.
func (c *Catalog) Text(key string) *Text {
	t := c.texts[key]
	if t == nil {
		panic(fmt.Sprintf("i18n: no text %q in catalogs/ja", key))
	}
	return t
}

// Keys returns the keys of program texts that begin with prefix, in order: for a
// page that has words for codes, where a code may come that has none.
func (c *Catalog) Keys(prefix string) []string {
	var keys []string
	for key := range c.texts {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Phrases returns the program's phrases with this key in lang, nil if there are
// none. Unlike a text, a phrase of another language is of no use to a listener;
// only やさしい日本語 takes those of Japanese where it has none, as people who
// read it write Japanese.
func (c *Catalog) Phrases(lang Lang, key string) []string {
	if e := c.entries[lang][key]; e != nil && e.list && len(e.phrases) > 0 {
		return slices.Clone(e.phrases)
	}
	if lang == EasyJapanese {
		return c.Phrases(Japanese, key)
	}
	return nil
}

// Bind returns the text whose Japanese source stands outside the catalogs, with
// the translations found under key. A source that does not compile shows as it
// is written; whoever takes sources from people checks them with Compile first.
func (c *Catalog) Bind(key, source string) *Text {
	tmpl, err := Compile(Japanese, source)
	if err != nil {
		tmpl = verbatim(Japanese, source)
	}
	return c.Reword(c.bind(key, source, tmpl))
}

// bind gathers the usable translations.
func (c *Catalog) bind(key, source string, tmpl *Template) *Text {
	in := make(map[Lang]*Template, len(c.langs)+1)
	for lang, entries := range c.entries {
		if e := entries[key]; e != nil && lang != Japanese && usable(e, tmpl) {
			in[lang] = e.tmpl
		}
	}
	in[Japanese] = tmpl
	return c.settle(&Text{Key: key, Source: source}, in)
}

// settle returns the text of t in these languages, and for the others what they
// fall back to, so that In need not search.
func (c *Catalog) settle(t *Text, in map[Lang]*Template) *Text {
	sought := &Text{in: in}
	resolved := make(map[Lang]*Template, len(c.langs)+1)
	resolved[Japanese] = in[Japanese]
	for _, lang := range c.langs {
		resolved[lang] = sought.template(lang)
	}
	return &Text{Key: t.Key, Source: t.Source, in: resolved}
}

// usable reports whether a translation can stand for the source. A stale one
// can as long as it says the same values; one that lost or invented a
// placeholder could hide a receipt number or show nothing in its place.
func usable(e *entry, source *Template) bool {
	return e.tmpl != nil && samePlaceholders(e.tmpl, source)
}

func samePlaceholders(a, b *Template) bool {
	if len(a.names) != len(b.names) {
		return false
	}
	for _, name := range a.names {
		if !slices.Contains(b.names, name) {
			return false
		}
	}
	return true
}

// BindPhrases returns the phrases whose Japanese stands outside the catalogs, in
// every language that has them: source in Japanese and, without words of its
// own, in やさしい日本語; the others from the catalogs.
func (c *Catalog) BindPhrases(key string, source []string) map[Lang][]string {
	all := map[Lang][]string{Japanese: slices.Clone(source)}
	for _, lang := range c.langs {
		if lang == Japanese {
			continue
		}
		if e := c.entries[lang][key]; e != nil && e.list && len(e.phrases) > 0 {
			all[lang] = slices.Clone(e.phrases)
		} else if lang == EasyJapanese {
			all[lang] = slices.Clone(source)
		}
	}
	return all
}

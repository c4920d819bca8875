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
	"sync/atomic"
)

// Catalog is every text in every language. It is immutable and safe for
// concurrent use: binding a source makes a new Text and keeps nothing.
//
// A language's files are read when it is first asked for: a command needs one
// language or none, and reading all takes longer than most commands.
type Catalog struct {
	langs   []Lang
	place   map[Lang]int // in langs
	entries map[Lang]func() map[string]*entry
	texts   map[string]*Text              // the program's, by key
	own     map[string]map[Lang]*Template // a municipality's, by key (wording.go)
}

// in returns what the catalog has in a language, nil if it has nothing.
func (c *Catalog) in(lang Lang) map[string]*entry {
	if read := c.entries[lang]; read != nil {
		return read()
	}
	return nil
}

//go:embed catalogs
var files embed.FS

// builtin are the embedded files, each language read at its first use.
var builtin = sync.OnceValue(func() *Catalog {
	root, err := fs.Sub(files, "catalogs")
	if err != nil {
		panic(err)
	}
	langs, err := folders(root)
	if err != nil {
		panic(err)
	}
	read := make(map[Lang]func() map[string]*entry, len(langs))
	for _, lang := range langs {
		read[lang] = sync.OnceValue(func() map[string]*entry {
			entries, err := readFolder(root, lang)
			if err != nil {
				panic(err)
			}
			return entries
		})
	}
	return (&Catalog{}).merge(read)
})

// Builtin returns the catalogs that ship with the program. It panics, or the
// first use of a language does, if they are not of the right form, which a test
// excludes.
func Builtin() *Catalog { return builtin() }

// merge returns a catalog of c's entries and the added ones.
func (c *Catalog) merge(added map[Lang]func() map[string]*entry) *Catalog {
	m := &Catalog{
		place:   make(map[Lang]int, len(c.entries)+len(added)),
		entries: make(map[Lang]func() map[string]*entry, len(c.entries)+len(added)),
		texts:   make(map[string]*Text),
	}
	maps.Copy(m.entries, c.entries)
	for lang, more := range added {
		base := m.entries[lang]
		if base == nil {
			m.entries[lang] = more
			continue
		}
		m.entries[lang] = sync.OnceValue(func() map[string]*entry {
			entries := maps.Clone(base())
			maps.Copy(entries, more())
			return entries
		})
	}
	m.langs = slices.SortedFunc(maps.Keys(m.entries), Order)
	for i, lang := range m.langs {
		m.place[lang] = i
	}
	for key, e := range m.in(Japanese) {
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

// bind makes the text of a source, whose translations it finds when they are
// asked for.
func (c *Catalog) bind(key, source string, tmpl *Template) *Text {
	return c.text(key, source, map[Lang]*Template{Japanese: tmpl})
}

// text is one with these templates, and the catalog's in the other languages.
func (c *Catalog) text(key, source string, in map[Lang]*Template) *Text {
	return &Text{Key: key, Source: source, in: in, catalog: c, found: make([]atomic.Pointer[Template], len(c.langs))}
}

// translation returns the usable translation of a text, nil if there is none.
func (c *Catalog) translation(lang Lang, key string, source *Template) *Template {
	if lang == Japanese {
		return nil
	}
	if e := c.in(lang)[key]; e != nil && usable(e, source) {
		return e.tmpl
	}
	return nil
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

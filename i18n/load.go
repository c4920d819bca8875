package i18n

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A catalog is a folder per language with any number of YAML files. A key is
// the path of mapping keys to a text, joined by dots; the name of the file is
// not part of it. A key with dots is the same as nested mappings.
//
//	ja/common.yaml                   en/common.yaml
//	  common:                          common.yes:
//	    yes: はい                         # はい
//	    bye: [さようなら, またね]            src: 2f0f4a5b
//	                                     text: Yes
//	                                   common.bye:
//	                                     src: 77aa01c3
//	                                     phrases: [goodbye, see you]
//
// Japanese is the source: a key has a text, or a list of phrases (words by which
// people may say the same). In the other languages it has text or phrases
// beside src, the hash of the Japanese it was translated from (Hash). One
// written without stamp, as a string or list alone, works and counts as stale
// until Restamp has written the file.

// entry is what a catalog file has under a key. It is immutable.
type entry struct {
	file string // path within the catalog: en/common.yaml
	line int

	src     string // the stamp, "" in Japanese
	text    string
	phrases []string
	list    bool      // phrases, not text
	tmpl    *Template // of text; nil if it is empty or broken
	broken  error     // why text could not be compiled
}

// Hash returns the stamp of a Japanese source: the first eight hexadecimal
// digits of its SHA-256.
func Hash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return hex.EncodeToString(sum[:4])
}

// hashPhrases returns the stamp of a list of phrases.
func hashPhrases(phrases []string) string { return Hash(strings.Join(phrases, "\n")) }

// langPattern is the form of a language's folder name.
var langPattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// Load reads a catalog: every folder of fsys that is named like a language, and
// the YAML files in it.
//
// It fails on files that cannot be read or are not of the catalog's form, on a
// key that a language has twice, and on a Japanese text with a broken
// placeholder. Faults of translations do not stop the program; they make it
// fall back, and Report tells them.
func Load(fsys fs.FS) (*Catalog, error) { return (&Catalog{}).With(fsys) }

// With returns the catalog with the languages and texts of another one added to
// it, which replace those of the same key: how a municipality adds a language
// or changes a wording. The error is as for Load.
func (c *Catalog) With(fsys fs.FS) (*Catalog, error) {
	langs, err := folders(fsys)
	if err != nil {
		return nil, fmt.Errorf("loading catalogs: %w", err)
	}
	added := make(map[Lang]func() map[string]*entry, len(langs))
	var faults []error
	for _, lang := range langs {
		entries, err := readFolder(fsys, lang)
		faults = append(faults, err)
		added[lang] = func() map[string]*entry { return entries }
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("loading catalogs: %w", err)
	}
	return c.merge(added), nil
}

// folders are the languages that have one.
func folders(fsys fs.FS) ([]Lang, error) {
	list, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var langs []Lang
	for _, folder := range list {
		if folder.IsDir() && langPattern.MatchString(folder.Name()) {
			langs = append(langs, Lang(folder.Name()))
		}
	}
	return langs, nil
}

// readFolder reads the entries of one language, by key.
func readFolder(fsys fs.FS, lang Lang) (map[string]*entry, error) {
	files, err := fs.Glob(fsys, path.Join(string(lang), "*.yaml"))
	if err != nil {
		return nil, err
	}
	r := reader{lang: lang, entries: make(map[string]*entry)}
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		r.file = file
		r.read(data)
	}
	return r.entries, errors.Join(r.faults...)
}

// reader collects the entries of one language.
type reader struct {
	lang    Lang
	file    string
	entries map[string]*entry
	faults  []error
}

func (r *reader) fault(node *yaml.Node, format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf("%s:%d: %s", r.file, node.Line, fmt.Sprintf(format, args...)))
}

func (r *reader) read(data []byte) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		r.faults = append(r.faults, fmt.Errorf("%s: %w", r.file, err))
		return
	}
	if len(doc.Content) > 0 {
		r.walk("", doc.Content[0])
	}
}

// walk reads the mapping below a key.
func (r *reader) walk(prefix string, node *yaml.Node) {
	if node.Kind != yaml.MappingNode {
		r.fault(node, "want a mapping of keys to texts")
		return
	}
	for i := 0; i < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		if name.Kind != yaml.ScalarNode || name.Value == "" {
			r.fault(name, "want a key")
			continue
		}
		key := name.Value
		if prefix != "" {
			key = prefix + "." + key
		}
		switch {
		case r.lang == Japanese && value.Kind == yaml.MappingNode,
			r.lang != Japanese && value.Kind == yaml.MappingNode && !stamped(value):
			r.walk(key, value)
		default:
			r.add(key, name, value)
		}
	}
}

// stamped reports whether a mapping is a translation, which has src, text or
// phrases, rather than a group of keys.
func stamped(node *yaml.Node) bool {
	for i := 0; i < len(node.Content); i += 2 {
		switch value := node.Content[i+1]; node.Content[i].Value {
		case "src", "text":
			if value.Kind == yaml.ScalarNode {
				return true
			}
		case "phrases":
			if value.Kind == yaml.SequenceNode {
				return true
			}
		}
	}
	return false
}

// add reads the text or the phrases of one key.
func (r *reader) add(key string, name, value *yaml.Node) {
	e := &entry{file: r.file, line: name.Line}
	if before := r.entries[key]; before != nil {
		r.fault(name, "%s is there already, at %s:%d", key, before.file, before.line)
		return
	}
	if r.lang == Japanese || value.Kind != yaml.MappingNode {
		r.value(key, e, value)
	} else if !r.translation(key, e, value) {
		return
	}
	if !e.list && e.text != "" {
		e.tmpl, e.broken = Compile(r.lang, e.text)
		if e.broken != nil && r.lang == Japanese {
			r.fault(value, "%s: %v", key, e.broken)
		}
	}
	r.entries[key] = e
}

// translation reads {src, text} or {src, phrases}.
func (r *reader) translation(key string, e *entry, value *yaml.Node) bool {
	for i := 0; i < len(value.Content); i += 2 {
		part := value.Content[i+1]
		switch name := value.Content[i].Value; name {
		case "src":
			e.src = part.Value
		case "text", "phrases":
			if (name == "phrases") != (part.Kind == yaml.SequenceNode) {
				r.fault(part, "%s: text is a string, phrases a list", key)
				return false
			}
			r.value(key, e, part)
		default:
			r.fault(value.Content[i], "%s: unknown %q; want src, text, phrases", key, name)
			return false
		}
	}
	return true
}

// value reads a string or a list of strings, whatever YAML takes them for: no
// and 1 are texts here.
func (r *reader) value(key string, e *entry, node *yaml.Node) {
	switch node.Kind {
	case yaml.ScalarNode:
		e.text = strings.TrimRight(node.Value, "\n")
		if node.Tag == "!!null" {
			e.text = ""
		}
	case yaml.SequenceNode:
		e.list = true
		for _, item := range node.Content {
			if item.Kind != yaml.ScalarNode {
				r.fault(item, "%s: want a list of strings", key)
				return
			}
			if item.Value != "" && item.Tag != "!!null" {
				e.phrases = append(e.phrases, item.Value)
			}
		}
	default:
		r.fault(node, "%s: want a text or a list of phrases", key)
	}
}

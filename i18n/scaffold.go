package i18n

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Sources returns the program's texts and phrases that stand in
// catalogs/ja/<file>.yaml, in its order; those of all files for file "".
func (c *Catalog) Sources(file string) []Source {
	type placed struct {
		*entry
		key string
	}
	var entries []placed
	for key, e := range c.in(Japanese) {
		if file == "" || path.Base(e.file) == file+".yaml" {
			entries = append(entries, placed{e, key})
		}
	}
	slices.SortFunc(entries, func(a, b placed) int {
		if a.file != b.file {
			return strings.Compare(a.file, b.file)
		}
		return a.line - b.line
	})
	sources := make([]Source, len(entries))
	for i, e := range entries {
		sources[i] = Source{Key: e.key, Text: e.text}
		if e.list {
			sources[i].Phrases = append([]string{}, e.phrases...)
		}
	}
	return sources
}

// Files returns the names of the files that the program's texts stand in, in
// order, as Sources takes them.
func (c *Catalog) Files() []string {
	names := map[string]bool{}
	for _, e := range c.in(Japanese) {
		names[strings.TrimSuffix(path.Base(e.file), ".yaml")] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// AsSource returns the text as Report and Scaffold want it.
func (t *Text) AsSource() Source { return Source{Key: t.Key, Text: t.Source} }

// Scaffold returns the content of the catalog file that translates the sources
// into lang, in their order: what is translated already, with its stamp as it
// is, and an empty text with the right stamp for what is missing. The Japanese
// stands above each text as a comment. Translations of other keys are left out.
func (c *Catalog) Scaffold(lang Lang, sources []Source) ([]byte, error) {
	return c.write(lang, sources, false)
}

// Restamp is Scaffold with every translation stamped as made from the Japanese
// of today: for a translator who has read the stale ones and found them right.
func (c *Catalog) Restamp(lang Lang, sources []Source) ([]byte, error) {
	return c.write(lang, sources, true)
}

func (c *Catalog) write(lang Lang, sources []Source, restamp bool) ([]byte, error) {
	if lang == Japanese {
		return nil, fmt.Errorf("catalog file for %s: it is the source, not a translation", lang)
	}
	root := &yaml.Node{Kind: yaml.MappingNode}
	for i := range sources {
		source := &sources[i]
		e := c.in(lang)[source.Key]
		if e == nil || e.text == "" && len(e.phrases) == 0 || e.list != (source.Phrases != nil) {
			e = &entry{src: source.hash(), list: source.Phrases != nil}
		}
		stamp := e.src
		if restamp || stamp == "" && e.text == "" && len(e.phrases) == 0 {
			stamp = source.hash()
		}
		src := scalar("src")
		src.HeadComment = comment(quote(source))
		value := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{src, text(stamp)}}
		if e.list {
			phrases := &yaml.Node{Kind: yaml.SequenceNode}
			for _, phrase := range e.phrases {
				phrases.Content = append(phrases.Content, text(phrase))
			}
			value.Content = append(value.Content, scalar("phrases"), phrases)
		} else {
			value.Content = append(value.Content, scalar("text"), text(e.text))
		}
		root.Content = append(root.Content, scalar(source.Key), value)
	}
	if len(root.Content) == 0 {
		return nil, nil
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("catalog file for %s: %w", lang, err)
	}
	if err := encoder.Close(); err != nil {
		return nil, fmt.Errorf("catalog file for %s: %w", lang, err)
	}
	return out.Bytes(), nil
}

// comment makes a YAML comment of a source, line by line.
func comment(s string) string { return "# " + strings.ReplaceAll(s, "\n", "\n# ") }

func scalar(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

// text is a string that stays one when read back: quoted if YAML would take it
// for a number, a boolean or the like.
func text(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if strings.Contains(s, "\n") {
		n.Style = yaml.LiteralStyle
	}
	return n
}

package flows

import (
	"slices"
	"unicode/utf8"

	"madoguchi/i18n"
)

// maxText is how long a message can be and still be read on a phone. LINE's own
// limit is 5,000 characters.
const maxText = 1000

// globals are the names every text may use: the office the resident talks to.
var globals = []string{"office", "phone", "hours", "city"}

func checkTexts(c *checker) {
	known := c.knownToTexts()
	f := c.file
	text := func(w Word) { c.text(w, known) }
	text(f.Title)
	for _, p := range f.Papers {
		for _, w := range p.Lines {
			text(w)
		}
	}
	for i := range f.Fields {
		text(f.Fields[i].Label)
	}
	for i := range f.Steps {
		s := &f.Steps[i]
		text(s.text())
		text(s.Help)
		text(s.Hint)
		for _, ch := range s.Choices {
			text(ch.Label)
		}
	}
}

func (c *checker) text(w Word, known []string) {
	if !w.Given() {
		return
	}
	if n := utf8.RuneCountInString(w.Value); n > maxText {
		c.warn(w.Pos, "long-text", "make two steps of it, or a checklist", "the text has %d characters; more than %d are hard to read on a phone", n, maxText)
	}
	t, err := i18n.Compile(i18n.Japanese, w.Value)
	if err != nil {
		c.fail(w.Pos, "text", "write {field} to fill in an answer", "the text is not usable: %v", err)
		return
	}
	for _, name := range t.Placeholders() {
		if !slices.Contains(known, name) {
			c.fail(w.Pos, "placeholder", didYouMean(name, known), "the text names the unknown {%s}", name)
		}
	}
}

// knownToTexts returns what texts of the file may fill in: fields, what actions
// set, the same of the flows it calls, and the globals.
func (c *checker) knownToTexts() []string {
	names := map[string]bool{}
	for _, n := range globals {
		names[n] = true
	}
	take := func(f *File) {
		for i := range f.Fields {
			names[f.Fields[i].Name.Value] = true
		}
		for i := range f.Steps {
			for _, n := range c.set.vocab.Actions[actionOf(&f.Steps[i])].Sets {
				names[n] = true
			}
		}
	}
	take(c.file)
	for name := range c.set.calledBy(c.file) {
		take(c.set.byName[name])
	}
	return sortedKeys(names)
}

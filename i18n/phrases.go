package i18n

// Phrases are words by which people may say one thing, in every language. They
// are immutable and safe for concurrent use; none (nil) has no words.
type Phrases struct {
	key     string
	source  []string // the Japanese
	catalog *Catalog
}

// Phrases returns the program's phrases with this key.
func (c *Catalog) Phrases(key string) *Phrases {
	p := &Phrases{key: key, catalog: c}
	if e := c.in(Japanese)[key]; e != nil && e.list {
		p.source = e.phrases
	}
	return p
}

// BindPhrases returns the phrases whose Japanese stands outside the catalogs,
// with those of other languages found under key.
func (c *Catalog) BindPhrases(key string, source []string) *Phrases {
	return &Phrases{key: key, source: source, catalog: c}
}

// In returns the phrases in lang, nil if there are none; the caller must not
// change them. Unlike a text, a phrase of another language is of no use to a
// listener; only やさしい日本語 takes those of Japanese where it has none, as
// people who read it write Japanese.
func (p *Phrases) In(lang Lang) []string {
	if p == nil {
		return nil
	}
	if lang != Japanese {
		if e := p.catalog.in(lang)[p.key]; e != nil && e.list && len(e.phrases) > 0 {
			return e.phrases
		}
		if lang != EasyJapanese {
			return nil
		}
	}
	return p.source
}

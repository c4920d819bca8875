// Package i18n holds the languages: the catalogs of texts, their formatting
// with values (dates in both calendars, numbers, plurals), やさしい日本語 with
// furigana, and the choice of a language for a person.
//
// Japanese is the source of every text. Program texts have their Japanese in
// catalogs/ja; texts of flows and of the FAQ have it in their own file and only
// their translations in the catalogs. A translation carries the hash of the
// source it was made from, so that a changed source marks it stale.
//
//	catalogs/<lang>/*.yaml ──Load──▶ Catalog ──Text/Bind──▶ Text ──In(lang, args)──▶ string
//
// Where to look:
//
//	load.go       the form of a catalog file, and reading it
//	catalog.go    the texts of all languages, and binding sources to them
//	report.go     what is missing, stale or broken, and where
//	scaffold.go   writing a catalog file for a translator
//	translation.go
//	              what a language has under a key, and putting more there
//	text.go       one text in every language
//	phrases.go    what people say, in every language
//	wording.go    texts in a municipality's own words
//	template.go   {placeholders}, plural and select
//	conventions.go, format.go
//	              how a language writes dates, times and lists
//	furigana.go   [漢字|かんじ], and how each channel shows it
//	match.go      which language a person is served in
package i18n

import "strings"

// Lang is a language tag as used in catalogs, URLs and the turn API.
type Lang string

// The languages named in code. Which languages exist is decided by the folders
// under catalogs.
const (
	Japanese     Lang = "ja"
	EasyJapanese Lang = "ja-easy" // やさしい日本語, all kanji with furigana
	English      Lang = "en"
)

// Fallbacks returns the languages in which a text is sought, in order, when it
// does not exist in l: the wider tag (zh-Hant-HK → zh-Hant → zh), then
// やさしい日本語, which a reader of little Japanese can follow (S3-015), then
// Japanese, in which every text exists.
func (l Lang) Fallbacks() []Lang {
	var chain []Lang
	for tag := string(l); ; {
		i := strings.LastIndexByte(tag, '-')
		if i < 0 {
			break
		}
		tag = tag[:i]
		if Lang(tag) != Japanese {
			chain = append(chain, Lang(tag))
		}
	}
	if l != Japanese && l != EasyJapanese {
		chain = append(chain, EasyJapanese)
	}
	if l != Japanese {
		chain = append(chain, Japanese)
	}
	return chain
}

// names are the languages' names in their own script, as buttons show them: of
// those that ship and of those that municipalities add next (domain-facts 11).
var names = map[Lang]string{
	Japanese:     "日本語",
	EasyJapanese: "やさしい日本語",
	English:      "English",
	"zh-Hans":    "简体中文",
	"zh-Hant":    "繁體中文",
	"ko":         "한국어",
	"vi":         "Tiếng Việt",
	"ne":         "नेपाली",
	"pt-BR":      "Português (Brasil)",
	"es":         "Español",
	"fil":        "Filipino",
	"id":         "Bahasa Indonesia",
	"th":         "ไทย",
	"my":         "မြန်မာဘာသာ",
	"km":         "ភាសាខ្មែរ",
	"hi":         "हिन्दी",
	"ru":         "Русский",
	"uk":         "Українська",
	"fr":         "Français",
}

// Name returns the name of l in its own script, the tag itself if it is not
// known here.
func Name(l Lang) string {
	if name, ok := names[l]; ok {
		return name
	}
	return string(l)
}

// Arg is one named value put into a text. Value is a string, an int, or one of
// civil.Date, civil.Clock, civil.DateTime, []string (a list), *Text or Markup.
// Strings are data: neither braces nor furigana markup in them are read.
type Arg struct {
	Name  string
	Value any
}

// Markup is text that may carry furigana, such as what Text.In returned; as an
// argument it goes into a text unescaped. Never make it of what a person wrote.
type Markup string

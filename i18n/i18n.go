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
package i18n

// Lang is a language tag as used in catalogs, URLs and the turn API.
type Lang string

// The languages named in code. Which languages exist is decided by the folders
// under catalogs.
const (
	Japanese     Lang = "ja"
	EasyJapanese Lang = "ja-easy" // やさしい日本語, all kanji with furigana
	English      Lang = "en"
)

// Arg is one named value put into a text. Value is a string, an int, or one of
// civil.Date, civil.Clock, civil.DateTime, []string (a list) or *Text.
type Arg struct {
	Name  string
	Value any
}

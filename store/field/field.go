// Package field keeps what a municipality asks on its two forms (項目設定): the
// registration of a resident (利用者登録項目) and the application for a visit
// (申込項目). A form has basic fields, which every municipality knows and can
// turn on or off, and custom fields (追加項目) of its own.
//
//	Settings ──Save──▶ version n+1 in force ──Rules──▶ what to ask of whom
//	                         │
//	answers + version ───────┴──Read──▶ labels and values as they were asked
//
// Every version is kept, and a record remembers the version it was made under:
// so an old record stays readable whatever has become of the field since
// (S4-008). The answers themselves are not kept here but sealed with the booking
// or the resident they belong to; only the values that classify a record stand
// here, as keyed hashes (class.go).
//
//	field.go     the words: form, field, condition, kind
//	basic.go     the basic fields of each form
//	settings.go  settings as they are edited, and what is wrong with them
//	edition.go   versions
//	rule.go      what is asked, of whom
//	accept.go    which answers a field takes
//	record.go    answers as they are kept, and read again
//	class.go     records by the value of a field (分類)
package field

import (
	"errors"

	"madoguchi/i18n"
)

// Form is one of the two sets of fields.
type Form string

// The forms.
const (
	Registration Form = "registration" // 利用者登録
	Application  Form = "application"  // 申込
)

// Forms are all forms, in the order of the console.
var Forms = []Form{Registration, Application}

// Audience is who fills in a form: conditions are set for each (S4-059).
type Audience string

// The audiences.
const (
	Resident Audience = "resident" // 利用者画面
	Staff    Audience = "staff"    // 管理画面
)

// Condition says how a field is used (S4-004).
type Condition string

// The conditions.
const (
	Off      Condition = ""         // 使用しない
	Required Condition = "required" // 必須
	Optional Condition = "optional" // 任意
	Shown    Condition = "shown"    // 表示のみ
)

// Conditions are all conditions, in the order of the console.
var Conditions = []Condition{Off, Required, Optional, Shown}

// Kind is what sort of answer a field takes.
type Kind string

// The kinds a custom field can have.
const (
	Line    Kind = "line"    // one line
	Text    Kind = "text"    // several lines
	Number  Kind = "number"  // whole number
	Date    Kind = "date"    // YYYY-MM-DD
	Choice  Kind = "choice"  // 択一
	Choices Kind = "choices" // several of them
	YesNo   Kind = "yesno"
	Consent Kind = "consent" // yes only, where it is required
	Kana    Kind = "kana"
	Phone   Kind = "phone"
	Mail    Kind = "mail"
	Postal  Kind = "postal"
)

// Kinds are the kinds of custom fields, in the order of the console.
var Kinds = []Kind{Line, Text, Number, Date, Choice, Choices, YesNo, Consent, Kana, Phone, Mail, Postal}

// The kinds that only basic fields have.
const (
	Name      Kind = "name"
	Address   Kind = "address"
	Birthdate Kind = "birthdate"
	Password  Kind = "password" // never asked in a dialog
)

// Listed reports whether an answer is one of the field's choices.
func (k Kind) Listed() bool { return k == Choice || k == Choices }

// Written reports whether an answer is words whose letters and length can be
// bounded.
func (k Kind) Written() bool { return k == Line || k == Text }

// Personal reports whether answers of the kind are always personal data. Of the
// others the municipality says so itself.
func (k Kind) Personal() bool {
	switch k {
	case Kana, Phone, Mail, Postal, Name, Address, Birthdate, Password:
		return true
	}
	return false
}

// Names is a text in several languages; Japanese is always there.
type Names map[i18n.Lang]string

// In returns the text in lang or the best there is.
func (n Names) In(lang i18n.Lang) string { return i18n.Called(n, lang) }

// What a caller may decide by.
var (
	// ErrStale: the settings were changed by somebody else in the meantime.
	ErrStale = errors.New("the field settings have changed in the meantime")
	// ErrNotFound: there is no such version.
	ErrNotFound = errors.New("no such version of the field settings")
)

package field

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"madoguchi/i18n"
)

// Settings are what a municipality has decided about its forms, as they are
// edited and kept.
type Settings struct {
	Forms map[Form]*Sheet `json:"forms"`
	// Last numbers the custom fields ever made, so that no id is given twice: an
	// old record's answer must never read as that of a newer field.
	Last int `json:"last,omitempty"`
}

// Sheet is one form.
type Sheet struct {
	Basic  []Basic  `json:"basic"`            // in the order of the paper form; all of them
	Custom []Custom `json:"custom,omitempty"` // in the order of asking
}

// Use is how a field is used by each audience (S4-059).
type Use struct {
	Resident Condition `json:"resident,omitempty"`
	Staff    Condition `json:"staff,omitempty"`
}

// For returns the condition for an audience.
func (u Use) For(a Audience) Condition {
	if a == Staff {
		return u.Staff
	}
	return u.Resident
}

// Basic is the setting of a basic field.
type Basic struct {
	ID string `json:"id"`
	Use
	Alias Names `json:"alias,omitempty"` // 別名: what residents read in place of its name (S4-006)
	Class bool  `json:"class,omitempty"` // 分類する: records can be listed by its value (S4-006)
}

// Custom is a field of the municipality's own (追加項目, S4-007).
type Custom struct {
	ID string `json:"id"`
	Use
	Kind    Kind  `json:"kind"`
	Heading Names `json:"heading"`        // 見出し文: its name
	Ask     Names `json:"ask,omitempty"`  // the question; without it one is made of the heading
	Help    Names `json:"help,omitempty"` // why it is asked
	Chars   Chars `json:"chars,omitempty"`
	// Min and Max bound the letters of words and the value of numbers; Max 0 is
	// no bound.
	Min     int      `json:"min,omitempty"`
	Max     int      `json:"max,omitempty"`
	Choices []Option `json:"choices,omitempty"`
	Class   bool     `json:"class,omitempty"`
	// Personal answers are never asked for in the chat of a foreign platform.
	Personal bool `json:"personal,omitempty"`
	// Services are those the field belongs to; none means all.
	Services []string `json:"services,omitempty"`
}

// Option is one answer of a choice.
type Option struct {
	Value string `json:"value"`
	Label Names  `json:"label"`
}

// Sheet returns a form's sheet.
func (s Settings) Sheet(form Form) *Sheet {
	if sheet := s.Forms[form]; sheet != nil {
		return sheet
	}
	return &Sheet{}
}

// Custom returns a custom field of the sheet, nil if there is none.
func (s *Sheet) CustomByID(id string) *Custom {
	for i := range s.Custom {
		if s.Custom[i].ID == id {
			return &s.Custom[i]
		}
	}
	return nil
}

// Fault is one thing that is wrong with settings. Where is the field's id and
// what of it: "c3.choices".
type Fault struct {
	Form  Form
	Where string
	Why   Why
}

// Why is a kind of fault.
type Why string

// The kinds of fault.
const (
	NoHeading     Why = "no-heading"
	NoSuchKind    Why = "no-such-kind"
	NoChoices     Why = "no-choices"
	TooMany       Why = "too-many"
	TwiceChoice   Why = "twice-choice"
	BadBounds     Why = "bad-bounds"
	TooLong       Why = "too-long"
	BadCondition  Why = "bad-condition"
	NoSuchLetters Why = "no-such-chars"
	TwiceID       Why = "twice-id"
)

// Faults is everything wrong with settings.
type Faults []Fault

func (f Faults) Error() string {
	words := make([]string, len(f))
	for i, one := range f {
		words[i] = fmt.Sprintf("%s %s: %s", one.Form, one.Where, one.Why)
	}
	return "field settings: " + strings.Join(words, "; ")
}

// What settings may hold at most; LINE shows at most 13 quick replies, two of
// which are ways out.
const (
	maxCustom  = 40
	MaxOptions = 11  // of a choice
	maxHeading = 60  // letters, in each language
	maxWords   = 300 // of a question, in each language
	maxLength  = 1000
)

var idForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// Check returns Faults, or nil.
func (s Settings) Check() error {
	var faults Faults
	for _, form := range Forms {
		sheet := s.Sheet(form)
		fail := func(where string, why Why) { faults = append(faults, Fault{form, where, why}) }
		seen := map[string]bool{}
		for _, b := range sheet.Basic {
			if _, ok := basicOf(form, b.ID); !ok || seen[b.ID] {
				fail(b.ID, TwiceID)
			}
			seen[b.ID] = true
			b.check(b.ID, fail)
			if tooLong(b.Alias, maxHeading) {
				fail(b.ID+".alias", TooLong)
			}
		}
		if len(sheet.Custom) > maxCustom {
			fail("", TooMany)
		}
		for _, c := range sheet.Custom {
			if seen[c.ID] || !idForm.MatchString(c.ID) {
				fail(c.ID, TwiceID)
			}
			seen[c.ID] = true
			c.check(fail)
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

func (u Use) check(id string, fail func(string, Why)) {
	if !slices.Contains(Conditions, u.Resident) {
		fail(id+".resident", BadCondition)
	}
	if !slices.Contains(Conditions, u.Staff) {
		fail(id+".staff", BadCondition)
	}
}

func (c Custom) check(fail func(string, Why)) {
	at := func(part string) string { return c.ID + "." + part }
	c.Use.check(c.ID, fail)
	if strings.TrimSpace(c.Heading[i18n.Japanese]) == "" {
		fail(at("heading"), NoHeading)
	}
	if tooLong(c.Heading, maxHeading) {
		fail(at("heading"), TooLong)
	}
	if tooLong(c.Ask, maxWords) {
		fail(at("ask"), TooLong)
	}
	if tooLong(c.Help, maxWords) {
		fail(at("help"), TooLong)
	}
	if !slices.Contains(Kinds, c.Kind) {
		fail(at("kind"), NoSuchKind)
	}
	if c.Chars != AnyChars && !slices.Contains(AllChars, c.Chars) {
		fail(at("chars"), NoSuchLetters)
	}
	if c.Min < 0 || c.Max < 0 || c.Max > 0 && c.Min > c.Max || c.Kind.Written() && c.Max > maxLength {
		fail(at("bounds"), BadBounds)
	}
	if !c.Kind.Listed() {
		return
	}
	if len(c.Choices) == 0 {
		fail(at("choices"), NoChoices)
	}
	if len(c.Choices) > MaxOptions {
		fail(at("choices"), TooMany)
	}
	values, labels := map[string]bool{}, map[string]bool{}
	for _, o := range c.Choices {
		ja := strings.TrimSpace(o.Label[i18n.Japanese])
		if ja == "" {
			fail(at("choices"), NoHeading)
		}
		if values[o.Value] || labels[ja] || !idForm.MatchString(o.Value) {
			fail(at("choices"), TwiceChoice)
		}
		if tooLong(o.Label, maxHeading) {
			fail(at("choices"), TooLong)
		}
		values[o.Value], labels[ja] = true, true
	}
}

func tooLong(n Names, most int) bool {
	for _, s := range n {
		if utf8.RuneCountInString(s) > most {
			return true
		}
	}
	return false
}

// Clone returns settings that can be changed without changing s.
func (s Settings) Clone() Settings {
	out := Settings{Forms: map[Form]*Sheet{}, Last: s.Last}
	for form, sheet := range s.Forms {
		c := &Sheet{Basic: slices.Clone(sheet.Basic), Custom: slices.Clone(sheet.Custom)}
		out.Forms[form] = c
	}
	return out
}

// Add puts a new custom field at the end of a form and gives it its id.
func (s *Settings) Add(form Form, c Custom) {
	s.Last++
	c.ID = "c" + strconv.Itoa(s.Last)
	sheet := s.Forms[form]
	sheet.Custom = append(sheet.Custom, c)
}

// Faults is what is wrong with a custom field by itself.
func (c Custom) Faults(form Form) Faults {
	var faults Faults
	c.check(func(where string, why Why) { faults = append(faults, Fault{form, where, why}) })
	return faults
}

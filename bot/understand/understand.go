// Package understand turns a resident's words into proposals: the value of the
// field being asked, a command such as "back", or what the resident came for.
// It uses rules only, no model, and decides nothing: the engine validates what
// is proposed, reads it back, and asks when there is more than one candidate.
//
//	text ──Clean──▶ text ──MyNumber──▶ masked? ─┬─Commands──▶ Command
//	                                            ├─Value─────▶ Result (candidates, or the reason why not)
//	                                            ├─SlotWish──▶ Wish
//	                                            └─Index.Match─▶ candidates (flows, FAQ)
//
// A text is folded once (fold.go: width, case, kana, accents, digits, dashes) and
// cut into tokens by the terms of the resident's language, of Japanese and of
// English, which people mix (lexer.go). The grammar of dates, times and numbers
// is written over those tokens and knows no language (date.go with era.go,
// writtendate.go, nameddate.go and relativedate.go, time.go, number.go). A language is one file
// of words (ja.go, en.go, vi.go …; both Chinese scripts are zh.go) and one line in
// languages. Vietnamese keeps its tones where they are written, Devanagari its
// word endings apart, Hangul and the kanji scripts need no spaces.
//
// A yes or no is looked up whole (yesno.go); in scripts without spaces and in Hangul
// it is also found inside a sentence (sentence.go).
//
// A sentence may say several things at once (fact.go), and may be in another
// language than the dialog (tongue.go). What people come for is found by the
// phrases of flows and FAQ (intent.go), twice over: by their letters, and by what
// their words mean (sense.go, with the words of each language in senses/*.txt), so
// that a phrase in Japanese also meets a sentence in Nepali. What has the shape of
// a question is told in asking.go.
//
// testdata/phrases holds what residents write and what is to be made of it, in
// the form of "madoguchi understand --batch" with the value behind; kept and fresh
// have those written apart from the words, elsewhere what is no matter of ours. testdata/begins
// holds, under the keys of the catalogs, the phrases by which flows and answers are
// found in the languages that have no catalog yet.
//
// Nothing is guessed silently. Two readings are two candidates; a date that
// cannot exist is a Reason with the facts for a hint. Conventions where people
// differ: weeks begin on Monday (来週の火曜 is the Tuesday of the next
// Monday-to-Sunday week), a date without a year is the next such day, an hour
// without 午前/午後 is taken to lie in 7:00–21:00 if only one reading does.
package understand

import (
	"strings"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// Context is what the meaning of words depends on.
type Context struct {
	Lang i18n.Lang
	Now  civil.DateTime
}

// Choice is one answer that was offered.
type Choice struct {
	Value string
	// Labels are the words for it: in the resident's language and in Japanese,
	// and the synonyms.
	Labels []string
}

// Lean says which way a date without a year falls.
type Lean int

// The leanings.
const (
	ToFuture  Lean = iota // the next such day, today included
	ToPast                // the latest such day
	ToNearest             // whichever is closer to today
)

// Field is the question that is open.
type Field struct {
	// Type is text, choice, choices, yesno, consent, date, birthdate, time,
	// number, party, postal, phone, mail, kana, name, address, code, receipt,
	// counter or slot. An unknown type is treated as text.
	Type    string
	Choices []Choice
	Min     int // number, party: bounds; 0,0 means none
	Max     int
	Length  int  // text, name, address: most characters; 0 means the type's default
	Lean    Lean // date
}

// Candidate is one reading of the words. Value is canonical for its type;
// Confidence lies in 0..1.
type Candidate struct {
	Value      string
	Confidence float64
}

// Reason says why words that were understood cannot be a value. Words that were
// not understood at all have no reason.
type Reason string

// The reasons. The fields of Detail they fill are named beside them.
const (
	NoSuchDate      Reason = "no-such-date"     // 2月30日. Year (0: none said), Month, Day, Last: the month's last day if known
	EraEnded        Reason = "era-ended"        // 平成31年5月1日. Era, Last: its last day, Date: the day meant
	EraNotBegun     Reason = "era-not-begun"    // 令和元年4月30日. Era, First: its first day, Date: the day meant
	WeekdayMismatch Reason = "weekday-mismatch" // 12月3日(金). Date: the day, whose weekday is another
	Past            Reason = "past"             // a visit wished for a day or time gone by. Date
	Future          Reason = "future"           // a birth date to come. Date
	TooLongAgo      Reason = "too-long-ago"     // a birth date more than 130 years back. Date
	Incomplete      Reason = "incomplete"       // 来週, 12月: which day? Year, Month, Week as far as said
	Excluded        Reason = "excluded"         // 金曜以外: says what it is not
	OutOfRange      Reason = "out-of-range"     // number or list position. Min, Max, Number
	NotWhole        Reason = "not-whole"        // 2.5 people
	TooLong         Reason = "too-long"         // Max characters
	WrongLength     Reason = "wrong-length"     // digits or symbols. Number: how many came, Max: how many are wanted
	BadSymbol       Reason = "bad-symbol"       // a code with a symbol that codes never contain. Text: the symbols
	BadShape        Reason = "bad-shape"        // not a telephone number, postal code or mail address that exists in Japan
	NotKana         Reason = "not-kana"         // letters other than kana. Text: the first of them
	MyNumberGiven   Reason = "my-number"        // an individual number, which is never taken
)

// Detail holds the facts a hint needs. Which are set depends on the Reason.
type Detail struct {
	Era   string // 明治, 大正, 昭和, 平成, 令和
	First civil.Date
	Last  civil.Date
	Date  civil.Date
	Year  int
	Month int
	Day   int
	Week  int // weeks from this week
	// HasWeek tells "this week" (Week 0) from no week.
	HasWeek bool

	Min, Max, Number int
	Text             string
}

// Result is what was understood: candidates, best first, or the reason why what
// was said cannot be taken. Neither means the words were not understood.
type Result struct {
	Candidates []Candidate
	Reason     Reason
	Detail     Detail
}

// How sure is sure: Value asks for clear, and for lead over the second reading.
const (
	clearEnough = 0.6
	leadEnough  = 0.2
)

// Value returns the one clear winner.
func (r Result) Value() (string, bool) {
	if len(r.Candidates) == 0 || r.Candidates[0].Confidence < clearEnough {
		return "", false
	}
	if len(r.Candidates) > 1 && r.Candidates[0].Confidence-r.Candidates[1].Confidence < leadEnough {
		return "", false
	}
	return r.Candidates[0].Value, true
}

// Ambiguous reports whether there are several readings and no clear winner.
func (r Result) Ambiguous() bool {
	_, ok := r.Value()
	return !ok && len(r.Candidates) > 1
}

func one(value string, confidence float64) Result {
	return Result{Candidates: []Candidate{{value, confidence}}}
}

func refuse(why Reason, d Detail) Result { return Result{Reason: why, Detail: d} }

// reading is a text on its way through the rules: folded once, cut into tokens
// when a rule needs them.
type reading struct {
	c      Context
	words  *language
	text   string // trimmed, as typed
	folded []byte
	toned  bool // folded has kept its accents
	tok    tokens
	lexed  bool

	buf [160]byte // room for folded, so that short answers need no allocation
}

func (r *reading) begin(c Context, text string) {
	r.c = c
	r.words = wordsOf(c.Lang)
	r.text = strings.TrimSpace(text)
	r.folded = appendFolded(r.buf[:0], r.text, r.folding())
	r.toned = r.folding() == keepTones
}

// folding says how this text is folded: with its accents where they are written
// and count.
func (r *reading) folding() folding {
	if r.words.tones && !isPlain(r.text) {
		return keepTones
	}
	return foldAll
}

func (r *reading) tokens() *tokens {
	if !r.lexed {
		r.words.terms.lex(string(r.folded), &r.tok)
		r.lexed = true
	}
	return &r.tok
}

// maxText is the longest text looked at, in bytes; the engine cuts earlier.
const maxText = 8000

// Value reads the answer to the open question.
func Value(c Context, f Field, text string) Result {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	if _, found := MyNumber(text); found {
		return refuse(MyNumberGiven, Detail{})
	}
	var r reading
	switch f.Type {
	case "choice", "counter":
		r.begin(c, text)
		return r.choice(f.Choices)
	case "choices":
		r.begin(c, text)
		return r.choices(f.Choices)
	case "slot":
		_, res := slot(c, f, text)
		return res
	case "yesno", "consent":
		r.begin(c, text)
		return r.yesNo()
	case "date":
		r.begin(c, text)
		return r.date(f.Lean)
	case "birthdate":
		r.begin(c, text)
		return r.birthDate()
	case "time":
		r.begin(c, text)
		return r.time()
	case "number", "receipt":
		r.begin(c, text)
		if f.Type == "receipt" && f.Min == 0 {
			f.Min = 1
			if f.Max == 0 {
				f.Max = 999_999
			}
		}
		return r.number(f)
	case "party":
		r.begin(c, text)
		return r.party(f)
	case "postal":
		return postal(text)
	case "phone":
		return phone(text)
	case "mail":
		return mailAddress(text)
	case "kana":
		return kana(text)
	case "code":
		return code(text)
	case "name":
		return name(c, f, text)
	case "secret":
		return Result{} // never read from words: whoever asks takes it as it is
	}
	return freeText(f, text)
}

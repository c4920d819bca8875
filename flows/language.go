// Package flows is the flow language: a procedure written as a YAML file,
// checked as a whole, and compiled to a looplab/fsm machine that the dialog
// engine walks.
//
//	YAML ──Parse──▶ File ──Check──▶ Problems (file, line, column, hint)
//	                 │
//	                 └──Compile──▶ *Flow: steps, fields, texts in every language,
//	                               and the machine that decides what follows what
//
// The package is pure: it reads bytes and returns values. It knows no database,
// no channel and no service; the actions and field types a flow may name are
// told to it as a Vocabulary.
//
// This file is the language on one page. Where to look:
//
//	parse.go, file.go        YAML → File, with the place of every word
//	check.go, check_*.go     the rules, a family a file; problem.go says them
//	expr.go                  conditions and their functions
//	compile.go, join.go      File → Flow; called parts put in place
//	reword.go                a flow in a municipality's own words
//	machine.go               Advance: which step follows
//	graph.go, picture.go     Mermaid and SVG
//	scenario/                dialog tests
//	procedures/              the built-in procedures
package flows

import "madoguchi/i18n"

// Flow is one compiled version of a procedure. It is immutable and shared by
// all conversations that run on it.
type Flow struct {
	Name    string
	Version int    // 1, 2, …; 0 for a file that was never published
	Hash    string // of the source file

	Title  *i18n.Text
	Begins *i18n.Phrases // phrases by which residents enter the flow
	// Anytime are the words that lead to a step from any question of the flow, and
	// of the parts it calls, whatever was asked. Those of a part are not used.
	Anytime []Anytime
	Part    bool // reached by call only, never offered in the menu

	First string // the step a conversation starts with
	Order []string
	Steps map[string]*Step

	// Papers are the checklists the flow's say steps show: things to bring.
	Papers map[string][]*i18n.Text

	fields  map[string]*Field
	asked   map[string]*Step // field → the first step that asks for it
	texts   []*i18n.Text
	sources []i18n.Source
	machine *machine
}

// Anytime is a step that residents come to by words of their own.
type Anytime struct {
	Step  string
	Words *i18n.Phrases
}

// Verb is what a step does. A step has exactly one, with one exception: say may
// stand beside check, as the words above the read-back, and beside end and
// handoff, as their closing words.
type Verb string

// The verbs.
const (
	Say     Verb = "say"     // tell something, go on
	Ask     Verb = "ask"     // ask for one field, wait
	Form    Verb = "form"    // ask the questions the municipality has put on a form, if any
	Check   Verb = "check"   // read back fields, wait for yes or a correction
	Decide  Verb = "decide"  // choose the way by conditions, go on
	Do      Verb = "do"      // perform an action of a service, go on by its outcome
	Call    Verb = "call"    // run another flow, go on by the outcome it ends with
	Handoff Verb = "handoff" // give the conversation to a person
	End     Verb = "end"     // finish with an outcome
)

// Outcomes that belong to the language; all others are named by choices,
// actions and flows.
const (
	Next = "next" // the single way on, and the way past a step whose When is false
	Skip = "skip" // an optional field was left out
)

// None is the value of the answer to a question for several that says none of
// them: it stands alone.
const None = "none"

// Step is one state of the procedure.
type Step struct {
	Name string
	Verb Verb
	// Flow and step of the file it was written in, which differ from where it
	// stands when it came with a part that was put in place.
	From Source

	// Text is what the step says: the sentence of say, the question of ask, the
	// words beside check, end and handoff. Nil where there is none.
	Text *i18n.Text
	// Help answers "why do you ask" and "what does this mean" at this question.
	Help *i18n.Text
	// Hint is said when the answer could not be used, before anything general.
	Hint *i18n.Text

	Into    string   // ask: the field that receives the answer
	Choices []Choice // ask: the answers of a choice field, in order
	Fields  []string // check: the fields and forms read back, in order
	Form    string   // form: its name

	Branches []Branch // decide: the first whose condition holds wins

	Action string            // do: the action's name
	Flow   string            // call: the flow's name
	With   map[string]string // do, call: values set before (field → canonical value)

	Papers string // say: the checklist to show (a name under papers: in the file)

	Outcome string // end: the outcome's name
	Topic   string // handoff: what it is about, for the staff

	// When guards a step: it is passed over (outcome "next") when When is false.
	// Nil means always. A decide, call or end step has no guard.
	When *Expr

	// Next maps each outcome to a step of the same flow:
	//
	//	say, check, form, handoff   next (a handoff may have none: then it is final)
	//	ask                   choice values, skip, and next for all others
	//	do                    the action's outcomes; and next if it has a guard
	//	call                  the outcomes the called flow ends with, next for all others
	//	decide                1, 2, … in the order of the branches; next for the last
	//	end                   none
	Next map[string]string
}

// Source names a step of a file.
type Source struct{ Flow, Step string }

// Choice is one answer of a choice question.
type Choice struct {
	Value string
	Label *i18n.Text
	Also  *i18n.Phrases // other words people use for it
	When  *Expr         // the answer exists only when it holds; nil: always
}

// Branch is one way out of a decide step.
type Branch struct {
	When    *Expr  // nil: otherwise
	Next    string // the step
	Outcome string // what to Advance with: "1", "2", …, or "next" for the last
}

// Field is one answer the procedure collects.
type Field struct {
	Name     string
	Type     string // one of the vocabulary's field types
	Label    *i18n.Text
	Personal bool // never asked in the chat of a foreign platform
	Optional bool // can be skipped
	// Always asked: what the words that began the procedure tell is no answer, as
	// the question is about what is said between.
	Always bool
	// Needs names the fields this answer depends on: when one of them is
	// corrected, this answer is asked again.
	Needs []string
	// Service is the reservation service of slot and counter fields; "" takes
	// the value of the field named service.
	Service string
	Min     int // number, party: bounds; 0,0 means none
	Max     int
	Length  int // text: most characters; 0 means the type's default
}

// Vocabulary is what a flow file may refer to beyond itself.
type Vocabulary struct {
	Types   map[string]Type
	Forms   []string // the forms whose questions are settings, not part of a file
	Actions map[string]Action
}

// Type describes a field type to the checker.
type Type struct {
	Choices bool // the asking step must list choices
	Service bool // the field needs a reservation service
	Bounds  bool // min and max make sense
	// Values are the answers the type knows by itself (yes, no), which next may
	// map like choices.
	Values []string
	As     Kind // how conditions see an answer
}

// Kind is the form in which conditions compare an answer.
type Kind string

// The kinds, with the canonical value each is read from.
const (
	TextKind   Kind = ""       // any
	NumberKind Kind = "number" // decimal digits
	YesKind    Kind = "yes"    // "yes" or "no"
	DateKind   Kind = "date"   // YYYY-MM-DD
	ListKind   Kind = "list"   // values with commas between them
)

// Action describes a service action to the checker.
type Action struct {
	Needs    []string // fields that must be declared
	Sets     []string // names it gives a value to, usable in texts afterwards
	Outcomes []string // every one must be handled by next
	// Retired are outcomes that no longer come. A file written when they did still
	// compiles: a municipality's own version, or one that a conversation began with.
	Retired []string
}

// Saying is a sentence that people say, and what for: a flow, a command
// ("person"), or "elsewhere", which is a matter that no flow is about.
type Saying struct{ For, Text string }

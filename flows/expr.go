package flows

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"madoguchi/i18n/civil"
)

// Conditions are written in a small part of expr-lang/expr:
//
//	visitor == "self" and persons > 2
//	visitor in ["agent", "guardian"]
//	age(born) < 15
//	today() > deadline(moved_in, 14)
//	answered("mail") and not foreign
//
// Fields stand under their names, with _ for each hyphen (moved-in is moved_in,
// as a hyphen is a minus), as text, whole numbers, yes/no or dates. A
// field not answered yet is "", 0, false, or a date before every other;
// answered tells the difference. There are no loops, no assignments, no member
// access and no functions but these:
//
//	deadline(date, days) date   the days-th day after date, moved to the next
//	                            day the office is open (domain-facts 13)
//	age(date) int               full years today
//	days_until(date) int        negative if past
//	open_day(date) bool         is the office open
//	today() date
//	date("2026-04-01") date
//	answered("field") bool
const (
	maxCondition = 500 // bytes
	maxExprNodes = 100
	maxExprTerms = 1000 // elements a list may grow to while evaluated
)

// Facts is what conditions can see: the answers so far (canonical values by
// field name) and the clock.
type Facts struct {
	Answer func(field string) string // "" if not answered
	Now    civil.DateTime
	Open   func(civil.Date) bool // is the office open on this date; nil: always
}

// Expr is a compiled condition. It is safe for concurrent use.
type Expr struct {
	Source string

	program *vm.Program
	sees    []seen
	idle    sync.Pool // of *sight
}

// seen is a name the condition looks at.
type seen struct {
	name  string // as the condition writes it
	field string // as the file and the answers write it
	kind  Kind
}

// inCondition returns how conditions write the name of a field.
func inCondition(field string) string { return strings.ReplaceAll(field, "-", "_") }

// factsName is how the functions reach the facts. Field names have no capital
// letters, so that no file can name it.
const factsName = "Facts"

// sight is what one evaluation works on. It is kept and used again: the map
// holds exactly the names the condition sees and itself under factsName.
type sight struct {
	Facts
	names map[string]any
	run   vm.VM
}

var kindSample = map[Kind]any{
	TextKind: "", NumberKind: 0, YesKind: false, DateKind: time.Time{},
}

// function is one function of the language: what a file may write is arguments;
// those that look at the clock or the answers get the *sight added behind.
type function struct {
	name string
	// types end with the form a file writes. Before it stands the form with the
	// *sight: expr compiles a call by the first.
	types []any
	sight bool
	call  func(args ...any) (any, error)
}

// arguments returns how many values a file writes.
func (f *function) arguments() int {
	return reflect.TypeOf(f.types[len(f.types)-1]).Elem().NumIn()
}

func looking(args []any) *sight { return args[len(args)-1].(*sight) }

var functions = []function{
	{"deadline", []any{new(func(time.Time, int, *sight) time.Time), new(func(time.Time, int) time.Time)}, true,
		func(args ...any) (any, error) {
			from, n := args[0].(time.Time), args[1].(int)
			if from.IsZero() || n < -100_000 || n > 100_000 {
				return time.Time{}, nil
			}
			return instant(civil.Deadline(civilDate(from), n, looking(args).open))
		}},
	{"age", []any{new(func(time.Time, *sight) int), new(func(time.Time) int)}, true,
		func(args ...any) (any, error) {
			born, today := args[0].(time.Time), looking(args).Now.Date
			if born.IsZero() {
				return 0, nil
			}
			years := today.Year - born.Year()
			if today.Month < born.Month() || today.Month == born.Month() && today.Day < born.Day() {
				years--
			}
			return years, nil
		}},
	{"days_until", []any{new(func(time.Time, *sight) int), new(func(time.Time) int)}, true,
		func(args ...any) (any, error) {
			d := args[0].(time.Time)
			if d.IsZero() {
				return 0, nil
			}
			return civilDate(d).Sub(looking(args).Now.Date), nil
		}},
	{"open_day", []any{new(func(time.Time, *sight) bool), new(func(time.Time) bool)}, true,
		func(args ...any) (any, error) {
			d := args[0].(time.Time)
			return !d.IsZero() && looking(args).open(civilDate(d)), nil
		}},
	{"today", []any{new(func(*sight) time.Time), new(func() time.Time)}, true,
		func(args ...any) (any, error) { return instant(looking(args).Now.Date) }},
	{"answered", []any{new(func(string, *sight) bool), new(func(string) bool)}, true,
		func(args ...any) (any, error) { return looking(args).answer(args[0].(string)) != "", nil }},
	{"date", []any{new(func(string) time.Time)}, false,
		func(args ...any) (any, error) {
			d, err := civil.ParseDate(args[0].(string))
			if err != nil {
				return nil, err
			}
			return instant(d)
		}},
}

func functionNamed(name string) *function {
	for i := range functions {
		if functions[i].name == name {
			return &functions[i]
		}
	}
	return nil
}

func functionNames() []string {
	out := make([]string, len(functions))
	for i, f := range functions {
		out[i] = f.name
	}
	return out
}

// Dates are midnight UTC inside conditions: expr compares time.Time itself.
func instant(d civil.Date) (any, error) {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC), nil
}

func civilDate(t time.Time) civil.Date {
	return civil.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}
}

func (s *sight) open(d civil.Date) bool { return s.Open == nil || s.Open(d) }

func (s *sight) answer(name string) string {
	if s.Answer == nil {
		return ""
	}
	return s.Answer(name)
}

// conditionError is a fault of a condition. Offset counts letters from its
// start.
type conditionError struct {
	offset  int
	message string
	hint    string
}

func (e *conditionError) Error() string {
	if e.hint != "" {
		return e.message + " (" + e.hint + ")"
	}
	return e.message
}

// compileExpr compiles a condition that may see names. The error is a
// *conditionError.
func compileExpr(source string, names map[string]Kind) (*Expr, error) {
	sees, err := inspect(source, names)
	if err != nil {
		return nil, err
	}
	env := map[string]any{factsName: (*sight)(nil)}
	fields := make(map[string]string, len(names))
	for field := range names {
		fields[inCondition(field)] = field
	}
	for _, s := range sees {
		env[s.name] = kindSample[s.kind]
	}
	options := []expr.Option{
		expr.Env(env), expr.AsBool(), expr.DisableAllBuiltins(), expr.DisableIfOperator(),
		expr.MaxNodes(2 * maxExprNodes), expr.Patch(addSight{fields}),
	}
	for _, f := range functions {
		options = append(options, expr.Function(f.name, f.call, f.types...))
	}
	program, err := expr.Compile(source, options...)
	if err != nil {
		return nil, fromExpr(err)
	}
	e := &Expr{Source: source, program: program, sees: sees}
	e.idle.New = func() any {
		s := &sight{names: make(map[string]any, len(sees)+1)}
		s.names[factsName] = s
		s.run.MemoryBudget = maxExprTerms
		return s
	}
	return e, nil
}

// addSight gives the functions that look at the facts their last argument, and
// answered the name of its field as the answers write it.
type addSight struct{ fields map[string]string } // by name in conditions

func (a addSight) Visit(n *ast.Node) {
	call, ok := (*n).(*ast.CallNode)
	if !ok {
		return
	}
	name, ok := call.Callee.(*ast.IdentifierNode)
	if !ok {
		return
	}
	f := functionNamed(name.Value)
	if f == nil || !f.sight {
		return
	}
	// The visitor runs more than once over a tree.
	if len(call.Arguments) == f.arguments() {
		if f.name == "answered" {
			word := call.Arguments[0].(*ast.StringNode) // inspect has seen to it
			word.Value = a.fields[inCondition(word.Value)]
		}
		// A new node: expr does not look again at one whose type it has settled.
		ast.Patch(n, &ast.CallNode{
			Callee:    &ast.IdentifierNode{Value: name.Value},
			Arguments: append(call.Arguments, &ast.IdentifierNode{Value: factsName}),
		})
	}
}

// inspect refuses everything the language leaves out, and returns the names a
// condition sees. It looks at the parsed tree before expr's own checker does,
// because its messages are for people who do not program.
func inspect(source string, names map[string]Kind) ([]seen, error) {
	if len(source) > maxCondition {
		return nil, &conditionError{0, fmt.Sprintf("the condition has %d bytes, more than %d", len(source), maxCondition), "use several branches"}
	}
	config := conf.CreateNew()
	config.MaxNodes = maxExprNodes
	config.DisableIfOperator = true
	for name := range config.Builtins {
		config.Disabled[name] = true
	}
	for _, f := range functions {
		expr.Function(f.name, f.call, f.types...)(config)
	}
	tree, err := parser.ParseWithConfig(source, config)
	if err != nil {
		return nil, fromExpr(err)
	}
	known := make(map[string]seen, len(names))
	for field, kind := range names {
		known[inCondition(field)] = seen{inCondition(field), field, kind}
	}
	v := &inspector{source: []rune(source), known: known}
	ast.Walk(&tree.Node, v)
	if v.err != nil {
		return nil, v.err
	}
	return v.sees, nil
}

type inspector struct {
	source []rune
	known  map[string]seen // by name in the condition
	sees   []seen
	err    *conditionError
}

// operators a condition may use; no power, no ranges, no patterns, no pipes.
var operators = []string{"==", "!=", "<", "<=", ">", ">=", "and", "&&", "or", "||", "not", "!", "in", "+", "-", "*", "contains", "startsWith", "endsWith"}

// called reports whether an identifier of the source is the name of a function:
// the tree shows a callee before its call.
func (v *inspector) called(n ast.Node, name string) bool {
	after := n.Location().From + len([]rune(name))
	return strings.HasPrefix(strings.TrimLeft(string(v.source[min(after, len(v.source)):]), " "), "(")
}

func (v *inspector) Visit(n *ast.Node) {
	fault := func(message, hint string) {
		if v.err == nil {
			v.err = &conditionError{(*n).Location().From, message, hint}
		}
	}
	switch node := (*n).(type) {
	case *ast.IntegerNode, *ast.BoolNode, *ast.StringNode, *ast.ArrayNode, *ast.ConditionalNode, *ast.ConstantNode:
	case *ast.UnaryNode:
		if !slices.Contains(operators, node.Operator) {
			fault(fmt.Sprintf("%q is not allowed in a condition", node.Operator), "")
		}
	case *ast.BinaryNode:
		if !slices.Contains(operators, node.Operator) {
			fault(fmt.Sprintf("%q is not allowed in a condition", node.Operator), "compare with ==, !=, <, <=, >, >=, in, contains; join with and, or, not")
		}
	case *ast.IdentifierNode:
		if v.called(node, node.Value) {
			if functionNamed(node.Value) == nil {
				fault(fmt.Sprintf("unknown function %q in a condition", node.Value), "one of: "+list(functionNames()))
			}
			return
		}
		s, ok := v.known[node.Value]
		if !ok {
			fault(fmt.Sprintf("unknown field %q in a condition", node.Value), didYouMean(node.Value, sortedKeys(v.known)))
			return
		}
		if !slices.Contains(v.sees, s) {
			v.sees = append(v.sees, s)
		}
	case *ast.CallNode:
		name, ok := node.Callee.(*ast.IdentifierNode)
		if !ok || functionNamed(name.Value) == nil {
			fault("unknown function in a condition", "one of: "+list(functionNames()))
			return
		}
		v.call(name.Value, node, fault)
	default:
		fault("this is more than a condition may hold", "fields, texts, numbers, comparisons, and, or, not, in, and the functions "+list(functionNames()))
	}
}

// call checks what expr's types cannot: that answered names a field, and that a
// date written out exists.
func (v *inspector) call(name string, node *ast.CallNode, fault func(message, hint string)) {
	if want := functionNamed(name).arguments(); len(node.Arguments) != want {
		fault(fmt.Sprintf("%s takes %d values, not %d", name, want, len(node.Arguments)), "")
		return
	}
	if name != "answered" && name != "date" {
		return
	}
	word, ok := node.Arguments[0].(*ast.StringNode)
	if !ok {
		fault(name+" wants a text in quotes", "")
		return
	}
	if name == "answered" {
		if _, ok := v.known[inCondition(word.Value)]; !ok {
			fault(fmt.Sprintf("unknown field %q in answered", word.Value), didYouMean(word.Value, sortedKeys(v.known)))
		}
		return
	}
	if _, err := civil.ParseDate(word.Value); err != nil {
		fault(err.Error(), "")
	}
}

func fromExpr(err error) *conditionError {
	var at *file.Error
	if errors.As(err, &at) {
		return &conditionError{offset: at.From, message: "the condition is not understood: " + at.Message}
	}
	return &conditionError{message: "the condition is not understood: " + err.Error()}
}

// Holds evaluates the condition. An error is a fault the checker could not see,
// such as an answer that is not of its field's type; it never panics and its
// cost is bounded by the size of the condition.
func (e *Expr) Holds(f Facts) (holds bool, err error) {
	s := e.idle.Get().(*sight)
	defer func() {
		if r := recover(); r != nil {
			// The sight is dropped: its machine may be half-way.
			holds, err = false, fmt.Errorf("condition %q: %v", e.Source, r)
		}
	}()
	s.Facts = f
	for _, name := range e.sees {
		v, err := value(s.answer(name.field), name.kind)
		if err != nil {
			return false, fmt.Errorf("condition %q: field %s: %w", e.Source, name.field, err)
		}
		s.names[name.name] = v
	}
	out, err := s.run.Run(e.program, s.names)
	if err != nil {
		return false, fmt.Errorf("condition %q: %w", e.Source, err)
	}
	s.Facts = Facts{}
	e.idle.Put(s)
	return out.(bool), nil
}

// value turns a canonical answer into what a condition compares.
func value(answer string, kind Kind) (any, error) {
	switch kind {
	case NumberKind:
		if answer == "" {
			return 0, nil
		}
		return strconv.Atoi(answer)
	case YesKind:
		return answer == "yes", nil
	case DateKind:
		if answer == "" {
			return time.Time{}, nil
		}
		d, err := civil.ParseDate(answer)
		if err != nil {
			return nil, err
		}
		return instant(d)
	default:
		return answer, nil
	}
}

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
// as a hyphen is a minus), as text, whole numbers, yes/no, dates or lists ("dog"
// in situation). A field not answered yet is "", 0, false, an empty list, or a
// date before every other, which is no date; answered tells the difference.
// There are no loops, no assignments, no member access and no functions but
// these; those of dates make no date out of none:
//
//	deadline(date, days) date   the days-th day after date, moved to the next
//	                            day the office is open (domain-facts 13)
//	after(date, days) date      the days-th day after date
//	before(date, days) date     the days-th day before date
//	last_open(date) date        date if the office is open, else the last day before
//	                            it that is
//	earlier(date, date) date    the earlier one; the other if one is no date
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

// Expr is a compiled condition, or a compiled date. It is safe for concurrent use.
type Expr struct {
	Source string

	program *vm.Program
	sees    []seen
	asks    []string  // fields it only asks about: answered("mail")
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
	TextKind: "", NumberKind: 0, YesKind: false, DateKind: time.Time{}, ListKind: []string(nil),
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
			return counted(args, func(from civil.Date, n int) civil.Date {
				return civil.Deadline(from, n, looking(args).open)
			})
		}},
	{"after", []any{new(func(time.Time, int) time.Time)}, false,
		func(args ...any) (any, error) { return counted(args, civil.Date.AddDays) }},
	{"before", []any{new(func(time.Time, int) time.Time)}, false,
		func(args ...any) (any, error) {
			return counted(args, func(d civil.Date, n int) civil.Date { return d.AddDays(-n) })
		}},
	{"last_open", []any{new(func(time.Time, *sight) time.Time), new(func(time.Time) time.Time)}, true,
		func(args ...any) (any, error) {
			d := args[0].(time.Time)
			if d.IsZero() {
				return d, nil
			}
			return instant(civil.LastOpen(civilDate(d), looking(args).open))
		}},
	{"earlier", []any{new(func(time.Time, time.Time) time.Time)}, false,
		func(args ...any) (any, error) {
			a, b := args[0].(time.Time), args[1].(time.Time)
			if a.IsZero() || !b.IsZero() && b.Before(a) {
				return b, nil
			}
			return a, nil
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

// counted is a date so many days from another; no date if that is none, or the
// number is no period anybody means.
func counted(args []any, from func(civil.Date, int) civil.Date) (any, error) {
	d, n := args[0].(time.Time), args[1].(int)
	if d.IsZero() || n < -100_000 || n > 100_000 {
		return time.Time{}, nil
	}
	return instant(from(civilDate(d), n))
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

// ExprError is a fault of a condition or a date. Offset counts letters from its
// start.
type ExprError struct {
	Offset  int
	Message string
	Hint    string // "" if there is nothing to add
}

// Error gives the message and the hint.
func (e *ExprError) Error() string {
	if e.Hint != "" {
		return e.Message + " (" + e.Hint + ")"
	}
	return e.Message
}

// CompileCondition compiles a condition that may see names, which are those of
// fields. The error is an *ExprError.
func CompileCondition(source string, names map[string]Kind) (*Expr, error) {
	return compileExpr(source, names, expr.AsBool())
}

var dateType = reflect.TypeFor[time.Time]()

// CompileDate compiles an expression for a date, which may see names. The error
// is an *ExprError.
func CompileDate(source string, names map[string]Kind) (*Expr, error) {
	e, err := compileExpr(source, names, expr.AsAny())
	if err == nil && e.program.Node().Type() != dateType {
		return nil, &ExprError{Message: "this is not a date", Hint: "a field of type date, or one of deadline, after, before, last_open, earlier"}
	}
	return e, err
}

func compileExpr(source string, names map[string]Kind, result expr.Option) (*Expr, error) {
	sees, asks, err := inspect(source, names)
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
		expr.Env(env), result, expr.DisableAllBuiltins(), expr.DisableIfOperator(),
		expr.MaxNodes(2 * maxExprNodes), expr.Patch(addSight{fields}),
	}
	for _, f := range functions {
		options = append(options, expr.Function(f.name, f.call, f.types...))
	}
	program, err := expr.Compile(source, options...)
	if err != nil {
		return nil, fromExpr(err)
	}
	e := &Expr{Source: source, program: program, sees: sees, asks: asks}
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
// condition sees, and the fields it only asks about. It looks at the parsed tree before expr's own checker does,
// because its messages are for people who do not program.
func inspect(source string, names map[string]Kind) ([]seen, []string, error) {
	if len(source) > maxCondition {
		return nil, nil, &ExprError{0, fmt.Sprintf("the condition has %d bytes, more than %d", len(source), maxCondition), "use several branches"}
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
		return nil, nil, fromExpr(err)
	}
	known := make(map[string]seen, len(names))
	for field, kind := range names {
		known[inCondition(field)] = seen{inCondition(field), field, kind}
	}
	v := &inspector{source: []rune(source), known: known}
	ast.Walk(&tree.Node, v)
	if v.err != nil {
		return nil, nil, v.err
	}
	return v.sees, v.asks, nil
}

type inspector struct {
	source []rune
	known  map[string]seen // by name in the condition
	sees   []seen
	asks   []string
	err    *ExprError
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
			v.err = &ExprError{(*n).Location().From, message, hint}
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
		s, ok := v.known[inCondition(word.Value)]
		if !ok {
			fault(fmt.Sprintf("unknown field %q in answered", word.Value), didYouMean(word.Value, sortedKeys(v.known)))
		}
		v.asks = append(v.asks, s.field)
		return
	}
	if _, err := civil.ParseDate(word.Value); err != nil {
		fault(err.Error(), "")
	}
}

func fromExpr(err error) *ExprError {
	var at *file.Error
	if errors.As(err, &at) {
		return &ExprError{Offset: at.From, Message: "the condition is not understood: " + at.Message}
	}
	return &ExprError{Message: "the condition is not understood: " + err.Error()}
}

// Holds evaluates the condition. An error is a fault the checker could not see,
// such as an answer that is not of its field's type; it never panics and its
// cost is bounded by the size of the condition.
func (e *Expr) Holds(f Facts) (bool, error) {
	out, err := e.eval(f)
	if err != nil {
		return false, err
	}
	return out.(bool), nil
}

// Date evaluates an expression compiled by CompileDate, with the errors of
// Holds. Where there is no date it is the zero Date.
func (e *Expr) Date(f Facts) (civil.Date, error) {
	out, err := e.eval(f)
	if err != nil {
		return civil.Date{}, err
	}
	if t := out.(time.Time); !t.IsZero() {
		return civilDate(t), nil
	}
	return civil.Date{}, nil
}

// Sees are the fields the expression looks at, by name in the file.
func (e *Expr) Sees() []string {
	out := make([]string, 0, len(e.sees))
	for _, s := range e.sees {
		out = append(out, s.field)
	}
	for _, f := range e.asks {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// Literals are the texts in quotes that the expression compares the answers of a
// field with, so that a checker can see that they are answers.
func (e *Expr) Literals(field string) []string {
	v := literals{field: inCondition(field)}
	node := e.program.Node()
	ast.Walk(&node, &v)
	return v.found
}

type literals struct {
	field string
	found []string
}

func (v *literals) Visit(n *ast.Node) {
	b, ok := (*n).(*ast.BinaryNode)
	if !ok {
		return
	}
	for _, sides := range [][2]ast.Node{{b.Left, b.Right}, {b.Right, b.Left}} {
		if id, ok := sides[0].(*ast.IdentifierNode); !ok || id.Value != v.field {
			continue
		}
		switch other := sides[1].(type) {
		case *ast.StringNode:
			v.found = append(v.found, other.Value)
		case *ast.ArrayNode:
			for _, one := range other.Nodes {
				if s, ok := one.(*ast.StringNode); ok {
					v.found = append(v.found, s.Value)
				}
			}
		case *ast.ConstantNode: // what expr makes of a list of texts
			if set, ok := other.Value.(map[string]struct{}); ok {
				v.found = append(v.found, sortedKeys(set)...)
			}
		}
	}
}

func (e *Expr) eval(f Facts) (out any, err error) {
	s := e.idle.Get().(*sight)
	defer func() {
		if r := recover(); r != nil {
			// The sight is dropped: its machine may be half-way.
			out, err = nil, fmt.Errorf("condition %q: %v", e.Source, r)
		}
	}()
	s.Facts = f
	for _, name := range e.sees {
		v, err := value(s.answer(name.field), name.kind)
		if err != nil {
			return nil, fmt.Errorf("condition %q: field %s: %w", e.Source, name.field, err)
		}
		s.names[name.name] = v
	}
	out, err = s.run.Run(e.program, s.names)
	if err != nil {
		return nil, fmt.Errorf("condition %q: %w", e.Source, err)
	}
	s.Facts = Facts{}
	e.idle.Put(s)
	return out, nil
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
	case ListKind:
		if answer == "" {
			return []string(nil), nil
		}
		return strings.Split(answer, ","), nil
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

package event

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"madoguchi/flows"
	"madoguchi/i18n"
)

// Compile checks an event file against the flow that asks its questions and turns
// it into an Event. The error is a *flows.Refused with every problem at once.
func Compile(f *File, asks *flows.File, v flows.Vocabulary, cat *i18n.Catalog) (*Event, error) {
	b := &builder{file: f, cat: cat, asks: asks, names: map[string]flows.Kind{}}
	b.problems = slices.Clone(f.problems)
	if len(b.problems) == 0 {
		if asks != nil {
			b.names = asks.Names(v)
		}
		b.build()
	}
	if len(b.problems) > 0 {
		return nil, &flows.Refused{Problems: b.problems}
	}
	return b.event, nil
}

// globals are the placeholders every text knows, as in flows.
var globals = []string{"office", "phone", "hours", "city"}

// nameForm is that of the names of flows: they become parts of catalog keys.
var nameForm = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// builder makes the Event and gathers the problems on the way.
type builder struct {
	file     *File
	cat      *i18n.Catalog
	asks     *flows.File
	names    map[string]flows.Kind
	event    *Event
	problems []flows.Problem

	things         map[string]conditional
	places, people map[string]*i18n.Text
	used           map[string]bool // things, places and people a task names
}

func (b *builder) fail(at flows.Pos, rule, hint, format string, args ...any) {
	b.problems = append(b.problems, flows.Problem{
		File: b.file.Path, Line: max(at.Line, 1), Column: max(at.Column, 1),
		Rule: rule, Severity: flows.Error, Message: fmt.Sprintf(format, args...), Hint: hint,
	})
}

func (b *builder) build() {
	d := &b.file.body
	b.event = &Event{Name: d.Event.Value, Flow: d.Flow.Value, Hash: b.file.Hash, fields: b.names}
	b.used = map[string]bool{}
	b.name("event", d.Event)
	switch {
	case !d.Flow.Given():
		b.fail(d.Event.Pos, "flow", "add flow: and the flow that asks the questions", "the event names no flow")
	case b.asks == nil || b.asks.Flow.Value != d.Flow.Value:
		b.fail(d.Flow.Pos, "flow", "", "there is no flow %q", d.Flow.Value)
		return
	}
	b.names = maps.Clone(b.names)
	b.event.fields = b.names
	for _, one := range d.Dates {
		b.name("date", one.Name)
		if _, taken := b.names[one.Name.Value]; taken {
			b.fail(one.Name.Pos, "name", "give it another name", "%q is a field of the flow, or stands twice", one.Name.Value)
		}
		b.event.dates = append(b.event.dates, namedDate{one.Name.Value, b.date(one.Text)})
		b.names[one.Name.Value] = flows.DateKind // for those below it
	}
	if !d.Title.Given() {
		b.fail(d.Event.Pos, "title", "add title:", "the event has no title")
	}
	b.event.Title = b.text(d.Title, "title")
	b.things = map[string]conditional{}
	for _, one := range d.Things {
		b.once(b.things[one.Name.Value].text != nil, "thing", one.Name)
		b.things[one.Name.Value] = conditional{b.text(one.Text, "thing."+one.Name.Value), b.condition(one.When)}
	}
	b.places, b.people = b.texts("place", d.Places), b.texts("people", d.People)
	for _, v := range d.Visit {
		if !v.Service.Given() {
			b.fail(v.When.Pos, "visit", "add service:", "a visit names no service")
		}
		b.event.visits = append(b.event.visits, visit{v.Service.Value, b.condition(v.When)})
	}
	if len(d.Tasks) == 0 {
		b.fail(d.Event.Pos, "tasks", "add tasks:", "the event has no tasks")
	}
	seen := map[string]bool{}
	for i := range d.Tasks {
		t := &d.Tasks[i]
		b.once(seen[t.ID.Value], "task", t.ID)
		seen[t.ID.Value] = true
		b.task(t)
	}
	b.unused("thing", d.Things)
	b.unused("place", d.Places)
	b.unused("people", d.People)
}

func (b *builder) task(d *taskDecl) {
	part := "task." + d.ID.Value + "."
	t := &Task{
		ID: d.ID.Value, Group: Group(d.Group.Value),
		Title: b.text(d.Title, part+"title"), Why: b.text(d.Why, part+"why"),
		online: conditional{b.text(d.Online.Text, part+"online"), b.condition(d.Online.When)},
		when:   b.condition(d.When), opens: b.date(d.Opens), due: b.date(d.Due),
		start: b.date(d.Online.Opens), until: b.date(d.Online.Until),
	}
	if !slices.Contains(Groups, t.Group) {
		b.fail(d.ID.Pos, "group", "group: before, day or after", "task %q is in no group", t.ID)
	}
	if !d.Title.Given() {
		b.fail(d.ID.Pos, "title", "add title:", "task %q has no title", t.ID)
	}
	if !d.Online.Text.Given() && (d.Online.Opens.Given() || d.Online.Until.Given()) {
		b.fail(d.ID.Pos, "online", "add text: to online", "task %q has dates online, but does not say for what", t.ID)
	}
	if t.Place = b.known("place", d.Place, b.places); t.Place == nil && !d.Place.Given() {
		b.fail(d.ID.Pos, "place", "add place: and one of the places", "task %q does not say where", t.ID)
	}
	t.People = b.known("people", d.People, b.people)
	for _, w := range d.Bring {
		thing, ok := b.things[w.Value]
		if !ok {
			b.fail(w.Pos, "unknown-thing", "one of: "+strings.Join(slices.Sorted(maps.Keys(b.things)), ", "), "unknown thing %q", w.Value)
			continue
		}
		b.used["thing."+w.Value] = true
		t.bring = append(t.bring, thing)
	}
	for i, n := range d.Notes {
		t.notes = append(t.notes, conditional{b.text(n.Text, part+"note."+strconv.Itoa(i+1)), b.condition(n.When)})
	}
	b.event.tasks = append(b.event.tasks, t)
}

// texts binds a map of texts.
func (b *builder) texts(what string, all named) map[string]*i18n.Text {
	out := map[string]*i18n.Text{}
	for _, one := range all {
		b.once(out[one.Name.Value] != nil, what, one.Name)
		if one.When.Given() {
			b.fail(one.When.Pos, "when", "put it at the task", "a %s has no condition", what)
		}
		out[one.Name.Value] = b.text(one.Text, what+"."+one.Name.Value)
	}
	return out
}

// known finds a text a task names; nil if it names none, or none there is.
func (b *builder) known(what string, w word, all map[string]*i18n.Text) *i18n.Text {
	if !w.Given() {
		return nil
	}
	t := all[w.Value]
	if t == nil {
		b.fail(w.Pos, "unknown-"+what, "one of: "+strings.Join(slices.Sorted(maps.Keys(all)), ", "), "unknown %s %q", what, w.Value)
	}
	b.used[what+"."+w.Value] = true
	return t
}

// unused reports what no task names: a slip more often than a store for later.
func (b *builder) unused(what string, all named) {
	for _, one := range all {
		if !b.used[what+"."+one.Name.Value] {
			b.fail(one.Name.Pos, "unused", "name it in a task, or remove it", "no task names the %s %q", what, one.Name.Value)
		}
	}
}

func (b *builder) name(what string, w word) {
	if !nameForm.MatchString(w.Value) {
		b.fail(w.Pos, "name", "small letters a to z, digits and hyphens, a letter first", "%s %q is not a usable name", what, w.Value)
	}
}

// once checks the name of something that must stand once.
func (b *builder) once(twice bool, what string, w word) {
	b.name(what, w)
	if twice {
		b.fail(w.Pos, "twice", "", "%s %q stands twice", what, w.Value)
	}
}

// text binds a text to its translations under event.<event>.<part> and checks
// its placeholders.
func (b *builder) text(w word, part string) *i18n.Text {
	if !w.Given() {
		return nil
	}
	t, err := i18n.Compile(i18n.Japanese, w.Value)
	if err != nil {
		b.fail(w.Pos, "text", "write {name} to fill in a date", "the text is not usable: %v", err)
		return nil
	}
	for _, name := range t.Placeholders() {
		if !slices.Contains(globals, name) && b.names[name] != flows.DateKind {
			b.fail(w.Pos, "placeholder", "a date by name, or one of "+strings.Join(globals, ", "), "the text names the unknown {%s}", name)
		}
		b.keep(name)
	}
	bound := b.cat.Bind("event."+b.event.Name+"."+part, w.Value)
	b.event.texts = append(b.event.texts, bound)
	b.event.sources = append(b.event.sources, bound.AsSource())
	return bound
}

// keep notes that the event needs an answer.
func (b *builder) keep(field string) {
	named := slices.ContainsFunc(b.event.dates, func(d namedDate) bool { return d.name == field })
	if _, is := b.names[field]; is && !named && !slices.Contains(b.event.keeps, field) {
		b.event.keeps = append(b.event.keeps, field)
	}
}

func (b *builder) condition(w word) *flows.Expr { return b.expr(w, flows.CompileCondition) }

func (b *builder) date(w word) *flows.Expr { return b.expr(w, flows.CompileDate) }

// expr compiles an expression and checks that the answers it names are answers.
func (b *builder) expr(w word, compile func(string, map[string]flows.Kind) (*flows.Expr, error)) *flows.Expr {
	if !w.Given() {
		return nil
	}
	e, err := compile(w.Value, b.names)
	var fault *flows.ExprError
	if errors.As(err, &fault) {
		at := w.Pos
		at.Column += fault.Offset
		b.fail(at, "expression", fault.Hint, "%s", fault.Message)
		return nil
	}
	for _, field := range e.Sees() {
		b.keep(field)
		answers := b.asks.Answers(field)
		if len(answers) == 0 {
			continue
		}
		for _, named := range e.Literals(field) {
			if named != "" && !slices.Contains(answers, named) {
				b.fail(w.Pos, "unknown-answer", "one of: "+strings.Join(answers, ", "), "%q is no answer to %s", named, field)
			}
		}
	}
	return e
}

package flows

import (
	"strconv"

	"madoguchi/i18n"
)

// Compile checks f together with the flows it may call and turns it into a
// Flow. The error is *Refused if a file that is compiled has problems; warnings
// do not refuse. Version is 0; whoever publishes the flow sets it before
// sharing it.
func Compile(f *File, v Vocabulary, cat *i18n.Catalog, others ...*File) (*Flow, error) {
	set := append([]*File{f}, others...)
	var own []Problem
	for _, p := range Errors(judge(set, v)) {
		if p.File == f.Path {
			own = append(own, p)
		}
	}
	if len(own) > 0 {
		return nil, &Refused{own}
	}
	return build(f, v, cat)
}

// CompileSet checks the files together and compiles them all, by flow name. The
// error is *Refused with the problems of all files.
func CompileSet(files []*File, v Vocabulary, cat *i18n.Catalog) (map[string]*Flow, error) {
	if bad := Errors(judge(files, v)); len(bad) > 0 {
		return nil, &Refused{bad}
	}
	out := make(map[string]*Flow, len(files))
	for _, f := range files {
		flow, err := build(f, v, cat)
		if err != nil {
			return nil, err
		}
		out[flow.Name] = flow
	}
	return out, nil
}

// builder turns the declarations of one checked file into a Flow.
type builder struct {
	file  *File
	vocab Vocabulary
	cat   *i18n.Catalog
	flow  *Flow
	names map[string]Kind
	err   error
}

func build(f *File, v Vocabulary, cat *i18n.Catalog) (*Flow, error) {
	b := &builder{
		file: f, vocab: v, cat: cat,
		names: knownToConditions(f, v),
		flow: &Flow{
			Name:   f.Flow.Value,
			Hash:   f.Hash,
			Part:   f.Part,
			First:  f.Steps[0].Name.Value,
			Steps:  make(map[string]*Step, len(f.Steps)),
			Papers: make(map[string][]*i18n.Text, len(f.Papers)),
			fields: make(map[string]*Field, len(f.Fields)),
			asked:  make(map[string]*Step, len(f.Fields)),
		},
	}
	b.flow.Title = b.text(f.Title, "title")
	b.flow.Begins = b.phrases(f.Begins, "begins")
	for _, a := range f.Anytime {
		b.flow.Anytime = append(b.flow.Anytime, Anytime{a.Step.Value, b.phrases(a.Words, "anytime."+a.Step.Value)})
	}
	for _, p := range f.Papers {
		for i, line := range p.Lines {
			b.flow.Papers[p.Name.Value] = append(b.flow.Papers[p.Name.Value],
				b.text(line, "papers."+p.Name.Value+"."+strconv.Itoa(i+1)))
		}
	}
	for i := range f.Fields {
		b.field(&f.Fields[i])
	}
	for i := range f.Steps {
		b.step(&f.Steps[i])
	}
	if b.err != nil {
		return nil, b.err
	}
	b.flow.machine = newMachine(b.flow)
	return b.flow, nil
}

// text binds a text of the file to its translations under flow.<flow>.<part>.
func (b *builder) text(w Word, part string) *i18n.Text {
	if !w.Given() {
		return nil
	}
	t := b.cat.Bind("flow."+b.flow.Name+"."+part, w.Value)
	b.flow.texts = append(b.flow.texts, t)
	b.flow.sources = append(b.flow.sources, t.AsSource())
	return t
}

func (b *builder) phrases(ws []Word, part string) *i18n.Phrases {
	if len(ws) == 0 {
		return nil
	}
	source := make([]string, len(ws))
	for i, w := range ws {
		source[i] = w.Value
	}
	key := "flow." + b.flow.Name + "." + part
	b.flow.sources = append(b.flow.sources, i18n.Source{Key: key, Phrases: source})
	return b.cat.BindPhrases(key, source)
}

func (b *builder) field(d *FieldDecl) {
	f := &Field{
		Name:     d.Name.Value,
		Type:     d.Type.Value,
		Label:    b.text(d.Label, "field."+d.Name.Value),
		Personal: d.Personal,
		Optional: d.Optional,
		Always:   d.Always,
		Service:  d.Service.Value,
		Min:      d.Min.Value,
		Max:      d.Max.Value,
		Length:   d.Length.Value,
	}
	for _, n := range d.Needs {
		f.Needs = append(f.Needs, n.Value)
	}
	b.flow.fields[f.Name] = f
}

func (b *builder) step(d *StepDecl) {
	name := d.Name.Value
	part := func(p string) string { return name + "." + p }
	s := &Step{
		Name:   name,
		Verb:   d.Verb,
		From:   Source{b.flow.Name, name},
		Help:   b.text(d.Help, part("help")),
		Hint:   b.text(d.Hint, part("hint")),
		Into:   d.Into.Value,
		Papers: d.Checklist.Value,
		When:   b.condition(d.When),
		Next:   b.ways(d),
	}
	if d.Verb == Ask {
		s.Text = b.text(d.text(), part("ask"))
	} else {
		s.Text = b.text(d.text(), part("say"))
	}
	for _, c := range d.Choices {
		key := part("choice." + c.Value.Value)
		s.Choices = append(s.Choices, Choice{
			Value: c.Value.Value,
			Label: b.text(c.Label, key),
			Also:  b.phrases(c.Also, key+".also"),
			When:  b.condition(c.When),
		})
	}
	for _, w := range d.Read {
		s.Fields = append(s.Fields, w.Value)
	}
	for i, br := range d.Branches {
		s.Branches = append(s.Branches, Branch{
			When: b.condition(br.When), Next: br.Next.Value, Outcome: branchOutcome(i, br),
		})
	}
	if len(d.With) > 0 {
		s.With = make(map[string]string, len(d.With))
		for _, p := range d.With {
			s.With[p.Key.Value] = p.Value.Value
		}
	}
	switch d.Verb {
	case Do:
		s.Action = d.Object.Value
	case Call:
		s.Flow = d.Object.Value
	case End:
		s.Outcome = d.Object.Value
	case Form:
		s.Form = d.Object.Value
	case Handoff:
		s.Topic = d.topic().Value
	case Ask:
		if b.flow.asked[s.Into] == nil {
			b.flow.asked[s.Into] = s
		}
	}
	b.flow.Order = append(b.flow.Order, name)
	b.flow.Steps[name] = s
}

// branchOutcome names the way of the i-th branch of a decide step: its number
// from 1, or "next" for the branch without a condition.
func branchOutcome(i int, b BranchDecl) string {
	if !b.When.Given() {
		return Next
	}
	return strconv.Itoa(i + 1)
}

// ways spells out what the file may leave short: the ways of a decide step by
// its branches, and the single way of an action with a single outcome.
func (b *builder) ways(d *StepDecl) map[string]string {
	next := map[string]string{}
	if d.Next.Given() {
		if d.Verb != Do || d.When.Given() {
			next[Next] = d.Next.Value
		}
		if d.Verb == Do {
			for _, o := range b.vocab.Actions[d.Object.Value].Outcomes {
				next[o] = d.Next.Value
			}
		}
	}
	for _, w := range d.Ways {
		next[w.Key.Value] = w.Value.Value
	}
	for i, br := range d.Branches {
		next[branchOutcome(i, br)] = br.Next.Value
	}
	return next
}

func (b *builder) condition(w Word) *Expr {
	if !w.Given() || b.err != nil {
		return nil
	}
	e, err := CompileCondition(w.Value, b.names)
	if err != nil {
		b.err = err
		return nil
	}
	return e
}

// Field returns the field with this name, or nil.
func (f *Flow) Field(name string) *Field { return f.fields[name] }

// Asking returns the first step of the file that asks for the field, or nil. A
// correction of the field goes back to it.
func (f *Flow) Asking(field string) *Step { return f.asked[field] }

// Bound returns every text of the flow, for the report of missing and stale
// translations.
func (f *Flow) Bound() []*i18n.Text { return f.texts }

// Sources returns every text and list of phrases of the flow that is to be
// translated, in the order of the file. A joined flow has only its own.
func (f *Flow) Sources() []i18n.Source { return f.sources }

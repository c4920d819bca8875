// Package procedures holds the procedures that ship with the program: one YAML
// file a flow, and the questions people ask in between, one file a subject (faq/). A tenant
// starts with these and publishes its own versions over them.
package procedures

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"madoguchi/flows"
	"madoguchi/flows/event"
	"madoguchi/flows/faq"
	"madoguchi/i18n"
)

//go:embed *.yaml faq/*.yaml
var files embed.FS

// Order is the order of the menu.
var Order = []string{"card-pickup", "moving", "reservation", "card-status", "birth", "task-list", "my-page", "mail-link"}

// Files returns the source of every flow by file name.
func Files() map[string][]byte {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic(err) // the pattern is constant
	}
	out := map[string][]byte{}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			panic(err) // embedded
		}
		out[name] = data
	}
	return out
}

// Compile compiles one flow of a set of files, with the parts it calls put in
// place. The error is *flows.Refused if the checker found problems.
func Compile(name string, set map[string][]byte, v flows.Vocabulary, cat *i18n.Catalog) (*flows.Flow, error) {
	var parsed []*flows.File
	for file, data := range set {
		parsed = append(parsed, flows.Parse(file, data))
	}
	all, err := flows.CompileSet(parsed, v, cat)
	if err != nil {
		return nil, err
	}
	f := all[name]
	if f == nil {
		return nil, fmt.Errorf("no flow %q in %s", name, strings.Join(keys(set), ", "))
	}
	return f.Join(all), nil
}

func keys(set map[string][]byte) []string {
	var out []string
	for name := range set {
		out = append(out, path.Base(name))
	}
	return out
}

// Closure returns the files a flow is made of: its own and those of the parts it
// calls, directly or not.
func Closure(name string, set map[string][]byte) (map[string][]byte, error) {
	return closure(name, set, parse(set))
}

// shipped are the files that ship, parsed once: every start of the program looks
// at what each procedure is made of.
var shipped = sync.OnceValue(func() map[string]*flows.File { return parse(Files()) })

// Shipped returns the files of a flow that ships, as Closure does.
func Shipped(name string) (map[string][]byte, error) {
	return closure(name, Files(), shipped())
}

// parse reads a set of files, by the name of the flow.
func parse(set map[string][]byte) map[string]*flows.File {
	byFlow := map[string]*flows.File{}
	for file, data := range set {
		f := flows.Parse(file, data)
		byFlow[f.Flow.Value] = f
	}
	return byFlow
}

func closure(name string, set map[string][]byte, byFlow map[string]*flows.File) (map[string][]byte, error) {
	out := map[string][]byte{}
	todo := []string{name}
	for len(todo) > 0 {
		f := byFlow[todo[0]]
		if f == nil {
			return nil, fmt.Errorf("no file has the flow %q", todo[0])
		}
		todo = todo[1:]
		if out[f.Path] != nil {
			continue
		}
		out[f.Path] = set[f.Path]
		for i := range f.Steps {
			if f.Steps[i].Verb == flows.Call {
				todo = append(todo, f.Steps[i].Object.Value)
			}
		}
	}
	return out, nil
}

// FAQ returns the built-in questions and answers, subject by subject.
func FAQ(cat *i18n.Catalog) ([]*faq.Entry, error) {
	names, err := fs.Glob(files, "faq/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the built-in questions: %w", err)
	}
	var all []*faq.Entry
	subject := map[string]string{} // by id
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the built-in questions: %w", err)
		}
		entries, err := faq.Parse(name, data, cat)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if other := subject[e.ID]; other != "" {
				return nil, fmt.Errorf("%s: entry %q stands in %s.yaml too", name, e.ID, other)
			}
			subject[e.ID] = e.Subject
		}
		all = append(all, entries...)
	}
	return all, nil
}

//go:embed events/*.yaml
var events embed.FS

// Events compiles the built-in life events by name. The error is a *flows.Refused
// if one of them has problems.
func Events(v flows.Vocabulary, cat *i18n.Catalog) (map[string]*event.Event, error) {
	asks := map[string]*flows.File{}
	for name, data := range Files() {
		f := flows.Parse(name, data)
		asks[f.Flow.Value] = f
	}
	names, err := fs.Glob(events, "events/*.yaml")
	if err != nil {
		return nil, err
	}
	out := map[string]*event.Event{}
	for _, name := range names {
		data, err := events.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read a built-in event: %w", err)
		}
		f := event.Parse(name, data)
		e, err := event.Compile(f, asks[f.Flow()], v, cat)
		if err != nil {
			return nil, err
		}
		out[e.Name] = e
	}
	return out, nil
}

//go:embed dialogs
var dialogs embed.FS

// Dialogs returns the dialog tests of the built-in procedures.
func Dialogs() fs.FS { return dialogs }

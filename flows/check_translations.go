package flows

import (
	"strconv"

	"madoguchi/i18n"
)

// placed is one text to be translated, with its place in the file.
type placed struct {
	i18n.Source
	Pos
}

// sources returns what is to be translated of a file, under the keys Compile
// binds it to.
func (f *File) sources() []placed {
	var out []placed
	key := func(part string) string { return "flow." + f.Flow.Value + "." + part }
	text := func(w Word, part string) {
		if w.Given() {
			out = append(out, placed{i18n.Source{Key: key(part), Text: w.Value}, w.Pos})
		}
	}
	phrases := func(ws []Word, part string) {
		if len(ws) > 0 {
			out = append(out, placed{i18n.Source{Key: key(part), Phrases: values(ws)}, ws[0].Pos})
		}
	}
	text(f.Title, "title")
	phrases(f.Begins, "begins")
	for _, a := range f.Anytime {
		phrases(a.Words, "anytime."+a.Step.Value)
	}
	for _, p := range f.Papers {
		for i, w := range p.Lines {
			text(w, "papers."+p.Name.Value+"."+strconv.Itoa(i+1))
		}
	}
	for i := range f.Fields {
		text(f.Fields[i].Label, "field."+f.Fields[i].Name.Value)
	}
	for i := range f.Steps {
		s := &f.Steps[i]
		name := s.Name.Value
		text(s.Help, name+".help")
		text(s.Hint, name+".hint")
		if s.Verb == Ask {
			text(s.text(), name+".ask")
		} else {
			text(s.text(), name+".say")
		}
		for _, ch := range s.Choices {
			text(ch.Label, name+".choice."+ch.Value.Value)
			phrases(ch.Also, name+".choice."+ch.Value.Value+".also")
		}
	}
	return out
}

// checkTranslations compares the texts of all files with their translations.
// Nothing here refuses a flow: a text without a usable translation falls back
// to another language. What is missing or stale is one warning a language, at
// the first such text; what is broken is told one by one.
func checkTranslations(files []*File, cat *i18n.Catalog) []Problem {
	type place struct {
		file *File
		pos  Pos
	}
	places := map[string]place{}
	var sources []i18n.Source
	for _, f := range files {
		for _, p := range f.sources() {
			if _, twice := places[p.Key]; !twice {
				places[p.Key] = place{f, p.Pos}
				sources = append(sources, p.Source)
			}
		}
	}
	type group struct {
		file *File
		kind i18n.IssueKind
		lang i18n.Lang
	}
	var order []group
	grouped := map[group][]string{}
	checkers := map[*File]*checker{}
	for _, f := range files {
		checkers[f] = &checker{file: f}
	}
	for _, issue := range cat.Report(sources...) {
		at, ours := places[issue.Key]
		if !ours {
			continue
		}
		switch g := (group{at.file, issue.Kind, issue.Lang}); issue.Kind {
		case i18n.Missing, i18n.Stale:
			if grouped[g] == nil {
				order = append(order, g)
			}
			grouped[g] = append(grouped[g], issue.Key)
		default:
			checkers[at.file].warn(at.pos, "translation", "", "the %s translation of %s: %s", issue.Lang, issue.Key, issue.Detail)
		}
	}
	for _, g := range order {
		keys := grouped[g]
		first := keys[0]
		for _, k := range keys {
			if places[k].pos.Line < places[first].pos.Line {
				first = k
			}
		}
		checkers[g.file].warn(places[first].pos, "translation", "first: "+first, "%d texts with a %s translation into %s", len(keys), g.kind, g.lang)
	}
	var out []Problem
	for _, f := range files {
		out = append(out, checkers[f].problems...)
	}
	return out
}

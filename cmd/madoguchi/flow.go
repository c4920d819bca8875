package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"madoguchi/bot/action"
	"madoguchi/flows"
	"madoguchi/flows/procedures"
	"madoguchi/flows/scenario"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/procedure"
)

// flowCommand is everything about procedures.
type flowCommand struct {
	Check    flowCheck    `cmd:"" help:"Check flow files; without files, those that ship."`
	Test     flowTest     `cmd:"" help:"Run dialog tests; without paths, those that ship."`
	Graph    flowGraph    `cmd:"" help:"Draw a flow as Mermaid, or as a picture."`
	List     flowList     `cmd:"" help:"The flows in force."`
	Show     flowShow     `cmd:"" help:"The source of a flow."`
	Publish  flowPublish  `cmd:"" help:"Put a new version of a flow in force."`
	Rollback flowRollback `cmd:"" help:"Go back to the version before."`
}

type flowCheck struct {
	Warnings bool     `help:"Show warnings too."`
	Files    []string `arg:"" optional:""`
}

// Run reports every problem of the files at once, and of their translations.
func (c *flowCheck) Run(env *environment) error {
	set := procedures.Files()
	own := map[string]bool{}
	for _, path := range c.Files {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		delete(set, filepath.Base(path)) // a file of the same name replaces the built-in
		set[path] = data
		own[path] = true
	}
	var parsed []*flows.File
	for path, data := range set {
		parsed = append(parsed, flows.Parse(path, data))
	}
	failed := 0
	for _, p := range flows.CheckSet(parsed, action.Vocabulary(), i18n.Builtin()) {
		if len(own) > 0 && !own[p.File] {
			continue
		}
		if p.Severity == flows.Error {
			failed++
		} else if !c.Warnings && len(own) == 0 {
			continue
		}
		fmt.Fprintln(env.out, p)
	}
	if failed > 0 {
		return fmt.Errorf("%d problems found", failed)
	}
	if len(own) == 0 {
		return c.checkTranslations(env)
	}
	fmt.Fprintf(env.out, "%d files are right\n", len(own))
	return nil
}

// checkTranslations reports what is missing, stale or broken in the built-in
// catalogs: what is broken one by one, of the rest how many a file, or each with
// --warnings; then how far each language is.
func (c *flowCheck) checkTranslations(env *environment) error {
	cat := env.catalog()
	files, err := textFiles(cat)
	if err != nil {
		return err
	}
	inFile := map[string]string{}
	for _, f := range files {
		for i := range f.sources {
			inFile[f.sources[i].Key] = f.name
		}
	}
	sources := sourcesOf(files)
	failed := 0
	type group struct {
		lang i18n.Lang
		file string
		kind i18n.IssueKind
	}
	var order []group
	count := map[group]int{}
	for _, issue := range cat.Report(sources...) {
		switch {
		case issue.Kind == i18n.LongSentence:
		case !issue.Kind.Warning():
			failed++
			fmt.Fprintln(env.out, issue)
		case c.Warnings || issue.Kind == i18n.PluralForms:
			fmt.Fprintln(env.out, issue)
		default:
			g := group{issue.Lang, inFile[issue.Key], issue.Kind}
			if count[g]++; count[g] == 1 {
				order = append(order, g)
			}
		}
	}
	for _, g := range order {
		fmt.Fprintf(env.out, "%s/%s.yaml: %d %s\n", g.lang, g.file, count[g], g.kind)
	}
	coverage := cat.Coverage(sources...)
	for _, n := range coverage {
		fmt.Fprintln(env.out, n)
	}
	if failed > 0 {
		return fmt.Errorf("%d translations are broken", failed)
	}
	fmt.Fprintf(env.out, "%d flows, their life events and the answers are right, in %d languages\n", len(procedures.Files()), len(coverage))
	return nil
}

type flowTest struct {
	Verbose bool     `short:"v" help:"Name every dialog, and every step and way none of them walks."`
	Paths   []string `arg:"" optional:""`
}

// Run plays dialogs, each to a fresh database.
func (c *flowTest) Run(env *environment) error {
	dialogs, err := c.read()
	if err != nil {
		return err
	}
	if len(dialogs) == 0 {
		return fmt.Errorf("%w: no .dialog files found", errUsage)
	}
	failed := 0
	var walked []scenario.Walk
	town, err := newStage(env.ctx)
	if err != nil {
		return err
	}
	defer town.close()
	for _, d := range dialogs {
		t, err := town.talker(env.ctx)
		if err != nil {
			return err
		}
		w, err := scenario.Run(env.ctx, d, t)
		if cerr := t.close(); cerr != nil && err == nil {
			err = cerr
		}
		walked = append(walked, w...)
		var f *scenario.Failure
		switch {
		case err == nil && c.Verbose:
			fmt.Fprintf(env.out, "ok   %s\n", d.Path)
		case errors.As(err, &f):
			failed++
			fmt.Fprintf(env.out, "FAIL %v\n", err)
		case err != nil:
			failed++
			fmt.Fprintf(env.out, "FAIL %s: %v\n", d.Path, err)
		}
	}
	for _, cover := range scenario.Cover(builtinFlows(), walked) {
		fmt.Fprintln(env.out, cover)
		if c.Verbose && len(cover.MissedSteps)+len(cover.MissedOutcome) > 0 {
			fmt.Fprintf(env.out, "  not walked: %s\n", strings.Join(append(cover.MissedSteps, cover.MissedOutcome...), ", "))
		}
	}
	fmt.Fprintf(env.out, "%d passed, %d failed\n", len(dialogs)-failed, failed)
	if failed > 0 {
		return fmt.Errorf("%d of %d dialogs failed", failed, len(dialogs))
	}
	return nil
}

func builtinFlows() []*flows.Flow {
	var out []*flows.Flow
	for _, name := range procedures.Order {
		if f, err := procedures.Compile(name, procedures.Files(), action.Vocabulary(), i18n.Builtin()); err == nil {
			out = append(out, f)
		}
	}
	return out
}

func (c *flowTest) read() ([]*scenario.Dialog, error) {
	var out []*scenario.Dialog
	add := func(path string, data []byte) error {
		d, err := scenario.Parse(path, data)
		if err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		out = append(out, d)
		return nil
	}
	if len(c.Paths) == 0 {
		return out, walkDialogs(procedures.Dialogs(), ".", add)
	}
	for _, path := range c.Paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errUsage, err)
		}
		if info.IsDir() {
			if err := walkDialogs(os.DirFS(path), ".", func(name string, data []byte) error {
				return add(filepath.Join(path, name), data)
			}); err != nil {
				return nil, err
			}
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errUsage, err)
		}
		if err := add(path, data); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func walkDialogs(fsys fs.FS, root string, add func(path string, data []byte) error) error {
	return fs.WalkDir(fsys, root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".dialog") {
			return err
		}
		data, err := fs.ReadFile(fsys, path)
		if err != nil {
			return err
		}
		return add(path, data)
	})
}

type flowGraph struct {
	Lang string `default:"ja" help:"Language of the labels."`
	SVG  string `name:"svg" help:"Write a picture to this file instead." placeholder:"FILE"`
	Name string `arg:""`
}

// Run draws a built-in flow, or the flow in a file.
func (c *flowGraph) Run(env *environment) error {
	set := procedures.Files()
	name := c.Name
	if data, err := os.ReadFile(c.Name); err == nil {
		delete(set, filepath.Base(c.Name))
		set[c.Name] = data
		name = flows.Parse(c.Name, data).Flow.Value
	}
	f, err := procedures.Compile(name, set, action.Vocabulary(), i18n.Builtin())
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if c.SVG == "" {
		fmt.Fprint(env.out, f.Mermaid(i18n.Lang(c.Lang)))
		return nil
	}
	return os.WriteFile(c.SVG, []byte(f.SVG(i18n.Lang(c.Lang))), 0o644)
}

type flowList struct {
	Tenant string `default:"sample"`
}

// Run lists the flows in force.
func (c *flowList) Run(env *environment) error {
	return withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		versions, err := h.procedures.Current(tx)
		for _, v := range versions {
			source := "own"
			if v.Builtin {
				source = "built-in"
			}
			fmt.Fprintf(env.out, "%-16s version %d  %s  %s\n", v.Flow, v.Version, source, v.At.Format("2006-01-02 15:04"))
		}
		return err
	})
}

type flowShow struct {
	Tenant  string `default:"sample"`
	Version int    `help:"A version other than the one in force."`
	Name    string `arg:""`
}

// Run prints the source of a flow, its own file first.
func (c *flowShow) Run(env *environment) error {
	return withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		v, err := c.find(h, tx)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("%w: there is no such flow %q (see madoguchi flow list)", errUsage, c.Name)
		}
		if err != nil {
			return err
		}
		var names []string
		for name := range v.Files {
			names = append(names, name)
		}
		sort.Slice(names, func(i, j int) bool {
			return (names[i] == c.Name+".yaml") != (names[j] == c.Name+".yaml") && names[i] == c.Name+".yaml" || names[i] < names[j]
		})
		for _, name := range names {
			fmt.Fprintf(env.out, "# ---- %s (version %d)\n%s", name, v.Version, v.Files[name])
		}
		return nil
	})
}

func (c *flowShow) find(h *house, tx *store.Tx) (procedure.Version, error) {
	if c.Version > 0 {
		return h.procedures.Version(tx, c.Name, c.Version)
	}
	all, err := h.procedures.All(tx, c.Name)
	for _, v := range all {
		if !v.Retired {
			return v, err
		}
	}
	if err == nil {
		err = store.ErrNotFound
	}
	return procedure.Version{}, err
}

type flowPublish struct {
	Tenant string `default:"sample"`
	File   string `arg:"" help:"The flow's file."`
}

// Run checks the file with the built-in parts and puts it in force. Running
// conversations stay on the version they began with.
func (c *flowPublish) Run(env *environment) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	set := procedures.Files()
	base := filepath.Base(c.File)
	set[base] = data
	name := flows.Parse(base, data).Flow.Value
	if _, err := procedures.Compile(name, set, action.Vocabulary(), i18n.Builtin()); err != nil {
		return fmt.Errorf("%s is not published:\n%w", c.File, err)
	}
	files, err := procedures.Closure(name, set)
	if err != nil {
		return err
	}
	return withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		v, err := h.procedures.Publish(tx, name, files, false, "cli")
		if err != nil {
			return err
		}
		fmt.Fprintf(env.out, "%s version %d is in force\n", v.Flow, v.Version)
		return nil
	})
}

type flowRollback struct {
	Tenant string `default:"sample"`
	Name   string `arg:""`
}

// Run retires the version in force.
func (c *flowRollback) Run(env *environment) error {
	return withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		v, err := h.procedures.Retire(tx, c.Name, "cli")
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("%w: there is no flow %q (see madoguchi flow list)", errUsage, c.Name)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(env.out, "%s is back at version %d\n", v.Flow, v.Version)
		return nil
	})
}

// withTenant runs fn in one write transaction of a tenant.
func withTenant(env *environment, id string, fn func(*house, *store.Tx) error) error {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	if _, err := h.tenants.Load(env.ctx, id); err != nil {
		return unknownTenant(id, err)
	}
	return h.db.Update(env.ctx, id, func(tx *store.Tx) error { return fn(h, tx) })
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"madoguchi/i18n"
	"madoguchi/i18n/exchange"
	"madoguchi/store"
	"madoguchi/store/wording"
)

// textsCommand takes the texts that residents read to a translator and back.
type textsCommand struct {
	Export textsExport `cmd:"" help:"Write all texts with their translations into a language, as XLIFF 2.1 or CSV."`
	Import textsImport `cmd:"" help:"Take translations from such a file."`
}

// exchanged are the texts of every catalog file, as package exchange takes them.
func exchanged(cat *i18n.Catalog) ([]exchange.File, error) {
	files, err := textFiles(cat)
	if err != nil {
		return nil, err
	}
	out := make([]exchange.File, len(files))
	for i, f := range files {
		out[i] = exchange.File{Name: f.name, Sources: f.sources}
	}
	return out, nil
}

// translatable refuses a language that texts cannot be translated into: the
// source itself, and one without a name on its button (i18n.Name).
func translatable(lang string) (i18n.Lang, error) {
	l := i18n.Lang(lang)
	if l == i18n.Japanese {
		return "", fmt.Errorf("%w: Japanese is what texts are translated from", errUsage)
	}
	if i18n.Name(l) == lang {
		return "", fmt.Errorf("%w: language %q is not known here", errUsage, lang)
	}
	return l, nil
}

type textsExport struct {
	Lang   string `required:"" help:"Language to translate into: ko, zh-Hans …"`
	Format string `enum:"xliff,csv," default:"" help:"xliff or csv; by default as FILE ends, else xliff."`
	Tenant string `help:"With the words of this municipality in place of the program's." placeholder:"ID"`
	File   string `arg:"" optional:"" help:"File to write; by default the output."`
}

// Run writes a unit for every text and phrase, translated or not.
func (c *textsExport) Run(env *environment) error {
	lang, err := translatable(c.Lang)
	if err != nil {
		return err
	}
	cat := env.catalog()
	files, err := exchanged(cat)
	if err != nil {
		return err
	}
	current := cat.Translation
	if c.Tenant != "" {
		err := withTenant(env, c.Tenant, func(h *house, tx *store.Tx) (err error) {
			current, err = h.ownTexts(tx, files)
			return err
		})
		if err != nil {
			return err
		}
	}
	units := exchange.Units(files, lang, current)
	var b bytes.Buffer
	if c.Format == "csv" || c.Format == "" && strings.EqualFold(filepath.Ext(c.File), ".csv") {
		err = exchange.WriteCSV(&b, units)
	} else {
		err = exchange.WriteXLIFF(&b, lang, units)
	}
	if err != nil {
		return err
	}
	if c.File == "" {
		_, err := env.out.Write(b.Bytes())
		return err
	}
	if err := os.WriteFile(c.File, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the texts: %w", err)
	}
	count := map[exchange.State]int{}
	for _, u := range units {
		count[u.State]++
	}
	fmt.Fprintf(env.out, "%s: %d new, %d translated, %d stale\n", c.File, count[exchange.New], count[exchange.Translated], count[exchange.Stale])
	return nil
}

// ownTexts gives what the transaction's tenant has under a key, its own words
// first. Its own words count as made from the Japanese of today.
func (h *house) ownTexts(tx *store.Tx, files []exchange.File) (func(i18n.Lang, string) (i18n.Translation, bool), error) {
	changes, err := h.wordings.InForce(tx)
	if err != nil {
		return nil, err
	}
	sources := map[string]*i18n.Source{}
	for _, f := range files {
		for i := range f.Sources {
			sources[f.Sources[i].Key] = &f.Sources[i]
		}
	}
	type place struct {
		lang i18n.Lang
		key  string
	}
	own := map[place]string{}
	for _, c := range changes {
		own[place{c.Lang, c.Key}] = c.Words
	}
	return func(lang i18n.Lang, key string) (i18n.Translation, bool) {
		words, ok := own[place{lang, key}]
		if s := sources[key]; ok && s != nil {
			return i18n.Translation{Key: key, Stamp: s.Stamp(), Text: words}, true
		}
		return h.texts.Translation(lang, key)
	}, nil
}

type textsImport struct {
	Lang     string `required:"" help:"Language of the translations."`
	Catalogs string `help:"Write them into the catalogs in this folder (i18n/catalogs of the sources)." placeholder:"DIR"`
	Tenant   string `help:"Make them the words of this municipality." placeholder:"ID"`
	DryRun   bool   `help:"Only say what would change."`
	File     string `arg:"" help:"File as export writes it: XLIFF 2 or CSV."`
}

// Run takes all translations of a file or, if one of them is broken, none.
func (c *textsImport) Run(env *environment) error {
	lang, err := translatable(c.Lang)
	if err != nil {
		return err
	}
	if (c.Catalogs == "") == (c.Tenant == "") {
		return fmt.Errorf("%w: say where the translations go: --catalogs DIR or --tenant ID", errUsage)
	}
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	defer file.Close()
	units, err := exchange.Read(file)
	if err != nil {
		return c.refused(env, err)
	}
	if c.Tenant != "" {
		return c.toTenant(env, lang, units)
	}
	return c.toCatalogs(env, lang, units)
}

// refused tells every fault of a file on a line of its own.
func (c *textsImport) refused(env *environment, err error) error {
	var refused *exchange.Refused
	if !errors.As(err, &refused) {
		return err
	}
	for line := range strings.SplitSeq(refused.Error(), "\n") {
		fmt.Fprintf(env.out, "%s: %s\n", c.File, line)
	}
	return fmt.Errorf("nothing is imported: %d faults in %s", len(refused.Faults), c.File)
}

// say tells what a file changes.
func (c *textsImport) say(env *environment, ch *exchange.Changes, put int) {
	for _, key := range ch.Gone {
		fmt.Fprintf(env.out, "no such text any more: %s\n", key)
	}
	for _, key := range ch.Outgrown {
		fmt.Fprintf(env.out, "left out, the Japanese has other placeholders now: %s\n", key)
	}
	would := ""
	if c.DryRun {
		would = "would be "
	}
	fmt.Fprintf(env.out, "%d translations %simported (%d new, %d already stale), %d unchanged, %d empty\n",
		put, would, ch.New, ch.Stale, ch.Unchanged, ch.Empty)
}

// toCatalogs writes the files of a folder of catalogs, each in the order of its
// sources.
func (c *textsImport) toCatalogs(env *environment, lang i18n.Lang, units []exchange.Unit) error {
	if info, err := os.Stat(c.Catalogs); err != nil || !info.IsDir() {
		return fmt.Errorf("%w: there is no folder %s", errUsage, c.Catalogs)
	}
	cat, err := env.catalog().With(os.DirFS(c.Catalogs))
	if err != nil {
		return err
	}
	files, err := exchanged(cat)
	if err != nil {
		return err
	}
	changes, err := exchange.Compare(files, lang, units, cat.Translation)
	if err != nil {
		return c.refused(env, err)
	}
	after := cat.Translated(lang, changes.Put)
	changed := map[string]bool{}
	for _, t := range changes.Put {
		changed[t.Key] = true
	}
	written := map[string][]byte{} // content by path
	for _, f := range files {
		touched := false
		for i := range f.Sources {
			touched = touched || changed[f.Sources[i].Key]
		}
		if !touched {
			continue
		}
		data, err := after.Scaffold(lang, f.Sources)
		if err != nil {
			return err
		}
		written[filepath.Join(c.Catalogs, string(lang), f.Name+".yaml")] = data
	}
	if !c.DryRun {
		if err := writeAll(written); err != nil {
			return fmt.Errorf("write the catalogs: %w", err)
		}
	}
	c.say(env, changes, len(changes.Put))
	return nil
}

// writeAll writes files beside those they replace first, so that a full disk
// leaves all as they were.
func writeAll(files map[string][]byte) error {
	const beside = ".new"
	defer func() {
		for path := range files {
			_ = os.Remove(path + beside) // there only if something went wrong
		}
	}()
	for path, data := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path+beside, data, 0o644); err != nil {
			return err
		}
	}
	for path := range files {
		if err := os.Rename(path+beside, path); err != nil {
			return err
		}
	}
	return nil
}

// errDryRun undoes the transaction of a trial.
var errDryRun = errors.New("dry run")

// toTenant makes the translations a municipality's own words, in one
// transaction. Phrases stay the program's: no page changes them either.
func (c *textsImport) toTenant(env *environment, lang i18n.Lang, units []exchange.Unit) error {
	var changes *exchange.Changes
	put, lists := 0, 0
	err := withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		if !known(h.texts, string(lang)) {
			return fmt.Errorf("%w: language %q is not one of %v", errUsage, lang, h.texts.Languages())
		}
		files, err := exchanged(h.texts)
		if err != nil {
			return err
		}
		current, err := h.ownTexts(tx, files)
		if err != nil {
			return err
		}
		if changes, err = exchange.Compare(files, lang, units, current); err != nil {
			return err
		}
		sources := map[string]string{}
		for _, f := range files {
			for i := range f.Sources {
				sources[f.Sources[i].Key] = f.Sources[i].Text
			}
		}
		lines := map[string]int{}
		for _, u := range units {
			lines[u.Key] = u.Line
		}
		var faults []exchange.Fault
		for _, t := range changes.Put {
			if t.Phrases != nil {
				lists++
				continue
			}
			before, err := h.wordings.Latest(tx, t.Key, lang)
			if err != nil {
				return err
			}
			source := sources[t.Key]
			err = h.wordings.Set(tx, wording.Text{
				Text: h.texts.Bind(t.Key, source), Lang: lang, OneLine: !strings.Contains(source, "\n"), Seen: before.Number,
			}, t.Text, "cli")
			var no *wording.Refusal
			if errors.As(err, &no) {
				faults = append(faults, exchange.Fault{Line: lines[t.Key], Key: t.Key, Reason: no.Error()})
			} else if err != nil {
				return err
			}
			put++
		}
		if len(faults) > 0 {
			return &exchange.Refused{Faults: faults}
		}
		if c.DryRun {
			return errDryRun
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return c.refused(env, err)
	}
	if lists > 0 {
		fmt.Fprintf(env.out, "left out, %d lists of phrases: they are the program's\n", lists)
	}
	c.say(env, changes, put)
	return nil
}

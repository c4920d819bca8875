package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"madoguchi/bot/action"
	"madoguchi/flows"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/tenant"
)

// textFile is a file of the catalogs and what is translated in it.
type textFile struct {
	name    string // without .yaml: web, flow-moving, faq
	sources []i18n.Source
}

// textFiles are all texts that residents read: those of the program, of the
// procedures and life events that ship, and the answers.
func textFiles(cat *i18n.Catalog) ([]textFile, error) {
	var out []textFile
	for _, name := range cat.Files() {
		out = append(out, textFile{name, cat.Sources(name)})
	}
	var parsed []*flows.File
	for path, data := range procedures.Files() {
		parsed = append(parsed, flows.Parse(path, data))
	}
	compiled, err := flows.CompileSet(parsed, action.Vocabulary(), cat)
	if err != nil {
		return nil, err
	}
	for name, f := range compiled {
		out = append(out, textFile{"flow-" + name, f.Sources()})
	}
	events, err := procedures.Events(action.Vocabulary(), cat)
	if err != nil {
		return nil, err
	}
	for name, e := range events {
		out = append(out, textFile{"event-" + name, e.Sources()})
	}
	answers, err := procedures.FAQ(cat)
	if err != nil {
		return nil, err
	}
	faq := textFile{name: "faq"}
	for _, e := range answers {
		faq.sources = append(faq.sources, e.Sources()...)
	}
	out = append(out, faq)
	slices.SortFunc(out, func(a, b textFile) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

// sourcesOf are the texts of all files.
func sourcesOf(files []textFile) []i18n.Source {
	var all []i18n.Source
	for _, f := range files {
		all = append(all, f.sources...)
	}
	return all
}

// whole are the languages in which a resident is never made to read another:
// every text of the program and of the procedures is there (S3-015). Answers to
// questions may still come in やさしい日本語. Working it out takes longer than
// most commands; TestWholeLanguages does, and says when the list is to change.
var whole = []i18n.Lang{
	i18n.Japanese, i18n.EasyJapanese, i18n.English,
	"es", "fil", "id", "ko", "ne", "pt-BR", "vi", "zh-Hans", "zh-Hant",
}

// offered are the languages a municipality offers: those it names, half
// translated ones too, as it knows what its residents would rather have; if it
// names none, all that are whole.
func offered(texts *i18n.Catalog, named []string) []i18n.Lang {
	known := texts.Languages()
	var out []i18n.Lang
	for _, name := range named {
		if l := i18n.Lang(name); slices.Contains(known, l) && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		return slices.Clone(whole)
	}
	return out
}

// tenantLanguages is which languages a municipality offers.
type tenantLanguages struct {
	ID    string   `arg:"" help:"The municipality."`
	Offer []string `arg:"" optional:"" help:"Languages to offer, the default first; \"whole\" for all that are completely translated."`
}

// Run sets the languages if there are any to set, and lists what is offered.
func (c *tenantLanguages) Run(env *environment) error {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	t, err := h.tenants.Load(env.ctx, c.ID)
	if err != nil {
		return unknownTenant(c.ID, err)
	}
	if len(c.Offer) > 0 {
		if err := c.set(env, h, t); err != nil {
			return err
		}
	}
	files, err := textFiles(h.texts)
	if err != nil {
		return err
	}
	listed := offered(h.texts, t.Settings.Languages)
	for _, n := range h.texts.Coverage(sourcesOf(files)...) {
		mark := " "
		if slices.Contains(listed, n.Lang) {
			mark = "*"
		}
		fmt.Fprintf(env.out, "%s %-10s %s (%s)\n", mark, n.Lang, i18n.Name(n.Lang), n)
	}
	return nil
}

func (c *tenantLanguages) set(env *environment, h *house, t *tenant.Tenant) error {
	t.Settings.Languages = nil
	if !slices.Equal(c.Offer, []string{"whole"}) {
		for _, l := range c.Offer {
			if !known(h.texts, l) {
				return fmt.Errorf("%w: language %q is not one of %v", errUsage, l, h.texts.Languages())
			}
			t.Settings.Languages = append(t.Settings.Languages, l)
		}
		// Every text exists in Japanese, and residents of whom nothing is known are
		// greeted in it.
		if !slices.Contains(c.Offer, string(i18n.Japanese)) {
			return fmt.Errorf("%w: ja must be among the languages", errUsage)
		}
	}
	err := h.tenants.Save(env.ctx, t, "cli")
	if errors.Is(err, store.ErrNotFound) {
		return unknownTenant(c.ID, err)
	}
	return err
}

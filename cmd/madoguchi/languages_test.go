package main

import (
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
	"madoguchi/store/tenant"
)

// A language on its way is there for who asks for it by name, and for nobody
// else; when its last text is translated, it is offered to all.
func TestLanguagesAreOfferedWhenWhole(t *testing.T) {
	files, err := textFiles(i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	var all []i18n.Translation
	for _, s := range sourcesOf(files) {
		english, _ := i18n.Builtin().Translation(i18n.English, s.Key)
		english.Stamp = s.Stamp()
		all = append(all, english)
	}
	without := i18n.Builtin().Translated("th", all[1:])
	broken := i18n.Builtin().Translated("th", append(slices.Clone(all[1:]), i18n.Translation{Key: all[0].Key, Stamp: all[0].Stamp, Text: "{nothing}"}))
	stale := slices.Clone(all)
	stale[0].Stamp = "x"

	base := wholeLanguages(i18n.Builtin())
	for name, c := range map[string]struct {
		texts *i18n.Catalog
		named []string
		want  []i18n.Lang
	}{
		"those that ship":       {i18n.Builtin(), nil, base},
		"one text missing":      {without, nil, base},
		"one text broken":       {broken, nil, base},
		"one text stale":        {i18n.Builtin().Translated("th", stale), nil, append(slices.Clone(base), "th")},
		"whole":                 {i18n.Builtin().Translated("th", all), nil, append(slices.Clone(base), "th")},
		"missing, but named":    {without, []string{"ja", "th"}, []i18n.Lang{"ja", "th"}},
		"named and not there":   {i18n.Builtin(), []string{"ja", "tlh"}, []i18n.Lang{"ja"}},
		"nothing of what named": {i18n.Builtin(), []string{"tlh"}, base},
	} {
		h := &house{texts: c.texts, whole: func() []i18n.Lang { return wholeLanguages(c.texts) }}
		site, err := sites{h}.of(&tenant.Tenant{Name: "みほん市", Settings: tenant.Settings{Languages: c.named}})
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(c.want, i18n.Order)
		if diff := cmp.Diff(c.want, site.Languages); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The dictionary of the checker of やさしい日本語 takes 88 MiB: it is for tests of
// i18n/easy, never for the program.
func TestTheProgramCarriesNoDictionary(t *testing.T) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Skip("built without module information")
	}
	for _, dep := range info.Deps {
		if strings.Contains(dep.Path, "kagome") {
			t.Errorf("the program is linked with %s", dep.Path)
		}
	}
}

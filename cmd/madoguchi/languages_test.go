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

// A language is offered from the day its last text is there.
func TestWholeLanguages(t *testing.T) {
	files, err := textFiles(i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f textFile) bool { return f.name == "faq" })
	var want []i18n.Lang
	for _, c := range i18n.Builtin().Coverage(sourcesOf(files)...) {
		if c.Whole() {
			want = append(want, c.Lang)
		} else {
			t.Logf("on its way: %s", c)
		}
	}
	if diff := cmp.Diff(want, whole); diff != "" {
		t.Errorf("languages.go does not say which are whole: %s", diff)
	}
}

// A language on its way is there for who asks for it by name, and for nobody
// else.
func TestLanguagesAreOfferedWhenWhole(t *testing.T) {
	onItsWay := i18n.Builtin().Translated("th", []i18n.Translation{{Key: "bot.yes", Text: "ใช่"}})
	for name, c := range map[string]struct {
		texts *i18n.Catalog
		named []string
		want  []i18n.Lang
	}{
		"nothing named":         {onItsWay, nil, whole},
		"missing, but named":    {onItsWay, []string{"ja", "th"}, []i18n.Lang{"ja", "th"}},
		"named and not there":   {onItsWay, []string{"ja", "tlh"}, []i18n.Lang{"ja"}},
		"nothing of what named": {onItsWay, []string{"tlh"}, whole},
	} {
		site, err := sites{&house{texts: c.texts}}.of(&tenant.Tenant{Name: "みほん市", Settings: tenant.Settings{Languages: c.named}})
		if err != nil {
			t.Fatal(err)
		}
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

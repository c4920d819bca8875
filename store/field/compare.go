package field

import (
	"encoding/json"
	"reflect"

	"madoguchi/i18n"
)

// Difference is a field that two versions of a form treat differently.
type Difference struct {
	Form    Form
	ID      string
	Name    string // as staff know it
	Change  Change
	Before  Use
	After   Use
	SameUse bool // only its words, letters or choices differ
}

// Change is what has happened to a field.
type Change string

// The changes.
const (
	Added   Change = "added"
	Removed Change = "removed"
	Changed Change = "changed"
)

// Compare lists the fields of a form that two settings treat differently, in
// the order of the later one, those removed last. Their order is no difference
// that touches a record, but is listed as a change of the field that moved up.
func Compare(before, after Settings, form Form) []Difference {
	var out []Difference
	b, a := before.Sheet(form), after.Sheet(form)
	for i, f := range a.Basic {
		if i < len(b.Basic) && !same(f, b.Basic[i]) {
			old := b.Basic[i]
			out = append(out, Difference{form, f.ID, BasicName(form, f.ID), Changed, old.Use, f.Use, old.Use == f.Use})
		}
	}
	place := map[string]int{}
	for i, f := range b.Custom {
		place[f.ID] = i
	}
	last := -1
	for _, f := range a.Custom {
		name := f.Heading[i18n.Japanese]
		old := b.CustomByID(f.ID)
		switch {
		case old == nil:
			out = append(out, Difference{form, f.ID, name, Added, Use{}, f.Use, false})
			continue
		case !same(f, *old) || place[f.ID] < last:
			out = append(out, Difference{form, f.ID, name, Changed, old.Use, f.Use, old.Use == f.Use})
		}
		last = max(last, place[f.ID])
	}
	for _, f := range b.Custom {
		if a.CustomByID(f.ID) == nil {
			out = append(out, Difference{form, f.ID, f.Heading[i18n.Japanese], Removed, f.Use, Use{}, false})
		}
	}
	return out
}

// same compares settings as they are kept: an empty list is no list.
func same(a, b any) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && reflect.DeepEqual(x, y)
}

package reservation

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Difference is one thing in which two settings differ. Field is named as in
// JSON; an item that is there only once has no Field.
type Difference struct {
	Kind  string // "counter", "service", "closure", "window" or "rule"
	ID    string // of the counter or service
	Name  Names  // of the counter or service
	Field string
	Old   any // nil where there was none
	New   any // nil where there is none any more
}

// Compare lists in what b differs from a: counters and services field by field,
// opening rules, closures and windows one by one.
func Compare(a, b Settings) []Difference {
	var list []Difference
	list = append(list, items("counter", a.Counters, b.Counters, func(c Counter) (string, Names) { return c.ID, c.Names })...)
	list = append(list, items("service", a.Services, b.Services, func(s Service) (string, Names) { return s.ID, s.Names })...)
	list = append(list, lines("closure", "", nil, "", a.Closures, b.Closures)...)
	list = append(list, lines("window", "", nil, "", a.Windows, b.Windows)...)
	for _, f := range []struct {
		name     string
		old, new any
	}{
		{"holidays", a.Holidays, b.Holidays}, {"hold_minutes", a.HoldMinutes, b.HoldMinutes},
		{"hidden", a.Site.Hidden, b.Site.Hidden}, {"from", a.Site.From, b.Site.From}, {"to", a.Site.To, b.Site.To},
	} {
		if f.old != f.new {
			list = append(list, Difference{Kind: "rule", Field: f.name, Old: f.old, New: f.new})
		}
	}
	return list
}

// items compares lists of things that have an id.
func items[T any](kind string, old, new []T, id func(T) (string, Names)) []Difference {
	var list []Difference
	find := func(in []T, want string) int {
		return slices.IndexFunc(in, func(x T) bool { i, _ := id(x); return i == want })
	}
	for _, x := range new {
		i, name := id(x)
		j := find(old, i)
		if j < 0 {
			list = append(list, Difference{Kind: kind, ID: i, Name: name, New: x})
			continue
		}
		a, b := reflect.ValueOf(old[j]), reflect.ValueOf(x)
		for n := range a.NumField() {
			field := jsonName(a.Type().Field(n))
			if field == "openings" {
				list = append(list, lines(kind, i, name, field, a.Field(n).Interface().([]Opening), b.Field(n).Interface().([]Opening))...)
			} else if !same(a.Field(n), b.Field(n)) {
				list = append(list, Difference{kind, i, name, field, a.Field(n).Interface(), b.Field(n).Interface()})
			}
		}
	}
	for _, x := range old {
		if i, name := id(x); find(new, i) < 0 {
			list = append(list, Difference{Kind: kind, ID: i, Name: name, Old: x})
		}
	}
	return list
}

// lines compares lists of things without an id. The same things in another
// order are a difference of their order.
func lines[T any](kind, id string, name Names, field string, old, new []T) []Difference {
	// Of thousands of lines most are the same at their place: only those between
	// the first and the last that differ are looked at closely.
	for len(old) > 0 && len(new) > 0 && same(reflect.ValueOf(old[0]), reflect.ValueOf(new[0])) {
		old, new = old[1:], new[1:]
	}
	for len(old) > 0 && len(new) > 0 && same(reflect.ValueOf(old[len(old)-1]), reflect.ValueOf(new[len(new)-1])) {
		old, new = old[:len(old)-1], new[:len(new)-1]
	}
	if len(old) == 0 && len(new) == 0 {
		return nil
	}
	var list []Difference
	gone, made := without(old, new), without(new, old)
	if len(gone) == len(made) { // changed one by one, as far as can be told
		for i := range gone {
			list = append(list, Difference{kind, id, name, field, gone[i], made[i]})
		}
	} else {
		for _, x := range gone {
			list = append(list, Difference{kind, id, name, field, x, nil})
		}
		for _, x := range made {
			list = append(list, Difference{kind, id, name, field, nil, x})
		}
	}
	if len(list) == 0 && kind != "closure" {
		list = append(list, Difference{kind, id, name, "order", nil, nil})
	}
	return list
}

// same is DeepEqual, with nil lists and maps equal to empty ones.
func same(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Slice, reflect.Map:
		if a.Len() == 0 && b.Len() == 0 {
			return true
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	if a.Kind() == reflect.Slice {
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// Merge makes the changes from base to mine in theirs, which was made from base
// too. Where both changed the same thing, mine counts, and it is named among
// the conflicts as it is in theirs (Old) and in mine (New).
func Merge(base, mine, theirs Settings) (merged Settings, conflicts []Difference) {
	merged = theirs
	merged.Counters = mergeItems("counter", base.Counters, mine.Counters, theirs.Counters,
		func(c Counter) (string, Names) { return c.ID, c.Names }, &conflicts)
	merged.Services = mergeItems("service", base.Services, mine.Services, theirs.Services,
		func(s Service) (string, Names) { return s.ID, s.Names }, &conflicts)
	merged.Closures = nil
	merged.Closures = slices.Concat(
		without(theirs.Closures, without(base.Closures, mine.Closures)),
		without(without(mine.Closures, base.Closures), theirs.Closures))
	merged.Windows = mergeValue("window", "", nil, "", base.Windows, mine.Windows, theirs.Windows, &conflicts)
	merged.Holidays = mergeValue("rule", "", nil, "holidays", base.Holidays, mine.Holidays, theirs.Holidays, &conflicts)
	merged.HoldMinutes = mergeValue("rule", "", nil, "hold_minutes", base.HoldMinutes, mine.HoldMinutes, theirs.HoldMinutes, &conflicts)
	merged.Site = mergeValue("rule", "", nil, "site", base.Site, mine.Site, theirs.Site, &conflicts)
	return merged, conflicts
}

// without returns the things of a list that another does not have. A year's plan
// has thousands, so they are compared by what is saved of them.
func without[T any](list, others []T) []T {
	saved := func(x T) string {
		b, err := json.Marshal(x)
		if err != nil {
			return fmt.Sprintf("%+v", x) // cannot be: settings are plain data
		}
		return string(b)
	}
	has := make(map[string]bool, len(others))
	for _, x := range others {
		has[saved(x)] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return has[saved(x)] })
}

func mergeValue[T any](kind, id string, name Names, field string, base, mine, theirs T, conflicts *[]Difference) T {
	b, m, t := reflect.ValueOf(&base).Elem(), reflect.ValueOf(&mine).Elem(), reflect.ValueOf(&theirs).Elem()
	switch {
	case same(m, b):
		return theirs
	case same(t, b), same(m, t):
	default:
		*conflicts = append(*conflicts, Difference{kind, id, name, field, theirs, mine})
	}
	return mine
}

func mergeItems[T any](kind string, base, mine, theirs []T, id func(T) (string, Names), conflicts *[]Difference) []T {
	find := func(in []T, want string) *T {
		for i := range in {
			if x, _ := id(in[i]); x == want {
				return &in[i]
			}
		}
		return nil
	}
	var merged []T
	for _, t := range theirs {
		i, name := id(t)
		b, m := find(base, i), find(mine, i)
		if m == nil {
			if b == nil { // new among theirs
				merged = append(merged, t)
			} else if !same(reflect.ValueOf(*b), reflect.ValueOf(t)) { // deleted here, changed there
				*conflicts = append(*conflicts, Difference{Kind: kind, ID: i, Name: name, Old: t})
			}
			continue
		}
		if b == nil {
			b = new(T)
		}
		out := t
		bv, mv, tv, ov := reflect.ValueOf(*b), reflect.ValueOf(*m), reflect.ValueOf(t), reflect.ValueOf(&out).Elem()
		for n := range mv.NumField() {
			switch {
			case same(mv.Field(n), bv.Field(n)), same(mv.Field(n), tv.Field(n)):
				continue
			case !same(tv.Field(n), bv.Field(n)):
				*conflicts = append(*conflicts, Difference{kind, i, name, jsonName(mv.Type().Field(n)), tv.Field(n).Interface(), mv.Field(n).Interface()})
			}
			ov.Field(n).Set(mv.Field(n))
		}
		merged = append(merged, out)
	}
	for _, m := range mine {
		i, name := id(m)
		if find(theirs, i) != nil {
			continue
		}
		b := find(base, i)
		if b != nil && same(reflect.ValueOf(*b), reflect.ValueOf(m)) {
			continue // deleted there, unchanged here
		}
		if b != nil {
			*conflicts = append(*conflicts, Difference{Kind: kind, ID: i, Name: name, New: m})
		}
		merged = append(merged, m)
	}
	return merged
}

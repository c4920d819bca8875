package people

import (
	"slices"

	"madoguchi/store"
	"madoguchi/store/resident"
)

// Use says how a field is used (S4-004).
type Use string

// The uses.
const (
	Unused   Use = "unused"   // 使用しない
	Required Use = "required" // 必須
	Optional Use = "optional" // 任意
	Shown    Use = "shown"    // 表示のみ
)

// Field is one field of the roster as the municipality set it.
type Field struct {
	resident.Field
	Use Use
	// Label is its name where the municipality gave one (別名), or the name of a
	// custom field.
	Label string
	// Choices are the values a custom field may have; nil: any text.
	Choices []string
}

// DefaultFields are the fields of a municipality that has set nothing. What must
// be filled is that of the registration form (S4-096).
func DefaultFields() []Field {
	required := map[resident.Field]bool{
		resident.Name: true, resident.Kana: true, resident.SexOf: true, resident.Born: true, resident.Address: true, resident.Link: true,
	}
	var list []Field
	for _, f := range resident.Fields() {
		use := Optional
		if required[f] {
			use = Required
		}
		list = append(list, Field{Field: f, Use: use})
	}
	return list
}

// fields are those in use.
func (a area) fields(tx *store.Tx) ([]Field, error) {
	all := DefaultFields()
	if a.Fields != nil {
		var err error
		if all, err = a.Fields(tx); err != nil {
			return nil, err
		}
	}
	return InUse(all), nil
}

// InUse leaves out the fields that are not used.
func InUse(all []Field) []Field {
	return slices.DeleteFunc(slices.Clone(all), func(f Field) bool { return f.Use == Unused })
}

// Rules are the fields' conditions as an import knows them.
func Rules(fields []Field) resident.Rules {
	var rules resident.Rules
	for _, f := range fields {
		if f.Use == Required {
			rules.Required = append(rules.Required, f.Field)
		}
		if f.CustomID() != "" {
			rules.Custom = append(rules.Custom, f.Field)
		}
	}
	return rules
}

// name is what a field is called.
func (f Field) name(w func(key string) string) string {
	if f.Label != "" {
		return f.Label
	}
	if f.CustomID() != "" {
		return f.CustomID()
	}
	return w("people.field." + string(f.Field))
}

package flows

import "madoguchi/i18n"

// Reworded returns the flow with its texts in the words of a municipality. The
// steps, their order and the machine are the same, so that a conversation may
// go on in it from where it stands.
func (f *Flow) Reworded(c *i18n.Catalog) *Flow {
	r := *f
	r.Title = c.Reword(f.Title)
	r.texts = reword(c, f.texts)
	r.Papers = make(map[string][]*i18n.Text, len(f.Papers))
	for name, lines := range f.Papers {
		r.Papers[name] = reword(c, lines)
	}
	r.fields = make(map[string]*Field, len(f.fields))
	for name, field := range f.fields {
		own := *field
		own.Label = c.Reword(field.Label)
		r.fields[name] = &own
	}
	r.Steps = make(map[string]*Step, len(f.Steps))
	for name, step := range f.Steps {
		own := *step
		own.Text, own.Help, own.Hint = c.Reword(step.Text), c.Reword(step.Help), c.Reword(step.Hint)
		own.Choices = make([]Choice, len(step.Choices))
		for i, choice := range step.Choices {
			choice.Label = c.Reword(choice.Label)
			own.Choices[i] = choice
		}
		r.Steps[name] = &own
	}
	r.asked = make(map[string]*Step, len(f.asked))
	for field, step := range f.asked {
		r.asked[field] = r.Steps[step.Name]
	}
	return &r
}

func reword(c *i18n.Catalog, texts []*i18n.Text) []*i18n.Text {
	own := make([]*i18n.Text, len(texts))
	for i, t := range texts {
		own[i] = c.Reword(t)
	}
	return own
}

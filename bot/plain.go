package bot

import (
	"slices"

	"madoguchi/i18n"
)

// Plain returns the message with furigana written in brackets, 窓口（まどぐち）,
// for whoever cannot show ruby.
func (m Message) Plain() Message {
	m.Text, m.Question = i18n.Plain(m.Text), i18n.Plain(m.Question)
	m.Choices = plainChoices(m.Choices)
	m.Lines = slices.Clone(m.Lines)
	for i := range m.Lines {
		m.Lines[i] = i18n.Plain(m.Lines[i])
	}
	m.Items = slices.Clone(m.Items)
	for i := range m.Items {
		m.Items[i].Label, m.Items[i].Value = i18n.Plain(m.Items[i].Label), i18n.Plain(m.Items[i].Value)
	}
	if m.Booking != nil {
		b := *m.Booking
		b.Name, b.Place, b.When, b.Title = i18n.Plain(b.Name), i18n.Plain(b.Place), i18n.Plain(b.When), i18n.Plain(b.Title)
		b.Actions = plainChoices(b.Actions)
		m.Booking = &b
	}
	if m.Link != nil {
		m.Link = &Link{URL: m.Link.URL, Label: i18n.Plain(m.Link.Label)}
	}
	return m
}

func plainChoices(choices []Choice) []Choice {
	out := slices.Clone(choices)
	for i := range out {
		out[i].Label, out[i].Day = i18n.Plain(out[i].Label), i18n.Plain(out[i].Day)
	}
	return out
}

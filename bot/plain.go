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
	m.Lines = plainLines(m.Lines)
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
	if m.Plan != nil {
		m.Plan = m.Plan.Plain()
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

// Plain returns the list with furigana written in brackets.
func (p *Plan) Plain() *Plan {
	own := *p
	own.Title, own.Bring = i18n.Plain(p.Title), i18n.Plain(p.Bring)
	own.Groups = slices.Clone(p.Groups)
	for i := range own.Groups {
		g := &own.Groups[i]
		g.Title = i18n.Plain(g.Title)
		g.Tasks = slices.Clone(g.Tasks)
		for j := range g.Tasks {
			t := &g.Tasks[j]
			t.Title, t.When = i18n.Plain(t.Title), i18n.Plain(t.When)
			t.Facts = slices.Clone(t.Facts)
			for k := range t.Facts {
				t.Facts[k].Label, t.Facts[k].Value = i18n.Plain(t.Facts[k].Label), i18n.Plain(t.Facts[k].Value)
			}
			t.Bring, t.Notes = plainLines(t.Bring), plainLines(t.Notes)
		}
	}
	return &own
}

func plainLines(lines []string) []string {
	out := slices.Clone(lines)
	for i := range out {
		out[i] = i18n.Plain(out[i])
	}
	return out
}

package mail

import (
	"fmt"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/notice"
)

// apart are the kinds of notice that do not speak of a booking.
var apart = map[notice.Kind]bool{
	notice.Register: true, notice.Reset: true, notice.Confirm: true, notice.Locked: true,
	notice.Tasks: true, notice.Place: true,
}

// Apart is what a letter needs that does not speak of a booking.
type Apart struct {
	To    string
	Until civil.DateTime // the moment its link ends
	Lines []string       // Tasks: what there is to do, with its dates
	Page  string         // Tasks: where the list opens

	When    civil.DateTime // Place: the time that came free
	Counter string         // Place: the name of the counter
}

// apart writes the letter of a notice that carries a link, or warns. A link that
// is no longer good is not sent, nor is anything to somebody without address.
func (w *Writer) apart(tx *store.Tx, n notice.Notice) (*Letter, string, error) {
	if w.Apart == nil {
		return nil, moot, nil
	}
	a, ok, err := w.Apart(tx, n)
	if err != nil {
		return nil, "", fmt.Errorf("read what a notice is about: %w", err)
	}
	if !ok {
		return nil, moot, nil
	}
	site, err := w.Site(tx)
	if err != nil {
		return nil, "", fmt.Errorf("read the municipality for a notice: %w", err)
	}
	texts, err := w.Texts(tx)
	if err != nil {
		return nil, "", fmt.Errorf("read the texts for a notice: %w", err)
	}
	l := (&sheet{texts: texts, lang: n.Lang, site: site}).apart(n.Kind, a, w.LinkPage(tx.Tenant(), n.Key))
	l.ID, l.To = n.ID, a.To
	return l, "", nil
}

// apart is such a letter, to nobody yet.
func (p *sheet) apart(kind notice.Kind, a Apart, address string) *Letter {
	office := markup("office", p.site.Office.In(p.lang))
	l := &Letter{
		Lang: p.lang, Sender: i18n.Plain(p.site.Office.In(p.lang)),
		Subject: i18n.Plain(p.text("mail.subject."+string(kind), markup("city", p.site.City.In(p.lang)))),
	}
	p.line("mail.lead."+string(kind), office)
	switch kind {
	case notice.Locked:
	case notice.Tasks:
		p.part("mail.heading.tasks")
		for _, line := range a.Lines {
			p.out.WriteString(line + "\n")
		}
		p.part("mail.heading.list")
		p.line("mail.list")
		p.line("mail.page", i18n.Arg{Name: "url", Value: a.Page})
	default:
		if kind == notice.Place {
			p.out.WriteByte('\n')
			p.line("mail.when", i18n.Arg{Name: "when", Value: a.When})
			p.line("mail.place", markup("name", a.Counter))
		}
		p.part("mail.heading.link")
		p.line("mail.page", i18n.Arg{Name: "url", Value: address})
		p.line("mail.until", i18n.Arg{Name: "until", Value: a.Until})
	}
	p.part("mail.heading.contact")
	p.line("mail.office", office)
	if p.site.Phone != "" {
		p.line("mail.phone", i18n.Arg{Name: "phone", Value: p.site.Phone})
	}
	if hours := p.site.Hours.In(p.lang); hours != "" {
		p.line("mail.hours", markup("hours", hours))
	}
	p.part("mail.footer")
	l.Text = i18n.Plain(p.out.String())
	return l
}

package mail

import (
	"fmt"

	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/notice"
)

// linked are the kinds of notice that carry a link instead of speaking of a
// booking.
var linked = map[notice.Kind]bool{notice.Register: true, notice.Reset: true, notice.Confirm: true}

// MailLink is what a link in a mail says about itself.
type MailLink struct {
	To    string
	Until i18n.Arg // "until": the moment it ends, as a civil date and time
}

// link writes the letter of a notice that carries a link. A link that is no
// longer good is not sent.
func (w *Writer) link(tx *store.Tx, n notice.Notice) (*Letter, string, error) {
	if w.Links == nil {
		return nil, moot, nil
	}
	l, ok, err := w.Links(tx, n.Booking)
	if err != nil {
		return nil, "", fmt.Errorf("read the link of a notice: %w", err)
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
	p := &sheet{texts: texts, lang: n.Lang, site: site}
	office := markup("office", site.Office.In(n.Lang))
	p.line("mail.lead."+string(n.Kind), office)
	p.part("mail.heading.link")
	p.line("mail.page", i18n.Arg{Name: "url", Value: w.LinkPage(tx.Tenant(), n.Key)})
	p.line("mail.until", l.Until)
	p.part("mail.heading.contact")
	p.line("mail.office", office)
	if site.Phone != "" {
		p.line("mail.phone", i18n.Arg{Name: "phone", Value: site.Phone})
	}
	if hours := site.Hours.In(n.Lang); hours != "" {
		p.line("mail.hours", markup("hours", hours))
	}
	p.part("mail.footer")
	return &Letter{
		ID: n.ID, To: l.To, Lang: n.Lang, Sender: i18n.Plain(site.Office.In(n.Lang)),
		Subject: i18n.Plain(p.text("mail.subject."+string(n.Kind), markup("city", site.City.In(n.Lang)))),
		Text:    i18n.Plain(p.out.String()),
	}, "", nil
}

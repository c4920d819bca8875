package mail

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"madoguchi/bot"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/notice"
	"madoguchi/store/reservation"
)

// Writer writes letters about bookings.
type Writer struct {
	Reservations *reservation.Reservations
	// Site is what is known of the municipality.
	Site func(tx *store.Tx) (*bot.Site, error)
	// Texts are the texts of the transaction's tenant, mail.*.
	Texts func(tx *store.Tx) (*i18n.Catalog, error)
	// Event puts a booking into the words of a calendar entry.
	Event func(tx *store.Tx, b reservation.Booking, lang i18n.Lang) (reservation.Event, error)
	// Answers are what was answered on the application, as lines of a letter; nil
	// where nothing is asked.
	Answers func(tx *store.Tx, answers map[string]string, lang i18n.Lang) ([]string, error)
	// Page is where a resident changes or cancels a booking.
	Page func(tenant string) string
	// Apart reads what a notice is about that speaks of no booking; false if there
	// is nothing to tell any more. LinkPage is where the secret of a link leads.
	// Both nil: no such mail is written.
	Apart    func(tx *store.Tx, n notice.Notice) (a Apart, ok bool, err error)
	LinkPage func(tenant, secret string) string
}

// Reasons not to write (Write).
const (
	moot      = "moot"       // the booking has been cancelled, or the visit is over
	outdated  = "outdated"   // it was changed since; another notice tells
	noAddress = "no-address" // it is no longer kept
)

// Write writes the letter of a notice from the booking as it is now. The letter
// is nil where there is nothing to tell any more; why is the reason then.
func (w *Writer) Write(tx *store.Tx, n notice.Notice, a *Account) (l *Letter, why string, err error) {
	if apart[n.Kind] {
		return w.apart(tx, n)
	}
	b, err := w.Reservations.ByID(tx, n.Booking)
	if errors.Is(err, reservation.ErrNotFound) {
		return nil, moot, nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the booking of a notice: %w", err)
	}
	if why := stale(n, b, civil.In(tx.Now())); why != "" {
		return nil, why, nil
	}
	to, answers, err := w.Reservations.Private(tx, b.ID)
	if err != nil {
		return nil, "", fmt.Errorf("read the address of a notice: %w", err)
	}
	if to == "" {
		return nil, noAddress, nil
	}
	t, err := w.Reservations.Timetable(tx)
	if err != nil {
		return nil, "", fmt.Errorf("read the counters for a notice: %w", err)
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
	if w.Answers != nil {
		if p.answers, err = w.Answers(tx, answers, n.Lang); err != nil {
			return nil, "", fmt.Errorf("read the answers for a notice: %w", err)
		}
	}
	l = p.letter(n, b, t, w.Page(tx.Tenant()))
	l.ID, l.To = n.ID, to
	if n.Kind != notice.Reminder {
		l.Calendar, l.Method, err = w.calendar(tx, b, n.Lang, a)
	}
	return l, "", err
}

// stale says why a notice has nothing to tell, "" if it has. A confirmation is
// sent even when the booking has been moved since: it alone carries the key.
func stale(n notice.Notice, b reservation.Booking, now civil.DateTime) string {
	if n.Kind == notice.Cancelled {
		if b.Status != reservation.Cancelled {
			return moot
		}
		return ""
	}
	switch {
	case b.Status != reservation.Booked, !now.Before(b.Start):
		return moot
	case n.Kind != notice.Booked && b.Sequence != n.Sequence:
		return outdated
	}
	return ""
}

func (w *Writer) calendar(tx *store.Tx, b reservation.Booking, lang i18n.Lang, a *Account) (file []byte, method string, err error) {
	e, err := w.Event(tx, b, lang)
	if err != nil {
		return nil, "", fmt.Errorf("write a calendar entry: %w", err)
	}
	e.Organizer = a.From.Address
	var out bytes.Buffer
	if err := reservation.Calendar(&out, b, e); err != nil {
		return nil, "", err
	}
	method = "PUBLISH"
	if b.Status == reservation.Cancelled {
		method = "CANCEL"
	}
	return out.Bytes(), method, nil
}

// sheet is a letter's text being written.
type sheet struct {
	texts *i18n.Catalog
	lang  i18n.Lang
	site  *bot.Site
	out   strings.Builder
	used  []string // keys of the texts so far

	answers []string // what was answered on the application
}

// letter is the letter of a notice, to nobody yet.
func (p *sheet) letter(n notice.Notice, b reservation.Booking, t *reservation.Timetable, address string) *Letter {
	return &Letter{
		Lang: p.lang, Sender: i18n.Plain(p.site.Office.In(p.lang)),
		Subject: i18n.Plain(p.text("mail.subject."+string(n.Kind), markup("city", p.site.City.In(p.lang)))),
		Text:    p.write(n, b, t, address),
	}
}

func (p *sheet) text(key string, args ...i18n.Arg) string {
	p.used = append(p.used, key)
	return p.texts.Text(key).In(p.lang, args...)
}

// line adds one line to the letter.
func (p *sheet) line(key string, args ...i18n.Arg) {
	p.out.WriteString(strings.TrimRight(p.text(key, args...), "\n"))
	p.out.WriteByte('\n')
}

// part begins a part with its heading.
func (p *sheet) part(key string) {
	p.out.WriteByte('\n')
	p.line(key)
}

func (p *sheet) write(n notice.Notice, b reservation.Booking, t *reservation.Timetable, address string) string {
	office := markup("office", p.site.Office.In(p.lang))
	cancelled := n.Kind == notice.Cancelled
	p.line("mail.lead."+string(n.Kind), office)

	p.part("mail.heading.visit")
	p.line("mail.when", i18n.Arg{Name: "when", Value: b.Start})
	if c := t.Counter(b.Counter); c != nil {
		p.line("mail.place", markup("name", c.Names.In(p.lang)))
		if place := c.Place.In(p.lang); place != "" {
			p.line("mail.where", markup("place", place))
		}
	}
	if s := t.Service(b.Service); s != nil {
		p.line("mail.service", markup("service", s.Names.In(p.lang)))
	}
	if b.Persons > 1 {
		p.line("mail.persons", i18n.Arg{Name: "count", Value: b.Persons})
	}
	p.line("mail.receipt", i18n.Arg{Name: "receipt", Value: b.Receipt})
	if n.Key != "" {
		p.line("mail.key", i18n.Arg{Name: "key", Value: n.Key})
	}
	for _, line := range p.answers {
		p.out.WriteString(line + "\n")
	}
	if !cancelled {
		p.part("mail.heading.bring")
		p.line(bring(b.Service))
	}
	p.part("mail.heading.manage")
	switch {
	case cancelled:
		p.line("mail.again")
	case n.Key != "":
		p.line("mail.manage.key")
	default:
		p.line("mail.manage.kept")
	}
	p.line("mail.page", i18n.Arg{Name: "url", Value: address})

	p.part("mail.heading.contact")
	p.line("mail.office", office)
	if p.site.Phone != "" {
		p.line("mail.phone", i18n.Arg{Name: "phone", Value: p.site.Phone})
	}
	if hours := p.site.Hours.In(p.lang); hours != "" {
		p.line("mail.hours", markup("hours", hours))
	}
	p.part("mail.footer")
	return i18n.Plain(p.out.String())
}

// bring is the text about what to bring for a service. Only what holds for
// every visitor stands there; the rest depends on who comes (domain-facts 8.2
// to 8.5), which a booking does not know.
func bring(service string) string {
	if service == "card-pickup" {
		return "mail.bring.card-pickup"
	}
	return "mail.bring.other"
}

func markup(name, value string) i18n.Arg { return i18n.Arg{Name: name, Value: i18n.Markup(value)} }

package wording

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
)

// mailsPage lists the mails there are.
type mailsPage struct {
	Tabs  []tab
	Lang  i18n.Lang
	Mails []specimen
}

// mails shows every mail by its subject.
func (a *area) mails(q *console.Request) error {
	var p mailsPage
	err := q.View(func(tx *store.Tx) error {
		langs, err := a.languages(tx)
		if err != nil {
			return err
		}
		p.Lang = chosen(q.FormValue("in"), langs)
		p.Tabs = tabs(langs, p.Lang)
		texts, err := a.Wordings.Catalog(tx)
		if err != nil {
			return err
		}
		for _, kind := range a.Mails.Kinds() {
			m, _, err := a.Mails.Specimen(tx, texts, kind, p.Lang)
			if err != nil {
				return err
			}
			p.Mails = append(p.Mails, specimen{kind, m})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return q.Render("wording-mails", "wording.mails.title", p)
}

// mailPage is one mail: as it looks, the texts it is made of, and a trial.
type mailPage struct {
	Tabs  []tab
	Lang  i18n.Lang
	Mail  specimen
	Parts []row
	To    string
	Error string
}

// mail shows one mail.
func (a *area) mail(q *console.Request) error {
	p := &mailPage{}
	if err := q.View(func(tx *store.Tx) error { return a.openMail(tx, q, p) }); err != nil {
		return err
	}
	return q.Render("wording-mail", "wording.mail.title", p)
}

func (a *area) openMail(tx *store.Tx, q *console.Request, p *mailPage) error {
	kind := q.PathValue("kind")
	if !slices.Contains(a.Mails.Kinds(), kind) {
		return console.ErrNotFound
	}
	langs, err := a.languages(tx)
	if err != nil {
		return err
	}
	p.Lang = chosen(q.FormValue("in"), langs)
	p.Tabs = tabs(langs, p.Lang)
	texts, err := a.Wordings.Catalog(tx)
	if err != nil {
		return err
	}
	m, used, err := a.Mails.Specimen(tx, texts, kind, p.Lang)
	if err != nil {
		return err
	}
	p.Mail = specimen{kind, m}
	rows, err := a.rows(tx, q.Lang, p.Lang)
	if err != nil {
		return err
	}
	for _, key := range used {
		for _, r := range rows {
			if r.Key == key {
				p.Parts = append(p.Parts, r)
			}
		}
	}
	return nil
}

// send sends a mail to an address on trial. The address is kept nowhere.
func (a *area) send(q *console.Request) error {
	p := &mailPage{To: strings.TrimSpace(q.PostFormValue("to"))}
	err := q.Update(func(tx *store.Tx) error {
		if err := a.openMail(tx, q, p); err != nil {
			return err
		}
		return tx.Audit(q.By(), "text.trial-mail", p.Mail.Kind, "lang", string(p.Lang))
	})
	if err != nil {
		return err
	}
	m := p.Mail.Mail
	m.Subject = q.T("wording.trial.subject", i18n.Arg{Name: "subject", Value: m.Subject})
	err = a.Mails.Send(q.Context(), q.Tenant, p.To, m)
	for _, known := range []struct {
		err error
		key string
	}{{ErrMailOff, "wording.trial.off"}, {ErrAddress, "wording.trial.address"}, {ErrNotTaken, "wording.trial.not-taken"}} {
		if errors.Is(err, known.err) {
			p.Error = q.T(known.key)
			return q.Again("wording-mail", "wording.mail.title", p)
		}
	}
	if err != nil {
		return err
	}
	return q.See("mails/"+p.Mail.Kind+"?"+url.Values{"in": {string(p.Lang)}}.Encode(), "wording.trial.sent")
}

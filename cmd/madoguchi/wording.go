package main

import (
	"context"
	"errors"
	"time"

	"madoguchi/channels/console"
	"madoguchi/channels/console/wording"
	"madoguchi/channels/line"
	"madoguchi/channels/mail"
	"madoguchi/channels/web"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/notice"
)

// texter gives the texts of a catalog by key.
func texter(c *i18n.Catalog) web.Texts {
	return func(lang i18n.Lang, key string, args ...i18n.Arg) string { return c.Text(key).In(lang, args...) }
}

// textPatience is how long a message on its way out waits for the tenant's own
// words; then it goes with the program's.
const textPatience = 2 * time.Second

// tenantText gives a tenant's texts by key where no transaction is open.
func (h *house) tenantText(tenant string) line.Texts {
	ctx, cancel := context.WithTimeout(context.Background(), textPatience)
	defer cancel()
	texts := h.texts
	err := h.db.View(ctx, tenant, func(tx *store.Tx) (err error) {
		texts, err = h.wordings.Catalog(tx)
		return err
	})
	if err != nil {
		h.log.Warn("the tenant's own words cannot be read", "tenant", tenant, "error", err)
		texts = h.texts
	}
	return line.Texts(texter(texts))
}

// wordingArea is the console's part for texts in the municipality's own words.
func (h *house) wordingArea() console.Area {
	return wording.Area(wording.Config{
		Wordings: h.wordings, Program: h.texts, Shelf: h.library.Shelf, Site: sites{h}.Site,
		Mails: specimens{h}, Events: h.actions.Plans.Events, Changed: h.library.Forget, Who: joined{h}.who,
	})
}

// specimens implements wording.Mails.
type specimens struct{ *house }

// Kinds implements wording.Mails.
func (specimens) Kinds() []string {
	var names []string
	for _, k := range mail.Kinds() {
		names = append(names, string(k))
	}
	return names
}

// Specimen implements wording.Mails.
func (s specimens) Specimen(tx *store.Tx, texts *i18n.Catalog, kind string, lang i18n.Lang) (wording.Mail, []string, error) {
	l, used, err := s.mailWriter().Specimen(tx, texts, notice.Kind(kind), lang)
	if err != nil {
		return wording.Mail{}, nil, err
	}
	return wording.Mail{Sender: l.Sender, Subject: l.Subject, Body: l.Text, Lang: lang}, used, nil
}

// trialPatience is how long a person waits for the mail server.
const trialPatience = 15 * time.Second

// Send implements wording.Mails.
func (s specimens) Send(ctx context.Context, tenant, to string, m wording.Mail) error {
	var account *mail.Account
	err := s.db.View(ctx, tenant, func(tx *store.Tx) (err error) {
		account, err = s.mailAccount(tx)
		return err
	})
	if err != nil {
		return err
	}
	if account == nil {
		return wording.ErrMailOff
	}
	ctx, cancel := context.WithTimeout(ctx, trialPatience)
	defer cancel()
	err = mail.Send(ctx, account, &mail.Letter{
		ID: "trial-" + store.NewID(), To: to, Sender: m.Sender, Subject: m.Subject, Text: m.Body, Lang: m.Lang,
	}, s.db.Now())
	var failed *mail.Failure
	switch {
	case errors.As(err, &failed) && failed.Code == "address":
		return wording.ErrAddress
	case failed != nil:
		return wording.ErrNotTaken
	}
	return err
}

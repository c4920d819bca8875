package main

import (
	"context"
	"time"

	"madoguchi/bot/action"
	"madoguchi/channels/console"
	consoleidentity "madoguchi/channels/console/identity"
	"madoguchi/channels/mail"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/identity"
	"madoguchi/store/job"
	"madoguchi/store/notice"
	"madoguchi/store/password"
)

// identitySettings are the transaction's tenant's.
func (h *house) identitySettings(tx *store.Tx) (identity.Settings, error) {
	t, err := h.tenants.In(tx)
	if err != nil {
		return identity.Settings{}, err
	}
	return identity.Parse(t.Settings.Sections[identity.Section])
}

// identity is how residents make themselves known in a dialog.
func (h *house) identity() *action.Identity {
	return &action.Identity{
		Settings: h.identitySettings, Roster: roster{h}, Hasher: password.New(),
		Send: func(tx *store.Tx, link, secret string, kind identity.LinkKind, lang i18n.Lang) error {
			_, err := h.notices.Queue(tx, notice.Notice{Booking: link, Kind: notice.Kind(kind), Channel: notice.Mail, Lang: lang, Key: secret})
			return err
		},
	}
}

// hiddenFlows are those that only make sense where residents are known
// (S4-027), and the one that only mails lead to.
func (h *house) hiddenFlows(tx *store.Tx) (map[string]bool, error) {
	s, err := h.identitySettings(tx)
	if err != nil {
		return nil, err
	}
	hidden := map[string]bool{"mail-link": true}
	if !s.Known() {
		hidden["my-page"] = true
	}
	return hidden, nil
}

// mailLinks gives the mail writer the links that notices carry.
func (h *house) mailLinks(tx *store.Tx, id string) (mail.MailLink, bool, error) {
	l, err := identity.Service{}.ByID(tx, id)
	if err == identity.ErrLink {
		return mail.MailLink{}, false, nil
	}
	if err != nil {
		return mail.MailLink{}, false, err
	}
	return mail.MailLink{To: l.Body["mail"], Until: i18n.Arg{Name: "until", Value: civil.In(l.Until)}}, true, nil
}

// linkPage is where the secret of a link in a mail leads.
func (h *house) linkPage(tenant, secret string) string {
	return h.config.PublicURL + "/t/" + tenant + "/mail/" + secret
}

// identityArea is the part of the console about it.
func (h *house) identityArea() console.Area {
	return consoleidentity.Area(consoleidentity.Config{
		Tenants: h.tenants, Residents: h.residents, Identity: h.actions.Identity.Service, Hasher: h.actions.Identity.Hasher,
	})
}

// identityJobs take away links that can no longer be opened.
func (h *house) identityJobs() []job.Job {
	return []job.Job{{Name: "identity", Every: time.Hour, Run: func(ctx context.Context, tenant string) error {
		return h.db.Update(ctx, tenant, func(tx *store.Tx) error { return identity.Service{}.Purge(tx) })
	}}}
}

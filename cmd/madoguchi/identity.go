package main

import (
	"context"
	"errors"
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

// mailApart gives the mail writer what notices are about that speak of no booking.
func (h *house) mailApart(tx *store.Tx, n notice.Notice) (mail.Apart, bool, error) {
	if n.Kind == notice.Locked {
		to, err := roster{h}.Mail(tx, n.Booking)
		if errors.Is(err, store.ErrNotFound) || err == nil && to == "" {
			return mail.Apart{}, false, nil
		}
		return mail.Apart{To: to}, err == nil, err
	}
	if n.Kind == notice.Tasks {
		return h.planLetter(tx, n)
	}
	if n.Kind == notice.Place {
		return h.offerLetter(tx, n)
	}
	l, err := identity.Service{}.ByID(tx, n.Booking)
	if errors.Is(err, identity.ErrLink) {
		return mail.Apart{}, false, nil
	}
	return mail.Apart{To: l.Body["mail"], Until: civil.In(l.Until)}, err == nil, err
}

// warn tells a resident by mail that somebody tried wrong birth dates for their
// card (A18).
func (h *house) warn(tx *store.Tx, resident string) error {
	_, err := h.notices.Queue(tx, notice.Notice{
		Booking: resident, Kind: notice.Locked, Sequence: int(tx.Now().Unix() / 60), Channel: notice.Mail, Lang: i18n.Japanese,
	})
	return err
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

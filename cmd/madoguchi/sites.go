package main

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"madoguchi/bot"
	"madoguchi/channels/web"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/tenant"
)

// names is the settings section with a municipality's names in the languages it
// has them in; where one is missing, the plain setting stands for it.
type names struct {
	City   bot.Words `json:"city,omitempty"`
	Office bot.Words `json:"office,omitempty"`
	Hours  bot.Words `json:"hours,omitempty"`
}

const namesSection = "names"

// kindOfCity is the settings section about what kind of municipality this is.
type kindOfCity struct {
	// Designated: 政令指定都市. Residents who move from one of its wards to another
	// file no 転出届 (domain-facts 2).
	Designated bool `json:"designated,omitempty"`
	// LeaveDays is from how many days before a move 転出届 is taken; 0: 14. Some
	// municipalities take it as soon as the move is decided (domain-facts 3).
	LeaveDays int `json:"leave_days,omitempty"`
}

const kindSection = "municipality"

// facts are what flows and life events may know of it, as answers are written.
func (k kindOfCity) facts() map[string]string {
	facts := map[string]string{}
	if k.Designated {
		facts["designated"] = "yes"
	}
	if k.LeaveDays > 0 {
		facts["leave-days"] = strconv.Itoa(k.LeaveDays)
	}
	return facts
}

// sites tells the dialog and the pages about the municipality.
type sites struct{ *house }

// siteLife is how long a site is used before the tenant is looked at again: a
// changed telephone number is spoken within it, and a turn need not read it.
const siteLife = time.Second

// siteMemory keeps the sites of tenants for a moment.
type siteMemory struct {
	mu    sync.Mutex
	known map[string]rememberedSite
}

type rememberedSite struct {
	site  *bot.Site
	until time.Time
}

// Site is what the dialog knows of the transaction's tenant.
func (s sites) Site(tx *store.Tx) (*bot.Site, error) {
	m := &s.remembered
	m.mu.Lock()
	r, ok := m.known[tx.Tenant()]
	m.mu.Unlock()
	if ok && time.Now().Before(r.until) {
		return r.site, nil
	}
	t, err := s.tenants.In(tx)
	if err != nil {
		return nil, err
	}
	site, err := s.of(t)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[string]rememberedSite{}
	}
	m.known[tx.Tenant()] = rememberedSite{site, time.Now().Add(siteLife)}
	return site, nil
}

func (s sites) of(t *tenant.Tenant) (*bot.Site, error) {
	var n names
	if err := t.Settings.Section(namesSection, &n); err != nil {
		return nil, err
	}
	site := &bot.Site{
		City:   withJapanese(n.City, t.Name),
		Office: withJapanese(n.Office, t.Settings.Office),
		Hours:  withJapanese(n.Hours, t.Settings.Hours),
		Phone:  t.Settings.Phone,
	}
	site.Languages = offered(s.texts, t.Settings.Languages)
	var kind kindOfCity
	if err := t.Settings.Section(kindSection, &kind); err != nil {
		return nil, err
	}
	site.Facts = kind.facts()
	return site, nil
}

// siteFacts are what life events may know of the transaction's tenant.
func (h *house) siteFacts(tx *store.Tx) (map[string]string, error) {
	site, err := sites{h}.Site(tx)
	if err != nil {
		return nil, err
	}
	return site.Facts, nil
}

func withJapanese(w bot.Words, plain string) bot.Words {
	out := bot.Words{i18n.Japanese: plain}
	for l, s := range w {
		out[l] = s
	}
	return out
}

// pages is the same for the web pages, by tenant and language.
type pages struct{ *house }

// Site implements web.Sites.
func (p pages) Site(ctx context.Context, id string, lang i18n.Lang) (web.Site, error) {
	t, err := p.tenants.Load(ctx, id)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, tenant.ErrID) {
		return web.Site{}, web.ErrUnknown
	}
	if err != nil {
		return web.Site{}, err
	}
	s, err := sites(p).of(t)
	if err != nil {
		return web.Site{}, err
	}
	site := web.Site{
		Name: s.City.In(lang), Office: s.Office.In(lang), Phone: s.Phone, Hours: s.Hours.In(lang),
	}
	for _, l := range s.Languages {
		site.Languages = append(site.Languages, web.Language{Tag: l, Name: i18n.Name(l)})
	}
	err = p.db.View(ctx, id, func(tx *store.Tx) error {
		shelf, err := p.library.Shelf(tx)
		if err != nil {
			return err
		}
		if shelf.Texts != nil {
			site.Texts = texter(shelf.Texts)
		}
		for _, f := range shelf.Menu {
			site.Procedures = append(site.Procedures, web.Procedure{
				Flow: f.Name, Title: f.Title.In(lang), Reservation: f.Name == "reservation",
			})
		}
		return nil
	})
	return site, err
}

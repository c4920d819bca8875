package main

import (
	"context"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/channels/console/account"
	"madoguchi/channels/console/operators"
	"madoguchi/channels/console/trail"
	"madoguchi/channels/gate"
	"madoguchi/store"
)

// areas are the parts of the staff console, in no particular order: the menu
// sorts itself.
func (h *house) areas() []console.Area {
	return []console.Area{
		h.fieldsArea(),
		h.identityArea(),
		account.Area(account.Config{DB: h.db, Staff: h.staff, Tenants: h.municipalities}),
		operators.Area(operators.Config{Staff: h.staff, Counters: h.counterNames, Policy: h.staffPolicy, SavePolicy: h.saveStaffPolicy}),
		h.visitsArea(),
		trail.Area(trail.Config{DB: h.db, Names: h.staff.Names}),
		h.peoplePages(),
		h.cardsArea(),
		h.lettersArea(),
		h.setupArea(),
		h.wordingArea(),
		h.reportsArea(),
	}
}

// consolePages puts the staff console together.
func (h *house) consolePages(g *gate.Gate) (*console.Console, error) {
	origins := list(h.config.Origins)
	if strings.HasPrefix(h.config.PublicURL, "https://") {
		origins = append(origins, h.config.PublicURL)
	}
	return console.New(console.Config{
		DB: h.db, Gate: g, Sessions: account.Sessions{DB: h.db, Staff: h.staff},
		City: h.city, Origins: origins, Log: h.log, Clock: h.db.Now,
	}, h.areas()...)
}

// city is the municipality's name.
func (h *house) city(tx *store.Tx) (string, error) {
	t, err := h.tenants.In(tx)
	if err != nil {
		return "", err
	}
	return t.Name, nil
}

// municipalities are those one can sign in at.
func (h *house) municipalities(ctx context.Context) ([]account.Tenant, error) {
	tenants, err := h.tenants.List(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]account.Tenant, len(tenants))
	for i, t := range tenants {
		all[i] = account.Tenant{ID: t.ID, Name: t.Name}
	}
	return all, nil
}

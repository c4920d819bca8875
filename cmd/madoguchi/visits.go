package main

import (
	"context"

	"madoguchi/bot"
	"madoguchi/channels/console"
	"madoguchi/channels/console/visits"
	"madoguchi/i18n"
	"madoguchi/store"
)

// visitsArea is the part of the console about bookings.
func (h *house) visitsArea() console.Area {
	return visits.Area(visits.Config{
		Reservations: h.reservations,
		Engine:       h.engine,
		Transcript:   transcript{h},
		Notify:       h.notify,
		Staff:        h.staff.Names,
		Finders:      []visits.Finder{joined{h}.byLinkCode},
		Residents:    joined{h}.byNumber,
		Names:        joined{h}.byName,
		Case:         func(id string) string { return "cards/case/" + id },
		CaseOf:       joined{h}.caseOf,
		Collected:    h.cards.Collected,
		Tasks:        taskLists{h},
		Answers:      joined{h}.answers,
		Procedures: func(tx *store.Tx, lang i18n.Lang) ([]visits.Procedure, error) {
			shelf, err := h.library.Shelf(tx)
			if err != nil {
				return nil, err
			}
			var list []visits.Procedure
			for _, f := range shelf.Menu {
				list = append(list, visits.Procedure{Flow: f.Name, Title: f.Title.In(lang)})
			}
			return list, nil
		},
		Languages: func(tx *store.Tx) ([]i18n.Lang, error) {
			s, err := sites{h}.Site(tx)
			if err != nil {
				return nil, err
			}
			return s.Languages, nil
		},
	})
}

// transcript reads dialogs without waiting for what is said next.
type transcript struct{ *house }

// Latest implements visits.Transcript.
func (t transcript) Latest(ctx context.Context, tenant, channel, user string) (bot.Reply, error) {
	return bot.Transcript{DB: t.db, Memory: t.talks}.Latest(ctx, tenant, channel, user)
}

package main

import (
	"context"

	"madoguchi/bot"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/tenant"
)

// sampleID is the tenant an empty database starts with (CONTRACT).
const sampleID = "sample"

// makeSample creates みほん市: a municipality to try the program on, whose
// telephone number belongs to nobody.
func (h *house) makeSample(ctx context.Context) error {
	t := tenant.Tenant{ID: sampleID, Name: "みほん市", Settings: tenant.Settings{
		Office: "みほん市役所 市民課", Phone: "00-0000-0000", Hours: "平日 8時30分〜17時15分",
		Address: "みほん市本町1丁目1番1号",
	}}
	if err := t.Settings.SetSection(namesSection, names{
		City: bot.Words{i18n.EasyJapanese: "みほん[市|し]", i18n.English: "Mihon City"},
		Office: bot.Words{
			i18n.EasyJapanese: "みほん[市役所|しやくしょ] [市民課|しみんか]",
			i18n.English:      "Mihon City Hall, Citizens' Affairs Division (市民課)",
		},
		Hours: bot.Words{
			i18n.EasyJapanese: "[月曜日|げつようび]から [金曜日|きんようび]、[午前|ごぜん]8[時|じ]30[分|ぷん]から [午後|ごご]5[時|じ]15[分|ふん]まで",
			i18n.English:      "weekdays 8:30 a.m. to 5:15 p.m.",
		},
	}); err != nil {
		return err
	}
	return h.tenants.Create(ctx, t, "system")
}

// openSample gives the sample tenant its counters and opening rules if it has
// none yet.
func (h *house) openSample(ctx context.Context) error {
	return h.db.Update(ctx, sampleID, func(tx *store.Tx) error {
		_, version, err := h.reservations.Settings(tx)
		if err != nil || version > 0 {
			return err
		}
		_, err = h.reservations.SaveSettings(tx, reservation.Sample(), 0, "system")
		return err
	})
}

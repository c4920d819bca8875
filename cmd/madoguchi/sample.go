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
		City: bot.Words{
			i18n.EasyJapanese: "みほん[市|し]",
			i18n.English:      "Mihon City",
			"zh-Hans":         "美本市",
			"zh-Hant":         "美本市",
			"ko":              "미혼시",
			"vi":              "Thành phố Mihon",
			"ne":              "मिहोन नगर",
			"pt-BR":           "Mihon",
			"es":              "Mihon",
			"fil":             "Mihon City",
			"id":              "Kota Mihon",
		},
		Office: bot.Words{
			i18n.EasyJapanese: "みほん[市役所|しやくしょ] [市民課|しみんか]",
			i18n.English:      "Mihon City Hall, Citizens' Affairs Division (市民課)",
			"zh-Hans":         "美本市政府 市民课（市民課）",
			"zh-Hant":         "美本市政府 市民課",
			"ko":              "미혼 시청 시민과(市民課)",
			"vi":              "Tòa thị chính Mihon, Ban Dịch vụ công dân (市民課)",
			"ne":              "मिहोन नगरपालिका, नागरिक शाखा (市民課)",
			"pt-BR":           "Prefeitura de Mihon, Divisão de Cidadãos (市民課)",
			"es":              "Municipalidad de Mihon, Asuntos Ciudadanos (市民課)",
			"fil":             "Mihon City Hall, Citizens' Affairs (市民課)",
			"id":              "Balai Kota Mihon, Urusan Warga (市民課)",
		},
		Hours: bot.Words{
			i18n.EasyJapanese: "[月曜日|げつようび]から [金曜日|きんようび]、[午前|ごぜん]8[時|じ]30[分|ぷん]から [午後|ごご]5[時|じ]15[分|ふん]まで",
			i18n.English:      "weekdays 8:30 a.m. to 5:15 p.m.",
			"zh-Hans":         "工作日 8:30～17:15",
			"zh-Hant":         "平日 8:30～17:15",
			"ko":              "평일 8:30~17:15",
			"vi":              "các ngày trong tuần, 8:30–17:15",
			"ne":              "सोमबारदेखि शुक्रबार, ८:३०–१७:१५",
			"pt-BR":           "dias úteis, das 8h30 às 17h15",
			"es":              "días laborables, de 8:30 a 17:15",
			"fil":             "Lunes hanggang Biyernes, 8:30–17:15",
			"id":              "Senin–Jumat, pukul 8.30–17.15",
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

package wording

import (
	"madoguchi/bot"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// samples are values for the placeholders of a text, so that a preview reads as
// the text will.
func (a *area) samples(tx *store.Tx, it *item, lang i18n.Lang) ([]i18n.Arg, error) {
	site, err := a.Site(tx)
	if err != nil {
		return nil, err
	}
	args := make([]i18n.Arg, 0, 4)
	for _, name := range it.text.Placeholders() {
		args = append(args, i18n.Arg{Name: name, Value: sample(name, it, site, lang, civil.In(tx.Now()).Date)})
	}
	return args, nil
}

func sample(name string, it *item, site *bot.Site, lang i18n.Lang, today civil.Date) any {
	visit := civil.DateTime{Date: today.AddDays(7), Clock: 10 * 60}
	switch name {
	case "city":
		return i18n.Markup(site.City.In(lang))
	case "office":
		return i18n.Markup(site.Office.In(lang))
	case "phone":
		return site.Phone
	case "hours":
		return i18n.Markup(site.Hours.In(lang))
	case "receipt":
		return 5
	case "key":
		return "K7M2P-9QWXT"
	case "when", "visit":
		return visit
	case "date", "day", "first", "last", "deadline", "moved-in":
		return visit.Date
	case "n", "count", "persons", "min", "free", "number":
		return 2
	case "max":
		return 10
	case "month":
		return visit.Date.String()[:7]
	case "url":
		return "https://…"
	}
	if it.flow != nil {
		if f := it.flow.Field(name); f != nil {
			switch f.Type {
			case "number", "party":
				return 2
			case "date", "birthdate":
				return visit.Date
			case "slot", "time":
				return visit
			}
			if f.Label != nil {
				return i18n.Markup(f.Label.In(lang))
			}
		}
	}
	return "〈" + name + "〉"
}

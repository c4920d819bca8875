package main

import (
	"errors"
	"strings"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/identity"
	"madoguchi/store/resident"
)

// roster gives the dialog the residents it needs to know.
type roster struct{ *house }

// Find implements action.Roster. A mail address that several residents share
// names none of them.
func (r roster) Find(tx *store.Tx, by identity.SignInName, value string) (string, error) {
	var found resident.Resident
	var err error
	switch by {
	case identity.Mail:
		var all []resident.Resident
		all, err = r.residents.ByMail(tx, value)
		if err == nil && len(all) != 1 {
			err = store.ErrNotFound
		}
		if err == nil {
			found = all[0]
		}
	case identity.Login:
		found, err = r.residents.ByLogin(tx, strings.TrimSpace(value))
	default:
		found, err = r.residents.ByNumber(tx, value)
	}
	if err != nil {
		return "", err
	}
	if found.State != resident.Active {
		return "", store.ErrNotFound
	}
	return found.ID, nil
}

// Active implements action.Roster.
func (r roster) Active(tx *store.Tx, id string) (bool, error) {
	err := r.residents.Bookable(tx, id)
	if errors.Is(err, resident.ErrSuspended) || errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Mail implements action.Roster.
func (r roster) Mail(tx *store.Tx, id string) (string, error) {
	p, err := r.residents.Get(tx, id)
	return p.Mail, err
}

// enrolled are the fields of the registration form by their name in the roster.
var enrolled = map[string]resident.Field{
	"name": resident.Name, "kana": resident.Kana, "sex": resident.SexOf, "born": resident.Born, "postal": resident.Postal,
	"address": resident.Address, "phone": resident.Phone, "phone2": resident.Phone2, "fax": resident.Fax,
	"news": resident.News, "login": resident.Login, "manage": resident.Manage,
}

// Enrol implements action.Roster.
func (r roster) Enrol(tx *store.Tx, mail string, values map[string]string) (id, number string, err error) {
	p := resident.Profile{}
	today := civil.In(tx.Now()).Date
	if err := p.Set(resident.Mail, mail, today); err != nil {
		return "", "", err
	}
	for name, v := range values {
		f, basic := enrolled[name]
		switch {
		case name == "mail" || name == "sex" && v == "unsaid":
			continue
		case name == "news":
			if v == "yes" {
				p.News = true
			}
			continue
		case !basic:
			f = resident.Custom(name)
		}
		if err := p.Set(f, v, today); err != nil {
			return "", "", err
		}
	}
	found, err := r.residents.Add(tx, p, "resident")
	var problem *resident.Problem
	if errors.As(err, &problem) && problem.Code == "taken" {
		return "", "", action.ErrTaken
	}
	return found.ID, found.Number, err
}

// Details implements action.Roster: what the municipality asks for, under the
// names it gives it; what is not known says so.
func (r roster) Details(tx *store.Tx, id string, lang i18n.Lang) ([]bot.Item, error) {
	p, err := r.residents.Get(tx, id)
	if err != nil {
		return nil, err
	}
	rules, err := r.fields.Rules(tx, field.Registration, field.Resident)
	if err != nil {
		return nil, err
	}
	items := []bot.Item{{Label: r.text(lang, "identity.number"), Value: i18n.Escape(p.Number)}}
	for _, rule := range rules.List {
		f, basic := enrolled[rule.ID]
		switch {
		case rule.Kind == field.Password:
			continue
		case rule.ID == "mail":
			f = resident.Mail
		case !basic:
			f = resident.Custom(rule.ID)
		}
		value := p.Get(f)
		if f == resident.Born && !p.Born.IsZero() {
			value = i18n.FormatDate(lang, p.Born)
		}
		for _, o := range rule.Choices {
			if o.Value == value {
				value = i18n.Words(o.Label).In(lang)
			}
		}
		if value == "" {
			value = "--" // S4-024
		}
		items = append(items, bot.Item{Label: rule.Label.In(lang), Value: value})
	}
	return items, nil
}

package main

import (
	"errors"
	"slices"

	"madoguchi/channels/console/cards"
	"madoguchi/channels/console/letters"
	"madoguchi/channels/console/people"
	"madoguchi/channels/console/visits"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/identity"
	"madoguchi/store/reservation"
	"madoguchi/store/resident"
)

// The services know each other by ids only: a booking names a case, a case a
// resident, a resident's sign-in the bookings made under it. Here those ids are
// followed for the pages of the console.

// joined is how one finds from residents and cards to bookings and back.
type joined struct{ *house }

// mostJoined bounds what is followed from one person.
const mostJoined = 100

// ofCase lists the bookings for a card, the latest visit first.
func (j joined) ofCase(tx *store.Tx, id string) ([]reservation.Booking, error) {
	list, _, err := j.reservations.Search(tx, reservation.Filter{Case: id, Limit: mostJoined})
	return list, err
}

// ofResident lists the bookings of a person: made while signed in, or for one of
// their cards.
func (j joined) ofResident(tx *store.Tx, id string) ([]reservation.Booking, error) {
	own, err := identity.Service{}.Bookings(tx, id)
	if err != nil {
		return nil, err
	}
	var list []reservation.Booking
	add := func(b reservation.Booking) {
		if !slices.ContainsFunc(list, func(have reservation.Booking) bool { return have.ID == b.ID }) {
			list = append(list, b)
		}
	}
	for _, id := range own {
		b, err := j.reservations.ByID(tx, id)
		if errors.Is(err, reservation.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		add(b)
	}
	cases, err := j.cards.OfResident(tx, id)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		of, err := j.ofCase(tx, c.ID)
		if err != nil {
			return nil, err
		}
		for _, b := range of {
			add(b)
		}
	}
	slices.SortFunc(list, func(a, b reservation.Booking) int { return b.Start.Compare(a.Start) })
	return list, nil
}

// forget erases what other services keep of a resident who is erased (S4-094):
// what they wrote with their bookings, the name of their record on their cards,
// password and links. That there was a visit stays, as a number to count.
func (j joined) forget(tx *store.Tx, id, by string) error {
	bookings, err := j.ofResident(tx, id)
	if err != nil {
		return err
	}
	for _, b := range bookings {
		if err := j.reservations.Forget(tx, b.ID, by); err != nil {
			return err
		}
		if err := j.fields.Forget(tx, field.Application, b.ID); err != nil {
			return err
		}
	}
	cases, err := j.cards.OfResident(tx, id)
	if err != nil {
		return err
	}
	for _, c := range cases {
		if err := j.cards.Assign(tx, c.ID, "", by); err != nil {
			return err
		}
	}
	return identity.Service{}.Forget(tx, id)
}

func ids(list []reservation.Booking) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = b.ID
	}
	return out
}

// byLinkCode finds the bookings of a card by its link code, or of the resident
// whose letter has it (S4-095).
func (j joined) byLinkCode(tx *store.Tx, text string) ([]string, error) {
	c, err := j.cards.ByCode(tx, text)
	if err == nil {
		list, err := j.ofCase(tx, c.ID)
		return ids(list), err
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	r, err := j.residents.ByLink(tx, text)
	return j.bookingsOf(tx, r, err)
}

// byNumber finds the bookings of a resident by their ID (S4-077).
func (j joined) byNumber(tx *store.Tx, text string) ([]string, error) {
	r, err := j.residents.ByNumber(tx, text)
	return j.bookingsOf(tx, r, err)
}

func (j joined) bookingsOf(tx *store.Tx, r resident.Resident, err error) ([]string, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list, err := j.ofResident(tx, r.ID)
	return ids(list), err
}

// byName finds bookings by the name of a resident (S4-081).
func (j joined) byName(tx *store.Tx, name string, part bool, most int) ([]string, error) {
	found, err := j.residents.Search(tx, resident.Filter{Name: name, Beginning: !part})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range found.List {
		list, err := j.ofResident(tx, r.ID)
		if err != nil {
			return nil, err
		}
		if out = append(out, ids(list)...); len(out) >= most {
			return out[:most], nil
		}
	}
	return out, nil
}

// caseOf finds a case by a link code.
func (j joined) caseOf(tx *store.Tx, code string) (string, error) {
	c, err := j.cards.ByCode(tx, code)
	return c.ID, err
}

// answers puts what was answered on an application into words for staff, under
// the names of the time it was answered in.
func (j joined) answers(tx *store.Tx, lang i18n.Lang, answers map[string]string) ([]visits.Answer, error) {
	entries, err := j.fields.Reader(tx).Read(field.Application, answers, lang)
	if err != nil {
		return nil, err
	}
	out := make([]visits.Answer, len(entries))
	for i, e := range entries {
		out[i] = visits.Answer{Name: e.Label, Value: e.Value}
	}
	return out, nil
}

// names are the names of staff accounts.
func (j joined) names(tx *store.Tx, wanted []string) (map[string]string, error) {
	all, err := j.staff.Names(tx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(wanted))
	for _, id := range wanted {
		if name, ok := all[id]; ok {
			out[id] = name
		}
	}
	return out, nil
}

// name is the name of one staff account, "" if there is none.
func (j joined) name(tx *store.Tx, id string) (string, error) {
	all, err := j.names(tx, []string{id})
	return all[id], err
}

// who is the name of a staff account, or the word that stands in its place (cli,
// system).
func (j joined) who(tx *store.Tx, id string) string {
	if name, err := j.name(tx, id); err == nil && name != "" {
		return name
	}
	return id
}

// numbered is the id of a resident by the number people know.
func (j joined) numbered(tx *store.Tx, number string) (string, error) {
	r, err := j.residents.ByNumber(tx, number)
	return r.ID, err
}

// number is the number people know a resident by.
func (j joined) number(tx *store.Tx, id string) (string, error) {
	r, err := j.residents.Get(tx, id)
	if errors.Is(err, store.ErrNotFound) { // erased in the meantime
		return "", nil
	}
	return r.Number, err
}

// personBookings are a person's bookings for the page of their record.
func (j joined) personBookings(tx *store.Tx, r resident.Resident) ([]people.Booking, error) {
	list, err := j.ofResident(tx, r.ID)
	if err != nil {
		return nil, err
	}
	t, err := j.reservations.Timetable(tx)
	if err != nil {
		return nil, err
	}
	out := make([]people.Booking, len(list))
	for i, b := range list {
		out[i] = people.Booking{Start: b.Start, Receipt: b.Receipt, Status: string(b.Status), Counter: b.Counter, Service: b.Service, Path: "visits/booking/" + b.ID}
		if c := t.Counter(b.Counter); c != nil {
			out[i].Counter = c.Names.In(i18n.Japanese)
		}
		if s := t.Service(b.Service); s != nil {
			out[i].Service = s.Names.In(i18n.Japanese)
		}
	}
	return out, nil
}

// personCards are a person's cards for the page of their record.
func (j joined) personCards(tx *store.Tx, r resident.Resident) ([]people.Card, error) {
	list, err := j.cards.OfResident(tx, r.ID)
	if err != nil {
		return nil, err
	}
	labels, _, err := j.cards.Labels(tx)
	if err != nil {
		return nil, err
	}
	out := make([]people.Card, len(list))
	for i, c := range list {
		out[i] = people.Card{Case: reservation.ShowKey(c.Code), State: labels.Of(c.State, i18n.Japanese), At: c.StateAt, Path: "cards/case/" + c.ID}
	}
	return out, nil
}

// rosterUses are the conditions of the registration form as the roster has them.
var rosterUses = map[field.Condition]people.Use{field.Required: people.Required, field.Optional: people.Optional, field.Shown: people.Shown}

// rosterFields are the fields of the roster as the registration form has them
// for staff (S4-059); those the form does not know stay as they are. A
// municipality that has set nothing has the default.
func (j joined) rosterFields(tx *store.Tx) ([]people.Field, error) {
	rules, err := j.fields.Rules(tx, field.Registration, field.Staff)
	usual := people.DefaultFields()
	if err != nil || len(rules.List) == 0 {
		return usual, err
	}
	onForm := map[resident.Field]bool{resident.Mail: true}
	for _, f := range enrolled {
		onForm[f] = true
	}
	var out []people.Field
	for _, f := range usual {
		if !onForm[f.Field] {
			out = append(out, f)
		}
	}
	for _, r := range rules.List {
		f, basic := enrolled[r.ID]
		switch {
		case r.Kind == field.Password:
			continue
		case r.ID == "mail":
			f = resident.Mail
		case !basic:
			f = resident.Custom(r.ID)
		}
		one := people.Field{Field: f, Use: rosterUses[r.Condition], Label: r.Label.In(i18n.Japanese)}
		if !basic {
			for _, o := range r.Choices {
				one.Choices = append(one.Choices, o.Value)
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// lettersPeople are the residents as the letters see them.
type lettersPeople struct{ *resident.Residents }

// People implements letters.People.
func (l lettersPeople) People(tx *store.Tx, wanted []string) (map[string]letters.Person, error) {
	list, err := l.Some(tx, wanted)
	out := make(map[string]letters.Person, len(list))
	for _, r := range list {
		out[r.ID] = letters.Person{Name: r.Name, Postal: r.Postal, Address: r.Address}
	}
	return out, err
}

// cardsConfig is the progress of cards with names in place of ids.
func (j joined) cardsConfig() cards.Config {
	return cards.Config{Cards: j.cards, Reservations: j.reservations, Names: j.names, Resident: j.numbered, Number: j.number}
}

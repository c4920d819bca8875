package setup

import (
	"errors"
	"net/mail"
	"net/url"
	"regexp"
	"strconv"

	"golang.org/x/text/width"

	"madoguchi/channels/console"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/tenant"
)

// site is the form of the site's basics (S4-056, S4-057). Unlike the rest it is
// saved at once: it does not depend on the day of a visit.
func (d *desk) site(q *console.Request) error {
	var f *form
	load := func(tx *store.Tx) (*tenant.Tenant, tenant.Site, reservation.Settings, error) {
		t, err := d.Tenants.In(tx)
		if err != nil {
			return nil, tenant.Site{}, reservation.Settings{}, err
		}
		own := *t // the registry's is shared
		var site tenant.Site
		if err := own.Settings.Section(tenant.SiteSection, &site); err != nil {
			return nil, site, reservation.Settings{}, err
		}
		s, _, err := d.Reservations.Settings(tx)
		return &own, site, s, err
	}
	err := q.View(func(tx *store.Tx) error {
		t, site, s, err := load(tx)
		if err == nil {
			f = siteForm(q, t, site, s)
		}
		return err
	})
	if err != nil {
		return err
	}
	if q.Method == "GET" {
		return f.show(q)
	}
	f.fill(q)
	f.must(q, "name")
	position, from, to := f.number(q, "position"), f.date(q, "from", false), f.date(q, "to", false)
	postal := f.check(q, "postal", postalCode, "setup.wrong.postal")
	phone := f.check(q, "phone", phoneNumber, "setup.wrong.phone")
	fax := f.check(q, "fax", phoneNumber, "setup.wrong.phone")
	for _, name := range []string{"mail", "sender"} {
		if s := f.get(name); s != "" {
			if _, err := mail.ParseAddress(s); err != nil {
				f.wrong(name, q.T("setup.wrong.mail"))
			}
		}
	}
	if s := f.get("url"); s != "" {
		if u, err := url.Parse(s); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			f.wrong("url", q.T("setup.wrong.url"))
		}
	}
	if f.bad() {
		return f.again(q)
	}
	var faults []reservation.Fault
	err = q.Update(func(tx *store.Tx) error {
		faults = nil
		t, site, s, err := load(tx)
		if err != nil {
			return err
		}
		if strconv.FormatInt(t.Version, 10) != f.get("version") {
			return tenant.ErrChanged
		}
		t.Name = f.get("name")
		t.Settings.Office, t.Settings.Hours, t.Settings.Phone = f.get("office"), f.get("hours"), phone
		t.Settings.Address, t.Settings.URL, t.Settings.Mail = f.get("address"), f.get("url"), f.get("sender")
		now := tx.Now()
		if site.Made.IsZero() {
			site.Made = now
		}
		site = tenant.Site{
			Operator: f.get("operator"), OperatorID: f.get("operator_id"), PostalCode: postal, Person: f.get("person"), Fax: fax,
			Mail: f.get("mail"), Name: f.get("site_name"), Header: f.get("header"), ServiceCode: f.get("service_code"), Position: position,
			AtApplication: f.get("style") == "application", Made: site.Made, Changed: now,
		}
		if err := t.Settings.SetSection(tenant.SiteSection, site); err != nil {
			return err
		}
		if err := d.Tenants.SaveIn(tx, t, q.By()); err != nil {
			return err
		}
		period := reservation.Site{Hidden: f.get("shown") == "no", From: from, To: to}
		if period == s.Site {
			return nil
		}
		_, base, err := d.Reservations.Settings(tx)
		if err != nil {
			return err
		}
		_, err = d.Reservations.SaveEverywhere(tx, base, q.By(), func(s *reservation.Settings) { s.Site = period })
		if faults = reservation.Faults(err); faults != nil {
			return errFaults
		}
		return err
	})
	switch {
	case errors.Is(err, errFaults):
		f.faults(q, faults, reservation.AtSite)
	case errors.Is(err, tenant.ErrChanged), errors.Is(err, reservation.ErrStale):
		f.Faults = append(f.Faults, q.T("setup.problem.stale-site"))
		err := q.View(func(tx *store.Tx) error { // the next try is upon what is there now
			t, _, _, err := load(tx)
			if err == nil {
				f.find("version").Value = strconv.FormatInt(t.Version, 10)
			}
			return err
		})
		if err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		return q.See("setup/site", "setup.done.site")
	}
	return f.again(q)
}

// errFaults undoes a transaction whose settings do not hold together.
var errFaults = errors.New("the settings have faults")

var (
	postalCode  = regexp.MustCompile(`^[0-9]{3}-?[0-9]{4}$`)
	phoneNumber = regexp.MustCompile(`^[0-9+][0-9() -]{5,24}$`)
)

// check refuses what does not look like it should. Digits of any width are
// taken.
func (f *form) check(q *console.Request, name string, like *regexp.Regexp, wrong string) string {
	x := f.find(name)
	x.Value = width.Fold.String(x.Value)
	if x.Value != "" && !like.MatchString(x.Value) {
		f.wrong(name, q.T(wrong))
	}
	return x.Value
}

func siteForm(q *console.Request, t *tenant.Tenant, site tenant.Site, s reservation.Settings) *form {
	line := func(name, value string, size int) *field {
		return &field{Name: name, Label: q.T("setup.site." + name), Kind: "text", Value: value, Size: size}
	}
	must := func(f *field) *field { f.Must = true; return f }
	hint := func(f *field) *field { f.Hint = q.T("setup.hint." + f.Name); return f }
	shown, style, position := "yes", "delivery", ""
	if s.Site.Hidden {
		shown = "no"
	}
	if site.AtApplication {
		style = "application"
	}
	if site.Position != 0 {
		position = strconv.Itoa(site.Position)
	}
	made, changed := q.T("setup.value.none"), q.T("setup.value.none")
	if !site.Made.IsZero() {
		made, changed = instant(site.Made), instant(site.Changed)
	}
	return &form{
		title: "setup.site.title", Action: "setup/site", Back: "setup", BackText: "setup.back", Submit: "setup.site.save",
		Sets: []fieldset{
			{Legend: "setup.set.body", Fields: []*field{
				{Name: "version", Kind: "hidden", Value: strconv.FormatInt(t.Version, 10)},
				line("operator", site.Operator, 40), line("operator_id", site.OperatorID, 20), must(line("name", t.Name, 30)),
				line("office", t.Settings.Office, 40), line("person", site.Person, 30),
			}},
			{Legend: "setup.set.address", Fields: []*field{
				line("postal", site.PostalCode, 10), line("address", t.Settings.Address, 60), line("phone", t.Settings.Phone, 20),
				line("fax", site.Fax, 20), line("hours", t.Settings.Hours, 40), line("mail", site.Mail, 40),
				hint(line("sender", t.Settings.Mail, 40)), line("url", t.Settings.URL, 50),
			}},
			{Legend: "setup.set.site", Fields: []*field{
				line("site_name", site.Name, 40), line("header", site.Header, 40), line("service_code", site.ServiceCode, 20),
				{Name: "position", Label: q.T("setup.field.position"), Kind: "number", Value: position, Size: 5},
			}},
			{Legend: "setup.set.shown", Hint: "setup.hint.shown", Fields: []*field{
				{Name: "shown", Label: q.T("setup.site.shown"), Kind: "radio", Value: shown, Options: []option{{"yes", q.T("setup.site.shown-yes")}, {"no", q.T("setup.site.shown-no")}}},
				{Name: "from", Label: q.T("setup.site.from"), Kind: "date", Value: s.Site.From},
				{Name: "to", Label: q.T("setup.site.to"), Kind: "date", Value: s.Site.To},
				{Name: "made", Label: q.T("setup.site.made"), Kind: "show", Value: made},
				{Name: "changed", Label: q.T("setup.site.changed"), Kind: "show", Value: changed},
			}},
			{Legend: "setup.set.style", Fields: []*field{
				{Name: "style", Label: q.T("setup.site.style"), Kind: "radio", Value: style, Options: []option{
					{"delivery", q.T("setup.site.style-delivery")}, {"application", q.T("setup.site.style-application")}}, Hint: q.T("setup.hint.style")},
			}},
		},
	}
}

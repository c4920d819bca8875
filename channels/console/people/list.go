package people

import (
	"net/url"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/resident"
)

// pageSize is how many records a page of the roster shows.
const pageSize = 50

// listPage is the roster, or the answer to a search.
type listPage struct {
	Search searchForm
	Counts map[resident.State]int
	State  resident.State // of the roster shown
	Rows   []row
	Pager  console.Pager
	More   bool // more were found than are shown
	Asked  bool // it answers a search
}

// Count is how many records are in a state.
func (d *listPage) Count(state string) int { return d.Counts[resident.State(state)] }

// row is a record in a list.
type row struct {
	ID, Number, Name, Kana, Born, Address, Class string
	State                                        resident.State
}

// searchForm is what was typed into the search; it comes back as it was.
type searchForm struct {
	url.Values
	Problem string // of the date of birth
}

// searchFields are the fields of the search form.
var searchFields = []string{"number", "link", "login", "manage", "phone", "mail", "name", "how", "born", "class", "state"}

// Kept are the names and values that the next page of an answer needs again.
func (s searchForm) Kept() []i18n.Arg {
	var list []i18n.Arg
	for _, name := range searchFields {
		if v := s.Get(name); v != "" {
			list = append(list, i18n.Arg{Name: name, Value: v})
		}
	}
	return list
}

// Open reports whether one of the rarer conditions is set.
func (s searchForm) Open() bool {
	return s.Get("link")+s.Get("login")+s.Get("manage")+s.Get("mail")+s.Get("class") != ""
}

// filter reads the form; ok is false if a condition cannot be read.
func (s *searchForm) filter() (f resident.Filter, ok bool) {
	get := func(name string) string { return strings.TrimSpace(s.Get(name)) }
	f = resident.Filter{
		Number: get("number"), Link: get("link"), Login: get("login"), Manage: get("manage"), Phone: get("phone"), Mail: get("mail"),
		Name: get("name"), Beginning: get("how") == "beginning", Class: get("class"), State: stateOf(get("state")),
	}
	if born := get("born"); born != "" {
		if f.Born, ok = resident.ReadDate(born); !ok {
			s.Problem = "people.problem.date"
			return f, false
		}
	}
	return f, true
}

func stateOf(s string) resident.State {
	switch state := resident.State(s); state {
	case resident.Active, resident.Suspended:
		return state
	}
	return ""
}

// list shows the roster, newest record first.
func (a area) list(q *console.Request) error {
	d := listPage{Pager: console.PagerOf(q.URL.Query(), pageSize), State: stateOf(q.URL.Query().Get("state")), Search: searchForm{Values: url.Values{}}}
	err := q.Update(func(tx *store.Tx) (err error) {
		if d.Counts, err = a.Residents.Counts(tx); err != nil {
			return err
		}
		d.Pager.Total = d.Counts[resident.Active] + d.Counts[resident.Suspended]
		if d.State != "" {
			d.Pager.Total = d.Counts[d.State]
		}
		d.Pager.Page = min(d.Pager.Page, d.Pager.Pages())
		list, err := a.Residents.Page(tx, d.State, d.Pager.Offset(), pageSize)
		if err != nil {
			return err
		}
		d.Rows = rows(list, q.Lang)
		return tx.Audit(q.By(), "resident.list", "", "records", len(list), "state", string(d.State), "page", d.Pager.Page)
	})
	if err != nil {
		return err
	}
	return q.Render("people_list", "people.title", &d)
}

// search answers a search.
func (a area) search(q *console.Request) error {
	d := listPage{Search: searchForm{Values: q.PostForm}, Asked: true, Pager: console.PagerOf(q.PostForm, pageSize)}
	f, ok := d.Search.filter()
	if !ok {
		return q.Again("people_list", "people.title", &d)
	}
	if f.Empty() {
		path := "people"
		if f.State != "" {
			path += "?state=" + string(f.State)
		}
		return q.See(path, "")
	}
	err := q.Update(func(tx *store.Tx) error {
		found, err := a.Residents.Search(tx, f)
		if err != nil {
			return err
		}
		d.More, d.Pager.Total = found.More, len(found.List)
		d.Pager.Page = min(d.Pager.Page, d.Pager.Pages())
		d.Rows = rows(found.List[min(len(found.List), d.Pager.Offset()):min(len(found.List), d.Pager.Offset()+pageSize)], q.Lang)
		return tx.Audit(q.By(), "resident.search", "", "conditions", conditions(f), "found", len(found.List), "records", len(d.Rows))
	})
	if err != nil {
		return err
	}
	if d.Pager.Total == 1 && q.PostForm.Get("page") == "" {
		return q.See("people/"+d.Rows[0].ID, "")
	}
	return q.Render("people_list", "people.title", &d)
}

// conditions are the names of what was searched by, for the audit log, which
// must not have the words themselves.
func conditions(f resident.Filter) string {
	var names []string
	for _, c := range []struct {
		name string
		set  bool
	}{
		{"number", f.Number != ""}, {"link", f.Link != ""}, {"login", f.Login != ""}, {"manage", f.Manage != ""}, {"phone", f.Phone != ""},
		{"mail", f.Mail != ""}, {"name", f.Name != ""}, {"born", !f.Born.IsZero()}, {"class", f.Class != ""}, {"state", f.State != ""},
	} {
		if c.set {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, " ")
}

func rows(list []resident.Resident, lang i18n.Lang) []row {
	out := make([]row, 0, len(list))
	for _, r := range list {
		p := &r.Profile
		out = append(out, row{
			ID: r.ID, Number: r.Number, State: r.State, Name: masked(resident.Name, p, lang), Kana: masked(resident.Kana, p, lang),
			Born: masked(resident.Born, p, lang), Address: masked(resident.Address, p, lang), Class: r.Class,
		})
	}
	return out
}

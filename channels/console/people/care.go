package people

import (
	"madoguchi/channels/console"
	"madoguchi/store"
	"madoguchi/store/resident"
)

// state suspends a record or takes it into use again.
func (a area) state(q *console.Request) error {
	to := stateOf(q.PostFormValue("state"))
	if to == "" {
		return console.ErrBadForm
	}
	id := q.PathValue("id")
	err := q.Update(func(tx *store.Tx) error {
		_, err := a.Residents.SetState(tx, id, to, q.By())
		return err
	})
	if err != nil {
		return found(err)
	}
	return q.See("people/"+id, "people.state.done."+string(to))
}

// erasing is the page that asks once more before erasing.
type erasing struct {
	ID, Number, Name string
	Typed            string
	Problem          string
}

func (a area) erasePage(q *console.Request) error {
	var d erasing
	if err := q.Update(func(tx *store.Tx) error { return a.toErase(q, tx, &d) }); err != nil {
		return found(err)
	}
	return q.Render("people_erase", "people.erase.title", &d)
}

func (a area) toErase(q *console.Request, tx *store.Tx, d *erasing) error {
	r, err := a.Residents.Get(tx, q.PathValue("id"))
	if err != nil {
		return err
	}
	d.ID, d.Number, d.Name = r.ID, r.Number, masked(resident.Name, &r.Profile, q.Lang)
	return tx.Audit(q.By(), "resident.view", r.ID)
}

// erase removes a person for good, once the number was typed.
func (a area) erase(q *console.Request) error {
	d := erasing{Typed: q.PostFormValue("number")}
	wrong := false
	err := q.Update(func(tx *store.Tx) error {
		r, err := a.Residents.Get(tx, q.PathValue("id"))
		if err != nil {
			return err
		}
		number, ok := resident.ReadNumber(d.Typed)
		if wrong = !ok || number != r.Number; wrong {
			return a.toErase(q, tx, &d)
		}
		return a.Residents.Erase(tx, r.ID, q.By())
	})
	if err != nil {
		return found(err)
	}
	if wrong {
		d.Problem = "people.erase.wrong"
		return q.Again("people_erase", "people.erase.title", &d)
	}
	return q.See("people", "people.erase.done")
}

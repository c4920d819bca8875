package visits

import (
	"errors"

	"madoguchi/bot"
	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// TaskList is a resident's personal task list with what they answered, in words:
// nobody writes at the counter what was said before (書かない, S0-007). It proves
// nothing about who they are (S1-024).
type TaskList struct {
	*bot.Plan
	Answers []Answer
	Made    civil.DateTime
}

// TaskLists opens task lists for the staff. The error is store.ErrNotFound where
// there is none.
type TaskLists interface {
	// ByKey returns the id of the list a visitor's key opens.
	ByKey(tx *store.Tx, key string) (id string, err error)
	ByID(tx *store.Tx, id string, lang i18n.Lang) (TaskList, error)
}

// tasksPage is a task list as the staff see it.
type tasksPage struct {
	TaskList
	MadeAt string
}

// tasksViewed is the action under which looking at a list is audited.
const tasksViewed = "plan.view"

// tasks serves GET visits/tasks/{id}: every look is a row in the log.
func (a *area) tasks(q *console.Request) error {
	if a.Tasks == nil {
		return console.ErrNotFound
	}
	var p tasksPage
	err := q.Update(func(tx *store.Tx) (err error) {
		id := q.PathValue("id")
		if p.TaskList, err = a.Tasks.ByID(tx, id, q.Lang); err != nil {
			return err
		}
		return tx.Audit(q.By(), tasksViewed, id, "event", p.Event)
	})
	if errors.Is(err, store.ErrNotFound) {
		return console.ErrNotFound
	}
	if err != nil {
		return err
	}
	p.Plan = p.Plan.Plain()
	p.MadeAt = i18n.FormatDate(q.Lang, p.Made.Date) + " " + p.Made.Clock.String()
	return q.Render("visits-tasks", "visits.tasks.title", p)
}

// taskList returns the list a text opens, "" if none.
func (a *area) taskList(tx *store.Tx, text string) (string, error) {
	if a.Tasks == nil {
		return "", nil
	}
	for _, s := range scanned(text) {
		id, err := a.Tasks.ByKey(tx, s)
		if !errors.Is(err, store.ErrNotFound) {
			return id, err
		}
	}
	return "", nil
}

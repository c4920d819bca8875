package reports

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/question"
)

// onePage is how many questions a page shows, mostInFile how many a file has.
const (
	onePage    = 50
	mostInFile = 5000
)

// questionsPage is the questions without an answer, the most asked first.
type questionsPage struct {
	State  question.State
	States []questionState
	Rows   []questionRow
	Pager  console.Pager
	Back   string // this page, for the forms
	Files  string // address of the file, up to its encoding
}

type questionState struct {
	State question.State
	Name  string
	Count int
}

type questionRow struct {
	ID, Words    string
	Asked        int64
	Langs        string
	First, Last  string
	Settled, Who string
}

// questions shows what the dialog could not answer (S1-052, S3-013).
func (a *area) questions(q *console.Request) error {
	p := questionsPage{State: question.State(q.FormValue("state")), Pager: console.PagerOf(q.URL.Query(), onePage)}
	if p.State == "" {
		p.State = question.Open
	}
	if !known(p.State) {
		return console.ErrNotFound
	}
	file := q.FormValue("file") != ""
	first, limit := p.Pager.Offset(), p.Pager.Size
	if file {
		first, limit = 0, mostInFile
	}
	err := q.View(func(tx *store.Tx) error {
		p.States = nil
		for _, s := range question.States {
			n, err := a.Questions.Count(tx, s)
			if err != nil {
				return err
			}
			if s == p.State {
				p.Pager.Total = n
			}
			p.States = append(p.States, questionState{s, q.T("reports.questions.state." + string(s)), n})
		}
		list, err := a.Questions.List(tx, p.State, first, limit)
		if err != nil {
			return err
		}
		names, err := a.Names(tx)
		if err != nil {
			return err
		}
		p.Rows = nil
		for _, x := range list {
			p.Rows = append(p.Rows, rowOf(q, x, names))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if file {
		if done, err := send(q, "questions-"+string(p.State), []table{questionTable(q, p)}); done {
			return err
		}
	}
	p.Back = strings.TrimPrefix(q.URL.RequestURI(), console.Base)
	p.Files = "/console/reports/questions?state=" + string(p.State) + "&lang=" + string(q.Lang) + "&file="
	return q.Render("reports-questions", "reports.questions.title", p)
}

func known(s question.State) bool {
	for _, k := range question.States {
		if s == k {
			return true
		}
	}
	return false
}

func rowOf(q *console.Request, x question.Question, names map[string]string) questionRow {
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return civil.In(t).Date.String()
	}
	langs := make([]string, len(x.Langs))
	for i, l := range x.Langs {
		langs[i] = i18n.Name(i18n.Lang(l))
	}
	r := questionRow{
		ID: x.ID, Words: x.Words, Asked: x.Asked, Langs: strings.Join(langs, q.T("reports.list-comma")),
		First: day(x.First), Last: day(x.Last), Settled: day(x.At), Who: x.By,
	}
	if name := names[x.By]; name != "" {
		r.Who = name
	}
	return r
}

// questionTable is the page as a file has it.
func questionTable(q *console.Request, p questionsPage) table {
	t := table{Title: q.T("reports.questions.state." + string(p.State)), Head: []string{
		q.T("reports.questions.words"), q.T("reports.questions.asked"), q.T("reports.questions.langs"),
		q.T("reports.questions.first"), q.T("reports.questions.last"),
	}}
	for _, r := range p.Rows {
		t.Rows = append(t.Rows, tableRow{Head: r.Words, Cells: []cell{
			{Text: strconv.FormatInt(r.Asked, 10), Number: true}, word(r.Langs), word(r.First), word(r.Last),
		}})
	}
	return t
}

// settle says that a question is answered now, is none, or is open after all.
func (a *area) settle(q *console.Request) error {
	to := question.State(q.PostFormValue("to"))
	err := q.Update(func(tx *store.Tx) error { return a.Questions.Settle(tx, q.PathValue("id"), to, q.By()) })
	if errors.Is(err, question.ErrState) {
		return console.ErrBadForm
	}
	if err != nil {
		return err
	}
	back := q.PostFormValue("back")
	if !strings.HasPrefix(back, "reports/questions") {
		back = "reports/questions"
	}
	return q.See(back, "reports.questions.now."+string(to))
}

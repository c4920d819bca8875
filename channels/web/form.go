package web

import (
	"errors"
	"net/http"
	"strings"

	"madoguchi/bot"
	"madoguchi/channels/gate"
)

// The one-time form: a question whose answer must not pass through a chat
// platform (domain-facts 12), and the personal questions that follow it on a
// form. The token in the address is all the caller has; it stands for these
// questions and dies with the last answer.

var linkGone = &gate.Fault{Status: http.StatusNotFound, Code: "link_gone", Message: "this link was used, has expired, or never was"}

// linked serves GET /t/{tenant}/form/{token}.
func (w *Web) linked(rw http.ResponseWriter, r *http.Request) {
	p, err := w.open(rw, r, "form")
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	question, err := w.linkedQuestion(r, p.Tenant)
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	w.linkedPage(rw, r, http.StatusOK, bot.Reply{
		Lang: question.Lang, Messages: question.Messages, Expects: question.Expects, Asked: question.Asked,
	}, "")
}

func (w *Web) linkedQuestion(r *http.Request, tenant string) (LinkedQuestion, error) {
	if w.Links == nil {
		return LinkedQuestion{}, notFound
	}
	q, err := w.Links.Question(r.Context(), tenant, r.PathValue("token"))
	if errors.Is(err, ErrUnknown) {
		return q, linkGone
	}
	return q, err
}

// asksNext reports whether the answer was taken and another question follows on
// the same page.
func asksNext(r bot.Reply) bool {
	return len(r.Messages) == 1 && r.Messages[0].Secure && r.Messages[0].Question == ""
}

// linkedPage shows the question in the language of the dialog it belongs to.
func (w *Web) linkedPage(rw http.ResponseWriter, r *http.Request, status int, reply bot.Reply, complaint string) {
	p, err := w.openIn(rw, r, "form", reply.Lang)
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	q := layOut(reply, r.URL.Path, r.URL.Query().Get("day"))
	q.Linked, q.Back = true, false
	q.Series = reply.Expects != nil && strings.Contains(reply.Expects.Field, ".") // the answer of a form: FORM.FIELD
	if complaint != "" {
		q.Hints = append(q.Hints, p.text(complaint, nil))
	}
	w.questionTitle(p, q)
	p.Data = q
	w.render(rw, r, status, "question", p)
}

// linkedAnswer serves POST /t/{tenant}/form/{token}.
func (w *Web) linkedAnswer(rw http.ResponseWriter, r *http.Request) {
	p, err := w.open(rw, r, "form")
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	q, err := parsePosted(rw, r)
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	if q.text == "" && q.choice == "" {
		question, err := w.linkedQuestion(r, p.Tenant)
		if err != nil {
			w.refuse(rw, r, err)
			return
		}
		w.linkedPage(rw, r, http.StatusUnprocessableEntity, bot.Reply{
			Lang: question.Lang, Messages: question.Messages, Expects: question.Expects, Asked: question.Asked,
		}, "web.book.empty")
		return
	}
	if w.Links == nil {
		w.refuse(rw, r, notFound)
		return
	}
	reply, done, err := w.Links.Answer(r.Context(), p.Tenant, r.PathValue("token"), q.event, q.text, q.choice)
	switch {
	case errors.Is(err, ErrUnknown):
		w.refuse(rw, r, linkGone)
	case err != nil:
		w.refuse(rw, r, w.turnError(err))
	case !done && asksNext(reply):
		http.Redirect(rw, r, r.URL.Path, http.StatusSeeOther)
	case !done:
		w.linkedPage(rw, r, http.StatusUnprocessableEntity, reply, "")
	default:
		p, err := w.openIn(rw, r, "form", reply.Lang)
		if err != nil {
			w.refuse(rw, r, err)
			return
		}
		p.Title = p.Bare("web.link.done")
		w.render(rw, r, http.StatusOK, "link", p)
	}
}

package web

import (
	"net/http"
	"net/url"
	"slices"
)

// front serves the tenant's front page.
func (w *Web) front(rw http.ResponseWriter, r *http.Request) {
	p, err := w.open(rw, r, "front")
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	if w.fromLetter(rw, r, p) {
		return
	}
	flow := r.URL.Query().Get("flow")
	if slices.ContainsFunc(p.Site.Procedures, func(f Procedure) bool { return f.Flow == flow }) {
		p.Data = frontPage{Enter: "?flow=" + url.QueryEscape(flow)}
	} else {
		p.Data = frontPage{}
	}
	p.Title = p.Bare("web.front.title")
	w.render(rw, r, http.StatusOK, "front", p)
}

// frontPage is the front page; Enter goes after the ways in of somebody who came
// for one procedure.
type frontPage struct{ Enter string }

// chat serves the chat page. All it holds of the dialog is where to find it.
func (w *Web) chat(rw http.ResponseWriter, r *http.Request) {
	p, err := w.open(rw, r, "chat")
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	if w.fromLetter(rw, r, p) {
		return
	}
	p.Title = p.Bare("web.chat.title")
	p.Script = "chat.js"
	flow := r.URL.Query().Get("flow")
	explicit := r.URL.Query().Get("lang") == string(p.Lang)
	p.Data = chatPage{States: []string{"booked", "changed", "cancelled", "visited", "no-show"}, Flow: flow, Code: letterCode(r, flow), Explicit: explicit, Calendars: w.Calendars != nil, Socket: p.Base + "/chat/ws", Turn: p.Base + "/chat/turn"}
	w.dropLetter(rw, r, p) // the page enters the procedure by itself
	w.render(rw, r, http.StatusOK, "chat", p)
}

type chatPage struct {
	Flow         string // to enter at once
	Code         string // with the link code of a letter
	Explicit     bool   // the language was chosen, not guessed
	Calendars    bool
	States       []string // of a booking, each with its words
	Socket, Turn string
}

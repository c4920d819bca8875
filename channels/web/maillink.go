package web

import "net/http"

// mailLinkFlow is the procedure that links in mails lead to.
const mailLinkFlow = "mail-link"

// mailLink serves GET /t/{tenant}/mail/{secret}, where a link in a mail leads.
// Opening it does nothing: programs that look into people's mail open links too.
func (w *Web) mailLink(rw http.ResponseWriter, r *http.Request) {
	p, err := w.open(rw, r, "book")
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	p.Title = p.Bare("web.mail.title")
	p.Data = r.PathValue("secret")
	w.render(rw, r, http.StatusOK, "maillink", p)
}

// openMailLink serves POST to the same address: the dialog goes on from the mail.
func (w *Web) openMailLink(rw http.ResponseWriter, r *http.Request) {
	p, err := w.open(rw, r, "book")
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	q, err := parsePosted(rw, r)
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	user := w.session(r, p.Tenant)
	if user == "" {
		user = w.begin(rw, p.Tenant)
	}
	q.lang, q.flow, q.with, q.choice = p.Lang, mailLinkFlow, map[string]string{"token": r.PathValue("secret")}, ""
	w.plainTurn(rw, r, p, user, q)
}

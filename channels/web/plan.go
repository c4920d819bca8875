package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/skip2/go-qrcode"

	"madoguchi/bot"
	"madoguchi/channels/gate"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// Plans opens personal task lists by their key.
type Plans interface {
	// Plan returns the list a key opens, with the key as people read it.
	// ErrUnknown: none; ErrTries: somebody at this address has tried too often.
	Plan(ctx context.Context, q PlanQuery) (PlanView, error)
	// Dates returns the list's dates as an iCalendar file, with the same errors.
	Dates(ctx context.Context, q PlanQuery) ([]byte, error)
}

// PlanQuery is a key somebody typed.
type PlanQuery struct {
	Tenant, Key string
	Address     string // of the caller, for limits on guessing
	Lang        i18n.Lang
}

// PlanView is a list as it is shown.
type PlanView struct {
	*bot.Plan
	Until civil.Date // the last day on which the key opens it
}

// ErrTries says that there were too many wrong keys.
var ErrTries = errors.New("too many tries")

// planPage is the form for a key, and the list it opens.
type planPage struct {
	*PlanView
	Hint string // key of why there is no list
	QR   template.HTML
}

// plan serves GET /t/{tenant}/plan: the form. A key never stands in an address
// (ASVS 14.2.1).
func (w *Web) plan(rw http.ResponseWriter, r *http.Request) {
	if p, err := w.open(rw, r, "plan"); err != nil {
		w.refuse(rw, r, err)
	} else {
		w.planForm(rw, r, http.StatusOK, p, "")
	}
}

func (w *Web) planForm(rw http.ResponseWriter, r *http.Request, status int, p *page, hint string) {
	p.Title = p.Bare("web.plan.title")
	p.Data = planPage{Hint: hint}
	p.Script = "book.js"
	w.render(rw, r, status, "plan", p)
}

// openPlan serves POST /t/{tenant}/plan: the list on a page that prints, or its
// dates as a calendar file. It changes nothing, so that a reload is harmless.
func (w *Web) openPlan(rw http.ResponseWriter, r *http.Request) {
	p, err := w.open(rw, r, "plan")
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	if w.Plans == nil {
		w.refuse(rw, r, notFound)
		return
	}
	if err := readForm(rw, r); err != nil {
		w.refuse(rw, r, err)
		return
	}
	q := PlanQuery{Tenant: p.Tenant, Key: strings.TrimSpace(r.PostForm.Get("key")), Address: w.Gate.Client(r), Lang: p.Lang}
	if q.Key == "" {
		w.planForm(rw, r, http.StatusUnprocessableEntity, p, "web.book.empty")
		return
	}
	calendar := r.PostForm.Get("as") == "calendar"
	var view PlanView
	var file []byte
	if calendar {
		file, err = w.Plans.Dates(r.Context(), q)
	} else {
		view, err = w.Plans.Plan(r.Context(), q)
	}
	switch {
	case errors.Is(err, ErrUnknown):
		w.planForm(rw, r, http.StatusNotFound, p, "web.plan.unknown")
	case errors.Is(err, ErrTries):
		w.planForm(rw, r, http.StatusTooManyRequests, p, "web.plan.blocked")
	case err != nil:
		w.refuse(rw, r, err)
	case calendar:
		rw.Header().Set("Content-Type", "text/calendar; charset=utf-8")
		rw.Header().Set("Content-Disposition", `attachment; filename="list.ics"`)
		_, _ = rw.Write(file)
	default:
		qr, err := qrPicture(view.Key)
		if err != nil {
			w.refuse(rw, r, err)
			return
		}
		p.Title = bare(view.Title)
		p.Data = planPage{PlanView: &view, QR: qr}
		p.Script = "book.js"
		w.render(rw, r, http.StatusOK, "plan", p)
	}
}

// qrPicture draws a key as a QR code that prints sharp at any size.
func qrPicture(key string) (template.HTML, error) {
	code, err := qrcode.New(key, qrcode.Medium)
	if err != nil {
		return "", &gate.Fault{Status: http.StatusInternalServerError, Code: "qr", Message: "the key cannot be drawn"}
	}
	bitmap := code.Bitmap()
	var path strings.Builder
	for y, row := range bitmap {
		for x, dark := range row {
			if dark {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %d" role="img" aria-hidden="true" focusable="false"><path d="%s"/></svg>`,
		len(bitmap), len(bitmap), path.String())), nil // digits alone
}

// Package web is the city's public side in the browser: the chat page with its
// websocket and turn API, the same dialog as plain pages that need no script,
// the public vacancy calendar, personal task lists, and the front page.
//
//	chat page ──websocket──▶ socket ─┐
//	other front ends ──POST──▶ turn ─┼─▶ bot.Inbound ─▶ Engine.Turn ─▶ bot.Reply ─▶ JSON
//	plain pages ──form POST──▶ book ─┤                        │            └──▶ 303, then GET
//	either ──picture──▶ photo ───────┘                        │
//	                                                          ▼
//	          server pushes, resume, GET of a plain page ◀─ Transcript
//
// No page and no connection holds the state of a dialog. A websocket knows how
// far its client has read and asks the transcript for the rest; a plain page is
// drawn from the transcript at every GET. So a dropped line, a reload or another
// node loses and repeats nothing.
//
// Who the resident is: the chat page draws a random id, keeps it in the
// browser's localStorage and sends it as "user" with each turn, as any other
// front end of the turn API would; there is no cookie, so no foreign site can
// make a browser speak for its owner. The plain pages cannot do that without
// script; they use a session cookie (session.go).
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"madoguchi/bot"
	"madoguchi/channels/gate"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// The names under which the dialog engine knows this package's two ways in.
const (
	ChannelChat  = "web"
	ChannelPlain = "plain"
)

// Engine is the dialog.
type Engine interface {
	Turn(ctx context.Context, in bot.Inbound) (bot.Reply, error)
}

// Transcript is what has been said, by sequence number.
type Transcript interface {
	// Since returns the messages after the sequence number, the resident's own
	// lines included, with the question that is open now. Somebody who never
	// wrote gets the zero Reply and no error.
	Since(ctx context.Context, tenant, channel, user string, after int64) (bot.Reply, error)
	// Latest returns what stands on the table now: the messages after the
	// resident's last line, with the open question. It changes nothing and
	// costs the same however long the conversation is.
	Latest(ctx context.Context, tenant, channel, user string) (bot.Reply, error)
	// Subscribe wakes the channel after messages were added to the conversation,
	// by whatever node. A wake-up may be early, doubled or merged with another.
	Subscribe(tenant, conversation string) (wake <-chan struct{}, cancel func())
}

// Vacancies is the public vacancy enquiry (S4-033).
type Vacancies interface {
	// Vacancies returns the counters asked for with days From … From+Days−1.
	// An unknown tenant, counter or service is ErrUnknown.
	Vacancies(ctx context.Context, q VacancyQuery) ([]VacantCounter, error)
}

// VacancyQuery asks for free places. Counter and Service may be empty: all
// counters, a visit of one slot.
type VacancyQuery struct {
	Tenant, Counter, Service string
	From                     civil.Date
	Days                     int
	Lang                     i18n.Lang // of the names
}

// VacantCounter is one counter's calendar.
type VacantCounter struct {
	ID, Name string
	Days     []VacantDay
}

// VacantDay is one day of a counter. A closed day has no slots.
type VacantDay struct {
	Date  civil.Date
	Open  bool
	Slots []VacantSlot
	// Opens is when bookings for the day begin, if they have not yet (S4-044).
	Opens civil.DateTime
}

// NotYet reports whether bookings for the day have not begun.
func (d VacantDay) NotYet() bool { return d.Opens != (civil.DateTime{}) }

// VacantSlot is the beginning of a visit and how many places are free.
type VacantSlot struct {
	Start civil.Clock
	Free  int
	// Shut: booking is not open, the time has passed or is too near or too far.
	Shut bool
}

// Sites tells what the pages must know about a tenant, in a language.
type Sites interface {
	// Site returns ErrUnknown for a tenant that does not exist.
	Site(ctx context.Context, tenant string, lang i18n.Lang) (Site, error)
}

// Site is a municipality as its pages present it.
type Site struct {
	Name       string // みほん市
	Office     string // みほん市役所 市民課
	Phone      string // as people write it; "" hides it
	Hours      string // of the telephone, in words
	Languages  []Language
	Procedures []Procedure
	Texts      Texts // in the municipality's own words; nil: those of the program
}

// Language is one the tenant offers, under its own name.
type Language struct {
	Tag  i18n.Lang
	Name string // 日本語, English
	// RightToLeft turns the page round.
	RightToLeft bool
}

// Procedure is a flow that residents may begin.
type Procedure struct {
	Flow, Title string
	// Reservation marks the one entrance to book, find, change and cancel.
	Reservation bool
}

// Calendars makes calendar files.
type Calendars interface {
	// Calendar returns the iCalendar file of a booking: what, where and when,
	// no key and nothing about the person. ErrUnknown if there is none.
	Calendar(ctx context.Context, tenant string, lang i18n.Lang, counter string, start civil.DateTime, receipt int) ([]byte, error)
}

// Links are the one-time addresses sent to a chat platform for a question whose
// answer the platform must not read.
type Links interface {
	// Question returns the question behind a token; ErrUnknown if the token was
	// used, has expired or never was.
	Question(ctx context.Context, tenant, token string) (LinkedQuestion, error)
	// Answer gives the answer. If it cannot be used, done is false, the link
	// stays good and the reply says why and asks again. Repeating an event repeats
	// its outcome, so that a second click is told the same as the first.
	Answer(ctx context.Context, tenant, token, event, text, choice string) (reply bot.Reply, done bool, err error)
}

// LinkedQuestion is one question of a dialog that goes on elsewhere.
type LinkedQuestion struct {
	Lang     i18n.Lang
	Messages []bot.Message
	Expects  *bot.Expects
	Asked    int64
}

// Texts returns a text of the catalogs with furigana as [漢字|かんじ].
type Texts func(lang i18n.Lang, key string, args ...i18n.Arg) string

// ErrUnknown says that something named in a request does not exist.
var ErrUnknown = errors.New("unknown")

// Config is what the web channel is made of. Calendars, Links and Plans may be
// nil: what they give is then not offered.
type Config struct {
	Gate       *gate.Gate
	Engine     Engine
	Transcript Transcript
	Vacancies  Vacancies
	Sites      Sites
	Calendars  Calendars
	Links      Links
	Plans      Plans
	Texts      Texts
	// Origins may use the websocket and the forms besides the page's own host:
	// the public address behind a proxy, a front end on the city's home page.
	Origins []string
	// Fault says what the caller did wrong when Engine.Turn refuses an event,
	// and nil when the fault is ours.
	Fault func(error) *gate.Fault
	Log   *slog.Logger
	Clock func() time.Time
}

// Web serves the pages. Make one with New, mount it with Register, and call
// Shutdown before the process ends.
type Web struct {
	Config
	pages   *pages
	sockets *sockets
	forms   *http.CrossOriginProtection
	users   *gate.Limiter // turns per user, over all ways in

	photos, tenantPhotos *gate.Limiter // per address and per tenant (photo.go)
	uploads              chan struct{} // held while a photograph is taken in
}

// Turns per person: quicker than anybody reads, slower than a flood (A27).
const (
	turnRate  = 2 // a second
	turnBurst = 40
)

// New checks the configuration and parses every page. The error names what is
// missing or which template is broken.
func New(c Config) (*Web, error) {
	if c.Gate == nil || c.Engine == nil || c.Transcript == nil || c.Vacancies == nil || c.Sites == nil || c.Texts == nil {
		return nil, errors.New("web: Gate, Engine, Transcript, Vacancies, Sites and Texts are needed")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Fault == nil {
		c.Fault = func(error) *gate.Fault { return nil }
	}
	w := &Web{
		Config: c, users: c.Gate.Limiter(turnRate, turnBurst),
		photos: c.Gate.Limiter(photoRate, photoBurst), tenantPhotos: c.Gate.Limiter(tenantPhotoRate, tenantPhotoBurst),
		uploads: make(chan struct{}, mostUploads),
	}
	var err error
	if w.pages, err = parsePages(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	w.forms = http.NewCrossOriginProtection()
	for _, o := range c.Origins {
		if err := w.forms.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("web: origin %q: %w", o, err)
		}
	}
	w.forms.SetDenyHandler(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.refuse(rw, r, &gate.Fault{Status: http.StatusForbidden, Code: "cross_origin", Message: "this form was sent from another site"})
	}))
	w.sockets = newSockets(c.Gate)
	return w, nil
}

// Register mounts the pages of every tenant.
func (w *Web) Register(mux *http.ServeMux) {
	form := func(h http.HandlerFunc) http.HandlerFunc { return w.forms.Handler(h).ServeHTTP }

	mux.Handle("/t/{tenant}/{$}", gate.Methods{"GET": w.front})
	mux.Handle("/t/{tenant}/chat", gate.Methods{"GET": w.chat})
	mux.Handle("/t/{tenant}/chat/turn", gate.Methods{"POST": w.turn})
	mux.Handle("/t/{tenant}/chat/photo", gate.Methods{"POST": form(w.photoTurn)})
	mux.Handle("/t/{tenant}/chat/ws", gate.Methods{"GET": w.socket})
	mux.Handle("/t/{tenant}/vacancy", gate.Methods{"GET": w.vacancy})
	mux.Handle("/t/{tenant}/book", gate.Methods{"GET": w.book, "POST": form(w.answer)})
	mux.Handle("/t/{tenant}/book/photo", gate.Methods{"POST": form(w.photo)})
	mux.Handle("/t/{tenant}/book/start", gate.Methods{"POST": form(w.start)})
	mux.Handle("/t/{tenant}/book/leave", gate.Methods{"POST": form(w.leave)})
	mux.Handle("/t/{tenant}/form/{token}", gate.Methods{"GET": w.linked, "POST": form(w.linkedAnswer)})
	mux.Handle("/t/{tenant}/mail/{secret}", gate.Methods{"GET": w.mailLink, "POST": form(w.openMailLink)})
	mux.Handle("/t/{tenant}/plan", gate.Methods{"GET": w.plan, "POST": form(w.openPlan)})
	mux.Handle("/t/{tenant}/calendar/{counter}/{start}/{file}", gate.Methods{"GET": w.calendar})
	mux.Handle("/assets/web/{version}/{file...}", gate.Methods{"GET": w.pages.asset})
	mux.HandleFunc("/t/{tenant}/", func(rw http.ResponseWriter, r *http.Request) { w.refuse(rw, r, notFound) })
}

// Shutdown says goodbye to every websocket (1001) and waits until they are
// gone or ctx ends; what is left is cut. Clients come back to another node and
// resume by sequence number.
func (w *Web) Shutdown(ctx context.Context) error { return w.sockets.shutdown(ctx) }

var notFound = &gate.Fault{Status: http.StatusNotFound, Code: "not_found", Message: "there is nothing at this address"}

var unknownTenant = &gate.Fault{Status: http.StatusNotFound, Code: "unknown_tenant", Message: "there is no such tenant"}

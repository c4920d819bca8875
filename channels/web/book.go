package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"madoguchi/bot"
	"madoguchi/channels/gate"
	"madoguchi/i18n"
)

// The plain pages (S4-030): one question a page, drawn from the transcript by
// GET, answered by POST, which performs one turn and sends the browser back to
// GET. Reload, the browser's own back button and a second click are harmless:
// a form carries the id of its event and the number of its question.

// kindHint is a bot message that says why an answer could not be used. It is
// shown beside the field and announced in the title.
const kindHint bot.Kind = "hint"

// questionPage is one step of the dialog.
type questionPage struct {
	Action   string // where the answer goes
	Lang     i18n.Lang
	Heading  string        // of a page without a question
	Before   []bot.Message // what is said above the question
	Question *bot.Message  // nil: the dialog has ended
	Hints    []string      // why the last answer could not be used
	Answers  []bot.Choice
	Several  []bot.Choice // answers of which several may be ticked
	Quiet    []bot.Choice
	Days     []offerDay // of a question for a time
	Chosen   string     // the day whose times are shown
	Other    string     // address of the list of days
	Wish     bool       // another time may be asked for in words
	Input    *input     // nil: the answer is one of the buttons
	Photo    bool       // or a photograph
	Asked    int64
	Back     bool // the dialog's own way back is offered
	Linked   bool // from another channel: one question only
	Series   bool // or those that follow it on a form
}

// offerDay is one day of the times offered.
type offerDay struct {
	Label  string
	Href   string
	Choice []bot.Choice
}

// input is the field a question is answered in.
type input struct {
	Type, Mode, Complete string // of the HTML element
	Example              string // key of an example, "" if none helps
	Long                 bool
	Optional             bool
	Value                string
}

// inputs are the best widgets for the types of field. A date is plain text: a
// resident may write it any way the dialog understands, in either calendar.
var inputs = map[string]input{
	"date":      {Type: "text", Example: "web.example.date"},
	"birthdate": {Type: "text", Complete: "bday", Example: "web.example.birthdate"},
	"time":      {Type: "text", Example: "web.example.time"},
	"number":    {Type: "text", Mode: "numeric"},
	"party":     {Type: "text", Mode: "numeric", Example: "web.example.party"},
	"name":      {Type: "text", Complete: "name"},
	"kana":      {Type: "text", Example: "web.example.kana"},
	"postal":    {Type: "text", Mode: "numeric", Complete: "postal-code", Example: "web.example.postal"},
	"address":   {Type: "text", Complete: "street-address"},
	"phone":     {Type: "tel", Mode: "tel", Complete: "tel", Example: "web.example.phone"},
	"mail":      {Type: "email", Mode: "email", Complete: "email", Example: "web.example.mail"},
	"code":      {Type: "text", Example: "web.example.code"},
	"line":      {Type: "text"},
	"text":      {Type: "text", Long: true},
	"secret":    {Type: "password", Complete: "off"},
}

// pickOnly are the types answered by a button whenever buttons are offered.
var pickOnly = []string{"choice", "choices", "yesno", "consent", "counter", "slot"}

// book serves GET /t/{tenant}/book: the open question, or the way in.
func (w *Web) book(rw http.ResponseWriter, r *http.Request) {
	p, err := w.open(rw, r, "book")
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	if w.fromLetter(rw, r, p) {
		return
	}
	user := w.session(r, p.Tenant)
	flow := r.URL.Query().Get("flow")
	if user == "" {
		w.startPage(rw, r, p, flow, false)
		return
	}
	reply, err := w.Transcript.Latest(r.Context(), p.Tenant, ChannelPlain, user)
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	if len(reply.Messages) == 0 || flow != "" {
		w.startPage(rw, r, p, flow, len(reply.Messages) > 0 && reply.Expects != nil)
		return
	}
	w.question(rw, r, http.StatusOK, p, reply, "")
}

// startPage offers what can be begun. Nothing is stored before a button is
// pressed: a GET changes no state (ASVS 3.5.3).
func (w *Web) startPage(rw http.ResponseWriter, r *http.Request, p *page, flow string, open bool) {
	s := startPage{Open: open, Procedures: p.Site.Procedures, Code: letterCode(r, flow)}
	for _, f := range p.Site.Procedures {
		if f.Flow == flow {
			s.Procedures = []Procedure{f}
			s.Chosen = true
		}
	}
	p.Title = p.Bare("web.book.title")
	p.Data = s
	w.render(rw, r, http.StatusOK, "start", p)
}

type startPage struct {
	Procedures []Procedure
	Chosen     bool
	Code       string // the link code of a letter, whose QR opens this page
	Open       bool   // another dialog is under way in this browser
}

// question renders the open question. complaint is the key of what is wrong
// with a form that did not reach the dialog.
func (w *Web) question(rw http.ResponseWriter, r *http.Request, status int, p *page, reply bot.Reply, complaint string) {
	q := layOut(reply, p.Base+"/book", r.URL.Query().Get("day"))
	if complaint != "" {
		q.Hints = append(q.Hints, p.text(complaint, nil))
	}
	p.Script = "book.js"
	p.Reask = true
	q.Photo = invites(reply) && q.Question != nil
	w.questionTitle(p, q)
	p.Data = q
	w.render(rw, r, status, "question", p)
}

func (w *Web) questionTitle(p *page, q questionPage) {
	p.Title = p.Bare("web.book.title")
	if q.Question != nil {
		p.Title, _, _ = strings.Cut(bare(q.Question.Text), "\n")
	}
	if q.Heading != "" {
		p.Title = bare(q.Heading)
	}
	if len(q.Hints) > 0 {
		p.Title = p.Bare("web.book.error") + p.Title
	}
}

// layOut arranges a reply on a page.
func layOut(reply bot.Reply, action, day string) questionPage {
	q := questionPage{Action: action, Lang: reply.Lang, Asked: reply.Asked}
	at := questionIndex(reply)
	for i := range reply.Messages {
		m := reply.Messages[i]
		switch {
		case m.From == bot.FromResident:
		case i == at:
			if m.Question != "" {
				q.Hints = append(q.Hints, m.Text)
				m.Text = m.Question
			}
			q.Question = &m
		case m.Kind == kindHint:
			q.Hints = append(q.Hints, m.Text)
		case at >= 0 && isQuestion(m): // put again since, in another language say
		default:
			q.Before = append(q.Before, m)
		}
	}
	if q.Question == nil {
		q.close()
		return q
	}
	q.Back = true
	for _, c := range q.Question.Choices {
		switch {
		case c.Quiet:
			q.Quiet = append(q.Quiet, c)
		case c.Day != "":
			q.Days = addOffer(q.Days, action, c)
		default:
			q.Answers = append(q.Answers, c)
		}
	}
	q.chooseDay(day)
	q.Wish = len(q.Days)+len(q.Answers) > 0 && q.Question.Kind == bot.KindOffers
	if e := reply.Expects; e != nil && e.Type == "choices" {
		q.Several, q.Answers = q.Answers, nil
	}
	if e := reply.Expects; e != nil && (len(q.Question.Choices) == 0 || !slices.Contains(pickOnly, e.Type)) && q.Question.Kind != bot.KindSummary {
		in, ok := inputs[e.Type]
		if !ok {
			in = inputs["text"]
		}
		in.Optional, in.Value = e.Optional, q.Question.Proposed
		q.Input = &in
	}
	return q
}

// close lets the closing words of a dialog head its last page.
func (q *questionPage) close() {
	head := len(q.Before) - 1
	for i, m := range q.Before {
		if m.Booking != nil {
			head = i
		}
	}
	if head >= 0 {
		q.Heading, q.Before[head].Text = firstSentence(q.Before[head].Text)
	}
}

// firstSentence cuts a text after its first sentence, so that a heading stays
// short.
func firstSentence(s string) (first, rest string) {
	for _, stop := range []string{"。", ". ", "\n"} {
		if i := strings.Index(s, stop); i >= 0 {
			i += len(stop)
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i:])
		}
	}
	return s, ""
}

// questionIndex finds the open question among the messages, -1 if the dialog
// waits for nothing.
func questionIndex(reply bot.Reply) int {
	if reply.Expects == nil {
		return -1
	}
	last := -1
	for i, m := range reply.Messages {
		switch {
		case m.From == bot.FromResident || m.Kind == kindHint:
		case isQuestion(m), last < 0:
			last = i
		}
	}
	return last
}

func isQuestion(m bot.Message) bool {
	return m.Kind == bot.KindQuestion || m.Kind == bot.KindSummary || m.Kind == bot.KindOffers || len(m.Choices) > 0
}

func addOffer(days []offerDay, action string, c bot.Choice) []offerDay {
	if n := len(days); n > 0 && days[n-1].Label == c.Day {
		days[n-1].Choice = append(days[n-1].Choice, c)
		return days
	}
	href := action + "?day=" + strconv.Itoa(len(days)+1)
	return append(days, offerDay{Label: c.Day, Href: href, Choice: []bot.Choice{c}})
}

// chooseDay narrows the times offered to one day, so that a small screen shows
// either days or times. With a single day there is nothing to choose.
func (q *questionPage) chooseDay(day string) {
	n, err := strconv.Atoi(day)
	if len(q.Days) == 1 {
		n, err = 1, nil
	}
	if err != nil || n < 1 || n > len(q.Days) {
		return
	}
	if len(q.Days) > 1 {
		q.Other = q.Action
	}
	chosen := q.Days[n-1]
	q.Chosen, q.Days, q.Answers = chosen.Label, nil, chosen.Choice
}

// posted is a form of the plain pages.
type posted struct {
	event, text, choice, flow string
	photo                     []byte
	asked                     int64
	typed                     bool // the form had a field to fill in
	lang                      i18n.Lang
	with                      map[string]string // answers known from the start
}

// readForm reads the fields of a form into r.PostForm. Every error is a
// *gate.Fault.
func readForm(rw http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return &gate.Fault{Status: http.StatusRequestEntityTooLarge, Code: "too_large", Message: "the request body is too large"}
		}
		return bad("bad_form", "the form could not be read")
	}
	for _, values := range r.PostForm {
		for _, v := range values {
			if !utf8.ValidString(v) {
				return bad("bad_encoding", "the form must be UTF-8")
			}
		}
	}
	return nil
}

// parsePosted reads a form of the dialog. Every error is a *gate.Fault.
func parsePosted(rw http.ResponseWriter, r *http.Request) (posted, error) {
	if err := readForm(rw, r); err != nil {
		return posted{}, err
	}
	f := r.PostForm
	q := posted{
		event: f.Get("event"), text: strings.TrimSpace(f.Get("text")), choice: f.Get("choice"),
		flow: f.Get("flow"), typed: f.Has("typed"), lang: i18n.Lang(f.Get("lang")),
	}
	if ticked := f["several"]; len(ticked) > 0 {
		q.choice = strings.Join(ticked, ",")
	}
	if s := f.Get("asked"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return q, bad("bad_asked", "asked must be a whole number")
		}
		q.asked = n
	}
	if err := checkID("event", q.event); err != nil {
		return q, err
	}
	return q, checkAnswer(&q.text, q.choice, q.flow)
}

// answer serves POST /t/{tenant}/book.
func (w *Web) answer(rw http.ResponseWriter, r *http.Request) {
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
	if q.lang != "" && !offers(p.Site.Languages, q.lang) {
		w.refuse(rw, r, bad("unknown_lang", "lang must be one of the tenant's languages"))
		return
	}
	if q.lang != "" {
		w.prefer(rw, langCookie, string(q.lang))
	}
	user := w.session(r, p.Tenant)
	if user == "" { // the session ended with the browser; begin again
		seeOther(rw, r, p.Base+"/book")
		return
	}
	if q.typed && q.text == "" && q.choice == "" {
		reply, err := w.Transcript.Latest(r.Context(), p.Tenant, ChannelPlain, user)
		if err != nil {
			w.refuse(rw, r, err)
			return
		}
		w.question(rw, r, http.StatusUnprocessableEntity, p, reply, "web.book.empty")
		return
	}
	w.plainTurn(rw, r, p, user, q)
}

// start serves POST /t/{tenant}/book/start: a procedure from the start page, or
// a free time from the vacancy calendar.
func (w *Web) start(rw http.ResponseWriter, r *http.Request) {
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
	if !slices.ContainsFunc(p.Site.Procedures, func(f Procedure) bool { return f.Flow == q.flow }) {
		w.refuse(rw, r, bad("unknown_flow", "there is no such flow"))
		return
	}
	user := w.session(r, p.Tenant)
	if user == "" {
		user = w.begin(rw, p.Tenant)
	}
	w.dropLetter(rw, r, p)
	q.lang = p.Lang
	if q.choice != "" {
		q.with, q.choice = fromCalendar(q.choice), ""
	} else if code := linkCode(r.PostForm.Get("code")); code != "" {
		q.with = map[string]string{"code": code}
	}
	w.plainTurn(rw, r, p, user, q)
}

// plainTurn performs a turn and sends the browser to the next question.
func (w *Web) plainTurn(rw http.ResponseWriter, r *http.Request, p *page, user string, q posted) {
	if !w.users.Allow(p.Tenant + "\x00" + user) {
		w.refuse(rw, r, tooMany)
		return
	}
	reply, err := w.Engine.Turn(r.Context(), bot.Inbound{
		Tenant: p.Tenant, Channel: ChannelPlain, User: user, Event: q.event,
		Text: q.text, Choice: q.choice, Photo: q.photo, Asked: q.asked,
		Lang: q.lang, Hint: p.Lang, Flow: q.flow, With: q.with, Address: w.Gate.Client(r),
	})
	if err != nil {
		w.refuse(rw, r, w.turnError(err))
		return
	}
	if reply.Lang != "" && reply.Lang != p.Lang && offers(p.Site.Languages, reply.Lang) {
		w.prefer(rw, langCookie, string(reply.Lang)) // the resident asked for it in words
	}
	seeOther(rw, r, p.Base+"/book")
}

// leave serves POST /t/{tenant}/book/leave: a lent or shared machine forgets.
func (w *Web) leave(rw http.ResponseWriter, r *http.Request) {
	p, err := w.open(rw, r, "book")
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	w.forget(rw, p.Tenant)
	w.dropLetter(rw, r, p)
	seeOther(rw, r, p.Base+"/")
}

func seeOther(rw http.ResponseWriter, r *http.Request, to string) {
	http.Redirect(rw, r, to, http.StatusSeeOther)
}

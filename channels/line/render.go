package line

import (
	"encoding/json"
	"strings"
	"time"

	"madoguchi/bot"
	"madoguchi/i18n"
)

// Renderer turns messages of the dialog into LINE messages within LINE's
// limits. It never fails: what does not fit a card becomes text, what does not
// fit a text becomes several.
type Renderer struct {
	Texts Texts
	Now   func() time.Time
	// Own gives a tenant's texts in its own words; nil: all have Texts.
	Own func(tenant string) Texts
}

// of is the renderer in a tenant's words.
func (r *Renderer) of(tenant string) *Renderer {
	if r.Own == nil {
		return r
	}
	return &Renderer{Texts: r.Own(tenant), Now: r.Now}
}

// Render returns the calls that bring d to the user, each of 1 to 5 messages, in
// order. Quick replies stand on the very last message, the only place where LINE
// shows them. The same delivery always renders to the same calls.
func (r *Renderer) Render(ch *Channel, d Delivery) [][]Message {
	r = r.of(ch.Tenant)
	var out []Message
	open := -1 // the message whose choices can be answered now
	for i, m := range d.Messages {
		if m.From == bot.FromResident {
			continue
		}
		out = append(out, r.message(ch, d, m)...)
		if m.Secure {
			open = -1
		} else if len(m.Choices) > 0 {
			open = i
		}
	}
	if len(out) == 0 {
		return nil
	}
	var quick *QuickReply
	if open >= 0 {
		choices, numbers := r.quickChoices(d.Messages[open])
		quick = r.quick(ch, d, choices, numbers, 0)
	} else if p := r.picker(ch, d); p != nil && !secure(d.Messages) {
		quick = &QuickReply{Items: []QuickItem{{Type: "action", Action: p}}}
	}
	out[len(out)-1].QuickReply = quick
	return calls(out)
}

func secure(messages []bot.Message) bool {
	for _, m := range messages {
		if m.Secure {
			return true
		}
	}
	return false
}

// calls packs messages into calls of at most five, joining neighbouring texts
// where that saves a call: further calls cost pushes.
func calls(out []Message) [][]Message {
	for i := 0; len(out) > maxMessages && i+1 < len(out); {
		a, b := &out[i], out[i+1]
		if a.Type != "text" || b.Type != "text" || length(a.Text)+2+length(b.Text) > maxText {
			i++
			continue
		}
		a.Text += "\n\n" + b.Text
		a.QuickReply = b.QuickReply
		out = append(out[:i+1], out[i+2:]...)
	}
	var packed [][]Message
	for len(out) > maxMessages {
		packed = append(packed, out[:maxMessages])
		out = out[maxMessages:]
	}
	return append(packed, out)
}

// message renders one message, without quick replies.
func (r *Renderer) message(ch *Channel, d Delivery, m bot.Message) []Message {
	if m.Secure {
		// Personal answers are not typed into LINE: the question goes out with a
		// link to our own page, and nothing that could answer it here.
		m.Choices, m.Items, m.Kind = nil, nil, bot.KindText
	}
	lead := sentences(r.lead(d, m), maxText)
	switch {
	case m.Kind == bot.KindSummary && len(m.Items) > 0:
		return r.carded(d, m, lead, true, r.summary(ch, d, m))
	case m.Kind == bot.KindPapers && len(m.Lines) > 0:
		return append(r.carded(d, m, lead, true, r.papers(d, m)), texts(list(m.Choices))...)
	case m.Kind == bot.KindPlan && m.Plan != nil:
		if cards := r.plan(m); len(cards) > 0 {
			// The text holds the key, which can be copied.
			return append(r.carded(d, m, lead, false, cards...), texts(list(m.Choices))...)
		}
	case m.Kind == bot.KindBooking && m.Booking != nil:
		// The text stays a text, which can be copied and searched for: it holds
		// the key.
		return append(r.carded(d, m, lead, false, r.booking(ch, d, *m.Booking)), texts(list(m.Choices))...)
	case m.Kind == bot.KindOffers && offering(m.Choices):
		lead = sentences(strings.TrimSpace(r.lead(d, m)+"\n\n"+waysOut(m.Choices)), maxText)
		return r.carded(d, m, lead, false, r.offers(ch, d, m)...)
	case m.Link != nil && linkable(m.Link.URL):
		return r.carded(d, m, sentences(r.written(d, m), maxText), true, r.link(m))
	}
	return texts(r.written(d, m))
}

// maxLead is the longest text that stands inside a card.
const maxLead = 1000

// carded puts cards after their lead text: inside the first card if inside is
// true and the lead short, else as texts before it. If a card is larger than
// LINE takes, everything becomes text.
func (r *Renderer) carded(d Delivery, m bot.Message, lead []string, inside bool, cards ...*component) []Message {
	var out []Message
	if inside && len(lead) == 1 && length(lead[0]) <= maxLead {
		body := cards[0].Body
		body.Contents = append([]*component{paragraph(lead[0])}, body.Contents...)
	} else {
		for _, s := range lead {
			out = append(out, textMessage(s))
		}
	}
	if body := cards[0].Body; body != nil && len(body.Contents) == 0 {
		// A link whose text was too long for its card, or empty.
		body.Contents = append(body.Contents, paragraph("…"))
	}
	alt := orSpace(clip(r.written(d, m), maxAltText), "…")
	for _, card := range cards {
		if !fits(card) {
			return texts(r.written(d, m))
		}
		out = append(out, Message{Type: "flex", AltText: alt, Contents: card})
	}
	return out
}

// fits reports whether LINE takes the card.
func fits(card *component) bool {
	b, err := json.Marshal(card)
	if err != nil {
		return false
	}
	if card.Type != "carousel" {
		return len(b) <= maxBubbleJSON
	}
	return len(b) <= maxFlexJSON && len(card.Contents) <= maxBubbles
}

// texts makes text messages of s.
func texts(s string) []Message {
	var out []Message
	for _, piece := range sentences(s, maxText) {
		out = append(out, textMessage(piece))
	}
	return out
}

// lead is what of m's text must be said beside its card: lines that repeat the
// card's own content are left out.
func (r *Renderer) lead(d Delivery, m bot.Message) string {
	shown := func(string) bool { return false }
	switch m.Kind {
	case bot.KindSummary:
		shown = func(line string) bool {
			for _, it := range m.Items {
				if label, value := plain(it.Label), plain(it.Value); label != "" && value != "" &&
					strings.Contains(line, label) && strings.Contains(line, value) {
					return true
				}
			}
			return false
		}
	case bot.KindPapers:
		shown = func(line string) bool {
			for _, l := range m.Lines {
				if l = plain(l); l != "" && strings.Contains(line, l) {
					return true
				}
			}
			return false
		}
	case bot.KindOffers:
		shown = func(line string) bool {
			for _, c := range m.Choices {
				if label := plain(c.Label); label != "" && line == label {
					return true
				}
			}
			return false
		}
	}
	var kept []string
	for line := range strings.SplitSeq(r.said(d, m), "\n") {
		if !shown(line) {
			kept = append(kept, line)
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

// said is m's text, with the speaker where it is not the bot.
func (r *Renderer) said(d Delivery, m bot.Message) string {
	s := plain(m.Text)
	if m.From == bot.FromStaff {
		s = plain(r.Texts(d.lang(), "line.staff")) + "\n" + s
	}
	return s
}

// written is everything m says as one text: for phones that read it aloud, for
// notifications, for LINE on a PC, and for whatever does not fit a card. The
// choices are numbered, and the engine understands a typed number.
func (r *Renderer) written(d Delivery, m bot.Message) string {
	var b strings.Builder
	b.WriteString(r.said(d, m))
	has := func(s string) bool { return s == "" || strings.Contains(b.String(), s) }
	line := func(s string) {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s)
	}
	for _, it := range m.Items {
		if value := plain(it.Value); !has(value) || !has(plain(it.Label)) {
			line(plain(it.Label) + " " + value)
		}
	}
	for _, l := range m.Lines {
		if l = plain(l); !has(l) {
			line("・" + l)
		}
	}
	if m.Plan != nil {
		for _, l := range m.Plan.Lines() {
			line(plain(l))
		}
	}
	if k := m.Booking; k != nil {
		for _, s := range []string{k.When, k.Name, k.Place, k.Key} {
			if s = plain(s); !has(s) {
				line(s)
			}
		}
	}
	if choices := list(m.Choices); choices != "" {
		line("\n" + choices)
	}
	if k := m.Booking; k != nil && len(k.Actions) > 0 {
		for _, c := range k.Actions {
			line("・" + plain(c.Label))
		}
	}
	if m.Link != nil && !linkable(m.Link.URL) && m.Link.Label != "" {
		line(plain(m.Link.Label))
	}
	return strings.TrimSpace(b.String())
}

// list is the choices as numbered lines, under their days.
func list(choices []bot.Choice) string {
	var b strings.Builder
	day := ""
	ordered, numbers := numbered(choices)
	for i, c := range ordered {
		if heading := plain(c.Day); heading != day && !c.Quiet {
			day = heading
			b.WriteString(day + "\n")
		}
		b.WriteString(itoa(numbers[i]) + ". " + plain(c.Label) + "\n")
	}
	return strings.TrimSpace(b.String())
}

// waysOut is the quiet choices as lines without numbers, for where the answers
// stand in cards: on a PC they have no button, and can be typed as they stand.
func waysOut(choices []bot.Choice) string {
	var b strings.Builder
	for _, c := range choices {
		if c.Quiet {
			b.WriteString("・" + plain(c.Label) + "\n")
		}
	}
	return strings.TrimSpace(b.String())
}

// offering reports whether there is any answer among the choices.
func offering(choices []bot.Choice) bool {
	for _, c := range choices {
		if !c.Quiet {
			return true
		}
	}
	return false
}

// numbered puts the ways out after the answers; each keeps the number of its
// place among all choices, from 1, which is what the engine takes a typed number
// for.
func numbered(choices []bot.Choice) (ordered []bot.Choice, numbers []int) {
	for _, quiet := range []bool{false, true} {
		for i, c := range choices {
			if c.Quiet == quiet {
				ordered, numbers = append(ordered, c), append(numbers, i+1)
			}
		}
	}
	return ordered, numbers
}

// quickChoices are the choices of m that get a quick reply: all but those that
// already have a button in a card.
func (r *Renderer) quickChoices(m bot.Message) ([]bot.Choice, []int) {
	ordered, numbers := numbered(m.Choices)
	if m.Kind != bot.KindOffers {
		return ordered, numbers
	}
	var kept []bot.Choice
	var at []int
	for i, c := range ordered {
		if c.Quiet {
			kept, at = append(kept, c), append(at, numbers[i])
		}
	}
	return kept, at
}

// linkable reports whether LINE and we let a button open the address.
func linkable(url string) bool {
	return length(url) <= maxURI && (strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")) &&
		!strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' || r == '\\' || r == '<' || r == '>' })
}

// Keys are the texts the channel takes from the catalogs.
var Keys = []string{
	"line.booked", "line.cancelled", "line.changed", "line.correct", "line.correct-item", "line.first-page",
	"line.group", "line.key", "line.more", "line.more-below", "line.no-show", "line.papers",
	"line.persons", "line.persons-count", "line.pick-date", "line.place", "line.receipt", "line.service",
	"line.staff", "line.summary", "line.times", "line.visited", "line.when",
}

// text is one of them.
func (r *Renderer) text(d Delivery, key string, args ...i18n.Arg) string {
	return plain(r.Texts(d.lang(), key, args...))
}

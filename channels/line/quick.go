package line

import (
	"strconv"

	"madoguchi/bot"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Message is a text or flex message as the Messaging API takes it. The SDK's own
// types send every zero value of a Flex component, so the channel writes its
// JSON itself and uses the SDK for the calls.
type Message struct {
	Type       string      `json:"type"`
	Text       string      `json:"text,omitempty"`
	AltText    string      `json:"altText,omitempty"`
	Contents   *component  `json:"contents,omitempty"`
	QuickReply *QuickReply `json:"quickReply,omitempty"`
}

// GetType makes Message one of the SDK's messages.
func (m *Message) GetType() string { return m.Type }

// QuickReply is the row of buttons above the keyboard. LINE shows that of the
// last message only, and not at all on a PC.
type QuickReply struct {
	Items []QuickItem `json:"items"`
}

// QuickItem is one of its buttons.
type QuickItem struct {
	Type   string  `json:"type"` // "action"
	Action *action `json:"action"`
}

// action is what a button does.
type action struct {
	Type        string `json:"type"`
	Label       string `json:"label"`
	Data        string `json:"data,omitempty"`
	DisplayText string `json:"displayText,omitempty"`
	Text        string `json:"text,omitempty"`
	URI         string `json:"uri,omitempty"`
	Mode        string `json:"mode,omitempty"`
	Min         string `json:"min,omitempty"`
	Max         string `json:"max,omitempty"`
}

func textMessage(s string) Message { return Message{Type: "text", Text: s} }

// choose is the button that gives choice c. label is its shortened label; number
// its place in the numbered list, by which it is typed if its value is too long
// for postback data (0: it has none).
func (r *Renderer) choose(ch *Channel, d Delivery, c bot.Choice, label string, number int) *action {
	full := plain(c.Label)
	data := press{kind: pressChoice, conversation: d.Conversation, asked: d.Asked, value: c.Value}.seal(ch, d.User)
	if length(data) > maxData {
		text := clip(full, maxData)
		if number > 0 {
			text = itoa(number)
		}
		return &action{Type: "message", Label: label, Text: orSpace(text, label)}
	}
	return &action{Type: "postback", Label: label, Data: data, DisplayText: orSpace(clip(full, maxData), label)}
}

// orSpace returns s, or instead if s is empty: LINE refuses empty texts.
func orSpace(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

// quick is the page-th page of quick replies for the choices. numbers are their
// places in the numbered list.
func (r *Renderer) quick(ch *Channel, d Delivery, choices []bot.Choice, numbers []int, page int) *QuickReply {
	short := labels(names(choices), maxLabel)
	items := make([]QuickItem, 0, maxQuick)
	add := func(a *action) { items = append(items, QuickItem{Type: "action", Action: a}) }

	picker := r.picker(ch, d)
	room := maxQuick
	if picker != nil {
		room--
	}
	first, last := 0, len(choices)
	if last > room {
		room-- // the button for the next page
		pages := (last + room - 1) / room
		page %= pages
		first, last = page*room, min((page+1)*room, last)
	}
	for i := first; i < last; i++ {
		add(r.choose(ch, d, choices[i], short[i], numbers[i]))
	}
	if picker != nil {
		add(picker)
	}
	if last < len(choices) || first > 0 {
		key, next := "line.more", page+1
		if last == len(choices) {
			key, next = "line.first-page", 0
		}
		label := clip(plain(r.Texts(d.lang(), key)), maxLabel)
		data := press{kind: pressPage, conversation: d.Conversation, asked: d.Asked, value: itoa(next)}.seal(ch, d.User)
		add(&action{Type: "postback", Label: label, Data: data, DisplayText: label})
	}
	if len(items) == 0 {
		return nil
	}
	return &QuickReply{Items: items}
}

// picker is the button of the platform's date picker, for questions whose answer
// is a day to come. LINE's picker knows no time zone; a date alone needs none.
func (r *Renderer) picker(ch *Channel, d Delivery) *action {
	if d.Expects == nil || (d.Expects.Type != "date" && d.Expects.Type != "slot") {
		return nil
	}
	data := press{kind: pressDate, conversation: d.Conversation, asked: d.Asked}.seal(ch, d.User)
	if length(data) > maxData {
		return nil
	}
	a := &action{Type: "datetimepicker", Label: clip(plain(r.Texts(d.lang(), "line.pick-date")), maxLabel), Data: data, Mode: "date"}
	if d.Expects.Type == "slot" {
		// From the first try on, so that every try of a delivery has one body (LO4).
		from := d.FirstTry
		if from.IsZero() {
			from = r.Now()
		}
		today := civil.In(from).Date
		a.Min, a.Max = today.String(), today.AddDays(slotDays).String()
	}
	return a
}

// slotDays is how far ahead the picker offers days for a visit. The engine says
// no to a day outside the booking window.
const slotDays = 90

// Page is the answer to the "more" button: the question's choices from there on.
func (r *Renderer) Page(ch *Channel, d Delivery, page int) []Message {
	r = r.of(ch.Tenant)
	if len(d.Messages) != 1 || d.Messages[0].Secure {
		return nil
	}
	choices, numbers := r.quickChoices(d.Messages[0])
	q := r.quick(ch, d, choices, numbers, page)
	if q == nil {
		return nil
	}
	m := textMessage(clip(plain(r.Texts(d.lang(), "line.more-below")), maxText))
	m.QuickReply = q
	return []Message{m}
}

// lang is d's language, Japanese if it has none yet.
func (d Delivery) lang() i18n.Lang {
	if d.Lang == "" {
		return i18n.Japanese
	}
	return d.Lang
}

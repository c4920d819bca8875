package line

import (
	"strings"

	"madoguchi/bot"
	"madoguchi/i18n"
)

// component is a Flex container or component; only what is set is sent.
type component struct {
	Type     string       `json:"type"`
	Size     string       `json:"size,omitempty"`
	Header   *component   `json:"header,omitempty"`
	Body     *component   `json:"body,omitempty"`
	Footer   *component   `json:"footer,omitempty"`
	Layout   string       `json:"layout,omitempty"`
	Contents []*component `json:"contents,omitempty"`

	Text       string  `json:"text,omitempty"`
	Weight     string  `json:"weight,omitempty"`
	Color      string  `json:"color,omitempty"`
	Wrap       bool    `json:"wrap,omitempty"`
	Style      string  `json:"style,omitempty"`
	Height     string  `json:"height,omitempty"`
	AdjustMode string  `json:"adjustMode,omitempty"`
	Gravity    string  `json:"gravity,omitempty"`
	Action     *action `json:"action,omitempty"`

	Flex            *int   `json:"flex,omitempty"`
	Margin          string `json:"margin,omitempty"`
	Spacing         string `json:"spacing,omitempty"`
	PaddingAll      string `json:"paddingAll,omitempty"`
	BackgroundColor string `json:"backgroundColor,omitempty"`
	CornerRadius    string `json:"cornerRadius,omitempty"`
}

// The colours of the cards. Each text colour has a contrast of at least 4.5 to
// the ground it stands on (JIS X 8341-3, AA).
const (
	white = "#FFFFFF"
	ink   = "#1A1A1A" // text on white and on pale
	grey  = "#595959" // labels on white
	navy  = "#0B3D6E" // headings; buttons
	green = "#1B5E20" // booked
	brown = "#7A3E00" // changed
	slate = "#4A4A4A" // cancelled, past
	pale  = "#E8EEF5" // second buttons
)

func vertical(contents ...*component) *component {
	return &component{Type: "box", Layout: "vertical", Contents: contents}
}

func horizontal(contents ...*component) *component {
	return &component{Type: "box", Layout: "horizontal", Contents: contents}
}

func label(s, size, color string) *component {
	return &component{Type: "text", Text: orSpace(s, "—"), Size: size, Color: color, Wrap: true}
}

func bold(s, size, color string) *component {
	c := label(s, size, color)
	c.Weight = "bold"
	return c
}

func paragraph(s string) *component { return label(s, "md", ink) }

func line() *component { return &component{Type: "separator", Margin: "md"} }

// button is a full-height button. A first button is filled with colour, others
// are pale; LINE chooses the text colour: white on primary, dark on secondary.
func button(a *action, first bool) *component {
	b := &component{Type: "button", Style: "secondary", Color: pale, Height: "md", AdjustMode: "shrink-to-fit", Action: a}
	if first {
		b.Style, b.Color = "primary", navy
	}
	return b
}

// card is a bubble with a coloured heading.
func card(title, ground, size string) *component {
	header := vertical(bold(title, "lg", white))
	header.BackgroundColor, header.PaddingAll = ground, "lg"
	body := vertical()
	body.Spacing, body.PaddingAll = "md", "lg"
	return &component{Type: "bubble", Size: size, Header: header, Body: body}
}

// fact is a label with its value under it.
func fact(name, value, size string) *component {
	f := vertical(label(name, "sm", grey), bold(value, size, ink))
	f.Spacing = "xs"
	return f
}

// footer is a bubble's buttons, one below the other.
func footer(buttons []*component) *component {
	if len(buttons) == 0 {
		return nil
	}
	f := vertical(buttons...)
	f.Spacing, f.PaddingAll = "sm", "lg"
	return f
}

func flex(n int) *int { return &n }

// summary is the read-back: each item with a button that corrects it, and the
// answers below.
func (r *Renderer) summary(ch *Channel, d Delivery, m bot.Message) *component {
	c := card(r.text(d, "line.summary"), navy, "mega")
	correct := clip(r.text(d, "line.correct"), maxFlexLabel)
	for i, it := range m.Items {
		if i > 0 {
			c.Body.Contents = append(c.Body.Contents, line())
		}
		name := plain(it.Label)
		row := fact(name, plain(it.Value), "md")
		if it.Correct == "" {
			c.Body.Contents = append(c.Body.Contents, row)
			continue
		}
		row.Flex = flex(5)
		a := r.choose(ch, d, bot.Choice{Value: it.Correct, Label: r.Texts(d.lang(), "line.correct-item", i18n.Arg{Name: "item", Value: name})}, correct, 0)
		b := &component{Type: "button", Style: "secondary", Color: pale, Height: "sm", AdjustMode: "shrink-to-fit",
			Gravity: "center", Flex: flex(2), Action: a}
		c.Body.Contents = append(c.Body.Contents, horizontal(row, b))
	}
	c.Footer = footer(r.buttons(ch, d, m.Choices))
	return c
}

// buttons are the choices as buttons of a card: answers first, the ways out
// after them and lighter.
func (r *Renderer) buttons(ch *Channel, d Delivery, choices []bot.Choice) []*component {
	ordered, numbers := numbered(choices)
	short := labels(names(ordered), maxFlexLabel)
	var list []*component
	for i, c := range ordered {
		b := button(r.choose(ch, d, c, short[i], numbers[i]), len(list) == 0)
		if c.Quiet {
			b.Style, b.Color, b.Height = "link", navy, "sm"
		}
		list = append(list, b)
	}
	return list
}

// papers is a checklist of things to bring.
func (r *Renderer) papers(d Delivery, m bot.Message) *component {
	c := card(r.text(d, "line.papers"), navy, "mega")
	for _, l := range m.Lines {
		box := label("□", "md", navy)
		box.Flex = flex(0)
		text := paragraph(plain(l))
		text.Flex = flex(1)
		row := horizontal(box, text)
		row.Spacing = "md"
		c.Body.Contents = append(c.Body.Contents, row)
	}
	if m.Link != nil && linkable(m.Link.URL) {
		c.Footer = footer([]*component{button(r.opens(m.Link), true)})
	}
	return c
}

// link is a text with a button that opens a page. The address stands nowhere in
// the chat: a preview robot that fetched it would use up a one-time link.
func (r *Renderer) link(m bot.Message) *component {
	body := vertical()
	body.Spacing, body.PaddingAll = "md", "lg"
	return &component{Type: "bubble", Size: "mega", Body: body,
		Footer: footer([]*component{button(r.opens(m.Link), true)})}
}

func (r *Renderer) opens(l *bot.Link) *action {
	label := labels([]string{l.Label}, maxFlexLabel)[0]
	return &action{Type: "uri", Label: label, URI: l.URL}
}

// booking is the receipt: what a resident shows at the counter.
func (r *Renderer) booking(ch *Channel, d Delivery, b bot.Booking) *component {
	title, ground := r.status(d, b.Status)
	c := card(title, ground, "mega")
	add := func(f *component) { c.Body.Contents = append(c.Body.Contents, f) }
	if s := plain(b.Title); s != "" {
		add(fact(r.text(d, "line.service"), s, "md"))
	}
	add(fact(r.text(d, "line.when"), plain(orSpace(b.When, strings.Replace(b.Start, "T", " ", 1))), "xl"))
	add(fact(r.text(d, "line.place"), plain(orSpace(b.Name, b.Counter)), "lg"))
	if s := plain(b.Place); s != "" {
		add(label(s, "sm", grey))
	}
	if b.Persons > 1 {
		add(fact(r.text(d, "line.persons"), r.text(d, "line.persons-count", i18n.Arg{Name: "count", Value: b.Persons}), "md"))
	}
	if b.Receipt > 0 {
		add(line())
		add(fact(r.text(d, "line.receipt"), itoa(b.Receipt), "3xl"))
	}
	if s := plain(b.Key); s != "" {
		add(fact(r.text(d, "line.key"), s, "xl"))
	}
	var list []*component
	// The buttons outlive the question of the moment: they belong to none.
	d.Asked = 0
	for i, name := range labels(names(b.Actions), maxFlexLabel) {
		list = append(list, button(r.choose(ch, d, b.Actions[i], name, 0), i == 0))
	}
	c.Footer = footer(list)
	return c
}

func names(choices []bot.Choice) []string {
	list := make([]string, len(choices))
	for i, c := range choices {
		list[i] = c.Label
	}
	return list
}

// status is the heading of a receipt and its colour.
func (r *Renderer) status(d Delivery, status string) (title, ground string) {
	switch status {
	case "changed":
		return r.text(d, "line.changed"), brown
	case "cancelled":
		return r.text(d, "line.cancelled"), slate
	case "visited":
		return r.text(d, "line.visited"), slate
	case "no-show":
		return r.text(d, "line.no-show"), slate
	}
	return r.text(d, "line.booked"), green
}

// The times of one bubble, and the length up to which two share a row.
const (
	maxTimes   = 10
	shortLabel = 12
)

// offers are the free times: a bubble for each day, swiped sideways, with a
// button for each time. More days than one carousel holds go on in the next.
func (r *Renderer) offers(ch *Channel, d Delivery, m bot.Message) []*component {
	var days []*component
	var times [][]*component
	day := ""
	for i, c := range m.Choices {
		if c.Quiet {
			continue
		}
		last := len(days) - 1
		if last < 0 || c.Day != day || len(times[last]) == maxTimes {
			day = c.Day
			title := plain(day)
			if title == "" {
				title = r.text(d, "line.times")
			}
			days = append(days, card(title, navy, "kilo"))
			times = append(times, nil)
			last++
		}
		name := clip(orSpace(plain(c.Label), itoa(i+1)), maxFlexLabel)
		spoken := c
		if heading := plain(c.Day); heading != "" && !strings.Contains(plain(c.Label), heading) {
			spoken.Label = c.Day + " " + c.Label
		}
		times[last] = append(times[last], button(r.choose(ch, d, spoken, name, i+1), false))
	}
	for i, bubble := range days {
		bubble.Body.Contents = rows(times[i])
		bubble.Body.Spacing = "sm"
	}
	if len(days) == 1 {
		days[0].Size = "mega"
	}
	return carousels(days)
}

// carousels packs bubbles into as few carousels as hold them; a single bubble
// stands alone.
func carousels(days []*component) []*component {
	if len(days) == 1 {
		return days
	}
	var carousels []*component
	for len(days) > 0 {
		// The last try is a carousel of one bubble, a tenth of the limit.
		n := min(len(days), maxBubbles)
		carousel := &component{Type: "carousel", Contents: days[:n]}
		for n > 1 && !fits(carousel) {
			n--
			carousel.Contents = days[:n]
		}
		carousels = append(carousels, carousel)
		days = days[n:]
	}
	return carousels
}

// maxTasks is how many tasks stand in one bubble, so that it can be read without
// getting lost, and stays within LINE's bytes.
const maxTasks = 4

// plan is a personal task list: a bubble or more for each stage, swiped sideways.
func (r *Renderer) plan(m bot.Message) []*component {
	p := m.Plan
	var bubbles []*component
	for _, g := range p.Groups {
		for i, t := range g.Tasks {
			if i%maxTasks == 0 {
				bubbles = append(bubbles, card(plain(g.Title), navy, "mega"))
			} else {
				body := bubbles[len(bubbles)-1].Body
				body.Contents = append(body.Contents, line())
			}
			body := bubbles[len(bubbles)-1].Body
			body.Contents = append(body.Contents, todo(p, t))
		}
	}
	if len(bubbles) > 0 && m.Link != nil && linkable(m.Link.URL) {
		bubbles[len(bubbles)-1].Footer = footer([]*component{button(r.opens(m.Link), true)})
	}
	return carousels(bubbles)
}

// todo is one thing to see to: what and when, then the rest.
func todo(p *bot.Plan, t bot.PlanTask) *component {
	box := vertical()
	box.Spacing = "sm"
	add := func(c *component) {
		if strings.TrimSpace(c.Text) != "" { // LINE refuses an empty text
			box.Contents = append(box.Contents, c)
		}
	}
	add(bold(plain(t.Title), "md", ink))
	add(bold(plain(t.When), "sm", navy))
	for _, f := range t.Facts {
		add(label(plain(f.Label)+"　"+plain(f.Value), "sm", ink))
	}
	if len(t.Bring) > 0 {
		add(label(plain(p.Bring), "sm", grey))
	}
	for _, b := range t.Bring {
		add(label("□ "+plain(b), "sm", ink))
	}
	for _, n := range t.Notes {
		add(label(plain(n), "sm", grey))
	}
	return box
}

// rows puts two short buttons side by side, so that a day fits a screen; each
// stays as high as a thumb.
func rows(buttons []*component) []*component {
	for _, b := range buttons {
		if length(b.Action.Label) > shortLabel {
			return buttons
		}
	}
	var list []*component
	for i := 0; i < len(buttons); i += 2 {
		row := horizontal(buttons[i:min(i+2, len(buttons))]...)
		row.Spacing = "sm"
		list = append(list, row)
	}
	return list
}

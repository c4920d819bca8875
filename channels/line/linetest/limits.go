package linetest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

var uuidShape = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// Check returns what LINE would refuse about the messages of one call. Lengths
// are UTF-16 code units.
func Check(messages []map[string]any) []detail {
	var c checker
	if n := len(messages); n < 1 || n > 5 {
		c.bad("messages", "Size must be between 1 and 5")
	}
	for i, m := range messages {
		c.message(fmt.Sprintf("messages[%d]", i), m)
	}
	return c.found
}

type checker struct{ found []detail }

func (c *checker) bad(property, message string) {
	c.found = append(c.found, detail{Message: message, Property: property})
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// text checks a string property; min 0 makes it optional.
func (c *checker) text(at string, m map[string]any, name string, min, max int) string {
	v, present := m[name]
	s, ok := v.(string)
	switch {
	case !present && min == 0:
		return ""
	case !present:
		c.bad(at+"."+name, "must be specified")
	case !ok:
		c.bad(at+"."+name, "must be a string")
	case !utf8.ValidString(s):
		c.bad(at+"."+name, "invalid text")
	case units(s) < min || min > 0 && strings.TrimSpace(s) == "":
		c.bad(at+"."+name, "May not be empty")
	case units(s) > max:
		c.bad(at+"."+name, fmt.Sprintf("Length must be between %d and %d", min, max))
	}
	return s
}

func (c *checker) list(at string, m map[string]any, name string, min, max int) []map[string]any {
	raw, _ := m[name].([]any)
	if len(raw) < min || len(raw) > max {
		c.bad(at+"."+name, fmt.Sprintf("Size must be between %d and %d", min, max))
	}
	var list []map[string]any
	for i, v := range raw {
		o, ok := v.(map[string]any)
		if !ok {
			c.bad(fmt.Sprintf("%s.%s[%d]", at, name, i), "must be an object")
			continue
		}
		list = append(list, o)
	}
	return list
}

func (c *checker) message(at string, m map[string]any) {
	switch m["type"] {
	case "text":
		c.text(at, m, "text", 1, 5000)
		c.list(at, m, "emojis", 0, 20)
	case "flex":
		c.text(at, m, "altText", 1, 1500)
		contents, ok := m["contents"].(map[string]any)
		if !ok {
			c.bad(at+".contents", "must be specified")
			break
		}
		c.container(at+".contents", contents)
	case "template":
		c.text(at, m, "altText", 1, 1500)
		template, ok := m["template"].(map[string]any)
		if !ok {
			c.bad(at+".template", "must be specified")
			break
		}
		c.template(at+".template", template)
	case "sticker", "image", "video", "audio", "location", "imagemap", "textV2":
	default:
		c.bad(at+".type", "unknown message type")
	}
	if sender, ok := m["sender"].(map[string]any); ok {
		c.text(at+".sender", sender, "name", 0, 20)
		c.text(at+".sender", sender, "iconUrl", 0, 2000)
	}
	if q, present := m["quickReply"]; present {
		quick, _ := q.(map[string]any)
		for i, item := range c.list(at+".quickReply", quick, "items", 1, 13) {
			here := fmt.Sprintf("%s.quickReply.items[%d]", at, i)
			if item["type"] != "action" {
				c.bad(here+".type", "must be \"action\"")
			}
			c.action(here, item, 20, true)
		}
	}
}

// action checks the action of an object: labels up to max units.
func (c *checker) action(at string, holder map[string]any, max int, labelled bool) {
	a, ok := holder["action"].(map[string]any)
	if !ok {
		c.bad(at+".action", "must be specified")
		return
	}
	c.act(at+".action", a, max, labelled)
}

func (c *checker) act(at string, a map[string]any, max int, labelled bool) {
	min := 0
	if labelled {
		min = 1
	}
	c.text(at, a, "label", min, max)
	switch a["type"] {
	case "postback":
		c.text(at, a, "data", 1, 300)
		c.text(at, a, "displayText", 0, 300)
		c.text(at, a, "fillInText", 0, 300)
		if v, present := a["displayText"]; present && v == "" {
			c.bad(at+".displayText", "May not be empty")
		}
	case "message":
		c.text(at, a, "text", 1, 300)
	case "uri":
		uri := c.text(at, a, "uri", 1, 1000)
		scheme, _, _ := strings.Cut(uri, ":")
		if scheme != "http" && scheme != "https" && scheme != "line" && scheme != "tel" {
			c.bad(at+".uri", "invalid uri scheme")
		}
		if strings.ContainsAny(uri, " \n<>\"") {
			c.bad(at+".uri", "invalid uri")
		}
	case "datetimepicker":
		c.text(at, a, "data", 1, 300)
		c.picker(at, a)
	case "richmenuswitch":
		c.text(at, a, "richMenuAliasId", 1, 32)
		c.text(at, a, "data", 1, 300)
	case "clipboard":
		c.text(at, a, "clipboardText", 1, 1000)
	case "camera", "cameraRoll", "location":
	default:
		c.bad(at+".type", "unknown action type")
	}
}

func (c *checker) picker(at string, a map[string]any) {
	layout := map[any]string{"date": time.DateOnly, "time": "15:04", "datetime": "2006-01-02T15:04"}[a["mode"]]
	if layout == "" {
		c.bad(at+".mode", "invalid mode")
		return
	}
	var bound [3]time.Time
	for i, name := range []string{"min", "initial", "max"} {
		v, present := a[name]
		if !present {
			continue
		}
		s, _ := v.(string)
		t, err := time.Parse(layout, s)
		if err != nil {
			c.bad(at+"."+name, "invalid format")
			return
		}
		bound[i] = t
	}
	if !bound[0].IsZero() && !bound[2].IsZero() && !bound[0].Before(bound[2]) {
		c.bad(at+".min", "must be before max")
	}
}

func (c *checker) template(at string, t map[string]any) {
	heading := func(at string, o map[string]any, long, short int) {
		c.text(at, o, "title", 0, 40)
		limit := long
		if o["title"] != nil || o["thumbnailImageUrl"] != nil {
			limit = short
		}
		c.text(at, o, "text", 1, limit)
	}
	actions := func(at string, o map[string]any, min, max int) int {
		list := c.list(at, o, "actions", min, max)
		for i, a := range list {
			c.act(fmt.Sprintf("%s.actions[%d]", at, i), a, 20, true)
		}
		return len(list)
	}
	switch t["type"] {
	case "buttons":
		heading(at, t, 160, 60)
		actions(at, t, 1, 4)
	case "confirm":
		c.text(at, t, "text", 1, 240)
		actions(at, t, 2, 2)
	case "carousel":
		count := -1
		for i, column := range c.list(at, t, "columns", 1, 10) {
			here := fmt.Sprintf("%s.columns[%d]", at, i)
			heading(here, column, 120, 60)
			n := actions(here, column, 1, 3)
			if count >= 0 && n != count {
				c.bad(here+".actions", "every column must have the same number of actions")
			}
			count = n
		}
	case "image_carousel":
		for i, column := range c.list(at, t, "columns", 1, 10) {
			c.action(fmt.Sprintf("%s.columns[%d]", at, i), column, 12, false)
		}
	default:
		c.bad(at+".type", "unknown template type")
	}
}

func size(v any) int {
	b, err := json.Marshal(v)
	if err != nil {
		return 1 << 30
	}
	return len(b)
}

func (c *checker) container(at string, f map[string]any) {
	switch f["type"] {
	case "bubble":
		if size(f) > 30<<10 {
			c.bad(at, "bubble larger than 30 KB")
		}
		c.bubble(at, f)
	case "carousel":
		if size(f) > 50<<10 {
			c.bad(at, "carousel larger than 50 KB")
		}
		width := any(nil)
		for i, b := range c.list(at, f, "contents", 1, 12) {
			here := fmt.Sprintf("%s.contents[%d]", at, i)
			if b["type"] != "bubble" {
				c.bad(here+".type", "must be bubble")
			}
			if i > 0 && b["size"] != width {
				c.bad(here+".size", "bubbles of one carousel must have one width")
			}
			width = b["size"]
			c.bubble(here, b)
		}
	default:
		c.bad(at+".type", "unknown container type")
	}
}

var bubbleSizes = map[any]bool{nil: true, "nano": true, "micro": true, "deca": true, "hecto": true, "kilo": true, "mega": true, "giga": true}

func (c *checker) bubble(at string, b map[string]any) {
	if !bubbleSizes[b["size"]] {
		c.bad(at+".size", "invalid size")
	}
	blocks := 0
	for _, name := range []string{"header", "body", "footer"} {
		v, present := b[name]
		if !present {
			continue
		}
		blocks++
		box, _ := v.(map[string]any)
		if box["type"] != "box" {
			c.bad(at+"."+name, "must be a box")
			continue
		}
		c.component(at+"."+name, box, true)
	}
	if blocks == 0 && b["hero"] == nil {
		c.bad(at, "at least one block must be specified")
	}
	c.only(at, b, "type", "size", "direction", "header", "hero", "body", "footer", "styles", "action")
}

// only refuses properties LINE does not know here.
func (c *checker) only(at string, o map[string]any, names ...string) {
next:
	for k := range o {
		for _, n := range names {
			if k == n {
				continue next
			}
		}
		c.bad(at+"."+k, "unknown field")
	}
}

var (
	colour   = regexp.MustCompile(`^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$`)
	distance = regexp.MustCompile(`^(none|xs|sm|md|lg|xl|xxl|[0-9]+px|[0-9]+%)$`)
	fontSize = regexp.MustCompile(`^(xxs|xs|sm|md|lg|xl|xxl|[345]xl|[0-9]+px)$`)
)

func (c *checker) pattern(at string, o map[string]any, name string, re *regexp.Regexp) {
	if v, present := o[name]; present {
		if s, ok := v.(string); !ok || !re.MatchString(s) {
			c.bad(at+"."+name, "invalid property")
		}
	}
}

func (c *checker) component(at string, o map[string]any, top bool) {
	for _, n := range []string{"color", "backgroundColor", "borderColor"} {
		c.pattern(at, o, n, colour)
	}
	for _, n := range []string{"margin", "spacing", "paddingAll", "cornerRadius"} {
		c.pattern(at, o, n, distance)
	}
	switch o["type"] {
	case "box":
		if l := o["layout"]; l != "horizontal" && l != "vertical" && l != "baseline" {
			c.bad(at+".layout", "invalid layout")
		}
		children := c.list(at, o, "contents", 0, 1000)
		if top && len(children) == 0 {
			c.bad(at+".contents", "at least one component must be specified")
		}
		for i, child := range children {
			c.component(fmt.Sprintf("%s.contents[%d]", at, i), child, false)
		}
		if o["action"] != nil {
			c.action(at, o, 40, false)
		}
		c.only(at, o, "type", "layout", "contents", "flex", "spacing", "margin", "paddingAll", "paddingTop", "paddingBottom",
			"paddingStart", "paddingEnd", "width", "height", "maxWidth", "maxHeight", "backgroundColor", "borderColor",
			"borderWidth", "cornerRadius", "justifyContent", "alignItems", "background", "position", "action",
			"offsetTop", "offsetBottom", "offsetStart", "offsetEnd")
	case "text":
		if o["contents"] == nil {
			c.text(at, o, "text", 1, 1<<20)
		}
		c.pattern(at, o, "size", fontSize)
		c.only(at, o, "type", "text", "contents", "flex", "margin", "size", "align", "gravity", "wrap", "lineSpacing",
			"maxLines", "weight", "color", "style", "decoration", "adjustMode", "scaling", "action", "position")
	case "button":
		c.action(at, o, 40, true)
		if h := o["height"]; h != nil && h != "sm" && h != "md" {
			c.bad(at+".height", "invalid height")
		}
		if s := o["style"]; s != nil && s != "primary" && s != "secondary" && s != "link" {
			c.bad(at+".style", "invalid style")
		}
		c.only(at, o, "type", "action", "flex", "margin", "height", "style", "color", "gravity", "adjustMode", "scaling", "position")
	case "separator":
		c.only(at, o, "type", "margin", "color")
	case "image", "icon", "video", "filler", "span":
	default:
		c.bad(at+".type", "unknown component type")
	}
}

package line

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"

	"madoguchi/bot"
	"madoguchi/i18n/civil"
)

// MediaPrefix begins the Choice of a turn that brought something other than
// words: "media:sticker", "media:image", "media:audio", "media:video",
// "media:file", "media:location" or "media:other". No question has such a
// choice, so to the engine it is an answer that cannot be used: it hints at text
// and buttons and asks again, and the dialog stays where it is (LI15).
const MediaPrefix = bot.MediaPrefix

// MenuItem is what an area of the rich menu does. At most one field is set.
type MenuItem struct {
	Flow string // enters this flow
	Text string // says this
}

// menuData begins the postback data of the rich menu. The menu is the same for
// everyone and leads to public things only, so its data need no seal.
const menuData = "menu."

// task is what an event asks the Receiver to do.
type task struct {
	kind       taskKind
	inbound    bot.Inbound // taskTurn
	press      press       // taskPage
	at         time.Time   // taskBlock, and taskTurn of a follow event
	ref        string      // taskRedact
	replyToken string
	follow     bool // the turn greets a new friend
	forged     bool // the button's data were refused
	silent     bool // no turn, only the follow's effect
}

type taskKind int

const (
	taskNothing taskKind = iota
	taskTurn             // one turn of the dialog
	taskPage             // another page of a question's choices
	taskBlock            // the user blocked us
	taskRedact           // the user took a message back
	taskGroup            // say that groups are not the place
)

// errMalformed is an event no reading of which makes sense. It never carries a
// part of the event.
var errMalformed = errors.New("event is malformed")

// read says what an event asks for. It is pure.
func read(ch *Channel, menu map[string]MenuItem, e Event) (task, error) {
	parsed, err := webhook.UnmarshalEvent(e.Payload)
	if err != nil {
		return task{}, errMalformed
	}
	in := bot.Inbound{Tenant: ch.Tenant, Channel: Name, User: e.User, Event: e.ID, Push: true}
	switch ev := parsed.(type) {
	case webhook.MessageEvent:
		if ev.Message == nil {
			return task{}, errMalformed
		}
		if private, user := source(ev.Source); !private {
			return group(ev), nil
		} else if user == "" {
			return task{}, errMalformed
		}
		return message(in, e, ev)
	case webhook.PostbackEvent:
		if ev.Postback == nil {
			return task{}, errMalformed
		}
		if private, user := source(ev.Source); !private {
			return task{kind: taskGroup, replyToken: ev.ReplyToken}, nil
		} else if user == "" {
			return task{}, errMalformed
		}
		return postback(ch, menu, in, e, ev), nil
	case webhook.FollowEvent:
		if private, user := source(ev.Source); !private || user == "" {
			return task{}, errMalformed
		}
		in.Deliver = deliverBy(ev.ReplyToken, e.Received)
		return task{kind: taskTurn, inbound: in, at: e.Time, replyToken: ev.ReplyToken, follow: true,
			silent: ev.Mode == webhook.EventMode_STANDBY}, nil
	case webhook.UnfollowEvent:
		if private, user := source(ev.Source); !private || user == "" {
			return task{}, errMalformed
		}
		return task{kind: taskBlock, at: e.Time}, nil
	case webhook.UnsendEvent:
		if ev.Unsend == nil || ev.Unsend.MessageId == "" {
			return task{}, errMalformed
		}
		return task{kind: taskRedact, ref: ev.Unsend.MessageId}, nil
	case webhook.JoinEvent:
		return task{kind: taskGroup, replyToken: ev.ReplyToken}, nil
	}
	return task{kind: taskNothing}, nil
}

// source tells a private chat from a group or room, and who speaks in it. A
// missing source counts as private with nobody in it.
func source(s webhook.SourceInterface) (private bool, user string) {
	switch s := s.(type) {
	case webhook.UserSource:
		return true, s.UserId
	case webhook.GroupSource, webhook.RoomSource:
		return false, ""
	}
	return true, ""
}

// group answers in a group or room only when spoken to: a bot that comments on
// every line of other people's talk is a nuisance (LI10).
func group(ev webhook.MessageEvent) task {
	text, ok := ev.Message.(webhook.TextMessageContent)
	if !ok || text.Mention == nil {
		return task{kind: taskNothing}
	}
	for _, m := range text.Mention.Mentionees {
		if user, ok := m.(webhook.UserMentionee); ok && user.IsSelf {
			return task{kind: taskGroup, replyToken: ev.ReplyToken}
		}
	}
	return task{kind: taskNothing}
}

// message reads what a resident sent in a private chat.
func message(in bot.Inbound, e Event, ev webhook.MessageEvent) (task, error) {
	in.Deliver = deliverBy(ev.ReplyToken, e.Received)
	switch content := ev.Message.(type) {
	case webhook.TextMessageContent:
		in.Text = strings.TrimSpace(content.Text)
		if in.Text == "" {
			in.Choice = MediaPrefix + "other"
		}
	case webhook.StickerMessageContent, webhook.ImageMessageContent, webhook.AudioMessageContent,
		webhook.VideoMessageContent, webhook.FileMessageContent, webhook.LocationMessageContent:
		in.Choice = MediaPrefix + content.GetType()
	default:
		in.Choice = MediaPrefix + "other"
	}
	return task{kind: taskTurn, inbound: in, replyToken: ev.ReplyToken}, nil
}

// postback reads a pressed button. One that is not ours asks nothing: the open
// question is shown again.
func postback(ch *Channel, menu map[string]MenuItem, in bot.Inbound, e Event, ev webhook.PostbackEvent) task {
	in.Deliver = deliverBy(ev.ReplyToken, e.Received)
	t := task{kind: taskTurn, replyToken: ev.ReplyToken}
	data := ev.Postback.Data
	if name, ok := strings.CutPrefix(data, menuData); ok {
		item, known := menu[name]
		in.Flow, in.Text = item.Flow, item.Text
		t.inbound, t.forged = in, !known
		return t
	}
	p, err := openPress(ch, in.User, data)
	if err != nil {
		t.inbound, t.forged = in, true
		return t
	}
	in.Asked = p.asked
	switch p.kind {
	case pressChoice:
		in.Choice = p.value
	case pressDate:
		// The value comes from the phone, outside the seal: a date or nothing.
		if date, err := civil.ParseDate(ev.Postback.Params["date"]); err == nil {
			in.Text = date.String()
		}
	case pressPage:
		t.kind, t.press = taskPage, p
		in.Asked = 0
	}
	t.inbound = in
	return t
}

// page is the number of the page a pressPage asks for, from 0.
func (p press) page() int {
	n, err := strconv.Atoi(p.value)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// replyBy is a reply token and when its minute began; it travels through the
// engine as bot.Inbound.Deliver.
type replyBy struct {
	Token    string    `json:"token"`
	Received time.Time `json:"received"`
}

func deliverBy(token string, received time.Time) []byte {
	if token == "" {
		return nil
	}
	b, err := json.Marshal(replyBy{token, received})
	if err != nil {
		return nil // a year outside 0–9999; push instead
	}
	return b
}

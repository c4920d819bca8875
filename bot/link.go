package bot

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/conversation"
)

// A personal field is never asked for in the chat of a foreign platform
// (domain-facts 12): the question goes out with a one-time link to a plain page
// of ours, and the dialog goes on in the chat once it is answered there.

// foreign are the channels whose operator could read what is written there.
var foreign = map[string]bool{"line": true}

// ErrLink says that a link was used, has expired, or never was.
var ErrLink = errors.New("the link is no longer good")

// linkLife is how long a link can be opened.
const linkLife = time.Hour

// link is what a token holds. It is good while the conversation stands at this
// question; answering moves it on, so it is good once. On a form it is good for
// the personal questions that follow, so that one page asks them all.
type link struct {
	Conversation string `json:"c"`
	Flow         string `json:"f"`
	Step         string `json:"s"`
	Until        int64  `json:"u"`
}

// open reports whether a conversation stands at the link's question.
func (k *link) open(s State) bool { return k.at(s.Flow, s.Step, s.Secure) }

func (k *link) at(flow, step string, secure bool) bool {
	if flow != k.Flow || step == k.Step {
		return flow == k.Flow
	}
	mine, first := formStep(k.Step)
	form, id := formStep(step)
	return secure && mine == form && first != "" && id != ""
}

const classLink = "link"

// formLink makes the link to the open question.
func (d *dialog) formLink(step string) (*Link, error) {
	if d.FormURL == nil {
		return nil, nil
	}
	body, err := json.Marshal(link{d.owner, d.s.Flow, step, d.instant.Add(linkLife).Unix()})
	if err != nil {
		return nil, fmt.Errorf("write a link: %w", err)
	}
	token, err := d.tx.Seal(classLink, classLink, body)
	if err != nil {
		return nil, fmt.Errorf("seal a link: %w", err)
	}
	return &Link{
		URL:   d.FormURL(d.in.Tenant, base64.RawURLEncoding.EncodeToString(token)),
		Label: d.words.openForm.In(d.s.Lang),
	}, nil
}

// Links answers the pages that links lead to.
type Links struct {
	Engine *Engine
	Memory interface {
		ByID(tx *store.Tx, id string) (*conversation.Conversation, error)
		Lines(tx *store.Tx, id string, first, last int64) ([]conversation.Line, error)
	}
}

// LinkedQuestion is one question of a dialog that goes on elsewhere.
type LinkedQuestion struct {
	Lang     i18n.Lang
	Messages []Message
	Expects  *Expects
	Asked    int64
}

// resolve opens a token and finds its conversation.
func (l Links) resolve(tx *store.Tx, token string) (*conversation.Conversation, *link, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) > 1000 {
		return nil, nil, ErrLink
	}
	k := new(link)
	body, err := tx.Unseal(classLink, classLink, raw)
	if err != nil || json.Unmarshal(body, k) != nil || tx.Now().Unix() > k.Until {
		return nil, nil, ErrLink
	}
	c, err := l.Memory.ByID(tx, k.Conversation)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, ErrLink
	}
	return c, k, err
}

// Question returns the question behind a token, or ErrLink.
func (l Links) Question(ctx context.Context, tenant, token string) (LinkedQuestion, error) {
	var q LinkedQuestion
	err := l.Engine.DB.View(ctx, tenant, func(tx *store.Tx) error {
		c, k, err := l.resolve(tx, token)
		if err != nil {
			return err
		}
		s, err := DecodeState(c.State)
		if err != nil {
			return err
		}
		if !k.open(s) {
			return ErrLink
		}
		lines, err := l.Memory.Lines(tx, c.ID, max(0, c.Seq-turnLines)+1, c.Seq)
		if err != nil {
			return err
		}
		messages, err := Messages(lines)
		if err != nil {
			return err
		}
		q = LinkedQuestion{Lang: s.Lang, Expects: s.Expects, Asked: s.Asked}
		for i := len(messages) - 1; i >= 0; i-- {
			if messages[i].Secure {
				m := messages[i]
				m.Link = nil
				q.Messages = []Message{m}
				break
			}
		}
		return nil
	})
	return q, err
}

// Answer gives the answer to the question behind a token, or ErrLink. If it
// cannot be used, done is false and the reply says why; the link stays good. It
// does so too where another personal question of the form follows, which the
// reply then asks. A repeated event repeats its outcome.
func (l Links) Answer(ctx context.Context, tenant, token, event, text, choice string) (reply Reply, done bool, err error) {
	in := Inbound{Tenant: tenant, Event: "form:" + event, Text: text, Choice: choice, Push: true}
	if err := l.Engine.DB.View(ctx, tenant, func(tx *store.Tx) error {
		c, k, err := l.resolve(tx, token)
		if err != nil {
			return err
		}
		in.Channel, in.User = c.Person()
		in.link = k // whether it is still good is for the turn to say, which has the lock
		return nil
	}); err != nil {
		return Reply{}, false, err
	}
	reply, err = l.Engine.Turn(ctx, in)
	secure := slices.ContainsFunc(reply.Messages, func(m Message) bool { return m.Secure })
	return reply, err == nil && !in.link.at(reply.Flow, reply.Step, secure), err
}

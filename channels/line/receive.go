package line

import (
	"context"
	"errors"
	"fmt"
	"time"

	"madoguchi/bot"
	"madoguchi/i18n"
)

// Receiver gives stored events to the engine. Any number of Receivers, on any
// number of nodes, may share an inbox.
type Receiver struct {
	Channels  Channels
	Inbox     Inbox
	Engine    Engine
	People    People
	Questions Questions
	API       *API
	Renderer  *Renderer
	// Menu says what the areas of the rich menu do, by name; nil for DefaultMenu.
	Menu map[string]MenuItem

	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
	// Observer must be set.
	Observer Observer
}

const (
	receiveBatch = 32
	// Longer than a turn may take; a node that dies holds its events up for so long.
	receiveLease = 20 * time.Second
	// A turn that takes longer shows the loading indicator.
	slowTurn = 700 * time.Millisecond
	// The profile is asked for a hint only; the greeting does not wait longer.
	profileWait = 2 * time.Second
	// An event that fails this often (over about five minutes) is given up, so
	// that the user's later ones get their turn.
	maxEventAttempts = 8
)

// Run handles events until ctx ends. wake, which may be nil, says that there is
// work before the next poll. It returns ctx's error.
func (r *Receiver) Run(ctx context.Context, wake <-chan struct{}) error {
	return r.crew().run(ctx, receiveBatch, wake)
}

// Once handles one batch of due events and returns how many it had. An error
// means that the inbox could not be asked.
func (r *Receiver) Once(ctx context.Context) (int, error) {
	return r.crew().once(ctx, receiveBatch)
}

func (r *Receiver) crew() crew[Claimed] {
	return crew[Claimed]{
		claim: func(ctx context.Context, n int) ([]Claimed, error) {
			batch, err := r.Inbox.Claim(ctx, n, receiveLease)
			if err != nil {
				return nil, fmt.Errorf("claim LINE events: %w", err)
			}
			return batch, nil
		},
		do: func(ctx context.Context, c Claimed) {
			result := r.handle(ctx, c)
			if result.Dead != "" {
				r.Observer.Audit(ctx, c.Tenant, AuditEventDead, c.Event.ID+" "+result.Dead)
				r.Observer.Count(CountEvents, "dead")
			}
			// If this fails the lease runs out, the event comes again, and the
			// engine knows it.
			_ = r.Inbox.Finish(context.WithoutCancel(ctx), c, result)
		},
		after:  r.After,
		failed: func() { r.Observer.Count(CountEvents, "inbox-unavailable") },
	}
}

// handle does what one event asks for. A panic counts as a failed attempt.
func (r *Receiver) handle(ctx context.Context, c Claimed) (result Handled) {
	defer func() {
		if recover() != nil {
			result = r.again(c, "panic")
		}
	}()
	ch, err := r.Channels(ctx, c.Tenant)
	if errors.Is(err, ErrNoChannel) {
		return Handled{Dead: "no channel"}
	} else if err != nil {
		return r.again(c, "channel unavailable")
	}
	menu := r.Menu
	if menu == nil {
		menu = DefaultMenu
	}
	t, err := read(ch, menu, c.Event)
	if err != nil {
		return Handled{Dead: "malformed"}
	}
	if err := r.do(ctx, ch, c.Event, t); err != nil {
		// The resident waits, and nobody else would hear of it.
		r.Observer.Notify(ctx, c.Tenant, NoticeFailed+": "+err.Error())
		return r.again(c, "failed")
	}
	return Handled{}
}

// again schedules another attempt, or gives the event up after the last.
func (r *Receiver) again(c Claimed, why string) Handled {
	if c.Attempts >= maxEventAttempts {
		return Handled{Dead: why}
	}
	return Handled{Retry: r.Now().Add(time.Second << c.Attempts)}
}

// do carries a task out. Everything in it may be done twice.
func (r *Receiver) do(ctx context.Context, ch *Channel, e Event, t task) error {
	switch t.kind {
	case taskTurn:
		return r.turn(ctx, ch, t)
	case taskPage:
		return r.page(ctx, ch, t)
	case taskBlock:
		r.Observer.Count(CountEvents, "unfollow")
		return r.People.Block(ctx, ch.Tenant, e.User, t.at)
	case taskRedact:
		r.Observer.Count(CountEvents, "unsend")
		return r.People.Redact(ctx, ch.Tenant, e.User, t.ref)
	case taskGroup:
		r.Observer.Count(CountEvents, "group")
		r.answer(ctx, ch, t.replyToken, []Message{textMessage(r.Renderer.of(ch.Tenant).Texts(i18n.Japanese, "line.group"))})
		return nil
	}
	r.Observer.Count(CountEvents, "ignored")
	return nil
}

// turn runs one turn of the dialog. The answer goes out through the outbox.
func (r *Receiver) turn(ctx context.Context, ch *Channel, t task) error {
	in := t.inbound
	if t.forged {
		r.Observer.Audit(ctx, ch.Tenant, AuditPostback, in.Event)
	}
	known := false
	if t.follow {
		if err := r.People.Unblock(ctx, ch.Tenant, in.User, t.at); err != nil {
			return fmt.Errorf("take back a block: %w", err)
		}
		if t.silent {
			return nil
		}
	} else {
		var err error
		if known, err = r.People.Known(ctx, ch.Tenant, in.User); err != nil {
			return fmt.Errorf("look up a LINE user: %w", err)
		}
	}
	if !known {
		in.Hint = r.hint(ctx, ch, in.User)
	}
	done := make(chan struct{})
	defer close(done)
	slow := r.After(slowTurn)
	go func() {
		select {
		case <-slow:
			r.API.loading(ctx, ch, in.User)
		case <-done:
		}
	}()
	if _, err := r.Engine.Turn(ctx, in); err != nil {
		return fmt.Errorf("turn: %w", err)
	}
	r.Observer.Count(CountEvents, "turn")
	return nil
}

// hint guesses a newcomer's language from the LINE profile. Nothing else of the
// profile is looked at or kept.
func (r *Receiver) hint(ctx context.Context, ch *Channel, user string) i18n.Lang {
	ctx, cancel := context.WithTimeout(ctx, profileWait)
	defer cancel()
	return i18n.Lang(r.API.language(ctx, ch, user))
}

// page shows another page of the open question's choices. The dialog does not
// move and nothing is stored: a page that got lost can be asked for again. If
// the question is no longer open, the one that is gets shown instead.
func (r *Receiver) page(ctx context.Context, ch *Channel, t task) error {
	p := t.press
	q, err := r.Questions.Question(ctx, ch.Tenant, t.inbound.User, p.conversation, p.asked)
	if errors.Is(err, ErrNoQuestion) {
		t.kind = taskTurn
		return r.turn(ctx, ch, t)
	} else if err != nil {
		return fmt.Errorf("read the open question: %w", err)
	}
	r.Observer.Count(CountEvents, "page")
	r.answer(ctx, ch, t.replyToken, r.Renderer.Page(ch, Delivery{
		Tenant: ch.Tenant, User: t.inbound.User, Conversation: p.conversation,
		Messages: []bot.Message{q.Message}, Lang: q.Lang, Expects: q.Expects, Asked: p.asked,
	}, p.page()))
	return nil
}

// answer replies with something that is no part of the dialog, once, or not at
// all.
func (r *Receiver) answer(ctx context.Context, ch *Channel, token string, messages []Message) {
	if token == "" || len(messages) == 0 {
		return
	}
	_, _ = r.API.reply(ctx, ch, token, messages)
}

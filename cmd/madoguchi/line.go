package main

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"madoguchi/bot"
	"madoguchi/channels/line"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/conversation"
	"madoguchi/store/tenant"
)

// lineTimeout bounds one call of the Messaging API.
const lineTimeout = 6 * time.Second

// lineSection is the settings section of a tenant's LINE channel; its secrets
// are sealed as "line.secret" and "line.token". The first tenant may have them
// in the environment instead (CONTRACT).
type lineSection struct {
	Bot string `json:"bot,omitempty"`
	API string `json:"api,omitempty"`
}

// lineChannels finds a tenant's LINE channel.
func (h *house) lineChannels(ctx context.Context, id string) (*line.Channel, error) {
	t, err := h.tenants.Load(ctx, id)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, tenant.ErrID) {
		return nil, line.ErrNoChannel
	}
	if err != nil {
		return nil, err
	}
	var s lineSection
	if err := t.Settings.Section("line", &s); err != nil {
		return nil, err
	}
	ch := &line.Channel{Tenant: id, Bot: s.Bot, API: first(s.API, h.config.LineURL)}
	if err := h.db.View(ctx, id, func(tx *store.Tx) (err error) {
		if ch.Secret, err = t.Secret(tx, "line.secret"); err != nil {
			return err
		}
		ch.Token, err = t.Secret(tx, "line.token")
		return err
	}); err != nil {
		return nil, err
	}
	if ch.Secret == "" && h.firstTenant(ctx) == id {
		ch.Secret, ch.Token = h.config.LineSecret, h.config.LineToken
	}
	if ch.Secret == "" || ch.Token == "" {
		return nil, line.ErrNoChannel
	}
	// The key that authenticates buttons hangs on the channel's own secret, so
	// that all nodes have the same and a new channel has another.
	if ch.PostbackKey, err = hkdf.Key(sha256.New, []byte(ch.Secret), []byte(id), "madoguchi line postback", 32); err != nil {
		return nil, err
	}
	return ch, nil
}

// firstTenant is the one that settings from the environment are for: the sample
// tenant, or the first where there is none.
func (h *house) firstTenant(ctx context.Context) string {
	ids, err := h.db.Tenants(ctx)
	if err != nil {
		return ""
	}
	return firstOf(ids)
}

func firstOf(ids []string) string {
	if len(ids) == 0 || slices.Contains(ids, sampleID) {
		return sampleID
	}
	return ids[0]
}

// line mounts the webhook and returns the workers to run.
func (h *house) line(mux *http.ServeMux, m *meters) []func(context.Context) {
	observer := h.lineObserver(func(counter, label string) { m.events.WithLabelValues(counter, label).Inc() })
	received, queued := make(chan struct{}, 1), make(chan struct{}, 1)
	wake := func(ch chan struct{}) {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
	api := line.NewAPI(lineTimeout, h.db.Now, time.After)
	renderer := &line.Renderer{Texts: h.text, Own: h.tenantText, Now: h.db.Now}
	inbox := lineInbox{h}
	mux.Handle("/t/{tenant}/line/webhook", &line.Webhook{
		Channels: h.lineChannels, Inbox: inbox, Now: h.db.Now, Window: 7 * 24 * time.Hour,
		Wake: func() { wake(received) }, Observer: observer,
	})
	receiver := &line.Receiver{
		Channels: h.lineChannels, Inbox: inbox, Engine: reported{h}, People: linePeople{h}, Questions: lineQuestions{h},
		API: api, Renderer: renderer, Now: h.db.Now, After: time.After, Observer: observer,
	}
	deliverer := h.lineDeliverer(api, observer)
	signals, cancel := h.db.Subscribe(conversation.TopicDelivery)
	return []func(context.Context){
		func(ctx context.Context) { h.learnBots(ctx, api) },
		func(ctx context.Context) { _ = receiver.Run(ctx, received) },
		func(ctx context.Context) { _ = deliverer.Run(ctx, queued) },
		func(ctx context.Context) {
			defer cancel()
			for {
				select {
				case <-ctx.Done():
					return
				case <-signals:
					wake(queued)
				}
			}
		},
	}
}

// learnBots asks LINE, for each tenant with a channel, which bot it is, so that
// events meant for another are not taken (LI11). It goes on trying until it
// knows or ctx ends.
func (h *house) learnBots(ctx context.Context, api *line.API) {
	for wait := time.Second; ; wait = min(2*wait, 10*time.Minute) {
		missing := false
		ids, err := h.db.Tenants(ctx)
		if err != nil {
			missing = true
		}
		for _, id := range ids {
			ch, err := h.lineChannels(ctx, id)
			if err != nil || ch.Bot != "" {
				missing = missing || err != nil && !errors.Is(err, line.ErrNoChannel)
				continue
			}
			name, err := api.Bot(ctx, ch)
			if err == nil {
				err = h.keepBot(ctx, id, name)
			}
			if err != nil {
				missing = true
				h.log.Warn("LINE does not say which bot this channel is; trying again", "tenant", id)
			}
		}
		if !missing {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// keepBot stores which bot a tenant's LINE channel is.
func (h *house) keepBot(ctx context.Context, id, name string) error {
	t, err := h.tenants.Load(ctx, id)
	if err != nil {
		return err
	}
	changed := *t
	var s lineSection
	if err := changed.Settings.Section("line", &s); err != nil {
		return err
	}
	s.Bot = name
	if err := changed.Settings.SetSection("line", s); err != nil {
		return err
	}
	return h.tenants.Save(ctx, &changed, "system")
}

// reported is the engine with its faults in the log: the workers behind a
// webhook have nobody to answer to.
type reported struct{ *house }

// Turn implements line.Engine.
func (r reported) Turn(ctx context.Context, in bot.Inbound) (bot.Reply, error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("a turn panicked", "channel", in.Channel, "panic", p, "stack", string(debug.Stack()))
			panic(p)
		}
	}()
	reply, err := r.engine.Turn(ctx, in)
	if errors.Is(err, bot.ErrFlow) { // a rich menu older than the procedures
		in.Flow = ""
		reply, err = r.engine.Turn(ctx, in)
	}
	if err != nil && ctx.Err() == nil {
		r.log.Error("a turn failed and will be tried again", "channel", in.Channel, "tenant", in.Tenant, "error", err)
	}
	return reply, err
}

// lineObserver is where the LINE channel reports to.
func (h *house) lineObserver(count func(counter, label string)) line.Observer {
	return line.Observer{
		Audit: func(ctx context.Context, tenant, action, detail string) {
			err := h.db.Update(ctx, tenant, func(tx *store.Tx) error { return tx.Audit("line", action, "", "detail", detail) })
			if err != nil {
				h.log.Error("audit a LINE event", "action", action, "error", err)
			}
		},
		Count: count,
		Notify: func(ctx context.Context, tenant, what string) {
			h.log.Warn("LINE needs attention", "tenant", tenant, "what", what)
		},
	}
}

// lineDeliverer sends what waits for LINE.
func (h *house) lineDeliverer(api *line.API, o line.Observer) *line.Deliverer {
	return &line.Deliverer{
		Channels: h.lineChannels, Outbox: lineOutbox{h}, API: api,
		Renderer: &line.Renderer{Texts: h.text, Own: h.tenantText, Now: h.db.Now},
		Now:      h.db.Now, After: time.After, Observer: o,
	}
}

// text gives the texts of the catalogs by key.
func (h *house) text(lang i18n.Lang, key string, args ...i18n.Arg) string {
	return h.texts.Text(key).In(lang, args...)
}

// lineInbox is the inbox of conversations as LINE needs it.
type lineInbox struct{ *house }

// Store implements line.Inbox.
func (b lineInbox) Store(ctx context.Context, tenant string, events []line.Event) error {
	stored := make([]conversation.Stored, len(events))
	for i, e := range events {
		stored[i] = conversation.Stored{
			Event: conversation.Event{Channel: line.Name, User: e.User, ID: e.ID},
			Ref:   e.Ref, At: e.Time, Received: e.Received, Payload: e.Payload,
		}
	}
	return b.db.Update(ctx, tenant, func(tx *store.Tx) error { return b.talks.Put(tx, stored) })
}

// Claim implements line.Inbox.
func (b lineInbox) Claim(ctx context.Context, n int, lease time.Duration) ([]line.Claimed, error) {
	claimed, err := b.talks.Claim(ctx, b.db, line.Name, n, lease)
	out := make([]line.Claimed, len(claimed))
	for i, c := range claimed {
		out[i] = line.Claimed{
			Tenant: c.Tenant, Attempts: c.Attempts, Lease: c.Lease,
			Event: line.Event{ID: c.ID, User: c.User, Time: c.At, Received: c.Received, Payload: c.Payload},
		}
	}
	return out, err
}

// Finish implements line.Inbox.
func (b lineInbox) Finish(ctx context.Context, c line.Claimed, r line.Handled) error {
	return b.talks.Finish(ctx, b.db, conversation.Claimed{
		Tenant: c.Tenant, Lease: c.Lease,
		Stored: conversation.Stored{Event: conversation.Event{Channel: line.Name, User: c.Event.User, ID: c.Event.ID}},
	}, r.Retry, r.Dead)
}

// linePeople keeps what is learnt about accounts.
type linePeople struct{ *house }

// Known implements line.People.
func (p linePeople) Known(ctx context.Context, tenant, user string) (known bool, err error) {
	err = p.db.View(ctx, tenant, func(tx *store.Tx) error {
		_, err := p.talks.Find(tx, line.Name, user)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		known = err == nil
		return err
	})
	return known, err
}

// Block implements line.People.
func (p linePeople) Block(ctx context.Context, tenant, user string, at time.Time) error {
	return p.db.Update(ctx, tenant, func(tx *store.Tx) error { return p.talks.Block(tx, line.Name, user, true, at) })
}

// Unblock implements line.People.
func (p linePeople) Unblock(ctx context.Context, tenant, user string, at time.Time) error {
	return p.db.Update(ctx, tenant, func(tx *store.Tx) error { return p.talks.Block(tx, line.Name, user, false, at) })
}

// Redact implements line.People.
func (p linePeople) Redact(ctx context.Context, tenant, _, ref string) error {
	return p.db.Update(ctx, tenant, func(tx *store.Tx) error { return p.talks.Redact(tx, line.Name, ref) })
}

// lineQuestions reads back open questions.
type lineQuestions struct{ *house }

// Question implements line.Questions.
func (q lineQuestions) Question(ctx context.Context, tenant, user, id string, asked int64) (line.Question, error) {
	r, err := bot.Transcript{DB: q.db, Memory: q.talks}.Latest(ctx, tenant, line.Name, user)
	if err != nil {
		return line.Question{}, err
	}
	if r.Conversation != id || r.Asked != asked || len(r.Messages) == 0 {
		return line.Question{}, line.ErrNoQuestion
	}
	return line.Question{Message: question(r.Messages), Lang: r.Lang, Expects: r.Expects}, nil
}

// question is the last message that asks: a reminder may have come after it.
func question(messages []bot.Message) bot.Message {
	for i := len(messages) - 1; i >= 0; i-- {
		if len(messages[i].Choices) > 0 {
			return messages[i]
		}
	}
	return messages[len(messages)-1]
}

// lineOutbox is the outbox of conversations as LINE needs it.
type lineOutbox struct{ *house }

// Claim implements line.Outbox.
func (o lineOutbox) Claim(ctx context.Context, n int, lease time.Duration) ([]line.Delivery, error) {
	claimed, err := o.talks.ClaimDeliveries(ctx, o.db, line.Name, n, lease)
	if err != nil {
		return nil, err
	}
	out := make([]line.Delivery, 0, len(claimed))
	for _, c := range claimed {
		messages, err := bot.Messages(c.Lines)
		if err != nil {
			return out, err
		}
		a, err := bot.ReadOutcome(c.Outcome)
		if err != nil {
			return out, err
		}
		out = append(out, line.Delivery{
			ID: c.ID, Tenant: c.Tenant, User: c.User, Conversation: c.Conversation,
			Messages: messages, Lang: a.Lang, Asked: a.Asked, Expects: a.Expects, Deliver: c.Means,
			RetryKey: c.RetryKey, FirstTry: c.FirstTry, Attempts: c.Attempts, Note: c.Note, Lease: c.Lease,
		})
	}
	return out, nil
}

// Finish implements line.Outbox.
func (o lineOutbox) Finish(ctx context.Context, d line.Delivery, r line.Result) error {
	requests, err := json.Marshal(r.Requests)
	if err != nil {
		return err
	}
	state := string(r.State)
	if r.State == line.Retry {
		state = "waiting"
	}
	return o.talks.FinishDelivery(ctx, o.db, conversation.Delivery{
		ID: d.ID, Tenant: d.Tenant, Conversation: d.Conversation, Lease: d.Lease,
	}, conversation.Delivered{
		State: state, Retry: r.At, Reason: r.Reason, Requests: strings.TrimSpace(string(requests)), Note: r.Note,
	})
}

// lineCommand is about a tenant's LINE channel.
type lineCommand struct {
	Setup lineSetup `cmd:"" help:"Set the webhook address, test it, and put up the rich menus."`
}

type lineSetup struct {
	Tenant string `default:"sample"`
}

// Run sets the channel up; running it again changes nothing that is right.
func (c *lineSetup) Run(env *environment) error {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	ch, err := h.lineChannels(env.ctx, c.Tenant)
	if errors.Is(err, line.ErrNoChannel) {
		return fmt.Errorf("%w: tenant %q has no LINE channel: set LINE_CHANNEL_SECRET and LINE_CHANNEL_TOKEN", errUsage, c.Tenant)
	}
	if err != nil {
		return err
	}
	address := h.config.PublicURL + "/t/" + c.Tenant + "/line/webhook"
	report, err := line.NewAPI(lineTimeout, h.db.Now, time.After).Setup(env.ctx, ch, address)
	if err != nil {
		return err
	}
	if err := h.keepBot(env.ctx, c.Tenant, report.Bot); err != nil {
		return err
	}
	fmt.Fprintf(env.out, "%+v\n", report)
	fmt.Fprintln(env.out, "Turn webhook redelivery on in the LINE Developers console: events that arrive while the database is down then come again.")
	return nil
}

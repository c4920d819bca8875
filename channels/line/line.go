// Package line is the LINE channel: it takes the Messaging API's webhook events
// in, turns them into turns of the dialog, and brings the answers back.
//
//	LINE ──POST──▶ Webhook ──Store──▶ Inbox ──Claim──▶ Receiver ──Turn──▶ Engine
//	                 │ 200 once durable                  │                  │ rows
//	                 ▼                                   │ more pages,      ▼
//	               LINE ◀──reply token or push── Deliverer ◀──Claim── Outbox
//
// Three workers, no shared state. Webhook answers LINE within its two seconds
// and does nothing else. Receiver gives each stored event to the engine; the
// engine's own memory of event ids makes a second try harmless. Deliverer
// renders the queued messages at the last moment and sends them so that a
// resident sees each one once: by the reply token while it lives, else by a push
// under a retry key that was stored before the first try.
//
// Inbox, Outbox, Engine, People and Questions below are all this package asks of
// the rest of the program. Rules named LI… and LO… are rows of the project's
// list of LINE contracts, each with a test of that name.
package line

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"madoguchi/bot"
	"madoguchi/i18n"
)

// Name is the channel's name in bot.Inbound.
const Name = "line"

// ErrNoChannel says that a tenant does not exist or has no LINE channel.
var ErrNoChannel = errors.New("no such LINE channel")

// Channel is one tenant's Messaging API channel. It is immutable; a changed
// setting is a new Channel.
type Channel struct {
	Tenant string
	Secret string // channel secret: signs webhooks
	Token  string // channel access token: authorises calls
	// Bot is the channel's own user id (U…), as LINE names it in "destination".
	// API.Bot and Setup learn it; "" accepts any destination.
	Bot string
	// API is the base address of the Messaging API, "" for LINE's own.
	API string
	// PostbackKey authenticates button data (A23): 32 random bytes, kept as long
	// as buttons in old chats should work.
	PostbackKey []byte
}

// Channels finds a tenant's channel. The error is ErrNoChannel if it has none;
// any other error is a fault worth retrying.
type Channels func(ctx context.Context, tenant string) (*Channel, error)

// Event is one webhook event as the inbox keeps it.
type Event struct {
	// ID is LINE's webhookEventId, the only key for duplicates (LI6).
	ID string
	// User orders events: the user's id, or that of the group or room. Events of
	// one User are handed out one at a time, oldest first; "" stands for nobody
	// and needs no order.
	User string
	// Ref is the id of the resident's message, by which an unsend event names
	// it; "" if the event carries none.
	Ref string
	// Time is when it happened, by LINE's clock; Received when it reached us,
	// from which the reply token's minute counts.
	Time, Received time.Time
	// Payload is the event as LINE sent it. It holds what the resident wrote:
	// the store seals it and never looks inside.
	Payload []byte
}

// Inbox keeps verified events and hands each out until it is finished.
type Inbox interface {
	// Store keeps the events in one transaction and returns once they are
	// durable. An event whose id is already known is passed over; if that one is
	// unfinished its Received moves to the newer one, as a redelivery renews the
	// reply token (LO1). Ids are remembered at least 30 days, longer than
	// Webhook.Window, since a signed body stays valid for ever (LI14).
	Store(ctx context.Context, tenant string, events []Event) error

	// Claim leases up to n events that are due, over all tenants, and counts the
	// attempt. Of one user's events only the oldest unfinished one (by Time,
	// then order of arrival) is ever out on lease. An event whose lease has run out is handed
	// out again.
	Claim(ctx context.Context, n int, lease time.Duration) ([]Claimed, error)

	// Finish ends the lease with a result. It changes nothing if the lease is no
	// longer this one.
	Finish(ctx context.Context, c Claimed, r Handled) error
}

// Claimed is an event on lease.
type Claimed struct {
	Tenant   string
	Event    Event
	Attempts int    // including this one, so at least 1
	Lease    string // fences Finish
}

// Handled is what became of an event.
type Handled struct {
	// Retry is when to hand it out again; the zero time means it is finished.
	Retry time.Time
	// Dead names why it was given up, "" if it was handled. It holds no personal
	// data.
	Dead string
}

// Engine runs turns. A repeated Inbound.Event repeats the first answer and
// changes nothing.
type Engine interface {
	Turn(ctx context.Context, in bot.Inbound) (bot.Reply, error)
}

// People keeps what the channel learns about a user's account.
type People interface {
	// Known reports whether the user has talked to us before.
	Known(ctx context.Context, tenant, user string) (bool, error)
	// Block marks the user as having blocked us at that time and cancels queued
	// deliveries; Unblock takes the mark back. Of two calls the later time wins,
	// as LINE does not keep the order of events (LI7).
	Block(ctx context.Context, tenant, user string, at time.Time) error
	Unblock(ctx context.Context, tenant, user string, at time.Time) error
	// Redact removes the text of the message ref (Event.Ref) from the inbox and
	// the transcript. The mark stays, so that the message's own event is redacted
	// too if it arrives later.
	Redact(ctx context.Context, tenant, user, ref string) error
}

// ErrNoQuestion says that a question is no longer the open one.
var ErrNoQuestion = errors.New("question no longer open")

// Questions reads back the open question, for the further pages of its choices.
type Questions interface {
	// Question returns question number asked, if the conversation is that user's
	// and the question still open; otherwise ErrNoQuestion.
	Question(ctx context.Context, tenant, user, conversation string, asked int64) (Question, error)
}

// Question is an open question as it was put.
type Question struct {
	Message bot.Message
	Lang    i18n.Lang
	Expects *bot.Expects
}

// Outbox hands out queued messages.
type Outbox interface {
	// Claim leases up to n deliveries that are due, over all tenants. Of one
	// user's deliveries only the oldest unfinished one is ever out on lease, so
	// order is kept. Claim is the durable note that a try begins: before it
	// returns, Attempts has been raised, FirstTry set if it was not, and RetryKey
	// stored. A worker that dies leaves exactly that behind, and the next one
	// reads it as "outcome unknown".
	Claim(ctx context.Context, n int, lease time.Duration) ([]Delivery, error)
	// Finish ends the lease with a result. It changes nothing if the lease is no
	// longer this one.
	Finish(ctx context.Context, d Delivery, r Result) error
}

// Delivery is the messages of one turn, or one push, on their way to a user.
type Delivery struct {
	ID           string
	Tenant       string
	User         string // LINE user id
	Conversation string
	Messages     []bot.Message
	Lang         i18n.Lang
	Asked        int64        // Reply.Asked of the turn
	Expects      *bot.Expects // Reply.Expects of the turn
	Deliver      []byte       // Inbound.Deliver of the turn, nil if nothing came in

	RetryKey uuid.UUID
	FirstTry time.Time
	Attempts int    // including this one, so at least 1
	Note     []byte // Result.Note of the last finished try, nil if none
	Lease    string // fences Finish
}

// State is what became of a delivery.
type State string

// The states a try ends in.
const (
	// Sent: LINE accepted everything. Not "read", nor even "shown": LINE accepts
	// pushes to people who have blocked the account (LO7).
	Sent State = "sent"
	// Retry: nothing wrong with the message, try again at Result.At.
	Retry State = "retry"
	// Dead: given up for good.
	Dead State = "dead"
	// Unknown: a reply may or may not have arrived and cannot be asked about any
	// more. A person decides; sending it again could show it twice (LO2).
	Unknown State = "unknown"
)

// Result is the end of one try.
type Result struct {
	State    State
	At       time.Time // Retry: when
	Reason   string    // Retry, Dead, Unknown: a code without personal data
	Requests []Request // the calls made, for asking LINE about them (LO14)
	Note     []byte    // Retry: handed back as Delivery.Note
}

// Request is one call of the Messaging API.
type Request struct {
	Via string // "reply" or "push"
	// ID is LINE's x-line-request-id; Accepted the id of the earlier request that
	// a 409 says had been accepted (LO5).
	ID, Accepted string
	Status       int // HTTP status, 0 if there was no answer
}

// Texts gives the channel's own words (keys line.*) in a language.
type Texts func(lang i18n.Lang, key string, args ...i18n.Arg) string

// Observer hears what the operator should know. Its functions must be set; they
// are called with codes and ids only, never with what a resident wrote.
type Observer struct {
	// Audit records a happening worth keeping.
	Audit func(ctx context.Context, tenant, action, detail string)
	// Count adds one to a counter.
	Count func(counter, label string)
	// Notify tells the operator about something to act on. It may be called
	// repeatedly.
	Notify func(ctx context.Context, tenant, what string)
}

// What is audited.
const (
	AuditStale       = "line.stale-replay"
	AuditDestination = "line.wrong-destination"
	AuditPostback    = "line.postback-refused"
	AuditEventDead   = "line.event-dead"
	AuditDead        = "line.delivery-dead"
	AuditUnknown     = "line.delivery-unknown"
)

// What the operator is notified of.
const (
	NoticeQuota        = "line.monthly-quota-reached"
	NoticeFailed       = "line.event-failed" // with the error; the event is tried again
	NoticeUnauthorized = "line.token-refused"
)

// Counters and their labels.
const (
	CountEvents     = "line_events"     // by what was done with it
	CountDeliveries = "line_deliveries" // by State
	CountSends      = "line_sends"      // by "reply" and "push", accepted ones
)

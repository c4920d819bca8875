// Package conversation keeps what people and the bot have said to each other,
// and where each dialog stands.
//
// A turn is one transaction around it:
//
//	Open   finds the person's conversation, locks it, and says whether the
//	       event has already had its turn (then Replies gives the answer again)
//	Close  stores the new state, the event as done, the messages, and for
//	       channels that push the delivery — or nothing at all
//
// Channels that receive events faster than turns can be made (LINE) put them
// into the inbox first (inbox.go); channels that push take deliveries from the
// outbox (outbox.go). Everything a person wrote is sealed under the data class
// "conversation".
package conversation

import (
	"errors"
	"fmt"
	"strings"

	"madoguchi/store"
)

// class is the data class the contents of conversations are sealed under.
const class = "conversation"

// TopicConversation is signalled with a conversation's id when messages have
// been added to it.
const TopicConversation = "conversation"

// ErrAgain says that another turn of the same event has been quicker. The
// caller runs its transaction again and finds the answer there.
var ErrAgain = errors.New("the event had its turn meanwhile")

// Service keeps conversations. It has no state of its own.
type Service struct{}

// Event names one event of one person on one channel.
type Event struct {
	Channel string
	User    string // the channel's id of the person
	ID      string // the channel's id of the event
}

// Conversation is one person on one channel, as found by Open.
type Conversation struct {
	ID      string
	State   []byte // nil for a new conversation
	Number  int64  // turns so far
	Seq     int64  // the last message's number
	Blocked bool

	// Done is set when this event already had its turn.
	Done    bool
	First   int64 // Done: the replies are messages First … Last
	Last    int64
	Outcome []byte // Done: what Close was given
	fresh   bool   // not in the database yet
	person  []byte
	event   []byte
	channel string
	user    string
}

// Line is one message of the transcript.
type Line struct {
	Seq    int64
	Author string
	Body   []byte
}

// Push asks Close to queue the replies for a channel that must call a platform.
type Push struct {
	Means []byte // what the channel needs for it, such as a reply token; sealed
}

// Open finds the conversation of the event's person and locks it until the end
// of the transaction. A person never seen before gets a new Conversation, which
// Close stores.
func (Service) Open(tx *store.Tx, ev Event) (*Conversation, error) {
	c := &Conversation{
		person:  tx.Blind("person", ev.Channel+"\x00"+ev.User),
		event:   tx.Blind("event", ev.Channel+"\x00"+ev.User+"\x00"+ev.ID),
		channel: ev.Channel,
		user:    ev.User,
	}
	for range 2 {
		found, err := c.find(tx)
		if err != nil {
			return nil, fmt.Errorf("find the conversation: %w", err)
		}
		if found {
			return c, nil
		}
		c.ID = store.NewID()
		if !tx.Postgres() {
			c.fresh = true
			return c, nil
		}
		// PostgreSQL cannot lock a row that does not exist yet: make it, so that
		// two first messages at once still have their turns one after another.
		if err := c.create(tx); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("find the conversation: it vanished while being made")
}

func (c *Conversation) find(tx *store.Tx) (bool, error) {
	lock := ""
	if tx.Postgres() {
		lock = " FOR UPDATE OF c"
	}
	var state, outcome []byte
	var done, id string
	var blocked int
	err := tx.Row(`SELECT c.id, c.state, c.number, c.seq, c.blocked,
			COALESCE(e.state, ''), COALESCE(e.first_seq, 0), COALESCE(e.last_seq, 0), e.outcome
		FROM conversation c LEFT JOIN event e ON e.tenant = c.tenant AND e.id = $4
		WHERE c.tenant = $1 AND c.channel = $2 AND c.person = $3`+lock,
		tx.Tenant(), c.channel, c.person, c.event).
		Scan(&id, &state, &c.Number, &c.Seq, &blocked, &done, &c.First, &c.Last, &outcome)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	tx.Point("conversation.found")
	c.ID, c.Blocked, c.Done = id, blocked != 0, done == "done"
	if len(state) > 0 {
		if c.State, err = tx.Unseal(class, id, state); err != nil {
			return false, fmt.Errorf("unseal the state: %w", err)
		}
	}
	if c.Done && len(outcome) > 0 {
		if c.Outcome, err = tx.Unseal(class, id, outcome); err != nil {
			return false, fmt.Errorf("unseal the outcome: %w", err)
		}
	}
	return true, nil
}

func (c *Conversation) create(tx *store.Tx) error {
	address, err := tx.Seal(class, c.ID, []byte(c.user))
	if err != nil {
		return fmt.Errorf("seal the address: %w", err)
	}
	now := store.Millis(tx.Now())
	_, err = tx.Exec(`INSERT INTO conversation
			(tenant, id, channel, person, address, state, number, seq, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $7)
		ON CONFLICT (tenant, channel, person) DO NOTHING`,
		tx.Tenant(), c.ID, c.channel, c.person, address, []byte{}, now)
	if err != nil {
		return fmt.Errorf("begin the conversation: %w", err)
	}
	return nil
}

// Turn is what Close stores.
type Turn struct {
	State   []byte // the dialog's new state
	Outcome []byte // what Replies needs besides the messages
	Lines   []Line // what was said, in order; Close numbers them
	Replies int    // how many of Lines, counted from the end, are the answer
	Push    *Push
}

// Close ends the turn: the event is done, the state and the messages are
// stored, and a delivery is queued if asked for. It numbers the lines in place.
// ErrAgain means that the event had its turn meanwhile.
func (Service) Close(tx *store.Tx, c *Conversation, t Turn) error {
	if c.fresh {
		if err := c.create(tx); err != nil {
			return err
		}
	}
	first := c.Seq + int64(len(t.Lines)-t.Replies) + 1
	for i := range t.Lines {
		c.Seq++
		t.Lines[i].Seq = c.Seq
	}
	state, err := tx.Seal(class, c.ID, t.State)
	if err != nil {
		return fmt.Errorf("seal the state: %w", err)
	}
	outcome, err := tx.Seal(class, c.ID, t.Outcome)
	if err != nil {
		return fmt.Errorf("seal the outcome: %w", err)
	}
	now := store.Millis(tx.Now())
	n, err := tx.Exec(`INSERT INTO event
			(tenant, id, conversation, state, first_seq, last_seq, outcome, channel, person, received_at)
		VALUES ($1, $2, $3, 'done', $4, $5, $6, $7, $8, $9)
		ON CONFLICT (tenant, id) DO UPDATE SET conversation = excluded.conversation, state = 'done',
			first_seq = excluded.first_seq, last_seq = excluded.last_seq, outcome = excluded.outcome, payload = NULL
			WHERE event.state = 'stored'`,
		tx.Tenant(), c.event, c.ID, first, c.Seq, outcome, c.channel, c.person, now)
	if err != nil {
		return fmt.Errorf("record the event: %w", err)
	}
	if n == 0 {
		return ErrAgain
	}
	tx.Point("conversation.event")
	if _, err := tx.Exec(`UPDATE conversation SET state = $3, number = number + 1, seq = $4, updated_at = $5
		WHERE tenant = $1 AND id = $2`, tx.Tenant(), c.ID, state, c.Seq, now); err != nil {
		return fmt.Errorf("store the state: %w", err)
	}
	c.Number++
	tx.Point("conversation.state")
	if err := appendLines(tx, c.ID, t.Lines, now); err != nil {
		return err
	}
	tx.Point("conversation.messages")
	if t.Push == nil {
		tx.Signal(TopicConversation, c.ID) // to whoever else is looking at it
	}
	if t.Push != nil && t.Replies > 0 {
		return queue(tx, c, first, t.Push, now)
	}
	return nil
}

// appendLines writes the messages of a turn as one statement.
func appendLines(tx *store.Tx, conversation string, lines []Line, now int64) error {
	if len(lines) == 0 {
		return nil
	}
	args := make([]any, 0, 3+3*len(lines))
	args = append(args, tx.Tenant(), conversation, now)
	for _, l := range lines {
		body, err := tx.Seal(class, bind(conversation, l.Seq), l.Body)
		if err != nil {
			return fmt.Errorf("seal a message: %w", err)
		}
		args = append(args, l.Seq, l.Author, body)
	}
	if _, err := tx.Exec(insertLines(len(lines)), args...); err != nil {
		return fmt.Errorf("append to the transcript: %w", err)
	}
	return nil
}

// insertLines is the statement for n messages; a turn has few, so the texts
// are few and stay prepared.
func insertLines(n int) string {
	if n <= len(inserts) {
		return inserts[n-1]
	}
	return insertText(n)
}

var inserts = [...]string{insertText(1), insertText(2), insertText(3), insertText(4), insertText(5), insertText(6)}

func insertText(n int) string {
	var b strings.Builder
	b.WriteString(`INSERT INTO message (tenant, conversation, at, seq, author, body) VALUES `)
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "($1, $2, $3, $%d, $%d, $%d)", 4+3*i, 5+3*i, 6+3*i)
	}
	return b.String()
}

// bind ties a sealed message to its place, so that rows cannot be swapped.
func bind(conversation string, seq int64) string {
	return fmt.Sprintf("%s/%d", conversation, seq)
}

// Lines returns the messages from first to last of a conversation.
func (Service) Lines(tx *store.Tx, conversation string, first, last int64) ([]Line, error) {
	rows, err := tx.Query(`SELECT seq, author, body FROM message
		WHERE tenant = $1 AND conversation = $2 AND seq BETWEEN $3 AND $4 ORDER BY seq`,
		tx.Tenant(), conversation, first, last)
	if err != nil {
		return nil, fmt.Errorf("read the transcript: %w", err)
	}
	defer rows.Close()
	var out []Line
	for rows.Next() {
		var l Line
		if err := rows.Scan(&l.Seq, &l.Author, &l.Body); err != nil {
			return nil, fmt.Errorf("read the transcript: %w", err)
		}
		out = append(out, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the transcript: %w", err)
	}
	// Only now, as opening may have to read the key.
	for i := range out {
		l := &out[i]
		if l.Body, err = tx.Unseal(class, bind(conversation, l.Seq), l.Body); err != nil {
			return nil, fmt.Errorf("unseal message %d: %w", l.Seq, err)
		}
	}
	return out, nil
}

// Person returns the channel and the channel's id of the person.
func (c *Conversation) Person() (channel, user string) { return c.channel, c.user }

// ByID returns a conversation without locking it; store.ErrNotFound if there is
// none.
func (Service) ByID(tx *store.Tx, id string) (*Conversation, error) {
	c := &Conversation{ID: id}
	var state, address []byte
	err := tx.Row(`SELECT channel, address, state, number, seq FROM conversation
		WHERE tenant = $1 AND id = $2`, tx.Tenant(), id).
		Scan(&c.channel, &address, &state, &c.Number, &c.Seq)
	if err != nil {
		return nil, fmt.Errorf("find a conversation: %w", err)
	}
	user, err := tx.Unseal(class, id, address)
	if err != nil {
		return nil, fmt.Errorf("unseal the address: %w", err)
	}
	c.user = string(user)
	if len(state) > 0 {
		if c.State, err = tx.Unseal(class, id, state); err != nil {
			return nil, fmt.Errorf("unseal the state: %w", err)
		}
	}
	return c, nil
}

// Find returns the conversation of a person without locking it; store.ErrNotFound
// if there is none.
func (Service) Find(tx *store.Tx, channel, user string) (*Conversation, error) {
	c := &Conversation{
		person:  tx.Blind("person", channel+"\x00"+user),
		event:   []byte{},
		channel: channel,
		user:    user,
	}
	var id string
	var state []byte
	err := tx.Row(`SELECT id, state, number, seq FROM conversation
		WHERE tenant = $1 AND channel = $2 AND person = $3`, tx.Tenant(), channel, c.person).
		Scan(&id, &state, &c.Number, &c.Seq)
	if err != nil {
		return nil, fmt.Errorf("find the conversation: %w", err)
	}
	c.ID = id
	if len(state) > 0 {
		if c.State, err = tx.Unseal(class, id, state); err != nil {
			return nil, fmt.Errorf("unseal the state: %w", err)
		}
	}
	return c, nil
}

package conversation

import (
	"errors"
	"fmt"

	"madoguchi/store"
)

// Saying is something said to a person who did not ask.
type Saying struct {
	// Event names the occasion; saying it again changes nothing.
	Event   string
	Lines   []Line
	Outcome []byte // as in Turn: what the channel needs besides the lines
	// Push queues a delivery, for channels that must call a platform.
	Push bool
}

// Say appends to a conversation outside any turn of the person; where the dialog
// stands does not change. A person who has shut the channel is told nothing: it
// then reports false. store.ErrNotFound means that there is no such conversation.
func (s Service) Say(tx *store.Tx, id string, what Saying) (said bool, err error) {
	found, err := s.ByID(tx, id)
	if err != nil {
		return false, err
	}
	// Open locks the conversation: the numbers of the lines follow a turn that
	// may be under way.
	c, err := s.Open(tx, Event{Channel: found.channel, User: found.user, ID: "say\x00" + what.Event})
	if err != nil {
		return false, err
	}
	if c.Done {
		return true, nil
	}
	if c.Blocked {
		return false, nil
	}
	t := Turn{State: c.State, Outcome: what.Outcome, Lines: what.Lines, Replies: len(what.Lines)}
	if what.Push {
		t.Push = &Push{}
	}
	err = s.Close(tx, c, t)
	if errors.Is(err, ErrAgain) {
		return true, nil // by another node, which held the lock before us
	}
	if err != nil {
		return false, fmt.Errorf("say something in a conversation: %w", err)
	}
	// Not a turn of the person: whoever counts turns leaves it out.
	if _, err := tx.Exec(`UPDATE event SET reason = 'said' WHERE tenant = $1 AND id = $2`, tx.Tenant(), c.event); err != nil {
		return false, fmt.Errorf("say something in a conversation: %w", err)
	}
	return true, nil
}

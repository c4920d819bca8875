package bot

import (
	"context"
	"errors"
	"fmt"

	"madoguchi/store"
	"madoguchi/store/conversation"
)

// Transcript reads what has been said, for channels that pull. It has no lock
// and changes nothing.
type Transcript struct {
	*Watch
	DB     *store.DB
	Memory interface {
		Find(tx *store.Tx, channel, user string) (*conversation.Conversation, error)
		Lines(tx *store.Tx, id string, first, last int64) ([]conversation.Line, error)
	}
}

// window is how many messages a reader gets at once; someone who has been away
// longer starts from the latest.
const window = 200

// Since returns the messages after a sequence number, the resident's own
// included, with the question that is open now. Somebody who never wrote gets
// the zero Reply.
func (t Transcript) Since(ctx context.Context, tenant, channel, user string, after int64) (Reply, error) {
	return t.read(ctx, tenant, channel, user, after, false)
}

// Latest returns what stands on the table: the messages after the resident's
// last line, with the open question.
func (t Transcript) Latest(ctx context.Context, tenant, channel, user string) (Reply, error) {
	return t.read(ctx, tenant, channel, user, 0, true)
}

// turnLines is more than the messages of one turn; Latest looks no further back.
const turnLines = 30

func (t Transcript) read(ctx context.Context, tenant, channel, user string, after int64, latest bool) (Reply, error) {
	var r Reply
	err := t.DB.View(ctx, tenant, func(tx *store.Tx) error {
		c, err := t.Memory.Find(tx, channel, user)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		s, err := DecodeState(c.State)
		if err != nil {
			return err
		}
		first := max(after, c.Seq-window) + 1
		if latest {
			first = max(0, c.Seq-turnLines) + 1
		}
		lines, err := t.Memory.Lines(tx, c.ID, first, c.Seq)
		if err != nil {
			return err
		}
		if latest {
			for i := len(lines) - 1; i >= 0; i-- {
				if lines[i].Author == string(FromResident) {
					lines = lines[i+1:]
					break
				}
			}
		}
		r = Reply{Conversation: c.ID, Lang: s.Lang, Expects: s.Expects, Flow: s.Flow, Step: s.Step, Asked: s.Asked}
		r.Messages, err = Messages(lines)
		return err
	})
	if err != nil {
		return Reply{}, fmt.Errorf("read the transcript: %w", err)
	}
	return r, nil
}

// Package question keeps the questions that the dialog had no answer for, so
// that those who write the answers see what is missing (S1-052, S3-013).
//
//	dialog ── Unanswered ──▶ one row a question: how often, when last, in which languages
//	console, report ◀── List, ranked; Settle says that it is answered now, or is none
//
// Nothing in a row leads to a person: the caller has taken names, numbers and
// addresses out of the words (understand.Anonymous), and neither the
// conversation nor the channel is noted.
package question

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"madoguchi/store"
	"madoguchi/store/job"
)

// State is what has become of a question.
type State string

// The states. Their words are stored.
const (
	Open      State = "open"
	Answered  State = "answered"  // there is an answer now
	Dismissed State = "dismissed" // not a question, or not one for this office
)

// States are all states, in the order to offer them.
var States = []State{Open, Answered, Dismissed}

// Question is one question with what is known of it.
type Question struct {
	ID    string
	Words string
	Asked int64    // how often
	Langs []string // in which it was asked, the first first
	First time.Time
	Last  time.Time
	State State
	By    string    // who settled it, "" while it is open
	At    time.Time // when; zero while it is open
}

const (
	// Keep is how long a question is kept that nobody asks again: a year, since
	// much comes up at the same season only.
	Keep = 400 * 24 * time.Hour
	// most is how many are kept of a tenant; those asked longest ago go first.
	most = 5000
)

// ErrState is a state there is none of.
var ErrState = errors.New("there is no such state")

// Service keeps questions. It holds nothing and is safe for concurrent use.
type Service struct{}

// Unanswered notes that a question was asked in lang and not answered. One that
// was settled as answered is open again: its answer is not found.
func (Service) Unanswered(tx *store.Tx, lang, words string) error {
	_, err := tx.Exec(`INSERT INTO question (tenant, id, words, asked, langs, first_at, last_at, state, settled_at, settled_by)
		VALUES ($1, $2, $3, 1, $4, $5, $5, 'open', 0, '')
		ON CONFLICT (tenant, words) DO UPDATE SET asked = question.asked + 1, last_at = excluded.last_at,
			langs = CASE WHEN ',' || question.langs || ',' LIKE '%,' || excluded.langs || ',%' THEN question.langs
				ELSE question.langs || ',' || excluded.langs END,
			settled_at = CASE WHEN question.state = 'answered' THEN 0 ELSE question.settled_at END,
			settled_by = CASE WHEN question.state = 'answered' THEN '' ELSE question.settled_by END,
			state = CASE WHEN question.state = 'answered' THEN 'open' ELSE question.state END`,
		tx.Tenant(), store.NewID(), words, lang, store.Millis(tx.Now()))
	if err != nil {
		return fmt.Errorf("note a question without an answer: %w", err)
	}
	return nil
}

// List returns the questions in a state from the first-th on (from 0), the most
// asked first, at most limit.
func (Service) List(tx *store.Tx, state State, first, limit int) ([]Question, error) {
	rows, err := tx.Query(`SELECT id, words, asked, langs, first_at, last_at, state, settled_at, settled_by FROM question
		WHERE tenant = $1 AND state = $2 ORDER BY asked DESC, last_at DESC, id LIMIT $3 OFFSET $4`,
		tx.Tenant(), string(state), limit, first)
	if err != nil {
		return nil, fmt.Errorf("list the questions without an answer: %w", err)
	}
	defer rows.Close()
	var list []Question
	for rows.Next() {
		var q Question
		var langs, state string
		var first, last, at int64
		if err := rows.Scan(&q.ID, &q.Words, &q.Asked, &langs, &first, &last, &state, &at, &q.By); err != nil {
			return nil, fmt.Errorf("list the questions without an answer: %w", err)
		}
		q.Langs, q.State, q.First, q.Last = strings.Split(langs, ","), State(state), store.FromMillis(first), store.FromMillis(last)
		if at != 0 {
			q.At = store.FromMillis(at)
		}
		list = append(list, q)
	}
	return list, rows.Err()
}

// Count returns how many questions there are in a state.
func (Service) Count(tx *store.Tx, state State) (n int, err error) {
	if err := tx.Row(`SELECT COUNT(*) FROM question WHERE tenant = $1 AND state = $2`, tx.Tenant(), string(state)).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the questions without an answer: %w", err)
	}
	return n, nil
}

// Settle puts a question into a state, with an audit row. The error is
// store.ErrNotFound if there is no such question (any more), ErrState for a
// state there is none of.
func (Service) Settle(tx *store.Tx, id string, to State, by string) error {
	at, who := store.Millis(tx.Now()), by
	switch to {
	case Answered, Dismissed:
	case Open:
		at, who = 0, ""
	default:
		return fmt.Errorf("%w: %q", ErrState, to)
	}
	var was string
	if err := tx.Row(`SELECT state FROM question WHERE tenant = $1 AND id = $2`, tx.Tenant(), id).Scan(&was); err != nil {
		return fmt.Errorf("look a question up: %w", err)
	}
	if State(was) == to {
		return nil
	}
	if _, err := tx.Exec(`UPDATE question SET state = $3, settled_at = $4, settled_by = $5 WHERE tenant = $1 AND id = $2`,
		tx.Tenant(), id, string(to), at, who); err != nil {
		return fmt.Errorf("settle a question: %w", err)
	}
	return tx.Audit(by, "question."+string(to), id)
}

// Jobs forget what nobody has asked for long.
func (s Service) Jobs(db *store.DB) []job.Job {
	return []job.Job{{
		Name: "question.retention", Every: time.Hour,
		Run: func(ctx context.Context, tenant string) error { return db.Update(ctx, tenant, s.Forget) },
	}}
}

// Forget deletes questions past their time, and those beyond what is kept.
func (Service) Forget(tx *store.Tx) error {
	if _, err := tx.Exec(`DELETE FROM question WHERE tenant = $1 AND last_at < $2`, tx.Tenant(), store.Millis(tx.Now().Add(-Keep))); err != nil {
		return fmt.Errorf("forget old questions: %w", err)
	}
	if _, err := tx.Exec(`DELETE FROM question WHERE tenant = $1 AND id IN
		(SELECT id FROM question WHERE tenant = $1 ORDER BY last_at DESC, id LIMIT 1000000 OFFSET $2)`, tx.Tenant(), most); err != nil {
		return fmt.Errorf("forget surplus questions: %w", err)
	}
	return nil
}

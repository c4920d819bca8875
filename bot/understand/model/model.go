// Package model asks a language model what a resident may have meant, where one
// is configured and the rules are unsure. Any server that speaks OpenAI's chat
// completions will do.
//
//	Question ──Mask, payload──▶ server (breaker, places, budget, 3 s) ──read, Grounded──▶ Proposal
//
// A model proposes and nothing else (DESIGN 1.5). The question says what there
// is to choose from, and a Proposal is one of these or nothing: whatever a model
// returns that was not asked for, in whatever shape, is dropped here. What the
// resident said is data to it, and so are the answers it may phrase. The engine
// validates the proposal as it would a person's words, and asks the person
// whether it was meant.
//
// A model may be slow, wrong, hostile, gone or too dear; all of these are the
// same as having none. Adviser.Ask therefore has no error: only the meters and
// the log of the operator tell one from the other, and neither holds a word that
// was said.
//
//	question.go  what is asked, and how it is put to the model
//	reply.go     reading and checking what comes back
//	ground.go    whether a phrased answer says only what its sources say
//	server.go    one server: the call, its faults, the breaker
package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"madoguchi/bot/outgoing"
	"madoguchi/store"
	"madoguchi/store/budget"
	"madoguchi/store/limit"
)

// Section is the name of Settings among a tenant's settings; the key of a
// tenant's own server is sealed as Secret.
const (
	Section = "model"
	Secret  = "openai.key"
)

// Settings are what a municipality decides about the model.
type Settings struct {
	Off bool `json:"off,omitempty"` // none, though the operator has one
	// URL and Model name a server of its own, on the public internet.
	URL   string `json:"url,omitempty"`
	Model string `json:"model,omitempty"`
	// Calls and Tokens are the most used on one day; 0 is the default.
	Calls  int64 `json:"calls,omitempty"`
	Tokens int64 `json:"tokens,omitempty"`
	// Verbatim shows answers to questions only as the municipality wrote them.
	Verbatim bool `json:"verbatim,omitempty"`
}

// The defaults of a day: some forty unsure messages an hour, around the clock.
const (
	DefaultCalls  = 1000
	DefaultTokens = 1_500_000
)

// Limit is the budget of a day.
func (s Settings) Limit() budget.Limit {
	l := budget.Limit{Calls: s.Calls, Tokens: s.Tokens}
	if l.Calls == 0 {
		l.Calls = DefaultCalls
	}
	if l.Tokens == 0 {
		l.Tokens = DefaultTokens
	}
	return l
}

// Account is the model of one municipality.
type Account struct {
	Server
	Limit    budget.Limit
	Verbatim bool
}

// Outcome says what became of asking, for the meters.
type Outcome string

// The outcomes.
const (
	Proposed    Outcome = "proposed"
	Nothing     Outcome = "nothing"     // the model finds nothing that fits
	Unusable    Outcome = "unusable"    // it answered something that was not asked for
	Timeout     Outcome = "timeout"     // not within Patience
	Unreachable Outcome = "unreachable" // no connection, or it broke
	Failing     Outcome = "failing"     // 5xx, or a response that cannot be read
	Throttled   Outcome = "throttled"   // 429
	Refused     Outcome = "refused"     // another 4xx: key, model or address are wrong
	Resting     Outcome = "resting"     // not asked: the breaker is open
	Crowded     Outcome = "crowded"     // not asked: too many ask at once
	Spent       Outcome = "spent"       // not asked: the budget of the day is used up
	Overasked   Outcome = "overasked"   // not asked: this conversation has asked too often
	Broken      Outcome = "broken"      // not asked: a setting or the database is wrong
	Left        Outcome = "left"        // the resident's connection ended
)

// Outcomes are all of them.
var Outcomes = []Outcome{
	Proposed, Nothing, Unusable, Timeout, Unreachable, Failing, Throttled, Refused, Resting, Crowded, Spent, Overasked, Broken, Left,
}

// Patience is how long a resident waits for the model before the dialog goes on
// without it.
const Patience = 3 * time.Second

// One conversation may ask this often within perPerson.
const (
	askedMost = 30
	perPerson = time.Hour
	scope     = "model"
)

// Adviser asks the models of municipalities. It is safe for concurrent use.
type Adviser struct {
	DB     *store.DB
	Budget budget.Service
	// Account returns the model of the transaction's tenant, nil for none.
	Account func(tx *store.Tx) (*Account, error)
	Log     *slog.Logger
	// Wait is how long to wait for a model; 0: Patience.
	Wait time.Duration
	// Count hears of every time a model was to be asked, with the tokens it
	// took; nil: nobody does.
	Count func(o Outcome, tokens int64, took time.Duration)

	mu      sync.Mutex
	servers map[Server]*server
}

// Ask asks the model of an account. asker is the conversation: its questions are
// counted, and it is not sent. The Proposal is empty if there is none to make,
// whatever the reason.
func (a *Adviser) Ask(ctx context.Context, tenant string, account *Account, asker string, q Question) Proposal {
	begun := time.Now()
	within, cancel := context.WithTimeout(ctx, cmp.Or(a.Wait, Patience))
	defer cancel()
	if account.Verbatim {
		q.Phrase = false
	}
	p, tokens, err := a.ask(within, tenant, account, asker, q)
	o := Proposed
	var f *fault
	switch {
	case err == nil && p.empty():
		o = Nothing
	case err == nil:
	case ctx.Err() != nil:
		o = Left
	case errors.As(err, &f):
		o = f.outcome
	case within.Err() != nil:
		o = Timeout
	default:
		o = Broken
		a.Log.Error("the language model was not asked", "tenant", tenant, "error", err)
	}
	if a.Count != nil {
		a.Count(o, tokens, time.Since(begun))
	}
	if err != nil {
		return Proposal{}
	}
	return p
}

func (a *Adviser) ask(ctx context.Context, tenant string, account *Account, asker string, q Question) (Proposal, int64, error) {
	s, err := a.server(account.Server)
	if err != nil {
		return Proposal{}, 0, err
	}
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		return Proposal{}, 0, &fault{outcome: Crowded}
	}
	ask := q.request(account.Model)
	var spent int64
	content, err := s.breaker.Execute(func() (string, error) {
		taken, err := a.take(ctx, tenant, account, asker, ask.most)
		if err != nil {
			return "", err
		}
		content, used, err := s.call(ctx, ask)
		spent = used
		a.settle(ctx, tenant, taken, used)
		return content, err
	})
	if err != nil {
		return Proposal{}, spent, asFault(err)
	}
	// A reply of no use does not open the breaker: else whoever makes a model
	// talk nonsense would switch it off for everybody.
	p, err := q.read(content)
	return p, spent, err
}

// take reserves the call in the budget of the day and of the conversation.
func (a *Adviser) take(ctx context.Context, tenant string, account *Account, asker string, tokens int64) (taken budget.Taken, err error) {
	o := Outcome("")
	err = a.DB.Update(ctx, tenant, func(tx *store.Tx) error {
		o = ""
		ok, err := limit.Allow(tx, scope, asker, askedMost, perPerson)
		if err != nil {
			return err
		}
		if !ok {
			o = Overasked
			return nil
		}
		if taken, ok, err = a.Budget.Take(tx, account.Limit, tokens); err == nil && !ok {
			o = Spent
			err = limit.Refund(tx, scope, asker, perPerson)
		}
		return err
	})
	switch {
	case err != nil:
		return taken, &fault{outcome: Broken, cause: fmt.Errorf("reserve a call: %w", err)}
	case o != "":
		return taken, &fault{outcome: o}
	}
	return taken, nil
}

// settleWithin bounds the correction of the budget after a call.
const settleWithin = 2 * time.Second

// settle corrects the reservation. If it cannot, too much stays counted.
func (a *Adviser) settle(ctx context.Context, tenant string, taken budget.Taken, used int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	if err := a.DB.Update(ctx, tenant, func(tx *store.Tx) error { return a.Budget.Settle(tx, taken, used) }); err != nil {
		a.Log.Warn("the cost of a call of the language model is counted too high", "tenant", tenant, "error", err)
	}
}

// mostServers bounds the servers remembered: settings change, processes stay.
const mostServers = 64

// server returns the server of an account; those who share one share its breaker.
func (a *Adviser) server(which Server) (*server, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.servers[which]; s != nil {
		return s, nil
	}
	u, err := outgoing.Check(which.URL, which.Trust)
	if err != nil {
		return nil, fmt.Errorf("the address of the language model: %w", err)
	}
	if which.Model == "" {
		return nil, errors.New("the language model has no name")
	}
	if a.servers == nil || len(a.servers) >= mostServers {
		a.servers = map[Server]*server{}
	}
	s := newServer(which, outgoing.Client(u, which.Trust, mostResponse), func(open bool) {
		a.Log.Warn("the language model's server", "host", u.Host, "left alone", open)
	})
	a.servers[which] = s
	return s, nil
}

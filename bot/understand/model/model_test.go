package model_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/bot/outgoing"
	"madoguchi/bot/understand/model"
	"madoguchi/bot/understand/model/modeltest"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/budget"
	"madoguchi/store/storetest"
)

const town = "town"

// desk is an adviser before a stand-in.
type desk struct {
	*testing.T
	db      *store.DB
	server  *modeltest.Server
	adviser *model.Adviser
	account model.Account
	log     bytes.Buffer

	mu       sync.Mutex
	outcomes []model.Outcome
}

func newDesk(t *testing.T, db *store.DB) *desk {
	d := &desk{T: t, db: db, server: modeltest.New()}
	t.Cleanup(func() {
		d.server.Close()
		if v := d.server.Violations(); len(v) > 0 {
			t.Errorf("a strict server refuses: %v", v)
		}
	})
	d.account = model.Account{
		Server: model.Server{URL: d.server.URL, Key: d.server.Key, Model: "stand-in", Trust: outgoing.Operator},
		Limit:  model.Settings{}.Limit(),
	}
	d.adviser = d.another(db)
	return d
}

// another is the adviser of another node.
func (d *desk) another(db *store.DB) *model.Adviser {
	return &model.Adviser{
		DB: db, Log: slog.New(slog.NewTextHandler(&d.log, nil)), Wait: 2 * time.Second,
		Count: func(o model.Outcome, tokens int64, _ time.Duration) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.outcomes = append(d.outcomes, o)
		},
	}
}

func (d *desk) ask(q model.Question) (model.Proposal, model.Outcome) {
	d.Helper()
	return d.askAs(d.adviser, "conversation", q)
}

func (d *desk) askAs(a *model.Adviser, asker string, q model.Question) (model.Proposal, model.Outcome) {
	d.Helper()
	p := a.Ask(d.Context(), town, &d.account, asker, q)
	d.mu.Lock()
	defer d.mu.Unlock()
	return p, d.outcomes[len(d.outcomes)-1]
}

func (d *desk) used() (u budget.Used) {
	d.Helper()
	err := d.db.View(d.Context(), town, func(tx *store.Tx) (err error) {
		u, err = budget.Service{}.On(tx, civil.In(tx.Now()).Date)
		return err
	})
	if err != nil {
		d.Fatal(err)
	}
	return u
}

var who = model.Question{
	Lang: i18n.English, Type: model.Choice, Asked: "Who is coming?", Text: "my old man sends me",
	Options: []model.Option{{Value: "self", Words: "Myself"}, {Value: "agent", Words: "Someone for me"}},
}

// Every way in which a server goes wrong is the same as having none, is told
// apart for the operator, and costs what it can have cost.
func TestFaults(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	for _, tt := range []struct {
		fault string
		want  model.Outcome
	}{
		{modeltest.Error500, model.Failing},
		{modeltest.Error429, model.Throttled},
		{modeltest.NoCredit, model.Throttled},
		{modeltest.Error401, model.Refused},
		{modeltest.Error404, model.Refused},
		{modeltest.Redirected, model.Refused},
		{modeltest.Reset, model.Unreachable},
		{modeltest.CutOff, model.Failing},
		{modeltest.Huge, model.Failing},
		{modeltest.ErrorIn200, model.Failing},
		{modeltest.NotJSON, model.Failing},
		{modeltest.NoChoices, model.Failing},
		{modeltest.NullReply, model.Nothing},
		{modeltest.TooLong, model.Nothing},
		{modeltest.Filtered, model.Nothing},
		{modeltest.ToolCall, model.Nothing},
		{modeltest.Declined, model.Nothing},
		{"Sure! The answer is 1.", model.Unusable},
		{`{"value":"7"}`, model.Unusable},
		{`{"value":"1","say":"<a href=https://evil.example>"}`, model.Unusable},
		{`{"value":"ご本人"}`, model.Unusable},
		{strings.Repeat(`{"value":"1"} `, 2000), model.Unusable},
		{modeltest.Hang, model.Timeout},
		{modeltest.Trickle, model.Timeout},
	} {
		t.Run(tt.fault[:min(len(tt.fault), 30)], func(t *testing.T) {
			d := newDesk(t, db)
			if tt.want == model.Timeout {
				d.adviser.Wait = 100 * time.Millisecond
			}
			d.server.Fail(tt.fault)
			if p, o := d.ask(who); o != tt.want || p.Value != "" || p.Answer != "" {
				t.Errorf("%s, %+v; want %s", o, p, tt.want)
			}
			if strings.Contains(d.log.String(), d.server.Key) || strings.Contains(d.log.String(), "old man") {
				t.Errorf("the log tells: %s", &d.log)
			}
		})
	}
	t.Run("gone", func(t *testing.T) {
		d := newDesk(t, db)
		gone := modeltest.New()
		gone.Close()
		d.account.URL = gone.URL
		if p, o := d.ask(who); o != model.Unreachable || p.Value != "" {
			t.Errorf("%s, %+v", o, p)
		}
	})
}

// A proposal is one of what was offered; a server that claims a million tokens
// is not believed, nor one that claims none.
func TestProposal(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite))
	d.server.Answer(func(r modeltest.Request) string { return modeltest.Value(r.Named("for me")) })
	p, o := d.ask(who)
	if diff := cmp.Diff(model.Proposal{Value: "agent"}, p); diff != "" || o != model.Proposed {
		t.Errorf("%s (-want +got)\n%s", o, diff)
	}
	if u := d.used(); u != (budget.Used{Calls: 1, Tokens: 300}) {
		t.Errorf("used %+v", u)
	}
	d.server.Fail(modeltest.LiesOnCost)
	d.ask(who)
	if u := d.used(); u.Calls != 2 || u.Tokens > 10_000 {
		t.Errorf("used %+v", u)
	}
}

// A budget that is spent is spent on every node, and a conversation that asks
// too often is heard no longer.
func TestSpent(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		nodes := []*model.Adviser{d.adviser, d.another(storetest.Again(t, db, storetest.At(clock)))}
		d.server.Reply(modeltest.Value("1"))
		d.account.Limit.Calls = 5
		for i := range 5 {
			if p, o := d.askAs(nodes[i%2], "a", who); o != model.Proposed || p.Value != "self" {
				t.Fatalf("call %d: %s, %+v", i, o, p)
			}
		}
		for _, n := range nodes {
			if p, o := d.askAs(n, "a", who); o != model.Spent || p.Value != "" {
				t.Errorf("%s, %+v", o, p)
			}
		}
		if n := len(d.server.Requests()); n != 5 {
			t.Errorf("%d requests", n)
		}
		d.account.Limit = budget.Limit{Calls: 1000, Tokens: d.used().Tokens + 10}
		if _, o := d.askAs(nodes[0], "a", who); o != model.Spent {
			t.Errorf("with few tokens left: %s", o)
		}
		d.account.Limit = budget.Limit{Calls: 1000, Tokens: 1_000_000}
		last := model.Outcome("")
		for i := range 30 {
			_, last = d.askAs(nodes[i%2], "a", who)
		}
		if last != model.Overasked {
			t.Errorf("a conversation that asks 35 times: %s", last)
		}
		if _, o := d.askAs(nodes[0], "b", who); o != model.Proposed {
			t.Errorf("another conversation: %s", o)
		}
	}, storetest.At(clock))
}

// A model that hangs holds up only so many at once; the others go on without it
// at once.
func TestCrowded(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite))
	d.server.Fail(modeltest.Hang)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { d.adviser.Ask(ctx, town, &d.account, "slow", who) })
	}
	d.server.AwaitHanging(8)
	if _, o := d.askAs(d.adviser, "another", who); o != model.Crowded {
		t.Errorf("%s", o)
	}
	cancel()
	all.Wait()
	d.server.Reply(modeltest.Value("1"))
	if _, o := d.askAs(d.adviser, "another", who); o != model.Proposed {
		t.Errorf("once they have left: %s", o)
	}
}

// The address of a tenant may not lead inside, whatever the setting says.
func TestTenantsServerInside(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite))
	d.account.Trust = outgoing.Tenant
	for _, address := range []string{d.server.URL, "https://localhost/v1", "https://169.254.169.254/v1", "https://10.0.0.1/v1", "file:///etc/passwd"} {
		d.account.URL = address
		if p, o := d.ask(who); o != model.Broken || p.Value != "" {
			t.Errorf("%s: %s, %+v", address, o, p)
		}
	}
	if n := len(d.server.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

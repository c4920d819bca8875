package main

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"madoguchi/bot"
)

// What is known before a procedure begins is taken when its question comes, if
// it answers it; what does not is asked.
func TestWhatIsKnownFromTheStartIsNotAsked(t *testing.T) {
	data := t.TempDir()
	at, err := time.Parse(time.RFC3339, opening)
	if err != nil {
		t.Fatal(err)
	}
	env := &environment{
		ctx: context.Background(), config: Config{Data: data, Database: filepath.Join(data, "madoguchi.db")},
		out: &bytes.Buffer{}, err: &bytes.Buffer{}, clock: func() time.Time { return at },
	}
	h, err := open(env, slog.New(slog.DiscardHandler), true)
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()

	for name, c := range map[string]struct {
		with   map[string]string
		choose []string
		field  string // asked last
	}{
		"nothing":                        {nil, nil, "what"},
		"purpose":                        {map[string]string{"what": "book"}, nil, "business"},
		"no such purpose":                {map[string]string{"what": "steal"}, nil, "what"},
		"counter":                        {map[string]string{"what": "book", "counter": "honcho"}, []string{"consult"}, "visit"},
		"counter and time":               {map[string]string{"what": "book", "counter": "honcho", "visit": "honcho/2026-12-01T10:00"}, []string{"consult"}, "mail"},
		"no such counter":                {map[string]string{"what": "book", "counter": "moon", "visit": "moon/2026-12-01T10:00"}, []string{"consult"}, "counter"},
		"another's time":                 {map[string]string{"what": "book", "counter": "nishi", "visit": "honcho/2026-12-01T10:00"}, []string{"consult"}, "visit"},
		"a closed time":                  {map[string]string{"what": "book", "counter": "honcho", "visit": "honcho/2026-12-01T12:00"}, []string{"consult"}, "visit"},
		"not a time":                     {map[string]string{"what": "book", "counter": "honcho", "visit": "'; drop table"}, []string{"consult"}, "visit"},
		"no field of that":               {map[string]string{"receipt": "7"}, nil, "what"},
		"a time for a foreign household": {map[string]string{"what": "book", "counter": "honcho", "visit": "honcho/2026-12-01T10:00"}, []string{"move", "yes"}, "mail"},
	} {
		t.Run(name, func(t *testing.T) {
			in := bot.Inbound{Tenant: "sample", Channel: "plain", User: name, Event: "0", Flow: "reservation", With: c.with}
			reply, err := h.engine.Turn(env.ctx, in)
			for i, choice := range c.choose {
				if err != nil {
					t.Fatal(err)
				}
				reply, err = h.engine.Turn(env.ctx, bot.Inbound{
					Tenant: "sample", Channel: "plain", User: name, Event: string(rune('1' + i)), Choice: choice, Asked: reply.Asked,
				})
			}
			if err != nil {
				t.Fatal(err)
			}
			if reply.Expects == nil || reply.Expects.Field != c.field {
				t.Errorf("asked for %+v, want %s: %v", reply.Expects, c.field, reply.Messages)
			}
		})
	}
}

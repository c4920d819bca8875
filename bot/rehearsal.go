package bot

import (
	"context"
	"fmt"
	"time"

	"madoguchi/flows"
	"madoguchi/i18n/civil"
)

// Rehearsal runs turns without a database: the caller keeps the state. It is
// for trying a flow out before it is published, and for measuring the engine.
// Actions of the flow get no transaction.
type Rehearsal struct {
	Engine *Engine
	Shelf  *Shelf
	Site   *Site
	Now    time.Time
}

// Turn answers one event from the state the last one returned; nil begins.
func (r *Rehearsal) Turn(ctx context.Context, state []byte, in Inbound) (next []byte, reply Reply, err error) {
	var d *dialog
	for again := true; again; {
		d = &dialog{
			Engine: r.Engine, ctx: ctx, in: in, site: r.Site, shelf: r.Shelf, owner: "rehearsal",
			instant: r.Now, now: civil.In(r.Now), fresh: len(state) == 0, words: r.Shelf.spoken(r.Engine),
			find: func(flow string, version int) (*flows.Flow, error) { return r.Shelf.Current[flow], nil },
		}
		next, err = d.run(state)
		if again, err = in.outsideOf(ctx, err); err != nil {
			return nil, Reply{}, fmt.Errorf("rehearse a turn: %w", err)
		}
	}
	reply = d.reply("rehearsal")
	if _, err = d.lines(0); err != nil {
		return nil, Reply{}, err
	}
	return next, reply, nil
}

package bot

import (
	"context"
	"errors"

	"madoguchi/bot/understand"
)

// outside is slow work that an action wants done before it can go on. It must
// not be done inside the transaction: there one turn's wait would be every
// turn's (DESIGN 1.1). So the turn ends without effect, the work is done, and
// the turn begins again with its result at hand; if the conversation has moved on
// meanwhile, the action simply asks for something else.
type outside struct {
	key  string
	work func(context.Context) (string, error)
}

func (*outside) Error() string { return "work to be done outside the transaction" }

// Outside returns the result of slow work: hashing a password, asking another
// program. key names the work and everything it depends on. The error must be
// returned as it is: the turn comes back here when the work is done. An error of
// the work itself is a fault of the turn.
func (a *Act) Outside(key string, work func(context.Context) (string, error)) (string, error) {
	if result, ok := a.done[key]; ok {
		return result, nil
	}
	return "", &outside{key, work}
}

// mostOutside bounds how often one turn goes outside.
const mostOutside = 4

// outsideOf does the work that a turn asked for and keeps its result. It reports
// false if err is something else.
func (in *Inbound) outsideOf(ctx context.Context, err error) (bool, error) {
	var o *outside
	if !errors.As(err, &o) || len(in.done) == mostOutside {
		return false, err
	}
	result, err := o.work(ctx)
	if err != nil {
		return false, err
	}
	if in.done == nil {
		in.done = map[string]string{}
	}
	in.done[o.key] = result
	return true, nil
}

// readyToHear has the indexes of the resident's language made outside the transaction
// when somebody first says words in it.
func (d *dialog) readyToHear() error {
	lang, text := d.s.Lang, d.in.Text
	key := "listen:" + string(lang)
	if _, done := d.in.done[key]; done || text == "" || d.shelf.hears(lang) {
		return nil // done, and yet not there: the shelf is another by now, which happens once
	}
	shelf, c := d.shelf, understand.Context{Lang: lang, Now: d.now}
	return &outside{key, func(context.Context) (string, error) { return "", shelf.listen(c, text) }}
}

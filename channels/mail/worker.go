package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"madoguchi/store"
	"madoguchi/store/notice"
)

// Worker sends the letters that wait. Any number of workers, on any number of
// nodes, may share a database.
//
// A letter that the server has taken and whose worker then died is sent once
// more, under the same Message-ID: mail has no stronger promise to offer.
type Worker struct {
	DB      *store.DB
	Notices notice.Service
	Writer  *Writer
	// Account returns how a tenant sends mail, nil if it does not.
	Account func(ctx context.Context, tenant string) (*Account, error)
	// Timeout bounds one letter's talk with the server; 30 seconds if zero.
	Timeout time.Duration
	After   func(time.Duration) <-chan time.Time
	// Count, if set, counts what became of the tries.
	Count func(state string)
}

const (
	batch     = 8
	lease     = 2 * time.Minute // longer than any try
	pollEvery = 5 * time.Second
	// grace is how much longer a talk with the server may last when the program
	// is told to end.
	grace = 5 * time.Second

	usualTimeout = 30 * time.Second
	firstBackoff = time.Minute
	maxBackoff   = time.Hour
	// A letter that nobody took for this long comes too late to be of use.
	giveUpAfter = 23 * time.Hour
)

// Run sends until ctx ends. wake, which may be nil, says that there is work
// before the next poll. It returns ctx's error.
func (w *Worker) Run(ctx context.Context, wake <-chan struct{}) error {
	for ctx.Err() == nil {
		n, err := w.Once(ctx)
		if err != nil && ctx.Err() == nil {
			w.DB.Log().Error("mail cannot be claimed", "error", err)
		}
		if n == batch {
			continue
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-w.After(pollEvery):
		}
	}
	return ctx.Err()
}

// Once tries one batch of letters that are due and returns how many it had. An
// error means that the database could not be asked.
func (w *Worker) Once(ctx context.Context) (int, error) {
	claimed, err := w.Notices.Claim(ctx, w.DB, notice.Mail, batch, lease)
	var wg sync.WaitGroup
	for _, c := range claimed {
		wg.Go(func() { w.work(ctx, c) })
	}
	wg.Wait()
	if err != nil {
		return len(claimed), fmt.Errorf("claim mail: %w", err)
	}
	return len(claimed), nil
}

// work tries one letter and puts down what became of it.
func (w *Worker) work(ctx context.Context, c notice.Claimed) {
	talk, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.timeout())
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-w.After(grace):
			cancel()
		case <-talk.Done():
		}
	})
	defer stop()

	o := w.try(talk, c)
	log := w.DB.Log().With("tenant", c.Tenant, "notice", c.ID, "kind", string(c.Kind), "reason", o.Reason)
	switch o.State {
	case notice.Dead:
		log.Warn("a mail could not be delivered")
	case notice.Waiting:
		log.Info("a mail will be tried again", slog.Int("attempts", c.Attempts))
	}
	if w.Count != nil {
		w.Count(string(o.State))
	}
	// If this fails the lease runs out and the letter is sent once more.
	if err := w.Notices.Finish(context.WithoutCancel(ctx), w.DB, c, o); err != nil {
		log.Error("a mail's fate cannot be stored", "error", err)
	}
}

func (w *Worker) timeout() time.Duration {
	if w.Timeout == 0 {
		return usualTimeout
	}
	return w.Timeout
}

// try writes and sends one letter.
func (w *Worker) try(ctx context.Context, c notice.Claimed) (o notice.Outcome) {
	defer func() {
		if p := recover(); p != nil {
			w.DB.Log().Error("writing a mail panicked", "notice", c.ID, "stack", string(debug.Stack()))
			o = w.later(c, "panic")
		}
	}()
	account, err := w.Account(ctx, c.Tenant)
	if err != nil {
		w.DB.Log().Error("the mail account cannot be read", "tenant", c.Tenant, "error", err)
		return w.later(c, "account")
	}
	if account == nil {
		return w.later(c, "off")
	}
	var letter *Letter
	var why string
	err = w.DB.View(ctx, c.Tenant, func(tx *store.Tx) (err error) {
		letter, why, err = w.Writer.Write(tx, c.Notice, account)
		return err
	})
	if err != nil {
		w.DB.Log().Error("a mail cannot be written", "tenant", c.Tenant, "notice", c.ID, "error", err)
		return w.later(c, "writing")
	}
	if letter == nil {
		return notice.Outcome{State: notice.Dropped, Reason: why}
	}
	err = Send(ctx, account, letter, w.DB.Now())
	var failed *Failure
	switch {
	case err == nil:
		return notice.Outcome{State: notice.Sent}
	case errors.As(err, &failed) && failed.Permanent:
		return notice.Outcome{State: notice.Dead, Reason: failed.Code}
	case failed != nil:
		return w.later(c, failed.Code)
	}
	return w.later(c, "unknown")
}

// later is another try, after a wait that doubles each time, or the end if that
// would be too late.
func (w *Worker) later(c notice.Claimed, reason string) notice.Outcome {
	at := w.DB.Now().Add(min(firstBackoff<<min(c.Attempts-1, 10), maxBackoff))
	if at.Sub(c.Made) > giveUpAfter {
		return notice.Outcome{State: notice.Dead, Reason: reason}
	}
	return notice.Outcome{State: notice.Waiting, Retry: at, Reason: reason}
}

// Package job runs periodic work: reminders, no-shows, retention, the audit
// sealer. There is no queue. A job looks at the rows there are and does what
// is due, so that running it twice, or late, does no harm.
//
// Of several nodes one runs a job at a time: the one that holds the job's row
// in the table lease. The holder extends the lease while it works; if it dies,
// the lease runs out and another node takes over. A node that was frozen and
// wakes up late finds its lease lost and its context cancelled; because jobs
// are idempotent, a last statement of it still does no harm.
package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"madoguchi/store"
)

// Job is one kind of periodic work: either Run or Once is set.
type Job struct {
	Name string
	// Every is the time between the beginnings of two runs.
	Every time.Duration
	// Run does the work of one tenant. An error in one tenant does not stop
	// the others.
	Run func(ctx context.Context, tenant string) error
	// Once does work outside any tenant.
	Once func(ctx context.Context) error
}

// Lease is how long a node that has died keeps others from its job.
const Lease = 30 * time.Second

// ahead is how far in the future a time in a lease row may lie before it counts
// as written by a wrong clock. A little is normal: clocks of nodes differ, and a
// transaction that waited for the row has an earlier "now" than the one it
// waited for.
const ahead = 10 * Lease

var (
	// ErrHeld means that another node is running the job.
	ErrHeld = errors.New("job is running elsewhere")
	// ErrUnknown means that there is no job of that name.
	ErrUnknown = errors.New("no such job")
)

// Runner runs jobs on this node.
type Runner struct {
	db   *store.DB
	node string
	jobs []Job

	cancel context.CancelFunc
	done   sync.WaitGroup
}

// New returns a runner of jobs; nothing runs before Start.
func New(db *store.DB, jobs ...Job) *Runner {
	return &Runner{db: db, node: store.NewID(), jobs: jobs}
}

// Start runs each job when it is due, until Stop.
func (r *Runner) Start(ctx context.Context) {
	ctx, r.cancel = context.WithCancel(ctx)
	for _, j := range r.jobs {
		r.done.Go(func() { r.loop(ctx, j) })
	}
}

// Stop cancels what runs, waits for it to end and gives the leases back.
func (r *Runner) Stop() {
	if r.cancel != nil {
		r.cancel()
	}
	r.done.Wait()
}

func (r *Runner) loop(ctx context.Context, j Job) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		if err := r.runDue(ctx, j); err != nil && ctx.Err() == nil {
			r.db.Log().Error("job failed", "job", j.Name, "error", err)
		}
		timer.Reset(min(j.Every, time.Minute))
	}
}

// RunDue runs once every job that is due now and returns their errors.
func (r *Runner) RunDue(ctx context.Context) error {
	var errs []error
	for _, j := range r.jobs {
		errs = append(errs, r.runDue(ctx, j))
	}
	return errors.Join(errs...)
}

// RunNow runs a job whether it is due or not. It returns ErrHeld if another
// node is at it, and ErrUnknown for a name that is no job's.
func (r *Runner) RunNow(ctx context.Context, name string) error {
	for _, j := range r.jobs {
		if j.Name != name {
			continue
		}
		taken, err := r.take(ctx, j, false)
		if err != nil {
			return err
		}
		if !taken {
			return fmt.Errorf("%s: %w", name, ErrHeld)
		}
		return r.run(ctx, j)
	}
	return fmt.Errorf("%s: %w", name, ErrUnknown)
}

func (r *Runner) runDue(ctx context.Context, j Job) error {
	// Most looks find nothing due; they must not cost a write.
	due, err := r.due(ctx, j)
	if err != nil || !due {
		return err
	}
	taken, err := r.take(ctx, j, true)
	if err != nil || !taken {
		return err
	}
	return r.run(ctx, j)
}

// due reports whether a job's time has come and nobody holds its lease. A time
// in the future that no node can have written by a right clock counts as past:
// after a clock was set back, work must not stand still.
func (r *Runner) due(ctx context.Context, j Job) (due bool, err error) {
	err = r.db.SystemView(ctx, func(tx *store.Tx) error {
		var until, ran int64
		err := tx.Row(`SELECT until, ran_at FROM lease WHERE name=$1`, j.Name).Scan(&until, &ran)
		if errors.Is(err, store.ErrNotFound) {
			due = true
			return nil
		}
		now := store.Millis(tx.Now())
		beyond := now + ahead.Milliseconds()
		free := until <= now || until > beyond
		due = free && (ran+j.Every.Milliseconds() <= now || ran > beyond)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("looking at the lease of %s: %w", j.Name, err)
	}
	return due, nil
}

// take takes the lease of a job if nobody holds it and, where asked, if the job
// is still due.
func (r *Runner) take(ctx context.Context, j Job, onlyDue bool) (taken bool, err error) {
	err = r.db.System(ctx, func(tx *store.Tx) error {
		now := store.Millis(tx.Now())
		if _, err := tx.Exec(`INSERT INTO lease(name,holder,until,ran_at) VALUES($1,'',0,0) ON CONFLICT DO NOTHING`, j.Name); err != nil {
			return err
		}
		latest := now // of the last run
		if onlyDue {
			latest = now - j.Every.Milliseconds()
		}
		n, err := tx.Exec(`UPDATE lease SET holder=$2, until=$3, ran_at=$4
			WHERE name=$1 AND (until<=$4 OR until>$6) AND (ran_at<=$5 OR ran_at>$6)`,
			j.Name, r.node, now+Lease.Milliseconds(), now, latest, now+ahead.Milliseconds())
		taken = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("taking the lease of %s: %w", j.Name, err)
	}
	return taken, nil
}

// run does the work under the lease just taken and gives it back.
func (r *Runner) run(ctx context.Context, j Job) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	var extending sync.WaitGroup
	extending.Go(func() { r.extend(ctx, cancel, j) })
	defer func() {
		cancel(nil)
		extending.Wait()
		if e := r.giveBack(ctx, j); err == nil {
			err = e
		}
	}()
	if j.Once != nil {
		return guard(func() error { return j.Once(ctx) })
	}
	tenants, err := r.db.Tenants(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, tenant := range tenants {
		if ctx.Err() != nil {
			return errors.Join(append(errs, context.Cause(ctx))...)
		}
		if err := guard(func() error { return j.Run(ctx, tenant) }); err != nil {
			errs = append(errs, fmt.Errorf("tenant %s: %w", tenant, err))
		}
	}
	return errors.Join(errs...)
}

// errLost cancels a job whose lease another node has taken.
var errLost = errors.New("the lease was lost")

// extend keeps the lease while the job runs and cancels the job if it is lost.
func (r *Runner) extend(ctx context.Context, cancel context.CancelCauseFunc, j Job) {
	tick := time.NewTicker(Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		kept := false
		err := r.db.System(ctx, func(tx *store.Tx) error {
			n, err := tx.Exec(`UPDATE lease SET until=$3 WHERE name=$1 AND holder=$2`, j.Name, r.node, store.Millis(tx.Now().Add(Lease)))
			kept = n == 1
			return err
		})
		if err == nil && !kept {
			cancel(errLost)
			return
		}
	}
}

func (r *Runner) giveBack(ctx context.Context, j Job) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := r.db.System(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE lease SET until=0 WHERE name=$1 AND holder=$2`, j.Name, r.node)
		return err
	})
	if err != nil {
		return fmt.Errorf("giving back the lease of %s: %w", j.Name, err)
	}
	return nil
}

// guard turns a panic into an error: one faulty job must not end the process.
func guard(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

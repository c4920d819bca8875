package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/bot/understand/model"
	"madoguchi/channels/console/visits"
	"madoguchi/channels/paper"
	"madoguchi/flows"
	"madoguchi/flows/event"
	"madoguchi/flows/faq"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/conversation"
	"madoguchi/store/field"
	"madoguchi/store/job"
	"madoguchi/store/limit"
	"madoguchi/store/notice"
	"madoguchi/store/procedure"
	"madoguchi/store/progress"
	questions "madoguchi/store/question"
	"madoguchi/store/reservation"
	"madoguchi/store/resident"
	"madoguchi/store/staff"
	"madoguchi/store/tenant"
	"madoguchi/store/wording"
)

// house is the program put together: the database, the services, the engine.
type house struct {
	config       Config
	log          *slog.Logger
	db           *store.DB
	tenants      *tenant.Registry
	reservations *reservation.Reservations
	fields       *field.Fields
	residents    *resident.Residents
	cards        progress.Service
	procedures   procedure.Service
	talks        conversation.Service
	notices      notice.Service
	staff        *staff.Service
	mail         post
	modelServer  model.Server // the operator's; zero: none
	model        *model.Adviser
	texts        *i18n.Catalog
	wordings     *wording.Wordings
	library      *bot.Library
	actions      *action.Actions
	engine       *bot.Engine
	fonts        *paper.Fonts
	madeKey      bool
	remembered   siteMemory
	questions    questions.Service
}

// open builds the house over the configured database. With migrate the schema
// is brought up to date and an empty database gets the sample tenant.
func open(env *environment, log *slog.Logger, migrate bool) (*house, error) {
	if !migrate {
		if err := exists(env.config.Database); err != nil {
			return nil, err
		}
	}
	key, made, err := env.config.masterKey()
	if err != nil {
		return nil, err
	}
	if !strings.Contains(env.config.Database, "://") {
		if err := os.MkdirAll(filepath.Dir(env.config.Database), 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of the database: %w", err)
		}
	}
	db, err := store.Open(env.ctx, store.Options{
		Database: env.config.Database, Key: key, Clock: env.clock, Log: log, Faults: faults(),
	})
	if err != nil {
		return nil, err
	}
	h := &house{
		config: env.config, log: log, db: db, madeKey: made,
		tenants:      tenant.New(db),
		reservations: reservation.New(civil.Holiday),
		fields:       field.New(env.catalog()),
		texts:        env.catalog(),
		wordings:     wording.New(env.catalog()),
	}
	h.staff = staff.New(db, h.staffPolicy)
	if h.mail, err = newPost(env.config); err != nil {
		db.Close()
		return nil, err
	}
	if h.modelServer, err = newModelServer(env.config); err != nil {
		db.Close()
		return nil, err
	}
	if h.fonts, err = openFonts(env.config); err != nil {
		db.Close()
		return nil, err
	}
	if err := h.furnish(); err != nil {
		db.Close()
		return nil, err
	}
	if migrate {
		if err := h.prepare(env.ctx); err != nil {
			db.Close()
			return nil, err
		}
	}
	return h, nil
}

// exists refuses a database file that is not there: opening it would make an
// empty one, and with it perhaps a key nobody wants.
func exists(database string) error {
	if strings.Contains(database, "://") {
		return nil
	}
	_, err := os.Stat(database)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no database at %s (madoguchi migrate makes one)", database)
	}
	return err
}

// furnish builds everything above the database.
func (h *house) furnish() error {
	// Most commands need neither, and reading them takes longer than they do.
	answers := shippedAnswers()
	if h.texts != i18n.Builtin() {
		answers = bot.NewAnswers(func() ([]*faq.Entry, error) { return procedures.FAQ(h.texts) })
	}
	events := sync.OnceValues(func() (map[string]*event.Event, error) {
		return procedures.Events(action.Vocabulary(), h.texts)
	})
	h.reservations.Watch(visits.Tell)
	h.reservations.OnOffer(h.offered)
	h.residents = h.newRoster()
	h.actions = &action.Actions{
		Reservations: h.reservations, Cards: h.cards, Residents: h.residents, Warn: h.warn, AtApplication: h.tenants.AtApplication, Fields: h.fields, Notify: h.notify, Identity: h.identity(),
		Plans: action.Plans{Events: events, Texts: h.wordings.Catalog, Mails: h.mails, Page: h.planPage, Site: h.siteFacts},
	}
	h.library = &bot.Library{
		Versions: h.procedures,
		Compile: func(v procedure.Version) (*flows.Flow, error) {
			return procedures.Compile(v.Flow, v.Files, action.Vocabulary(), h.texts)
		},
		Order:   procedures.Order,
		Hidden:  h.hiddenFlows,
		Answers: answers,
		Said:    procedures.Said,
		Texts:   h.wordings.Own,
		Builtin: h.texts,
	}
	h.model = &model.Adviser{DB: h.db, Account: h.modelAccount, Log: h.log}
	h.engine = bot.New(bot.Engine{
		DB: h.db, Memory: h.talks, Library: h.library, Sites: sites{h},
		Desk:  action.Desk{Reservations: h.reservations, Load: h.reports().Load},
		Forms: action.NewForms(h.fields, h.texts), Questions: h.questions,
		Actions: h.actions.Table(), Texts: h.texts, Log: h.log, Model: h.model,
		FormURL: func(tenant, token string) string { return h.config.PublicURL + "/t/" + tenant + "/form/" + token },
	})
	h.db.AddCheck(h.residents.Checks()...)
	h.cards.Follow(h.reservations)
	h.db.AddCheck(h.reservations.Checks()...)
	h.db.AddCheck(h.cards.Checks()...)
	h.db.AddCheck(h.talks.Checks()...)
	h.db.AddCheck(h.notices.Checks()...)
	h.db.AddCheck(audit.Check())
	return nil
}

// shippedAnswers are the same for every house of a process.
var shippedAnswers = sync.OnceValue(func() *bot.Answers {
	return bot.NewAnswers(func() ([]*faq.Entry, error) { return procedures.FAQ(i18n.Builtin()) })
})

// prepare migrates, makes the sample tenant in an empty database, and publishes
// the built-in procedures where a tenant has none of its own.
func (h *house) prepare(ctx context.Context) error {
	if err := h.db.Migrate(ctx); err != nil {
		return err
	}
	for try := 1; ; try++ {
		err := h.setUp(ctx)
		// Another node that starts on the same database may have been quicker:
		// look again at what is left to do.
		if raced := store.IsDuplicate(err) || errors.Is(err, reservation.ErrStale); !raced || try == maxSetUps {
			return err
		}
	}
}

// maxSetUps is how often a node that others overtake looks again; each time one
// of them has got further.
const maxSetUps = 20

// setUp does what prepare finds still to be done. A process may die between any
// two steps; the next one goes on from there.
func (h *house) setUp(ctx context.Context) error {
	ids, err := h.db.Tenants(ctx)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		if err := h.makeSample(ctx); err != nil {
			return fmt.Errorf("make the sample tenant: %w", err)
		}
		ids = []string{sampleID}
	}
	h.mail.first = firstOf(ids)
	if err := h.eraseAgain(ctx, ids); err != nil {
		return err
	}
	for _, id := range ids {
		if id == sampleID {
			if err := h.openSample(ctx); err != nil {
				return fmt.Errorf("open the counters of the sample tenant: %w", err)
			}
		}
		if err := h.publishBuiltin(ctx, id); err != nil {
			return fmt.Errorf("publish the built-in procedures for %s: %w", id, err)
		}
	}
	return nil
}

// publishBuiltin puts the procedures that ship with the program in force where
// the tenant uses them as they are; a tenant's own versions stay.
func (h *house) publishBuiltin(ctx context.Context, id string) error {
	return h.db.Update(ctx, id, func(tx *store.Tx) error {
		current, err := h.procedures.Current(tx)
		if err != nil {
			return err
		}
		own := map[string]bool{}
		for _, v := range current {
			own[v.Flow] = !v.Builtin
		}
		for _, name := range procedures.Order {
			if own[name] {
				continue
			}
			set, err := procedures.Shipped(name)
			if err != nil {
				return err
			}
			if _, err := h.procedures.Publish(tx, name, set, true, "system"); err != nil {
				return err
			}
		}
		return nil
	})
}

// jobs are the periodic works of all rooms.
func (h *house) jobs() []job.Job {
	jobs := append(audit.Jobs(h.db), limit.Jobs(h.db)...)
	jobs = append(jobs, h.talks.Jobs(h.db)...)
	jobs = append(jobs, h.notices.Jobs(h.db)...)
	jobs = append(jobs, h.actions.Plans.Kept.Jobs(h.db)...)
	jobs = append(jobs, h.mailJobs()...)
	jobs = append(jobs, h.identityJobs()...)
	jobs = append(jobs, h.waitingJobs()...)
	jobs = append(jobs, h.staff.Jobs()...)
	jobs = append(jobs, h.residents.Jobs(h.db)...)
	jobs = append(jobs, h.relocations().Jobs(h.db)...)
	jobs = append(jobs, h.reports().Jobs()...)
	jobs = append(jobs, h.model.Budget.Jobs(h.db)...)
	jobs = append(jobs, h.questions.Jobs(h.db)...)
	return append(jobs,
		job.Job{Name: "holds", Every: time.Minute, Run: func(ctx context.Context, tenant string) error {
			return h.db.Update(ctx, tenant, func(tx *store.Tx) error {
				_, err := h.reservations.ExpireHolds(tx)
				return errors.Join(err, h.reservations.ForgetForms(tx))
			})
		}},
		job.Job{Name: "no-show", Every: 10 * time.Minute, Run: func(ctx context.Context, tenant string) error {
			return h.db.Update(ctx, tenant, func(tx *store.Tx) error {
				_, err := h.reservations.CloseDue(tx, "system")
				return err
			})
		}},
	)
}

func (h *house) close() error { return errors.Join(h.db.Close(), h.fonts.Close()) }

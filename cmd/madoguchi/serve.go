package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"madoguchi/bot"
	"madoguchi/bot/scan"
	"madoguchi/channels/console"
	"madoguchi/channels/gate"
	"madoguchi/channels/web"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/job"
	"madoguchi/store/notice"
)

// serveCommand serves everything.
type serveCommand struct{}

// drain is how long a node that is told to stop lets open work end.
const drain = 8 * time.Second

// warmAfter is how long after the start the answers are indexed.
const warmAfter = 3 * time.Second

// Run serves until it is told to stop.
func (c *serveCommand) Run(env *environment) error {
	log := slog.New(slog.NewJSONHandler(env.err, nil))
	h, err := open(env, log, true)
	if err != nil {
		return err
	}
	defer h.close()

	listener, err := net.Listen("tcp", env.config.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w (another address: --addr HOST:PORT)", env.config.Addr, err)
	}
	h.findScanner(env.ctx)
	meters := newMeters(h)
	watch := bot.NewWatch(h.db)
	defer watch.Close()

	g, err := h.gate()
	if err != nil {
		return err
	}
	pages, err := h.web(g, watch)
	if err != nil {
		return err
	}
	desk, err := h.consolePages(g)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	pages.Register(mux)
	desk.Register(mux)
	channels := append(h.line(mux, meters), h.mailWorker(meters))
	h.health(mux, meters)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		gate.Refuse(w, http.StatusNotFound, "not_found", "there is nothing at this address")
	})

	if err := h.talks.Resume(env.ctx, h.db); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(env.ctx)
	defer stop()
	jobs := job.New(h.db, h.jobs()...)
	jobs.Start(ctx)
	var workers sync.WaitGroup
	for _, run := range channels {
		workers.Go(func() { run(ctx) })
	}
	workers.Go(func() {
		// Not while the first residents come in, nor in a process that ends at once.
		select {
		case <-ctx.Done():
			return
		case <-time.After(warmAfter):
		}
		if err := h.library.Warm(); err != nil {
			log.Error("index the answers", "error", err)
		}
	})

	server := gate.Server(g.Wrap(mux), log)
	server.RegisterOnShutdown(desk.Close)
	first, err := h.sampleStaff(env.ctx)
	if err != nil {
		return err
	}
	h.greet(env, listener.Addr().String(), first)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-env.ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	err = errors.Join(pages.Shutdown(end), server.Shutdown(end))
	stop()
	jobs.Stop()
	// A platform that does not answer must not keep us: what is still on its way
	// to it stays on lease and is taken up by the next process.
	idle := make(chan struct{})
	go func() {
		workers.Wait()
		close(idle)
	}()
	select {
	case <-idle:
	case <-end.Done():
	}
	return err
}

// greet says where to go, as the first thing on the screen.
func (h *house) greet(env *environment, addr string, first []credentials) {
	base := "http://" + addr
	out := env.out
	fmt.Fprintf(out, "Madoguchi 窓口 is open.\n\n")
	ids, err := h.db.Tenants(env.ctx)
	if err != nil {
		ids = []string{sampleID}
	}
	for _, id := range ids {
		fmt.Fprintf(out, "  %s\n", id)
		fmt.Fprintf(out, "    front page    %s/t/%s/\n", base, id)
		fmt.Fprintf(out, "    web chat      %s/t/%s/chat\n", base, id)
		fmt.Fprintf(out, "    plain pages   %s/t/%s/book\n", base, id)
		fmt.Fprintf(out, "    vacancies     %s/t/%s/vacancy\n", base, id)
		fmt.Fprintf(out, "    LINE webhook  %s/t/%s/line/webhook\n", base, id)
	}
	fmt.Fprintf(out, "\n  console         %s%s\n", base, console.Base)
	for _, c := range first {
		fmt.Fprintf(out, "    sign in as    %-8s %s   (%s; shown this once)\n", c.login, c.password, sampleID)
	}
	fmt.Fprintf(out, "\n  data            %s\n", h.config.Database)
	if h.madeKey {
		fmt.Fprintf(out, "  master key      made and stored in %s/%s: keep a copy apart from the data, nothing can be read without it\n", h.config.Data, keyFile)
	}
	for _, off := range h.off() {
		fmt.Fprintf(out, "  off             %s\n", off)
	}
	fmt.Fprintln(out)
}

// findScanner lets the dialog read photographs if the machine can.
func (h *house) findScanner(ctx context.Context) {
	scanner, err := scan.Find(ctx, h.db.Now)
	switch {
	case err == nil:
		h.engine.Photos = scanner
	case !errors.Is(err, scan.ErrAbsent):
		h.log.Warn("photographs are not read", "error", err)
	}
}

// off names the features that have no settings.
func (h *house) off() []string {
	var off []string
	if h.config.LineSecret == "" || h.config.LineToken == "" {
		off = append(off, "LINE (set LINE_CHANNEL_SECRET and LINE_CHANNEL_TOKEN)")
	}
	if h.mail.server == nil || h.mail.from == nil {
		off = append(off, "mail (set SMTP_URL and MAIL_FROM)")
	}
	if h.modelServer.URL == "" {
		off = append(off, "language model (set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL)")
	}
	if h.engine.Photos == nil {
		off = append(off, "reading photographs of cards and letters (install tesseract-ocr and tesseract-ocr-jpn)")
	}
	if len(h.fonts.Names()) == 1 {
		off = append(off, "rare characters of names in letters (install fonts-ipamj-mincho, or set MADOGUCHI_FONTS)")
	}
	return off
}

func (h *house) gate() (*gate.Gate, error) {
	proxies, err := gate.ParseProxies(list(h.config.Proxies))
	if err != nil {
		return nil, fmt.Errorf("MADOGUCHI_TRUSTED_PROXIES: %w", err)
	}
	return gate.New(gate.Options{
		Trusted: proxies, Secure: strings.HasPrefix(h.config.PublicURL, "https://"),
		Unlimited: h.config.Limits == "off", Log: h.log,
	}), nil
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// web builds the public pages.
func (h *house) web(g *gate.Gate, watch *bot.Watch) (*web.Web, error) {
	return web.New(web.Config{
		Gate: g, Engine: h.engine, Log: h.log, Clock: h.db.Now,
		Transcript: bot.Transcript{Watch: watch, DB: h.db, Memory: h.talks},
		Vacancies:  calendarPages{h}, Calendars: calendarPages{h},
		Sites: pages{h}, Links: links{bot.Links{Engine: h.engine, Memory: h.talks}}, Plans: planPages{h},
		Texts:   func(lang i18n.Lang, key string, args ...i18n.Arg) string { return h.texts.Text(key).In(lang, args...) },
		Origins: list(h.config.Origins),
		Fault: func(err error) *gate.Fault {
			if errors.Is(err, bot.ErrFlow) {
				return &gate.Fault{Status: http.StatusBadRequest, Code: "unknown_flow", Message: "there is no such flow"}
			}
			if errors.Is(err, bot.ErrInput) {
				return &gate.Fault{Status: http.StatusBadRequest, Code: "bad_event", Message: "user and event are needed"}
			}
			// The event is safe to send again: whatever became of it, it counts once.
			for _, passing := range []error{store.ErrBusy, store.ErrUncertain, store.ErrClosed} {
				if errors.Is(err, passing) {
					h.log.Warn("a turn was not made", "error", err)
					return &gate.Fault{Status: http.StatusServiceUnavailable, Code: "busy", Message: "the service is busy; send the same event again"}
				}
			}
			return nil
		},
	})
}

// meters are what /metrics shows: counts and ages, never contents.
type meters struct {
	registry *prometheus.Registry
	events   *prometheus.CounterVec
}

func newMeters(h *house) *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "madoguchi_channel_total", Help: "What became of events and deliveries of the channels.",
		}, []string{"what", "label"}),
	}
	m.registry.MustRegister(m.events,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "madoguchi_outbox_waiting", Help: "Deliveries that wait to be sent.",
		}, func() float64 { return h.waiting("delivery") }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "madoguchi_inbox_waiting", Help: "Stored events that wait for their turn.",
		}, func() float64 { return h.waiting("event") }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "madoguchi_notices_waiting", Help: "Mails about bookings that wait to be sent.",
		}, func() float64 { return h.noticed(notice.Waiting) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "madoguchi_notices_dead", Help: "Mails about bookings that could not be delivered in the last 30 days.",
		}, func() float64 { return h.noticed(notice.Dead) }),
	)
	h.model.Count = newModelMeters(m.registry).count
	return m
}

// waiting counts rows that wait in a queue.
func (h *house) waiting(queue string) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	n, err := h.talks.Waiting(ctx, h.db, queue)
	if err != nil {
		return -1
	}
	return float64(n)
}

func (h *house) health(mux *http.ServeMux, m *meters) {
	mux.Handle("/healthz", gate.Methods{"GET": func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "ok")
	}})
	mux.Handle("/readyz", gate.Methods{"GET": func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if _, err := h.db.Tenants(ctx); err != nil {
			gate.Refuse(w, http.StatusServiceUnavailable, "not_ready", "the database does not answer")
			return
		}
		fmt.Fprintln(w, "ready")
	}})
	metrics := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	mux.Handle("/metrics", gate.Methods{"GET": metrics.ServeHTTP})
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/notice"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
)

// bookingCommand is the reservation service from the shell. It acts as staff:
// the limits for residents do not bind it, the capacity does.
type bookingCommand struct {
	List     bookingList     `cmd:"" help:"List bookings."`
	Show     bookingShow     `cmd:"" help:"Show one booking."`
	Book     bookingBook     `cmd:"" help:"Make a booking."`
	Change   bookingChange   `cmd:"" help:"Move a booking to another time or counter."`
	Cancel   bookingCancel   `cmd:"" help:"Cancel a booking."`
	Checkin  bookingCheckin  `cmd:"" help:"Record that the visitors came."`
	CloseDay bookingCloseDay `cmd:"" help:"Mark those who did not come, once the counters have closed."`
}

// shown is a booking as --json prints it (CONTRACT).
type shown struct {
	ID       string `json:"id"`
	Counter  string `json:"counter"`
	Start    string `json:"start"`
	Minutes  int    `json:"minutes"`
	Receipt  int    `json:"receipt"`
	Service  string `json:"service"`
	Persons  int    `json:"persons"`
	Status   string `json:"status"`
	Channel  string `json:"channel"`
	Sequence int    `json:"sequence"`
	Key      string `json:"key,omitempty"`
}

func show(b reservation.Booking) shown {
	return shown{
		ID: b.ID, Counter: b.Counter, Start: b.Start.String(), Minutes: b.Minutes, Receipt: b.Receipt,
		Service: b.Service, Persons: b.Persons, Status: string(b.Status), Channel: b.Channel, Sequence: b.Sequence,
	}
}

func (s shown) String() string {
	line := fmt.Sprintf("%s  %s  no. %d  %s  %d person(s)  %s  %s", s.Start, s.Counter, s.Receipt, s.Service, s.Persons, s.Status, s.ID)
	if s.Key != "" {
		line += "\naccess key (shown this once): " + s.Key
	}
	return line
}

// output is how a booking command prints.
type output struct {
	Tenant string `default:"sample" help:"Tenant."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

func (o output) one(w io.Writer, s shown) error {
	if o.JSON {
		return json.NewEncoder(w).Encode(s)
	}
	_, err := fmt.Fprintln(w, s)
	return err
}

func (o output) many(w io.Writer, list []shown) error {
	if o.JSON {
		if list == nil {
			list = []shown{}
		}
		return json.NewEncoder(w).Encode(list)
	}
	for _, s := range list {
		if _, err := fmt.Fprintln(w, s); err != nil {
			return err
		}
	}
	return nil
}

// shell is who the command line acts as.
var shell = reservation.By{Who: "cli", Group: reservation.Internal}

// explain turns a refusal of the service into a line with what to do.
func explain(err error) error {
	var early reservation.ErrTooEarly
	var late reservation.ErrTooLate
	var closed reservation.ErrClosed
	var state reservation.ErrState
	var unknown reservation.ErrUnknown
	switch {
	case err == nil:
		return nil
	case errors.Is(err, reservation.ErrFull):
		return errors.New("this time is full; see madoguchi vacancy for others")
	case errors.As(err, &early):
		return fmt.Errorf("too early: bookings for this time open at %s", early.Opens)
	case errors.As(err, &late):
		return fmt.Errorf("too late: the limit was %s", late.Limit)
	case errors.As(err, &closed):
		return fmt.Errorf("nobody is received at this time (%s); see madoguchi vacancy", closed.Reason.Kind)
	case errors.As(err, &state):
		return fmt.Errorf("not possible: the booking is %s", state.Status)
	case errors.As(err, &unknown):
		return fmt.Errorf("%w: there is %w (see madoguchi vacancy)", errUsage, unknown)
	case errors.Is(err, reservation.ErrNotFound):
		return errors.New("there is no such booking (see madoguchi booking list)")
	}
	return err
}

func parseStart(s string) (civil.DateTime, error) {
	at, err := civil.ParseDateTime(s)
	if err != nil {
		return at, fmt.Errorf("%w: %w", errUsage, err)
	}
	return at, nil
}

// find returns a booking by id or access key.
func find(h *house, tx *store.Tx, what string) (reservation.Booking, error) {
	if _, ok := reservation.ReadKey(what); ok {
		b, err := h.reservations.ByKey(tx, what)
		if err == nil || !errors.Is(err, reservation.ErrNotFound) {
			return b, err
		}
	}
	return h.reservations.ByID(tx, what)
}

type bookingList struct {
	output
	Counter string `help:"Only this counter."`
	From    string `help:"First day of the visit, YYYY-MM-DD."`
	To      string `help:"Last day of the visit, YYYY-MM-DD."`
	Date    string `help:"One day of visits, YYYY-MM-DD."`
	Status  string `help:"Only this status: booked, cancelled, visited or no-show."`
	Receipt int    `help:"Only this receipt number."`
}

// Run lists bookings in order of visit.
func (c *bookingList) Run(env *environment) error {
	f := reservation.Filter{Counter: c.Counter, Receipt: c.Receipt, Limit: 500}
	for _, d := range []struct {
		text string
		to   []*civil.Date
	}{{c.From, []*civil.Date{&f.From}}, {c.To, []*civil.Date{&f.To}}, {c.Date, []*civil.Date{&f.From, &f.To}}} {
		if d.text == "" {
			continue
		}
		day, err := civil.ParseDate(d.text)
		if err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		for _, to := range d.to {
			*to = day
		}
	}
	switch s := reservation.Status(c.Status); s {
	case "", reservation.Booked, reservation.Cancelled, reservation.Visited, reservation.NoShow:
	default:
		return fmt.Errorf("%w: --status %q: want booked, cancelled, visited or no-show", errUsage, s)
	}
	if c.Status != "" {
		f.Statuses = []reservation.Status{reservation.Status(c.Status)}
	}
	var list []shown
	err := withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		list = nil
		for {
			page, next, err := h.reservations.Search(tx, f)
			if err != nil {
				return explain(err)
			}
			for _, b := range page {
				list = append(list, show(b))
			}
			if f.After = next; next == "" {
				return nil
			}
		}
	})
	if err != nil {
		return err
	}
	return c.many(env.out, list)
}

type bookingShow struct {
	output
	ID string `arg:"" help:"Id or access key."`
}

// Run shows one booking.
func (c *bookingShow) Run(env *environment) error {
	return withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		b, err := find(h, tx, c.ID)
		if err != nil {
			return explain(err)
		}
		return c.one(env.out, show(b))
	})
}

type bookingBook struct {
	output
	Counter string `required:"" help:"Counter."`
	Start   string `required:"" aliases:"at" help:"Beginning, YYYY-MM-DDTHH:MM."`
	Service string `required:"" help:"Service."`
	Persons int    `default:"1" help:"Number of persons."`
	Group   string `default:"open" enum:"open,phone,internal" help:"Channel group whose quota counts."`
	Channel string `default:"counter" help:"How the resident came to us."`
	Mail    string `help:"Address for confirmation and reminder."`
	Case    string `help:"Link code of the card it is for."`
}

// Run books and prints the access key.
func (c *bookingBook) Run(env *environment) error {
	start, err := parseStart(c.Start)
	if err != nil {
		return err
	}
	var made shown
	err = withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		card := progress.Case{}
		if c.Case != "" {
			if card, err = findCase(h, tx, c.Case); err != nil {
				return err
			}
		}
		b, key, err := h.reservations.Book(tx, reservation.BookRequest{
			Counter: c.Counter, Start: start, Service: c.Service, Persons: c.Persons,
			Group: reservation.Group(c.Group), Channel: c.Channel, By: shell.Who, Contact: c.Mail, Case: card.ID,
		})
		if err != nil {
			return explain(err)
		}
		made = show(b)
		made.Key = key
		return h.tell(tx, b, notice.Booked, key)
	})
	if err != nil {
		return err
	}
	return c.one(env.out, made)
}

type bookingChange struct {
	output
	ID      string `arg:"" help:"Id or access key."`
	Counter string `help:"New counter."`
	Start   string `aliases:"at,to" help:"New beginning, YYYY-MM-DDTHH:MM."`
	Persons int    `help:"New number of persons."`
}

// Run moves the booking.
func (c *bookingChange) Run(env *environment) error {
	to := reservation.Move{Counter: c.Counter, Persons: c.Persons}
	if c.Start != "" {
		var err error
		if to.Start, err = parseStart(c.Start); err != nil {
			return err
		}
	}
	return c.act(env, c.ID, func(h *house, tx *store.Tx, id string) (reservation.Booking, error) {
		b, err := h.reservations.Change(tx, id, to, shell)
		if err != nil {
			return b, err
		}
		return b, h.tell(tx, b, notice.Changed, "")
	})
}

// act does something to one booking and prints what became of it.
func (o output) act(env *environment, what string, do func(*house, *store.Tx, string) (reservation.Booking, error)) error {
	var done shown
	err := withTenant(env, o.Tenant, func(h *house, tx *store.Tx) error {
		b, err := find(h, tx, what)
		if err == nil {
			b, err = do(h, tx, b.ID)
		}
		done = show(b)
		return explain(err)
	})
	if err != nil {
		return err
	}
	return o.one(env.out, done)
}

type bookingCancel struct {
	output
	ID string `arg:"" help:"Id or access key."`
}

// Run cancels the booking.
func (c *bookingCancel) Run(env *environment) error {
	return c.act(env, c.ID, func(h *house, tx *store.Tx, id string) (reservation.Booking, error) {
		b, err := h.reservations.Cancel(tx, id, shell)
		if err != nil {
			return b, err
		}
		return b, h.tell(tx, b, notice.Cancelled, "")
	})
}

type bookingCheckin struct {
	output
	ID string `arg:"" help:"Id or access key."`
}

// Run records the visit.
func (c *bookingCheckin) Run(env *environment) error {
	return c.act(env, c.ID, func(h *house, tx *store.Tx, id string) (reservation.Booking, error) {
		return h.reservations.CheckIn(tx, id, shell)
	})
}

type bookingCloseDay struct {
	output
	Date string `arg:"" optional:"" help:"Day, YYYY-MM-DD; today if left out."`
}

// Run marks no-shows and lists those it marked.
func (c *bookingCloseDay) Run(env *environment) error {
	day := civil.In(env.clock()).Date
	if c.Date != "" {
		var err error
		if day, err = civil.ParseDate(c.Date); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	var list []shown
	err := withTenant(env, c.Tenant, func(h *house, tx *store.Tx) error {
		list = nil
		missed, err := h.reservations.CloseDay(tx, day, shell.Who)
		for _, b := range missed {
			list = append(list, show(b))
		}
		return explain(err)
	})
	if err != nil {
		return err
	}
	return c.many(env.out, list)
}

// vacancyCommand prints free places.
type vacancyCommand struct {
	Tenant  string `default:"sample" help:"Tenant."`
	Counter string `help:"Only this counter."`
	From    string `help:"First day, YYYY-MM-DD; today if left out."`
	Days    int    `default:"7" help:"Number of days."`
	Service string `help:"For a visit of this service."`
	Lang    string `default:"ja" help:"Language of the names."`
	JSON    bool   `name:"json" help:"Print JSON as the web page's address gives it."`
}

// vacancies is the JSON of free places (CONTRACT).
type vacancies struct {
	Counters []vacantCounter `json:"counters"`
}

type vacantCounter struct {
	ID   string      `json:"id"`
	Name string      `json:"name"`
	Days []vacantDay `json:"days"`
}

type vacantDay struct {
	Date  string       `json:"date"`
	State string       `json:"state"`
	Slots []vacantSlot `json:"slots"`
}

type vacantSlot struct {
	Start string `json:"start"`
	Free  int    `json:"free"`
}

// Run prints the free places of the counters.
func (c *vacancyCommand) Run(env *environment) error {
	q := reservation.Query{Counter: c.Counter, Service: c.Service, Days: c.Days, From: civil.In(env.clock()).Date}
	if c.From != "" {
		var err error
		if q.From, err = civil.ParseDate(c.From); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	if c.Days < 1 || c.Days > 62 {
		return fmt.Errorf("%w: --days %d: want 1 to 62", errUsage, c.Days)
	}
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	if _, err := h.tenants.Load(env.ctx, c.Tenant); err != nil {
		return unknownTenant(c.Tenant, err)
	}
	var list []reservation.CounterDays
	if err := h.db.View(env.ctx, c.Tenant, func(tx *store.Tx) (err error) {
		list, err = h.reservations.Availability(tx, q)
		return err
	}); err != nil {
		return explain(err)
	}
	if c.JSON {
		out := vacancies{Counters: []vacantCounter{}}
		for _, k := range list {
			v := vacantCounter{ID: k.Counter.ID, Name: i18n.Plain(k.Counter.Names.In(i18n.Lang(c.Lang))), Days: []vacantDay{}}
			for _, d := range k.Days {
				day := vacantDay{Date: d.Date.String(), State: "closed", Slots: []vacantSlot{}}
				if d.State == reservation.IsOpen {
					day.State = "open"
				}
				for _, s := range d.Slots {
					day.Slots = append(day.Slots, vacantSlot{s.Start.String(), free(s)})
				}
				v.Days = append(v.Days, day)
			}
			out.Counters = append(out.Counters, v)
		}
		return json.NewEncoder(env.out).Encode(out)
	}
	for _, k := range list {
		fmt.Fprintf(env.out, "%s (%s)\n", i18n.Plain(k.Counter.Names.In(i18n.Lang(c.Lang))), k.Counter.ID)
		for _, d := range k.Days {
			fmt.Fprintf(env.out, "  %s %s ", d.Date, [...]string{"日", "月", "火", "水", "木", "金", "土"}[d.Date.Weekday()])
			if d.State != reservation.IsOpen {
				fmt.Fprintln(env.out, "休館")
				continue
			}
			for _, s := range d.Slots {
				fmt.Fprintf(env.out, " %s=%d", s.Start, free(s))
			}
			fmt.Fprintln(env.out)
		}
	}
	return nil
}

// free is what a resident may take: nothing where booking is not open.
func free(v reservation.Vacancy) int {
	if !v.Bookable {
		return 0
	}
	return v.Free
}

// jobCommand runs a periodic job now.
type jobCommand struct {
	Run_ jobRun `cmd:"" name:"run" help:"Run a job now: reminders, no-show, retention, deliver …"`
}

type jobRun struct {
	Name string        `arg:""`
	Wait time.Duration `default:"30s" help:"How long to wait for a node that runs it."`
}

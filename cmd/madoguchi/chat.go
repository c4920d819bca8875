package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"

	"madoguchi/bot"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/tenant"
)

// chatCommand is a dialog in the terminal against the configured database.
type chatCommand struct {
	Tenant  string `default:"sample" help:"Tenant to talk to."`
	Channel string `default:"web" enum:"web,plain,line,kiosk" help:"Speak as if on this channel: web, plain, line or kiosk."`
	Lang    string `help:"Language to speak (ja, ja-easy, en …)."`
	User    string `default:"terminal" help:"Who is speaking."`
	JSON    bool   `name:"json" help:"Read a turn and print its messages as JSON, one a line."`
	Flow    string `help:"Enter this procedure at once."`
}

// chatTurn is one input line of --json: the request of the turn API.
type chatTurn struct {
	User   string `json:"user"`
	Event  string `json:"event"`
	Text   string `json:"text"`
	Choice string `json:"choice"`
	Lang   string `json:"lang"`
	Flow   string `json:"flow"`
}

// Run talks until the end of the input.
func (c *chatCommand) Run(env *environment) error {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	t, err := h.tenants.Load(env.ctx, c.Tenant)
	if err != nil {
		return unknownTenant(c.Tenant, err)
	}
	if offered := offered(h.texts, t.Settings.Languages); c.Lang != "" && !slices.Contains(offered, i18n.Lang(c.Lang)) {
		return fmt.Errorf("%w: language %q is not one of %v", errUsage, c.Lang, offered)
	}
	if c.JSON {
		return c.runJSON(env, h)
	}
	return c.runText(env, h)
}

func known(cat *i18n.Catalog, lang string) bool {
	return slices.Contains(cat.Languages(), i18n.Lang(lang))
}

func unknownTenant(id string, err error) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, tenant.ErrID) {
		return fmt.Errorf("%w: there is no tenant %q (see madoguchi tenant list)", errUsage, id)
	}
	return err
}

func (c *chatCommand) inbound(t chatTurn, number int) bot.Inbound {
	in := bot.Inbound{
		Tenant: c.Tenant, Channel: c.Channel, User: first(t.User, c.User),
		Event: t.Event, Text: t.Text, Choice: t.Choice, Lang: i18n.Lang(first(t.Lang, c.Lang)), Flow: t.Flow,
	}
	if in.Event == "" {
		in.Event = store.NewID() + "-" + strconv.Itoa(number)
	}
	return in
}

func (c *chatCommand) runJSON(env *environment, h *house) error {
	in := bufio.NewScanner(env.in)
	in.Buffer(nil, 1<<20)
	out := json.NewEncoder(env.out)
	out.SetEscapeHTML(false)
	for n := 1; in.Scan(); n++ {
		if strings.TrimSpace(in.Text()) == "" {
			continue
		}
		var t chatTurn
		if err := json.Unmarshal(in.Bytes(), &t); err != nil {
			return fmt.Errorf("%w: line %d: want an object such as {\"text\":\"…\"} or {\"choice\":\"…\"}", errUsage, n)
		}
		reply, err := h.engine.Turn(env.ctx, c.inbound(t, n))
		if err != nil {
			return err
		}
		if err := out.Encode(plain(reply.Messages)); err != nil {
			return err
		}
	}
	return in.Err()
}

func (c *chatCommand) runText(env *environment, h *house) error {
	show := func(in bot.Inbound) ([]bot.Choice, error) {
		reply, err := h.engine.Turn(env.ctx, in)
		if err != nil {
			return nil, err
		}
		return printMessages(env.out, plain(reply.Messages)), nil
	}
	choices, err := show(c.inbound(chatTurn{Flow: c.Flow}, 0))
	if err != nil {
		return err
	}
	in := bufio.NewScanner(env.in)
	prompt := isTerminal(env.in)
	for n := 1; ; n++ {
		if prompt {
			fmt.Fprint(env.out, "> ")
		}
		if !in.Scan() {
			return in.Err()
		}
		line := strings.TrimSpace(in.Text())
		if line == "" {
			continue
		}
		t := chatTurn{Text: line}
		// A number picks from the list just shown, which may hold more than the
		// engine would count (ways out).
		if i, err := strconv.Atoi(line); err == nil && i >= 1 && i <= len(choices) {
			t = chatTurn{Choice: choices[i-1].Value}
		}
		if choices, err = show(c.inbound(t, n)); err != nil {
			return err
		}
	}
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// printMessages prints the messages and returns the choices of the last.
func printMessages(w io.Writer, messages []bot.Message) []bot.Choice {
	var choices []bot.Choice
	for _, m := range messages {
		fmt.Fprintln(w, m.Text)
		for _, l := range m.Lines {
			fmt.Fprintln(w, "  ・"+l)
		}
		for _, it := range m.Items {
			fmt.Fprintf(w, "  %s: %s\n", it.Label, strings.ReplaceAll(it.Value, "\n", " "))
		}
		if m.Plan != nil {
			for _, l := range m.Plan.Lines() {
				fmt.Fprintln(w, "  "+strings.ReplaceAll(l, "\n", " "))
			}
		}
		if m.Link != nil {
			fmt.Fprintf(w, "  %s %s\n", m.Link.Label, m.Link.URL)
		}
		for i, ch := range m.Choices {
			fmt.Fprintf(w, "  %d) %s\n", i+1, ch.Label)
		}
		choices = m.Choices
	}
	fmt.Fprintln(w)
	return choices
}

// plain writes furigana as brackets, for places that cannot show ruby.
func plain(messages []bot.Message) []bot.Message {
	out := make([]bot.Message, len(messages))
	for i, m := range messages {
		out[i] = m.Plain()
	}
	return out
}

// quiet is a logger for commands: only what went wrong.
func quiet(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelError}))
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"madoguchi/bot/outgoing"
	"madoguchi/bot/understand/model"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/budget"
)

// modelCommand is about a tenant's language model.
type modelCommand struct {
	Show modelShow `cmd:"" help:"Whether there is one, where, and what it was used for today."`
	Set  modelSet  `cmd:"" help:"Switch it off or on, name another server, set the budget of a day."`
	Test modelTest `cmd:"" help:"Ask it one question, as the dialog would."`
}

type modelShow struct {
	Tenant string `default:"sample"`
}

// Run prints what is in force.
func (c *modelShow) Run(env *environment) error {
	h, account, err := openModel(env, c.Tenant)
	if err != nil {
		return err
	}
	defer h.close()
	return h.showModel(env, c.Tenant, account)
}

// openModel opens the house and finds the model of a tenant, nil for none.
func openModel(env *environment, id string) (*house, *model.Account, error) {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return nil, nil, err
	}
	account, err := h.modelOf(env.ctx, id)
	if err != nil {
		return nil, nil, errors.Join(unknownTenant(id, err), h.close())
	}
	return h, account, nil
}

func (h *house) modelOf(ctx context.Context, id string) (account *model.Account, err error) {
	if _, err := h.tenants.Load(ctx, id); err != nil {
		return nil, err
	}
	err = h.db.View(ctx, id, func(tx *store.Tx) error {
		account, err = h.modelAccount(tx)
		return err
	})
	return account, err
}

func (h *house) showModel(env *environment, id string, account *model.Account) error {
	if account == nil {
		fmt.Fprintf(env.out, "%s has no language model; the dialog works by its rules alone\n", id)
		return nil
	}
	var used budget.Used
	if err := h.db.View(env.ctx, id, func(tx *store.Tx) (err error) {
		used, err = h.model.Budget.On(tx, civil.In(tx.Now()).Date)
		return err
	}); err != nil {
		return err
	}
	host := account.URL
	if u, err := url.Parse(account.URL); err == nil {
		host = u.Host
	}
	answers := "put into words by the model, marked and checked against their sources"
	if account.Verbatim {
		answers = "shown as they are written"
	}
	fmt.Fprintf(env.out, "server   %s\nmodel    %s\nkey      %s\nanswers  %s\ntoday    %d of %d calls, %d of %d tokens\n",
		host, account.Model, map[bool]string{true: "set", false: "none"}[account.Key != ""], answers,
		used.Calls, account.Limit.Calls, used.Tokens, account.Limit.Tokens)
	return nil
}

type modelSet struct {
	Tenant   string  `default:"sample"`
	Off      bool    `xor:"off" help:"No model for this tenant."`
	On       bool    `xor:"off" help:"Take --off back."`
	URL      *string `name:"url" help:"API of a server of its own, https://…/v1; \"\" for the operator's." placeholder:"URL"`
	Model    *string `help:"Name of the model there."`
	KeyFile  string  `help:"File with the key of the server of its own; - reads it from the input." placeholder:"FILE"`
	Calls    *int64  `help:"Most calls a day; 0 for the default."`
	Tokens   *int64  `help:"Most tokens a day; 0 for the default."`
	Verbatim *bool   `negatable:"" help:"Show answers to questions only as they are written."`
}

// Run changes what is named and prints what is then in force.
func (c *modelSet) Run(env *environment) error {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	t, err := h.tenants.Load(env.ctx, c.Tenant)
	if err != nil {
		return unknownTenant(c.Tenant, err)
	}
	var s model.Settings
	if err := t.Settings.Section(model.Section, &s); err != nil {
		return err
	}
	moved := c.URL != nil && *c.URL != s.URL
	if err := c.change(&s); err != nil {
		return err
	}
	key, err := c.key(env.in)
	if err != nil {
		return err
	}
	if moved { // the key of one server is not sent to the next
		if err := h.tenants.SetSecret(env.ctx, c.Tenant, model.Secret, "", "cli"); err != nil {
			return err
		}
		if t, err = h.tenants.Load(env.ctx, c.Tenant); err != nil {
			return err
		}
	}
	if err := t.Settings.SetSection(model.Section, s); err != nil {
		return err
	}
	if err := h.tenants.Save(env.ctx, t, "cli"); err != nil {
		return err
	}
	if key != "" {
		if err := h.tenants.SetSecret(env.ctx, c.Tenant, model.Secret, key, "cli"); err != nil {
			return err
		}
	}
	account, err := h.modelOf(env.ctx, c.Tenant)
	if err != nil {
		return err
	}
	return h.showModel(env, c.Tenant, account)
}

func (c *modelSet) change(s *model.Settings) error {
	s.Off = (s.Off || c.Off) && !c.On
	if c.URL != nil {
		s.URL = *c.URL
	}
	if c.Model != nil {
		s.Model = *c.Model
	}
	if c.Verbatim != nil {
		s.Verbatim = *c.Verbatim
	}
	for to, from := range map[*int64]*int64{&s.Calls: c.Calls, &s.Tokens: c.Tokens} {
		if from != nil && *from < 0 {
			return fmt.Errorf("%w: a budget of %d: want 0 or more (--off for none)", errUsage, *from)
		}
		if from != nil {
			*to = *from
		}
	}
	if s.URL == "" {
		if c.KeyFile != "" {
			return fmt.Errorf("%w: --key-file goes with the --url of a server of its own", errUsage)
		}
		return nil
	}
	if _, err := outgoing.Check(s.URL, outgoing.Tenant); err != nil {
		return fmt.Errorf("%w: --url: %w", errUsage, err)
	}
	if s.Model == "" {
		return fmt.Errorf("%w: --url goes with --model", errUsage)
	}
	return nil
}

// mostKey is the longest key taken, in bytes.
const mostKey = 4 << 10

// key reads the key: it does not belong on a command line.
func (c *modelSet) key(in io.Reader) (string, error) {
	if c.KeyFile == "" {
		return "", nil
	}
	if c.KeyFile != "-" {
		f, err := os.Open(c.KeyFile)
		if err != nil {
			return "", fmt.Errorf("%w: %w", errUsage, err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, mostKey+1))
	if err != nil {
		return "", fmt.Errorf("read the key: %w", err)
	}
	key := strings.TrimSpace(string(data))
	if key == "" || len(data) > mostKey || strings.ContainsAny(key, " \n\r\t") {
		return "", fmt.Errorf("%w: the file holds no key", errUsage)
	}
	return key, nil
}

type modelTest struct {
	Tenant string `default:"sample"`
}

// Run asks for a date that nobody needs a model for.
func (c *modelTest) Run(env *environment) error {
	h, account, err := openModel(env, c.Tenant)
	if err != nil {
		return err
	}
	defer h.close()
	if account == nil {
		return fmt.Errorf("%w: %s has no language model: set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL", errUsage, c.Tenant)
	}
	var outcome model.Outcome
	var cost int64
	var took time.Duration
	h.model.Count = func(o model.Outcome, tokens int64, d time.Duration) { outcome, cost, took = o, tokens, d }
	p := h.model.Ask(env.ctx, c.Tenant, account, "model test", model.Question{
		Lang: i18n.Japanese, Type: model.Date, Asked: "ご都合のよい日をお選びください。", Text: "明後日がいいです", Today: civil.In(h.db.Now()).Date,
	})
	switch outcome {
	case model.Proposed, model.Nothing:
		fmt.Fprintf(env.out, "the model answers %q to 「明後日がいいです」, in %s, for %d tokens\n", p.Value, took.Round(time.Millisecond), cost)
		return nil
	case model.Unusable:
		return errors.New("the model answers, but not in the form asked for (unusable): the server must support response_format json_schema")
	case model.Refused:
		return errors.New("the server refuses (refused): see to the key, the name of the model and the address")
	}
	return fmt.Errorf("the model does not answer (%s)", outcome)
}

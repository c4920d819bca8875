package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"madoguchi/bot/outgoing"
	"madoguchi/bot/understand/model"
	"madoguchi/store"
)

// openAI is where the conventional key without an address leads.
const openAI = "https://api.openai.com/v1"

// newModelServer reads what the operator has set about a language model, which
// is for the first tenant (CONTRACT); the zero Server if there is none.
func newModelServer(c Config) (model.Server, error) {
	s := model.Server{URL: c.OpenAIURL, Key: c.OpenAIKey, Model: c.OpenAIModel, Trust: outgoing.Operator}
	if s.URL == "" && s.Key != "" {
		s.URL = openAI
	}
	if s.URL == "" || s.Model == "" {
		return model.Server{}, nil
	}
	if _, err := outgoing.Check(s.URL, s.Trust); err != nil {
		return model.Server{}, fmt.Errorf("%w: OPENAI_BASE_URL: %w", errUsage, err)
	}
	return s, nil
}

// modelAccount is the language model of the transaction's tenant, nil for none.
// The operator's key goes to the operator's server alone: a tenant that names a
// server brings its own.
func (h *house) modelAccount(tx *store.Tx) (*model.Account, error) {
	t, err := h.tenants.In(tx)
	if err != nil {
		return nil, err
	}
	var s model.Settings
	if err := t.Settings.Section(model.Section, &s); err != nil {
		return nil, err
	}
	account := &model.Account{Limit: s.Limit(), Verbatim: s.Verbatim}
	switch {
	case s.Off:
		return nil, nil
	case s.URL != "":
		if s.Model == "" {
			return nil, errors.New("the language model of the tenant has no name")
		}
		account.Server = model.Server{URL: s.URL, Model: s.Model, Trust: outgoing.Tenant}
		if account.Key, err = t.Secret(tx, model.Secret); err != nil {
			return nil, err
		}
	case h.modelServer.URL != "" && t.ID == h.mail.first:
		account.Server = h.modelServer
	default:
		return nil, nil
	}
	return account, nil
}

// modelMeters count what became of asking the model; they say nothing of whom or
// what.
type modelMeters struct {
	asked  *prometheus.CounterVec
	tokens prometheus.Counter
	took   prometheus.Histogram
}

func newModelMeters(r prometheus.Registerer) *modelMeters {
	m := &modelMeters{
		asked: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "madoguchi_model_total", Help: "What became of asking the language model.",
		}, []string{"outcome"}),
		tokens: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "madoguchi_model_tokens_total", Help: "Tokens the language model was used for.",
		}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "madoguchi_model_seconds", Help: "How long asking the language model took.",
			Buckets: []float64{.05, .1, .25, .5, 1, 1.5, 2, 2.5, 3, 3.5},
		}),
	}
	for _, o := range model.Outcomes {
		m.asked.WithLabelValues(string(o))
	}
	r.MustRegister(m.asked, m.tokens, m.took)
	return m
}

func (m *modelMeters) count(o model.Outcome, tokens int64, took time.Duration) {
	m.asked.WithLabelValues(string(o)).Inc()
	m.tokens.Add(float64(tokens))
	m.took.Observe(took.Seconds())
}

package model

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sashabaranov/go-openai"
	"github.com/sony/gobreaker/v2"

	"madoguchi/bot/outgoing"
)

// Server says where a model is and by whose word. The key is sent there and
// nowhere else, and stands in no message of this package.
type Server struct {
	URL   string // of the API: https://…/v1
	Key   string // "" for a server that wants none
	Model string
	Trust outgoing.Trust
}

// Bounds of one server. places is so small that a server that hangs can hold up
// only so many turns; all others go on without it at once.
const (
	mostResponse = 256 << 10 // bytes
	places       = 8
	failures     = 5 // in a row, until the breaker opens
	rest         = 30 * time.Second
)

// server is a Server with its connections.
type server struct {
	model   string
	api     *openai.Client
	breaker *gobreaker.CircuitBreaker[string]
	places  chan struct{}
}

// fault is why a model gave no proposal.
type fault struct {
	outcome Outcome
	cause   error // "" for what the outcome says already; never with words of a resident
}

// Error names the outcome.
func (f *fault) Error() string {
	if f.cause != nil {
		return string(f.outcome) + ": " + f.cause.Error()
	}
	return string(f.outcome)
}

// Unwrap returns the cause.
func (f *fault) Unwrap() error { return f.cause }

// asFault gives what the breaker itself refuses its outcome.
func asFault(err error) error {
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return &fault{outcome: Resting}
	}
	return err
}

func newServer(s Server, client *http.Client, turned func(open bool)) *server {
	config := openai.DefaultConfig(s.Key)
	config.BaseURL, config.HTTPClient = s.URL, client
	return &server{
		model: s.Model, api: openai.NewClientWithConfig(config), places: make(chan struct{}, places),
		breaker: gobreaker.NewCircuitBreaker[string](gobreaker.Settings{
			Timeout:     rest,
			ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failures },
			// What is not the server's doing says nothing about it.
			IsExcluded: func(err error) bool {
				var f *fault
				return errors.As(err, &f) && (f.outcome == Spent || f.outcome == Overasked || f.outcome == Broken || f.outcome == Left)
			},
			OnStateChange: func(_ string, _, to gobreaker.State) {
				if to != gobreaker.StateHalfOpen {
					turned(to == gobreaker.StateOpen)
				}
			},
		}),
	}
}

// call makes one call, without another try: the resident waits. used is what it
// cost in tokens, for a server that does not say (or says nonsense) the most it
// can have cost.
func (s *server) call(ctx context.Context, r request) (content string, used int64, err error) {
	res, err := s.api.CreateChatCompletion(ctx, r.body)
	if err != nil {
		f := faultOf(ctx, err)
		switch f.outcome {
		case Timeout, Failing, Left:
			return "", r.most, f // it may have worked all the same
		}
		return "", 0, f
	}
	used = int64(res.Usage.TotalTokens)
	if used < 1 || used > r.most {
		used = r.most
	}
	if len(res.Choices) == 0 { // also a 200 with an error in it (P5)
		return "", used, &fault{outcome: Failing}
	}
	c := res.Choices[0]
	if c.FinishReason != openai.FinishReasonStop && c.FinishReason != "" || c.Message.Refusal != "" || len(c.Message.ToolCalls) > 0 {
		return "", used, nil // cut off, filtered, or wants to do something: no answer (P7, A25)
	}
	return c.Message.Content, used, nil
}

// faultOf tells what went wrong. The error itself is dropped: it may hold the
// key, the address and what was sent (P11).
func faultOf(ctx context.Context, err error) *fault {
	status := 0
	var api *openai.APIError
	var other *openai.RequestError
	if errors.As(err, &api) {
		status = api.HTTPStatusCode
	} else if errors.As(err, &other) {
		status = other.HTTPStatusCode
	}
	var net interface{ Timeout() bool }
	switch {
	case status == http.StatusTooManyRequests:
		return &fault{outcome: Throttled}
	case status >= 500:
		return &fault{outcome: Failing}
	case status >= 300:
		return &fault{outcome: Refused}
	case errors.Is(ctx.Err(), context.Canceled):
		return &fault{outcome: Left}
	case ctx.Err() != nil:
		return &fault{outcome: Timeout}
	case errors.Is(err, outgoing.ErrAddress):
		return &fault{outcome: Refused}
	case errors.Is(err, outgoing.ErrHuge), status > 0:
		return &fault{outcome: Failing}
	case errors.As(err, &net):
		return &fault{outcome: Unreachable}
	}
	return &fault{outcome: Failing} // a response that is not JSON
}

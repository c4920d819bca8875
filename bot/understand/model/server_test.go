package model

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The breaker opens after five failures in a row, lets one call try after half a
// minute, and closes if that succeeds. The clock is the bubble's.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		working, calls := false, 0
		var turned []bool
		s := newServer(Server{URL: "https://model.example/v1", Model: "m"}, &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
			calls++
			if !working {
				return nil, errors.New("nobody there")
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(
				`{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"{}"}}],"usage":{"total_tokens":9}}`))}, nil
		})}, func(open bool) { turned = append(turned, open) })
		ask := func() Outcome {
			_, err := s.breaker.Execute(func() (string, error) {
				content, _, err := s.call(t.Context(), Question{Type: Date}.request("m"))
				return content, err
			})
			var f *fault
			if errors.As(asFault(err), &f) {
				return f.outcome
			}
			return Proposed
		}
		for range failures {
			if o := ask(); o != Unreachable && o != Failing {
				t.Fatalf("a failing server: %s", o)
			}
		}
		if o := ask(); o != Resting || calls != failures {
			t.Fatalf("after %d failures: %s, %d calls", failures, o, calls)
		}
		time.Sleep(rest - time.Second)
		if o := ask(); o != Resting {
			t.Errorf("a second too early: %s", o)
		}
		time.Sleep(2 * time.Second)
		if o := ask(); o == Resting || calls != failures+1 {
			t.Errorf("the try after the rest: %s, %d calls", o, calls)
		}
		if o := ask(); o != Resting {
			t.Errorf("after the try failed: %s", o)
		}
		time.Sleep(rest + time.Second)
		working = true
		for range 3 {
			if o := ask(); o != Proposed {
				t.Errorf("a server that works again: %s", o)
			}
		}
		if len(turned) == 0 || !turned[0] || turned[len(turned)-1] {
			t.Errorf("told %v", turned)
		}
	})
}

// What is not the server's doing does not open the breaker.
func TestBreakerForgives(t *testing.T) {
	s := newServer(Server{URL: "https://model.example/v1", Model: "m"}, http.DefaultClient, func(bool) { t.Error("it turned") })
	for _, o := range []Outcome{Spent, Overasked, Broken, Left} {
		for range 2 * failures {
			_, err := s.breaker.Execute(func() (string, error) { return "", &fault{outcome: o} })
			if f, ok := asFault(err).(*fault); !ok || f.outcome != o {
				t.Fatalf("%s: %v", o, err)
			}
		}
	}
}

// A resident who hangs up is not a failing server.
func TestLeft(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f := faultOf(ctx, errors.New("cut")); f.outcome != Left {
		t.Error(f)
	}
}

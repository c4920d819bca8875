package line

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"madoguchi/bot"
	"madoguchi/channels/line/linetest"
)

// waking is an engine that says when it has queued an answer.
type waking struct {
	Engine
	wake chan struct{}
}

func (w waking) Turn(ctx context.Context, in bot.Inbound) (bot.Reply, error) {
	r, err := w.Engine.Turn(ctx, in)
	w.wake <- struct{}{}
	return r, err
}

// The three workers as the program runs them: a resident's word comes in by
// HTTP and its answer goes out, with no poll in between.
func TestFromWebhookToScreen(t *testing.T) {
	h := build(t)
	ctx, stop := context.WithCancel(context.Background())
	came, queued := make(chan struct{}, 100), make(chan struct{}, 100)
	h.hook.Wake = func() { came <- struct{}{} }
	h.recv.Engine = waking{h.memory, queued}
	ended := make(chan error, 2)
	go func() { ended <- h.recv.Run(ctx, came) }()
	go func() { ended <- h.send.Run(ctx, queued) }()

	mux := http.NewServeMux()
	mux.Handle("/t/{tenant}/line/webhook", h.hook)
	server := httptest.NewServer(mux)
	defer server.Close()
	for i := range 50 {
		if status, err := h.line.Post(server.URL+"/t/sample/line/webhook", h.line.Text(linetest.User(i), "a")); err != nil || status != 200 {
			t.Fatal(status, err)
		}
	}
	h.line.Await(linetest.Reply, 50)
	stop()
	for range 2 {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if n := len(h.line.Shown("")); n != 50 {
		t.Errorf("%d messages shown", n)
	}
	id, err := h.send.API.Bot(context.Background(), h.channel)
	if err != nil || id != h.line.Bot {
		t.Errorf("bot %q, %v", id, err)
	}
}

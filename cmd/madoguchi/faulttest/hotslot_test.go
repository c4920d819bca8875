package faulttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/channels/line/linetest"
	"madoguchi/store/storetest"
)

// walker is a resident on one of the ways in: come walks to the question for a
// time, take chooses one and reports whether it was had or others were offered,
// finish completes the booking.
type walker interface {
	come(s slot) error
	take(s slot) (bool, error)
	finish() error
}

// errNeither is an answer that neither keeps the place nor offers others.
var errNeither = errors.New("neither kept nor others offered")

// 200 residents from every channel choose one time with five places at the same
// moment: five get it and book, 195 are offered other times (S4-043, A19).
func TestFivePlacesTwoHundredResidents(t *testing.T) {
	each(t, func(t *testing.T, kind storetest.Kind) {
		const residents, places = 200, 5
		rng := seeded(t)
		api := linetest.New(time.Now)
		t.Cleanup(api.Close)
		s := newSite(t, kind, "LINE_API_URL="+api.URL, "LINE_CHANNEL_SECRET="+api.Secret, "LINE_CHANNEL_TOKEN="+api.Token)
		urls := []string{s.start().url}
		if kind == storetest.Postgres {
			urls = append(urls, s.start().url)
		}
		crowd := newCrowd(t, s, rng, 1, urls...)
		slots, err := someSlots(crowd.clients[0].http, urls[0], rng, 150)
		if err != nil {
			t.Fatal(err)
		}
		hot := slots[0]
		for _, s := range slots {
			if s.places == places {
				hot = s
			}
		}
		walkers := make([]walker, residents)
		for i := range walkers {
			c := *crowd.clients[0]
			c.id, c.hops, c.rng = i, i, nil
			switch at := urls[i%len(urls)]; i % 5 {
			case 0, 1:
				walkers[i] = &webWalker{client: &c, user: fmt.Sprintf("hot-%d", i)}
			case 2:
				walkers[i] = &socketWalker{t: t, url: at, user: fmt.Sprintf("hot-%d", i)}
			case 3:
				walkers[i] = &plainWalker{url: at, transport: c.http.Transport}
			case 4:
				walkers[i] = &lineWalker{api: api, url: at, user: linetest.User(i)}
			}
		}
		all := func(do func(i int, w walker) error) {
			t.Helper()
			var walking sync.WaitGroup
			for i, w := range walkers {
				walking.Go(func() {
					if err := do(i, w); err != nil {
						t.Errorf("resident %d (%T): %v", i, w, err)
					}
				})
			}
			walking.Wait()
			if t.Failed() {
				t.FailNow()
			}
		}
		all(func(_ int, w walker) error { return w.come(hot) })
		rng.Shuffle(len(walkers), func(i, j int) { walkers[i], walkers[j] = walkers[j], walkers[i] })
		had := make([]bool, residents)
		all(func(i int, w walker) (err error) {
			had[i], err = w.take(hot)
			return err
		})
		all(func(i int, w walker) error {
			if !had[i] {
				return nil
			}
			return w.finish()
		})
		winners, channels := 0, map[string]int{}
		for i, w := range walkers {
			if had[i] {
				winners++
				channels[fmt.Sprintf("%T", w)]++
			}
		}
		booked := 0
		for _, b := range s.bookings() {
			if b.Counter+"/"+b.Start == hot.value && b.Status == "booked" {
				booked++
			}
		}
		if winners != places || booked != places {
			t.Errorf("%d of %d residents were given one of %d places, %d are booked", winners, residents, places, booked)
		}
		s.verify()
		if v := api.Violations(); len(v) > 0 {
			t.Errorf("LINE would have refused: %q", v)
		}
		t.Logf("%d residents, %d booked (%v), %d offered other times", residents, booked, channels, residents-winners)
	})
}

// webWalker uses the turn API.
type webWalker struct {
	*client
	user string
}

func (w *webWalker) say(said map[string]string) (reply, error) {
	w.events++
	said["user"], said["event"] = w.user, fmt.Sprint("e", w.events)
	body, err := json.Marshal(said)
	if err != nil {
		return reply{}, err
	}
	answer, err := w.send(body)
	if err != nil {
		return reply{}, err
	}
	return readReply(answer)
}

func (w *webWalker) choose(choices ...string) (r reply, err error) {
	for _, c := range choices {
		if r, err = w.say(map[string]string{"choice": c}); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (w *webWalker) come(s slot) error {
	if _, err := w.say(map[string]string{"flow": "card-pickup"}); err != nil {
		return err
	}
	_, err := w.choose("self", "1", s.counter())
	return err
}

func (w *webWalker) take(s slot) (bool, error) {
	r, err := w.choose(s.value)
	return kept(r, err)
}

func kept(r reply, err error) (bool, error) {
	switch {
	case err != nil:
		return false, err
	case r.asks() == "mail":
		return true, nil
	case r.asks() == "visit" && r.offers():
		return false, nil
	}
	return false, fmt.Errorf("%w: %s", errNeither, r.raw)
}

func (w *webWalker) finish() error {
	r, err := w.choose("@skip", "yes")
	if err == nil && r.booking() == nil {
		err = fmt.Errorf("no booking: %s", r.raw)
	}
	return err
}

// socketWalker uses a websocket of its own.
type socketWalker struct {
	t      *testing.T
	url    string
	user   string
	ws     *websocket.Conn
	events int
}

func (w *socketWalker) say(said map[string]string) (reply, error) {
	if w.ws == nil {
		ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.url, "http")+"/chat/ws", nil)
		if err != nil {
			return reply{}, err
		}
		w.t.Cleanup(func() { ws.Close() })
		w.ws = ws
	}
	w.events++
	said["user"], said["event"] = w.user, fmt.Sprint("e", w.events)
	if err := w.ws.WriteJSON(said); err != nil {
		return reply{}, err
	}
	if err := w.ws.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return reply{}, err
	}
	for {
		_, data, err := w.ws.ReadMessage()
		if err != nil {
			return reply{}, err
		}
		var named struct{ Event string }
		if err := json.Unmarshal(data, &named); err != nil {
			return reply{}, err
		}
		if named.Event == said["event"] {
			return readReply(data)
		}
	}
}

func (w *socketWalker) come(s slot) (err error) {
	_, err = w.say(map[string]string{"flow": "card-pickup"})
	for _, c := range []string{"self", "1", s.counter()} {
		if err == nil {
			_, err = w.say(map[string]string{"choice": c})
		}
	}
	return err
}

func (w *socketWalker) take(s slot) (bool, error) {
	return kept(w.say(map[string]string{"choice": s.value}))
}

func (w *socketWalker) finish() error {
	if _, err := w.say(map[string]string{"choice": "@skip"}); err != nil {
		return err
	}
	r, err := w.say(map[string]string{"choice": "yes"})
	if err == nil && r.booking() == nil {
		err = fmt.Errorf("no booking: %s", r.raw)
	}
	return err
}

// plainWalker uses the pages that need no script.
type plainWalker struct {
	url       string
	transport http.RoundTripper
	http      *http.Client
	events    int
}

// say posts a form and returns the page it leads to.
func (w *plainWalker) say(path string, form url.Values) (string, error) {
	if w.http == nil {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return "", err
		}
		w.http = &http.Client{Jar: jar, Timeout: patience, Transport: w.transport}
	}
	w.events++
	form.Set("event", fmt.Sprint("e", w.events))
	res, err := w.http.PostForm(w.url+path, form)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("answered %d", res.StatusCode)
	}
	return string(page), err
}

func (w *plainWalker) come(s slot) error {
	_, err := w.say("/book/start", url.Values{"flow": {"card-pickup"}})
	for _, c := range []string{"self", "1", s.counter()} {
		if err == nil {
			_, err = w.say("/book", url.Values{"choice": {c}})
		}
	}
	return err
}

func (w *plainWalker) take(s slot) (bool, error) {
	page, err := w.say("/book", url.Values{"choice": {s.value}})
	switch {
	case err != nil:
		return false, err
	case strings.Contains(page, `value="@skip"`): // the optional question that follows
		return true, nil
	case strings.Contains(page, `value="@later"`): // beneath free times
		return false, nil
	}
	return false, fmt.Errorf("%w: %s", errNeither, page)
}

func (w *plainWalker) finish() error {
	if _, err := w.say("/book", url.Values{"choice": {"@skip"}}); err != nil {
		return err
	}
	page, err := w.say("/book", url.Values{"choice": {"yes"}})
	if err == nil && !strings.Contains(page, "アクセスキー") {
		err = fmt.Errorf("no access key: %s", page)
	}
	return err
}

// lineWalker writes to the bot on LINE.
type lineWalker struct {
	api  *linetest.Server
	url  string
	user string
}

// say sends words and waits for what is shown in return.
func (w *lineWalker) say(text string) (shown []string, err error) {
	before := len(w.api.Texts(w.user))
	status, err := w.api.Post(w.url+"/line/webhook", w.api.Text(w.user, text))
	if err != nil || status != http.StatusOK {
		return nil, fmt.Errorf("the webhook answered %d, %w", status, err)
	}
	if err := await(patience, func() bool { return len(w.api.Texts(w.user)) > before }); err != nil {
		return nil, fmt.Errorf("nothing shown in return for %q: %w", text, err)
	}
	return w.api.Texts(w.user)[before:], nil
}

// counterNames are what residents call the sample's counters.
var counterNames = map[string]string{"honcho": "本庁", "ekimae": "駅前出張所", "nishi": "西サポートセンター"}

func (w *lineWalker) come(s slot) (err error) {
	for _, text := range []string{"カードを受け取りたい", "本人", "1人", counterNames[s.counter()]} {
		if _, err = w.say(text); err != nil {
			break
		}
	}
	return err
}

func (w *lineWalker) take(s slot) (bool, error) {
	at, err := time.Parse("2006-01-02T15:04", s.start())
	if err != nil {
		return false, err
	}
	half := "午前"
	if at.Hour() >= 12 {
		half = "午後"
	}
	shown, err := w.say(at.Format("1月2日 ") + half + at.Format("3時4分"))
	words := strings.Join(shown, "\n")
	switch {
	case err != nil:
		return false, err
	case strings.Contains(words, "予約内容の控え"): // the question that follows
		return true, nil
	case strings.Contains(words, "ちょうど予約がいっぱいになりました"):
		return false, nil
	}
	return false, fmt.Errorf("%w: %s", errNeither, words)
}

func (w *lineWalker) finish() error {
	if _, err := w.say("入力しない"); err != nil {
		return err
	}
	shown, err := w.say("はい")
	if err == nil && !strings.Contains(strings.Join(shown, "\n"), "アクセスキーは") {
		err = fmt.Errorf("no access key: %q", shown)
	}
	return err
}

// await looks until a condition of the world outside holds.
func await(patience time.Duration, holds func() bool) error {
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("not within %v", patience)
		}
	}
	return nil
}

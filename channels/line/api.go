package line

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"golang.org/x/time/rate"
)

// DefaultAPI is LINE's own address.
const DefaultAPI = "https://api.line.me"

// LINE's limits per channel and endpoint, in calls a second (LO10).
const (
	sendRate    = 2000
	loadingRate = 100
)

// API calls the Messaging API for all tenants. It keeps one client and one set
// of rate limits a channel. Safe for concurrent use.
type API struct {
	now   func() time.Time
	after func(time.Duration) <-chan time.Time
	http  *http.Client

	mu      sync.Mutex
	clients map[string]*client // by tenant
}

type client struct {
	token, base  string
	sdk          *messaging_api.MessagingApiAPI
	reply, push  *rate.Limiter
	loading, get *rate.Limiter
}

// NewAPI returns an API whose calls each end within timeout. now and after are
// time.Now and time.After outside of tests.
func NewAPI(timeout time.Duration, now func() time.Time, after func(time.Duration) <-chan time.Time) *API {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	return &API{
		now: now, after: after,
		http: &http.Client{
			Timeout:   timeout,
			Transport: capped{transport},
			// A redirect would carry the access token elsewhere.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		clients: make(map[string]*client),
	}
}

// capped bounds what is read of an answer; the SDK reads bodies to their end.
type capped struct{ http.RoundTripper }

func (c capped) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := c.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, 4<<20), res.Body}
	}
	return res, err
}

// client returns the tenant's client. It is made anew when the channel's token
// or address has changed.
func (a *API) client(ch *Channel) (*client, error) {
	base := ch.API
	if base == "" {
		base = DefaultAPI
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.clients[ch.Tenant]; c != nil && c.token == ch.Token && c.base == base {
		return c, nil
	}
	sdk, err := messaging_api.NewMessagingApiAPI(ch.Token,
		messaging_api.WithEndpoint(base), messaging_api.WithHTTPClient(a.http))
	if err != nil {
		// The SDK's words may quote the address or the token.
		return nil, errors.New("LINE channel: access token missing or API address malformed")
	}
	// One second may see the bucket's burst and a second's refill; both together
	// stay below LINE's limit.
	limiter := func(perSecond float64) *rate.Limiter {
		return rate.NewLimiter(rate.Limit(perSecond*0.8), int(perSecond*0.15))
	}
	c := &client{token: ch.Token, base: base, sdk: sdk,
		reply: limiter(sendRate), push: limiter(sendRate), loading: limiter(loadingRate), get: limiter(sendRate)}
	a.clients[ch.Tenant] = c
	return c, nil
}

// bound returns the SDK's client for one call. WithContext writes into the
// client it is called on, so each call gets a copy of its own.
func (c *client) bound(ctx context.Context) *messaging_api.MessagingApiAPI {
	sdk := *c.sdk
	return sdk.WithContext(ctx)
}

// wait blocks until the limiter lets one more call through.
func (a *API) wait(ctx context.Context, l *rate.Limiter) error {
	now := a.now()
	reservation := l.ReserveN(now, 1)
	delay := reservation.DelayFrom(now)
	if delay == 0 {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		reservation.CancelAt(a.now())
		return ctx.Err()
	case <-a.after(delay):
		return nil
	}
}

// verdict is what a call's end means for the message it carried.
type verdict int

const (
	accepted     verdict = iota // LINE has it; a 409 included (LO5)
	unclear                     // it may have it: timeout, 5xx, broken connection
	unsent                      // it cannot have it: no connection was made
	tokenSpent                  // the reply token is used or expired (LO2)
	rateLimited                 // too many calls; not accepted
	overQuota                   // the month's pushes are used up; not accepted
	unauthorized                // the access token is refused; not accepted
	refused                     // this message will never be accepted
)

// outcome is the end of one call.
type outcome struct {
	verdict verdict
	request Request
	// property names the part of the message LINE objected to, such as
	// "messages[0].text"; only for refused, "" if LINE did not say.
	property string
}

// reply sends messages by a reply token, without retry key (LO3).
func (a *API) reply(ctx context.Context, ch *Channel, token string, messages []Message) (outcome, error) {
	c, err := a.client(ch)
	if err != nil {
		return outcome{}, err
	}
	if err := a.wait(ctx, c.reply); err != nil {
		return outcome{}, err
	}
	res, _, err := c.bound(ctx).ReplyMessageWithHttpInfo(&messaging_api.ReplyMessageRequest{
		ReplyToken: token, Messages: forSDK(messages),
	})
	return judge("reply", res, err), nil
}

// push sends messages under a retry key.
func (a *API) push(ctx context.Context, ch *Channel, user, retryKey string, messages []Message) (outcome, error) {
	c, err := a.client(ch)
	if err != nil {
		return outcome{}, err
	}
	if err := a.wait(ctx, c.push); err != nil {
		return outcome{}, err
	}
	res, _, err := c.bound(ctx).PushMessageWithHttpInfo(&messaging_api.PushMessageRequest{
		To: user, Messages: forSDK(messages),
	}, retryKey)
	return judge("push", res, err), nil
}

// loading shows the indicator that an answer is being prepared. It is a
// courtesy: its failure is nobody's concern.
func (a *API) loading(ctx context.Context, ch *Channel, user string) {
	c, err := a.client(ch)
	if err != nil || !c.loading.AllowN(a.now(), 1) {
		return
	}
	_, _, _ = c.bound(ctx).ShowLoadingAnimationWithHttpInfo(&messaging_api.ShowLoadingAnimationRequest{
		ChatId: user, LoadingSeconds: 20,
	})
}

// language returns the language tag of a user's LINE app, "" if LINE does not
// tell: it says 404 for people who blocked us or never consented (LO13).
func (a *API) language(ctx context.Context, ch *Channel, user string) string {
	c, err := a.client(ch)
	if err != nil || strings.ContainsAny(user, "/?#") || a.wait(ctx, c.get) != nil {
		return ""
	}
	_, profile, err := c.bound(ctx).GetProfileWithHttpInfo(user)
	if err != nil || profile == nil {
		return ""
	}
	return profile.Language
}

// Bot returns the user id of the channel's own bot, for Channel.Bot. The error
// names LINE's HTTP status.
func (a *API) Bot(ctx context.Context, ch *Channel) (string, error) {
	c, err := a.client(ch)
	if err != nil {
		return "", err
	}
	res, info, err := c.bound(ctx).GetBotInfoWithHttpInfo()
	if err := failed("read the bot's account", res, err); err != nil {
		return "", err
	}
	return info.UserId, nil
}

func forSDK(messages []Message) []messaging_api.MessageInterface {
	list := make([]messaging_api.MessageInterface, len(messages))
	for i := range messages {
		list[i] = &messages[i]
	}
	return list
}

// judge reads the end of a call. The SDK's error is looked at only for its kind:
// its text holds the request's address and the answer's body.
func judge(via string, res *http.Response, err error) outcome {
	o := outcome{request: Request{Via: via}}
	if res == nil {
		o.verdict = unclear
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			o.verdict = unsent
		}
		return o
	}
	o.request.Status = res.StatusCode
	o.request.ID = requestID(res.Header.Get("X-Line-Request-Id"))
	switch status := res.StatusCode; {
	case status/100 == 2:
		// Accepted, even if the SDK could not read the answer's body.
	case status == http.StatusConflict:
		o.request.Accepted = requestID(res.Header.Get("X-Line-Accepted-Request-Id"))
	case status >= 500:
		o.verdict = unclear
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		o.verdict = unauthorized
	case status == http.StatusTooManyRequests:
		o.verdict = rateLimited
		if strings.Contains(answer(res).Message, "monthly limit") {
			o.verdict = overQuota
		}
	default:
		o.verdict = refused
		why := answer(res)
		if status == http.StatusBadRequest && strings.Contains(why.Message, "Invalid reply token") {
			o.verdict = tokenSpent
		}
		if len(why.Details) > 0 && propertyPath.MatchString(why.Details[0].Property) {
			o.property = why.Details[0].Property
		}
	}
	return o
}

// propertyPath is what a property name of LINE's looks like; nothing else of an
// error body is kept.
var propertyPath = regexp.MustCompile(`^[A-Za-z0-9_.\[\]/]{1,80}$`)

type errorAnswer struct {
	Message string `json:"message"`
	Details []struct {
		Property string `json:"property"`
	} `json:"details"`
}

// answer reads LINE's error body, which the SDK leaves readable.
func answer(res *http.Response) (why errorAnswer) {
	if res.Body != nil {
		_ = json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&why) // unreadable: no details
	}
	return why
}

// requestID keeps a header only if it looks like an id.
func requestID(s string) string {
	if len(s) > 64 || strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return ""
	}
	return s
}

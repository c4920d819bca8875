package line

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
)

// richMenuImage is the picture of the rich menu, 2500 × 1686, made from
// richmenu.html by a browser at 1250 × 843 and twofold scale.
//
//go:embed richmenu.png
var richMenuImage []byte

// DefaultMenu is what the areas of the built-in rich menu do.
var DefaultMenu = map[string]MenuItem{
	"book":      {Flow: "reservation"},
	"change":    {Text: "予約を変更・取り消したい"},
	"questions": {Text: "質問したい"},
	"language":  {Text: "言語を変えたい"},
}

// The rich menu's name begins with menuName and goes on with a hash of all it
// consists of, so that a changed menu is told from an unchanged one.
const (
	menuName  = "madoguchi-"
	menuAlias = "madoguchi"
)

// Report is what Setup found and did, for the command line.
type Report struct {
	Bot         string // the bot's user id, to be stored as Channel.Bot
	DisplayName string
	Webhook     string
	// WebhookActive is false while "use webhook" is off in LINE's console, where
	// alone it can be turned on.
	WebhookActive bool
	// WebhookTest is LINE's finding from calling the webhook: "" for success.
	WebhookTest string
	// MenuCreated is false if the rich menu was there already.
	MenuCreated bool
}

// Setup makes a channel ready: it sets the webhook address, has LINE call it,
// and installs the rich menu for everyone. It may be run again at any time and
// then changes only what differs. An error names the step that failed, and
// LINE's HTTP status.
func (a *API) Setup(ctx context.Context, ch *Channel, webhook string) (Report, error) {
	r := Report{Webhook: webhook}
	c, err := a.client(ch)
	if err != nil {
		return r, err
	}
	sdk := c.bound(ctx)

	res, info, err := sdk.GetBotInfoWithHttpInfo()
	if err := failed("read the bot's account", res, err); err != nil {
		return r, err
	}
	r.Bot, r.DisplayName = info.UserId, info.DisplayName

	if res, _, err = sdk.SetWebhookEndpointWithHttpInfo(&messaging_api.SetWebhookEndpointRequest{Endpoint: webhook}); err != nil {
		return r, failed("set the webhook address", res, err)
	}
	res, endpoint, err := sdk.GetWebhookEndpointWithHttpInfo()
	if err := failed("read the webhook address", res, err); err != nil {
		return r, err
	}
	r.WebhookActive = endpoint.Active
	res, test, err := sdk.TestWebhookEndpointWithHttpInfo(&messaging_api.TestWebhookEndpointRequest{Endpoint: webhook})
	if err := failed("have LINE call the webhook", res, err); err != nil {
		return r, err
	}
	if !test.Success {
		r.WebhookTest = strings.TrimSpace(test.Reason + " " + test.Detail)
	}
	r.MenuCreated, err = a.installMenu(ctx, ch, sdk)
	return r, err
}

// installMenu creates the rich menu, unless the very same one is there already,
// makes it everyone's, and removes those of earlier versions. The alias is moved
// last but one: a run that broke off before is recognised by it and begun anew.
func (a *API) installMenu(ctx context.Context, ch *Channel, sdk *messaging_api.MessagingApiAPI) (created bool, err error) {
	want := richMenu()
	res, list, err := sdk.GetRichMenuListWithHttpInfo()
	if err := failed("list rich menus", res, err); err != nil {
		return false, err
	}
	res, alias, err := sdk.GetRichMenuAliasWithHttpInfo(menuAlias)
	known := res != nil && res.StatusCode/100 == 2
	if err != nil && (res == nil || res.StatusCode != http.StatusNotFound) {
		return false, failed("read the rich menu's alias", res, err)
	}
	id := ""
	for _, m := range list.Richmenus {
		if known && m.Name == want.Name && m.RichMenuId == alias.RichMenuId {
			id = m.RichMenuId
		}
	}
	if id == "" {
		created = true
		res, made, err := sdk.CreateRichMenuWithHttpInfo(want)
		if err := failed("create the rich menu", res, err); err != nil {
			return false, err
		}
		id = made.RichMenuId
		if err := a.uploadMenu(ctx, ch, id); err != nil {
			return false, err
		}
		if known {
			res, _, err = sdk.UpdateRichMenuAliasWithHttpInfo(menuAlias, &messaging_api.UpdateRichMenuAliasRequest{RichMenuId: id})
		} else {
			res, _, err = sdk.CreateRichMenuAliasWithHttpInfo(&messaging_api.CreateRichMenuAliasRequest{RichMenuAliasId: menuAlias, RichMenuId: id})
		}
		if err := failed("set the rich menu's alias", res, err); err != nil {
			return false, err
		}
	}
	if res, _, err = sdk.SetDefaultRichMenuWithHttpInfo(id); err != nil {
		return created, failed("make the rich menu the default", res, err)
	}
	for _, m := range list.Richmenus {
		if strings.HasPrefix(m.Name, menuName) && m.RichMenuId != id {
			if res, _, err = sdk.DeleteRichMenuWithHttpInfo(m.RichMenuId); err != nil {
				return created, failed("delete an old rich menu", res, err)
			}
		}
	}
	return created, nil
}

func (a *API) uploadMenu(ctx context.Context, ch *Channel, id string) error {
	base := ch.API
	if base == "" {
		base = "https://api-data.line.me"
	}
	blob, err := messaging_api.NewMessagingApiBlobAPI(ch.Token,
		messaging_api.WithBlobEndpoint(base), messaging_api.WithBlobHTTPClient(a.http))
	if err != nil {
		return errors.New("LINE channel: access token missing or API address malformed")
	}
	res, _, err := blob.WithContext(ctx).SetRichMenuImageWithHttpInfo(id, "image/png", bytes.NewReader(richMenuImage))
	return failed("upload the rich menu's picture", res, err)
}

// failed names the step of a call that went wrong. The SDK's own error is
// dropped: it quotes addresses and bodies.
func failed(step string, res *http.Response, err error) error {
	switch {
	case err == nil:
		return nil
	case res == nil:
		return fmt.Errorf("%s: LINE could not be reached", step)
	case res.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%s: LINE refuses the channel access token (401)", step)
	}
	return fmt.Errorf("%s: LINE answered %d", step, res.StatusCode)
}

// richMenu is the menu below the chat: four areas as large as the screen allows.
func richMenu() *messaging_api.RichMenuRequest {
	const width, height = 2500, 1686
	area := func(column, row int64, name, label string) messaging_api.RichMenuArea {
		return messaging_api.RichMenuArea{
			Bounds: &messaging_api.RichMenuBounds{X: column * width / 2, Y: row * height / 2, Width: width / 2, Height: height / 2},
			Action: &messaging_api.PostbackAction{Label: label, Data: menuData + name, DisplayText: label},
		}
	}
	m := &messaging_api.RichMenuRequest{
		Size:     &messaging_api.RichMenuSize{Width: width, Height: height},
		Selected: true, ChatBarText: "メニュー / Menu",
		Areas: []messaging_api.RichMenuArea{
			area(0, 0, "book", "予約する / Book"),
			area(1, 0, "change", "変更・取消 / Change"),
			area(0, 1, "questions", "質問する / Ask"),
			area(1, 1, "language", "言語 / Language"),
		},
	}
	layout, err := json.Marshal(m)
	if err != nil {
		layout = nil // cannot happen: strings and numbers
	}
	sum := sha256.Sum256(append(layout, richMenuImage...))
	m.Name = menuName + hex.EncodeToString(sum[:6])
	return m
}

package line

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
)

// press is what a button of ours means when it is pressed.
type press struct {
	kind         byte // pressChoice, pressDate or pressPage
	conversation string
	asked        int64  // the question the button stands under
	value        string // the choice's value, or the page's number
}

// The kinds of button.
const (
	pressChoice = 'c' // answers a question
	pressDate   = 'd' // answers it with the date of the platform's date picker
	pressPage   = 'p' // shows another page of the choices
)

var errPostback = errors.New("postback data is not ours")

// seal writes p as postback data: "c.ASKED.CONVERSATION.VALUE.MAC", where a
// conversation id has no dot. The MAC binds
// it to the tenant's key and to the one user it was sent to, so that data
// edited, made up, or taken from another chat are refused (A23). 128 bits.
func (p press) seal(c *Channel, user string) string {
	body := string(p.kind) + "." + strconv.FormatInt(p.asked, 10) + "." + p.conversation + "." + p.value
	return body + "." + p.mac(c, user, body)
}

func (press) mac(c *Channel, user, body string) string {
	h := hmac.New(sha256.New, c.PostbackKey)
	h.Write([]byte("line-postback\n" + c.Tenant + "\n" + user + "\n" + body))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// openPress reads sealed data back. It returns errPostback for anything that
// seal did not write for this user.
func openPress(c *Channel, user, data string) (press, error) {
	end := strings.LastIndexByte(data, '.')
	if end < 0 || len(c.PostbackKey) == 0 {
		return press{}, errPostback
	}
	body, mac := data[:end], data[end+1:]
	if !hmac.Equal([]byte(mac), []byte(press{}.mac(c, user, body))) {
		return press{}, errPostback
	}
	part := strings.SplitN(body, ".", 4)
	if len(part) != 4 || len(part[0]) != 1 {
		return press{}, errPostback
	}
	asked, err := strconv.ParseInt(part[1], 10, 64)
	if err != nil {
		return press{}, errPostback
	}
	return press{kind: part[0][0], conversation: part[2], asked: asked, value: part[3]}, nil
}

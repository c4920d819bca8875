package bot_test

import (
	"context"
	"strings"
	"testing"

	"madoguchi/bot"
	"madoguchi/store/conversation"
	"madoguchi/store/storetest"
)

// A PIN that is typed is not taken and stands nowhere; the question stays open
// (domain-facts 1.9). Where PINs have not come up, four digits are four digits.
func TestPINIsNotKept(t *testing.T) {
	h := newHall(t, storetest.SQLite)
	const refused = "暗証番号は、ここではお聞きしません。"
	h.must(bot.Inbound{Flow: "card-pickup"})
	if r := h.say("5678"); strings.Contains(texts(r), refused) {
		t.Errorf("before PINs have come up: %s", texts(r))
	}
	h.press("self")
	for _, pin := range []string{"9753", "ＺＸ９７５３", "暗証番号は9753です", "my PIN is 9753"} {
		if r := h.say(pin); r.Step != "persons" || !strings.Contains(texts(r), refused) {
			t.Errorf("%q: at %s: %s", pin, r.Step, texts(r))
		}
	}
	if r := h.press("1"); r.Step != "book.counter" {
		t.Errorf("afterwards at %s", r.Step)
	}
	h.press("honcho")
	if r := h.say("PINは9753にします"); r.Step != "book.visit" || !strings.Contains(texts(r), refused) {
		t.Errorf("at another question, at %s: %s", r.Step, texts(r))
	}
	all, err := (bot.Transcript{DB: h.db, Memory: conversation.Service{}}).Since(context.Background(), townID, "web", "taro", 0)
	if err != nil {
		t.Fatal(err)
	}
	if said := asJSON(t, all); !strings.Contains(said, "•••") || strings.Contains(said, "9753") || strings.Contains(said, "９７５３") {
		t.Errorf("the transcript: %s", said)
	}
}

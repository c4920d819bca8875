package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"madoguchi/bot"
)

// A question of which several answers may be right has boxes to tick; those
// ticked are one answer.
func TestSeveralAnswersAreTicked(t *testing.T) {
	reply := bot.Reply{
		Asked: 7, Expects: &bot.Expects{Field: "application.care", Type: "choices", Optional: true},
		Messages: []bot.Message{{Kind: bot.KindQuestion, Text: "必要な配慮", Choices: []bot.Choice{
			{Value: "o1", Label: "車いす"}, {Value: "o2", Label: "筆談"}, {Value: "@skip", Label: "入力しない", Quiet: true},
		}}},
	}
	q := layOut(reply, "/t/sample/book", "")
	if len(q.Several) != 2 || len(q.Answers) != 0 || len(q.Quiet) != 1 || q.Input != nil {
		t.Errorf("laid out: %+v", q)
	}
	for body, want := range map[string]string{
		"several=o1&several=o2": "o1,o2", "several=o2": "o2", "": "", "choice=%40skip": "@skip",
	} {
		r := httptest.NewRequest(http.MethodPost, "/t/sample/book", strings.NewReader(url.Values{"event": {"e"}}.Encode()+"&"+body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got, err := parsePosted(httptest.NewRecorder(), r)
		if err != nil || got.choice != want {
			t.Errorf("%s is read as %q, %v; want %q", body, got.choice, err, want)
		}
	}
}

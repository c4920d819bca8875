package mail_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/mail"
)

func accountAt(t testing.TB, address string) *mail.Account {
	t.Helper()
	s, err := mail.ParseServer(address)
	if err != nil {
		t.Fatal(err)
	}
	return &mail.Account{Server: s, From: netmail.Address{Name: "みほん市 予約係", Address: "yoyaku@city.example.jp"}}
}

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

var now = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

func TestAddressesCannotInject(t *testing.T) {
	r := newRelay(t, nil)
	for _, to := range []string{
		"a@example.com\r\nBcc: b@example.com", "a@example.com\nSubject: x", "a@example.com\r", "a@example.com b@example.com",
		"a@example.com,b@example.com", "<a@example.com>", "名前 <a@example.com>", `"a b"@example.com`, "a@example.com>\r\nDATA",
		"a@exa mple.com", "a@", "@example.com", "a", "", "a@example..com", "a@-x.com", "あ@example.com", "a@例え.jp", "a@[127.0.0.1]",
		strings.Repeat("a", 65) + "@example.com", "a@" + strings.Repeat("b.", 150) + "com", "a\x00@example.com",
	} {
		err := mail.Send(within(t, 5*time.Second), accountAt(t, "smtp://"+r.addr), &mail.Letter{ID: "1", To: to, Subject: "s", Text: "t"}, now)
		var f *mail.Failure
		if !errors.As(err, &f) || !f.Permanent || f.Code != "address" {
			t.Errorf("%q: %v", to, err)
		}
		if err != nil && len(to) > 1 && strings.Contains(err.Error(), to) {
			t.Errorf("the error repeats the address: %v", err)
		}
	}
	if got := r.received(); len(got) != 0 {
		t.Errorf("delivered: %+v", got)
	}
}

func TestAddressesInUseAreReached(t *testing.T) {
	r := newRelay(t, nil)
	// Old addresses of mobile carriers have dots where RFC 5322 allows none.
	for _, to := range []string{"hanako@example.com", "h.a+tag_1-2@sub.example.co.jp", "h..anako.@docomo.ne.jp"} {
		if err := mail.Send(within(t, 5*time.Second), accountAt(t, "smtp://"+r.addr), &mail.Letter{ID: "1", To: to, Subject: "s", Text: "t"}, now); err != nil {
			t.Errorf("%s: %v", to, err)
			continue
		}
		all := r.received()
		l := parse(t, all[len(all)-1].raw)
		list, err := l.AddressList("To")
		if err != nil || len(list) != 1 || list[0].Address != to || all[len(all)-1].to != to {
			t.Errorf("%s: To %v %v, envelope %s", to, list, err, all[len(all)-1].to)
		}
	}
}

func TestHeadersCannotBeInjectedByTexts(t *testing.T) {
	r := newRelay(t, nil)
	a := accountAt(t, "smtp://"+r.addr)
	a.From.Name = ""
	l := &mail.Letter{
		ID: "42", To: "hanako@example.com", Sender: "みほん市\r\nBcc: x@example.com", Subject: "【みほん市】予約\r\nX-Evil: 1\n\nbody" + strings.Repeat("長い題名", 60),
		Text: "本文\n.\n..終わり\nFrom here\n",
	}
	if err := mail.Send(within(t, 5*time.Second), a, l, now); err != nil {
		t.Fatal(err)
	}
	got := parse(t, r.received()[0].raw)
	if got.Get("Bcc")+got.Get("X-Evil") != "" {
		t.Errorf("headers: %v", got.Header)
	}
	if s := got.decoded(t, "Subject"); s != "【みほん市】予約  X-Evil: 1  body"+strings.Repeat("長い題名", 60) {
		t.Errorf("subject %q", s)
	}
	if from, err := got.AddressList("From"); err != nil || len(from) != 1 || from[0].Name != "みほん市  Bcc: x@example.com" {
		t.Errorf("from %v %v", from, err)
	}
	if got.text != l.Text {
		t.Errorf("text %q", got.text)
	}
	if got.Get("Message-Id") != "<42@city.example.jp>" {
		t.Errorf("message id %s", got.Get("Message-Id"))
	}
	for row := range strings.Lines(string(r.received()[0].raw)) {
		if len(row) > 1000 {
			t.Errorf("a line of %d octets", len(row))
		}
	}
}

func TestLogin(t *testing.T) {
	r := newRelay(t, func(r *relay) { r.secure = true })
	l := &mail.Letter{ID: "1", To: "hanako@example.com", Subject: "s", Text: "t"}
	if err := mail.Send(within(t, 5*time.Second), accountAt(t, "smtp://yoyaku:secret@"+r.addr), l, now); err != nil {
		t.Error(err)
	}
	err := mail.Send(within(t, 5*time.Second), accountAt(t, "smtp://yoyaku:wrong@"+r.addr), l, now)
	var f *mail.Failure
	if !errors.As(err, &f) || f.Permanent || !strings.HasPrefix(f.Code, "smtp-") {
		t.Errorf("a wrong password is for the operator to mend, not the end of the letter: %v", err)
	}
	if len(r.logins) != 2 || r.logins[0] != "yoyaku:secret" || len(r.received()) != 1 {
		t.Errorf("logins %v, %d letters", r.logins, len(r.received()))
	}
}

// script is a server that answers each line of the client with the next answer;
// "" hangs up.
func script(t *testing.T, answers ...string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		for i, a := range answers {
			if i > 0 {
				for {
					s, err := in.ReadString('\n')
					if err != nil {
						return
					}
					if !strings.HasPrefix(answers[i-1], "354") || s == ".\r\n" {
						break
					}
				}
			}
			if a == "" {
				return
			}
			fmt.Fprintf(conn, "%s\r\n", a)
		}
		for { // what the client says to end
			if _, err := in.ReadString('\n'); err != nil {
				return
			}
			fmt.Fprint(conn, "250 as you like\r\n")
		}
	}()
	return "smtp://" + l.Addr().String()
}

func TestAnswersOfServers(t *testing.T) {
	for _, c := range []struct {
		name      string
		answers   []string
		code      string
		permanent bool
	}{
		{"greets with a refusal", []string{"554 go away hanako@example.com"}, "smtp-554", false},
		{"is busy", []string{"421 later"}, "smtp-421", false},
		{"hangs up", []string{"220 hello", ""}, "connection", false},
		{"speaks nonsense", []string{"<html>"}, "connection", false},
		{"refuses the sender", []string{"220 hello", "250 hello", "550 not you"}, "smtp-550", true},
		{"puts the sender off", []string{"220 hello", "250 hello", "451 later", "250 reset"}, "smtp-451", false},
		{"refuses the text", []string{"220 hello", "250 hello", "250 ok", "250 ok", "354 go", "554 spam"}, "smtp-554", true},
		{"hangs up in the text", []string{"220 hello", "250 hello", "250 ok", "250 ok", "354 go", ""}, "connection", false},
		{"accepts and hangs up", []string{"220 hello", "250 hello", "250 ok", "250 ok", "354 go", "250 taken", ""}, "", false},
		{"wants no TLS but we do", nil, "connection", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := ""
			if c.answers == nil {
				address = script(t, "220 hello", "250 hello") + "?tls=required"
			} else {
				address = script(t, c.answers...)
			}
			err := mail.Send(within(t, 5*time.Second), accountAt(t, address), &mail.Letter{ID: "1", To: "hanako@example.com", Subject: "s", Text: "t"}, now)
			if c.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var f *mail.Failure
			if !errors.As(err, &f) || f.Code != c.code || f.Permanent != c.permanent {
				t.Errorf("%+v, want %s, permanent %v", f, c.code, c.permanent)
			}
			if err != nil && strings.Contains(err.Error(), "hanako") {
				t.Errorf("the error names the address: %v", err)
			}
		})
	}
}

func TestPasswordsAreNotSentInTheClear(t *testing.T) {
	// An address of this machine that does not count as this machine.
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	heard := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "220 hello\r\n")
		var all strings.Builder
		in := bufio.NewReader(conn)
		for {
			s, err := in.ReadString('\n')
			all.WriteString(s)
			if err != nil {
				heard <- all.String()
				return
			}
			fmt.Fprint(conn, "250-hello\r\n250 AUTH PLAIN LOGIN\r\n")
		}
	}()
	err = mail.Send(within(t, 5*time.Second), accountAt(t, "smtp://yoyaku:secret@"+l.Addr().String()), &mail.Letter{ID: "1", To: "a@example.com"}, now)
	if err == nil {
		t.Error("sent")
	}
	if s := <-heard; !strings.Contains(s, "EHLO city.example.jp") || strings.Contains(s, "AUTH") {
		t.Errorf("the client said %q", s)
	}
}

func TestParseServer(t *testing.T) {
	for _, c := range []struct {
		address string
		want    mail.Server
	}{
		{"smtp://relay", mail.Server{Host: "relay", Port: 25, TLS: mail.Offered}},
		{"smtp://127.0.0.1:2525", mail.Server{Host: "127.0.0.1", Port: 2525, TLS: mail.Offered}},
		{"smtp://u:p%40ss@relay", mail.Server{Host: "relay", Port: 587, User: "u", Pass: "p@ss", TLS: mail.Offered}},
		{"smtp://relay:26?tls=required", mail.Server{Host: "relay", Port: 26, TLS: mail.Required}},
		{"smtp://relay/?tls=off", mail.Server{Host: "relay", Port: 25, TLS: mail.Off}},
		{"smtps://u:p@relay", mail.Server{Host: "relay", Port: 465, User: "u", Pass: "p", TLS: mail.Implicit}},
		{"smtp://[::1]:25", mail.Server{Host: "::1", Port: 25, TLS: mail.Offered}},
	} {
		got, err := mail.ParseServer(c.address)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v %v", c.address, got, err)
		}
	}
	for _, address := range []string{
		"", "relay", "relay:25", "http://relay", "smtp://", "smtp://relay:0", "smtp://relay:70000", "smtp://u:geheim@relay:x",
		"smtp://relay/path", "smtp://relay?tls=perhaps", "smtps://relay?tls=off", "smtp:relay", "smtp://u:geheim@re lay",
	} {
		got, err := mail.ParseServer(address)
		if err == nil {
			t.Errorf("%q: %+v", address, got)
		} else if strings.Contains(err.Error(), "geheim") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

func TestParseFrom(t *testing.T) {
	for s, want := range map[string]netmail.Address{
		"yoyaku@city.example.jp":        {Address: "yoyaku@city.example.jp"},
		"みほん市 <yoyaku@city.example.jp>": {Name: "みほん市", Address: "yoyaku@city.example.jp"},
		`"City, Hall" <a@example.org>`:  {Name: "City, Hall", Address: "a@example.org"},
	} {
		if got, err := mail.ParseFrom(s); err != nil || got != want {
			t.Errorf("%s: %v %v", s, got, err)
		}
	}
	for _, s := range []string{"", "yoyaku", "a@b, c@d", "a@例え.jp", "a@b\r\nX: y"} {
		if got, err := mail.ParseFrom(s); err == nil {
			t.Errorf("%q: %v", s, got)
		}
	}
}

package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"syscall"
	"time"
	"unicode"

	smtp "github.com/wneessen/go-mail"

	"madoguchi/i18n"
)

// Letter is one mail, ready to go.
type Letter struct {
	// ID is the same at every try, so that a mail program recognises a letter
	// that arrived twice.
	ID       string
	To       string
	Sender   string // shown where the account's address has no name of its own
	Subject  string
	Text     string
	Lang     i18n.Lang
	Calendar []byte // an iCalendar file; nil for none
	Method   string // of Calendar: PUBLISH or CANCEL
}

// Failure says why a letter was not accepted. It has no words of the server,
// which often repeat the address.
type Failure struct {
	Code      string // smtp-550, timeout, refused, tls, connection, address
	Permanent bool   // trying again cannot help
}

func (f *Failure) Error() string { return "the letter was not accepted: " + f.Code }

// Send hands a letter to the account's server. It returns nil once the server
// has taken it, else a *Failure. ctx bounds the whole talk.
func Send(ctx context.Context, a *Account, l *Letter, now time.Time) error {
	m, err := message(a, l, now)
	if err != nil {
		return &Failure{Code: "address", Permanent: true}
	}
	ctx, hangUp := context.WithCancel(ctx) // the client leaves connections open after a failed login
	defer hangUp()
	client, err := a.client(ctx)
	if err != nil {
		return &Failure{Code: "settings"}
	}
	err = client.DialAndSendWithContext(ctx, m)
	if err == nil || m.IsDelivered() {
		return nil // what fails after the acceptance is not the letter's business
	}
	return failure(ctx, err)
}

// message puts a letter into its form on the wire.
func message(a *Account, l *Letter, now time.Time) (*smtp.Msg, error) {
	to, err := deliverable(l.To)
	if err != nil {
		return nil, err
	}
	from := a.From
	if from.Name == "" {
		from.Name = oneLine(l.Sender)
	}
	m := smtp.NewMsg(smtp.WithEncoding(smtp.EncodingB64), smtp.WithNoDefaultUserAgent())
	m.SetAddrHeaderFromMailAddress(smtp.HeaderFrom, &from)
	m.SetAddrHeaderFromMailAddress(smtp.HeaderTo, to)
	m.Subject(oneLine(l.Subject))
	m.SetMessageIDWithValue(l.ID + "@" + domain(a.From.Address))
	m.SetDateWithValue(now)
	// Keeps out-of-office replies away (RFC 3834).
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(smtp.TypeTextPlain, l.Text)
	if l.Calendar != nil {
		kind := smtp.ContentType("text/calendar; charset=UTF-8; method=" + l.Method)
		if err := m.AttachReader("booking.ics", bytes.NewReader(l.Calendar), smtp.WithFileContentType(kind)); err != nil {
			return nil, fmt.Errorf("attach the calendar file: %w", err)
		}
	}
	return m, nil
}

func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// oneLine makes a text fit for a header.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// client is the connection for one letter.
func (a *Account) client(ctx context.Context) (*smtp.Client, error) {
	s := a.Server
	options := []smtp.Option{
		smtp.WithPort(s.Port), smtp.WithHELO(domain(a.From.Address)), smtp.WithoutNoop(), smtp.WithoutRset(),
		// Addresses are plain ASCII; asking for SMTPUTF8 would only bar the way
		// to servers without it.
		smtp.WithoutSMTPUTF8(),
		smtp.WithDialContextFunc(s.dial(ctx)),
	}
	switch s.TLS {
	case Implicit:
		options = append(options, smtp.WithSSL())
	case Required:
		options = append(options, smtp.WithTLSPolicy(smtp.TLSMandatory))
	case Off:
		options = append(options, smtp.WithTLSPolicy(smtp.NoTLS))
	default:
		options = append(options, smtp.WithTLSPolicy(smtp.TLSOpportunistic))
	}
	if s.User != "" {
		options = append(options, smtp.WithUsername(s.User), smtp.WithPassword(s.Pass),
			smtp.WithOpportunisticSMTPAuth(smtp.SMTPAuthSCRAMSHA256, smtp.SMTPAuthSCRAMSHA1, smtp.SMTPAuthCramMD5,
				smtp.SMTPAuthPlain, smtp.SMTPAuthLogin))
	}
	return smtp.NewClient(s.Host, options...)
}

// dial returns a dialer whose connections end with ctx: the client itself heeds
// ctx only until it is connected.
func (s Server) dial(ctx context.Context) smtp.DialContextFunc {
	return func(dialCtx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(dialCtx, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { conn.Close() })
		if s.TLS != Implicit {
			return conn, nil
		}
		secure := tls.Client(conn, &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12})
		if err := secure.HandshakeContext(dialCtx); err != nil {
			conn.Close()
			return nil, err
		}
		return secure, nil
	}
}

// failure sorts errors by what helps: trying again, or nothing. A refusal is
// final only if it is about this letter; one at the greeting or the login is
// about us, and the operator can mend it.
func failure(ctx context.Context, err error) *Failure {
	var refused *smtp.SendError
	if errors.As(err, &refused) && refused.ErrorCode() >= 400 {
		f := &Failure{Code: fmt.Sprintf("smtp-%d", refused.ErrorCode())}
		switch refused.Reason {
		case smtp.ErrSMTPMailFrom, smtp.ErrSMTPRcptTo, smtp.ErrSMTPData, smtp.ErrSMTPDataClose:
			f.Permanent = refused.ErrorCode() >= 500
		}
		return f
	}
	var reply *textproto.Error
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &reply):
		return &Failure{Code: fmt.Sprintf("smtp-%d", reply.Code)}
	case ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		return &Failure{Code: "timeout"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Failure{Code: "refused"}
	case errors.As(err, &certificate), errors.As(err, &record):
		return &Failure{Code: "tls"}
	}
	return &Failure{Code: "connection"}
}

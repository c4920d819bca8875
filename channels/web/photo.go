package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"madoguchi/bot"
	"madoguchi/channels/gate"
	"madoguchi/i18n"
)

// A photograph of a card or letter in place of an answer (S0-013). The bytes go
// from the request to the dialog and nowhere else: they are read part by part,
// because net/http's own reading of such a form puts what is large into a file.

// Bounds of a form with a photograph. What is longer than mostPhoto is still taken
// in, so that the browser hears why it was refused, but not kept.
const (
	mostPhoto  = 8 << 20  // bytes
	mostUpload = 24 << 20 // bytes
	mostField  = 1 << 10  // bytes
	mostParts  = 8
	// uploadTime is how long a telephone may take for the whole.
	uploadTime = time.Minute
	// mostUploads are taken in at once; more would fill the memory.
	mostUploads = 16
)

// Photographs per address, where many may sit behind one, and per tenant: reading
// one takes a core for a second.
const (
	photoRate, photoBurst             = 0.2, 20 // a second
	tenantPhotoRate, tenantPhotoBurst = 1, 60   // a second
)

var (
	manyPhotos = &gate.Fault{Status: http.StatusTooManyRequests, Code: "too_many_requests", Message: "too many photos; wait a minute and try again"}
	badPhoto   = &gate.Fault{Status: http.StatusUnprocessableEntity, Code: "bad_photo", Message: "send one JPEG, PNG or WebP of at most 8 MB as photo"}
)

// uploaded is a form with a photograph.
type uploaded struct {
	fields map[string]string
	photo  []byte
}

// takeIn reads a form with a photograph. Every error is a *gate.Fault.
func (w *Web) takeIn(rw http.ResponseWriter, r *http.Request, tenant string) (uploaded, error) {
	u := uploaded{fields: map[string]string{}}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "multipart/form-data" {
		return u, &gate.Fault{Status: http.StatusUnsupportedMediaType, Code: "bad_content_type", Message: "send multipart/form-data"}
	}
	if !w.photos.Allow(tenant+"\x00"+w.Gate.Client(r)) || !w.tenantPhotos.Allow(tenant) {
		return u, manyPhotos
	}
	select {
	case w.uploads <- struct{}{}:
		defer func() { <-w.uploads }()
	default:
		return u, &gate.Fault{Status: http.StatusServiceUnavailable, Code: "busy", Message: "too many photos at once; send the same event again"}
	}
	until := time.Now().Add(uploadTime) // of the connection: the machine's clock
	c := http.NewResponseController(rw)
	if err := errors.Join(c.SetReadDeadline(until), c.SetWriteDeadline(until.Add(uploadTime))); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return u, bad("bad_body", "the request body could not be read")
	}
	r.Body = http.MaxBytesReader(rw, r.Body, mostUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return u, bad("bad_form", "the form could not be read")
	}
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil || n == mostParts {
			return u, uploadFault(err)
		}
		name, most := part.FormName(), mostField
		if name == "photo" {
			most = mostPhoto
		}
		body, err := io.ReadAll(io.LimitReader(part, int64(most)+1))
		if err != nil {
			return u, uploadFault(err)
		}
		if len(body) > most {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return u, uploadFault(err)
			}
			return u, badPhoto
		}
		switch {
		case name == "photo":
			u.photo = body
		case !utf8.Valid(body):
			return u, bad("bad_encoding", "the form must be UTF-8")
		default:
			u.fields[name] = string(body)
		}
	}
	if len(u.photo) == 0 {
		return u, badPhoto
	}
	return u, nil
}

func uploadFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &gate.Fault{Status: http.StatusRequestEntityTooLarge, Code: "too_large", Message: "the request body is too large"}
	}
	return bad("bad_form", "the form could not be read")
}

// photoTurn serves POST /t/{tenant}/chat/photo: one turn whose answer is a
// photograph, with the members of a turn as fields.
func (w *Web) photoTurn(rw http.ResponseWriter, r *http.Request) {
	reply, err := w.photoAnswer(rw, r)
	if err != nil {
		w.refuseJSON(rw, r, err)
		return
	}
	writeAnswer(rw, reply)
}

func (w *Web) photoAnswer(rw http.ResponseWriter, r *http.Request) (answer, error) {
	c, err := w.caller(r)
	if err != nil {
		return answer{}, err
	}
	u, err := w.takeIn(rw, r, c.tenant)
	if err != nil {
		return answer{}, err
	}
	q := request{User: u.fields["user"], Event: u.fields["event"], Lang: i18n.Lang(u.fields["lang"]), photo: u.photo}
	if err := checkID("user", q.User); err != nil {
		return answer{}, err
	}
	if err := checkID("event", q.Event); err != nil {
		return answer{}, err
	}
	return w.take(r.Context(), c, q)
}

// photo serves POST /t/{tenant}/book/photo: the same from a plain page.
func (w *Web) photo(rw http.ResponseWriter, r *http.Request) {
	p, err := w.open(rw, r, "book")
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	user := w.session(r, p.Tenant)
	if user == "" { // the session ended with the browser; begin again
		seeOther(rw, r, p.Base+"/book")
		return
	}
	u, err := w.takeIn(rw, r, p.Tenant)
	if errors.Is(err, badPhoto) {
		reply, err := w.Transcript.Latest(r.Context(), p.Tenant, ChannelPlain, user)
		if err != nil {
			w.refuse(rw, r, err)
			return
		}
		w.question(rw, r, http.StatusUnprocessableEntity, p, reply, "web.photo.refused")
		return
	}
	if err == nil {
		err = checkID("event", u.fields["event"])
	}
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	asked, _ := strconv.ParseInt(u.fields["asked"], 10, 64) // 0: the channel cannot tell
	w.plainTurn(rw, r, p, user, posted{event: u.fields["event"], asked: asked, photo: u.photo})
}

// invites reports whether the open question may be answered with a photograph.
func invites(r bot.Reply) bool { return r.Expects != nil && r.Expects.Photo }

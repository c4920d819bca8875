package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/bot"
	"madoguchi/bot/understand/photo"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/storetest"
)

// eyes read a picture whose bytes are the text that stands on it.
type eyes struct {
	hall *formHall
	err  error
	read int
}

func (e *eyes) Read(ctx context.Context, picture []byte) (photo.Reading, error) {
	e.read++
	if e.err != nil {
		return photo.Reading{}, e.err
	}
	// Not inside a turn's transaction: there this would wait for itself.
	if err := e.hall.db.Update(ctx, townID, func(*store.Tx) error { return nil }); err != nil {
		return photo.Reading{}, err
	}
	return photo.Read(string(picture), civil.In(e.hall.clock.Now())), nil
}

// viewer is a resident in a hall with such eyes.
type viewer struct {
	*formHall
	eyes *eyes
	user string
}

func (v viewer) must(in bot.Inbound) bot.Reply {
	v.Helper()
	if in.User == "" {
		in.User = v.user
	}
	return v.formHall.must(in)
}

// Each part is a resident of its own at the first question of the form; one opened
// database is enough.
func TestPhotos(t *testing.T) {
	h := newFormHall(t, storetest.SQLite, everything)
	e := &eyes{hall: h}
	h.engine.Photos = e
	part := func(user string, story func(viewer)) {
		h.toForm(bot.Inbound{User: user})
		e.err, e.read = nil, 0
		story(viewer{h, e, user})
	}
	part("yes", photoProposesAnswers)
	part("unread", photoNotRead)
	part("again", photoAgain)
	part("plain", photoOnPlainPages)
	part("where", photoOnlyWhereItHelps)
	h.engine.Photos = e
	h.set(func(s *field.Settings) {
		for _, id := range []string{"sex", "born", "postal", "address"} {
			use(s, id, field.Off)
		}
		use(s, "kana", field.Required)
	})
	part("unused", photoUnused)
	part("kana", photoProposesOnlyWhatIsTaken)
}

// toForm books up to the first question of the form, at half past where ten is
// taken.
func (h *formHall) toForm(who bot.Inbound) (last bot.Reply) {
	h.Helper()
	for _, in := range []bot.Inbound{{Flow: "reservation"}, {Choice: "book"}, {Choice: "consult"}, {Choice: "honcho"}, {Choice: "honcho/2026-12-01T10:00"}, {Choice: "honcho/2026-12-01T10:30"}} {
		if strings.HasPrefix(last.Step, "book.applicant") {
			break
		}
		in.Channel, in.User, in.Lang = who.Channel, who.User, who.Lang
		last = h.must(in)
	}
	return last
}

func everything(s *field.Settings) {
	for _, id := range []string{"name", "sex", "born", "postal", "address"} {
		use(s, id, field.Required)
	}
	use(s, "phone", field.Optional)
}

const card = "氏名 見本 花子\n住所 札幌市中央区北一条西二丁目1番地\n平成2年4月1日生 性別 女\n個人番号カード\n電話 011-000-0000"

// lastOf is the open question of a reply.
func lastOf(r bot.Reply) bot.Message { return r.Messages[len(r.Messages)-1] }

// wholeOf is all that a reply says.
func wholeOf(r bot.Reply) string {
	said := texts(r)
	for _, m := range r.Messages {
		said += "\n" + strings.Join(m.Lines, "\n")
	}
	return said
}

// S0-013, S0-014: what stands on the card is proposed at its question, taken with
// a yes or corrected, and the record says that nobody has seen the card.
func photoProposesAnswers(h viewer) {
	r := h.must(bot.Inbound{Photo: []byte(card)})
	said := wholeOf(r)
	for _, want := range []string{"氏名　見本 花子", "生年月日　1990年4月1日（平成2年）", "性別　女性", "住所　札幌市中央区北一条西二丁目1番地", "本人確認は窓口で行います", "写真は消しました"} {
		if !strings.Contains(said, want) {
			h.Errorf("the answer does not say %q:\n%s", want, said)
		}
	}
	m := lastOf(r)
	if r.Expects.Field != "application.name" || m.Proposed != "見本 花子" || m.Choices[0].Value != "見本 花子" || !r.Expects.Photo {
		h.Fatalf("the name is not proposed: %+v %+v", r.Expects, m)
	}
	r = h.must(bot.Inbound{Choice: "見本 花子"})
	if m := lastOf(r); r.Expects.Field != "application.sex" || !strings.Contains(strings.Join(m.Lines, ""), "女性") || m.Proposed != "" {
		h.Errorf("sex: %+v %+v", r.Expects, m)
	}
	h.must(bot.Inbound{Choice: "female"})
	r = h.must(bot.Inbound{Text: "1990年4月2日"}) // misread: typed anew
	if m := lastOf(r); r.Expects.Field != "application.postal" || m.Proposed != "" || len(m.Lines) > 0 {
		h.Errorf("a postal code that was not read is asked plainly: %+v", m)
	}
	r = h.must(bot.Inbound{Text: "060-0001"})
	if m := lastOf(r); m.Proposed != "札幌市中央区北一条西二丁目1番地" {
		h.Errorf("address: %+v", m)
	}
	r = h.must(bot.Inbound{Choice: lastOf(r).Choices[0].Value})
	if r.Expects.Field != "application.phone" || lastOf(r).Proposed != "" || r.Expects.Photo {
		h.Errorf("a number on a card is not the resident's telephone: %+v %+v", r.Expects, lastOf(r))
	}
	h.must(bot.Inbound{Choice: "@skip"})
	r = h.must(bot.Inbound{Choice: "@skip"}) // mail
	items := map[string]string{}
	for _, i := range lastOf(r).Items {
		items[i.Label] = i.Value
	}
	if items["本人確認"] != "写真から読み取り・本人確認は窓口で" || !strings.HasPrefix(items["生年月日"], "1990年4月2日（平成2年）") {
		h.Errorf("the read-back: %v", items)
	}
	// Corrected later, it is asked plainly: the resident knows better by now.
	r = h.must(bot.Inbound{Choice: "@correct:application.name"})
	if m := lastOf(r); m.Proposed != "" || len(m.Lines) > 0 {
		h.Errorf("asked again: %+v", m)
	}
	h.must(bot.Inbound{Text: "見本花子"})
	h.must(bot.Inbound{Choice: "yes"})
	h.update(func(tx *store.Tx) error {
		var id string
		if err := tx.Row(`SELECT id FROM reservation_booking WHERE tenant=$1 AND status='booked'`, tx.Tenant()).Scan(&id); err != nil {
			return err
		}
		_, answers, err := h.desk.Private(tx, id)
		if err != nil {
			return err
		}
		if answers["application/photo"] != "name,sex,born,address" || answers["application.born"] != "1990-04-02" {
			h.Errorf("kept: %v", answers)
		}
		entries, err := h.fields.Reader(tx).Read(field.Application, answers, i18n.Japanese)
		if err != nil {
			return err
		}
		last := entries[len(entries)-1]
		if diff := cmp.Diff(field.Entry{Label: "本人確認", Value: "写真から読み取り・本人確認は窓口で", Raw: "name,sex,born,address"}, last); diff != "" {
			h.Errorf("for staff (-want +got)\n%s", diff)
		}
		return nil
	})
}

// Who sends no photograph, or one of which nothing is taken, has no such mark.
func photoUnused(h viewer) {
	h.must(bot.Inbound{Photo: []byte("平成2年4月1日生")}) // the form does not ask for it
	h.must(bot.Inbound{Text: "見本花子"})
	h.must(bot.Inbound{Choice: "@skip"})
	r := h.must(bot.Inbound{Choice: "@skip"})
	for _, i := range lastOf(r).Items {
		if i.Label == "本人確認" {
			h.Errorf("the read-back: %v", lastOf(r).Items)
		}
	}
}

// What cannot be read, and when it cannot, is said; the question stays.
func photoNotRead(h viewer) {
	for _, c := range []struct {
		err        error
		text, said string
	}{
		{nil, "~~~ ||", "読み取れた内容はありませんでした"},
		{fmt.Errorf("%w: 3 bytes", photo.ErrPicture), "x", "読み取れた内容はありませんでした"},
		{errors.New("the engine died"), "x", "読み取れた内容はありませんでした"},
		{photo.ErrBusy, "x", "混み合っています"},
		{nil, "個人番号 1234 5678 9018", "番号は記録せずに消しました"},
	} {
		h.eyes.err = c.err
		r := h.must(bot.Inbound{Photo: []byte(c.text)})
		if said := wholeOf(r); !strings.Contains(said, c.said) || strings.Contains(said, "1234") || r.Expects.Field != "application.name" || !r.Expects.Photo {
			h.Errorf("%v %q: %s", c.err, c.text, said)
		}
	}
}

// Only where a form is asked, of the resident, and on pages of ours.
func photoOnlyWhereItHelps(h viewer) {
	idle := h.must(bot.Inbound{User: "other", Photo: []byte(card)})
	if !strings.Contains(texts(idle), "読み取れません") || idle.Flow != "" {
		h.Errorf("at no question: %s", texts(idle))
	}
	for name, who := range map[string]bot.Inbound{"LINE": {Channel: "line", User: "l"}, "kiosk": {Channel: "kiosk", User: "k"}} {
		if r := h.toForm(who); r.Expects.Photo {
			h.Errorf("%s is invited to send a photograph", name)
		}
		who.Photo = []byte(card)
		if r := h.must(who); strings.Contains(texts(r), "見本 花子") {
			h.Errorf("%s: %s", name, texts(r))
		}
	}
	if h.eyes.read > 0 {
		h.Errorf("%d pictures were read", h.eyes.read)
	}
	h.engine.Photos = nil
	if r := h.must(bot.Inbound{Text: "もう一度"}); r.Expects.Photo {
		h.Error("invited with nothing to read it")
	}
}

// The same event again is not read again, and a picture that says something else
// takes the place of what the last one said.
func photoAgain(h viewer) {
	send := func(text string) bot.Reply {
		h.Helper()
		r, err := h.engine.Turn(context.Background(), h.from(h.user, bot.Inbound{Event: "photo", Photo: []byte(text)}))
		if err != nil {
			h.Fatal(err)
		}
		return r
	}
	first, again := send(card), send("氏名 別人 太郎")
	if diff := cmp.Diff(first, again); diff != "" || h.eyes.read != 1 {
		h.Errorf("read %d times\n%s", h.eyes.read, diff)
	}
	r := h.must(bot.Inbound{Photo: []byte("氏名 見本 太郎")})
	if m := lastOf(r); m.Proposed != "見本 太郎" {
		h.Errorf("proposed %q", m.Proposed)
	}
}

// A value that the form would not take is not proposed.
func photoProposesOnlyWhatIsTaken(h viewer) {
	r := h.must(bot.Inbound{Photo: []byte("氏名 [見|み]本\nフリガナ ミホン ハナコ")})
	if lastOf(r).Proposed != "" {
		h.Errorf("proposed %q", lastOf(r).Proposed)
	}
	r = h.must(bot.Inbound{Text: "見本花子"})
	if lastOf(r).Proposed != "ミホン ハナコ" {
		h.Errorf("kana: %+v", lastOf(r))
	}
}

// On the plain pages the proposal stands in the field: no button beside it.
func photoOnPlainPages(h viewer) {
	h.toForm(bot.Inbound{Channel: "plain", User: "p"})
	r := h.must(bot.Inbound{Channel: "plain", User: "p", Photo: []byte(card)})
	if m := lastOf(r); m.Proposed != "見本 花子" || len(m.Choices) > 0 {
		h.Errorf("%+v", m)
	}
}

package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/bot"
	"madoguchi/channels/gate"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// town is everything the web channel needs, played by one scripted stand-in: a
// dialog that books a visit in seven turns, its transcript, and two counters.
type town struct {
	mu      sync.Mutex
	talks   map[string]*talk // by channel and user
	turns   int              // events that were not repeats
	hold    chan struct{}    // turns wait for it, if set
	wakes   map[string]map[chan struct{}]bool
	links   map[string]bool // one-time links: used or not
	failing error           // returned by the next turns, if set
}

type talk struct {
	id      string
	lang    i18n.Lang
	lines   []bot.Message
	answers map[string]bot.Reply
	step    int
	given   map[string]string
	seq     int64
	asked   int64
	ended   bool
}

func newTown() *town {
	return &town{talks: map[string]*talk{}, wakes: map[string]map[chan struct{}]bool{}, links: map[string]bool{"good": false}}
}

// in picks the words of a language.
func in(lang i18n.Lang, ja, easy, en string) string {
	switch lang {
	case i18n.English:
		return en
	case i18n.EasyJapanese:
		return easy
	}
	return ja
}

var steps = []string{"service", "visitor", "visit", "mail", "check", "done"}

func (t *town) Turn(_ context.Context, ev bot.Inbound) (bot.Reply, error) {
	t.mu.Lock()
	hold, failing := t.hold, t.failing
	t.mu.Unlock()
	if hold != nil {
		<-hold
	}
	if failing != nil {
		return bot.Reply{}, failing
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if ev.Flow != "" && ev.Flow != "reservation" && ev.Flow != "card-pickup" && ev.Flow != "moving" {
		return bot.Reply{}, ErrUnknown
	}
	k := t.talk(ev)
	if r, ok := k.answers[ev.Event]; ok {
		return r, nil
	}
	t.turns++
	if ev.Lang != "" {
		k.lang = ev.Lang
	}
	if said := ev.Text + ev.Choice; said != "" {
		if i := strings.IndexByte(said, '/'); i > 0 {
			said = said[i+1:]
		}
		k.add(bot.Message{From: bot.FromResident, Text: k.label(said)})
	}
	if ev.Flow != "" {
		k.step, k.ended, k.given = 0, false, map[string]string{}
		if visit := ev.With["visit"]; visit != "" {
			k.given["visit"] = visit
		}
		if code, ok := ev.With["code"]; ok {
			k.given["code"] = code
		}
	}
	from := len(k.lines)
	k.advance(ev)
	r := k.reply(k.lines[from:])
	k.answers[ev.Event] = r
	t.wake(k.id)
	return r, nil
}

func (t *town) talk(ev bot.Inbound) *talk {
	key := ev.Channel + "\x00" + ev.User
	k := t.talks[key]
	if k == nil {
		lang := ev.Hint
		if lang == "" {
			lang = i18n.Japanese
		}
		k = &talk{id: fmt.Sprintf("c%d", len(t.talks)+1), lang: lang, answers: map[string]bot.Reply{}, given: map[string]string{}}
		t.talks[key] = k
	}
	return k
}

func (k *talk) label(said string) string {
	for i := len(k.lines) - 1; i >= 0; i-- {
		for _, c := range k.lines[i].Choices {
			if c.Value == said || strings.HasSuffix(c.Value, "/"+said) {
				return c.Label
			}
		}
	}
	return said
}

func (k *talk) add(m bot.Message) {
	k.seq++
	m.Seq = k.seq
	if m.From == "" {
		m.From = bot.FromBot
	}
	k.lines = append(k.lines, m)
}

func (k *talk) reply(lines []bot.Message) bot.Reply {
	r := bot.Reply{Conversation: k.id, Lang: k.lang, Messages: append([]bot.Message(nil), lines...), Flow: "reservation", Step: steps[min(k.step, len(steps)-1)], Asked: k.asked}
	if !k.ended {
		types := map[string]string{"service": "choice", "visitor": "choice", "visit": "slot", "mail": "mail", "check": "yesno"}
		r.Expects = &bot.Expects{Field: r.Step, Type: types[r.Step], Optional: r.Step == "mail"}
	}
	return r
}

// advance walks the script: a back word, a bad mail address and a correction
// are understood, anything else is taken as the answer.
func (k *talk) advance(ev bot.Inbound) {
	said := ev.Text + ev.Choice
	switch {
	case said == "" || ev.Flow != "":
		if len(k.lines) == 0 {
			k.add(bot.Message{Text: in(k.lang, "みほん市の窓口予約です。手続きのご案内と、来庁のご予約を承ります。", "みほん[市|し]の [窓口|まどぐち]です。[予約|よやく]が できます。", "This is the counter service of Mihon City. You can ask about procedures and book a visit.")})
		}
	case k.ended:
		k.step, k.ended = 0, false
	case said == "English please":
		k.lang = i18n.English
	case said == "戻る" || said == "もどる" || said == "back":
		k.step = max(0, k.step-1)
	case strings.HasPrefix(said, "correct:"):
		for i, s := range steps {
			if s == said[len("correct:"):] {
				k.step = i
			}
		}
		delete(k.given, steps[k.step])
	case steps[k.step] == "mail" && said != "skip" && !strings.Contains(said, "@"):
		k.add(bot.Message{Kind: kindHint, Text: in(k.lang, "メールアドレスには「@」が必要です。例のように入力してください。", "メールアドレスには「@」が いります。", "A mail address needs an “@”. Please write it like the example.")})
	default:
		k.given[steps[k.step]] = said
		k.step++
		for k.step < 4 && k.given[steps[k.step]] != "" {
			k.step++
		}
	}
	k.ask()
}

func (k *talk) ask() {
	k.asked++
	l := k.lang
	person := bot.Choice{Value: "person", Label: in(l, "職員に聞く", "[職員|しょくいん]に [聞|き]く", "Ask a person"), Quiet: true}
	switch steps[k.step] {
	case "service":
		k.add(bot.Message{Kind: bot.KindQuestion, Text: in(l, "ご用件をお選びください。", "[何|なに]を しますか。", "What would you like to do?"), Choices: []bot.Choice{
			{Value: "card-pickup", Label: in(l, "マイナンバーカードの受け取り", "マイナンバーカードを もらう", "Pick up a My Number card")},
			{Value: "move", Label: in(l, "引っ越しの届け出", "[引|ひ]っ[越|こ]しの [届|とど]け", "Report a move")},
			{Value: "consult", Label: in(l, "相談", "[相談|そうだん]する", "Ask for advice")}, person}})
	case "visitor":
		k.add(bot.Message{Kind: bot.KindPapers, Text: in(l, "次のものをお持ちください。", "つぎの ものを [持|も]って [来|き]てください。", "Please bring the following."), Lines: []string{
			in(l, "交付通知書（はがき）", "[交付通知書|こうふつうちしょ]（はがき）", "The notice postcard (kōfu tsūchisho)"),
			in(l, "本人確認書類（運転免許証、旅券など）", "[自分|じぶん]が [誰|だれ]か わかる もの（[免許証|めんきょしょう]、パスポートなど）", "An identity document (driving licence, passport or similar)")}})
		k.add(bot.Message{Kind: bot.KindQuestion, Text: in(l, "どなたが受け取りに来られますか。", "[誰|だれ]が [取|と]りに [来|き]ますか。", "Who will come to pick it up?"), Choices: []bot.Choice{
			{Value: "self", Label: in(l, "ご本人", "[本人|ほんにん]", "Myself")},
			{Value: "guardian", Label: in(l, "法定代理人", "[親|おや]など", "A parent or guardian")},
			{Value: "agent", Label: in(l, "代理人", "ほかの [人|ひと]", "Someone else")}, person}})
	case "visit":
		m := bot.Message{Kind: bot.KindOffers, Text: in(l, "ご都合のよい日時をお選びください。", "[来|く]る [日|ひ]と [時間|じかん]を [選|えら]んでください。", "Please choose a date and time.")}
		for d := range 3 {
			day := in(l, fmt.Sprintf("2026年12月%d日（令和8年）%s曜日", d+1, []string{"火", "水", "木"}[d]), fmt.Sprintf("2026[年|ねん]12[月|がつ]%d[日|にち]", d+1), fmt.Sprintf("%s, %d December 2026", []string{"Tuesday", "Wednesday", "Thursday"}[d], d+1))
			for _, c := range []string{"09:00", "10:00", "13:30", "15:00"} {
				m.Choices = append(m.Choices, bot.Choice{Value: fmt.Sprintf("honcho/2026-12-%02dT%s", d+1, c), Label: c, Day: day})
			}
		}
		m.Choices = append(m.Choices, bot.Choice{Value: "later", Label: in(l, "もっとあとの日", "もっと あとの [日|ひ]", "Later days"), Quiet: true}, person)
		k.add(m)
	case "mail":
		k.add(bot.Message{Kind: bot.KindQuestion, Text: in(l, "確認のメールを送る場合は、メールアドレスを入力してください。", "メールアドレスを [書|か]いてください。メールを [送|おく]ります。", "If you would like a confirmation by mail, please enter your mail address."), Choices: []bot.Choice{{Value: "skip", Label: in(l, "メールは要らない", "メールは いりません", "No mail, thank you"), Quiet: true}}})
	case "check":
		k.add(bot.Message{Kind: bot.KindSummary, Text: in(l, "この内容で予約してよろしいですか。", "これで [予約|よやく]しますか。", "Shall I book this for you?"), Items: []bot.Item{
			{Field: "service", Label: in(l, "ご用件", "すること", "For"), Value: in(l, "マイナンバーカードの受け取り", "マイナンバーカードを もらう", "Pick up a My Number card"), Correct: "correct:service"},
			{Field: "visit", Label: in(l, "日時", "[日|ひ]と [時間|じかん]", "Date and time"), Value: in(l, "2026年12月1日（令和8年）火曜日 10時00分", "2026[年|ねん]12[月|がつ]1[日|にち] 10[時|じ]", "Tuesday, 1 December 2026, 10:00"), Correct: "correct:visit"},
			{Field: "counter", Label: in(l, "場所", "[場所|ばしょ]", "Place"), Value: in(l, "本庁 市民課窓口", "[本庁|ほんちょう] [市民課|しみんか]", "Main office, Citizens' Division")}},
			Choices: []bot.Choice{{Value: "yes", Label: in(l, "予約する", "[予約|よやく]する", "Book it")}, {Value: "no", Label: in(l, "予約しない", "[予約|よやく]しない", "Do not book"), Quiet: true}}})
	default:
		k.ended = true
		k.add(bot.Message{Kind: bot.KindBooking, Text: in(l, "ご予約を承りました。", "[予約|よやく]できました。", "Your visit is booked."), Booking: &bot.Booking{
			Status: "booked", Receipt: 5, Key: "K7M4QPXW3R", Counter: "honcho", Start: "2026-12-01T10:00",
			Name: in(l, "本庁 市民課窓口", "[本庁|ほんちょう] [市民課|しみんか]", "Main office, Citizens' Division"), Place: in(l, "みほん市中央1丁目1番 1階", "みほん[市|し][中央|ちゅうおう]1-1 1[階|かい]", "1-1 Chuo, Mihon City, ground floor"),
			When: in(l, "2026年12月1日（令和8年）火曜日 10時00分", "2026[年|ねん]12[月|がつ]1[日|にち] 10[時|じ]", "Tuesday, 1 December 2026, 10:00"), Service: "card-pickup",
			Title: in(l, "マイナンバーカードの受け取り", "マイナンバーカードを もらう", "Pick up a My Number card"), Persons: 1,
			Actions: []bot.Choice{{Value: "change", Label: in(l, "変更する", "[変|か]える", "Change")}, {Value: "cancel", Label: in(l, "取り消す", "やめる", "Cancel")}}}})
	}
}

func (t *town) Since(_ context.Context, tenant, channel, user string, after int64) (bot.Reply, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.talks[channel+"\x00"+user]
	if k == nil {
		return bot.Reply{}, nil
	}
	at := 0
	for at < len(k.lines) && k.lines[at].Seq <= after {
		at++
	}
	return k.reply(k.lines[at:]), nil
}

func (t *town) Latest(_ context.Context, tenant, channel, user string) (bot.Reply, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.talks[channel+"\x00"+user]
	if k == nil {
		return bot.Reply{}, nil
	}
	at := len(k.lines)
	for at > 0 && k.lines[at-1].From != bot.FromResident {
		at--
	}
	return k.reply(k.lines[at:]), nil
}

func (t *town) Subscribe(_, conversation string) (<-chan struct{}, func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := make(chan struct{}, 1)
	if t.wakes[conversation] == nil {
		t.wakes[conversation] = map[chan struct{}]bool{}
	}
	t.wakes[conversation][c] = true
	return c, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.wakes[conversation], c)
	}
}

func (t *town) wake(conversation string) {
	for c := range t.wakes[conversation] {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// staff says something in every conversation of a user, as a colleague would.
func (t *town) staff(user, text string, wake bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.talks[ChannelChat+"\x00"+user]
	k.add(bot.Message{From: bot.FromStaff, Text: text})
	if wake {
		t.wake(k.id)
	}
}

func (t *town) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.turns
}

func (t *town) Site(_ context.Context, tenant string, lang i18n.Lang) (Site, error) {
	if tenant != "sample" {
		return Site{}, ErrUnknown
	}
	return Site{
		Name:   in(lang, "みほん市", "みほん[市|し]", "Mihon City"),
		Office: in(lang, "みほん市役所 市民課", "みほん[市役所|しやくしょ] [市民課|しみんか]", "Mihon City Hall, Citizens' Division"),
		Phone:  "000-000-0000",
		Hours:  in(lang, "平日 8時30分から17時15分まで", "[月曜日|げつようび]から [金曜日|きんようび] 8:30から 17:15", "Monday to Friday, 8:30 to 17:15"),
		Languages: []Language{
			{Tag: i18n.Japanese, Name: "日本語"}, {Tag: i18n.EasyJapanese, Name: "やさしい日本語"}, {Tag: i18n.English, Name: "English"},
		},
		Procedures: []Procedure{
			{Flow: "reservation", Title: in(lang, "窓口の予約・変更・取消", "[窓口|まどぐち]の [予約|よやく]", "Book, change or cancel a visit"), Reservation: true},
			{Flow: "card-pickup", Title: in(lang, "マイナンバーカードの受け取り", "マイナンバーカードを もらう", "Pick up a My Number card")},
			{Flow: "moving", Title: in(lang, "引っ越しの手続き", "[引|ひ]っ[越|こ]しの [手続|てつづ]き", "Moving house")},
		},
	}, nil
}

func (t *town) Vacancies(_ context.Context, q VacancyQuery) ([]VacantCounter, error) {
	counters := []VacantCounter{
		{ID: "honcho", Name: in(q.Lang, "本庁 市民課窓口", "[本庁|ほんちょう] [市民課|しみんか]", "Main office, Citizens' Division")},
		{ID: "ekimae", Name: in(q.Lang, "駅前出張所", "[駅前|えきまえ][出張所|しゅっちょうじょ]", "Station branch")},
	}
	if q.Service != "" && q.Service != "card-pickup" {
		return nil, ErrUnknown
	}
	var out []VacantCounter
	for _, c := range counters {
		if q.Counter != "" && q.Counter != c.ID {
			continue
		}
		for i := range q.Days {
			d := VacantDay{Date: q.From.AddDays(i)}
			weekday := d.Date.Weekday()
			d.Open = weekday != time.Sunday && (weekday != time.Saturday || c.ID == "ekimae")
			for s := civil.Clock(8*60 + 30); d.Open && s < 17*60; s += 30 {
				if c.ID == "honcho" && s >= 12*60 && s < 13*60 || c.ID == "ekimae" && s >= 12*60+30 || weekday == time.Saturday && s < 9*60 {
					continue
				}
				d.Slots = append(d.Slots, VacantSlot{Start: s, Free: (int(s)/30 + d.Date.Day) % 6})
			}
			c.Days = append(c.Days, d)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, ErrUnknown
	}
	return out, nil
}

func (t *town) Calendar(_ context.Context, _ string, _ i18n.Lang, counter string, start civil.DateTime, receipt int) ([]byte, error) {
	if counter != "honcho" || receipt != 5 {
		return nil, ErrUnknown
	}
	return []byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), nil
}

func (t *town) Question(_ context.Context, _, token string) (LinkedQuestion, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if used, ok := t.links[token]; !ok || used {
		return LinkedQuestion{}, ErrUnknown
	}
	return linkedQuestion, nil
}

var linkedQuestion = LinkedQuestion{
	Lang: i18n.Japanese, Asked: 3, Expects: &bot.Expects{Field: "name", Type: "name"},
	Messages: []bot.Message{{Seq: 3, From: bot.FromBot, Kind: bot.KindQuestion, Text: "お名前を入力してください。", Secure: true}},
}

func (t *town) Answer(_ context.Context, _, token, _, text, _ string) (bot.Reply, bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if used, ok := t.links[token]; !ok || used {
		return bot.Reply{}, false, ErrUnknown
	}
	q := linkedQuestion
	if text == "?" {
		hint := bot.Message{Seq: 4, From: bot.FromBot, Kind: kindHint, Text: "お名前として読み取れませんでした。"}
		return bot.Reply{Lang: q.Lang, Asked: q.Asked, Expects: q.Expects, Messages: append([]bot.Message{hint}, q.Messages...)}, false, nil
	}
	t.links[token] = true
	return bot.Reply{Lang: q.Lang}, true, nil
}

// catalog gives the texts as they ship; a key without a text fails the test.
func catalog(t testing.TB) Texts {
	t.Helper()
	all := i18n.Builtin()
	return func(lang i18n.Lang, key string, args ...i18n.Arg) string {
		s := all.Text(key).In(lang, args...)
		if s == "" {
			t.Errorf("no text %s in %s", key, lang)
		}
		return s
	}
}

var wednesday = civil.DateTime{Date: civil.Date{Year: 2026, Month: 11, Day: 25}, Clock: 9 * 60}.At()

type served struct {
	*town
	*httptest.Server
	web *Web
	log *strings.Builder
}

// serve runs the web channel over the stand-in town.
func serve(t testing.TB, change ...func(*Config, *gate.Options)) *served {
	t.Helper()
	s := &served{town: newTown(), log: &strings.Builder{}}
	var mu sync.Mutex
	logger := slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return s.log.Write(p)
	}), nil))
	opts := gate.Options{Log: logger}
	c := Config{
		Engine: s.town, Transcript: s.town, Vacancies: s.town, Sites: s.town, Calendars: s.town, Links: s.town, Plans: s.town,
		Texts: catalog(t), Log: logger, Clock: func() time.Time { return wednesday },
	}
	for _, f := range change {
		f(&c, &opts)
	}
	c.Gate = gate.New(opts)
	web, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	web.Register(mux)
	s.web = web
	s.Server = httptest.NewServer(c.Gate.Wrap(mux))
	t.Cleanup(func() {
		s.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = web.Shutdown(ctx)
	})
	return s
}

func unlimited(_ *Config, o *gate.Options) { o.Unlimited = true }

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

var errBroken = errors.New("the database is gone")

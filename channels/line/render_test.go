package line

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"madoguchi/bot"
	"madoguchi/channels/line/linetest"
	"madoguchi/i18n"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	testChannel = &Channel{Tenant: tenant, PostbackKey: []byte("0123456789abcdef0123456789abcdef")}
	fixedNow    = func() time.Time { return time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC) }
	renderer    = &Renderer{Texts: testTexts, Now: fixedNow}
)

func delivery(messages ...bot.Message) Delivery {
	return Delivery{ID: "d1", Tenant: tenant, User: linetest.User(1), Conversation: "01JD5X0M3V", Asked: 7,
		Lang: i18n.Japanese, Messages: messages, FirstTry: fixedNow()}
}

// wire is what LINE gets to see.
func wire(t interface{ Fatal(...any) }, messages []Message) (list []map[string]any) {
	b, err := json.Marshal(messages)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// one renders to a single call.
func one(t *testing.T, d Delivery) []Message {
	t.Helper()
	calls := renderer.Render(testChannel, d)
	if len(calls) != 1 {
		t.Fatalf("%d calls", len(calls))
	}
	if bad := linetest.Check(wire(t, calls[0])); len(bad) > 0 {
		t.Error(bad)
	}
	return calls[0]
}

var samples = map[string]bot.Message{
	"question": {Kind: bot.KindQuestion, Text: "どなたが受け取りに来られますか。", Choices: []bot.Choice{
		{Value: "self", Label: "ご本人"}, {Value: "guardian", Label: "法定代理人（15歳未満・成年被後見人の方の代理）"},
		{Value: "agent", Label: "代理人"}, {Value: "person", Label: "職員に聞く", Quiet: true}}},
	"summary": {Kind: bot.KindSummary, Text: "次の内容でよろしいですか。\n来られる方：ご本人\n日時：2026年12月1日（令和8年）火曜日 10:00", Items: []bot.Item{
		{Field: "visitor", Label: "来られる方", Value: "ご本人", Correct: "correct:visitor"},
		{Field: "visit", Label: "日時", Value: "2026年12月1日（令和8年）火曜日 10:00", Correct: "correct:visit"},
		{Field: "service", Label: "ご用件", Value: "マイナンバーカードの受け取り"}},
		Choices: []bot.Choice{{Value: "yes", Label: "この内容で予約する"}, {Value: "stop", Label: "やめる", Quiet: true}}},
	"offers": {Kind: bot.KindOffers, Text: "ご都合のよい日時をお選びください。", Choices: []bot.Choice{
		{Value: "honcho/2026-12-01T10:00", Label: "10:00", Day: "12月1日（火）"},
		{Value: "honcho/2026-12-01T10:30", Label: "10:30", Day: "12月1日（火）"},
		{Value: "honcho/2026-12-01T11:00", Label: "11:00", Day: "12月1日（火）"},
		{Value: "honcho/2026-12-02T09:00", Label: "9:00", Day: "12月2日（水）"},
		{Value: "later", Label: "もっと後の日", Quiet: true}}},
	"booking": {Kind: bot.KindBooking, Text: "ご予約を承りました。受付番号は5、アクセスキーはK7MPX-3RTWQです。", Booking: &bot.Booking{
		Status: "booked", Receipt: 5, Key: "K7MPX-3RTWQ", Counter: "honcho", Start: "2026-12-01T10:00",
		Name: "本庁 市民課窓口", Place: "みほん市本町1丁目1番1号 本庁舎1階", When: "2026年12月1日（令和8年）火曜日 10:00",
		Service: "card-pickup", Title: "マイナンバーカードの受け取り", Persons: 2,
		Actions: []bot.Choice{{Value: "change:5", Label: "日時を変更する"}, {Value: "cancel:5", Label: "予約を取り消す"}}}},
	"papers": {Kind: bot.KindPapers, Text: "次のものをお持ちください。", Lines: []string{
		"[交付通知書|こうふつうちしょ]（はがき）", "本人確認書類", "通知カード（お持ちの方）"}},
	"plan": {Kind: bot.KindPlan, Link: &bot.Link{URL: "https://madoguchi.example.jp/t/sample/plan", Label: "印刷する・カレンダーに入れる"}, Text: "引越しの手続きリストです。手続きは2件あります。\nリスト番号は K7MPX-3RTWQ です。", Plan: &bot.Plan{
		Event: "moving", Title: "引越しの手続きリスト", Key: "K7MPX-3RTWQ", Bring: "お持ちいただくもの",
		Groups: []bot.PlanGroup{
			{ID: "before", Title: "事前にすること", Tasks: []bot.PlanTask{{ID: "water", Title: "水道の停止・開始を申し込む", When: "2026年12月13日（令和8年）日曜日まで"}}},
			{ID: "day", Title: "窓口ですること", Tasks: []bot.PlanTask{{ID: "notice-in", Title: "[転入届|てんにゅうとどけ]を出す", When: "2027年1月4日（令和9年）月曜日まで",
				Facts: []bot.Item{{Field: "place", Label: "場所", Value: "みほん市役所"}}, Bring: []string{"転出証明書", "本人確認書類"}, Notes: []string{"14日以内に届け出ます。"}}}},
		}}},
	"secure": {Kind: bot.KindQuestion, Secure: true, Text: "お名前は、次のページでご入力ください。",
		Choices: []bot.Choice{{Value: "skip", Label: "入力しない"}},
		Link:    &bot.Link{URL: "https://madoguchi.example.jp/t/sample/p/3fJ9", Label: "入力ページを開く"}},
}

func TestGoldenCards(t *testing.T) {
	for name, m := range samples {
		t.Run(name, func(t *testing.T) {
			d := delivery(m)
			if name == "offers" {
				d.Expects = &bot.Expects{Field: "visit", Type: "slot"}
			}
			got, err := json.MarshalIndent(one(t, d), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			file := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestQuestionIsANumberedTextWithQuickReplies(t *testing.T) {
	m := one(t, delivery(samples["question"]))[0]
	const want = "どなたが受け取りに来られますか。\n\n1. ご本人\n2. 法定代理人（15歳未満・成年被後見人の方の代理）\n3. 代理人\n4. 職員に聞く"
	if m.Text != want {
		t.Errorf("text\n%s", m.Text)
	}
	var got []string
	for _, it := range m.QuickReply.Items {
		got = append(got, it.Action.Label)
	}
	if diff := cmp.Diff([]string{"ご本人", "法定代理人（15歳未満・成年被後見人の…", "代理人", "職員に聞く"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSecureQuestionsAreNeverAskedInChat(t *testing.T) {
	m := one(t, delivery(samples["secure"]))
	if len(m) != 1 || m[0].QuickReply != nil {
		t.Fatalf("%+v", m)
	}
	b, err := json.Marshal(m[0])
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "postback") || !strings.Contains(string(b), `"uri":"https://madoguchi.example.jp/t/sample/p/3fJ9"`) {
		t.Errorf("%s", b)
	}
	if strings.Contains(m[0].AltText, "https://") {
		t.Error("a one-time address stands in the open, where previews fetch it")
	}
}

func TestQuietChoicesComeAfterTheAnswersAndKeepTheirNumbers(t *testing.T) {
	m := one(t, delivery(bot.Message{Text: "どうしますか。", Choices: []bot.Choice{
		{Value: "skip", Label: "とばす", Quiet: true}, {Value: "a", Label: "はい"}}}))[0]
	if m.Text != "どうしますか。\n\n2. はい\n1. とばす" {
		t.Errorf("%q", m.Text)
	}
	if l := m.QuickReply.Items[0].Action.Label; l != "はい" {
		t.Errorf("first button %q", l)
	}
}

func TestDatePickerWhereADayIsAsked(t *testing.T) {
	for typ, want := range map[string]bool{"date": true, "slot": true, "choice": false, "birth-date": false} {
		d := delivery(bot.Message{Text: "いつですか。"})
		d.Expects = &bot.Expects{Field: "x", Type: typ}
		q := one(t, d)[0].QuickReply
		if (q != nil) != want {
			t.Errorf("%s: %+v", typ, q)
		}
		if typ == "slot" {
			a := q.Items[0].Action
			if a.Type != "datetimepicker" || a.Mode != "date" || a.Min != "2026-11-25" || a.Label != "日付を選ぶ" {
				t.Errorf("%+v", a)
			}
		}
	}
}

func TestActionsOfAReceiptBelongToNoQuestion(t *testing.T) {
	b, err := json.Marshal(one(t, delivery(samples["booking"])))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), `"data":"c.0.01JD5X0M3V.change:5.`) {
		t.Errorf("%s", b)
	}
}

// A value too long for postback data is answered by its number, typed for the
// user, or by its label where there is no number.
func TestValuesTooLongForAButtonAreTyped(t *testing.T) {
	long := strings.Repeat("v", 290)
	m := one(t, delivery(bot.Message{Text: "どれですか。", Choices: []bot.Choice{{Value: "a", Label: "一"}, {Value: long, Label: "二"}}}))[0]
	if a := m.QuickReply.Items[1].Action; a.Type != "message" || a.Text != "2" {
		t.Errorf("%+v", a)
	}
	sample := samples["booking"]
	k := *sample.Booking
	k.Actions = []bot.Choice{{Value: long, Label: "日時を変更する"}}
	sample.Booking = &k
	b, err := json.Marshal(one(t, delivery(sample)))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), `"type":"message","label":"日時を変更する","text":"日時を変更する"`) {
		t.Errorf("%s", b)
	}
}

func TestLabelsStayDistinct(t *testing.T) {
	tests := []struct {
		name       string
		full, want []string
		limit      int
	}{
		{"short", []string{"はい", "いいえ"}, []string{"はい", "いいえ"}, 20},
		{"same beginning", []string{"市役所本庁舎1階市民課窓口の1番カウンター", "市役所本庁舎1階市民課窓口の2番カウンター"},
			[]string{"市役所本庁舎1階市民課窓口の1番カウンター", "市役所本庁舎1階市民課窓口の2番カウンター"}, 40},
		{"cut alike", []string{"abcdefghijklmnopqrstuvwxyz1", "abcdefghijklmnopqrstuvwxyz2"},
			[]string{"abcdefghijklmnopqrs…", "abcdefghij…stuvwxyz2"}, 20},
		{"identical", []string{"同じ", "同じ"}, []string{"同じ", "2 同じ"}, 20},
		{"readings go before words", []string{"[本人確認書類|ほんにんかくにんしょるい]を持ってくる"}, []string{"本人確認書類を持ってくる"}, 20},
		{"surrogate pairs whole", []string{"a" + strings.Repeat("😀", 20)}, []string{"a" + strings.Repeat("😀", 9) + "…"}, 20},
		{"family emoji whole", []string{strings.Repeat("👨‍👩‍👧‍👦", 3)}, []string{"👨‍👩‍👧‍👦…"}, 20},
		{"line break", []string{"一\n二"}, []string{"一 二"}, 20},
		{"empty", []string{"", ""}, []string{"1", "2"}, 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, labels(tt.full, tt.limit)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextsSplitAtTheEndsOfSentences(t *testing.T) {
	sentence := strings.Repeat("あ", 99) + "。"
	got := sentences(strings.Repeat(sentence, 60), 5000)
	if len(got) != 2 || length(got[0]) != 5000 || !strings.HasSuffix(got[0], "。") {
		t.Errorf("%d pieces, first %d units", len(got), length(got[0]))
	}
	if got := sentences(strings.Repeat("x", 12000), 5000); len(got) != 3 || strings.Join(got, "") != strings.Repeat("x", 12000) {
		t.Errorf("%d pieces", len(got))
	}
}

func TestA10TextIsInert(t *testing.T) {
	got := plain("<img onerror=x>\u202e太郎\u2066\u200b\x00\x1b[1m\t花子\xff\nおわり\ufeff")
	if got != "<img onerror=x>太郎[1m 花子\ufffd\nおわり" {
		t.Errorf("%q", got)
	}
	for _, url := range []string{"javascript:alert(1)", "data:text/html,x", "https://e.jp/ x", "https://e.jp/\n", "HTTPS://", strings.Repeat("https://e", 200)} {
		m := bot.Message{Text: "a", Link: &bot.Link{URL: url, Label: "開く"}}
		b, err := json.Marshal(one(t, delivery(m)))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), `"uri"`) {
			t.Errorf("%q became a button", url)
		}
	}
}

func TestFurigana(t *testing.T) {
	for in, want := range map[string]string{
		"[漢字|かんじ]を[読|よ]む": "漢字（かんじ）を読（よ）む", "[メモ]": "[メモ]", "a|b]": "a|b]", "[a": "[a", "[a|b": "[a|b", "[x][漢|かん]": "[x]漢（かん）", "": "",
	} {
		if got := plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestColoursHaveEnoughContrast(t *testing.T) {
	for _, pair := range [][2]string{{white, navy}, {white, green}, {white, brown}, {white, slate}, {ink, white}, {grey, white}, {navy, white},
		{"#111111", pale} /* LINE's text on a secondary button */} {
		a, b := luminance(t, pair[0]), luminance(t, pair[1])
		if c := (max(a, b) + 0.05) / (min(a, b) + 0.05); c < 4.5 {
			t.Errorf("%s on %s: %.1f", pair[0], pair[1], c)
		}
	}
}

func luminance(t *testing.T, hex string) float64 {
	part := func(s string) float64 {
		n, err := strconv.ParseUint(s, 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		v := float64(n) / 255
		if v <= 0.03928 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(hex[1:3]) + 0.7152*part(hex[3:5]) + 0.0722*part(hex[5:7])
}

func TestManyOffersFillSeveralCards(t *testing.T) {
	m := bot.Message{Kind: bot.KindOffers, Text: "お選びください。"}
	for day := range 30 {
		for slot := range 17 {
			m.Choices = append(m.Choices, bot.Choice{Value: fmt.Sprintf("honcho/2026-12-%02dT%02d:00", day+1, slot), Label: fmt.Sprintf("%d:00", slot), Day: fmt.Sprintf("12月%d日", day+1)})
		}
	}
	d := delivery(m)
	if got := values(t, d); len(got) != 30*17 {
		t.Errorf("%d of %d times can be pressed", len(got), 30*17)
	}
	bubbles := 0
	for _, c := range renderer.offers(testChannel, d, m) {
		bubbles += len(c.Contents)
	}
	if bubbles != 60 { // 17 times are more than one bubble shows
		t.Errorf("%d bubbles", bubbles)
	}
}

func TestTextsAreJoinedToSaveACall(t *testing.T) {
	var messages []bot.Message
	for range 6 {
		messages = append(messages, bot.Message{Text: "a"})
	}
	card := samples["papers"]
	messages = append([]bot.Message{card, card, card, card, card}[:4:4], messages[:2]...)
	messages[5].Choices = []bot.Choice{{Value: "yes", Label: "はい"}}
	m := one(t, delivery(messages...))
	if len(m) != 5 || m[4].Text != "a\n\na\n\n1. はい" || m[4].QuickReply == nil {
		t.Errorf("%+v", m)
	}
}

// values checks the rendering of d against LINE's limits and returns the choice
// values a user can reach by pressing.
func values(t interface {
	Fatal(...any)
	Errorf(string, ...any)
}, d Delivery) map[string]bool {
	got := map[string]bool{}
	calls := renderer.Render(testChannel, d)
	for i, call := range calls {
		sent := wire(t, call)
		if bad := linetest.Check(sent); len(bad) > 0 {
			t.Errorf("call %d: %v", i, bad)
		}
		for j, m := range sent {
			if m["quickReply"] != nil && (i < len(calls)-1 || j < len(sent)-1) {
				t.Errorf("quick replies where LINE does not show them")
			}
			reach(m, d.User, got)
		}
	}
	for _, m := range d.Messages {
		choices, _ := renderer.quickChoices(m)
		if len(m.Choices) == 0 || m.Secure {
			continue
		}
		for page := range len(choices)/10 + 2 {
			alone := d
			alone.Messages = []bot.Message{m}
			for _, more := range [][]Message{renderer.Page(testChannel, alone, page)} {
				if more == nil {
					continue
				}
				sent := wire(t, more)
				if bad := linetest.Check(sent); len(bad) > 0 {
					t.Errorf("page %d: %v", page, bad)
				}
				reach(sent[0], d.User, got)
			}
		}
	}
	return got
}

// reach collects the choice values of every postback in v.
func reach(v any, user string, got map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			reach(x, user, got)
		}
	case map[string]any:
		if data, ok := v["data"].(string); ok {
			if p, err := openPress(testChannel, user, data); err == nil && p.kind == pressChoice {
				got[p.value] = true
			}
		}
		for _, x := range v {
			reach(x, user, got)
		}
	}
}

func TestEveryReplyRendersWithinLINEsLimits(t *testing.T) {
	text := rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{"", " ", "\n", "。", "はい", "[漢字|かんじ]", "😀", "👨‍👩‍👧‍👦", "\u202e", "a\u0301", "ご都合のよい日時をお選びください。", "https://e.jp"}),
		rapid.Custom(func(t *rapid.T) string {
			return strings.Repeat(rapid.SampledFrom([]string{"あ。", "x", "😀", "[漢|かん]", "e\u0301", "\n", "Sentence. "}).Draw(t, "unit"),
				rapid.SampledFrom([]int{1, 9, 21, 41, 160, 301, 1001, 1501, 5001, 9000}).Draw(t, "times"))
		}),
	)
	value := rapid.OneOf(rapid.StringMatching(`[a-z]{1,12}(/2026-12-[0-3][0-9]T1[0-9]:00)?`), rapid.StringN(0, 400, 1200),
		rapid.Custom(func(t *rapid.T) string { return strings.Repeat("長", rapid.IntRange(200, 310).Draw(t, "length")) }))
	choice := rapid.Custom(func(t *rapid.T) bot.Choice {
		return bot.Choice{Value: value.Draw(t, "value"), Label: text.Draw(t, "label"),
			Day: rapid.SampledFrom([]string{"", "12月1日（火）", "12月2日（水）", "[日|ひ]"}).Draw(t, "day"), Quiet: rapid.Bool().Draw(t, "quiet")}
	})
	message := rapid.Custom(func(t *rapid.T) bot.Message {
		m := bot.Message{
			From:    rapid.SampledFrom([]bot.Author{bot.FromBot, bot.FromStaff, bot.FromResident, ""}).Draw(t, "from"),
			Kind:    rapid.SampledFrom([]bot.Kind{bot.KindText, bot.KindQuestion, bot.KindSummary, bot.KindOffers, bot.KindBooking, bot.KindPapers, bot.KindPlan, "new"}).Draw(t, "kind"),
			Text:    text.Draw(t, "text"),
			Choices: rapid.SliceOfN(choice, 0, 40).Draw(t, "choices"),
			Lines:   rapid.SliceOfN(text, 0, 20).Draw(t, "lines"),
			Secure:  rapid.IntRange(0, 9).Draw(t, "secure") == 0,
		}
		for range rapid.IntRange(0, 12).Draw(t, "items") {
			m.Items = append(m.Items, bot.Item{Label: text.Draw(t, "item"), Value: text.Draw(t, "value"), Correct: value.Draw(t, "correct")})
		}
		if rapid.Bool().Draw(t, "booking") {
			m.Booking = &bot.Booking{Status: rapid.SampledFrom([]string{"booked", "changed", "cancelled", "visited", "no-show", "?"}).Draw(t, "status"),
				Receipt: rapid.Int().Draw(t, "receipt"), Key: text.Draw(t, "key"), When: text.Draw(t, "when"), Name: text.Draw(t, "name"),
				Place: text.Draw(t, "place"), Title: text.Draw(t, "title"), Persons: rapid.IntRange(0, 9).Draw(t, "persons"),
				Actions: rapid.SliceOfN(choice, 0, 4).Draw(t, "actions")}
		}
		if rapid.IntRange(0, 5).Draw(t, "plan") == 0 {
			m.Plan = &bot.Plan{Title: text.Draw(t, "list"), Bring: text.Draw(t, "bring")}
			for range rapid.IntRange(0, 2).Draw(t, "groups") {
				g := bot.PlanGroup{Title: text.Draw(t, "group")}
				for range rapid.IntRange(0, 6).Draw(t, "tasks") {
					g.Tasks = append(g.Tasks, bot.PlanTask{Title: text.Draw(t, "task"), When: text.Draw(t, "when"),
						Facts: []bot.Item{{Label: text.Draw(t, "fact"), Value: text.Draw(t, "fact")}},
						Bring: rapid.SliceOfN(text, 0, 2).Draw(t, "things"), Notes: rapid.SliceOfN(text, 0, 1).Draw(t, "notes")})
				}
				m.Plan.Groups = append(m.Plan.Groups, g)
			}
		}
		if rapid.Bool().Draw(t, "link") {
			m.Link = &bot.Link{URL: rapid.OneOf(text, rapid.StringMatching(`https://e\.jp/[a-z]{0,20}`)).Draw(t, "url"), Label: text.Draw(t, "link label")}
		}
		return m
	})
	rapid.Check(t, func(t *rapid.T) {
		d := delivery(rapid.SliceOfN(message, 0, 8).Draw(t, "messages")...)
		d.Lang = rapid.SampledFrom([]i18n.Lang{"", "ja", "ja-easy", "en", "xx"}).Draw(t, "lang")
		d.Conversation = rapid.SampledFrom([]string{"", "01JD5X0M3V", "123e4567-e89b-12d3-a456-426614174000"}).Draw(t, "conversation")
		if typ := rapid.SampledFrom([]string{"", "date", "slot", "choice"}).Draw(t, "type"); typ != "" {
			d.Expects = &bot.Expects{Field: "f", Type: typ}
		}
		reachable := values(t, d)
		first, _ := json.Marshal(renderer.Render(testChannel, d))
		if second, _ := json.Marshal(renderer.Render(testChannel, d)); string(first) != string(second) {
			t.Fatal("two renderings differ")
		}
		for i, m := range d.Messages {
			if m.From == bot.FromResident {
				continue
			}
			for _, c := range m.Choices {
				if m.Secure && reachable[c.Value] && len(d.Messages) == 1 {
					t.Fatalf("message %d: %q answers a personal question", i, c.Value)
				}
				data := press{kind: pressChoice, conversation: d.Conversation, asked: d.Asked, value: c.Value}.seal(testChannel, d.User)
				later := false // a personal question after it takes the buttons away
				for _, after := range d.Messages[i:] {
					later = later || after.Secure
				}
				if !later && length(data) <= maxData && m.Kind != bot.KindOffers && !reachable[c.Value] {
					t.Fatalf("message %d: choice %q cannot be pressed", i, c.Value)
				}
			}
		}
	})
}

func BenchmarkRender(b *testing.B) {
	for name, m := range samples {
		b.Run(name, func(b *testing.B) {
			d := delivery(m)
			b.ReportAllocs()
			for b.Loop() {
				if len(renderer.Render(testChannel, d)) == 0 {
					b.Fatal("nothing")
				}
			}
		})
	}
}

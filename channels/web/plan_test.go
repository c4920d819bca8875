package web

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"madoguchi/bot"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// planKey opens the stand-in town's one task list.
const planKey = "K7M2P-9QWXT"

// Plan implements Plans.
func (t *town) Plan(_ context.Context, q PlanQuery) (PlanView, error) {
	switch strings.ToUpper(q.Key) {
	case planKey:
		return PlanView{Plan: aPlan(q.Lang), Until: civil.Date{Year: 2027, Month: 4, Day: 4}}, nil
	case "OFTEN":
		return PlanView{}, ErrTries
	}
	return PlanView{}, ErrUnknown
}

// Dates implements Plans.
func (t *town) Dates(ctx context.Context, q PlanQuery) ([]byte, error) {
	if _, err := t.Plan(ctx, q); err != nil {
		return nil, err
	}
	return []byte("BEGIN:VCALENDAR\r\n"), nil
}

// aPlan is a task list in words.
func aPlan(l i18n.Lang) *bot.Plan {
	return &bot.Plan{
		Event: "moving", Title: in(l, "引越しの手続きリスト", "[引|ひ]っ[越|こ]しの リスト", "Task list for your move"), Key: planKey,
		Bring: in(l, "お持ちいただくもの", "[持|も]って いく もの", "Bring"),
		Groups: []bot.PlanGroup{
			{ID: "before", Title: in(l, "事前にすること", "[先|さき]に する こと", "To do in advance"), Tasks: []bot.PlanTask{
				{ID: "water", Title: in(l, "水道の停止・開始を申し込む", "[水道|すいどう]を [止|と]める", "Ask for water to be stopped <and> started"), Over: true,
					When: in(l, "2026年12月13日（令和8年）日曜日まででした。", "12[月|がつ]13[日|にち]まででした。", "The last day was Sunday, 13 December 2026.")},
			}},
			{ID: "day", Title: in(l, "窓口ですること", "[窓口|まどぐち]で する こと", "To do at the counter"), Tasks: []bot.PlanTask{{
				ID: "notice-in", Title: in(l, "転入届を出す", "[転入届|てんにゅうとどけ]を [出|だ]す", "File the moving-in notice (転入届)"), Due: "2027-01-04",
				When:  in(l, "2027年1月4日（令和9年）月曜日まで", "1[月|がつ]4[日|よっか]まで", "by Monday, 4 January 2027"),
				Facts: []bot.Item{{Field: "place", Label: in(l, "場所", "[場所|ばしょ]", "Where"), Value: in(l, "みほん市役所\n市民課", "[市役所|しやくしょ]", "City Hall")}},
				Bring: []string{in(l, "転出証明書", "[転出証明書|てんしゅつしょうめいしょ]", "Certificate of moving out (転出証明書)"), in(l, "本人確認書類", "[本人確認書類|ほんにんかくにんしょるい]", "ID")},
				Notes: []string{in(l, "新しい住所に住み始めてから、14日以内に届け出ます。", "14[日|にち]の [間|あいだ]に [出|だ]して ください。", "File it within 14 days.")},
			}}},
		},
	}
}

func postPlan(t *testing.T, s *served, form url.Values) (int, http.Header, string) {
	t.Helper()
	resp, err := http.PostForm(s.URL+"/t/sample/plan?lang=ja", form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

// A key opens its list as a page, and as a calendar file; it stands in no address.
func TestTaskListPage(t *testing.T) {
	s := serve(t, unlimited)
	for _, c := range []struct {
		form url.Values
		code int
		want []string
	}{
		{url.Values{"key": {planKey}}, 200, []string{"引越しの手続きリスト", "転入届を出す", "2027年1月4日", "<svg class=\"qr\"", "<details open>", "2027年4月4日（令和9年）日曜日まで開けます。", "みほん市役所<br>市民課"}},
		{url.Values{"key": {planKey}, "as": {"calendar"}}, 200, []string{"BEGIN:VCALENDAR"}},
		{url.Values{"key": {"AAAAA-AAAAA"}}, 404, []string{"この番号では、リストが見つかりませんでした。", `aria-invalid="true"`}},
		{url.Values{"key": {"OFTEN"}}, 429, []string{"間違いが続いたため"}},
		{url.Values{"key": {"OFTEN"}, "as": {"calendar"}}, 429, []string{"間違いが続いたため"}},
		{url.Values{"key": {" "}}, 422, []string{"入力してください。"}},
		{nil, 422, []string{"入力してください。"}},
	} {
		code, header, body := postPlan(t, s, c.form)
		if code != c.code {
			t.Errorf("%v: %d, want %d", c.form, code, c.code)
		}
		for _, want := range c.want {
			if !strings.Contains(body, want) {
				t.Errorf("%v: no %q in\n%s", c.form, want, body)
			}
		}
		if cc := header.Get("Cache-Control"); cc != "no-store" {
			t.Errorf("%v: Cache-Control %q", c.form, cc)
		}
	}
}

package understand

import (
	"fmt"
	"testing"

	"madoguchi/i18n"
)

var cityIntents = []Intent{
	{ID: "card-pickup", Lang: "ja", Phrases: []string{"マイナンバーカードを受け取りたい", "交付通知書が届いた", "カードの受け取り予約", "マイナンバーカードの受け取り", "はがきが届いたのでカードを取りに行きたい"}},
	{ID: "card-pickup", Lang: "en", Phrases: []string{"pick up my My Number card", "collect my My Number card", "I got the issuance notice", "card pickup"}},
	{ID: "moving", Lang: "ja", Phrases: []string{"引っ越しの手続きをしたい", "転入届を出したい", "転出届を出したい", "住所を変更したい", "引っ越してきた"}},
	{ID: "moving", Lang: "en", Phrases: []string{"I moved to this city", "I am moving", "moving in notification", "change my address", "move out"}},
	{ID: "reservation", Lang: "ja", Phrases: []string{"窓口の予約をしたい", "予約したい", "来庁予約", "予約を確認したい", "予約を変更したい", "予約をキャンセルしたい"}},
	{ID: "reservation", Lang: "en", Phrases: []string{"book an appointment", "make a reservation", "change my booking", "cancel my booking", "check my appointment"}},
	{ID: "faq:hours", Lang: "ja", Phrases: []string{"何時まで開いていますか", "受付時間を教えて", "開庁時間", "土曜日は開いていますか"}},
	{ID: "faq:hours", Lang: "en", Phrases: []string{"opening hours", "what time do you open", "are you open on Saturday"}},
	{ID: "faq:parking", Lang: "ja", Phrases: []string{"駐車場はありますか", "車で行けますか"}},
	{ID: "faq:parking", Lang: "en", Phrases: []string{"is there parking", "can I come by car"}},
	{ID: "faq:fee", Lang: "ja", Phrases: []string{"手数料はいくらですか", "お金はかかりますか", "料金"}},
	{ID: "faq:fee", Lang: "en", Phrases: []string{"how much does it cost", "what is the fee"}},
	{ID: "faq:lost-card", Lang: "ja", Phrases: []string{"マイナンバーカードをなくした", "カードを紛失しました"}},
	{ID: "faq:lost-card", Lang: "en", Phrases: []string{"I lost my My Number card", "lost card"}},
	{ID: "faq:pin", Lang: "ja", Phrases: []string{"暗証番号を忘れた", "暗証番号がロックされた"}},
	{ID: "faq:pin", Lang: "en", Phrases: []string{"I forgot my PIN", "PIN is locked"}},
	{ID: "faq:agent", Lang: "ja", Phrases: []string{"代理人でも受け取れますか", "家族が代わりに行ってもいいですか"}},
	{ID: "faq:agent", Lang: "en", Phrases: []string{"can someone else collect it for me", "can my family go instead"}},
	{ID: "faq:residence-certificate", Lang: "ja", Phrases: []string{"住民票がほしい", "住民票の写しを取りたい"}},
	{ID: "faq:residence-certificate", Lang: "en", Phrases: []string{"I need a residence certificate", "copy of juminhyo"}},
}

func TestIntents(t *testing.T) {
	x := NewIndex(cityIntents, nil)
	for _, tt := range []struct {
		lang  i18n.Lang
		text  string
		want  string
		least float64
	}{
		{"ja", "マイナンバーカードを受け取りたい", "card-pickup", ActOn},
		{"ja", "すみません、マイナンバーカードを受け取りたいんですけど", "card-pickup", ActOn},
		{"ja", "マイナンバーカードの受け取りをお願いします", "card-pickup", ActOn},
		{"ja", "ﾏｲﾅﾝﾊﾞｰｶｰﾄﾞの受け取り", "card-pickup", ActOn},
		{"ja", "まいなんばーかーどの受け取り", "card-pickup", ActOn},
		{"ja", "交付通知書が届きました", "card-pickup", ActOn},
		{"ja", "カードを取りに行きたい", "card-pickup", AskOf},
		{"ja", "引っ越しの手続き", "moving", ActOn},
		{"ja", "引っ越しの手続きについて教えてください", "moving", ActOn},
		{"ja", "転入届を出したいのですが", "moving", ActOn},
		{"ja", "転入届", "moving", AskOf},
		{"ja", "先週引っ越してきました", "moving", AskOf},
		{"ja", "予約したいです", "reservation", ActOn},
		{"ja", "窓口を予約したい", "reservation", ActOn},
		{"ja", "予約を変更したいんですが", "reservation", ActOn},
		{"ja", "予約のキャンセル", "reservation", AskOf},
		{"ja", "何時まで開いてますか？", "faq:hours", ActOn},
		{"ja", "受付時間", "faq:hours", AskOf},
		{"ja", "駐車場ありますか", "faq:parking", ActOn},
		{"ja", "手数料はいくら", "faq:fee", ActOn},
		{"ja", "カードをなくしました", "faq:lost-card", AskOf},
		{"ja", "暗証番号を忘れてしまいました", "faq:pin", AskOf},
		{"ja", "住民票がほしいです", "faq:residence-certificate", ActOn},
		{"en", "I'd like to pick up my My Number card", "card-pickup", ActOn},
		{"en", "Can I collect my My Number card please?", "card-pickup", ActOn},
		{"en", "I would like to book an appointment", "reservation", ActOn},
		{"en", "book an apointment", "reservation", ActOn},
		{"en", "booking an appointment", "reservation", ActOn},
		{"en", "I want to cancel my booking", "reservation", ActOn},
		{"en", "cancelling a booking", "reservation", ActOn},
		{"en", "I moved to this city last week", "moving", AskOf},
		{"en", "changing my address", "moving", ActOn},
		{"en", "opening hours?", "faq:hours", ActOn},
		{"en", "Is there any parking?", "faq:parking", ActOn},
		{"en", "what's the fee", "faq:fee", ActOn},
		{"en", "I've lost my My Number card", "faq:lost-card", ActOn},
		{"en", "forgot my pin", "faq:pin", ActOn},
	} {
		got := x.Match(in(tt.lang), tt.text)
		if len(got) == 0 || got[0].Value != tt.want || got[0].Confidence < tt.least {
			t.Errorf("%q: got %v, want %s at %.2f or more", tt.text, got, tt.want, tt.least)
		}
	}
	for _, text := range []string{
		"今日はいい天気ですね", "こんにちは", "ありがとうございます", "はい", "いいえ", "すみません", "お願いします", "あああ", "犬が好きです", "お腹が空きました", "", "。。。", "👍", "東京タワーに行きたい", "教えてください", "どうしたらいいですか",
		"hello", "thank you", "good morning", "how are you?", "I like dogs", "nice weather today", "asdfghjkl", "ok", "what?",
	} {
		if got := x.Match(in(i18n.Japanese), text); len(got) > 0 && got[0].Confidence >= AskOf {
			t.Errorf("%q means nothing here, got %v", text, got)
		}
	}
}

func TestIntentIndexIsReusable(t *testing.T) {
	x := NewIndex(cityIntents, nil)
	first := fmt.Sprint(x.Match(in("ja"), "予約したい"))
	x.Match(in("en"), "parking")
	if again := fmt.Sprint(x.Match(in("ja"), "予約したい")); again != first {
		t.Errorf("second match differs: %s, then %s", first, again)
	}
	if got := NewIndex(nil, nil).Match(in("ja"), "予約"); got != nil {
		t.Errorf("an empty index matched %v", got)
	}
}

// sixtyIntents has the size of a city's whole offer: 60 intents × 8 phrases.
func sixtyIntents() []Intent {
	all := append([]Intent(nil), cityIntents...)
	things := []string{"住民票", "印鑑登録", "国民健康保険", "介護保険", "児童手当", "保育園", "税証明", "戸籍謄本", "パスポート", "ごみの出し方", "水道", "犬の登録", "原付", "図書館", "予防接種", "健康診断", "障害者手帳", "年金", "選挙", "市営住宅"}
	for i := 0; i < 50; i++ {
		th := things[i%len(things)]
		in := Intent{ID: fmt.Sprintf("faq:%d", i), Lang: "ja"}
		for k, tail := range []string{"の手続きをしたい", "について知りたい", "はどこでできますか", "の受付時間", "に必要なもの", "を変更したい", "の予約", "の料金はいくらですか"} {
			in.Phrases = append(in.Phrases, fmt.Sprintf("%s%s%s", th, []string{"", "新規", "更新"}[(i/20+k)%3], tail))
		}
		all = append(all, in)
	}
	return all
}

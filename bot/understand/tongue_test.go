package understand

import (
	"testing"

	"madoguchi/i18n"
)

var twelve = []i18n.Lang{"ja", "ja-easy", "en", "zh-Hans", "zh-Hant", "ko", "vi", "ne", "pt-BR", "es", "fil", "id"}

func TestTongue(t *testing.T) {
	for _, tt := range []struct {
		spoken i18n.Lang
		text   string
		want   i18n.Lang // "": none
	}{
		{"ja", "I want to talk to a person", "en"},
		{"ja", "quiero hablar con una persona", "es"},
		{"ja", "quero falar com uma pessoa", "pt-BR"},
		{"ja", "tôi muốn nói chuyện với nhân viên", "vi"},
		{"ja", "toi muon noi chuyen voi nhan vien", "vi"},
		{"ja", "gusto ko pong makausap ang staff", "fil"},
		{"ja", "saya mau bicara dengan petugas", "id"},
		{"ja", "maile ghar sareko cha ke garne", "ne"},
		{"ja", "मान्छेसँग कुरा गर्न चाहन्छु", "ne"},
		{"ja", "직원과 이야기하고 싶어요", "ko"},
		{"ja", "我想跟工作人员说话", "zh-Hans"},
		{"ja", "我想跟真人講話，請問怎麼辦", "zh-Hant"},
		{"en", "すみません、日本語でもいいですか。予約を変えたいです", "ja"},
		{"es", "quero falar com uma pessoa por favor", "pt-BR"},
		{"id", "I want to change my appointment please", "en"},

		{"ja", "OK", ""}, {"ja", "two", ""}, {"ja", "Saturday at 10", ""}, {"ja", "no thank you", ""}, {"ja", "Nguyen Van An", ""}, {"ja", "Maria Santos", ""},
		{"ja", "住所変更", ""}, {"ja", "個人番号交付予約変更希望", ""}, {"ja", "転入届出書類必要", ""}, {"ja", "来庁目的確認", ""}, {"ja", "マイナンバーカード", ""}, {"ja", "김치", ""}, {"ja", "नेपाल", ""},
		{"en", "転入届", ""}, {"en", "はい", ""}, {"en", "はい、お願いします", ""}, {"vi", "マイナンバーカード", ""}, {"vi", "本人", ""}, {"ja", "", ""}, {"ja", "090-1234-5678", ""}, {"ja", "taro@example.jp", ""},
		{"es", "quiero hablar con una persona", ""}, {"fil", "gusto ko ng appointment sa city hall", ""}, {"vi", "em muốn đặt lịch ở city hall", ""}, {"ja-easy", "よやくを かえたいです", ""}, {"zh-Hant", "我想找工作人员说话", ""},
		{"ja", "по-русски пожалуйста", ""},
	} {
		got, _ := Tongue(tt.text, tt.spoken, twelve)
		if got != tt.want {
			t.Errorf("spoken %s, %q: got %q, want %q", tt.spoken, tt.text, got, tt.want)
		}
	}
	if got, ok := Tongue("quiero hablar con una persona", "ja", []i18n.Lang{"ja", "en"}); ok {
		t.Errorf("a language that is not offered was chosen: %s", got)
	}
}

// What each language says to a person reaches them in any other conversation.
func TestFacts(t *testing.T) {
	for _, tt := range []struct {
		lang    i18n.Lang
		text    string
		persons int
		date    string
		from    string // "" none
	}{
		{"ja", "来週火曜の午前にカード取りに行きたい、2人で", 2, "2026-12-01", "08:00"},
		{"en", "pick up my card next Tuesday morning, two people", 2, "2026-12-01", "08:00"},
		{"zh-Hans", "下周二上午想去领卡，两个人", 2, "2026-12-01", "08:00"},
		{"zh-Hant", "下週二上午想去領卡，兩個人", 2, "2026-12-01", "08:00"},
		{"ko", "다음 주 화요일 오전에 카드 받으러 갈게요, 두 명이요", 2, "2026-12-01", "08:00"},
		{"vi", "sáng thứ ba tuần sau em muốn lấy thẻ, hai người", 2, "2026-12-01", "08:00"},
		{"ne", "अर्को हप्ता मंगलबार बिहान कार्ड लिन आउँछु, दुई जना", 2, "2026-12-01", "08:00"},
		{"ne", "arko hapta mangalbar bihana card lina aauchu, dui jana", 2, "2026-12-01", "08:00"},
		{"pt-BR", "quero retirar o cartão terça da semana que vem de manhã, duas pessoas", 2, "2026-12-01", "08:00"},
		{"es", "quiero recoger la tarjeta el martes de la próxima semana por la mañana, dos personas", 2, "2026-12-01", "08:00"},
		{"fil", "kukunin ko ang card Martes next week ng umaga, dalawang tao", 2, "2026-12-01", "08:00"},
		{"id", "mau ambil kartu Selasa minggu depan pagi, dua orang", 2, "2026-12-01", "08:00"},
		{"ja", "カードを受け取りたい", 0, "0000-00-00", ""},
		{"ja", "2人か3人で行きます", 0, "0000-00-00", ""},
		{"en", "I moved here with 2 suitcases", 0, "0000-00-00", ""},
	} {
		f := FactsOf(in(tt.lang), tt.text)
		from := ""
		if f.Wish.From > 0 {
			from = f.Wish.From.String()
		}
		date := f.Wish.Date.String()
		if f.Persons != tt.persons || date != tt.date || from != tt.from {
			t.Errorf("%s %q: got %d persons, %s, from %q; want %d, %s, %q", tt.lang, tt.text, f.Persons, date, from, tt.persons, tt.date, tt.from)
		}
	}
}

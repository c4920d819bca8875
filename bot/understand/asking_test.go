package understand

import (
	"testing"

	"madoguchi/i18n"
)

func TestAsking(t *testing.T) {
	for _, tt := range []struct {
		lang i18n.Lang
		yes  []string
		no   []string
	}{
		{"ja", []string{"駐車場はありますか", "手数料はいくら？", "転入届とは", "時間を教えて"}, []string{"引っ越しました", "はい", "来週の火曜"}},
		{"ja-easy", []string{"よやくは なんじですか"}, []string{"ひっこしました", "いいえ"}},
		{"en", []string{"where is city hall", "Do I need my seal", "can my wife come"}, []string{"I moved here", "no", "what", "Tuesday"}},
		{"zh-Hans", []string{"要带什么", "可以代领吗", "卡到了没有", "请问在哪里"}, []string{"我搬家了", "没有", "下周二", "好"}},
		{"zh-Hant", []string{"要帶什麼", "可以代領嗎", "幾點開門"}, []string{"我搬家了", "好"}},
		{"ko", []string{"주차장 있나요", "어디로 가야 해요", "수수료가 얼마예요", "가족이 받을 수 있을까요"}, []string{"이사했어요", "네", "다음 주 화요일"}},
		{"vi", []string{"làm sao để lấy thẻ", "người nhà lấy hộ được không", "cần mang gì", "mấy giờ mở cửa"}, []string{"tôi chuyển nhà", "không", "chưa", "không ạ"}},
		{"ne", []string{"कति पैसा लाग्छ", "कहाँ जानुपर्छ", "kaha jane", "अरूले लिन मिल्छ"}, []string{"घर सरें", "हुन्छ", "छैन"}},
		{"pt-BR", []string{"onde fica a prefeitura", "o que preciso levar", "posso mandar outra pessoa", "quanto custa"}, []string{"me mudei", "não", "terça que vem"}},
		{"es", []string{"qué tengo que llevar", "cuánto cuesta", "puede ir otra persona", "a qué hora abren"}, []string{"me mudé", "no", "creo que el martes"}},
		{"fil", []string{"ano ang dadalhin", "pwede ba ang asawa ko", "magkano po"}, []string{"lumipat na po ako", "hindi po", "sa Martes"}},
		{"id", []string{"berapa biayanya", "apa yang harus dibawa", "bisa diwakilkan", "jam berapa buka"}, []string{"saya sudah pindah", "tidak", "belum", "hari Selasa"}},
	} {
		c := Context{Lang: tt.lang}
		for _, text := range tt.yes {
			if !Asking(c, text) {
				t.Errorf("%s %q asks something", tt.lang, text)
			}
		}
		for _, text := range tt.no {
			if Asking(c, text) {
				t.Errorf("%s %q asks nothing", tt.lang, text)
			}
		}
	}
}

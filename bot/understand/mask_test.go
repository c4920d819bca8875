package understand

import (
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		known      []string
	}{
		{"メールはhanako@example.jpです", "メールは[mail]です", nil},
		{"ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ", "[mail]", nil},
		{"見て https://example.jp/x?id=7 ください", "見て [link] ください", nil},
		{"電話は090-1234-5678です", "電話は[number]です", nil},
		{"０９０１２３４５６７８", "[number]", nil},
		{"〇九〇一二三四五六七八", "[number]", nil},
		{"call +81 90 1234 5678 please", "call [number] please", nil},
		{"(03) 1234 5678", "[number]", nil},
		{"03の1234の5678", "[number]", nil},
		{"٠٩٠١٢٣٤٥٦٧٨", "[number]", nil},
		{"〒060-0001です", "〒[number]です", nil},
		{"0600001", "[number]", nil},
		{"北1条西2丁目3-4-5に住んでいます", "北1条西[number]に住んでいます", nil},
		{"緑町3丁目12番5号", "緑町[number]号", nil},
		{"キーはK7M2P-9QWXTです", "キーは[code]です", nil},
		{"k7m2p 9qwxt", "[code]", nil},
		{"ABCDE-FGHJK", "[code]", nil},
		{"AB12345678CD", "[code]", nil},
		{"1980年6月10日生まれ", "[date]生まれ", nil},
		{"昭和55年6月10日", "[date]", nil},
		{"born 1980-06-10", "born [date]", nil},
		{"19800610", "[date]", nil},
		{"マイナンバーは123456789018", "マイナンバーは" + strings.Repeat("*", 12), nil},
		{"山田です。山田花子の代わりに", "[name]です。[name][name]の代わりに", []string{"山田　花子"}},
		{"山田花子の代わりに", "[name]の代わりに", []string{"山田花子"}},
		{"I am YAMADA", "I am [name]", []string{"Yamada Hanako"}},

		// what says nothing of anybody stays
		{"12月1日の10時に2人で", "12月1日の10時に2人で", nil},
		{"2026-12-01 10:00", "2026-12-01 10:00", nil},
		{"2026/12/1", "2026/12/1", nil},
		{"20261201", "20261201", nil},
		{"12/1か12/2 12/3", "12/1か12/2 12/3", nil},
		{"２０２６．１２．１", "2026.12.1", nil},
		{"受付番号は5番、手数料は1,000円", "受付番号は5番、手数料は1,000円", nil},
		{"十二月三日の午後", "十二月三日の午後", nil},
		{"hello world, please", "hello world, please", nil},
		{"転入届を出したい", "転入届を出したい", nil},
		{"", "", nil},
	} {
		if got := Mask(tt.text, tt.known...); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Whatever stands around it, a mail address, a telephone number or a key never
// comes through.
func FuzzMask(f *testing.F) {
	f.Add("電話は", "です")
	f.Add("a", "1")
	f.Add("12/1 ", " 10:00")
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, secret := range []string{"hanako@example.jp", "090-1234-5678", "K7M2P-9QWXT"} {
			text, _ := Clean(before+" "+secret+" "+after, 0)
			if got := Mask(text); strings.Contains(got, secret) {
				t.Fatalf("%q became %q", text, got)
			}
		}
	})
}

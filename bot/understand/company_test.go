package understand

import (
	"testing"

	"madoguchi/i18n"
)

// Who comes is said by who they are, not always in figures.
func TestCompany(t *testing.T) {
	for _, c := range []struct{ lang, text, want string }{
		{"ja", "私と妻と子供2人", "4"},
		{"ja", "夫婦と赤ちゃん1人", "3"},
		{"ja", "大人2人と子ども1人、全部で3人", "3"},
		{"ja", "祖父母と両親と私", "5"},
		{"ja", "6人家族です", "6"},
		{"ja", "私と息子の二人です", ""}, // two, or three
		{"ja-easy", "わたしと つまと こども ふたり", "4"},
		{"en", "me, my wife and two kids", "4"},
		{"en", "three kids and there's me and my wife, so five", "5"},
		{"en", "me plus one", "2"},
		{"en", "my roommate or me", ""},
		{"zh-Hans", "我、老婆和两个孩子", "4"},
		{"zh-Hans", "两个大人一个孩子,一共三个", "3"},
		{"zh-Hant", "我加兩個同事", "3"},
		{"ko", "저희 부부랑 아이 셋", "5"},
		{"ko", "어른 둘에 애 하나, 다 해서 셋이요", "3"},
		{"vi", "vợ chồng em và hai con", "4"},
		{"ne", "म, श्रीमती र दुई छोराछोरी", "4"},
		{"es", "mi marido, yo y los tres niños", "5"},
		{"pt-BR", "eu, meu marido e as duas meninas, então 4", "4"},
		{"fil", "kami ni misis, dalawang bata at ang biyenan ko", "5"},
		{"id", "suami istri sama satu bayi", "3"},
	} {
		for _, kind := range []string{"party", "number"} {
			got, _ := Value(in(i18n.Lang(c.lang)), Field{Type: kind}, c.text).Value()
			if got != c.want {
				t.Errorf("%s %s %q: %q, want %q", c.lang, kind, c.text, got, c.want)
			}
		}
	}
}

// Who comes with somebody is not represented by them.
func TestTogether(t *testing.T) {
	for _, c := range []struct {
		lang, text string
		want       bool
	}{
		{"en", "me and my wife want to pick up our cards next tuesday", true},
		{"en", "my husband will pick it up for me", false},
		{"zh-Hans", "下周二下午我和老婆两个人想去领卡", true},
		{"zh-Hans", "能让我妈替我领卡吗", false},
		{"ja", "来週火曜の午後、妻と二人でカードを取りに行きたい", true},
		{"ja", "夫のカードを代わりに取りに行きたい", false},
		{"vi", "chồng em đi lấy thẻ thay em được không", false},
		{"es", "mi esposo y yo queremos recoger las tarjetas", true},
	} {
		if got := Together(in(i18n.Lang(c.lang)), c.text); got != c.want {
			t.Errorf("%s %q: %v", c.lang, c.text, got)
		}
	}
}

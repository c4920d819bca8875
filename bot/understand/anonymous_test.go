package understand_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"madoguchi/bot/understand"
)

func TestAnonymous(t *testing.T) {
	for in, want := range map[string]string{
		"駐車場はありますか？":                                      "駐車場はありますか",
		"　プールは　どこ ですか。":                                   "プールは どこ ですか",
		"Where can I VOTE?":                               "where can i vote",
		"山田太郎と申します。ゴミの日はいつですか":                            "◯と申します。ゴミの日はいつですか",
		"私の名前は佐藤花子です。図書館は？":                               "私の名前は◯です。図書館は",
		"山田さんはいますか":                                       "◯さんはいますか",
		"お母さんの分も申請できますか":                                  "お母さんの分も申請できますか",
		"赤ちゃんの健診はいつ":                                      "赤ちゃんの健診はいつ",
		"私は外国人です。仕事を探しています":                               "私は外国人です。仕事を探しています",
		"090-1234-5678に電話してもらえますか":                        "◯に電話してもらえますか",
		"０９０１２３４５６７８に電話して":                                "◯に電話して",
		"昭和55年6月10日生まれですが年金は":                             "昭和◯年◯月◯日生まれですが年金は",
		"本町1-2-3に住んでいます。ゴミは":                              "本町◯に住んでいます。ゴミは",
		"hanako@example.jp に送って":                          "◯ に送って",
		"https://example.jp/a?x=1 は本物ですか":                 "◯ は本物ですか",
		"アクセスキーは K7M2P-9QWXT です。イベントは":                    "アクセスキーは ◯ です。イベントは",
		"My name is Taro Yamada, where is the library?":   "my name is ◯, where is the library",
		"I am Maria Santos. Is there a pool?":             "i am ◯. is there a pool",
		"Mr. Tanaka told me to come, where is the office": "mr. ◯ told me to come, where is the office",
		"12345": "", "？": "", "": "", "◯": "",
	} {
		if got := understand.Anonymous(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		} else if strings.ContainsAny(got, "0123456789") {
			t.Errorf("%q keeps a digit: %q", in, got)
		}
	}
}

func FuzzAnonymous(f *testing.F) {
	for _, s := range []string{"山田さん", "a1b2-c3", strings.Repeat("名前は", 200), "\xff", "٣٤٥", "①②③", "my name is x", "a@b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := understand.Anonymous(s)
		if utf8.RuneCountInString(got) > 120 || !utf8.ValidString(got) || strings.ContainsAny(got, "0123456789@\n") {
			t.Errorf("%q: %q", s, got)
		}
		if again := understand.Anonymous(got); len(again) > 0 && strings.ContainsAny(again, "0123456789") {
			t.Errorf("%q: %q", got, again)
		}
	})
}

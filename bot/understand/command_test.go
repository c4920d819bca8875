package understand

import (
	"testing"

	"madoguchi/i18n"
)

func TestCommands(t *testing.T) {
	for _, tt := range []struct {
		text  string
		cmd   Command
		arg   string
		exact bool // understood as a whole utterance
	}{
		{"戻る", Back, "", true}, {"前に戻る", Back, "", true}, {"さっきの", Back, "", true}, {"もどる。", Back, "", true}, {"一つ前に戻りたいんですが", Back, "", false}, {"back", Back, "", true}, {"Go back, please", Back, "", true}, {"can I go back?", Back, "", true},
		{"直したい", Correct, "", true}, {"日付を直したい", Correct, "日付", false}, {"人数を間違えました", Correct, "人数", false}, {"メールアドレスを修正したいです", Correct, "メールアドレス", false}, {"電話番号が違います", Correct, "電話番号", false}, {"the date is wrong", Correct, "date", false}, {"I want to change the date", Correct, "date", false}, {"Correct my Name please", Correct, "Name please", false}, {"change my answer", Correct, "", true},
		{"もう一度", Repeat, "", true}, {"もういちど お願いします", Repeat, "", true}, {"repeat that please", Repeat, "", true}, {"say that again", Repeat, "", true},
		{"最初から", Restart, "", true}, {"はじめからやり直したい", Restart, "", false}, {"start over", Restart, "", true}, {"Menu", Restart, "", true}, {"let's start over from the beginning", Restart, "", false},
		{"やめる", Stop, "", true}, {"終了", Stop, "", true}, {"キャンセル", Stop, "", true}, {"ｷｬﾝｾﾙ", Stop, "", true}, {"cancel", Stop, "", true}, {"stop", Stop, "", true}, {"never mind", Stop, "", true}, {"やっぱりやめておきます", Stop, "", false},
		{"人と話したい", Person, "", true}, {"係の人", Person, "", true}, {"係の人をお願いします", Person, "", true}, {"職員さんと話せますか", Person, "", false}, {"operator", Person, "", true}, {"talk to a person", Person, "", true}, {"Can I please speak to a real person?", Person, "", false}, {"オペレーターにつないでください", Person, "", false},
		{"英語でお願いします", Language, "en", true}, {"English please", Language, "en", true}, {"English", Language, "en", true}, {"Can you speak English?", Language, "en", true}, {"英語", Language, "en", true}, {"やさしい日本語", Language, "ja-easy", true}, {"やさしい日本語でお願いします", Language, "ja-easy", true}, {"easy Japanese", Language, "ja-easy", true}, {"日本語で", Language, "ja", true}, {"日本語でおねがいします", Language, "ja", true}, {"in Japanese please", Language, "ja", true}, {"中文", Language, "zh-Hans", true}, {"简体中文", Language, "zh-Hans", true}, {"中国語で話したいです", Language, "zh-Hans", true}, {"한국어", Language, "ko", true}, {"韓国語はありますか", Language, "ko", true}, {"Tiếng Việt", Language, "vi", true}, {"tieng viet", Language, "vi", true}, {"नेपाली", Language, "ne", true}, {"Português", Language, "pt-BR", true}, {"portugues", Language, "pt-BR", true}, {"Tagalog", Language, "fil", true}, {"Español", Language, "es", true}, {"ベトナム語にしてください", Language, "vi", true}, {"switch to English", Language, "en", true}, {"言語を変えたい", Language, "", true}, {"日本語がわかりません", Language, "", true}, {"I don't understand Japanese", Language, "", true}, {"change language", Language, "", true}, {"すみませんが英語で話していただけますか", Language, "en", false}, {"한국어로 해주세요", Language, "ko", true}, {"português por favor", Language, "pt-BR", true}, {"日本語でいいです", Language, "ja", true}, {"Bahasa Indonesia", Language, "id", true}, {"ภาษาไทย", Language, "th", true}, {"Thai please", Language, "th", true},
		{"help", Help, "", true}, {"意味がわかりません", Help, "", true}, {"法定代理人とは", Help, "法定代理人", false}, {"転出届って何ですか", Help, "転出届", false}, {"アクセスキーの意味は？", Help, "アクセスキー", false}, {"What does My Number mean?", Help, "My Number", false}, {"what is a link code?", Help, "link code", false}, {"why do you ask?", Help, "", true},
		{"スキップ", Skip, "", true}, {"skip", Skip, "", true}, {"skip this one", Skip, "", false}, {"特にありません", Skip, "", true}, {"答えたくないです", Skip, "", false},
	} {
		for _, lang := range []i18n.Lang{i18n.Japanese, i18n.English, "vi"} {
			cmd, arg, _, ok := Commands(in(lang), tt.text, false)
			if !ok || cmd != tt.cmd || arg != tt.arg {
				t.Errorf("%s %q: got %q %q %v, want %q %q", lang, tt.text, cmd, arg, ok, tt.cmd, tt.arg)
			}
		}
		cmd, _, _, ok := Commands(in(i18n.Japanese), tt.text, true)
		if ok != tt.exact || ok && cmd != tt.cmd {
			t.Errorf("exact %q: got %q %v, want %v", tt.text, cmd, ok, tt.exact)
		}
	}
}

func TestNoCommand(t *testing.T) {
	for _, text := range []string{
		"", "。", "来週の火曜", "本人です", "はい", "いいえ", "12月3日", "山田太郎", "今日はいい天気ですね", "hello", "引っ越しの手続きをしたい", "マイナンバーカードを受け取りたい", "予約したい", "I'd like to book an appointment", "myself", "two people", "Tuesday",
		"日本語教室に通っています", "英語の先生をしています", "I am an English teacher from Leeds", "tôi đang mang thai", "em có thai", "khám thai",
	} {
		if cmd, arg, confidence, ok := Commands(in(i18n.Japanese), text, false); ok {
			t.Errorf("%q was taken for %s %q (%.2f)", text, cmd, arg, confidence)
		}
	}
}

func TestCancelIsLeftToTheEngine(t *testing.T) {
	for _, text := range []string{"キャンセル", "cancel", "Cancel please"} {
		if _, _, confidence, ok := Commands(in(i18n.English), text, true); !ok || confidence >= 0.75 {
			t.Errorf("%q: confidence %v, want a proposal below 0.75", text, confidence)
		}
	}
}

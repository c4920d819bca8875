package understand

import "madoguchi/i18n"

type languageName struct {
	lang i18n.Lang
	name string
	// foreign marks languages whose own words for "please" are not known here
	// yet, so that their name counts even among unknown words.
	foreign bool
	trace   uint16
}

// languageNames are the languages a resident may ask for, by their own names
// and the Japanese and English ones, whether or not the program speaks them: a
// wish for one it does not speak deserves that answer (domain-facts 11).
var languageNames = []struct {
	lang    i18n.Lang
	foreign bool
	names   []string
}{
	{i18n.EasyJapanese, false, []string{"やさしい日本語", "優しい日本語", "易しい日本語", "やさしいにほんご", "かんたんな日本語", "簡単な日本語", "かんたんなにほんご", "わかりやすい日本語", "ふりがな", "easy japanese", "simple japanese", "plain japanese", "yasashii nihongo"}},
	{i18n.Japanese, false, []string{"日本語", "にほんご", "ニホンゴ", "japanese", "nihongo", "ふつうの日本語", "普通の日本語", "日语", "日文", "일본어", "tiếng Nhật", "japonés", "japonês", "hapon", "जापानी"}},
	{i18n.English, false, []string{"英語", "えいご", "イングリッシュ", "english", "eigo", "英语", "英文", "영어", "tiếng Anh", "inglés", "inglês", "ingles", "अंग्रेजी"}},
	{"zh-Hans", true, []string{"中国語", "ちゅうごくご", "中国語簡体字", "簡体字", "chinese", "mandarin", "simplified chinese", "中文", "简体中文", "汉语", "普通话", "简体"}},
	{"zh-Hant", true, []string{"繁体字", "中国語繁体字", "台湾語", "traditional chinese", "繁體中文", "繁體", "正體中文"}},
	{"ko", true, []string{"韓国語", "かんこくご", "ハングル", "朝鮮語", "korean", "한국어", "한국말", "조선말"}},
	{"vi", true, []string{"ベトナム語", "べとなむご", "vietnamese", "Tiếng Việt", "Việt"}},
	{"ne", true, []string{"ネパール語", "ねぱーるご", "nepali", "nepalese", "नेपाली"}},
	{"pt-BR", true, []string{"ポルトガル語", "ぽるとがるご", "portuguese", "português", "brazilian"}},
	{"fil", true, []string{"フィリピン語", "タガログ語", "ふぃりぴんご", "tagalog", "filipino", "pilipino"}},
	{"es", true, []string{"スペイン語", "すぺいんご", "spanish", "español", "castellano"}},
	{"id", true, []string{"インドネシア語", "いんどねしあご", "indonesian", "Bahasa Indonesia", "bahasa"}},
	{"th", true, []string{"タイ語", "たいご", "thai", "ภาษาไทย", "ไทย"}},
	{"my", true, []string{"ミャンマー語", "ビルマ語", "burmese", "မြန်မာ", "မြန်မာဘာသာ", "မြန်မာစာ"}},
	{"fr", true, []string{"フランス語", "french", "français"}},
	{"ru", true, []string{"ロシア語", "russian", "русский", "по-русски"}},
	{"uk", true, []string{"ウクライナ語", "ukrainian", "українська", "українською"}},
	{"hi", true, []string{"ヒンディー語", "hindi", "हिन्दी", "हिंदी"}},
	{"km", true, []string{"クメール語", "カンボジア語", "khmer", "cambodian", "ភាសាខ្មែរ", "ខ្មែរ"}},
}

package understand

import (
	"bytes"
	"strings"
	"sync"
	"unicode/utf8"

	"madoguchi/i18n"
)

// asking is how a language shows that a sentence asks something: by how it
// begins, by how it ends, or by a word wherever it stands. Accents count where
// they are written: qué asks, que does not.
type asking struct {
	begins, has, ends string // split by |
}

// askingIn are the shapes of questions. Words that are also a whole answer (không,
// belum, हुन्छ) do not stand here alone.
var askingIn = map[i18n.Lang]asking{
	i18n.Japanese: {
		ends: "ですか|ますか|せんか|でしょうか|ましたか|ですかね|かな|かしら|べき|るの|いの|とは|って何|教えて|教えてください|知りたい|知りたいです|おしえて|おしえてください|しりたいです",
	},
	i18n.English: {
		begins: "what|what's|how|where|when|why|who|which|do i|do you|do we|does|did|can i|can we|can my|can someone|could i|may i|should i|must i|is it|is there|is my|is the|are there|are you|are my|has my|have you|will i|will my|whom|whose",
	},
	"zh-Hans": chineseAsking, "zh-Hant": chineseAsking,
	"ko": {
		has:  "어떻게|어디|언제|무엇|왜|얼마|누가|누구|몇 시|몇 명까지|어느|어떤|무슨|궁금",
		ends: "나요|까요|가요|는지|습니까|입니까|됩니까|합니까|죠|되나|있나|하나|을까|될까|뭐예요|뭔가요|돼요|되요|알려 주세요|알려주세요",
	},
	"vi": {
		has:  "bao giờ|khi nào|ở đâu|bao nhiêu|bao lâu|tại sao|vì sao|thế nào|làm sao|là gì|mấy giờ|có phải|có cần|cần gì|cần những gì|chỗ nào|phải làm gì|nghĩa là|làm gì|ai có thể|sao lại",
		ends: "được không|phải không|đúng không|có không|hay không|cần không|gì|đâu|vậy|nhỉ|hả|sao|được chưa|xong chưa|có chưa|về chưa|đến chưa|tới chưa|ra chưa|hay chưa|được không ạ|phải không ạ|gì ạ|đâu ạ|thế ạ|chưa vậy|được ko|duoc khong|lam sao|the nao|o dau|bao gio",
	},
	"ne": {
		has:  "कसरी|कहाँ|कहाँबाट|कहिले|किन|के हो|के गर्ने|के गर्नुपर्छ|के के|कति|कसले|कुन|कि|kasari|kaha|kahile|kina|ke ho|ke garne|ke garnu parcha|ke ke|kati|kasle|kun",
		ends: "मिल्छ|सकिन्छ|पर्छ|पाइन्छ|सक्छु|milcha|milchha|sakincha|parcha|paincha|sakchu",
	},
	"pt-BR": {
		begins: "como|onde|aonde|quando|posso|podemos|pode|dá pra|dá para|tem como|preciso|precisa|é possível|será que|existe|vocês|tem|que|é preciso|é necessário|devo|tenho que",
		has:    "o que|quê|qual|quais|quanto|quanta|quantos|quantas|quem|por que|cadê|onde|aonde",
	},
	"es": {
		begins: "que|como|donde|cuando|cual|cuanto|cuantos|cuanta|quien|puedo|podemos|puede|se puede|podría|podria|es posible|hay|tengo que|debo|hace falta|es necesario",
		has:    "qué|cómo|dónde|adónde|cuándo|cuál|cuáles|cuánto|cuánta|cuántos|cuántas|quién|quiénes",
	},
	"fil": {
		has: "ano|anong|anu|paano|pano|saan|saang|kailan|kelan|bakit|sino|kanino|magkano|ilan|ilang|alin|nasaan|asan|gaano|ba",
	},
	"id": {
		begins: "bisa|boleh|harus|perlu|apa",
		has:    "apakah|bagaimana|gimana|gmn|di mana|dimana|ke mana|kemana|kapan|kenapa|mengapa|siapa|berapa|bolehkah|bisakah|haruskah|perlukah|apa itu|apa yang|apa saja yang|harus apa",
		ends:   "apa|mana|kah",
	},
}

var chineseAsking = asking{
	has:  "怎么|怎麼|什么|什麼|哪里|哪裡|哪儿|哪個|哪个|哪天|谁|誰|多少|几点|幾點|几天|幾天|多久|如何|能不能|可不可以|是不是|有没有|有沒有|要不要|需不需要|用不用|是否|请问|請問|怎样|怎樣",
	ends: "吗|嗎|呢|么|麼|了没|了沒|了没有|了沒有|到没有|到沒有|好没有|好沒有|好没|好沒",
}

// asked is asking made ready: each word folded, its accents kept.
type asked struct{ begins, has, ends [][]byte }

var askedIn = func() map[i18n.Lang]func() *asked {
	out := map[i18n.Lang]func() *asked{}
	fold := func(list string) [][]byte {
		var words [][]byte
		for _, w := range split(list) {
			if w != "" {
				words = append(words, appendFolded(nil, w, keepTones))
			}
		}
		return words
	}
	for lang, a := range askingIn {
		out[lang] = sync.OnceValue(func() *asked { return &asked{fold(a.begins), fold(a.has), fold(a.ends)} })
	}
	out[i18n.EasyJapanese] = out[i18n.Japanese]
	return out
}()

// Asking reports whether a text has the shape of a question, in the language of
// the dialog, in Japanese or in English.
func Asking(c Context, text string) bool {
	if strings.ContainsAny(text, "?？") {
		return true
	}
	if len(text) > maxText {
		return false
	}
	said := bytes.TrimRight(appendFolded(nil, text, keepTones), " .,")
	for i, lang := range []i18n.Lang{c.Lang, i18n.Japanese, i18n.English} {
		if a := askedIn[lang]; a != nil && (i == 0 || lang != c.Lang) && a().by(said) {
			return true
		}
	}
	return false
}

// by reports whether a folded text has one of the shapes.
func (a *asked) by(said []byte) bool {
	whole := func(from, to int) bool { return !inWords(said, from) && !inWords(said, to) }
	for _, w := range a.begins {
		// The word alone is no question yet.
		if len(said) > len(w) && bytes.HasPrefix(said, w) && whole(0, len(w)) {
			return true
		}
	}
	for _, w := range a.ends {
		if from := len(said) - len(w); bytes.HasSuffix(said, w) && whole(from, len(said)) {
			return true
		}
	}
	for _, w := range a.has {
		for from := 0; ; from += len(w) {
			i := bytes.Index(said[from:], w)
			if i < 0 {
				break
			}
			if from += i; whole(from, from+len(w)) {
				return true
			}
		}
	}
	return false
}

// inWords reports whether a place in a text lies inside a word of a script that
// keeps its words apart.
func inWords(s []byte, at int) bool {
	if at <= 0 || at >= len(s) {
		return false
	}
	left, _ := utf8.DecodeLastRune(s[:at])
	right, _ := utf8.DecodeRune(s[at:])
	return wordLike(left) && wordLike(right) && !isWide(left) && !isWide(right)
}

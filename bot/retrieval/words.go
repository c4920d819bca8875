package retrieval

import (
	"strings"

	"madoguchi/bot/understand"
)

// same are words that mean the same where a city hall is asked something: those
// after the first are looked up as the first. Only words that are not part of
// others stand here, since they are replaced wherever they are found. The order
// within a line is free but for the first; a longer word wins over a shorter one.
var same = [][]string{
	// one word in several spellings
	{"引越", "引っ越", "ひっこ", "引越し"},
	{"受取", "受け取", "うけと", "取りに行", "もらいに行", "もらえ", "もらう"},
	{"取消", "取り消", "とりけ", "キャンセル", "取り下げ", "取下げ"},
	{"子ども", "子供", "こども", "娘", "息子", "お子さん", "お子さま"},
	{"赤ちゃん", "赤ん坊", "乳児", "新生児", "0歳", "ゼロ歳"},
	{"申込", "申し込", "もうしこ"},
	{"手続", "てつづき"},
	{"届", "届け", "とどけ"},

	// different words
	{"印鑑", "判子", "はんこ", "ハンコ", "判こ"},
	{"本人確認書類", "身分証明書", "身分証"},
	{"紛失", "なくし", "無くし", "失くし", "落とし", "見当たら", "見つから", "なくなっ"},
	{"スマートフォン", "スマホ"},
	{"ガラケー", "従来型の携帯電話"},
	{"オンライン", "インターネット", "ネット"},
	{"コンビニ", "コンビニエンスストア"},
	{"原付", "バイク", "スクーター"},
	{"自動車", "クルマ", "くるま"},
	{"免許証", "免許"},
	{"国民健康保険", "国保", "こくほ", "こくみんけんこうほけん"},
	{"暗証番号", "パスワード", "パスコード", "ピン番号", "あんしょうばんごう"},
	{"はがき", "ハガキ", "葉書"},
	{"海外", "外国", "国外", "がいこく"},
	{"電話番号", "連絡先"},
	{"郵送", "郵便で", "自宅に送", "家に送"},
	{"翻訳", "日本語訳", "訳さ", "訳す", "ほんやく"},
	{"無料", "ただで", "タダ"},
	{"手数料", "料金", "費用", "いくら", "お金", "おかね"},
	{"急", "早く", "至急", "大至急"},
	{"代理人", "代わりの人", "かわりのひと", "代理", "代わり", "かわり"},
	{"休日", "土日", "土曜日", "日曜日", "土曜", "日曜", "どようび", "にちようび", "祝日", "休みの日"},
	{"夜間", "夜", "夕方", "仕事帰り"},
	{"障害者手帳", "身障者手帳", "障がい者手帳"},
	{"予約", "よやく"},
	{"言葉", "言語", "中国語", "韓国語", "英語", "ベトナム語", "ネパール語", "ポルトガル語", "タガログ語", "スペイン語", "フィリピン語", "インドネシア語", "タイ語"},
	{"有効期限", "期限切れ", "いつまで使え", "何年使え"},
	{"所要時間", "何分", "待ち時間", "時間はどのくらい", "時間がどのくらい"},
	{"期間", "何週間", "何か月", "何ヶ月", "何カ月", "何日"},

	{"licence", "license", "licences", "licenses"},
	{"moped", "scooter", "motorbike", "motorcycle"},
	{"mail address", "email address", "e-mail address"},
	{"by mail", "by email", "by e-mail", "email me", "e-mail me"},
	{"fee", "cost", "price", "charge", "how much"},
	{"change", "reschedule", "modify"},
	{"cancel", "withdraw", "call off", "called off"},
	{"id", "identification", "identity document"},
	{"proxy", "agent", "on my behalf", "somebody else", "someone else", "roommate", "friend"},
	{"child", "son", "daughter", "kid", "kids", "children", "son's", "daughter's"},
	{"baby", "newborn", "infant", "baby's"},
	{"parent", "mother", "father", "mother's", "father's"},
	{"seal", "hanko", "inkan", "stamp"},
	{"abroad", "overseas", "foreign country"},
	{"weekend", "saturday", "sunday", "saturdays", "sundays"},
	{"voucher", "coupon", "vouchers", "coupons"},
	{"electricity", "electric", "power company"},
	{"quickly", "urgent", "urgently", "hurry", "asap"},
	{"language", "english", "chinese", "korean", "vietnamese", "nepali", "portuguese", "tagalog", "spanish", "speak"},
	{"reminder", "remind", "day before"},
	{"letter", "envelope"},
	{"forward", "redirect"},
	{"lost", "misplaced", "can't find", "cannot find", "lose"},
	{"status", "progress"},
	{"outage", "system is down", "system down", "system failure"},

	// Vietnamese, of the North and the South, as it is texted
	{"khong", "hong", "hok", "khum"},
	{"giup", "gium", "dum"},
	{"chuyen nha", "don nha", "don ve"},
	{"mat khau", "pass", "passcode"},
	{"mang", "dem", "mang theo", "dem theo"},

	// Indonesian: words with and without what is put before and after them
	{"tidak", "enggak", "nggak", "ngga", "gak"},
	{"bagaimana", "gimana"},
	{"harus", "mesti", "wajib"},
	{"bawa", "membawa", "dibawa", "bawain"},
	{"ambil", "mengambil", "diambil", "mengambilkan", "diambilkan", "ambilkan", "pengambilan"},
	{"urus", "mengurus", "diurus", "urusan", "mengurusi"},
	{"lapor", "melapor", "melaporkan", "dilaporkan", "laporan"},
	{"kembali", "dikembalikan", "mengembalikan", "kembalikan", "balikin"},
	{"pulang", "balik"},
	{"batal", "batalkan", "membatalkan", "dibatalkan", "batalin"},
	{"reservasi", "janji", "janjian"},
	{"terkunci", "diblokir", "keblokir", "terblokir"},
	{"ganti", "mengganti", "diganti", "ubah", "mengubah", "diubah"},
	{"perpanjang", "memperpanjang", "diperpanjang", "memperbarui", "diperbarui", "perbarui"},
	{"cetak", "print", "ngeprint"},
	{"terlambat", "telat"},
	{"wakil", "mewakili", "diwakilkan", "wakilin", "wakilkan", "mewakilkan"},
	{"terjemah", "terjemahan", "menerjemahkan", "diterjemahkan", "translate", "ditranslate"},
}

var sameWords = newSameWords()

func newSameWords() replacer {
	r := replacer{words: map[string]string{}}
	for _, group := range same {
		first := understand.Fold(group[0])
		for _, word := range group[1:] {
			if word = understand.Fold(word); word != first {
				r.words[word] = first
				r.longest = max(r.longest, len(word))
			}
		}
	}
	return r
}

// replacer puts words in place of others, the longest first. Latin words are
// replaced whole only.
type replacer struct {
	words   map[string]string
	longest int // in bytes
}

// Replace returns a folded text with the words replaced.
func (r replacer) Replace(text string) string {
	var b strings.Builder
next:
	for i := 0; i < len(text); {
		if starts(text, i) {
			for n := min(r.longest, len(text)-i); n > 0; n-- {
				if with, ok := r.words[text[i:i+n]]; ok && ends(text, i+n) {
					b.WriteString(with)
					i += n
					continue next
				}
			}
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

func latin(c byte) bool { return c >= 'a' && c <= 'z' || c == '\'' }

// starts and ends report whether a word may begin and end at a place.
func starts(text string, i int) bool {
	return i == 0 || !latin(text[i]) || !latin(text[i-1])
}

func ends(text string, i int) bool {
	return i == len(text) || !latin(text[i-1]) || !latin(text[i])
}

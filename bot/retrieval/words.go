package retrieval

import (
	"slices"
	"strings"
	"sync"

	"madoguchi/bot/understand"
	"madoguchi/i18n"
)

// The lists are of words that mean the same where a city hall is asked something:
// those after the first are looked up as the first. Only words that are not part
// of others stand here, since they are replaced wherever they are found. The order
// within a line is free but for the first; a longer word wins over a shorter one.

// sameJapanese holds in every language: official terms stand in Japanese script.
var sameJapanese = [][]string{
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
	{"コンビニ", "コンビニエンスストア", "便利店", "便利商店", "超商", "편의점", "콤비니"},
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
}

// sameEnglish holds in every language too, as all borrow of English.
var sameEnglish = [][]string{
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
}

// sameIberian is Portuguese and Spanish, which have many words in one spelling,
// and Filipino, whose words change at the front; with the Japanese words that
// people use here.
var sameIberian = [][]string{
	{"shiyakusho", "kuyakusho", "yakusho", "prefeitura", "municipalidad", "ayuntamiento", "alcaldia", "city hall", "munisipyo"},
	{"mudanca", "mudar", "mudei", "mudo", "mudou", "mudamos", "mudaram", "mudando"},
	{"mudanza", "mudarme", "mudarse", "mudarnos", "mude", "mudado", "mudaron"},
	{"lipat", "lumipat", "lilipat", "lumilipat", "paglipat", "paglilipat", "nakalipat", "pagkalipat"},
	{"perdi", "perdeu", "perdido", "perdida", "perdio", "sumiu", "desapareceu", "desaparecio", "furtaram", "furtado", "roubaram", "roubado", "robaron", "robado", "extravie", "no encuentro", "nao acho", "nao encontro"},
	{"nawala", "nawawala", "naiwala", "naiwan", "nahulog", "nalaglag", "nanakaw", "ninakaw", "hindi ko makita", "hindi ko mahanap", "di ko makita", "di ko mahanap"},
	{"esqueci", "esquecido", "nao lembro", "nao me lembro", "nao sei mais", "olvide", "olvido", "no recuerdo", "no me acuerdo"},
	{"nakalimutan", "nalimutan", "hindi ko maalala", "di ko maalala", "hindi ko na maalala", "di ko na maalala", "hindi ko matandaan", "di ko matandaan", "hindi ko na matandaan", "di ko na matandaan"},
	{"access key", "chave de acesso", "clave de acceso", "codigo de acesso", "codigo de acceso"},
	{"pin", "senha", "senhas", "contrasena", "contrasenas", "clave", "claves", "ansho bango", "quatro numeros", "4 numeros", "cuatro numeros", "4 digit number", "apat na numero", "4 na numero"},
	{"multa", "multar", "multado", "multada", "penalidade", "penalidad", "penalty", "multahan", "pagmultahin"},
	{"fee", "custo", "custa", "cuesta", "costo", "preco", "precio", "taxa", "tarifa", "cobram", "cobran", "quanto e", "cuanto es", "bayad", "magkano", "presyo"},
	{"retirar", "retirada", "retiro", "pegar", "pego", "buscar", "busco", "recoger", "recojo", "recogerla", "recogida", "ir por"},
	{"kunin", "kukunin", "kumuha", "kukuha", "makuha", "makukuha", "nakuha", "nakukuha", "pagkuha", "magpakuha"},
	{"proxy", "procurador", "apoderado", "kinatawan", "outra pessoa", "otra persona", "ibang tao", "amigo", "amiga", "kaibigan", "cunhado", "cunhada", "cunado", "cunada", "sogro", "sogra", "suegro", "suegra", "vizinho", "vecino", "hipag", "bayaw", "biyenan", "pinsan"},
	{"esposo", "marido"},
	{"esposa", "mulher", "mujer"},
	{"asawa", "mister", "misis"},
	{"filho", "filha", "filhos", "crianca", "criancas", "hijo", "hija", "hijos", "nino", "nina", "ninos"},
	{"baby", "bebe", "recem-nascido", "recem nascido", "recien nacido", "sanggol", "bagong silang", "bagong panganak", "kapapanganak"},
	{"school", "escola", "escuela", "colegio", "paaralan", "eskwelahan"},
	{"weekend", "sabado", "sabados", "domingo", "domingos", "fim de semana", "fin de semana"},
	{"abre", "abrem", "abren", "aberto", "aberta", "abierto", "abierta", "atende", "atendem", "atiende", "atienden", "trabalham", "trabajan", "funciona"},
	{"yoyaku", "agendamento", "agendar", "agendei", "agendado", "marquei", "marcar", "marcado", "hora marcada", "cita", "citas", "reserva", "reservar"},
	{"booking", "appointment", "schedule"},
	{"alterar", "remarcar", "remarco", "reagendar", "adiar", "cambiar", "reprogramar", "postergar", "aplazar"},
	{"cancelar", "cancelei", "cancelado", "cancelada", "cancelo", "cancele", "desmarcar", "anular", "anulada", "desistir", "desisti"},
	{"cancel", "kanselahin", "kanselado", "ikansela", "ipakansela", "bawiin"},
	{"nao fui", "nao pude ir", "nao consegui ir", "faltei", "nao compareci", "no fui", "no pude ir", "falte", "no asisti"},
	{"hindi nakapunta", "hindi ako nakapunta", "di ako nakapunta", "hindi ako nakarating", "di ako nakarating", "hindi ako sumipot", "hindi sumipot"},
	{"licence", "carteira de motorista", "carta de motorista", "habilitacao", "cnh", "licencia de conducir", "licencia de manejar", "permiso de conducir", "brevete", "menkyo", "lisensya"},
	{"visa", "visto"},
	{"zairyu", "cartao de residencia", "tarjeta de residencia", "residence card"},
	{"kokuho", "seguro nacional de saude", "seguro nacional de salud", "kokumin kenko hoken"},
	{"hoken", "seguro", "hokensho"},
	{"child allowance", "jido teate", "kodomo teate", "auxilio infantil", "auxilio das criancas", "ajuda infantil", "asignacion por hijos", "subsidio infantil", "subsidio de los ninos", "ayuda para sa bata"},
	{"electricity", "luz", "energia", "energia eletrica", "eletricidade", "electricidad", "kuryente", "denki"},
	{"agua", "suido", "tubig"},
	{"konbini", "conbini", "seven eleven", "7-eleven", "lawson", "family mart", "familymart"},
	{"casa nova", "nova casa", "apartamento novo", "casa nueva", "nueva casa", "departamento nuevo", "nuevo departamento"},
	{"bagong bahay", "bagong apartment", "bagong tirahan"},
	{"letter", "sulat", "liham"},
	{"vencimento", "vencimiento", "vencer", "vence", "vencendo", "vencido", "vencida", "venza", "expira", "expirar", "caduca"},
	{"expiration", "expire", "expired"},
	{"renovar", "renovei", "renovo", "renovado", "renovacao", "renovacion", "renove", "renuevo"},
	{"prazo", "data limite", "plazo", "fecha limite", "deadline", "huling araw"},
	{"chegar", "chega", "chegou", "chegam", "cheguem", "veio", "vieram"},
	{"llegar", "llega", "llegan", "llego", "llegue", "lleguen", "llegado"},
	{"dumating", "darating", "dumarating", "nakarating"},
	{"ipadala", "ipapadala", "padala", "ipadeliver", "i-deliver"},
	{"foto", "fotografia", "litrato", "picture"},
	{"online", "internet", "en linea", "pela internet", "por internet"},
	{"language", "portugues", "espanol", "castellano", "filipino", "ingles", "idioma", "idiomas", "lingua", "linguas", "wika", "falam", "fala", "hablan", "habla", "nagsasalita"},
	{"perro", "perra", "perrito", "mascota"},
	{"carro", "auto", "coche", "veiculo", "vehiculo"},
	{"moped", "moto", "motinha", "motito", "motoneta", "motocicleta", "ciclomotor", "gentsuki", "motor"},
}

// sameVietnamese is of the North and the South, as it is texted.
var sameVietnamese = [][]string{
	{"khong", "hong", "hok", "khum"},
	{"giup", "gium", "dum"},
	{"chuyen nha", "don nha", "don ve"},
	{"mat khau", "pass", "passcode"},
	{"mang", "dem", "mang theo", "dem theo"},
}

// sameIndonesian is words with and without what is put before and after them.
var sameIndonesian = [][]string{
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

// sameChinese is in both scripts.
var sameChinese = [][]string{
	{"遗失", "弄丢", "丢了", "不见了", "遺失", "弄丟", "丟了", "不見了"},
	{"带什么", "拿什么", "带啥", "拿啥", "需要什么", "帶什麼", "拿什麼", "需要什麼"},
	{"孩子", "小孩", "儿子", "女儿", "兒子", "女兒"},
	{"宝宝", "婴儿", "新生儿", "寶寶", "嬰兒", "新生兒"},
	{"妻子", "老婆", "太太"},
	{"丈夫", "老公"},
	{"市役所", "市政府", "市公所", "區公所", "區役所"},
	{"周末", "周六", "周日", "星期六", "星期天", "星期日", "礼拜天", "週末", "週六", "週日", "禮拜天"},
	{"驾照", "驾驶证", "驾驶执照", "駕照", "駕駛執照"},
	{"更新", "续签", "延签", "續簽", "延簽"},
	{"翻译", "翻成", "译成", "翻譯", "譯成"},
	{"罚款", "罚金", "罰款"},
	{"多久", "多长时间", "多長時間"},
	{"怎么办", "咋办", "怎么弄", "怎么搞", "如何办", "怎麼辦", "怎麼弄", "如何辦"},
	{"什么", "啥", "什麼", "甚麼"},
	{"材料", "资料", "文件", "資料"},
	{"继续用", "接着用", "继续使用", "繼續用", "接著用", "繼續使用"},
	{"父母", "爸妈", "爸爸", "妈妈", "爸媽", "媽媽"},
}

// sameKorean has the Japanese words that people use here too.
var sameKorean = [][]string{
	{"부모님", "부모", "엄마", "아빠", "어머니", "아버지", "어머님", "아버님"},
	{"분실", "잃어버", "잃어먹", "없어졌"},
	{"과태료", "벌금"},
	{"어떻게", "어떡하", "어떡해", "어쩌"},
	{"시청", "구청", "시약쇼", "구약쇼", "시야쿠쇼", "쿠야쿠쇼"},
	{"준비물", "챙겨 가", "챙겨가", "가져가", "가지고 가"},
	{"전입신고", "전입 신고"},
	{"전출신고", "전출 신고"},
	{"마이넘버카드", "마이넘버 카드", "마이넘바 카드"},
	{"재류기간", "재류 기간"},
	{"재류카드", "재류 카드", "자이류카드", "자이류 카드"},
	{"국민건강보험", "국보", "코쿠호"},
	{"비밀번호", "암증번호", "패스워드"},
	{"면허", "운전면허", "운전면허증", "면허증"},
	{"갱신", "연장"},
	{"취소", "그만두", "그만뒀", "철회"},
	{"아동수당", "아동 수당", "아이 수당", "지도테아테", "지도 테아테"},
	{"자녀", "아이", "아들", "딸"},
	{"아기", "애기", "신생아"},
	{"아내", "와이프", "집사람"},
	{"휴대전화", "휴대폰", "핸드폰"},
}

// idle are words that a question is put with and that say nothing of its matter:
// a greeting, a "may I ask". They are not looked up; unknown to the entries, they
// would make the question look like one about something else.
var idle = strings.Fields(`
	请问一下 请问 請問一下 請問 想问一下 想問一下 想问 想問 想请教 想請教 你好 您好 麻烦 麻煩 谢谢 謝謝 到底 一下 吗 嗎 呢 啊 呀
	안녕하세요 안녕하십니까 혹시 저기요 문의드립니다 문의드려요 궁금합니다 궁금해요 감사합니다 고맙습니다 부탁드립니다 부탁드려요`)

// endings are the pairs of syllables that Korean verbs end in, polite and plain,
// and the words people ask with: grammar, as single kana are.
var endings = pairsOf(`습니 니다 니까 까요 을까 할까 될까 어요 아요 해요 예요 에요 여요 워요 려요 세요 나요 가요 은가 는가 인가
	돼요 되요 되나 하나 있나 있어 있을 없나 싶어 싶은 네요 죠요 지요 는데 은데 인데 데요 갔는 했는 했어 갔어 왔어 왔는 됐어 됐는
	하면 되면 으면 라면 려면 하려 려고 해야 어야 아야 해도 어도 아도 하고 어서 아서 해서 니까 어떻 떻게 게해 뭐예 뭐가 뭔가 무엇
	하는 되는 있는 없는 할수 수있 드려 주세 주실 합니 입니 됩니 습까`)

func pairsOf(list string) map[string]bool {
	set := map[string]bool{}
	for _, pair := range strings.Fields(list) {
		set[pair] = true
	}
	return set
}

// sameWords has the words to put in place of others, by language.
var sameWords = sync.OnceValue(func() map[i18n.Lang]replacer {
	common := slices.Concat(sameJapanese, sameEnglish)
	return map[i18n.Lang]replacer{
		"":   newReplacer(common),
		"pt": newReplacer(common, sameIberian), "es": newReplacer(common, sameIberian), "fil": newReplacer(common, sameIberian),
		"vi": newReplacer(common, sameVietnamese), "id": newReplacer(common, sameIndonesian),
		"zh": newReplacer(common, sameChinese), "ko": newReplacer(common, sameKorean),
	}
})

// replacerOf is that of a language, whatever its region or script.
func replacerOf(lang i18n.Lang) replacer {
	base, _, _ := strings.Cut(string(lang), "-")
	if r, ok := sameWords()[i18n.Lang(base)]; ok {
		return r
	}
	return sameWords()[""]
}

func newReplacer(lists ...[][]string) replacer {
	r := replacer{words: map[string]string{}}
	for _, group := range slices.Concat(lists...) {
		first := understand.Fold(group[0])
		for _, word := range group[1:] {
			if word = understand.Fold(word); word != first {
				r.words[word] = first
				r.longest = max(r.longest, len(word))
			}
		}
	}
	for _, word := range idle {
		r.words[word] = " "
		r.longest = max(r.longest, len(word))
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

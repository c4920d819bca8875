package understand

import (
	"strings"
	"testing"

	"madoguchi/i18n"
)

// The second of those offered, the last, and what is wished of times to come: in
// every language.
func TestOffersInEveryLanguage(t *testing.T) {
	three := Field{Type: "choice", Choices: []Choice{{"a", []string{"本庁"}}, {"b", []string{"駅前"}}, {"c", []string{"西"}}}}
	for lang, tt := range map[i18n.Lang]struct{ second, last, soonest, other, tuesday, weekend string }{
		"ja":      {"2番目", "最後", "なるべく早く", "別の日", "来週の火曜の午前", "週末"},
		"ja-easy": {"2ばんめ", "さいごの", "いちばん はやい とき", "ほかの日", "らいしゅうの かようびの ごぜん", "週末"},
		"en":      {"the second one", "the last one", "as early as possible", "another day", "Tuesday morning next week", "weekend"},
		"zh-Hans": {"第二个", "最后一个", "越早越好", "换一天", "下周二上午", "周末"},
		"zh-Hant": {"第二個", "最後一個", "越早越好", "換一天", "下禮拜二早上", "週末"},
		"ko":      {"두 번째 거요", "마지막이요", "가장 빠른 시간이요", "다른 날이요", "다음 주 화요일 오전에요", "주말에"},
		"vi":      {"cái thứ hai", "cái cuối cùng", "càng sớm càng tốt", "ngày khác được không", "sáng thứ ba tuần sau", "cuối tuần"},
		"ne":      {"दोस्रो", "अन्तिमको", "सबैभन्दा चाँडो", "अर्को दिन", "अर्को हप्ता मंगलबार बिहान", "weekend ma"},
		"pt-BR":   {"a segunda opção", "o último", "o quanto antes", "outro dia", "terça de manhã da semana que vem", "no fim de semana"},
		"es":      {"la segunda", "el último", "lo antes posible", "otro día", "el martes por la mañana de la próxima semana", "el fin de semana"},
		"fil":     {"yung pangalawa", "yung huli", "sa lalong madaling panahon", "ibang araw", "Martes ng umaga sa susunod na linggo", "sa weekend"},
		"id":      {"yang kedua", "yang terakhir", "secepatnya", "hari lain", "Selasa pagi minggu depan", "akhir pekan"},
	} {
		if v, _ := Value(in(lang), three, tt.second).Value(); v != "b" {
			t.Errorf("%s %q: got %q, want the second", lang, tt.second, v)
		}
		if v, _ := Value(in(lang), three, tt.last).Value(); v != "c" {
			t.Errorf("%s %q: got %q, want the last", lang, tt.last, v)
		}
		if w, _ := SlotWish(in(lang), tt.soonest); !w.Soonest {
			t.Errorf("%s %q: got %+v, want the soonest", lang, tt.soonest, w)
		}
		if w, _ := SlotWish(in(lang), tt.other); !w.Other {
			t.Errorf("%s %q: got %+v, want another day", lang, tt.other, w)
		}
		if w, _ := SlotWish(in(lang), tt.tuesday); w.Date.String() != "2026-12-01" || w.From != 8*60 || w.To != 12*60 {
			t.Errorf("%s %q: got %+v, want Tuesday morning", lang, tt.tuesday, w)
		}
		if r := Value(in(lang), Field{Type: "date"}, tt.weekend); !r.Ambiguous() || len(r.Candidates) != 2 {
			t.Errorf("%s %q: got %+v, want Saturday or Sunday", lang, tt.weekend, r)
		}
	}
}

// Signs and stickers' pictures answer in every language.
func TestSigns(t *testing.T) {
	for _, lang := range twelve {
		for text, want := range map[string]string{"👍": "yes", "👍🏽": "yes", "👍👍": "yes", "🙆‍♀️": "yes", "👌!": "yes", "✅": "yes", "⭕️": "yes", "❌": "no", "🙅": "no", "🙅‍♂️": "no", "👎🏻": "no", "👍❌": "", "🐶": "", "🎉👍": ""} {
			clean, _ := Clean(text, 0)
			if v, _ := Value(in(lang), Field{Type: "yesno"}, clean).Value(); v != want {
				t.Errorf("%s %s: got %q, want %q", lang, text, v, want)
			}
		}
	}
}

// Tones tell Vietnamese words apart where they are written, and are not missed
// where they are not.
func TestTones(t *testing.T) {
	yes, time, number := Field{Type: "yesno"}, Field{Type: "time"}, Field{Type: "number"}
	check(t, "vi", yes, []phrase{{"đúng", "yes"}, {"dung", "yes"}, {"dừng", "?"}, {"dùng", "?"}, {"có", "yes"}, {"cỏ", "?"}, {"khong", "no"}, {"không", "no"}})
	check(t, "vi", time, []phrase{{"8 giờ tối", "20:00"}, {"8 gio toi", "08:00|20:00"}, {"9 gio sang", "09:00"}})
	check(t, "vi", number, []phrase{{"sáu", "6"}, {"sau", "6"}, {"bảy", "7"}, {"năm", "5"}})
	if cmd, _, _, ok := Commands(in("vi"), "đúng", true); ok {
		t.Errorf("đúng (right) was taken for %s", cmd)
	}
	if cmd, _, _, ok := Commands(in("vi"), "dừng", true); !ok || cmd != Stop {
		t.Errorf("dừng (stop) was taken for %q", cmd)
	}
}

// A word of one language is not a command, a yes or a no in another: names and
// ordinary answers look like many of them.
func TestLanguagesDoNotSpoilEachOther(t *testing.T) {
	for _, tt := range []struct {
		lang i18n.Lang
		text string
	}{
		{"es", "mai"}, {"en", "para"}, {"ja", "Sair"}, {"ja", "Alto"}, {"en", "lang"}, {"vi", "ulit"}, {"id", "sim"}, {"en", "tao"}, {"pt-BR", "orang"}, {"ja", "Tama"}, {"en", "bara"}, {"fil", "fim"}, {"ko", "kina"},
	} {
		if cmd, _, _, ok := Commands(in(tt.lang), tt.text, true); ok {
			t.Errorf("%s %q was taken for %s", tt.lang, tt.text, cmd)
		}
		if v, ok := Value(in(tt.lang), Field{Type: "yesno"}, tt.text).Value(); ok {
			t.Errorf("%s %q was taken for %s", tt.lang, tt.text, v)
		}
	}
	check(t, "fil", Field{Type: "date"}, []phrase{{"may tanong ako", "?"}, {"May 5", "2027-05-05"}})
	check(t, "id", Field{Type: "date"}, []phrase{{"hari ini", "2026-11-25"}, {"hari", "?"}, {"mei 5", "2027-05-05"}})
	check(t, "vi", Field{Type: "date"}, []phrase{{"mai", "2026-11-26"}, {"may", "!incomplete"}})
	check(t, "es", Field{Type: "number"}, []phrase{{"once", "11"}, {"seis", "6"}})
	check(t, "pt-BR", Field{Type: "date"}, []phrase{{"sexta", "2026-11-27"}, {"sei", "?"}})
}

// Official terms stay Japanese in every language (domain-facts 11), and dates
// people copy from Japanese papers are read.
func TestJapaneseInsideOtherLanguages(t *testing.T) {
	for _, lang := range twelve {
		if lang == "zh-Hans" || lang == "zh-Hant" {
			continue // 号 and 日 are their own words too
		}
		for text, want := range map[string]string{"12月3日": "2026-12-03", "令和8年12月24日": "2026-12-24", "来週の火曜": "2026-12-01"} {
			if v, _ := Value(in(lang), Field{Type: "date"}, text).Value(); v != want {
				t.Errorf("%s %q: got %q, want %q", lang, text, v, want)
			}
		}
		if v, _ := Value(in(lang), Field{Type: "birthdate"}, "昭和55年6月10日").Value(); v != "1980-06-10" {
			t.Errorf("%s: an era was not read: %q", lang, v)
		}
		if v, _ := Value(in(lang), Field{Type: "time"}, "午後2時半").Value(); v != "14:30" {
			t.Errorf("%s: 午後2時半 was read as %q", lang, v)
		}
	}
}

// longestPhrase is an answer as long as people write, with something of
// everything, and nothing that ends the search early.
const longestPhrase = "すみません、来週の火曜日か水曜日の午後にマイナンバーカードを受け取りに行きたいのですが、子ども二人と妻と四人で行っても大丈夫でしょうか、よろしくお願いします"

// BenchmarkPhrase is what understanding costs a turn: a command looked for, the
// value read, what it is about, and the language it is in.
func BenchmarkPhrase(b *testing.B) {
	x := NewIndex(sixtyIntents(), nil)
	for _, lang := range []i18n.Lang{"ja", "vi", "ne", "es"} {
		text := longestPhrase
		switch lang {
		case "vi":
			text = "xin lỗi em muốn đến lấy thẻ My Number vào chiều thứ ba hoặc thứ tư tuần sau, em đi cùng chồng và hai con nhỏ, tất cả bốn người có được không ạ, em cảm ơn"
		case "ne":
			text = "नमस्ते, म अर्को हप्ता मंगलबार वा बुधबार दिउँसो मेरो श्रीमती र दुई जना बच्चासँग माई नम्बर कार्ड लिन आउन चाहन्छु, चार जना आउन मिल्छ होला"
		case "es":
			text = "disculpe, quisiera ir a recoger mi tarjeta My Number el martes o el miércoles de la próxima semana por la tarde con mi esposa y mis dos hijos, somos cuatro personas, gracias"
		}
		c := in(lang)
		b.Run(string(lang), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Commands(c, text, false)
				SlotWish(c, text)
				x.Match(c, text)
				Tongue(text, lang, twelve)
			}
		})
	}
}

// Any string in any language is answered, soon and with few candidates.
func FuzzEveryLanguage(f *testing.F) {
	for _, s := range []string{longestPhrase, "ngày mùng 3 tháng 12 năm 2026", "साढे दस बजे", "दिनपछिमा", "십이월삼일", "-", "-मा", "ㅇㅇ", "a-", "ika-", "tháng ", "năm", "差五分", "T5", "t", "ngày ngày ngày", "setengah", "menos", "下下下周", "\u0301\u0301", "ＡＢＣ", "\xff", "१२३४५६७८९०१२३", strings.Repeat("ngày ", 300)} {
		f.Add(s)
	}
	x := NewIndex(sixtyIntents(), nil)
	f.Fuzz(func(t *testing.T, text string) {
		for _, lang := range twelve {
			c := in(lang)
			for _, field := range fuzzTypes {
				if r := Value(c, field, text); len(r.Candidates) > 24 {
					t.Fatalf("%s %s %q: %d candidates", lang, field.Type, text, len(r.Candidates))
				}
			}
			FactsOf(c, text)
			Commands(c, text, false)
			if m := x.Match(c, text); len(m) > maxMatches {
				t.Fatalf("%s %q: %d intents", lang, text, len(m))
			}
			Tongue(text, lang, twelve)
		}
	})
}

// An answer with words around it is that answer if they take nothing back; one
// that could mean either is neither.
func TestAnswersWithWordsAround(t *testing.T) {
	f := Field{Type: "yesno"}
	check(t, "vi", f, []phrase{
		{"ừ đúng đó, cứ vậy nha", "yes"}, {"thông tin đúng rồi ạ", "yes"}, {"không sai", "yes"}, {"không có gì sai cả", "yes"},
		{"dạ chưa ạ", "no"}, {"khoan, ngày bị nhầm rồi", "no"}, {"ơ không, em đi 3 người", "no"}, {"hmm chắc là không phải", "no"},
		{"đúng rồi nhưng ngày sai", "yes|no"}, {"chắc là có", "?"}, {"cần giấy tờ gì", "?"}, {"có gì sai không?", "yes|no"}, {"để em xem đã", "?"},
	})
	check(t, "id", f, []phrase{
		{"ok sip", "yes"}, {"betul semua kak", "yes"}, {"sip, lanjutkan kak", "yes"}, {"tidak ada yang salah", "yes"},
		{"nggak mau", "no"}, {"belum sesuai", "no"}, {"hmm kayaknya salah deh", "no"}, {"tanggalnya keliru", "no"},
		{"iya tapi salah tanggal", "yes|no"}, {"oke tapi jam lain", "yes|no"}, {"kayaknya iya", "?"}, {"mau ganti tanggal", "?"}, {"ada yang salah?", "yes|no"}, {"mau tanya suami dulu", "?"},
	})
	check(t, "fil", f, []phrase{
		{"sige lang, walang problema", "yes"}, {"approved po yan", "yes"}, {"walang mali po", "yes"},
		{"teka hindi", "no"}, {"ay typo, maling pangalan po", "no"}, {"hindi ok", "no"}, {"hindi po tama", "no"},
		{"oo pero mali ang date", "yes|no"}, {"sige pero iba yung araw", "yes|no"}, {"gusto ko palitan ang date", "?"}, {"tama ba?", "?"}, {"hindi ba tama?", "?"}, {"di ako sure", "?"},
	})
	check(t, "ne", f, []phrase{
		{"thikai ho, gardinus", "yes"}, {"sabai thik cha sir", "yes"}, {"la la huncha", "yes"}, {"हुन्छ हुन्छ", "yes"}, {"केही गलत छैन", "yes"},
		{"भो पर्दैन", "no"}, {"मिति मिलेन", "no"}, {"नाम गलत लेखियो", "no"}, {"त्यो होइन, बिहीबार भनेको", "no"},
		{"हो तर मिति गलत छ", "yes|no"}, {"ho hola", "?"}, {"हो कि होइन थाहा छैन", "?"}, {"thaha bhayena", "?"},
	})
}

// Days with a name, the day beside one, a year behind the day, a reason given
// with it. What is vague stays open.
func TestDaysAsTheyAreSaid(t *testing.T) {
	f := Field{Type: "date"}
	check(t, "vi", f, []phrase{
		{"đêm Noel", "2026-12-24"}, {"Tết dương lịch", "2027-01-01"}, {"ngày cuối cùng của năm", "2026-12-31"}, {"5/1 năm sau", "2027-01-05"},
		{"2 tuần nữa tính từ hôm nay", "2026-12-09"}, {"nửa tháng nữa", "2026-12-10"}, {"hai hôm nữa", "2026-11-27"}, {"thứ hai, ngày 7/12", "2026-12-07"},
		{"thứ năm tuần tới, hôm đó em không có tiết", "2026-12-03"}, {"10/12, ngày mười tháng mười hai", "2026-12-10"},
		{"Tết", "?"}, {"trước Noel", "?"}, {"chắc tầm cuối năm", "?"}, {"cuối năm nay", "?"}, {"vài ngày nữa", "?"}, {"đầu tháng sau", "!incomplete"},
	})
	check(t, "id", f, []phrase{
		{"malam Natal", "2026-12-24"}, {"tahun baru 2027", "2027-01-01"}, {"sehari setelah tahun baru", "2027-01-02"}, {"hari terakhir tahun ini", "2026-12-31"},
		{"12 Januari tahun depan", "2027-01-12"}, {"bulan depan tanggal 3", "2026-12-03"}, {"Senin tanggal 7 Desember", "2026-12-07"}, {"Jumat, saya tidak kerja", "2026-11-27"},
		{"Jumat saya tidak bisa", "!excluded"}, {"habis Natal", "?"}, {"sekitar akhir tahun", "?"}, {"beberapa hari lagi", "?"}, {"tahun baru Imlek", "?"},
	})
	check(t, "fil", f, []phrase{
		{"sa bisperas ng Pasko", "2026-12-24"}, {"araw pagkatapos ng Pasko", "2026-12-26"}, {"sa Rizal Day po", "2026-12-30"}, {"huling araw ng taon", "2026-12-31"},
		{"Lunes, a-siyete ng Disyembre", "2026-12-07"}, {"a-bente singko ng Disyembre", "2026-12-25"}, {"ikapito ng Disyembre", "2026-12-07"}, {"samakalawa po, half day ako nun", "2026-11-27"},
		{"bago mag-Pasko", "?"}, {"pagkatapos ng Pasko", "?"}, {"katapusan ng taon", "?"}, {"ilang araw mula ngayon", "?"},
	})
	check(t, "ne", f, []phrase{
		{"क्रिसमसको दिन", "2026-12-25"}, {"क्रिसमसको अघिल्लो दिन", "2026-12-24"}, {"क्रिसमसको भोलिपल्ट", "2026-12-26"}, {"अंग्रेजी नयाँ वर्षको दिन", "2027-01-01"},
		{"आजबाट दुई हप्तापछि", "2026-12-09"}, {"डिसेम्बर महिनाको पाँच तारिख", "2026-12-05"}, {"डिसेम्बरको अन्तिम दिन", "2026-12-31"}, {"सोमबार, मेरो काम छैन", "2026-11-30"},
		{"क्रिसमस अघि", "?"}, {"वर्षको अन्त्य", "?"}, {"केही दिनपछि", "?"}, {"नयाँ वर्ष", "?"},
	})
}

func TestHoursAsTheyAreSaid(t *testing.T) {
	f := Field{Type: "time"}
	check(t, "vi", f, []phrase{{"9 giờ kém mười", "08:50"}, {"chín giờ mười lăm", "09:15"}, {"8h30 lúc vừa mở cửa", "08:30"}, {"đầu giờ chiều", "?"}})
	check(t, "id", f, []phrase{{"set 4 sore", "15:30"}, {"setengah sembilan, pas buka", "08:30"}, {"sepuluh menit sebelum jam tiga", "14:50"}, {"jam tiga seperempat", "15:15"}, {"setengah satu", "12:30"}, {"jam satu kurang seperempat", "12:45"}, {"jam 9 atau jam 10", "09:00|10:00"}})
	check(t, "fil", f, []phrase{{"mga ala-una y medya", "13:30"}, {"kinse bago mag alas-onse", "10:45"}, {"menos diyes para alas-tres", "14:50"}, {"alas dose kwarenta", "12:40"}})
	check(t, "ne", f, []phrase{{"डेढ बजे", "13:30"}, {"अढाई बजेतिर", "14:30"}, {"साढे आठ, खुल्नेबित्तिकै", "08:30"}, {"तीन बज्न दस मिनेट बाँकी", "14:50"}, {"साढे आठ", "08:30|20:30"}})
	check(t, "en", f, []phrase{{"quarter to nine", "08:45"}, {"ten minutes to nine", "08:50"}, {"half past eight", "08:30|20:30"}})
}

func TestBirthDatesAsTheyAreSaid(t *testing.T) {
	f := Field{Type: "birthdate"}
	check(t, "vi", f, []phrase{
		{"sinh năm 1988, ngày 14 tháng 2", "1988-02-14"}, {"năm 2001 tháng 3 ngày 5", "2001-03-05"}, {"tháng 6 ngày 19 năm 2000", "2000-06-19"},
		{"hai mươi tháng mười năm một chín chín hai", "1992-10-20"}, {"mười hai tháng năm năm hai nghìn lẻ một", "2001-05-12"},
	})
	check(t, "id", f, []phrase{
		{"31 Desember tahun 1968", "1968-12-31"}, {"tgl 7 bulan 7 tahun 97", "1997-07-07"}, {"Heisei 5, 8 Mei", "1993-05-08"}, {"8 Mei Heisei 5", "1993-05-08"}, {"3 Mei seribu sembilan ratus delapan puluh lima", "1985-05-03"}, {"03051990", "1990-05-03"},
	})
	check(t, "fil", f, []phrase{{"Dis. 31, 1979", "1979-12-31"}, {"Heisei 12 nen July 8", "2000-07-08"}, {"1990, ika-3 ng Mayo", "1990-05-03"}, {"ika-3 ng Mayo taong 1990", "1990-05-03"}})
	check(t, "ne", f, []phrase{{"सन् १९८८ मे २३", "1988-05-23"}, {"मे २३ तारिख १९८८", "1988-05-23"}, {"हेइसेइ ५, मे ८", "1993-05-08"}, {"वि.सं. २०४५/३/१२", "?"}})
}

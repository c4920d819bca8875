package retrieval_test

import (
	"runtime"
	"strings"
	"sync"
	"testing"

	"madoguchi/bot/retrieval"
	"madoguchi/flows/faq"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
)

var languages = []i18n.Lang{i18n.Japanese, i18n.EasyJapanese, i18n.English, "zh-Hans", "zh-Hant", "ko"}

func builtin(t testing.TB) []*faq.Entry {
	t.Helper()
	entries, err := procedures.FAQ(i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// index is built once for all tests of the package that only read.
var index = sync.OnceValues(func() (*retrieval.Index, error) {
	entries, err := procedures.FAQ(i18n.Builtin())
	if err != nil {
		return nil, err
	}
	return retrieval.New(entries, languages...)
})

func TestFind(t *testing.T) {
	x, err := index()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		lang  i18n.Lang
		words string
		want  string
		least float64
	}{
		{"ja", "転出証明書を失くしてしまったんですが", "tenshutsu-lost", 0.2},
		{"ja", "テンシュツ届は何日前から出せますか？", "tenshutsu-when", 0.3},
		{"ja", "ﾏｲﾅﾎﾟｰﾀﾙで転出するには何が必要？", "online-need", 0.3},
		{"ja-easy", "すいどうを とめたいです", "water", 0.3},
		{"en", "Does someone have to be home when the gas is turned on?", "gas", 0.5},
		{"en", "What is a 転入届?", "what-tennyu", 0.1}, // the term as it stands on the form
		{"zh-Hans", "请问一下，护照可以当领卡的证件吗？", "id-photo", 0.2},
		{"zh-Hant", "你好，我的卡片被偷了", "lost-card", 0.3},
		{"ko", "안녕하세요. 전출증명서를 분실했는데요", "tenshutsu-lost", 0.3}, // with particle and ending
		{"ko", "전입 신고할때 한코", "seal", 0.1},
		{"ko", "line에서 개인정보를 물어봐요?", "line-data", 0.1}, // two scripts in one word
		{"vi", "転入届とは", "what-tennyu", 0.3},            // a language without texts is looked up in Japanese
	} {
		found, err := x.Find(c.lang, c.words, nil, 3)
		if err != nil || len(found) == 0 || found[0].ID != c.want || found[0].Confidence < c.least {
			t.Errorf("%q (%s): %+v, %v; want %s at %.1f or more", c.words, c.lang, found, err, c.want, c.least)
		}
	}
	for _, words := range []string{"", "   ", "？？？", "😀", "qwertzuiop"} {
		if found, err := x.Find("ja", words, nil, 3); err != nil || len(found) > 0 {
			t.Errorf("%q: %+v, %v", words, found, err)
		}
	}
	// How near the wordings came can turn the order round.
	plain, _ := x.Find("ja", "カードの住所", nil, 3)
	near, _ := x.Find("ja", "カードの住所", map[string]float64{plain[1].ID: 1}, 3)
	if near[0].ID != plain[1].ID || near[0].Confidence <= plain[0].Confidence {
		t.Errorf("%+v, with the wording of the second: %+v", plain, near)
	}
}

// Neither building nor keeping the index may cost much: it is there in every
// process, and again for every tenant that words its own answers.
func TestCost(t *testing.T) {
	entries := builtin(t)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	x, err := retrieval.New(entries, languages...)
	if err != nil {
		t.Fatal(err)
	}
	if grown := int64(heap()) - int64(before); grown > 40<<20 {
		t.Errorf("the index of %d entries keeps %d KiB", len(entries), grown>>10)
	} else {
		t.Logf("the index of %d entries keeps %d KiB", len(entries), grown>>10)
	}
	runtime.KeepAlive(x)
}

func BenchmarkNew(b *testing.B) {
	entries := builtin(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := retrieval.New(entries, languages...); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	x, err := index()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.Find("ja", "転送届を出しているとはがきは届きますか", nil, 3); err != nil {
			b.Fatal(err)
		}
	}
}

// Whatever is asked, the search ends without an error, with confidences from 0
// to 1 and no entry twice.
func FuzzFind(f *testing.F) {
	for _, words := range []string{
		"カードをなくした", "+question_ja:転入 -x^1e9 /.*/ \"", "question_ja:*", strings.Repeat("転", 5000), strings.Repeat("a ", 3000),
		"\x00\xff\xfe", "\u202e\u2066転入", "が", "𠮷野家", "ﷺ", "a'b''c", "%' OR 1=1 --", "e\u0301\u0301\u0301", "\U0001f469\u200d\U0001f469\u200d\U0001f467",
	} {
		f.Add("ja", words)
		f.Add("en", words)
	}
	f.Add("ko", "카드 를카드를a카 습니다")
	f.Add("x-y-z", "hello")
	f.Add("", "転入届")
	x, err := index()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, lang, words string) {
		found, err := x.Find(i18n.Lang(lang), words, nil, 5)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, f := range found {
			if seen[f.ID] || !(f.Confidence >= 0 && f.Confidence <= 1) {
				t.Errorf("%q: %+v", words, found)
			}
			seen[f.ID] = true
		}
	})
}

// Words of Nepali are found whatever hangs on them.
func TestEndings(t *testing.T) {
	x, err := retrieval.New(builtin(t), i18n.Japanese, "ne")
	if err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{
		"कुकुरलाई के गर्ने":         "dog",
		"ग्यासको लागि के गर्ने":     "gas",
		"विद्यार्थीहरूको बीमा":      "kokuho-student",
		"अख्तियारनामामा के लेख्ने?": "what-ininjo",
	} {
		found, err := x.Find("ne", words, nil, 3)
		if err != nil || len(found) == 0 || found[0].ID != want {
			t.Errorf("%q: %+v, %v; want %s", words, found, err, want)
		}
	}
}

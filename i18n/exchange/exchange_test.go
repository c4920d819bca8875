package exchange_test

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"madoguchi/i18n"
	"madoguchi/i18n/exchange"
)

// forms are the two kinds of file.
var forms = map[string]func(lang i18n.Lang, units []exchange.Unit) ([]byte, error){
	"xliff": func(lang i18n.Lang, units []exchange.Unit) ([]byte, error) {
		var b bytes.Buffer
		err := exchange.WriteXLIFF(&b, lang, units)
		return b.Bytes(), err
	},
	"csv": func(_ i18n.Lang, units []exchange.Unit) ([]byte, error) {
		var b bytes.Buffer
		err := exchange.WriteCSV(&b, units)
		return b.Bytes(), err
	},
}

// sources are texts as flows have them.
func sources() []exchange.File {
	return []exchange.File{
		{Name: "web", Sources: []i18n.Source{
			{Key: "web.yes", Text: "はい"},
			{Key: "web.receipt", Text: "受付番号は {receipt}、アクセスキーは {key} です。"},
			{Key: "web.places", Text: "{n}席"},
			{Key: "web.stop", Phrases: []string{"やめる", "中止"}},
		}},
		{Name: "flow-moving", Sources: []i18n.Source{{Key: "flow.moving.title", Text: "引っ越し"}}},
	}
}

func entry(key, source, text string) i18n.Translation {
	return i18n.Translation{Key: key, Stamp: i18n.Hash(source), Text: text}
}

// korean is a catalog with some of the texts.
func korean() *i18n.Catalog {
	return (&i18n.Catalog{}).Translated("ko", []i18n.Translation{
		entry("web.yes", "ええ", "예"), // stale
		entry("web.receipt", "受付番号は {receipt}、アクセスキーは {key} です。", "접수 번호 {receipt}, 키 {key}"),
		{Key: "web.stop", Stamp: "x", Phrases: []string{"그만", "중지", "취소"}},
	}).Translated("en", []i18n.Translation{
		entry("web.yes", "はい", "Yes"),
		entry("web.places", "{n}席", "{n, plural, one {# place} other {# places}}"),
	})
}

func TestUnits(t *testing.T) {
	want := []exchange.Unit{
		{File: "web", Key: "web.yes", Source: "はい", English: "Yes", Text: "예", State: exchange.Stale},
		{File: "web", Key: "web.receipt", Source: "受付番号は {receipt}、アクセスキーは {key} です。", Text: "접수 번호 {receipt}, 키 {key}", State: exchange.Translated},
		{File: "web", Key: "web.places", Source: "{n}席", English: "{n, plural, one {# place} other {# places}}", State: exchange.New},
		{File: "web", Key: "web.stop#1", Source: "やめる", Text: "그만", State: exchange.Stale},
		{File: "web", Key: "web.stop#2", Source: "中止", Text: "중지", State: exchange.Stale},
		{File: "web", Key: "web.stop#3", Text: "취소", State: exchange.Stale},
		{File: "flow-moving", Key: "flow.moving.title", Source: "引っ越し", State: exchange.New},
	}
	got := exchange.Units(sources(), "ko", korean().Translation)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestXLIFFAsItIsWritten(t *testing.T) {
	data, err := forms["xliff"]("ko", exchange.Units(sources(), "ko", korean().Translation)[:3])
	if err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.1" srcLang="ja" trgLang="ko">
 <file id="f1" original="web">
  <unit id="u1" name="web.yes">
   <notes><note category="english">Yes</note></notes>
   <segment state="initial" subState="madoguchi:stale">
    <source xml:space="preserve">はい</source>
    <target xml:space="preserve">예</target>
   </segment>
  </unit>
  <unit id="u2" name="web.receipt">
   <originalData><data id="d1">{receipt}</data><data id="d2">{key}</data></originalData>
   <segment state="translated">
    <source xml:space="preserve">受付番号は <ph id="1" dataRef="d1" equiv="receipt" disp="{receipt}" canDelete="no"/>、アクセスキーは <ph id="2" dataRef="d2" equiv="key" disp="{key}" canDelete="no"/> です。</source>
    <target xml:space="preserve">접수 번호 <ph id="1" dataRef="d1" equiv="receipt" disp="{receipt}" canDelete="no"/>, 키 <ph id="2" dataRef="d2" equiv="key" disp="{key}" canDelete="no"/></target>
   </segment>
  </unit>
  <unit id="u3" name="web.places">
   <notes><note category="english">{n, plural, one {# place} other {# places}}</note></notes>
   <originalData><data id="d1">{n}</data></originalData>
   <segment state="initial">
    <source xml:space="preserve"><ph id="1" dataRef="d1" equiv="n" disp="{n}" canDelete="no"/>席</source>
   </segment>
  </unit>
 </file>
</xliff>
`
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error(diff)
	}
}

// words are texts of any kind, with what the forms could trip over.
func words(t *rapid.T, label string) string {
	part := rapid.OneOf(
		rapid.SampledFrom([]string{
			"{name}", "{n}", "{n, plural, one {# a} other {# b}}", "'{'", "'", "''", "=1+1", "-", "@", "+", "\t", "\n", "\"", ",", ";",
			"<b>", "&amp;", "]]>", "[漢字|かんじ]", "द्वार", "🏛", "#", "\\", "  ", "\u2060", "\u0007", "\ufffe",
		}),
		rapid.StringN(0, 8, -1),
	)
	s := strings.Join(rapid.SliceOfN(part, 0, 6).Draw(t, label), "")
	return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r", "")
}

// What is written reads back as it was, in both forms, whatever stands in it;
// and it changes nothing in the catalogs that it came from.
func TestRoundTripLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var file exchange.File
		file.Name = "web"
		var have []i18n.Translation
		for i := range rapid.IntRange(0, 6).Draw(t, "texts") {
			key := "a." + strconv.Itoa(i)
			list := rapid.Bool().Draw(t, "list")
			stale := rapid.Bool().Draw(t, "stale")
			source := i18n.Source{Key: key, Text: words(t, "source")}
			translation := i18n.Translation{Key: key, Text: words(t, "text")}
			if list {
				source.Text, source.Phrases = "", []string{"x" + words(t, "phrase"), "y"}
				translation.Text = ""
				for n := range rapid.IntRange(0, 4).Draw(t, "phrases") {
					translation.Phrases = append(translation.Phrases, strconv.Itoa(n)+words(t, "phrase"))
				}
			}
			if translation.Stamp = source.Stamp(); stale {
				translation.Stamp = "x"
			}
			file.Sources = append(file.Sources, source)
			have = append(have, translation)
		}
		files := []exchange.File{file}
		catalog := (&i18n.Catalog{}).Translated("ko", have)
		units := exchange.Units(files, "ko", catalog.Translation)
		for form, write := range forms {
			data, err := write("ko", units)
			if err != nil {
				t.Fatal(err)
			}
			again, err := exchange.Read(bytes.NewReader(data))
			if err != nil {
				t.Fatalf("%s: %v\n%s", form, err, data)
			}
			if diff := cmp.Diff(units, again, cmpopts.IgnoreFields(exchange.Unit{}, "File", "Line"), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s: %s\n%s", form, diff, data)
			}
			changes, err := exchange.Compare(files, "ko", again, catalog.Translation)
			var refused *exchange.Refused
			if errors.As(err, &refused) {
				continue // the texts were at fault before
			}
			if err != nil || len(changes.Put) > 0 {
				t.Fatalf("%s: %v changes %+v", form, err, changes)
			}
		}
	})
}

func compare(t *testing.T, units ...exchange.Unit) (*exchange.Changes, error) {
	t.Helper()
	return exchange.Compare(sources(), "ko", units, korean().Translation)
}

func TestCompare(t *testing.T) {
	receipt := "受付番号は {receipt}、アクセスキーは {key} です。"
	changes, err := compare(t,
		exchange.Unit{Key: "web.yes", Source: "はい", Text: "네", State: exchange.Stale},                 // seen to
		exchange.Unit{Key: "web.receipt", Source: receipt, Text: "", State: exchange.New},             // left empty
		exchange.Unit{Key: "web.places", Source: "{n}席", Text: "{n}석", State: exchange.New},           // new
		exchange.Unit{Key: "web.stop#2", Source: "中止", Text: "중지", State: exchange.Translated},        // put in order
		exchange.Unit{Key: "web.stop#1", Source: "やめる", Text: "그만", State: exchange.Translated},       // …
		exchange.Unit{Key: "flow.moving.title", Source: "転居", Text: "이사", State: exchange.Translated}, // of older Japanese
		exchange.Unit{Key: "flow.moving.gone", Source: "無い", Text: "없음", State: exchange.Translated},  // of no text
	)
	if err != nil {
		t.Fatal(err)
	}
	want := &exchange.Changes{
		Put: []i18n.Translation{
			entry("web.yes", "はい", "네"),
			entry("web.places", "{n}席", "{n}석"),
			entry("flow.moving.title", "転居", "이사"),
			{Key: "web.stop", Stamp: i18n.Hash("やめる\n中止"), Phrases: []string{"그만", "중지"}},
		},
		New: 2, Stale: 1, Empty: 1, Gone: []string{"flow.moving.gone"},
	}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Error(diff)
	}
	// The same words, now marked as translated: somebody has read them.
	changes, err = compare(t, exchange.Unit{Key: "web.yes", Source: "はい", Text: "예", State: exchange.Translated})
	if err != nil || len(changes.Put) != 1 || changes.Put[0].Stamp != i18n.Hash("はい") {
		t.Errorf("%v %+v", err, changes)
	}
	// Made of a Japanese with other placeholders: late, not wrong.
	changes, err = compare(t, exchange.Unit{Key: "web.receipt", Source: "番号は {receipt}", Text: "번호 {receipt}", State: exchange.Translated})
	if err != nil || len(changes.Put) != 0 || len(changes.Outgrown) != 1 {
		t.Errorf("%v %+v", err, changes)
	}
}

// One broken placeholder and nothing is taken; each is told by key and line.
func TestFaultsAreToldByKeyAndLine(t *testing.T) {
	table := "key,source,text,state\n" +
		"web.yes,はい,네,translated\n" +
		"web.receipt,受付番号は {receipt}、アクセスキーは {key} です。,접수 번호 {reciept},translated\n" +
		"web.places,{n}席,\"{n, plural, other {#석}\",translated\n" +
		"web.yes,はい,예,translated\n" +
		"flow.moving.title,引っ越し,\"이\asa\",translated\n"
	units, err := exchange.Read(strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	_, err = exchange.Compare(sources(), "ko", units, korean().Translation)
	want := `line 3: web.receipt: without {receipt}, {key} and with {reciept}, which the Japanese has not
line 4: web.places: text "{n, plural, other {#석}": at 24: a case or } is missing
line 5: web.yes: stands twice, first on line 2
line 6: flow.moving.title: has a control character`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	_, err = exchange.Compare(sources(), i18n.EasyJapanese, []exchange.Unit{{Key: "web.yes", Source: "はい", Text: "肯定", Line: 7}}, korean().Translation)
	if err == nil || err.Error() != `line 7: web.yes: "肯定" has a kanji without its reading` {
		t.Error(err)
	}
}

// doc is an XLIFF file with this in its unit.
func doc(inside string) string {
	return `<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.1" srcLang="ja" trgLang="ko"><file id="f"><unit id="1" name="web.yes">` +
		inside + `</unit></file></xliff>`
}

// Translation programs divide segments, add modules of their own, and name a
// placeholder by equiv alone.
func TestXLIFFOfOtherPrograms(t *testing.T) {
	for inside, want := range map[string]exchange.Unit{
		`<segment state="final"><source>はい</source><target>예</target></segment>`: {Source: "はい", Text: "예", State: exchange.Translated},
		`<segment><source>はい</source></segment>`:                                 {Source: "はい", State: exchange.New},
		`<segment><source>a</source><target>x</target></segment><ignorable><source> </source></ignorable><segment><source>b</source><target>y</target></segment>`: {Source: "a b", Text: "x y", State: exchange.New},
		`<segment state="translated"><source>a</source><target>x</target></segment><segment><source>b</source></segment>`:                                         {Source: "ab", State: exchange.New},
		`<segment state="reviewed"><source><ph id="1" equiv="n"/>席</source><target><mrk id="m"><ph id="1" equiv="n"/></mrk>석</target></segment>`:                  {Source: "{n}席", Text: "{n}석", State: exchange.Translated},
		`<x:m xmlns:x="urn:x"><x:source>no</x:source></x:m><segment state="translated"><source>a</source><target>b</target></segment>`:                            {Source: "a", Text: "b", State: exchange.Translated},
	} {
		units, err := exchange.Read(strings.NewReader(doc(inside)))
		if err != nil || len(units) != 1 {
			t.Errorf("%s: %v %v", inside, units, err)
			continue
		}
		want.Key = "web.yes"
		if diff := cmp.Diff(want, units[0], cmpopts.IgnoreFields(exchange.Unit{}, "Line")); diff != "" {
			t.Errorf("%s: %s", inside, diff)
		}
	}
}

// endless gives spaces without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestHostileFilesAreRefused(t *testing.T) {
	bomb := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">` + `<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>` + doc(`<segment><source>&b;</source></segment>`)
	for name, c := range map[string]struct{ file, want string }{
		"entity bomb":        {bomb, "a document type is not taken"},
		"outside entity":     {`<!DOCTYPE x SYSTEM "file:///etc/passwd">` + doc(""), "a document type is not taken"},
		"unknown entity":     {doc(`<segment><source>&x;</source></segment>`), "not XML: invalid character entity &x;"},
		"nested too deep":    {doc(strings.Repeat("<a>", 40)), "elements nest too deep"},
		"cut off":            {`<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0"><file>`, "not XML: unexpected EOF"},
		"not XLIFF":          {`<html/>`, "want XLIFF 2"},
		"XLIFF 1.2":          {`<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"/>`, "want XLIFF 2"},
		"no name":            {strings.Replace(doc(""), ` name="web.yes"`, "", 1), "has no name"},
		"nameless ph":        {doc(`<segment><source><ph id="1"/></source></segment>`), "web.yes: a <ph> says neither"},
		"bad code point":     {doc(`<segment><source><cp hex="zz"/></source></segment>`), "want a code point"},
		"no elements":        {`<?xml version="1.0"?>`, "there is no <xliff>"},
		"empty":              {"", "the file is empty"},
		"other table":        {"a,b\n1,2\n", `there is no column "key"`},
		"unknown state":      {"key,source,text,state\nweb.yes,はい,예,done\n", `line 2: web.yes: state "done"`},
		"broken quotes":      {"key,source,text,state\n\"web.yes,はい\n", "not CSV"},
		"Shift_JIS":          {"key,source,text,state\nweb.yes,\x82\xcd\x82\xa2,x,new\n", "not UTF-8"},
		"XLIFF in Shift_JIS": {"<xliff>\x82\xcd", "not UTF-8"},
	} {
		_, err := exchange.Read(strings.NewReader(c.file))
		var refused *exchange.Refused
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	_, err := exchange.Read(endless{})
	if err == nil || err.Error() != fmt.Sprintf("the file has more than %d MB", exchange.LargestFile>>20) {
		t.Errorf("endless: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(doc(`<segment><source>a<ph id="1" equiv="n"/></source><target>b</target></segment>`)))
	f.Add([]byte("\ufeffkey,source,english,text,state\nweb.yes,はい,Yes,예,stale\n"))
	f.Add([]byte(`<xliff><data/><ph/><target/>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		units, err := exchange.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		_, _ = exchange.Compare(sources(), "ko", units, korean().Translation)
	})
}

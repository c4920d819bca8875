package i18n_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
)

func small(t *testing.T) *i18n.Catalog {
	t.Helper()
	c, err := i18n.Load(fstest.MapFS{
		"ja/a.yaml":      {Data: []byte("a.hello: こんにちは、{name}さん\na.bye: さようなら\n")},
		"ja-easy/a.yaml": {Data: []byte("a.bye: {text: またね}\n")},
		"en/a.yaml":      {Data: []byte("a.hello: {text: 'Hello, {name}'}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAMunicipalitysWordsStandInPlaceOfTheProgramsInTheirLanguageOnly(t *testing.T) {
	program := small(t)
	own := program.Reworded([]i18n.Wording{
		{Key: "a.hello", Lang: i18n.Japanese, Text: "{name}さん、ようこそ"},
		{Key: "a.bye", Lang: i18n.English, Text: "See you"},
		{Key: "flow.f.s.ask", Lang: i18n.Japanese, Text: "お名前は"},
	})
	name := i18n.Arg{Name: "name", Value: "花子"}
	got := map[string]string{
		"ja":      own.Text("a.hello").In(i18n.Japanese, name),
		"ja-easy": own.Text("a.hello").In(i18n.EasyJapanese, name), // falls back to the new Japanese
		"en":      own.Text("a.hello").In(i18n.English, name),
		"bye en":  own.Text("a.bye").In(i18n.English),
		"bye ja":  own.Text("a.bye").In(i18n.Japanese),
		"flow":    own.Bind("flow.f.s.ask", "どなたですか").In(i18n.Japanese),
		"program": program.Text("a.hello").In(i18n.Japanese, name),
		"bye was": program.Text("a.bye").In(i18n.English),
	}
	if diff := cmp.Diff(map[string]string{
		"ja": "花子さん、ようこそ", "ja-easy": "花子さん、ようこそ", "en": "Hello, 花子", "bye en": "See you", "bye ja": "さようなら",
		"flow": "お名前は", "program": "こんにちは、花子さん", "bye was": "またね",
	}, got); diff != "" {
		t.Error(diff)
	}
	if own.Text("a.bye").Has(i18n.English) != true || program.Text("a.bye").Has(i18n.English) {
		t.Error("which languages a text has")
	}
}

func TestWordsThatNoLongerFitTheTextArePassedOver(t *testing.T) {
	program := small(t)
	own := program.Reworded([]i18n.Wording{
		{Key: "a.hello", Lang: i18n.Japanese, Text: "ようこそ"},
		{Key: "a.bye", Lang: i18n.Japanese, Text: "さようなら {"},
		{Key: "a.gone", Lang: i18n.Japanese, Text: "もうない文"},
	})
	for _, key := range []string{"a.hello", "a.bye"} {
		if own.Text(key).In(i18n.Japanese) != program.Text(key).In(i18n.Japanese) {
			t.Errorf("%s reads %q", key, own.Text(key).In(i18n.Japanese))
		}
	}
}

func TestWordsAreHeldAgainstThePlaceholdersOfTheText(t *testing.T) {
	hello := small(t).Text("a.hello")
	var names *i18n.PlaceholderError
	var syntax *i18n.SyntaxError
	if err := hello.Fits(i18n.Japanese, "{nmae}さん"); !errors.As(err, &names) || names.Unknown[0] != "nmae" || names.Missing[0] != "name" {
		t.Errorf("another name: %v", err)
	}
	if err := hello.Fits(i18n.Japanese, "{name"); !errors.As(err, &syntax) {
		t.Errorf("half a brace: %v", err)
	}
	if err := hello.Fits(i18n.English, "Hi {name}, {name}"); err != nil {
		t.Errorf("twice the name: %v", err)
	}
	if got := i18n.Unread("[漢字|かんじ]と文字"); got != "と文字" {
		t.Errorf("without reading: %q", got)
	}
}

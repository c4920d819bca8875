package i18n_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

func compile(t testing.TB, lang i18n.Lang, src string) *i18n.Template {
	t.Helper()
	tmpl, err := i18n.Compile(lang, src)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func TestFormat(t *testing.T) {
	visit := civil.DateTime{Date: civil.Date{Year: 2026, Month: 12, Day: 1}, Clock: 13*60 + 30}
	counter := i18n.Builtin().Bind("none.such", "[窓口|まどぐち]")
	for _, c := range []struct {
		name string
		lang i18n.Lang
		src  string
		args []i18n.Arg
		want string
	}{
		{"no placeholder", "ja", "ご予約を承りました。", nil, "ご予約を承りました。"},
		{"empty", "ja", "", nil, ""},
		{"string and int", "ja", "受付番号は{receipt}、キーは{key}です。",
			[]i18n.Arg{{"receipt", 5}, {"key", "ABCDE-23456"}}, "受付番号は5、キーはABCDE-23456です。"},
		{"argument missing", "ja", "[{name}]", nil, "[]"},
		{"argument nil text", "ja", "{t}。", []i18n.Arg{{"t", (*i18n.Text)(nil)}}, "。"},
		{"spaces in the braces", "en", "Hello { name }!", []i18n.Arg{{"name", "Linh"}}, "Hello Linh!"},
		{"name with dots", "en", "{visit.counter}", []i18n.Arg{{"visit.counter", "Main"}}, "Main"},
		{"braces in a value are data", "en", "Hello {name}", []i18n.Arg{{"name", "{key}"}, {"key", "x"}}, "Hello {key}"},
		{"apostrophes", "en", "I don't, it''s '{so}', o'clock", nil, "I don't, it's {so}, o'clock"},
		{"apostrophe at the end", "en", "residents'", nil, "residents'"},
		{"doubled within quotes", "en", "'{it''s}'", nil, "{it's}"},
		{"date and time", "en", "See you on {visit}.", []i18n.Arg{{"visit", visit}},
			"See you on Tuesday, 1 December 2026 (Reiwa 8), 1:30 p.m."},
		{"time in the middle", "en", "At {c}, please.", []i18n.Arg{{"c", visit.Clock}}, "At 1:30 p.m., please."},
		{"full stop after a word", "en", "{a}.", []i18n.Arg{{"a", "etc."}}, "etc.."},
		{"date", "ja", "{d}まで", []i18n.Arg{{"d", visit.Date}}, "2026年12月1日（令和8年）火曜日まで"},
		{"time", "ja", "{c}から", []i18n.Arg{{"c", visit.Clock}}, "午後1時30分から"},
		{"list of three", "en", "{l}", []i18n.Arg{{"l", []string{"a", "b", "c"}}}, "a, b and c"},
		{"list of one", "en", "{l}", []i18n.Arg{{"l", []string{"a"}}}, "a"},
		{"list in Japanese", "ja", "{l}", []i18n.Arg{{"l", []string{"印鑑", "通帳"}}}, "印鑑、通帳"},
		{"another text", "ja", "{t}へ", []i18n.Arg{{"t", counter}}, "[窓口|まどぐち]へ"},
		{"markup", "ja", "{t}へ", []i18n.Arg{{"t", i18n.Markup("[窓口|まどぐち]")}}, "[窓口|まどぐち]へ"},
		{"other kinds of value", "ja", "{x}", []i18n.Arg{{"x", int64(7)}}, "7"},

		{"plural one", "en", "{n, plural, one {# place} other {# places}} left", []i18n.Arg{{"n", 1}}, "1 place left"},
		{"plural other", "en", "{n, plural, one {# place} other {# places}} left", []i18n.Arg{{"n", 2}}, "2 places left"},
		{"plural exact", "en", "{n, plural, =0 {no place} one {# place} other {# places}} left", []i18n.Arg{{"n", 0}}, "no place left"},
		{"plural by digits", "en", "{n,plural,one{# place}other{# places}}", []i18n.Arg{{"n", "1"}}, "1 place"},
		{"plural without number", "en", "{n, plural, one {# place} other {places}}", []i18n.Arg{{"n", "x"}}, "places"},
		{"other need not be last", "en", "{n, plural, other {many} one {one}}", []i18n.Arg{{"n", 1}}, "one"},
		{"# outside a plural", "en", "# {n}", []i18n.Arg{{"n", 1}}, "# 1"},
		{"quoted #", "en", "{n, plural, other {'#'#}}", []i18n.Arg{{"n", 3}}, "#3"},
		{"select", "en", "{who, select, self {your card} other {their card}}", []i18n.Arg{{"who", "self"}}, "your card"},
		{"select other", "en", "{who, select, self {your card} other {their card}}", []i18n.Arg{{"who", "agent"}}, "their card"},
		{"nested", "en", "{who, select, self {{n, plural, one {# day} other {# days}} for {name}} other {}}",
			[]i18n.Arg{{"who", "self"}, {"n", 3}, {"name", "Linh"}}, "3 days for Linh"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := compile(t, c.lang, c.src).Format(c.args...); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestPlaceholders(t *testing.T) {
	tmpl := compile(t, "en", "{a} {n, plural, one {{b} {a}} other {#}} {who, select, other {{c}}}")
	if diff := cmp.Diff([]string{"a", "n", "b", "who", "c"}, tmpl.Placeholders()); diff != "" {
		t.Error(diff)
	}
}

func TestCompileRefuses(t *testing.T) {
	for src, offset := range map[string]int{
		"{":                                      1,
		"a}":                                     1,
		"{}":                                     1,
		"{a b}":                                  3,
		"{a":                                     2,
		"{n, date}":                              8,
		"{n, plural}":                            10,
		"{n, plural, }":                          13,
		"{n, plural, one {x}}":                   20,
		"{n, plural, some {x} other {y}}":        16,
		"{n, plural, =x {x} other {y}}":          14,
		"{n, plural, one {x} one {y} other {}}":  27,
		"{n, plural, other {x}":                  21,
		"{n, plural, other x}":                   18,
		"{n, select, other {x":                   20,
		strings.Repeat("{n, select, other {", 9): 87,
	} {
		_, err := i18n.Compile("en", src)
		var fault *i18n.SyntaxError
		if !errors.As(err, &fault) {
			t.Errorf("%q: error %v, want a SyntaxError", src, err)
			continue
		}
		if fault.Offset != offset || fault.Error() == "" {
			t.Errorf("%q: fault at %d, want %d: %v", src, fault.Offset, offset, err)
		}
	}
}

// The categories are those of CLDR for whole numbers.
func TestPluralOfEachLanguage(t *testing.T) {
	const src = "{n, plural, zero {zero} one {one} two {two} few {few} many {many} other {other}}"
	for _, c := range []struct {
		lang i18n.Lang
		n    map[int]string
	}{
		{"ja", map[int]string{0: "other", 1: "other", 2: "other"}},
		{"ja-easy", map[int]string{0: "other", 1: "other", 2: "other"}},
		{"en", map[int]string{0: "other", 1: "one", 2: "other", 21: "other", -1: "one"}},
		{"pt-BR", map[int]string{0: "one", 1: "one", 2: "other"}},
		{"es", map[int]string{0: "other", 1: "one", 2: "other"}},
		{"vi", map[int]string{0: "other", 1: "other"}},
		{"ne", map[int]string{0: "other", 1: "one", 2: "other"}},
		{"fil", map[int]string{1: "one", 3: "one", 4: "other", 5: "one", 14: "other"}},
		{"id", map[int]string{0: "other", 1: "other"}},
		{"zh-Hans", map[int]string{0: "other", 1: "other"}},
		{"ko", map[int]string{0: "other", 1: "other"}},
	} {
		tmpl := compile(t, c.lang, src)
		for n, want := range c.n {
			if got := tmpl.Format(i18n.Arg{Name: "n", Value: n}); got != want {
				t.Errorf("%s %d: %s, want %s", c.lang, n, got, want)
			}
		}
	}
}

// Whatever people write, it comes out of a text as it went in, and what stands
// around it keeps its furigana.
func TestValuesAreNeverMarkup(t *testing.T) {
	tmpl := compile(t, "ja", "[氏名|しめい]は{a}{b}、{l}です。")
	part := rapid.StringOfN(rapid.SampledFrom([]rune("[]|{}'漢か\u2060\u2061\n#")), 0, 8, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := part.Draw(t, "a"), part.Draw(t, "b"), part.Draw(t, "c")
		out := tmpl.Format(i18n.Arg{Name: "a", Value: a}, i18n.Arg{Name: "b", Value: b},
			i18n.Arg{Name: "l", Value: []string{c, c}})
		if got, want := i18n.Plain(out), "氏名（しめい）は"+a+b+"、"+c+"、"+c+"です。"; got != want {
			t.Fatalf("got  %q\nwant %q", got, want)
		}
	})
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"{a}", "{n, plural, =0 {x} one {# '{'} other {{b}}}", "''{'", "{n,select,other{}}", "}", "{n, plural, other {#"} {
		f.Add(s, "v")
	}
	f.Fuzz(func(t *testing.T, src, value string) {
		tmpl, err := i18n.Compile("en", src)
		if err != nil {
			var fault *i18n.SyntaxError
			if !errors.As(err, &fault) || fault.Offset < 0 || fault.Offset > len(src) {
				t.Fatalf("error %v", err)
			}
			return
		}
		args := make([]i18n.Arg, 0)
		for _, name := range tmpl.Placeholders() {
			args = append(args, i18n.Arg{Name: name, Value: value})
		}
		tmpl.Format(args...)
		if !strings.ContainsAny(src, "{}'") && tmpl.Format() != src {
			t.Fatalf("a text without syntax changed: %q", tmpl.Format())
		}
	})
}

func TestFormatAllocatesLittle(t *testing.T) {
	for _, c := range []struct {
		src  string
		most float64
	}{
		{"ご予約を承りました。", 0},
		{"受付番号は{receipt}、アクセスキーは{key}です。", 1},
		{"{n, plural, one {# place} other {# places}} for {key}", 1},
	} {
		tmpl := compile(t, "en", c.src)
		args := []i18n.Arg{{Name: "receipt", Value: "5"}, {Name: "key", Value: "ABCDE-23456"}, {Name: "n", Value: 3}}
		var s string
		if n := testing.AllocsPerRun(100, func() { s = tmpl.Format(args...) }); n > c.most {
			t.Errorf("%q allocates %v times, want at most %v", c.src, n, c.most)
		}
		_ = s
	}
}

func BenchmarkFormat(b *testing.B) {
	args := []i18n.Arg{
		{Name: "receipt", Value: "5"}, {Name: "key", Value: "ABCDE-23456"}, {Name: "n", Value: 3},
		{Name: "visit", Value: civil.DateTime{Date: civil.Date{Year: 2026, Month: 12, Day: 1}, Clock: 810}},
	}
	for name, src := range map[string]string{
		"plain":  "ご予約を承りました。",
		"values": "ご予約を承りました。受付番号は{receipt}、アクセスキーは{key}です。",
		"plural": "{n, plural, one {# place} other {# places}} left",
		"date":   "ご予約は{visit}です。",
	} {
		tmpl := compile(b, "ja", src)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = tmpl.Format(args...)
			}
		})
	}
}

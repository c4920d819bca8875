package i18n_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
)

var (
	update  = flag.Bool("update", false, "add missing keys to the files under catalogs, to be translated")
	restamp = flag.Bool("restamp", false, "as -update, and stamp all translations as up to date")
)

// folder makes a catalog's files of path → content.
func folder(files map[string]string) fs.FS {
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return fsys
}

func load(t testing.TB, files map[string]string) *i18n.Catalog {
	t.Helper()
	c, err := i18n.Load(folder(files))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// stamp writes a translation made from a Japanese source.
func stamp(source, text string) string {
	return "{src: \"" + i18n.Hash(source) + "\", text: \"" + text + "\"}\n"
}

func TestTextFallsBack(t *testing.T) {
	c := load(t, map[string]string{
		"ja/a.yaml":      "hello: こんにちは\ntime: 時間\nkey: 番号は{key}\n",
		"ja-easy/a.yaml": "time: " + stamp("時間", "[時間|じかん]"),
		"en/a.yaml":      "hello: " + stamp("こんにちは", "Hello") + "key: " + stamp("番号は{key}", "Your number is {clé}"),
		"vi/a.yaml":      "hello: " + stamp("やあ", "Xin chào"), // stale
	})
	if diff := cmp.Diff([]i18n.Lang{"ja", "ja-easy", "en", "vi"}, c.Languages()); diff != "" {
		t.Error(diff)
	}
	for _, want := range []struct {
		key  string
		lang i18n.Lang
		text string
		has  bool
	}{
		{"hello", "ja", "こんにちは", true},
		{"hello", "en", "Hello", true},
		{"hello", "en-US", "Hello", false},
		{"hello", "ja-easy", "こんにちは", false},
		{"hello", "vi", "Xin chào", true}, // stale, but it says the same values
		{"time", "en", "[時間|じかん]", false},
		{"time", "ko", "[時間|じかん]", false},
		{"time", "", "[時間|じかん]", false},
		{"time", "ja", "時間", true},
		{"key", "en", "番号は7", false}, // its placeholder differs
	} {
		text := c.Text(want.key)
		if got := text.In(want.lang, i18n.Arg{Name: "key", Value: 7}); got != want.text {
			t.Errorf("%s in %s: %q, want %q", want.key, want.lang, got, want.text)
		}
		if got := text.Has(want.lang); got != want.has {
			t.Errorf("%s has %s: %v", want.key, want.lang, got)
		}
	}
}

func TestFallbacks(t *testing.T) {
	for lang, want := range map[i18n.Lang][]i18n.Lang{
		"ja":         nil,
		"ja-easy":    {"ja"},
		"en":         {"ja-easy", "ja"},
		"zh-Hant-HK": {"zh-Hant", "zh", "ja-easy", "ja"},
	} {
		if diff := cmp.Diff(want, lang.Fallbacks()); diff != "" {
			t.Errorf("%s: %s", lang, diff)
		}
	}
}

func TestTextPanicsOnUnknownKey(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	i18n.Builtin().Text("no.such.key")
}

func TestBind(t *testing.T) {
	c := load(t, map[string]string{
		"ja/a.yaml":       "yes: はい\n",
		"en/pickup.yaml":  "pickup.done: " + stamp("番号は{n}", "No. {n}"),
		"en/another.yaml": "pickup.begins: {src: x, phrases: [card, pick up]}\n",
	})
	text := c.Bind("pickup.done", "番号は{n}")
	if diff := cmp.Diff(i18n.Source{Key: "pickup.done", Text: "番号は{n}"}, text.AsSource()); diff != "" {
		t.Error(diff)
	}
	for lang, want := range map[i18n.Lang]string{"ja": "番号は3", "en": "No. 3", "ja-easy": "番号は3"} {
		if got := text.In(lang, i18n.Arg{Name: "n", Value: 3}); got != want {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
	if got := c.Bind("pickup.broken", "番号は{").In("en"); got != "番号は{" {
		t.Errorf("a source that does not compile shows as %q", got)
	}
	begins := c.BindPhrases("pickup.begins", []string{"カード"})
	for lang, want := range map[i18n.Lang][]string{"ja": {"カード"}, "ja-easy": {"カード"}, "en": {"card", "pick up"}, "vi": nil} {
		if diff := cmp.Diff(want, begins.In(lang)); diff != "" {
			t.Errorf("%s: %s", lang, diff)
		}
	}
}

func TestTextOutsideACatalogShowsItsSource(t *testing.T) {
	text := &i18n.Text{Key: "x", Source: "はい"}
	if got := text.In("en"); got != "はい" || text.Has("ja") {
		t.Errorf("got %q", got)
	}
}

func TestBindingOnManyGoroutines(t *testing.T) {
	c := load(t, map[string]string{"ja/a.yaml": "yes: はい\n", "en/a.yaml": "x: " + stamp("え", "x")})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 100 {
				if got := c.Bind("x", "え").In("en"); got != "x" {
					t.Error(got)
				}
				c.Report()
				c.Text("yes").In("en")
			}
		})
	}
	wait.Wait()
}

func TestListsOfPhrases(t *testing.T) {
	c := load(t, map[string]string{
		"ja/a.yaml":      "stop: [やめる, 中止]\n",
		"en/a.yaml":      "stop: {src: x, phrases: [stop, cancel, no, 1]}\n",
		"ja-easy/a.yaml": "",
	})
	for _, issue := range c.Report() {
		if issue.Lang == i18n.EasyJapanese {
			t.Errorf("やさしい日本語 has the phrases of Japanese: %v", issue)
		}
	}
	for lang, want := range map[i18n.Lang][]string{"ja": {"やめる", "中止"}, "ja-easy": {"やめる", "中止"}, "en": {"stop", "cancel", "no", "1"}, "vi": nil} {
		if diff := cmp.Diff(want, c.Phrases("stop").In(lang)); diff != "" {
			t.Errorf("%s: %s", lang, diff)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no YAML":               {map[string]string{"ja/a.yaml": "a: [\n"}, "ja/a.yaml: yaml"},
		"no mapping":            {map[string]string{"ja/a.yaml": "- a\n"}, "ja/a.yaml:1: want a mapping"},
		"key twice":             {map[string]string{"ja/a.yaml": "a: {b: x}\n", "ja/b.yaml": "c: y\na.b: z\n"}, "ja/b.yaml:2: a.b is there already, at ja/a.yaml:1"},
		"broken Japanese":       {map[string]string{"ja/a.yaml": "\na: 番号は{\n"}, "ja/a.yaml:2: a: text"},
		"alias":                 {map[string]string{"en/a.yaml": "a: &x Hello\nb: *x\n"}, "en/a.yaml:2: b: want a text"},
		"unknown part":          {map[string]string{"en/a.yaml": "a:\n  src: x\n  txt: Hello\n"}, `en/a.yaml:3: a: unknown "txt"`},
		"list as text":          {map[string]string{"en/a.yaml": "a:\n  src: x\n  text: [Hello]\n"}, "en/a.yaml:3: a: text is a string"},
		"mapping among phrases": {map[string]string{"ja/a.yaml": "a:\n - {b: c}\n"}, "ja/a.yaml:2: a: want a list of strings"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := i18n.Load(folder(c.files))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

func TestOtherFoldersAreLeftAlone(t *testing.T) {
	c := load(t, map[string]string{"ja/a.yaml": "a: x\n", "README/a.yaml": "- no\n", "ja/notes.txt": "no", "notes.yaml": "- no"})
	if diff := cmp.Diff([]i18n.Lang{"ja"}, c.Languages()); diff != "" {
		t.Error(diff)
	}
}

func TestWithAddsAndReplaces(t *testing.T) {
	base := load(t, map[string]string{"ja/a.yaml": "a: 市役所\nb: 窓口\n"})
	more, err := base.With(folder(map[string]string{
		"ja/own.yaml": "a: 区役所\n",
		"ko/a.yaml":   "b: " + stamp("窓口", "창구"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got := more.Text("a").In("ja") + more.Text("b").In("ko"); got != "区役所창구" {
		t.Error(got)
	}
	if got := base.Text("a").In("ja") + base.Text("b").In("ko"); got != "市役所窓口" {
		t.Errorf("the base changed: %s", got)
	}
}

func TestReport(t *testing.T) {
	c := load(t, map[string]string{
		"ja/a.yaml": "fine: はい\nbare: 裸\nmissing: いいえ\nstale: 今の文\nplaces: 「{key}」\nsyntax: 文\nstop: [やめる]\nempty: 空\n",
		"en/a.yaml": strings.Join([]string{
			"fine: " + stamp("はい", "Yes"),
			"stale: " + stamp("昔の文", "Old"),
			"places: " + stamp("「{key}」", "{clé}"),
			"syntax: " + stamp("文", "{"),
			"stop: " + stamp("やめる", "stop"),
			"empty: " + stamp("空", ""),
			"dead: " + stamp("無い", "Dead"),
			"bare: Bare\n",
		}, ""),
		"en/flow.yaml": "flow.ask: " + stamp("どなたですか。", "Who?") + "flow.gone: " + stamp("無い", "Gone"),
	})
	type line struct {
		Kind i18n.IssueKind
		Key  string
		File string
		Line int
	}
	lines := func(issues []i18n.Issue) (got []line) {
		for _, i := range issues {
			got = append(got, line{i.Kind, i.Key, i.File, i.Line})
		}
		return got
	}
	want := []line{
		{i18n.Missing, "empty", "", 0},
		{i18n.Missing, "missing", "", 0},
		{i18n.Stale, "stale", "en/a.yaml", 2},
		{i18n.Broken, "places", "en/a.yaml", 3},
		{i18n.Broken, "syntax", "en/a.yaml", 4},
		{i18n.Broken, "stop", "en/a.yaml", 5},
		{i18n.Unknown, "dead", "en/a.yaml", 7},
		{i18n.Stale, "bare", "en/a.yaml", 8},
	}
	if diff := cmp.Diff(want, lines(c.Report())); diff != "" {
		t.Error(diff)
	}
	// With the sources of the flows, their dead keys show too.
	want = append(want, line{i18n.Unknown, "flow.gone", "en/flow.yaml", 2})
	if diff := cmp.Diff(want, lines(c.Report(c.Bind("flow.ask", "どなたですか。").AsSource()))); diff != "" {
		t.Error(diff)
	}
	for _, issue := range c.Report() {
		if s := issue.String(); !strings.Contains(s, issue.Key) || issue.Detail == "" {
			t.Errorf("unclear: %s", s)
		}
	}
}

func TestCoverage(t *testing.T) {
	c := load(t, map[string]string{
		"ja/a.yaml": "yes: はい\nno: いいえ\nplaces: 「{key}」\nstop: [やめる]\n",
		"ja-easy/a.yaml": "yes: " + stamp("はい", "はい") + "no: " + stamp("いいえ", "いいえ") +
			"places: " + stamp("「{key}」", "「{key}」"),
		"en/a.yaml": "yes: " + stamp("ええ", "Yes") + "places: " + stamp("「{key}」", "{clé}") + "no: " + stamp("いいえ", ""),
		"ko/a.yaml": "",
	})
	flow := i18n.Source{Key: "flow.ask", Text: "どなたですか。"}
	var got []string
	var whole []i18n.Lang
	for _, n := range c.Coverage() {
		got = append(got, n.String())
		if n.Whole() {
			whole = append(whole, n.Lang)
		}
	}
	if diff := cmp.Diff([]string{"ja 4/4", "ja-easy 4/4", "en 1/4, 1 stale, 1 broken", "ko 0/4"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]i18n.Lang{"ja", "ja-easy"}, whole); diff != "" {
		t.Error(diff)
	}
	// A text outside the catalogs that one language lacks makes it incomplete.
	if n := c.Coverage(flow)[1]; n.Whole() || n.String() != "ja-easy 4/5" {
		t.Error(n)
	}
}

func TestReportOnPlurals(t *testing.T) {
	places := "{n}席"
	c := load(t, map[string]string{
		"ja/a.yaml": "places: \"" + places + "\"\n",
		"en/a.yaml": "places: " + stamp(places, "{n, plural, one {# place} other {# places}}"),
		"es/a.yaml": "places: " + stamp(places, "{n, plural, other {# plazas}}"),
		"ko/a.yaml": "places: " + stamp(places, "{n, plural, one {#석} other {#석}}"),
	})
	var got []string
	for _, issue := range c.Report() {
		got = append(got, string(issue.Kind)+" "+string(issue.Lang)+" "+issue.Detail)
	}
	want := []string{"plural es {n, plural}: one is missing", "plural ko {n, plural}: the language has no one"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReportOnEasyJapanese(t *testing.T) {
	long := strings.Repeat("あ", 61)
	c := load(t, map[string]string{
		"ja/a.yaml": "a: 文\nb: 文\nc: 文\nd: 文\ne: 文{n}\n",
		"ja-easy/a.yaml": "a: " + stamp("文", "[文|ぶん]です。[文|ぶん]") +
			"b: " + stamp("文", "文です") +
			"c: " + stamp("文", "[文|bun]です") +
			"d: " + stamp("文", long+"。"+long[:len(long)-3]) +
			"e: " + stamp("文{n}", "{n, plural, other {#枚}}"),
	})
	var got []string
	for _, issue := range c.Report() {
		got = append(got, string(issue.Kind)+" "+issue.Key)
	}
	if diff := cmp.Diff([]string{"furigana b", "furigana c", "long d", "furigana e"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestScaffold(t *testing.T) {
	files := map[string]string{
		"ja/a.yaml": "a: はい\nb: |\n  一行目\n  二行目\nc: [やめる, 中止]\nd: 今の文\n",
		"en/a.yaml": "d: " + stamp("昔の文", "Old: yes # no") + "a: " + stamp("はい", "Yes"),
	}
	c := load(t, files)
	content, err := c.Scaffold("en", c.Sources("a"))
	if err != nil {
		t.Fatal(err)
	}
	want := `a:
  # はい
  src: ` + i18n.Hash("はい") + `
  text: Yes
b:
  # 一行目
  # 二行目
  src: ` + i18n.Hash("一行目\n二行目") + `
  text: ""
c:
  # やめる / 中止
  src: ` + i18n.Hash("やめる\n中止") + `
  phrases: []
d:
  # 今の文
  src: ` + i18n.Hash("昔の文") + `
  text: 'Old: yes # no'
`
	if diff := cmp.Diff(want, string(content)); diff != "" {
		t.Error(diff)
	}

	// What was written reads back with the same issues.
	files["en/a.yaml"] = string(content)
	again := load(t, files)
	kinds := func(c *i18n.Catalog) (kinds []i18n.IssueKind) {
		for _, issue := range c.Report() {
			kinds = append(kinds, issue.Kind)
		}
		return kinds
	}
	if diff := cmp.Diff([]i18n.IssueKind{i18n.Missing, i18n.Missing, i18n.Stale}, kinds(again)); diff != "" {
		t.Error(diff)
	}
	content, err = again.Restamp("en", again.Sources("a"))
	if err != nil {
		t.Fatal(err)
	}
	files["en/a.yaml"] = string(content)
	if diff := cmp.Diff([]i18n.IssueKind{i18n.Missing, i18n.Missing}, kinds(load(t, files))); diff != "" {
		t.Error(diff)
	}
	if _, err := c.Scaffold("ja", nil); err == nil {
		t.Error("Scaffold writes over the source")
	}
}

// The catalogs that ship are sound, whatever files there are, and those every
// other language falls back to are complete and up to date. A language on its
// way is not offered until it is whole; "flow check" tells how far it is. With
// -update or -restamp the test writes the files anew instead.
func TestBuiltinCatalogs(t *testing.T) {
	c := i18n.Builtin()
	if *update || *restamp {
		scaffoldAll(t, c)
		t.Fatal("the files are written; run again without -update")
	}
	for _, key := range c.Sources("") {
		if key.Text == "" && len(key.Phrases) == 0 {
			t.Errorf("ja: %s is empty", key.Key)
		}
	}
	for _, issue := range c.Report() {
		base := issue.Lang == i18n.EasyJapanese || issue.Lang == i18n.English
		if issue.Kind == i18n.LongSentence || issue.Kind.Warning() && !base {
			t.Logf("warning: %v", issue)
			continue
		}
		t.Error(issue)
	}
}

// scaffoldAll completes every file of every language that has its Japanese in
// catalogs/ja.
func scaffoldAll(t *testing.T, c *i18n.Catalog) {
	names, err := filepath.Glob("catalogs/ja/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		name = strings.TrimSuffix(filepath.Base(name), ".yaml")
		for _, lang := range c.Languages()[1:] {
			write := c.Scaffold
			if *restamp {
				write = c.Restamp
			}
			content, err := write(lang, c.Sources(name))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join("catalogs", string(lang), name+".yaml"), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("a: x\nb: {c: y}\n", "a: {src: x, text: y}\nb.c: {src: z, phrases: [1, ~]}\n")
	f.Add("a: &x {b: *x}\n", "a: {text: {src: x}}\n? [a]\n: b\n")
	f.Fuzz(func(t *testing.T, japanese, english string) {
		c, err := i18n.Load(folder(map[string]string{"ja/a.yaml": japanese, "en/a.yaml": english}))
		if err != nil {
			return
		}
		c.Report()
		for _, source := range c.Sources("") {
			if source.Phrases == nil && source.Text != "" {
				c.Text(source.Key).In("en")
			}
		}
		content, err := c.Scaffold("en", c.Sources(""))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i18n.Load(folder(map[string]string{"en/a.yaml": string(content)})); err != nil {
			t.Fatalf("Scaffold wrote what Load refuses: %v\n%s", err, content)
		}
	})
}

func BenchmarkIn(b *testing.B) {
	text := i18n.Builtin().Text("common.yes")
	b.ReportAllocs()
	for b.Loop() {
		_ = text.In("en")
	}
}

func BenchmarkBind(b *testing.B) {
	c := i18n.Builtin()
	b.ReportAllocs()
	for b.Loop() {
		_ = c.Bind("common.yes", "受付番号は{receipt}です。")
	}
}

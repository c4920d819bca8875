package understand_test

import (
	"bufio"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/bot/understand"
	"madoguchi/flows"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

var verbose = flag.Bool("misses", false, "name every phrase that is not understood as expected")

// phrase is a line of testdata/phrases: what a resident writes, and what is to
// be made of it. Nothing ("null") is right where a person would ask back.
type phrase struct {
	lang i18n.Lang
	kind string
	now  civil.DateTime
	text string
	want string
}

func readPhrases(t *testing.T, path string) []phrase {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []phrase
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		parts := strings.Split(lines.Text(), "\t")
		if len(parts) != 5 {
			t.Fatalf("%s:%d: want lang, type, now, phrase and value", path, n)
		}
		now, err := time.Parse(time.RFC3339, parts[2])
		if err != nil {
			t.Fatalf("%s:%d: %v", path, n, err)
		}
		out = append(out, phrase{i18n.Lang(parts[0]), parts[1], civil.In(now), parts[3], parts[4]})
	}
	return out
}

// shelf is the built-in procedures and answers with the phrases of
// testdata/begins, which are those of the catalogs for the languages that have
// none yet.
func shelf(t testing.TB) *bot.Shelf {
	t.Helper()
	cat := i18n.Builtin()
	files, err := filepath.Glob("testdata/begins/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no phrases to begin with: %v", err)
	}
	for _, file := range files {
		lang := i18n.Lang(strings.TrimSuffix(filepath.Base(file), ".yaml"))
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var begins map[string][]string
		if err := yaml.Unmarshal(b, &begins); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var list []i18n.Translation
		for key, phrases := range begins {
			if _, there := cat.Translation(lang, key); !there {
				list = append(list, i18n.Translation{Key: key, Phrases: phrases})
			}
		}
		cat = cat.Translated(lang, list)
	}
	current := map[string]*flows.Flow{}
	for _, name := range procedures.Order {
		f, err := procedures.Compile(name, procedures.Files(), action.Vocabulary(), cat)
		if err != nil {
			t.Fatal(err)
		}
		current[name] = f
	}
	answers, err := procedures.FAQ(cat)
	if err != nil {
		t.Fatal(err)
	}
	return bot.NewShelf(current, procedures.Order, answers, procedures.Said)
}

// understood is the value that would be acted on, "null" if there is none.
func understood(s *bot.Shelf, p phrase) string {
	c := understand.Context{Lang: p.lang, Now: p.now}
	text, _ := understand.Clean(p.text, 5000)
	v := ""
	if p.kind == "intent" {
		v, _ = s.Intent(c, text)
	} else {
		v, _ = understand.Value(c, understand.Field{Type: p.kind}, text).Value()
	}
	if v == "" {
		return "null"
	}
	return v
}

// What is asked of understanding: the share of phrases understood as a person
// would, and the share taken for something else without asking.
const (
	leastRight = 0.97
	leastKept  = 0.9
	mostWrong  = 0.005
)

func TestPhrases(t *testing.T) { judge(t, "testdata/phrases/*.tsv", leastRight) }

// The phrases under kept were written when the words of the languages were done.
// They are few, so a miss counts for much.
func TestPhrasesKept(t *testing.T) { judge(t, "testdata/phrases/kept/*.tsv", leastKept) }

// mostElsewhere is the share of matters of another office (a passport, a library,
// small talk) that may be taken for one of ours. Who lost a credit card is told
// about the My Number card: words alone do not tell more.
const mostElsewhere = 0.1

func TestMattersOfOthers(t *testing.T) {
	files, err := filepath.Glob("testdata/phrases/elsewhere/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatalf("no phrases: %v", err)
	}
	s := shelf(t)
	all, taken := 0, 0
	for _, file := range files {
		for _, p := range readPhrases(t, file) {
			all++
			if got := understood(s, p); got != p.want {
				taken++
				t.Logf("%s %q: taken for %s", p.lang, p.text, got)
			}
		}
	}
	if share := float64(taken) / float64(all); share > mostElsewhere {
		t.Errorf("%d of %d matters of others are taken for ours, want %.0f %% at most", taken, all, 100*mostElsewhere)
	}
}

// The sentences under fresh were written before the words of their language were
// touched: long, with a story, as somebody writes who has never seen the bot. What
// is asked is the share understood at once, the share understood or offered among
// three ("did you mean"), and the share taken for something else.
func TestPhrasesFresh(t *testing.T) { meet(t, "testdata/phrases/fresh/*.tsv", 0.85, 0.97, 0.015) }

// The phrases under unseen were written by somebody who knew neither the flows'
// phrases nor the rules, and no rule was made to fit them since: they say what
// residents meet. A question's answer in place of the procedure it is about (what
// to bring to fetch a card) counts as taken for something else here.
func TestPhrasesUnseen(t *testing.T) {
	meet(t, "testdata/phrases/unseen/*.tsv", leastRight-0.01, leastRight, mostWrong)
}

// The phrases under apart are as those under unseen, by another hand: nobody who
// mends the rules reads them. Only the table is printed.
func TestPhrasesApart(t *testing.T) {
	meet(t, "testdata/phrases/apart/*.tsv", leastRight-0.03, leastRight-0.01, 2*mostWrong)
}

func meet(t *testing.T, glob string, leastRight, leastOffered, mostWrong float64) {
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no phrases: %v", err)
	}
	s := shelf(t)
	var table strings.Builder
	var right, offered, nothing, wrong, all int
	for _, file := range files {
		var r, o, n, w int
		for _, p := range readPhrases(t, file) {
			got := understood(s, p)
			c := understand.Context{Lang: p.lang, Now: p.now}
			list := s.Offered(c, p.text)
			switch {
			case got == p.want:
				r++
			case got != "null":
				w++
				t.Logf("%s %q: taken for %s, meant %s", p.lang, p.text, got, p.want)
			case slices.Contains(list, p.want):
				o++
				if *verbose {
					t.Logf("%s %q: offered %v, meant %s", p.lang, p.text, list, p.want)
				}
			default:
				n++
				if *verbose {
					t.Logf("%s %q: not understood, offered %v, meant %s", p.lang, p.text, list, p.want)
				}
			}
		}
		fmt.Fprintf(&table, "\n%-8s right %d offered %d nothing %d wrong %d", strings.TrimSuffix(filepath.Base(file), ".tsv"), r, o, n, w)
		right, offered, nothing, wrong, all = right+r, offered+o, nothing+n, wrong+w, all+r+o+n+w
	}
	t.Logf("%s\nof %d: right %d, offered %d, nothing %d, wrong %d", table.String(), all, right, offered, nothing, wrong)
	share := func(n int) float64 { return float64(n) / float64(all) }
	if share(right) < leastRight || share(right+offered) < leastOffered || share(wrong) > mostWrong {
		t.Errorf("want %.0f %% right, %.0f %% right or offered, and %.1f %% wrong at most", 100*leastRight, 100*leastOffered, 100*mostWrong)
	}
}

// judge counts by language and type what is understood.
func judge(t *testing.T, pattern string, least float64) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) < 12 {
		t.Fatalf("%s: %d files, want one a language: %v", pattern, len(files), err)
	}
	s := shelf(t)
	type count struct{ right, wrong, all int }
	all, wrong := 0, 0
	var table strings.Builder
	for _, file := range files {
		byKind := map[string]*count{}
		var sum count
		for _, p := range readPhrases(t, file) {
			k := byKind[p.kind]
			if k == nil {
				k = &count{}
				byKind[p.kind] = k
			}
			k.all++
			sum.all++
			switch got := understood(s, p); {
			case got == p.want:
				k.right++
				sum.right++
			default:
				if got != "null" {
					k.wrong++
					sum.wrong++
					t.Logf("%s %s %q: taken for %s, meant %s", p.lang, p.kind, p.text, got, p.want)
				} else if *verbose {
					t.Logf("%s %s %q: not understood, meant %s", p.lang, p.kind, p.text, p.want)
				}
			}
		}
		share := float64(sum.right) / float64(sum.all)
		fmt.Fprintf(&table, "\n%-8s %5.1f%%", strings.TrimSuffix(filepath.Base(file), ".tsv"), 100*share)
		for _, kind := range slices.Sorted(maps.Keys(byKind)) {
			fmt.Fprintf(&table, "  %s %d/%d", kind, byKind[kind].right, byKind[kind].all)
		}
		if share < least {
			t.Errorf("%s: %.1f %% understood, want %.0f", file, 100*share, 100*least)
		}
		all += sum.all
		wrong += sum.wrong
	}
	t.Log(table.String())
	if share := float64(wrong) / float64(all); share > mostWrong {
		t.Errorf("%d of %d phrases are taken for something else: %.2f %%, want %.1f at most", wrong, all, 100*share, 100*mostWrong)
	}
}

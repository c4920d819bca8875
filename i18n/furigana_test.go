package i18n_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"madoguchi/i18n"
)

func TestFurigana(t *testing.T) {
	for _, c := range []struct {
		name, text, plain, bare, kana string
		ruby                          []i18n.Segment
	}{
		{"none", "こんにちは", "こんにちは", "こんにちは", "こんにちは", []i18n.Segment{{Text: "こんにちは"}}},
		{"empty", "", "", "", "", nil},
		{"in a sentence", "[市役所|しやくしょ]に[来|き]てください。",
			"市役所（しやくしょ）に来（き）てください。", "市役所に来てください。", "しやくしょにきてください。",
			[]i18n.Segment{{"市役所", "しやくしょ"}, {Text: "に"}, {"来", "き"}, {Text: "てください。"}}},
		{"side by side", "[本|ほん][人|にん]", "本（ほん）人（にん）", "本人", "ほんにん",
			[]i18n.Segment{{"本", "ほん"}, {"人", "にん"}}},
		{"brackets without a bar", "[1] と [a]", "[1] と [a]", "[1] と [a]", "[1] と [a]", []i18n.Segment{{Text: "[1] と [a]"}}},
		{"bar without brackets", "a|b", "a|b", "a|b", "a|b", []i18n.Segment{{Text: "a|b"}}},
		{"a part empty", "[|よ][漢|]", "[|よ][漢|]", "[|よ][漢|]", "[|よ][漢|]", []i18n.Segment{{Text: "[|よ][漢|]"}}},
		{"two bars", "[a|b|c]", "[a|b|c]", "[a|b|c]", "[a|b|c]", []i18n.Segment{{Text: "[a|b|c]"}}},
		{"not closed", "[漢|か", "[漢|か", "[漢|か", "[漢|か", []i18n.Segment{{Text: "[漢|か"}}},
		{"not across lines", "[漢|か\n]", "[漢|か\n]", "[漢|か\n]", "[漢|か\n]", []i18n.Segment{{Text: "[漢|か\n]"}}},
		{"the inner one counts", "[[漢|か]]", "[漢（か）]", "[漢]", "[か]",
			[]i18n.Segment{{Text: "["}, {"漢", "か"}, {Text: "]"}}},
		{"a joiner of its own", "a\u2060b", "a\u2060b", "a\u2060b", "a\u2060b", []i18n.Segment{{Text: "a\u2060b"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := []string{i18n.Plain(c.text), i18n.Bare(c.text), i18n.Kana(c.text)}
			if diff := cmp.Diff([]string{c.plain, c.bare, c.kana}, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.ruby, i18n.Ruby(c.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEscapedTextComesBack(t *testing.T) {
	hostile := rapid.StringOfN(rapid.SampledFrom([]rune("[]|漢かa\u2060\u2061\u2000\n")), 0, 20, -1)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(hostile, rapid.String()).Draw(t, "s")
		escaped := i18n.Escape(s)
		for name, got := range map[string]string{
			"Plain": i18n.Plain(escaped), "Bare": i18n.Bare(escaped), "Kana": i18n.Kana(escaped),
		} {
			if got != s {
				t.Fatalf("%s(Escape(%q)) = %q", name, s, got)
			}
		}
		for _, segment := range i18n.Ruby(escaped) {
			if segment.Reading != "" {
				t.Fatalf("%q was read as markup: %+v", s, segment)
			}
		}
	})
}

func FuzzFurigana(f *testing.F) {
	for _, s := range []string{"[漢|か]", "[[|]]", "\u2060[漢|か]", "[漢\u2060|か]", "\xe2\x81", "[\xe2\x81\xa0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var bare, kana strings.Builder
		for _, segment := range i18n.Ruby(s) {
			bare.WriteString(segment.Text)
			if segment.Reading != "" {
				kana.WriteString(segment.Reading)
			} else {
				kana.WriteString(segment.Text)
			}
		}
		if bare.String() != i18n.Bare(s) || kana.String() != i18n.Kana(s) {
			t.Fatalf("Ruby(%q) disagrees with Bare or Kana", s)
		}
		if got := i18n.Plain(i18n.Escape(s)); got != s {
			t.Fatalf("Plain(Escape(%q)) = %q", s, got)
		}
	})
}

func TestPlainOfUnmarkedTextAllocatesNothing(t *testing.T) {
	var s string
	if n := testing.AllocsPerRun(100, func() { s = i18n.Plain("ご予約を承りました。") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	_ = s
}

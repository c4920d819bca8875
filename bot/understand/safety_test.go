package understand

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMyNumber(t *testing.T) {
	const digit = "＊"
	twelve := strings.Repeat(digit, 12)
	for _, tt := range []struct{ text, want string }{
		{"123456789018", twelve},
		{"番号は123456789018です", "番号は" + twelve + "です"},
		{"1234-5678-9018", "＊＊＊＊-＊＊＊＊-＊＊＊＊"},
		{"1234 5678 9018", "＊＊＊＊ ＊＊＊＊ ＊＊＊＊"},
		{"１２３４　５６７８　９０１８", "＊＊＊＊　＊＊＊＊　＊＊＊＊"},
		{"１２３４−５６７８ー９０１８", "＊＊＊＊−＊＊＊＊ー＊＊＊＊"},
		{"1 2 3 4 5 6 7 8 9 0 1 8", strings.TrimSpace(strings.Repeat("＊ ", 12))},
		{"一二三四五六七八九〇一八", twelve},
		{"१२३४५६७८९०१८", twelve},
		{"1234\u200b56789018", "＊＊＊＊\u200b＊＊＊＊＊＊＊＊"},
		{"電話090-1234-5678、番号123456789018", "電話090-1234-5678、番号" + twelve},
		{"123456789018と123456789018", twelve + "と" + twelve},
		// untouched
		{"+81 50 0020 0100", ""}, {"＋815000200100", ""}, {"123456789012", ""}, {"1234567890180", ""}, {"12345678901", ""}, {"090-1234-5678 3", ""}, {"03-1234-5678 12", ""}, {"12月3日10時 受付5", ""}, {"", ""}, {"2026-11-25 10:00", ""}, {"ABCDE23456", ""},
	} {
		masked, found := MyNumber(tt.text)
		want := tt.want
		if want == "" {
			want = tt.text
		}
		if masked != want || found != (tt.want != "") {
			t.Errorf("%q: got %q %v, want %q", tt.text, masked, found, want)
		}
	}
}

// The check digit has one right value for any eleven digits before it.
func TestMyNumberCheckDigit(t *testing.T) {
	for _, eleven := range []string{"12345678901", "98765432109", "00000000001", "55555555555"} {
		right := 0
		for d := '0'; d <= '9'; d++ {
			if _, found := MyNumber(eleven + string(d)); found {
				right++
			}
		}
		if right != 1 {
			t.Errorf("%s has %d right check digits, want 1", eleven, right)
		}
	}
}

func TestClean(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		max        int
		want       string
		cut        bool
	}{
		{"plain", " hello ", 0, "hello", false},
		{"control", "a\x00b\x07c", 0, "abc", false},
		{"line breaks become spaces", "a\nb\tc", 0, "a b c", false},
		{"bidi", "a\u202eb\u2066c\u200fd", 0, "abcd", false},
		{"zero width", "a\u200bb\ufeffc\u2060d\u00ade", 0, "abcde", false},
		{"invalid UTF-8", "a\xff\xfeb\xed\xa0\x80c", 0, "abc", false},
		{"composed", "か\u3099", 0, "が", false},
		{"compatibility ideograph stays", "\uFA19社か\u3099", 0, "\uFA19社が", false},
		{"variation selector stays", "葛\U000E0100", 0, "葛\U000E0100", false},
		{"joiner in Devanagari stays", "क्\u200dष", 0, "क्\u200dष", false},
		{"joiner elsewhere goes", "a\u200db", 0, "ab", false},
		{"cut", "あいうえお", 3, "あいう", true},
		{"cut plain", "abcdef", 3, "abc", true},
		{"not cut", "abc", 3, "abc", false},
		{"emoji", "👍", 0, "👍", false},
	} {
		got, cut := Clean(tt.text, tt.max)
		if got != tt.want || cut != tt.cut {
			t.Errorf("%s: got %q %v, want %q %v", tt.name, got, cut, tt.want, tt.cut)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a\x00b", "か\u3099", "\uFA19\u0301", "\xff", "123456789018"} {
		f.Add(s, 5)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit &= 0xff
		got, _ := Clean(s, limit)
		if !utf8.ValidString(got) {
			t.Fatalf("invalid UTF-8: %q", got)
		}
		if limit > 0 && utf8.RuneCountInString(got) > limit {
			t.Fatalf("%q is longer than %d", got, limit)
		}
		if again, _ := Clean(got, limit); again != got {
			t.Fatalf("not stable: %q, then %q", got, again)
		}
	})
}

func FuzzMyNumber(f *testing.F) {
	for _, s := range []string{"123456789018", "1234-5678-9018", "１２３４ ５６７８ ９０１８x", "090-1234-5678 3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		masked, found := MyNumber(s)
		if found == (masked == s) {
			t.Fatalf("%q: found %v, masked %q", s, found, masked)
		}
		if _, again := MyNumber(masked); again {
			t.Fatalf("%q: %q still holds a number", s, masked)
		}
	})
}

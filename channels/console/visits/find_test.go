package visits

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestScanned(t *testing.T) {
	for text, want := range map[string][]string{
		"":             nil,
		"  7\r\n":      {"7"},
		"１２":           {"12"},
		"k7m2p-9qwxt":  {"k7m2p-9qwxt"},
		"K7M2P\t9QWXT": {"K7M2P9QWXT"},
		"https://city.lg.jp/t/sample/book?key=K7M2P-9QWXT": {"K7M2P-9QWXT", "book"},
		"https://city.lg.jp/c/K7M2P9QWXT":                  {"K7M2P9QWXT"},
		"https://city.lg.jp/c#K7M2P9QWXT":                  {"K7M2P9QWXT", "c"},
		"https://":                                         nil,
		"javascript:alert(1)":                              {"javascript:alert(1)"},
		strings.Repeat("A", 501):                           nil,
	} {
		if diff := cmp.Diff(want, scanned(text)); diff != "" && len(want)+len(scanned(text)) > 0 {
			t.Errorf("%q: %s", text, diff)
		}
	}
	for text, want := range map[string]int{"7": 7, "no. 7": 7, "#7": 7, "007": 7, "0": 0, "-7": 0, "7a": 0, "1234567": 0, "": 0} {
		if got := receiptOf(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// A scanner can send anything.
func FuzzScanned(f *testing.F) {
	for _, seed := range []string{"7", "https://a/b?key=c#d", "http://%zz", "\x00\x7f", "K7M2P-9QWXT", "https://[::1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range scanned(text) {
			if s == "" || utf8.RuneCountInString(s) > 3*longestScan {
				t.Errorf("%q means %q", text, s)
			}
			if n := receiptOf(s); n < 0 {
				t.Errorf("%q is number %d", s, n)
			}
		}
	})
}

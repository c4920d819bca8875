package understand

import (
	"strings"
	"testing"
	"time"

	"madoguchi/i18n"
)

// A text of any length costs a bounded time, whatever the question: nobody can
// hold up the others by pasting a book.
func TestLongTextsAreCheap(t *testing.T) {
	x := NewIndex(cityIntents, nil)
	for _, piece := range []string{"本人か", "本人、", "1 ", "来週の火曜か", "12/3 ", "はい", "a@b.jp ", "。", "十", "ﾊﾟ", "what is ", "1-", "\u0301"} {
		text := strings.Repeat(piece, 200_000/len(piece))
		start := time.Now()
		for _, f := range fuzzTypes {
			Value(in(i18n.Japanese), f, text)
		}
		Commands(in(i18n.Japanese), text, false)
		x.Match(in(i18n.Japanese), text)
		Clean(text, 500)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%q repeated took %v for %d types", piece, took, len(fuzzTypes))
		}
	}
}

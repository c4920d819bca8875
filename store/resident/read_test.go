package resident

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"madoguchi/i18n/civil"
)

// What Set has taken, Set takes again and changes no more, whatever was typed.
func TestReadingTwiceIsReadingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom(append(Fields(), Custom("x"))).Draw(t, "field")
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9０-９\-ー−() 　+〒あ-んｱ-ﾝァ-ヶA-Za-z@.]{0,16}`)).Draw(t, "text")
		var once, twice Profile
		if once.Set(f, text, today) != nil {
			return
		}
		kept := once.Get(f)
		if err := twice.Set(f, kept, today); err != nil || twice.Get(f) != kept {
			t.Fatalf("%s %q became %q and then %q (%v)", f, text, kept, twice.Get(f), err)
		}
		if !utf8.ValidString(kept) || strings.ContainsFunc(kept, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Fatalf("%q is kept", kept)
		}
	})
}

// One date, however it is written.
func TestDatesInEveryForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := civil.Date{Year: 1868, Month: time.January, Day: 25}.AddDays(rapid.IntRange(0, 57_000).Draw(t, "days"))
		era, year := civil.Era(d)
		short := map[string]string{"明治": "M", "大正": "T", "昭和": "S", "平成": "H", "令和": "R"}[era]
		m, day := int(d.Month), d.Day
		forms := []string{
			d.String(), fmt.Sprintf("%d/%d/%d", d.Year, m, day), fmt.Sprintf("%d.%d.%d", d.Year, m, day), fmt.Sprintf("%d年%d月%d日", d.Year, m, day),
			fmt.Sprintf("西暦%d年%d月%d日", d.Year, m, day), fmt.Sprintf("%04d%02d%02d", d.Year, m, day),
			fmt.Sprintf("%s%d年%d月%d日", era, year, m, day), fmt.Sprintf("%s %d.%d.%d", short, year, m, day), fmt.Sprintf("%s%02d%02d%02d", short, year, m, day),
			fmt.Sprintf("%s%d-%02d-%02d", strings.ToLower(short), year, m, day),
		}
		if year == 1 {
			forms = append(forms, fmt.Sprintf("%s元年%d月%d日", era, m, day))
		}
		for _, s := range forms {
			if got, ok := ReadDate(s); !ok || got != d {
				t.Fatalf("%s is %v, %v; want %v", s, got, ok, d)
			}
		}
	})
	for _, s := range []string{"", "昭和", "55年6月10日", "80-6-10", "2026-13-01", "1980-02-30", "昭和64年1月8日", "平成31年5月1日", "大正0年1月1日", "慶応3年1月1日", "1800-01-01", "800610", "S1980.6.10", "1980-6", "昭和55年6月10日生", "198００６１"} {
		if d, ok := ReadDate(s); ok {
			t.Errorf("%q is %v", s, d)
		}
	}
}

// Whoever has a name is found by every part of it, in kana of any kind.
func TestEveryPartOfANameFindsIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letter := rapid.SampledFrom([]rune("髙橋𠮷田神邉亜あんぁがーアンァガヴABé"))
		name := rapid.StringOfN(letter, 1, 5, -1).Draw(t, "family") + "　" + rapid.StringOfN(letter, 1, 4, -1).Draw(t, "given")
		p := Profile{Name: name}
		have := map[string]bool{}
		for _, g := range grams(&p) {
			have[g] = true
		}
		whole := []rune(fold(name))
		from := rapid.IntRange(0, len(whole)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(whole)).Draw(t, "to")
		words := string(whole[from:to])
		if to-from == 1 && isKatakana(whole[from]) {
			return // a single kana is a beginning
		}
		if !p.matches(fold(words), false) {
			t.Fatalf("%q is not in %q", words, name)
		}
		for _, w := range wanted(fold(words), from == 0) {
			if !have[w] {
				t.Fatalf("%q of %q is not among the tokens of %q", w, words, name)
			}
		}
	})
}

// A number with one digit mistyped, or two neighbours exchanged, is never issued.
func TestCheckDigitFindsMistakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := []byte(NewNumber())
		at := rapid.IntRange(0, len(n)-2).Draw(t, "at")
		if damm(string(n)) != 0 {
			t.Fatalf("%s does not check", n)
		}
		swapped := append([]byte(nil), n...)
		swapped[at], swapped[at+1] = swapped[at+1], swapped[at]
		if string(swapped) != string(n) && damm(string(swapped)) == 0 {
			t.Fatalf("%s and %s", n, swapped)
		}
		other := append([]byte(nil), n...)
		other[at] = '0' + (other[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if damm(string(other)) == 0 {
			t.Fatalf("%s and %s", n, other)
		}
	})
}

func TestLinkCodesAreReadAsAccessKeys(t *testing.T) {
	for range 100 {
		code := NewLink()
		if got, problem := readLink(strings.ToLower(code[:5]) + "ー" + code[5:]); problem != "" || got != code {
			t.Errorf("%s is read as %s, %s", code, got, problem)
		}
	}
}

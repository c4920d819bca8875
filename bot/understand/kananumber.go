package understand

import "strings"

// kanaWord is a part of a number written in kana.
type kanaWord struct {
	text string
	val  int
}

// The parts of a number, the longer before what it begins with.
var (
	kanaDigits = [...]kanaWord{{"いっ", 1}, {"いち", 1}, {"に", 2}, {"さん", 3}, {"よん", 4}, {"よ", 4}, {"しち", 7}, {"し", 4}, {"ご", 5}, {"ろっ", 6}, {"ろく", 6}, {"なな", 7}, {"はっ", 8}, {"はち", 8}, {"きゅう", 9}, {"く", 9}, {"", 1}}
	kanaPowers = [...]kanaWord{{"せん", 1000}, {"ぜん", 1000}, {"ひゃく", 100}, {"びゃく", 100}, {"ぴゃく", 100}, {"じゅう", 10}, {"じゅっ", 10}, {"じっ", 10}}
	kanaUnits  = [...]string{"がつ", "にち", "じ", "ふん", "ぷん", "ねん", "しゅうかん", "かげつ"}
)

// kanaNumber reads a number in kana before the unit of a date or time
// (じゅうごにち, にじゅっぷん) and returns it with the bytes read; 0 bytes if there is
// none. Without a unit its letters are parts of other words.
func kanaNumber(s string) (value, bytes int) {
	if !strings.HasPrefix(s, "\xe3\x81") && !strings.HasPrefix(s, "\xe3\x82") { // no hiragana
		return 0, 0
	}
	return kanaBelow(s, 10_000)
}

// kanaBelow reads the part of a number that is smaller than the power before it.
func kanaBelow(s string, power int) (value, bytes int) {
	for _, d := range kanaDigits {
		rest, ok := strings.CutPrefix(s, d.text)
		if !ok {
			continue
		}
		for _, p := range kanaPowers {
			if p.val >= power || !strings.HasPrefix(rest, p.text) {
				continue
			}
			n := len(d.text) + len(p.text)
			if v, more := kanaBelow(s[n:], p.val); more > 0 {
				return d.val*p.val + v, n + more
			}
			if kanaUnit(s[n:]) {
				return d.val * p.val, n
			}
		}
		if d.text != "" && kanaUnit(rest) {
			return d.val, len(d.text)
		}
	}
	return 0, 0
}

func kanaUnit(s string) bool {
	s = strings.TrimPrefix(s, " ")
	for _, u := range kanaUnits {
		if rest, ok := strings.CutPrefix(s, u); ok {
			return u != "じ" || !strings.HasPrefix(rest, "かん") && !strings.HasPrefix(rest, "ゅ") && !strings.HasPrefix(rest, "っ")
		}
	}
	return false
}

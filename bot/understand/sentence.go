package understand

import (
	"bytes"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// doubt is what a sentence says that leaves a yes open: でも, 但是, かな.
const doubt answer = 1 << 7

// mark is a word that decides a sentence wherever it stands in it.
type mark struct {
	text string
	says answer // 0 for none
}

func marksOf(mix []*words) map[uint32][]mark {
	out := map[uint32][]mark{}
	for i, w := range mix {
		if i > 0 && w == mix[0] {
			continue
		}
		for _, list := range [...]struct {
			says  answer
			words []string
		}{{sayNo, w.lacking}, {doubt, w.doubts}, {0, w.mute}, {sayYes, w.granting}} { // of a word in two, the careful meaning
			for _, s := range list.words {
				k := key(s)
				out[start(k)] = append(out[start(k)], mark{k, list.says})
			}
		}
	}
	for _, list := range out {
		sort.SliceStable(list, func(i, j int) bool { return len(list[i].text) > len(list[j].text) })
	}
	return out
}

// marks finds the words that decide a sentence. What lies within a longer one
// does not count: 間違いありません is no 間違い.
func (r *reading) marks(k []byte) answer {
	found := answer(0)
	text := string(k)
	for i := 0; i < len(text); {
		_, step := utf8.DecodeRuneInString(text[i:])
		for _, m := range r.words.marks[start(text[i:])] {
			if strings.HasPrefix(text[i:], m.text) {
				found |= m.says
				step = len(m.text)
				break
			}
		}
		i += step
	}
	return found
}

// sentence reads an answer in a script without spaces, or in Hangul, that is no
// word of the lists as it stands.
func (r *reading) sentence(k []byte) Result {
	core := r.answer(r.words.answering.stripped(k))
	if core == sayYes || core == sayNo {
		return answered(core, leaning)
	}
	if a := r.answer(r.words.answering.stripped(calm(k))); a == sayYes || a == sayNo {
		return answered(a, leaning)
	}
	if res := r.firstClause(); len(res.Candidates) > 0 {
		return res
	}
	if res := r.runOn(k); len(res.Candidates) > 0 {
		return res
	}
	if core != 0 {
		return answered(core, leaning)
	}
	if strings.ContainsAny(r.text, "?？") {
		return Result{}
	}
	a := r.marks(k)
	if a&doubt != 0 || a == sayYes && Asking(r.c, r.text) {
		a &= sayNo
	}
	if a == 0 {
		return Result{}
	}
	return answered(a, supposed)
}

// calm takes an answer drawn out or said over and over for what it is: はーい, はぃ,
// 对对对, 넴넴. A long うーん is no うん, but hesitation.
func calm(k []byte) []byte {
	out := make([]byte, 0, len(k))
	for i := 0; i < len(k); {
		c, n := utf8.DecodeRune(k[i:])
		i += n
		switch c {
		case 'ー':
			if first := runeAt(out, 0); first == 'う' || first == 'ん' {
				return k
			}
			continue
		case 'っ':
			if i == len(k) {
				continue
			}
		case 'ぁ', 'ぃ', 'ぅ', 'ぇ', 'ぉ':
			c++ // the large letter follows the small one
		}
		out = utf8.AppendRune(out, c)
	}
	for n := len("はい") / 2; n <= len(out)/2; n++ {
		if len(out)%n == 0 && bytes.Equal(out[n:], out[:len(out)-n]) {
			return out[:n]
		}
	}
	return out
}

// firstClause reads 「はい、持っています」 by the words before the comma or the space.
// What follows must not say the opposite.
func (r *reading) firstClause() Result {
	for _, marks := range [...]string{",.", ", ."} {
		end := bytes.IndexAny(r.folded, marks)
		if end <= 0 {
			continue
		}
		var buf, rest [96]byte
		first := appendKey(buf[:0], r.folded[:end])
		behind := appendKey(rest[:0], r.folded[end:])
		if len(first) == 0 {
			continue
		}
		a := r.answer(first)
		if a == 0 {
			a = r.answer(r.words.answering.stripped(first))
		}
		says := r.marks(behind) &^ doubt
		other := r.answer(behind)
		if other == 0 {
			other = r.answer(r.words.answering.stripped(behind))
		}
		if a == sayYes && (other == sayNo || other == 0 && says == sayNo) && !isPlainAnswer(first) && r.words.isHead(first) { // 嗯……不对
			return r.answered(sayNo)
		}
		if a == sayYes|sayNo { // 大丈夫です、進めてください
			if other == 0 {
				other = says
			}
			a = other
		}
		if a != sayYes && a != sayNo {
			continue
		}
		if other == 0 && a == sayYes && r.folded[end] == ' ' && !finished(first) {
			continue
		}
		if other != 0 && other&a == 0 || a == sayYes && (says&sayNo != 0 || r.beginsDoubt(behind) || r.tokens().has(not)) {
			return answered(sayYes|sayNo, 0)
		}
		return r.answered(a)
	}
	return Result{}
}

// finished reports a word that can be an answer before a mere space. In Hangul and
// in simple Japanese spaces also stand inside a sentence: 확인 좀, する ひつよう.
func finished(k []byte) bool {
	last, _ := utf8.DecodeLastRune(k)
	if !isKana(last) && !isHangul(last) || isPlainAnswer(k) {
		return true
	}
	for _, end := range [...]string{"です", "ます", "した", "ください", "うん", "요", "다", "죠", "네", "넵", "예", "응"} {
		if bytes.HasSuffix(k, []byte(end)) {
			return true
		}
	}
	return false
}

// beginsDoubt reports はい、でも….
func (r *reading) beginsDoubt(k []byte) bool {
	if len(k) == 0 {
		return false
	}
	for _, m := range r.words.marks[start(string(k))] {
		if bytes.HasPrefix(k, []byte(m.text)) {
			return m.says == doubt
		}
	}
	return false
}

// isHead reports a word that people put before any answer: 嗯, 음.
func (l *language) isHead(k []byte) bool {
	return len(k) > 0 && slices.Contains(l.answering.heads[k[0]], string(k))
}

// isTail reports a word of politeness that people put behind any answer: ạ, po.
func (l *language) isTail(k []byte) bool {
	return len(k) > 0 && slices.Contains(l.answering.tails[k[len(k)-1]], string(k))
}

// runOn reads はい持ってます: no mark between, so only the plain words are trusted.
func (r *reading) runOn(k []byte) Result {
	for n := min(len(k)-1, 24); n >= len("はい"); n-- {
		if a := r.answer(k[:n]); (a == sayYes || a == sayNo) && isWide(runeAt(k, n)) {
			rest := r.answer(r.words.answering.stripped(k[n:]))
			switch {
			case rest == a || rest == sayYes|sayNo && a == sayYes:
				return answered(a, leaning)
			case rest == sayYes && a == sayNo && denies(k): // 不是我要的
				return r.answered(a)
			case rest != 0 && rest&a == 0:
				return answered(sayYes|sayNo, 0)
			case isPlainAnswer(k[:n]):
				if a == sayYes && (r.marks(k[n:])&sayNo != 0 || r.beginsDoubt(k[n:])) {
					return answered(sayYes|sayNo, 0)
				}
				return r.answered(a)
			}
		}
	}
	return Result{}
}

// denies reports a sentence of Chinese that begins with its no, which takes in the
// words behind it.
func denies(k []byte) bool {
	switch runeAt(k, 0) {
	case '不', '没', '沒':
		return true
	}
	return false
}

// asksBack reports a short yes with a question mark: はい？, 네?
func (r *reading) asksBack(k []byte) bool {
	return len(k) <= len("はーい") && isWide(runeAt(k, 0)) && strings.ContainsAny(r.text, "?？")
}

func isPlainAnswer(k []byte) bool {
	switch string(k) {
	case "はい", "いいえ", "いえ", "ええ", "是的", "对", "好的", "不是", "对的", "没有", "對", "沒有", "네", "예", "아니요", "아뇨":
		return true
	}
	return false
}

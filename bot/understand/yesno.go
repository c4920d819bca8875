package understand

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// yesNo reads agreement or refusal. Answers that mean either (大丈夫です) and
// answers that say both are two candidates.
func (r *reading) yesNo() Result {
	k := r.key()
	if len(k) == 0 {
		// 👍 and ⭕ are not letters, so they are looked up as typed.
		return r.sign()
	}
	if a := r.answer(k); a != 0 {
		if a == sayYes|sayNo && len(r.words.first) > 0 && bytes.IndexByte(r.folded, ',') > 0 { // no, it's wrong: not "no mistake"
			if res := r.firstWord(k); len(res.Candidates) > 0 {
				return res
			}
		}
		if a == sayYes && r.asksBack(k) {
			return Result{}
		}
		return answered(a, said)
	}
	core := r.answer(r.words.answering.stripped(k))
	if r.isUnsure(k) {
		if core == sayNo { // hmm, chắc là không phải
			return answered(sayNo, supposed)
		}
		return Result{}
	}
	if a := r.answer(r.words.answering.untailed(k)); a != 0 { // I'm good, thanks: not only good
		return answered(a, leaning)
	}
	if last, _ := utf8.DecodeLastRune(k); isWide(last) || isWide(runeAt(k, 0)) {
		return r.sentence(k)
	}
	if core != 0 {
		return answered(core, leaning)
	}
	if a := r.together(); a != 0 && !strings.ContainsAny(r.text, "?？") {
		if _, first := r.nextAnswer(k); first == sayNo && r.lacking(k) { // not yet, I have not received it
			a = sayNo
		}
		return answered(a, leaning)
	}
	if res := r.firstWord(k); len(res.Candidates) > 0 {
		return res
	}
	if Asking(r.c, r.text) {
		return Result{}
	}
	if a := r.opening(k); a != 0 {
		return answered(a, supposed)
	}
	if r.lacking(k) || r.faulty(r.folded) {
		return answered(sayNo, supposed)
	}
	return Result{}
}

// answer looks up a whole answer.
func (r *reading) answer(k []byte) answer {
	a := r.words.yesNo[string(k)]
	if a == 0 && drawn(k) {
		var buf [64]byte
		a = r.words.drawn[string(undrawn(buf[:0], k))]
	}
	if r.toned && a&toneless != 0 {
		return 0
	}
	return a &^ toneless
}

// isUnsure reports answers such as "no idea": they begin like a no.
func (r *reading) isUnsure(k []byte) bool {
	for _, u := range r.words.unsure {
		rest, all := k, true
		for n, part := range u {
			i := bytes.Index(rest, part)
			if i < 0 || n == 0 && i > 0 && !isWide(runeAt(part, 0)) && rest[i-1] != ' ' {
				all = false
				break
			}
			rest = rest[i+len(part):]
		}
		if all && (len(rest) == 0 || rest[0] == ' ' || !letter(rest[0])) {
			return true
		}
	}
	return false
}

// lacking finds the words that make a sentence a no wherever they stand: not yet,
// chưa, 还没.
func (r *reading) lacking(k []byte) bool {
	return placeOf(r.words.lacking, k) >= 0
}

// placeOf returns where one of the phrases stands in k as words of its own, -1 if
// none does.
func placeOf(phrases [][]byte, k []byte) int {
	for _, w := range phrases {
		if i := bytes.Index(k, w); i >= 0 && !joinedBytes(k, i) && !joinedBytes(k, i+len(w)) {
			return i
		}
	}
	return -1
}

func joinedBytes(k []byte, i int) bool {
	if i <= 0 || i >= len(k) {
		return false
	}
	return joined(string(k[max(0, i-utf8.UTFMax):min(len(k), i+utf8.UTFMax)]), min(i, utf8.UTFMax))
}

// The signs people answer with, on a phone or as a sticker's picture.
var (
	yesSigns = []string{"👍", "⭕", "🙆", "👌", "✅", "☑", "✔", "🆗", "💯"}
	noSigns  = []string{"👎", "❌", "🙅", "✖", "🚫", "❎", "🆖"}
)

// sign reads an answer without a letter: one sign, however often, in any colour
// of skin.
func (r *reading) sign() Result {
	yes, no := false, false
	rest := r.text
	for _, s := range noSigns {
		if strings.Contains(rest, s) {
			no, rest = true, strings.ReplaceAll(rest, s, "")
		}
	}
	for _, s := range yesSigns {
		if strings.Contains(rest, s) {
			yes, rest = true, strings.ReplaceAll(rest, s, "")
		}
	}
	if strings.ContainsFunc(rest, func(c rune) bool {
		return c != 0xfe0f && c != 0x200d && c != '♀' && c != '♂' && c != ' ' && c != '!' && c != '！' && (c < 0x1f3fb || c > 0x1f3ff)
	}) || yes == no {
		return Result{}
	}
	if yes {
		return one("yes", leaning)
	}
	return one("no", leaning)
}

func answered(a answer, confidence float64) Result {
	switch a {
	case sayYes:
		return one("yes", confidence)
	case sayNo:
		return one("no", confidence)
	}
	return Result{Candidates: []Candidate{{"yes", 0.55}, {"no", 0.5}}}
}

// firstWord reads an answer that goes on: 「はい、持っています」, "no, I lost it".
// What follows must not say the opposite.
func (r *reading) firstWord(k []byte) Result {
	for _, marks := range [...]string{",.", ", ."} { // dạ chưa, …: the words before the comma first
		end := bytes.IndexAny(r.folded, marks)
		if end <= 0 {
			continue
		}
		var buf [32]byte
		first := appendKey(buf[:0], r.folded[:end])
		a := r.answer(first)
		if a == 0 {
			a = r.answer(r.words.answering.stripped(first))
		}
		if a == 0 {
			a, _ = r.inRow(0, first)
		}
		if a == sayYes && r.folded[end] == ' ' && !r.settles(first) { // please don't, ok what do I bring
			continue
		}
		if a == sayYes || a == sayNo {
			var rest [96]byte
			other, _ := r.inRow(0, appendKey(rest[:0], r.folded[end:]))
			if other != 0 && other&a == 0 {
				return answered(sayYes|sayNo, 0)
			}
			if a == sayYes && other == 0 && r.doubted(r.folded[end:]) {
				return answered(sayYes|sayNo, 0)
			}
			if a == sayYes && r.folded[end] == ' ' && Asking(r.c, r.text) {
				return Result{}
			}
			return r.answered(a)
		}
	}
	return Result{}
}

// settles reports whether a first word is a yes without a mark behind it.
func (r *reading) settles(first []byte) bool {
	if len(r.words.first) == 0 {
		return !r.words.alone[string(first)]
	}
	return r.words.first[string(first)] != 0 || drawn(first) && r.words.first[string(undrawn(nil, first))] != 0
}

func (r *reading) answered(a answer) Result { return answered(a, supposed) }

func runeAt(k []byte, n int) rune {
	for _, r := range string(k[n:min(len(k), n+4)]) {
		return r
	}
	return 0
}

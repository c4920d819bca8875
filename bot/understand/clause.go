package understand

import (
	"bytes"
	"slices"
)

// together adds up an answer whose every word is a yes, a no or politeness: "ok
// sip", "sige lang, walang problema".
func (r *reading) together() answer {
	var all answer
	for rest := r.folded; len(rest) > 0; {
		part := rest
		if end := bytes.IndexAny(rest, ",."); end >= 0 {
			part, rest = rest[:end], rest[end+1:]
		} else {
			rest = nil
		}
		var buf [64]byte
		k := appendKey(buf[:0], part)
		if r.answer(k) == sayYes|sayNo { // いいえ、けっこうです: the other words tell
			continue
		}
		a, known := r.clause(k)
		if !known {
			return 0
		}
		all |= a
	}
	return all
}

// clause is together for what stands between two commas. A negation turns the yes
// behind it into a no (gak mau); before a no (không sai) it may mean either. known
// reports that no other word stands there.
func (r *reading) clause(k []byte) (all answer, known bool) {
	denied, bare := false, false // a negation stands before, with nothing of its own
	for len(k) > 0 {
		n, a := r.nextPhrase(k)
		if n == 0 {
			return 0, false
		}
		phrase := k[:n]
		first, _, _ := bytes.Cut(phrase, []byte(" "))
		denies := r.words.denials[string(first)] || r.words.denials[string(phrase[bytes.LastIndexByte(phrase, ' ')+1:])]
		switch {
		case denied && a == sayYes:
			all, denied = all|sayNo, false
		case bare && a == sayNo && !denies:
			return sayYes | sayNo, true
		default:
			all |= a
		}
		if denies && a != sayYes {
			denied, bare = true, r.words.denials[string(phrase)]
		}
		k = bytes.TrimLeft(k[n:], " ")
	}
	return all, true
}

// nextPhrase is the longest phrase at the start of k that is an answer, a negation
// or politeness, which is answer 0; n 0 if there is none.
func (r *reading) nextPhrase(k []byte) (n int, a answer) {
	var ends [5]int
	words := 0
	for i := 1; i <= len(k) && words < len(ends); i++ {
		if i == len(k) || k[i] == ' ' {
			ends[words] = i
			words++
		}
	}
	for ; words > 0; words-- {
		end := ends[words-1]
		phrase := k[:end]
		if a := r.answer(phrase); a != 0 {
			return end, a
		}
		if r.words.denials[string(phrase)] || slices.Contains(r.words.heads[k[0]], string(phrase)) || slices.Contains(r.words.tails[k[end-1]], string(phrase)) {
			return end, 0
		}
	}
	return 0, 0
}

// takenBack finds the but that follows a yes: oo pero …
func (r *reading) takenBack(k []byte) bool {
	for word := range bytes.SplitSeq(k, []byte(" ")) {
		if r.words.but[string(word)] {
			return true
		}
	}
	return false
}

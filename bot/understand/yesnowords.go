package understand

import (
	"bytes"
	"iter"
	"slices"
)

// Answers that are more than one phrase: several in a row, one that goes on
// without a mark, and sentences that tell of a mistake.

// longestAnswer is how many words an answer in a row may have.
const longestAnswer = 6

// together reads an answer in which every word is a yes, a no or politeness: ok sip,
// sige lang, walang problema. If they differ, both are meant.
func (r *reading) together() answer {
	var all answer
	for clause := range clauses(r.folded) {
		var buf [64]byte
		k := appendKey(buf[:0], clause)
		if r.answer(k) == sayYes|sayNo { // いいえ、けっこうです: the other words tell
			continue
		}
		a, known := r.inRow(all, k)
		if !known {
			return 0
		}
		all = a
	}
	return all
}

// clauses are what stands between the marks of a folded text.
func clauses(folded []byte) iter.Seq[[]byte] {
	return bytes.FieldsFuncSeq(folded, func(c rune) bool { return c == ',' || c == '.' })
}

// inRow reads answers given one after the other (no no that's wrong), with what
// politeness puts between them, and adds them to all, which was said before. A
// negation turns the yes behind it into a no (gak mau); before a no (không sai) it
// may mean either. known reports that no other word stands there.
func (r *reading) inRow(before answer, k []byte) (all answer, known bool) {
	all = before
	denied, bare := false, false // a negation stands before, with nothing of its own
	for len(k) > 0 {
		n, a := r.nextAnswer(k)
		if n == 0 {
			return 0, false
		}
		phrase := k[:n]
		denies := r.words.denies(phrase)
		switch {
		case denied && a == sayYes:
			all, denied = all|sayNo, false
		case bare && a == sayNo && !denies:
			return sayYes | sayNo, true
		case a == 0 && all == sayYes && placeOf(r.words.doubts, phrase) >= 0: // ok wait
			all |= sayNo
		default:
			all |= a
		}
		if denies && a != sayYes {
			denied, bare = true, r.words.denials[string(phrase)]
		}
		k = bytes.TrimPrefix(k[n:], []byte(" "))
	}
	return all, true
}

// denies reports whether a phrase begins or ends with a negation.
func (l *language) denies(phrase []byte) bool {
	first, _, _ := bytes.Cut(phrase, []byte(" "))
	return l.denials[string(first)] || l.denials[string(phrase[bytes.LastIndexByte(phrase, ' ')+1:])]
}

// nextAnswer returns how much of k the longest answer it begins with takes, and
// which it is; 0 for words that only link.
func (r *reading) nextAnswer(k []byte) (int, answer) {
	var ends [longestAnswer]int
	n := 0
	for i := 1; i <= len(k) && n < len(ends); i++ {
		if i == len(k) || k[i] == ' ' {
			ends[n] = i
			n++
		}
	}
	for _, end := range slices.Backward(ends[:n]) {
		phrase := k[:end]
		if r.links(phrase) {
			return end, 0
		}
		if end > 1 || len(r.words.first) == 0 { // e, s: also plain words
			if a := r.answer(phrase); a != 0 {
				return end, a
			}
		}
		if len(r.words.first) == 0 && (r.words.denials[string(phrase)] || r.words.isHead(phrase) || r.words.isTail(phrase)) {
			return end, 0
		}
	}
	return 0, 0
}

func (r *reading) links(word []byte) bool {
	var buf [32]byte
	return r.words.links[string(undrawn(buf[:0], word))]
}

// opening reads an answer by its first word alone. A no is one unless a yes
// follows; a yes only if nothing behind it raises a doubt.
func (r *reading) opening(k []byte) answer {
	if len(r.words.first) == 0 {
		return 0
	}
	written := bytes.Fields(appendKey(nil, appendFolded(nil, r.text, keepTones)))
	for n := 0; n < len(written); n++ {
		word, rest, _ := bytes.Cut(k, []byte(" "))
		a := r.words.first[string(written[n])]
		if a == 0 && drawn(written[n]) {
			a = r.words.first[string(undrawn(nil, written[n]))]
		}
		if a == 0 && !r.links(word) { // hmm no it was the other one
			return 0
		}
		if _, whole := r.nextAnswer(k); a != 0 && whole != 0 && whole != a { // no problem
			return 0
		}
		switch a {
		case sayYes:
			if r.doubted(rest) || r.saysAnywhere(rest, sayNo) {
				return sayYes | sayNo
			}
			return a
		case sayNo:
			if r.saysAnywhere(rest, sayYes) {
				return sayYes | sayNo
			}
			return a
		}
		k = rest
	}
	return 0
}

// saysAnywhere reports whether an answer like a stands among the words of k.
func (r *reading) saysAnywhere(k []byte, a answer) bool {
	for len(k) > 0 {
		n, found := r.nextAnswer(k)
		if found&a != 0 {
			return true
		}
		if n == 0 {
			if n = bytes.IndexByte(k, ' '); n < 0 {
				return false
			}
		}
		k = bytes.TrimPrefix(k[n:], []byte(" "))
	}
	return false
}

// doubted reports whether what follows a yes takes some of it back.
func (r *reading) doubted(folded []byte) bool {
	k := appendKey(nil, folded)
	return r.tokens().has(not) || placeOf(r.words.lacking, k) >= 0 || placeOf(r.words.doubts, k) >= 0 || r.faulty(folded)
}

// faulty finds a mistake told of: "wait, the name is wrong". What is spared is
// spared up to the next mark: "no, it's wrong" is none of "no mistake".
func (r *reading) faulty(folded []byte) bool {
	if len(r.words.faulty) == 0 {
		return false
	}
	var buf [96]byte
	for clause := range clauses(folded) {
		k := appendKey(buf[:0], clause)
		if i := placeOf(r.words.faulty, k); i >= 0 && placeOf(r.words.spared, k[:i]) < 0 {
			return true
		}
	}
	return false
}

package understand

import (
	"bytes"
	"slices"
)

// Answers that are more than one phrase: several in a row, one that goes on
// without a mark, and sentences that tell of a mistake.

// longestAnswer is how many words an answer in a row may have.
const longestAnswer = 6

// inRow reads answers given one after the other (no no that's wrong), with what
// politeness puts between them. If they differ, both are meant.
func (r *reading) inRow(k []byte) answer {
	var all answer
	for len(k) > 0 {
		n, a := r.nextAnswer(k)
		if n == 0 {
			return 0
		}
		all |= a
		if a == 0 && all == sayYes && placeOf(r.words.doubts, k[:n]) >= 0 { // ok wait
			all |= sayNo
		}
		k = bytes.TrimPrefix(k[n:], []byte(" "))
	}
	return all
}

// nextAnswer returns how much of k the longest answer it begins with takes, and
// which it is; 0 for a word that only links.
func (r *reading) nextAnswer(k []byte) (int, answer) {
	var ends [longestAnswer]int
	n := 0
	for i := 0; i <= len(k) && n < len(ends); i++ {
		if i == len(k) || k[i] == ' ' {
			ends[n] = i
			n++
		}
	}
	for _, end := range slices.Backward(ends[:n]) {
		if r.links(k[:end]) {
			return end, 0
		}
		if end > 1 { // e, s: also plain words
			if a := r.answer(k[:end]); a != 0 {
				return end, a
			}
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
	for clause := range bytes.FieldsFuncSeq(folded, func(c rune) bool { return c == ',' || c == '.' }) {
		k := appendKey(buf[:0], clause)
		if i := placeOf(r.words.faulty, k); i >= 0 && placeOf(r.words.spared, k[:i]) < 0 {
			return true
		}
	}
	return false
}

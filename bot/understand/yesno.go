package understand

import "bytes"

// yesNo reads agreement or refusal. Answers that mean either (大丈夫です) and
// answers that say both are two candidates.
func (r *reading) yesNo() Result {
	k := r.key()
	if len(k) == 0 {
		// 👍 and ⭕ are not letters, so they are looked up as typed.
		switch r.text {
		case "👍", "⭕", "🙆", "👌", "⭕️":
			return one("yes", leaning)
		case "👎", "❌", "🙅", "✖", "❌️":
			return one("no", leaning)
		}
		return Result{}
	}
	if a := r.words.yesNo[string(k)]; a != 0 {
		return answered(a, said)
	}
	if a := r.words.yesNo[string(r.words.stripped(k))]; a != 0 {
		return answered(a, leaning)
	}
	return r.firstWord(k)
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
	end := bytes.IndexAny(r.folded, ", .")
	if end > 0 {
		var buf [32]byte
		first := appendKey(buf[:0], r.folded[:end])
		if a := r.words.yesNo[string(first)]; a == sayYes || a == sayNo {
			var rest [96]byte
			other := r.words.yesNo[string(appendKey(rest[:0], r.folded[end:]))]
			if other != 0 && other&a == 0 {
				return answered(sayYes|sayNo, 0)
			}
			if a == sayYes && r.tokens().has(not) {
				return answered(sayYes|sayNo, 0)
			}
			return r.answered(a)
		}
	}
	// はい持ってます: no mark between; only the plain words are trusted so far.
	for n := min(len(k)-1, 24); n >= len("はい"); n-- {
		if a := r.words.yesNo[string(k[:n])]; (a == sayYes || a == sayNo) && isWide(runeAt(k, n)) {
			rest := r.words.yesNo[string(r.words.stripped(k[n:]))]
			switch {
			case rest == a || rest == sayYes|sayNo && a == sayYes:
				return answered(a, leaning)
			case rest != 0 && rest&a == 0:
				return answered(sayYes|sayNo, 0)
			case n >= len("はい") && isPlainAnswer(k[:n]):
				return r.answered(a)
			}
		}
	}
	return Result{}
}

func (r *reading) answered(a answer) Result { return answered(a, supposed) }

func isPlainAnswer(k []byte) bool {
	switch string(k) {
	case "はい", "いいえ", "いえ", "ええ":
		return true
	}
	return false
}

func runeAt(k []byte, n int) rune {
	for _, r := range string(k[n:min(len(k), n+4)]) {
		return r
	}
	return 0
}

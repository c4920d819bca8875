package understand

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// key returns the lookup form of the text; it is kept in the reading's buffer
// behind the folded text.
func (r *reading) key() []byte {
	n := len(r.folded)
	return appendKey(r.folded[n:n], r.folded)
}

// wrapping is what people put around an answer: heads by their first byte and
// tails by their last, longest first.
type wrapping struct{ heads, tails map[byte][]string }

func newWrapping() wrapping { return wrapping{map[byte][]string{}, map[byte][]string{}} }

func (w *wrapping) add(in *words, heads, tails []string) {
	for _, h := range heads {
		for _, k := range in.forms(h) {
			w.heads[k[0]] = append(w.heads[k[0]], k)
		}
	}
	for _, t := range tails {
		for _, k := range in.forms(t) {
			last := k[len(k)-1]
			w.tails[last] = append(w.tails[last], k)
		}
	}
}

func (w *wrapping) sort() {
	for _, list := range w.heads {
		longestFirst(list)
	}
	for _, list := range w.tails {
		longestFirst(list)
	}
}

// stripped is an answer without the politeness around it.
func (l *language) stripped(k []byte) []byte { return l.polite.stripped(k) }

func (w *wrapping) stripped(k []byte) []byte {
	if len(k) == 0 {
		return k
	}
	k = w.untailed(k)
	for again := true; again; {
		again = false
		for _, head := range w.heads[k[0]] {
			if rest := trimHead(k, head); len(rest) < len(k) && len(rest) > 0 {
				k, again = rest, true
				break
			}
		}
	}
	return k
}

// untailed removes the politeness behind an answer.
func (w *wrapping) untailed(k []byte) []byte {
	for again := true; again; {
		again = false
		for _, tail := range w.tails[k[len(k)-1]] {
			if rest := trimTail(k, tail); len(rest) < len(k) && len(rest) > 0 {
				k, again = rest, true
				break
			}
		}
	}
	return k
}

func trimTail(k []byte, tail string) []byte {
	if len(k) <= len(tail) || string(k[len(k)-len(tail):]) != tail {
		return k
	}
	rest := k[:len(k)-len(tail)]
	switch last := rest[len(rest)-1]; {
	case last == ' ':
		rest = rest[:len(rest)-1]
	case joinedBytes(k, len(rest)):
		return k // inside a word
	}
	return rest
}

func trimHead(k []byte, head string) []byte {
	if len(k) <= len(head) || string(k[:len(head)]) != head {
		return k
	}
	rest := k[len(head):]
	switch {
	case rest[0] == ' ':
		rest = rest[1:]
	case joinedBytes(k, len(head)):
		return k
	}
	return rest
}

// How well a label fits, and with what confidence.
const (
	fitsWhole  = 0.98
	fitsPolite = 0.95
	fitsNumber = 0.95
	fitsPart   = 0.8
	fitsSlip   = 0.75
	fitsKanji  = 0.7
	fitsPieces = 0.65
	fitsSome   = 0.55
)

// choice finds the answer among those offered: by value, label, position, part
// of a label, or with a typing slip, in that order of trust.
func (r *reading) choice(choices []Choice) Result {
	if len(choices) == 0 || r.text == "" {
		return Result{}
	}
	for i := range choices {
		if strings.EqualFold(choices[i].Value, r.text) {
			return one(choices[i].Value, 1)
		}
	}
	if nowhere(r.text) {
		return Result{}
	}
	k := r.key()
	if len(k) == 0 {
		return Result{}
	}
	m := matcher{choices: choices, words: r.words, answer: k}
	m.fold(r.folding())
	if m.find(whole) {
		return m.result()
	}
	m.core = r.words.stripped(k)
	if m.find(polite) {
		return m.result()
	}
	for i := range choices {
		if strings.EqualFold(choices[i].Value, string(m.core)) {
			return one(choices[i].Value, fitsPolite)
		}
	}
	if res, ok := r.position(choices); ok {
		return res
	}
	if r.tokens().has(not) {
		if m.find(part) {
			return refuse(Excluded, Detail{})
		}
		return Result{}
	}
	if m.find(part) || m.find(slip) || m.find(pieces) {
		return m.result()
	}
	return r.eitherOf(choices)
}

// nowhere reports whether a text is a number that counts nothing and stands in no
// list: -1, 1.5. The lookup form has lost its sign and point.
func nowhere(text string) bool {
	if !strings.ContainsAny(text, "-.−－．") {
		return false
	}
	return notCounting.MatchString(plainDigits(text))
}

var notCounting = regexp.MustCompile(`^ *(?:-[0-9]+(?:\.[0-9]+)?|[0-9]+\.[0-9]+) *(?:人|名|番)? *$`)

// maxParts bounds the work on an answer that lists things.
const maxParts = 24

// eitherOf reads an answer that names several choices where one was asked for
// (本庁か駅前): all are proposed.
func (r *reading) eitherOf(choices []Choice) Result {
	if !r.tokens().has(or) {
		return Result{}
	}
	for _, sep := range []string{" or ", "または", "もしくは", "か", "或者", "还是", "還是", "或", "또는", "아니면", " hoặc ", " hay ", " ou ", " o ", " atau ", " वा ", " अथवा ", " ki "} {
		parts := strings.Split(string(r.folded), sep)
		if len(parts) < 2 || len(parts) > maxParts {
			continue
		}
		var res Result
		for _, part := range parts {
			var sub reading
			sub.begin(r.c, part)
			if v, ok := sub.choice(choices).Value(); ok {
				res.Candidates = appendCandidate(res.Candidates, v, 0.55)
			}
		}
		if len(res.Candidates) == len(parts) {
			return res
		}
	}
	return Result{}
}

// fit is one way of comparing an answer with a label, in order of trust.
type fit uint8

const (
	whole  fit = iota // the same words
	polite            // the same without the politeness around them
	part              // one contains the other
	slip              // the same but for a typing slip
	pieces            // the words between particles are parts: 本庁の市民課に
)

// matcher compares one answer with the labels of the choices and collects the
// choices that fit.
type matcher struct {
	choices []Choice
	words   *language
	answer  []byte // as a key
	core    []byte // without politeness
	found   []Candidate

	// The labels as keys, one behind the other; ends[i] is where label i ends.
	labels []byte
	ends   []int
	buf    [512]byte
	endBuf [32]int
}

// fold makes keys of all labels, once for all ways of comparing.
func (m *matcher) fold(how folding) {
	m.labels, m.ends = m.buf[:0], m.endBuf[:0]
	var buf [160]byte
	for i := range m.choices {
		for _, label := range m.choices[i].Labels {
			m.labels = appendKey(m.labels, appendFolded(buf[:0], label, how))
			m.ends = append(m.ends, len(m.labels))
		}
	}
}

// find rates every label and reports whether any choice fits.
func (m *matcher) find(how fit) bool {
	m.found = m.found[:0]
	n, begin := 0, 0
	for i := range m.choices {
		best := 0.0
		for range m.choices[i].Labels {
			label := m.labels[begin:m.ends[n]]
			begin = m.ends[n]
			n++
			if len(label) > 0 {
				best = max(best, m.rate(how, label))
			}
		}
		if best > 0 {
			m.found = append(m.found, Candidate{m.choices[i].Value, best})
		}
	}
	return len(m.found) > 0
}

func (m *matcher) rate(how fit, label []byte) float64 {
	switch how {
	case whole:
		if bytes.Equal(label, m.answer) {
			return fitsWhole
		}
	case polite:
		if bytes.Equal(label, m.core) || bytes.Equal(m.words.stripped(label), m.core) {
			return fitsPolite
		}
	case part:
		return partFit(m.core, label)
	case slip:
		n, letters := utf8.RuneCount(m.core), utf8.RuneCount(label)
		if n < 4 || letters < 4 {
			return 0
		}
		limit := 1
		if n >= 8 && letters >= 8 {
			limit = 2
		}
		if d := slips(m.core, label, limit); d <= limit {
			return fitsSlip - 0.05*float64(d-1)
		}
	case pieces:
		fits, strange := 0, false
		for piece := range strings.FieldsFuncSeq(string(m.core), isParticle) {
			if partFit([]byte(piece), label) > 0 {
				fits++
			} else {
				strange = true
			}
		}
		switch {
		case fits == 0 || utf8.RuneCount(m.core) > 20:
		case strange: // 東の窓口, where one label has a 窓口: only probable
			return fitsSome
		default:
			return fitsPieces + 0.02*float64(min(fits, 5))
		}
	}
	return 0
}

// result returns the best fits; equals are all proposed and none wins.
func (m *matcher) result() Result {
	sortCandidates(m.found)
	best := m.found[0].Confidence
	n := 1
	for n < len(m.found) && best-m.found[n].Confidence < 0.001 {
		n++
	}
	if n > 1 {
		for i := range m.found[:n] {
			m.found[i].Confidence = min(best, 0.55)
		}
		return Result{Candidates: m.found[:n]}
	}
	return Result{Candidates: m.found[:1]}
}

// partFit rates a label that contains the answer, or that the answer contains.
// The more of the longer one is covered, the better, so that 法定代理人 beats
// 代理人 when both are in the answer.
func partFit(core, label []byte) float64 {
	if len(label) == 0 {
		return 0
	}
	short, long := core, label
	inAnswer := len(label) <= len(core)
	if inAnswer {
		short, long = label, core
	}
	letters := utf8.RuneCount(short)
	if letters == 1 && !inAnswer && runeAt(short, 0) >= 0x4e00 && bytes.Contains(long, short) {
		return fitsKanji // 西, where one label has it
	}
	if letters < 2 || letters < 3 && letter(short[0]) {
		return 0
	}
	i := bytes.Index(long, short)
	if i < 0 {
		return 0
	}
	end := i + len(short)
	if letter(short[0]) && i > 0 && letter(long[i-1]) || letter(short[len(short)-1]) && end < len(long) && letter(long[end]) {
		return 0
	}
	if !inAnswer { // a part of a label: all parts are alike
		return fitsPart - 0.05
	}
	return fitsPart + 0.1*float64(len(short))/float64(len(long))
}

// position reads "2", ②, 二番目, the first one, 最後.
func (r *reading) position(choices []Choice) (Result, bool) {
	t := r.tokens()
	at, found := 0, 0
	marked, strange := false, false
	for i, x := range t.all() {
		switch x.kind {
		case num:
			if found > 0 && at > 0 && i > 0 && t.list[i-1].kind == ordinal {
				continue // the first one
			}
			at = x.val
			found++
		case ordinal:
			at = x.val
			found++
		case lastOne, lastPeriod:
			if i+1 < t.n && t.list[i+1].kind == num {
				t.list[i+1].kind = ordMark // the last one
			}
			at = len(choices)
			found++
		case ordMark:
			marked = marked || i > 0 && t.list[i-1].kind == num
		case counted, dot, atMark:
		case unknown, self:
			strange = true
		default:
			return Result{}, false
		}
	}
	if found != 1 || strange && !marked {
		return Result{}, false
	}
	if at < 1 || at > len(choices) {
		return refuse(OutOfRange, Detail{Min: 1, Max: len(choices), Number: at}), true
	}
	if strange { // 2番目のやつ
		return one(choices[at-1].Value, fitsPart), true
	}
	return one(choices[at-1].Value, fitsNumber), true
}

// choices reads several answers; its value is theirs joined by commas, in the
// order offered.
func (r *reading) choices(all []Choice) Result {
	if res := r.choice(all); len(res.Candidates) == 1 && res.Candidates[0].Confidence >= fitsPolite {
		return res
	}
	parts := strings.FieldsFunc(string(r.folded), func(c rune) bool { return c == ',' || c == '/' || c == '&' || c == '+' })
	if len(parts) == 1 {
		parts = splitWords(parts[0], all)
	}
	if len(parts) > maxParts {
		return Result{}
	}
	chosen := make([]bool, len(all))
	lowest := 1.0
	for _, part := range parts {
		var sub reading
		sub.begin(r.c, part)
		res := sub.choice(all)
		v, ok := res.Value()
		if !ok {
			return res
		}
		for i := range all {
			if all[i].Value == v {
				chosen[i] = true
			}
		}
		lowest = min(lowest, res.Candidates[0].Confidence)
	}
	var b strings.Builder
	for i := range all {
		if chosen[i] {
			if b.Len() > 0 {
				b.WriteByte(',')
			}
			b.WriteString(all[i].Value)
		}
	}
	if b.Len() == 0 {
		return Result{}
	}
	return one(b.String(), lowest)
}

// splitWords splits at the words for "and" of the languages that residents mix;
// と only splits where both sides are answers, as it also stands inside words.
func splitWords(s string, all []Choice) []string {
	for _, sep := range []string{" and ", "と", "や", "和", "跟", "하고", "이랑", "랑", " và ", " e ", " y ", " at ", " saka ", " dan ", " sama ", " र ", " ra ", " "} {
		if parts := strings.Split(s, sep); len(parts) > 1 && len(parts) <= maxParts {
			fits := true
			for _, p := range parts {
				var sub reading
				sub.begin(Context{}, p)
				if _, ok := sub.choice(all).Value(); !ok {
					fits = false
					break
				}
			}
			if fits {
				return parts
			}
		}
	}
	return []string{s}
}

// slips is the Damerau-Levenshtein distance (with adjacent swaps) of a and b, or
// limit+1 if it is more than limit.
func slips(a, b []byte, limit int) int {
	const longest = 64
	var x, y [longest]rune
	n, ok := runes(a, x[:])
	m, ok2 := runes(b, y[:])
	if !ok || !ok2 || n-m > limit || m-n > limit {
		return limit + 1
	}
	var rows [3][longest + 1]int
	prev2, prev, cur := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= m; j++ {
		prev[j] = j
	}
	for i := 1; i <= n; i++ {
		cur[0] = i
		best := i
		for j := 1; j <= m; j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, prev2[j-2]+1)
			}
			cur[j] = d
			best = min(best, d)
		}
		if best > limit {
			return limit + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return min(prev[m], limit+1)
}

func runes(s []byte, dst []rune) (int, bool) {
	n := 0
	for len(s) > 0 {
		if n == len(dst) {
			return 0, false
		}
		r, size := utf8.DecodeRune(s)
		dst[n] = r
		n++
		s = s[size:]
	}
	return n, true
}

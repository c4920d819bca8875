package understand

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"madoguchi/i18n"
)

// Intent is something a resident may come for: a flow or an FAQ entry, with
// phrases that show how people say it in one language. The same ID may be given
// once for each language.
type Intent struct {
	ID      string
	Lang    i18n.Lang
	Phrases []string
	// Most is how likely senses alone can make the intent; 0 is no limit. It is
	// for answers, which differ in finer things than senses tell apart.
	Most float64
}

// Index finds the intent a text is closest to. It is built once and safe for
// concurrent use.
//
// Texts are compared by weighted features: pairs of neighbouring characters for
// scripts without spaces, stemmed words and pairs of words for the others. What
// all intents share (予約, please) weighs little; hiragana, which carries the
// grammar, less than kanji and katakana, which carry the matter.
type Index struct {
	ids      []string
	intentOf []int32   // phrase → intent
	total    []float32 // phrase → sum of its features' weights

	features map[uint64]int32
	toneless map[uint64]int32 // features of words that lost their tones, for who types none
	single   []bool           // phrase → it is one word, the rest says nothing
	worn     []bool           // phrase → so little is left of it that it must be said as it is
	weight   []float32
	postings [][]int32 // feature → phrases

	// slips leads from a word with one letter left out to the feature of the
	// word, so that one typing slip is forgiven.
	slips map[uint64]int32

	meanings meanings
	most     []float32 // intent → the most that its senses make it likely
	learned  *learned  // nil: no examples

	scratch sync.Pool
}

// Confidence that the engine acts on, or asks about ("did you mean").
const (
	ActOn = 0.75
	AskOf = 0.45
)

// Weights of features by what they are made of.
const (
	weightContent = 1.0  // two kanji or katakana
	weightMixed   = 0.5  // kanji beside hiragana
	weightEnding  = 0.35 // two letters inside a word of Hangul
	weightGrammar = 0.15 // two hiragana, or a particle and what it joins
	weightStop    = 0.03 // part of a phrase that says nothing
	weightWord    = 1.0
	weightPair    = 0.5 // two words in a row
	unknownShare  = 0.4

	// The words of an intent taken together: how much they count beside one
	// phrase, and the weight from which they count at all and in full.
	unionShare   = 0.92
	unionUnknown = 0.2
	leastUnion   = 1.0
	fullUnion    = 1.7

	mostSingle = 0.7 // for a phrase of one word, if others were said
)

// feature ids: the kind in the top bits.
const (
	pairOfRunes uint64 = 1 << 62
	pairOfWords uint64 = 1 << 63
)

type rawFeature struct {
	id     uint64
	weight float32
	at     uint16 // where its last part begins in the folded text
	word   string // for slips
	// aside marks a word of when or how many: it tells nothing about what for.
	aside bool
	// english is the word with English endings off: people use English words in
	// sentences of other languages. 0: the same.
	english uint64
	// plain is the id without the tones; 0: the word has none.
	plain uint64
}

// maxFeatures bounds the work on one text; about a hundred characters.
const maxFeatures = 128

// stopPairs are of the scripts without spaces, which their characters tell
// apart; stop words belong to a language (language.stops).
var stopPairs = sync.OnceValue(func() map[uint64]bool { return newStopPairs(languages) })

func newStopPairs(all []*words) map[uint64]bool {
	pairs := map[uint64]bool{}
	for _, w := range all {
		for _, s := range w.stop {
			folded := appendFold(nil, s, true)
			prev := rune(0)
			for _, r := range string(folded) {
				if isWide(r) {
					if prev != 0 {
						pairs[pairID(prev, r)] = true
					}
					prev = r
				}
			}
		}
	}
	return pairs
}

// pairID folds kana, so that かーど finds カード.
func pairID(a, b rune) uint64 {
	return pairOfRunes | uint64(plainKana(a))<<21 | uint64(plainKana(b))
}

func plainKana(r rune) rune {
	if r >= 0x30a1 && r <= 0x30f6 {
		return r - 0x60
	}
	return r
}

// isParticle reports the particles that people swap freely: 窓口の予約, 窓口を予約.
func isParticle(r rune) bool {
	switch r {
	case 'の', 'を', 'に', 'は', 'が', 'で', 'と', 'も', 'へ':
		return true
	}
	return false
}

func isHiragana(r rune) bool { return r >= 0x3041 && r <= 0x309f }

// extract appends the features of a text in a language, folded with katakana
// kept.
func extract(dst []rawFeature, folded []byte, words *language) []rawFeature {
	prev := rune(0)
	var prevWord, prevPlain uint64
	begun := false // prev begins a word
	for i := 0; i < len(folded) && len(dst) < maxFeatures; {
		r, n := rune(folded[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(folded[i:])
		}
		if !wordLike(r) {
			i += n
			prev = 0
			continue
		}
		if isWide(r) {
			if prev != 0 {
				id := pairID(prev, r)
				w := float32(weightContent)
				switch {
				case stopPairs()[id]:
					w = weightStop
				case isHangul(r) && !begun: // the endings of verbs and the particles
					w = weightEnding
				case isHiragana(prev) && isHiragana(r), isParticle(prev) || isParticle(r):
					w = weightGrammar
				case isHiragana(prev) || isHiragana(r):
					w = weightMixed
				}
				dst = append(dst, rawFeature{id: id, weight: w, at: uint16(min(i, math.MaxUint16))})
			}
			begun = prev == 0
			prev, prevWord, prevPlain = r, 0, 0
			i += n
			continue
		}
		end := i
		for end < len(folded) {
			r, n := rune(folded[end]), 1
			if r >= utf8.RuneSelf {
				r, n = utf8.DecodeRune(folded[end:])
			}
			if isWide(r) || !wordLike(r) && r != '\'' {
				break
			}
			end += n
		}
		word, begin := folded[i:end], i
		i, prev = end, 0
		if words.stops[string(word)] || words.contracted(word) {
			continue
		}
		whole := word
		word = words.root(word)
		id := hash(word)
		f := rawFeature{id: id, weight: weightWord, word: string(word), at: uint16(min(begin, math.MaxUint16))}
		if words.stem != nil {
			if english := stem(whole); string(english) != string(word) {
				f.english = hash(english)
			}
		}
		plain := id
		if words.tones && !isPlain(f.word) {
			plain = hash([]byte(Fold(f.word)))
			f.plain = plain
		}
		dst = append(dst, f)
		if prevWord != 0 && len(dst) < maxFeatures {
			pair := rawFeature{id: pairOf(prevWord, id), weight: weightPair, at: uint16(min(begin, math.MaxUint16))}
			if p := pairOf(prevPlain, plain); p != pair.id {
				pair.plain = p
			}
			dst = append(dst, pair)
		}
		prevWord, prevPlain = id, plain
	}
	return dst
}

// pairOf is the id of two words side by side, in either order.
func pairOf(a, b uint64) uint64 {
	if a > b {
		a, b = b, a
	}
	return pairOfWords | (a*31+b)>>2
}

// contracted reports stop words written with an apostrophe: I'd, what's.
func (l *language) contracted(word []byte) bool {
	for i, c := range word {
		if c == '\'' {
			return l.stops[string(word[:i])]
		}
	}
	return false
}

// root takes the endings off a word by the rules of its language; of English
// where it has none.
func (l *language) root(word []byte) []byte {
	if l.stem == nil {
		return stem(word)
	}
	return l.stem(word)
}

// indexed says how texts of the language are folded for the index.
func (l *language) indexed() folding {
	if l.tones {
		return keepTones
	}
	return keepKana
}

// cut takes the first of the endings that leaves least letters off a word.
func cut(w []byte, least int, endings ...string) []byte {
	for _, e := range endings {
		if n := len(w) - len(e); n > 0 && string(w[n:]) == e && utf8.RuneCount(w[:n]) >= least {
			return w[:n]
		}
	}
	return w
}

// cutFront takes the first of the beginnings that leaves least letters off a word.
func cutFront(w []byte, least int, beginnings ...string) []byte {
	for _, b := range beginnings {
		if len(w) > len(b) && string(w[:len(b)]) == b && utf8.RuneCount(w[len(b):]) >= least {
			return w[len(b):]
		}
	}
	return w
}

func hash(word []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range word {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h >> 3
}

// stem takes the common English endings off, so that "booking", "booked" and
// "book" are one word. It need not be right, only the same for both sides.
func stem(w []byte) []byte {
	cut := func(suffix string, least int) bool {
		if len(w)-len(suffix) >= least && string(w[len(w)-len(suffix):]) == suffix {
			w = w[:len(w)-len(suffix)]
			return true
		}
		return false
	}
	switch {
	case cut("ies", 3), cut("y", 3):
		return w
	case cut("ing", 3), cut("ed", 3):
	case cut("sses", 2):
		return w[:len(w)+2]
	case len(w) > 2 && string(w[len(w)-2:]) != "ss" && cut("s", 3):
	}
	cut("e", 3)
	if n := len(w); n > 3 && w[n-1] == w[n-2] && w[n-1] != 's' {
		w = w[:n-1]
	}
	return w
}

// NewIndex builds the index of these intents. It learns from examples what their
// phrases do not show.
func NewIndex(intents []Intent, examples []Example) *Index {
	x := &Index{features: map[uint64]int32{}, toneless: map[uint64]int32{}, slips: map[uint64]int32{}}
	index := map[string]int32{}
	var phrases [][]int32
	seenIn := []map[int32]bool{} // feature → intents
	var buf []rawFeature
	var folded, plain []byte
	var tok tokens
	var asides []span
	var said []sensed
	for _, in := range intents {
		id, ok := index[in.ID]
		if !ok {
			id = int32(len(x.ids))
			index[in.ID] = id
			x.ids = append(x.ids, in.ID)
			x.most = append(x.most, 1)
		}
		if in.Most > 0 {
			x.most[id] = float32(in.Most)
		}
		for _, phrase := range in.Phrases {
			words := wordsOf(in.Lang)
			folded = appendFolded(folded[:0], phrase, words.indexed())
			asides = words.asides(asides[:0], folded, &plain, &tok)
			buf = withoutAside(extract(buf[:0], folded, words), asides)
			if len(plain) == len(folded) {
				said = words.sense(said[:0], folded, plain, asides)
				x.meanings.add(id, said)
			}
			var list []int32
			have := map[int32]bool{}
			for _, f := range buf {
				n, ok := x.features[f.id]
				if !ok {
					n = int32(len(x.weight))
					x.features[f.id] = n
					x.weight = append(x.weight, f.weight)
					x.postings = append(x.postings, nil)
					seenIn = append(seenIn, map[int32]bool{})
					if len(f.word) >= slipLength {
						eachSlip([]byte(f.word), func(h uint64) bool { x.slips[h] = n; return false })
					}
				}
				seenIn[n][id] = true
				if _, known := x.toneless[f.plain]; f.plain != 0 && !known {
					x.toneless[f.plain] = n
				}
				if !have[n] {
					have[n] = true
					list = append(list, n)
				}
			}
			if len(list) == 0 {
				continue
			}
			p := int32(len(phrases))
			phrases = append(phrases, list)
			x.single = append(x.single, len(list) == 1 && buf[0].word != "")
			x.worn = append(x.worn, x.single[p] && bytes.Count(folded, []byte(" ")) > 1)
			x.intentOf = append(x.intentOf, id)
			for _, n := range list {
				x.postings[n] = append(x.postings[n], p)
			}
		}
	}
	x.learn(examples, index)
	x.meanings.weigh(len(x.ids))
	most := math.Log(1 + float64(max(len(x.ids), 8)))
	for n := range x.weight {
		rare := math.Log(1+float64(max(len(x.ids), 8))/float64(len(seenIn[n]))) / most
		x.weight[n] *= float32(min(1, rare))
	}
	x.total = make([]float32, len(phrases))
	for p, list := range phrases {
		for _, n := range list {
			x.total[p] += x.weight[n]
		}
	}
	x.scratch.New = func() any {
		return &scratch{
			shared: make([]float32, len(phrases)),
			mark:   make([]uint32, len(x.weight)),
			best:   make([]float32, len(x.ids)),
			union:  make([]float32, len(x.ids)),
			sensed: make([]float32, len(x.ids)),
			last:   make([]int32, len(x.ids)),
			raw:    make([]rawFeature, 0, maxFeatures),
			folded: make([]byte, 0, 512),
		}
	}
	return x
}

// slipLength is the shortest word, in letters, in which a slip is forgiven.
const slipLength = 5

// eachSlip calls f with the hash of the word and of the word with each letter
// left out, until f is satisfied.
func eachSlip(word []byte, f func(uint64) bool) {
	if f(hash(word)) || len(word) > 24 {
		return
	}
	var buf [24]byte
	for i := range word {
		n := copy(buf[:], word[:i])
		n += copy(buf[n:], word[i+1:])
		if f(hash(buf[:n])) {
			return
		}
	}
}

// scratch is the working memory of one Match, reused.
type scratch struct {
	shared  []float32 // per phrase
	touched []int32
	mark    []uint32 // per feature: the round it was last seen in
	round   uint32
	best    []float32 // per intent
	union   []float32 // per intent
	last    []int32   // per intent: the last feature counted, plus one
	raw     []rawFeature
	folded  []byte
	plain   []byte
	tok     tokens
	asides  []span
	said    []sensed
	sensed  []float32 // per intent
	clues   []clue
	known   []known
	likely  []float32 // per class of the learned
}

// asides appends the parts of a text that are a date, a time or a number of
// people (「来週火曜の午前にカード取りに行きたい、2人で」): they are no reason why
// someone comes. plain is made the text without katakana, of the same length
// but for letters whose forms differ in it; then there are no asides.
func (l *language) asides(dst []span, folded []byte, plain *[]byte, tok *tokens) []span {
	*plain = append((*plain)[:0], folded...)
	if !l.tones {
		*plain = appendFold((*plain)[:0], string(folded), false)
	}
	if len(*plain) != len(folded) {
		return dst
	}
	l.terms.lex(string(*plain), tok)
	list := tok.all()
	for i := range list {
		x := &list[i]
		switch x.kind {
		case relDay, relWeek, relMonth, relYear, weekday, weekdayIn, weekend, monthName, dayPart, amPM, daySpan, dayMark, people, clock, soonest, ordinal, monthMark:
		case dayUnit, monthUnit, yearUnit, hourUnit, minuteUnit, days, weeks, months, person, half, endOf:
			if i == 0 || list[i-1].kind != num {
				continue
			}
		case num:
			if x.digits == 0 && (i+1 == len(list) || list[i+1].kind == unknown) {
				continue
			}
		default:
			continue
		}
		dst = append(dst, span{int(x.at), int(x.end)})
	}
	return dst
}

// withoutAside leaves out the features that begin in an aside. If nothing else is
// left, all stay.
func withoutAside(raw []rawFeature, asides []span) []rawFeature {
	out := 0
	for i := range raw {
		if at := int(raw[i].at); aside(asides, at) > at {
			raw[i].aside = true
			out++
		}
	}
	if out == 0 || out == len(raw) {
		return raw
	}
	kept := raw[:0]
	for _, f := range raw {
		if !f.aside {
			kept = append(kept, f)
		}
	}
	return kept
}

// Strange reports whether a text speaks of a matter that no phrase of an intent
// speaks of: a credit card, where the intent is the PIN of another card.
func (x *Index) Strange(c Context, text, id string) bool {
	in := slices.Index(x.ids, id)
	if in < 0 || len(text) > maxText {
		return false
	}
	s := x.scratch.Get().(*scratch)
	defer x.scratch.Put(s)
	x.read(s, c, text)
	x.meanings.rarely(s.said)
	return x.meanings.strange(in, s.said)
}

// longestRead is how much of a text is looked at for what someone has come for, in
// bytes: the work must not grow with what somebody pastes.
const longestRead = 960

// read takes the beginning of a text apart into features and senses.
func (x *Index) read(s *scratch, c Context, text string) {
	if len(text) > longestRead {
		text = strings.ToValidUTF8(text[:longestRead], "")
	}
	words := wordsOf(c.Lang)
	s.folded = appendFolded(s.folded[:0], text, words.indexed())
	s.raw = extract(s.raw[:0], s.folded, words)
	s.asides = words.asides(s.asides[:0], s.folded, &s.plain, &s.tok)
	s.raw = withoutAside(s.raw, s.asides)
	s.said = s.said[:0]
	if len(s.plain) == len(s.folded) {
		s.said = words.sense(s.said, s.folded, s.plain, s.asides)
	}
}

// weigh puts the likeness of senses beside that of letters.
func (x *Index) weigh(s *scratch) {
	clear(s.sensed)
	highest := x.meanings.score(s.said, s.sensed)
	vague := len(s.said) > 0
	for i := range s.said {
		vague = vague && s.said[i].shared < senseWeights[deed].shared
	}
	for in, score := range s.best {
		sensed := s.sensed[in]
		if score < sameSensed {
			score *= 1 - senseDoubt*(highest-sensed)
		}
		score = max(score, min(sensed, x.most[in]))
		// "What time is it": nothing that one could come for.
		if vague && score < sameSensed {
			score = min(score, mostStrange)
		}
		if score > mostStrange && x.meanings.strange(in, s.said) {
			score = mostStrange
		}
		s.best[in] = score
	}
}

// maxMatches is the most candidates Match returns.
const maxMatches = 8

// Match returns the intents text may mean, best first, none below a third.
// Value is the intent's ID. At ActOn or more the engine acts, from AskOf on it
// asks.
func (x *Index) Match(c Context, text string) []Candidate {
	if len(x.total) == 0 || len(text) > maxText {
		return nil
	}
	s := x.scratch.Get().(*scratch)
	defer x.scratch.Put(s)
	s.round++
	if s.round == 0 { // wrapped
		clear(s.mark)
		s.round = 1
	}
	s.touched = s.touched[:0]
	x.read(s, c, text)

	var whole float32 // the weight of everything said
	var known float32 // … of what is known
	slipped := false
	for i := range s.raw {
		f := &s.raw[i]
		n, found := x.features[f.id]
		if !found && f.plain == 0 {
			n, found = x.toneless[f.id]
		}
		if !found && f.english != 0 {
			n, found = x.features[f.english]
		}
		if !found && len(f.word) >= slipLength {
			eachSlip([]byte(f.word), func(h uint64) bool {
				n, found = x.slips[h]
				return found
			})
			slipped = slipped || found
		}
		if !found {
			if f.id&pairOfWords == 0 { // two words that nobody put side by side say no more than each
				whole += f.weight * unknownShare
			}
			continue
		}
		if s.mark[n] == s.round {
			continue
		}
		s.mark[n] = s.round
		w := x.weight[n]
		whole += w
		known += w
		for _, p := range x.postings[n] {
			if s.shared[p] == 0 {
				s.touched = append(s.touched, p)
			}
			s.shared[p] += w
			// The intent as a whole, however many of its phrases have the word.
			if in := x.intentOf[p]; s.last[in] != n+1 {
				s.last[in] = n + 1
				s.union[in] += w
			}
		}
	}
	clear(s.best)
	// People put their matter in words of several phrases: if they are all of one
	// intent, and more than a word, that tells too.
	for in, w := range s.union {
		if w >= leastUnion {
			s.best[in] = unionShare * w / (known + unionUnknown*(whole-known)/unknownShare) * min(1, w/fullUnion)
		}
		s.union[in], s.last[in] = 0, 0
	}
	for _, p := range s.touched {
		// The share of the phrase that was said and the share of what was said
		// that is the phrase, the former counting more: people add their story.
		score := s.shared[p] / (0.6*x.total[p] + 0.4*whole)
		// "pagar" is not enough for what else was said, nor "hanako" for 判子 (hanko).
		if x.single[p] && (len(s.raw) > 1 || slipped) {
			score = min(score, mostSingle)
		}
		if x.worn[p] {
			score = min(score, mostStrange)
		}
		s.shared[p] = 0
		in := x.intentOf[p]
		s.best[in] = max(s.best[in], score)
	}
	x.weigh(s)
	x.recall(s)
	var top [maxMatches]Candidate
	n := 0
	for in, score := range s.best {
		confidence := min(1, float64(score))
		if confidence < 1.0/3 {
			continue
		}
		at := n
		for at > 0 && top[at-1].Confidence < confidence {
			at--
		}
		if at == maxMatches {
			continue
		}
		if n < maxMatches {
			n++
		}
		copy(top[at+1:n], top[at:n-1])
		top[at] = Candidate{x.ids[in], confidence}
	}
	if n == 0 {
		return nil
	}
	return append([]Candidate(nil), top[:n]...)
}

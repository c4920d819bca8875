package understand

import (
	"math"
	"math/rand/v2"
	"slices"

	"madoguchi/i18n"
)

// Example is a sentence that somebody said, and what they had come for. The same
// intents may be given as phrases (Intent) too.
type Example struct {
	ID   string // of an intent, or Elsewhere or Answered
	Lang i18n.Lang
	Text string
}

// What sentences are after that no one intent is learned from.
const (
	Elsewhere = "elsewhere" // another office's matter, small talk
	Answered  = "answered"  // what an answer is found for by other means
)

// learned tells from examples what a sentence is after. Phrases are compared one
// by one, and a sentence must be like one of them; here every word, pair of
// letters and sense has a weight for every intent, found from all examples
// together, so that words of different ones add up. It is a multinomial logistic
// regression over what the phrases are compared by: its likelihoods sum to 1.
type learned struct {
	intents []int32 // class → intent of the index; elsewhere, answered
	clues   map[uint64]int32
	weights []float32 // clue × class
}

// The classes that are no intents.
const elsewhereClass, answeredClass = -1, -2

// How the weights are found: rounds over all examples, in an order that is the
// same at every start, each step smaller where a clue has been met often
// (AdaGrad), and with a pull to zero, so that what is met once counts for little.
const (
	learnRounds = 12
	learnStep   = 0.3
	learnPull   = 0.0005
	learnFirst  = 0.03 // keeps the first steps from being endless
)

// clue is one thing that a text is told by.
type clue struct {
	id     uint64
	weight float32
}

// Kinds of clues beside the features (rawFeature): a word without its tones, how
// a long word begins, a sense, two senses in one text.
const (
	toneFree  uint64 = 0x51 << 48
	beginning uint64 = 0x52 << 48
	oneSense  uint64 = 0x53 << 48
	twoSenses uint64 = 0x54 << 48
)

const (
	weightFaint  = 0.5 // of the clue in a pair of letters that is grammar
	weightSenses = 0.7 // of two senses
	mostPaired   = 24  // senses of which every two are a clue
)

// readClues sets s.clues to those of the text that was read.
func (s *scratch) readClues() {
	s.clues = s.clues[:0]
	for i := range s.raw {
		f := &s.raw[i]
		w := float32(1)
		if f.weight < weightMixed {
			w = weightFaint
		}
		s.clues = append(s.clues, clue{f.id, w})
		if f.word == "" {
			continue
		}
		plain := f.plain
		if plain == 0 {
			plain = f.id
		}
		s.clues = append(s.clues, clue{plain ^ toneFree, w})
		if n := fifth(f.word); n > 0 {
			s.clues = append(s.clues, clue{hash([]byte(f.word[:n])) ^ beginning, w})
		}
	}
	var said [mostPaired]uint64
	n := 0
	for i := range s.said {
		s.said[i].set.numbers(func(k int) {
			if n < len(said) {
				said[n] = uint64(k)
				n++
			}
		})
	}
	for i, a := range said[:n] {
		s.clues = append(s.clues, clue{a ^ oneSense, 1})
		for _, b := range said[:i] {
			s.clues = append(s.clues, clue{min(a, b)<<8 ^ max(a, b) ^ twoSenses, weightSenses})
		}
	}
	var sum float64
	for _, c := range s.clues {
		sum += float64(c.weight * c.weight)
	}
	if sum > 0 {
		by := float32(1 / math.Sqrt(sum)) // however much is said
		for i := range s.clues {
			s.clues[i].weight *= by
		}
	}
}

// fifth is where the fifth letter of a longer word ends, 0 for a shorter one.
func fifth(word string) int {
	n := 0
	for i := range word {
		if n == 5 {
			return i
		}
		n++
	}
	return 0
}

// known is a clue that some example has, by its row of weights.
type known struct {
	row    int32
	weight float32
}

// learn finds the weights. Examples of other intents than intentOf has are left
// out.
func (x *Index) learn(examples []Example, intentOf map[string]int32) {
	type lesson struct {
		class int32
		known []known
	}
	l := &learned{clues: map[uint64]int32{}}
	classes := map[int32]int32{} // intent → class
	s := &scratch{raw: make([]rawFeature, 0, maxFeatures)}
	lessons := make([]lesson, 0, len(examples))
	for _, e := range examples {
		intent, ok := intentOf[e.ID]
		switch {
		case e.ID == Elsewhere:
			intent = elsewhereClass
		case e.ID == Answered:
			intent = answeredClass
		case !ok:
			continue
		}
		class, ok := classes[intent]
		if !ok {
			class = int32(len(l.intents))
			classes[intent] = class
			l.intents = append(l.intents, intent)
		}
		text, _ := Clean(e.Text, longestRead)
		x.read(s, Context{Lang: e.Lang}, text)
		s.readClues()
		seen := make([]known, len(s.clues))
		for i, c := range s.clues {
			row, ok := l.clues[c.id]
			if !ok {
				row = int32(len(l.clues))
				l.clues[c.id] = row
			}
			seen[i] = known{row, c.weight}
		}
		lessons = append(lessons, lesson{class, seen})
	}
	if len(l.intents) < 2 {
		return
	}
	k := len(l.intents)
	l.weights = make([]float32, len(l.clues)*k)
	met := make([]float32, len(l.weights))
	likely := make([]float32, k)
	order := make([]int, len(lessons))
	for i := range order {
		order[i] = i
	}
	shuffle := rand.New(rand.NewPCG(1, 1))
	for range learnRounds {
		shuffle.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			l.likelihoods(likely, lessons[i].known)
			likely[lessons[i].class]-- // what is left is the error
			for _, c := range lessons[i].known {
				row, met := l.row(l.weights, c.row), l.row(met, c.row)
				for class, e := range likely {
					slope := e*c.weight + learnPull*row[class]
					met[class] += slope * slope
					row[class] -= learnStep * slope / (learnFirst + float32(math.Sqrt(float64(met[class]))))
				}
			}
		}
	}
	x.learned = l
}

func (l *learned) row(of []float32, row int32) []float32 {
	k := len(l.intents)
	return of[int(row)*k : int(row)*k+k]
}

// likelihoods sets dst to how likely every class is.
func (l *learned) likelihoods(dst []float32, text []known) {
	clear(dst)
	for _, c := range text {
		for class, w := range l.row(l.weights, c.row) {
			dst[class] += w * c.weight
		}
	}
	top, sum := slices.Max(dst), float32(0)
	for class, v := range dst {
		dst[class] = float32(math.Exp(float64(v - top)))
		sum += dst[class]
	}
	for class := range dst {
		dst[class] /= sum
	}
}

const (
	// How a likelihood becomes a confidence: from leastLikely on one asks, from
	// likelyEnough on one acts, and none is as sure as the very words.
	leastLikely  = 0.4
	likelyEnough = 0.6
	mostLearned  = 0.94
	learnedFrom  = AskOf
	learnedSlope = (ActOn - AskOf) / (likelyEnough - leastLikely)
	// surelyOther is the likelihood of another matter beside which nothing is even
	// asked about.
	surelyOther = 0.95
	notAsked    = 0.4
	leastSaid   = 0.6 // of the weight of features, in a text of one sense
	fewSaid     = 3   // senses and words without one
)

// faint reports a text that says next to nothing: やめる, "hmm". Examples have more.
func (s *scratch) faint() bool {
	var w float32
	for i := range s.raw {
		w += s.raw[i].weight
	}
	return w < leastSaid && len(s.said) < 2
}

// recall puts what was learned beside the likeness of phrases.
func (x *Index) recall(s *scratch) {
	l := x.learned
	if l == nil || s.faint() {
		return
	}
	s.readClues()
	s.known = s.known[:0]
	for _, c := range s.clues {
		if row, ok := l.clues[c.id]; ok {
			s.known = append(s.known, known{row, c.weight})
		}
	}
	if len(s.known) == 0 {
		return
	}
	s.likely = slices.Grow(s.likely[:0], len(l.intents))[:len(l.intents)]
	l.likelihoods(s.likely, s.known)
	var other float32
	for class, p := range s.likely {
		in := l.intents[class]
		switch {
		case in == elsewhereClass:
			other = p
		case in >= 0 && p >= leastLikely:
			likely := min(mostLearned, learnedFrom+learnedSlope*(p-leastLikely))
			// In few words another matter is no story: a passport, a dentist.
			if len(s.said) <= fewSaid && x.meanings.strange(int(in), s.said) {
				likely = min(likely, mostStrange)
			}
			s.best[in] = max(s.best[in], likely)
		}
	}
	if other < likelyEnough {
		return
	}
	most := float32(mostStrange)
	if other >= surelyOther {
		most = notAsked
	}
	for in, score := range s.best {
		if score < ActOn {
			s.best[in] = min(score, most)
		}
	}
}

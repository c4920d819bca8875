package understand

import (
	"sort"

	"madoguchi/i18n"
)

// dayOrder says how 3/12 is read.
type dayOrder uint8

const (
	monthFirst  dayOrder = iota // Japanese, Chinese, Korean
	dayFirst                    // most of the world
	eitherFirst                 // English: both are in use, so both are candidates
)

// words is one language: everything in this package that is not grammar. Phrases
// are written as people write them; they are folded when the tables are built.
type words struct {
	lang  i18n.Lang
	order dayOrder

	terms []term

	// numbers are number words that mean something else inside a sentence
	// (に, さん), so they count only as the whole answer.
	numbers []term

	yes, no []string
	// either are answers that mean yes to one person and no to another
	// (大丈夫です), so both are proposed.
	either []string

	// heads and tails are what politeness puts around an answer.
	heads, tails []string

	parties []partyPhrase

	// commands are whole utterances; loose are patterns in which {} is the
	// part handed over and * is anything.
	commands []commandPhrase
	loose    []commandPhrase

	// switchWords surround the name of a language when someone asks for it;
	// strong ones show the wish even among other words.
	switchWords  []string
	strongSwitch []string

	// stop are words that tell nothing about what a person came for.
	stop []string
}

type partyPhrase struct {
	text       string
	persons    int
	confidence float64
}

type commandPhrase struct {
	cmd        Command
	text       string
	confidence float64 // 0: the usual one
}

// languages are the languages spoken here. A new language is its file and its
// line.
var languages = []*words{&japanese, &english}

// language is one language made ready, together with Japanese and English,
// which residents mix into every other.
type language struct {
	order dayOrder
	terms *lexicon
	yesNo map[string]answer
	// heads by their first byte and tails by their last, longest first.
	heads   map[byte][]string
	tails   map[byte][]string
	parties map[string]partyPhrase
	numbers map[string]int
}

type answer uint8

const (
	sayYes answer = 1 << iota
	sayNo
)

var ready = prepare(languages)

// prepare builds the tables of every language, once.
func prepare(all []*words) map[i18n.Lang]*language {
	out := map[i18n.Lang]*language{}
	for _, w := range all {
		out[w.lang] = newLanguage(w, &japanese, &english)
	}
	out[i18n.EasyJapanese] = out[i18n.Japanese]
	return out
}

func newLanguage(mix ...*words) *language {
	l := &language{order: mix[0].order, heads: map[byte][]string{}, tails: map[byte][]string{}, yesNo: map[string]answer{}, parties: map[string]partyPhrase{}, numbers: map[string]int{}}
	var lists [][]term
	for i, w := range mix {
		if i > 0 && w == mix[0] {
			continue
		}
		lists = append(lists, w.terms)
		for _, y := range w.yes {
			l.yesNo[key(y)] |= sayYes
		}
		for _, n := range w.no {
			l.yesNo[key(n)] |= sayNo
		}
		for _, e := range w.either {
			l.yesNo[key(e)] = sayYes | sayNo
		}
		for _, n := range w.numbers {
			l.numbers[key(n.text)] = n.val
		}
		for _, h := range w.heads {
			h = key(h)
			l.heads[h[0]] = append(l.heads[h[0]], h)
		}
		for _, t := range w.tails {
			t = key(t)
			last := t[len(t)-1]
			l.tails[last] = append(l.tails[last], t)
		}
		for _, p := range w.parties {
			if k := key(p.text); l.parties[k].persons == 0 {
				l.parties[k] = p
			}
		}
	}
	for _, list := range l.heads {
		longestFirst(list)
	}
	for _, list := range l.tails {
		longestFirst(list)
	}
	l.terms = newLexicon(lists...)
	return l
}

func longestFirst(list []string) {
	sort.SliceStable(list, func(i, j int) bool { return len(list[i]) > len(list[j]) })
}

// wordsOf returns the tables of lang; a language without a file of its own gets
// Japanese and English.
func wordsOf(lang i18n.Lang) *language {
	if l := ready[lang]; l != nil {
		return l
	}
	return ready[i18n.Japanese]
}

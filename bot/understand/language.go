package understand

import (
	"sort"
	"strings"
	"sync"

	"madoguchi/i18n"
)

// dayOrder says how 3/12 is read.
type dayOrder uint8

const (
	monthFirst  dayOrder = iota // Japanese, Chinese, Korean
	dayFirst                    // most of the world
	eitherFirst                 // English: both are in use, so both are candidates
)

// shortYears says in which calendars a birth year of one or two digits may be said.
type shortYears uint8

const (
	inEras     shortYears = iota // 55年 is 1955 or 昭和55
	western                      // 85년 is 1985
	inRepublic                   // 74年 is 1974 or 民國74
)

// words is one language: everything in this package that is not grammar. Phrases
// are written as people write them; they are folded when the tables are built.
type words struct {
	lang  i18n.Lang
	order dayOrder
	years shortYears

	terms []term

	// numbers are number words that mean something else inside a sentence
	// (に, さん), so they count only as the whole answer.
	numbers []term

	yes, no []string
	// either are answers that mean yes to one person and no to another
	// (大丈夫です), so both are proposed.
	either []string
	// ownYes and ownNo are answers that mean something else in another language,
	// so they are not mixed into it: hai.
	ownYes, ownNo []string
	// granting are words that make a sentence a yes wherever they stand in it, as
	// lacking make it a no, and mute are words that decide nothing though a part
	// of them would: すみません. Only for scripts without spaces and for Hangul
	// (sentence.go).
	granting, mute []string

	// heads and tails are what politeness puts around an answer.
	heads, tails []string
	// answerHeads and answerTails are what is put around a yes or no besides, and
	// would cut something off other answers: あ, 全部.
	answerHeads, answerTails []string

	parties []partyPhrase
	// company are the words for people, and for counting them together
	// (company.go).
	company []term
	// nobody are answers that mean none of them.
	nobody []string

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

	// tones: accents tell words apart (tôi, tối), so they are kept where they
	// are written; who writes none is understood as well as may be.
	tones bool

	// unsure are answers that look like a yes or no and are neither; * is anything.
	unsure []string
	// lacking are words that make a sentence a no wherever they stand in it.
	lacking []string
	// faulty are words of a mistake (wrong), which make one too, unless one of
	// spared stands before them (nothing is wrong).
	faulty, spared []string
	// denials stand before a yes and make it a no: gak mau, hindi tama.
	denials []string
	// firstYes and firstNo settle an answer that goes on without a mark (no it
	// was my brother); doubts are words that leave a yes open (yes but
	// change it, でも, かな).
	firstYes, firstNo, doubts []string
	// alone are words that are a yes only when nothing follows: mau, cần, which
	// else begin a wish. Only for languages without firstYes.
	alone []string
	// links are what stands between answers given in a row: yes and correct.
	// Without firstYes heads and tails are links too.
	links []string

	// common are words, with spaces between, that together show that a sentence
	// is in this language; only for those that share the Latin letters.
	common string

	// stem takes the endings off a word, so that reservar and reservado are one;
	// nil leaves words whole. It need not be right, only the same on both sides.
	stem func(word []byte) []byte
}

// say lists the commands, split by |, that mean the same.
func say(cmd Command, confidence float64, texts string) []commandPhrase {
	var out []commandPhrase
	for t := range strings.SplitSeq(texts, "|") {
		out = append(out, commandPhrase{cmd, strings.TrimSpace(t), confidence})
	}
	return out
}

// split takes a list of phrases apart at its bars.
func split(texts string) []string {
	list := strings.Split(texts, "|")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// forms are the forms under which a phrase of the language is looked up: folded,
// and where tones count also with them, that form first.
func (w *words) forms(s string) []string {
	plain := key(s)
	if !w.tones {
		return []string{plain}
	}
	if toned := string(appendKey(nil, appendFolded(nil, s, keepTones))); toned != plain {
		return []string{toned, plain}
	}
	return []string{plain}
}

// written is the form of a word in which its accents count: sí is not si.
func (w *words) written(s string) string {
	return string(appendKey(nil, appendFolded(nil, s, keepTones)))
}

// terms in the forms in which they are looked for in a text.
func (w *words) folded(terms []term) []term {
	out := make([]term, 0, len(terms))
	if w.tones {
		for _, t := range terms {
			t.text = string(appendFolded(nil, t.text, keepTones))
			out = append(out, t)
		}
	}
	for _, t := range terms {
		t.text = Fold(t.text)
		out = append(out, t)
	}
	return out
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
var languages = []*words{&japanese, &english, &simplifiedChinese, &traditionalChinese, &korean, &vietnamese, &nepali, &portuguese, &spanish, &filipino, &indonesian}

// language is one language made ready, together with Japanese and English,
// which residents mix into every other.
type language struct {
	order     dayOrder
	years     shortYears
	terms     *lexicon
	yesNo     map[string]answer
	marks     map[uint32][]mark // by start, longest first
	polite    wrapping          // around any answer
	answering wrapping          // around a yes or no
	parties   map[string]partyPhrase
	company   func() *lexicon
	numbers   map[string]int
	unsure    [][][]byte // the parts of each, in order
	lacking   [][]byte
	faulty    [][]byte
	spared    [][]byte
	doubts    [][]byte
	denials   map[string]bool
	first     map[string]answer
	alone     map[string]bool
	links     map[string]bool
	drawn     map[string]answer // yesNo without letters drawn out
	tones     bool
	stem      func([]byte) []byte
	stops     map[string]bool // words that say nothing about what someone came for
	senses    []senseWords    // its own, then those mixed in
}

type answer uint8

const (
	sayYes answer = 1 << iota
	sayNo
	// toneless marks a form that has lost its tones: a text with tones that
	// only fits without them says something else (dùng is not đúng).
	toneless
)

// ready makes the tables of a language when it is first heard: a command of the
// shell that understands nothing does not wait for twelve languages.
var ready = prepare(languages)

func prepare(all []*words) map[i18n.Lang]func() *language {
	out := map[i18n.Lang]func() *language{}
	for _, w := range all {
		out[w.lang] = sync.OnceValue(func() *language { return newLanguage(w, &japanese, &english) })
	}
	out[i18n.EasyJapanese] = out[i18n.Japanese]
	return out
}

func newLanguage(mix ...*words) *language {
	l := &language{order: mix[0].order, years: mix[0].years, tones: mix[0].tones, stem: mix[0].stem, stops: map[string]bool{}, polite: newWrapping(), answering: newWrapping(), yesNo: map[string]answer{}, parties: map[string]partyPhrase{}, numbers: map[string]int{}, first: map[string]answer{}, links: map[string]bool{}, denials: map[string]bool{}, alone: map[string]bool{}}
	var lists, company [][]term
	var own map[string]answer // the answers of the language itself
	for i, w := range mix {
		if i > 0 && w == mix[0] {
			continue
		}
		lists = append(lists, w.folded(w.terms))
		company = append(company, w.folded(w.company))
		// The language asked for is heard first: its own meaning of a word wins.
		said := map[string]answer{}
		put := func(list []string, a answer) {
			for _, s := range list {
				for n, k := range w.forms(s) {
					if n > 0 && said[k] != 0 {
						continue
					}
					if n > 0 {
						a |= toneless
					}
					said[k] |= a
					a &^= toneless
				}
			}
		}
		put(w.yes, sayYes)
		put(w.no, sayNo)
		put(w.either, sayYes|sayNo)
		if i == 0 {
			put(w.ownYes, sayYes)
			put(w.ownNo, sayNo)
		}
		for k, a := range said {
			if l.yesNo[k] == 0 {
				l.yesNo[k] = a
			}
		}
		for _, n := range w.numbers {
			for _, k := range w.forms(n.text) {
				if _, own := l.numbers[k]; !own {
					l.numbers[k] = n.val
				}
			}
		}
		for _, s := range w.nobody {
			for _, k := range w.forms(s) {
				if _, own := l.numbers[k]; !own {
					l.numbers[k] = 0
				}
			}
		}
		l.polite.add(w, w.heads, w.tails)
		l.answering.add(w, w.heads, w.tails)
		l.answering.add(w, w.answerHeads, w.answerTails)
		for _, p := range w.parties {
			for _, k := range w.forms(p.text) {
				if l.parties[k].persons == 0 {
					l.parties[k] = p
				}
			}
		}
		for _, u := range w.unsure {
			for _, form := range w.forms(strings.ReplaceAll(u, "*", " qq ")) {
				var parts [][]byte
				for part := range strings.SplitSeq(form, "qq") {
					parts = append(parts, []byte(strings.TrimSpace(part)))
				}
				l.unsure = append(l.unsure, parts)
			}
		}
		for _, list := range []struct {
			of   []string
			into *[][]byte
		}{{w.lacking, &l.lacking}, {w.faulty, &l.faulty}, {w.spared, &l.spared}, {w.doubts, &l.doubts}} {
			if i > 0 && list.into != &l.lacking { // as and no are plain words of other languages
				continue
			}
			for _, s := range list.of {
				for _, form := range w.forms(s) {
					*list.into = append(*list.into, []byte(form))
				}
			}
		}
		if i == 0 {
			own = said
		}
		for _, s := range w.links {
			if i > 0 && own[key(s)] != 0 { // um is a yes in Vietnamese
				continue
			}
			l.links[string(undrawn(nil, []byte(key(s))))] = true
		}
		if i == 0 {
			for _, s := range w.firstYes {
				l.first[w.written(s)] = sayYes
			}
			for _, s := range w.firstNo {
				l.first[w.written(s)] = sayNo
			}
		}
		for _, list := range [...]struct {
			of   []string
			into map[string]bool
		}{{w.denials, l.denials}, {w.alone, l.alone}} {
			for _, s := range list.of {
				for _, form := range w.forms(s) {
					list.into[form] = true
				}
			}
		}
		for _, s := range w.stop {
			for _, form := range w.forms(s) {
				for _, word := range strings.Fields(form) {
					l.stops[word] = true
				}
			}
		}
	}
	l.polite.sort()
	l.answering.sort()
	l.drawn = drawnAnswers(l.yesNo)
	l.marks = marksOf(mix)
	l.terms = newLexicon(lists...)
	l.company = sync.OnceValue(func() *lexicon { return newLexicon(append(company, lists...)...) })
	for i, w := range mix {
		if i > 0 && w == mix[0] {
			continue
		}
		file, _, _ := strings.Cut(string(w.lang), "-") // one file for both scripts of Chinese
		if words := sensesOf[file]; words != nil {
			l.senses = append(l.senses, words())
		}
	}
	l.senses = append(l.senses, sensesOf["places"]())
	return l
}

func longestFirst(list []string) {
	sort.SliceStable(list, func(i, j int) bool { return len(list[i]) > len(list[j]) })
}

// wordsOf returns the tables of lang; a language without a file of its own gets
// Japanese and English.
func wordsOf(lang i18n.Lang) *language {
	if l := ready[lang]; l != nil {
		return l()
	}
	return ready[i18n.Japanese]()
}

func joinTerms(lists ...[]term) []term {
	var out []term
	for _, list := range lists {
		out = append(out, list...)
	}
	return out
}

func joinPhrases(lists ...[]commandPhrase) []commandPhrase {
	var out []commandPhrase
	for _, list := range lists {
		out = append(out, list...)
	}
	return out
}

package understand

import (
	"embed"
	"fmt"
	"io/fs"
	"math/bits"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// A sense is one thing of a city hall that people have many words for: to fetch
// something, a letter that came, a passport. The words of a language for each
// sense are in senses/<language>.txt; a sense is the same in every language, so
// that 「カードを取りに行きたい」 among the phrases of a flow is met by "saan ko
// kukunin ang card", which shares no letter with it.
//
// Senses know nothing of flows. What a flow is about is said by its own phrases,
// and a flow that a municipality writes is found by senses like the built-in ones.
// A matter that no flow has is a sense too: who says passport has not come for a
// flow in whose phrases nobody says it.
type sense struct {
	name string
	kind senseKind
}

// senseKind says how much a sense tells.
type senseKind uint8

const (
	matter  senseKind = iota // what it is about: a card, a move. One too many is another matter
	deed                     // what is to be done with it: fetch, cancel, look up
	trait                    // where, when, new, not yet: tells near phrases apart
	nothing                  // told beside it: where from, with whom
)

// The weights of a sense: where a phrase has it, and where only the text has it.
var senseWeights = [...]struct{ shared, extra float32 }{
	matter: {1, 0.9}, deed: {0.8, 0.45}, trait: {0.3, 0.08}, nothing: {0, 0},
}

const (
	// A word without a sense counts as a matter in a phrase; in what people say
	// it is more often part of their story.
	strangeShared, strangeExtra = 1, 0.25

	missingShare = 0.8  // of the weight of what the phrase has and nobody said
	otherSense   = 0.6  // of the weight of a word of two senses of which one was said
	elsewhere    = 0.4  // of the weight of what only other phrases of the intent have
	leastSensed  = 1    // the weight of a matter, or of a deed and what it is done to
	oneDeed      = 0.45 // of the likeness if no more is shared than something to do
	twoDeeds     = 1.5
	someDeed     = 0.79  // … if it is little more
	mostSensed   = 0.93  // the likeness of words of the same senses
	sameSensed   = 0.945 // … if they are the same altogether, and more than one word
	manySensed   = 1.7   // the weight that is more than one word

	// A likeness of letters only loses by how much better senses fit another
	// intent, and cannot be sure beside a matter that the intent does not know.
	senseDoubt  = 0.5
	mostStrange = 0.6
	// from this weight on a matter is no story beside what is asked for
	strangeMatter = 0.8
)

// senses are all of them. A new one is its line here and its words in the files.
var senses = parseSenses(`
matter: card postcard certificate pin address move movein moveout movewithin book birth pregnant tasklist page login maillink linkcode idpapers fee hours accesskey juminhyo koseki seal insurance pension allowance school nursery dog moped car licence passport garbage tax marriage divorce death library doctor vaccine weather job bank belongings phone hotel food visa water electricity gas welfare parking care disability election housing police transport language abroad agent child guardian mynumber proxy household smartphone online bypost store face photo mailforward
deed: pickup ready arrive status change cancel cantcome check lost found forget locked expired renew bring late live pay reissue pastdue
trait: whether apply where when how what who howmuch howlong not here new house family office slot day holiday file letter may
nothing: aside place
`)

func parseSenses(list string) []sense {
	kinds := map[string]senseKind{"matter": matter, "deed": deed, "trait": trait, "nothing": nothing}
	var out []sense
	for line := range strings.Lines(strings.TrimSpace(list)) {
		kind, names, _ := strings.Cut(line, ":")
		for _, name := range strings.Fields(names) {
			out = append(out, sense{name, kinds[kind]})
		}
	}
	return out
}

// senseSet is a set of senses, by their place in the list.
type senseSet [2]uint64

func (a senseSet) meets(b senseSet) bool { return a[0]&b[0]|a[1]&b[1] != 0 }

func (a senseSet) within(b senseSet) bool { return a[0]&^b[0]|a[1]&^b[1] == 0 }

func (a *senseSet) add(b senseSet) { a[0] |= b[0]; a[1] |= b[1] }

func (a senseSet) each(f func(sense)) {
	for i, s := range senses {
		if a[i/64]&(1<<(i%64)) != 0 {
			f(s)
		}
	}
}

func (a senseSet) numbers(f func(int)) {
	for w, word := range a {
		for ; word != 0; word &= word - 1 {
			f(w*64 + bits.TrailingZeros64(word))
		}
	}
}

// sensed is a word, or several, of a text: its senses, or if it has none the
// word. A word of two senses (move: a house, an appointment) has both.
type sensed struct {
	set    senseSet
	word   uint64
	shared float32
	extra  float32
}

func newSensed(set senseSet) sensed {
	t := sensed{set: set, extra: 1}
	set.each(func(s sense) {
		w := senseWeights[s.kind]
		t.shared = max(t.shared, w.shared)
		t.extra = min(t.extra, w.extra) // of two senses it may be the one that says little
	})
	return t
}

// senseWords are the words of one language for the senses, by how they start.
type senseWords map[uint32][]senseWord

// senseWord is one word or expression, folded. Between its parts lies a space,
// or a gap of a few words.
type senseWord struct {
	parts  []sensePart
	length int // of its letters, in bytes: the longest at a place is meant
	// toneless has lost its accents: only for texts without any.
	toneless bool
	// first: it stands at the beginning of a word (Hangul).
	first bool
	sensed
}

type sensePart struct {
	text string
	open bool // the word may go on: mud*
	gap  bool // up to three words, or four letters of a script without spaces, come before it
}

//go:embed senses/*.txt
var senseFiles embed.FS

// The files are read when a language is first heard.
var sensesOf = func() map[string]func() senseWords {
	out := map[string]func() senseWords{}
	names, err := fs.Glob(senseFiles, "senses/*.txt")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for _, file := range names {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "senses/"), ".txt")
		out[name] = sync.OnceValue(func() senseWords {
			b, err := senseFiles.ReadFile(file)
			if err != nil {
				panic(err) // it was listed
			}
			table, err := parseSenseWords(string(b))
			if err != nil {
				panic(fmt.Sprintf("%s: %v", file, err)) // a test reads every file
			}
			return table
		})
	}
	return out
}()

// parseSenseWords reads lines such as
//
//	pickup: pick* up|collect*|fetch*
//	  |come * for
//
// A line that begins with a space goes on with the one before it; # begins a
// comment. A star at a word's end leaves its ending open, a star of its own is a
// gap, ^ wants the beginning of a word in scripts whose words are not apart.
func parseSenseWords(text string) (senseWords, error) {
	sets := map[string]senseSet{}
	for i, s := range senses {
		var set senseSet
		set[i/64] |= 1 << (i % 64)
		sets[s.name] = set
	}
	meant := map[string]senseSet{}
	var order []string
	var now senseSet
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		words := line
		if line[0] != ' ' {
			name, rest, _ := strings.Cut(line, ":")
			set, known := sets[name]
			if !known {
				return nil, fmt.Errorf("no sense %q", name)
			}
			now, words = set, rest
		}
		for _, w := range split(words) {
			if w == "" {
				continue
			}
			set, have := meant[w]
			if !have {
				order = append(order, w)
			}
			set.add(now)
			meant[w] = set
		}
	}
	// What has lost its accents may be several words (muốn, muộn): it is all of them.
	plainly := map[string]senseSet{}
	for _, w := range order {
		set := plainly[Fold(w)]
		set.add(meant[w])
		plainly[Fold(w)] = set
	}
	table := senseWords{}
	for _, w := range order {
		toned := string(appendFolded(nil, w, keepTones))
		plain := Fold(w)
		if set, first := plainly[plain]; first && toned != plain {
			delete(plainly, plain)
			table.add(plain, newSensed(set), true)
		}
		table.add(toned, newSensed(meant[w]), false)
	}
	for _, list := range table {
		sort.SliceStable(list, func(i, j int) bool { return list[i].length > list[j].length })
	}
	return table, nil
}

func (table senseWords) add(text string, t sensed, toneless bool) {
	w := senseWord{sensed: t, toneless: toneless}
	text, w.first = strings.CutPrefix(text, "^")
	gap := false
	for _, p := range strings.Fields(text) {
		if p == "*" {
			gap = true
			continue
		}
		text, open := strings.CutSuffix(p, "*")
		w.parts = append(w.parts, sensePart{text, open, gap})
		w.length += len(text)
		gap = false
	}
	at := start(w.parts[0].text)
	table[at] = append(table[at], w)
}

// fits returns where the expression ends in text if it stands at i, else -1.
func (w *senseWord) fits(text []byte, i int) int {
	for k := range w.parts {
		p := &w.parts[k]
		if k > 0 {
			i = skipSpace(text, i)
		}
		end := p.fits(text, i)
		if end < 0 && p.gap {
			for n := 0; n < 4 && end < 0 && i < len(text); n++ {
				if i = skipWord(text, i); i < len(text) {
					end = p.fits(text, i)
				}
			}
		}
		if end < 0 {
			return -1
		}
		i = end
	}
	return i
}

// fits is for one part. Spaces that people put between the parts of a word in
// scripts that need none (やさしい日本語) do not matter.
func (p *sensePart) fits(text []byte, i int) int {
	wide := false
	for k := 0; k < len(p.text); {
		if i >= len(text) {
			return -1
		}
		if c := p.text[k]; c < utf8.RuneSelf {
			if text[i] != c {
				return -1
			}
			i, k, wide = i+1, k+1, false
			continue
		}
		r, n := utf8.DecodeRuneInString(p.text[k:])
		if wide && text[i] == ' ' && i+1 < len(text) {
			i++
		}
		if i+n > len(text) || string(text[i:i+n]) != p.text[k:k+n] {
			return -1
		}
		wide = isWide(r)
		i, k = i+n, k+n
	}
	if wide {
		return i
	}
	end := wordEnd(text, i)
	if end > i && !p.open {
		return -1
	}
	return end
}

// wordEnd is where the word of a script with spaces ends.
func wordEnd(text []byte, i int) int {
	for i < len(text) {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(text[i:])
		}
		if isWide(r) || !wordLike(r) && r != '\'' {
			break
		}
		i += n
	}
	return i
}

func skipSpace(text []byte, i int) int {
	for i < len(text) && text[i] < utf8.RuneSelf && !wordLike(rune(text[i])) {
		i++
	}
	return i
}

// skipWord goes to the next word, or the next letter of a script without spaces.
func skipWord(text []byte, i int) int {
	end := wordEnd(text, i)
	if end == i && i < len(text) {
		_, n := utf8.DecodeRune(text[i:])
		end = i + n
	}
	return skipSpace(text, end)
}

// span is a part of a text, in bytes.
type span struct{ from, to int }

// sense appends what a text says, in order, nothing twice. folded has kept its
// katakana, plain is the same without, byte for byte; asides are the parts that
// say when or how many.
func (l *language) sense(dst []sensed, folded, plain []byte, asides []span) []sensed {
	toneless := !l.tones || isPlainBytes(plain)
	begin := len(dst)
	put := func(t sensed) {
		for _, have := range dst[begin:] {
			if have.set == t.set && have.word == t.word {
				return
			}
		}
		dst = append(dst, t)
	}
	strange := func(word []byte) {
		put(sensed{word: hash(word), shared: strangeShared, extra: strangeExtra})
	}
	first := true // i begins a word
	run := -1     // where letters without a sense begin, of a script without spaces
	flush := func(end int) {
		if run >= 0 && end > run {
			l.strangers(folded[run:end], strange)
		}
		run = -1
	}
	for i := 0; i < len(plain) && len(dst)-begin < maxSensed; {
		r, n := rune(plain[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(plain[i:])
		}
		if !wordLike(r) {
			flush(i)
			first = true
			i += n
			continue
		}
		if w, end := l.senseAt(plain, i, first, toneless); w != nil {
			flush(i)
			if w.shared > 0 {
				put(w.sensed)
			}
			i, first = end, false
			if isHangul(r) { // the ending of a verb, a particle
				for i < len(plain) {
					r, n := utf8.DecodeRune(plain[i:])
					if _, next := l.senseAt(plain, i, false, toneless); !isHangul(r) || next > 0 {
						break
					}
					i += n
				}
			}
			continue
		}
		if end := aside(asides, i); end > i {
			flush(i)
			i, first = end, true
			continue
		}
		if isWide(r) {
			if run < 0 {
				run = i
			}
			i, first = i+n, false
			continue
		}
		flush(i)
		end := wordEnd(plain, i)
		if word := plain[i:end]; word[0] > '9' && !l.stops[string(word)] && !l.contracted(word) && utf8.RuneCount(word) > 1 {
			strange(l.root(word))
		}
		i, first = end, true
	}
	flush(len(plain))
	return dst
}

// maxSensed bounds the work on one text.
const maxSensed = 48

// senseAt is the longest expression at a place; the language's own words come
// before those of the languages mixed in.
func (l *language) senseAt(text []byte, i int, first, toneless bool) (*senseWord, int) {
	at := startAt(text, i)
	var best *senseWord
	bestEnd := 0
	for _, table := range l.senses {
		for _, at := range at {
			list := table[at]
			for k := range list {
				w := &list[k]
				if best != nil && w.length <= best.length {
					break
				}
				if w.toneless && !toneless || w.first && !first {
					continue
				}
				if end := w.fits(text, i); end > 0 {
					best, bestEnd = w, end
					break
				}
			}
		}
	}
	return best, bestEnd
}

// startAt is under which starts expressions at a place are kept.
func startAt(text []byte, i int) [2]uint32 {
	if text[i] >= utf8.RuneSelf {
		r, _ := utf8.DecodeRune(text[i:])
		return [2]uint32{uint32(r)}
	}
	one := uint32(text[i]) << 24
	if i+1 == len(text) {
		return [2]uint32{one}
	}
	return [2]uint32{one | uint32(text[i+1])<<16, one}
}

// strangers hands on the words among letters without a sense: of Hangul what
// stands between spaces, else what is kanji or katakana. Hiragana is grammar.
func (l *language) strangers(run []byte, strange func([]byte)) {
	from := -1
	var kind, last int
	end := func(i int) {
		if from >= 0 && i > from && !l.stops[string(run[from:i])] {
			strange(run[from:i])
		}
		from = -1
	}
	for i := 0; i < len(run); {
		r, n := utf8.DecodeRune(run[i:])
		switch {
		case isHangul(r):
			kind = 1
		case isKana(r) && plainKana(r) != r, r == 'ー' && last == 2:
			kind = 2
		case isKana(r) || r == 'ー':
			kind = 0
		default:
			kind = 3
		}
		if kind != last {
			end(i)
			if kind != 0 {
				from = i
			}
			last = kind
		}
		i += n
	}
	end(len(run))
}

func aside(asides []span, i int) int {
	for _, s := range asides {
		if i >= s.from && i < s.to {
			return s.to
		}
	}
	return i
}

func isPlainBytes(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// meaning is the senses of one or more phrases of an intent.
type meaning struct {
	intent int32
	said   []sensed
	all    senseSet
}

// meanings are those of an index.
type meanings struct {
	list []meaning
	of   []senseSet // intent → the senses of all its phrases
	rare []float32  // sense → how little it is said elsewhere, from 0 to 1
	seen map[string]bool
}

// common is the share of the intents that may have a sense before it tells less:
// in a city hall everything is about a card or a move.
const common = 0.1

// weigh is called when all phrases are in.
func (m *meanings) weigh(intents int) {
	for len(m.of) < intents {
		m.of = append(m.of, senseSet{})
	}
	m.rare = make([]float32, len(senses))
	for i := range m.rare {
		n := 0
		for _, set := range m.of {
			if set[i/64]&(1<<(i%64)) != 0 {
				n++
			}
		}
		m.rare[i] = min(1, common*float32(max(intents, 40))/float32(max(n, 1)))
	}
	m.seen = nil
}

// add takes in the senses of a phrase, nil if it has none.
func (m *meanings) add(intent int32, said []sensed) {
	for int(intent) >= len(m.of) {
		m.of = append(m.of, senseSet{})
	}
	new := meaning{intent: intent}
	key := fmt.Appendf(nil, "%d", intent)
	for _, t := range said {
		key = fmt.Appendf(key, " %x %x", t.set, t.word)
		new.all.add(t.set)
		m.of[intent].add(t.set)
	}
	if new.all == (senseSet{}) || m.seen[string(key)] {
		return
	}
	if m.seen == nil {
		m.seen = map[string]bool{}
	}
	m.seen[string(key)] = true
	new.said = append(new.said, said...)
	m.list = append(m.list, new)
}

// score puts the best likeness of senses for each intent into best, and returns
// the highest.
func (m *meanings) score(said []sensed, best []float32) float32 {
	m.rarely(said)
	var all senseSet
	for i := range said {
		all.add(said[i].set)
	}
	var highest float32
	for i := range m.list {
		p := &m.list[i]
		if !p.all.meets(all) {
			continue
		}
		if s := m.like(p, said); s > best[p.intent] {
			best[p.intent] = s
			highest = max(highest, s)
		}
	}
	return highest
}

// rarely makes what everybody speaks of count less where a phrase does not have it.
func (m *meanings) rarely(said []sensed) {
	for i := range said {
		t := &said[i]
		if t.word != 0 {
			continue
		}
		rare := float32(0)
		for k, r := range m.rare {
			if t.set[k/64]&(1<<(k%64)) != 0 {
				rare = max(rare, r)
			}
		}
		t.extra *= rare
	}
}

// like is how like what was said is to a phrase.
func (m *meanings) like(p *meaning, said []sensed) float32 {
	var shared, missing, extra float32
	matters := false // what is shared is also about something
	for i := range p.said {
		t := &p.said[i]
		part := t.among(said)
		matters = matters || part == 1 && t.shared >= senseWeights[matter].shared
		shared += part * t.shared
		missing += (1 - part) * t.shared
	}
	for i := range said {
		t := &said[i]
		switch {
		case t.among(p.said) > 0:
		case t.set.meets(m.of[p.intent]):
			extra += elsewhere * t.extra
		default:
			extra += t.extra
		}
	}
	if shared == 0 {
		return 0
	}
	if missing == 0 && extra == 0 && shared >= manySensed {
		return sameSensed
	}
	score := mostSensed * shared / (shared + missingShare*missing + extra)
	switch {
	case shared < leastSensed: // やめる
		score *= oneDeed
	case shared < twoDeeds && !matters: // another day, but of what
		score *= someDeed
	}
	return score
}

// among is how far a word is among those of a list: in full if one of them is
// all that it may mean, in part if one of its senses is there and it may have been
// the other ("move": a house; somebody said to another day).
func (t sensed) among(list []sensed) float32 {
	part := float32(0)
	for i := range list {
		switch {
		case t.word != 0 && t.word == list[i].word, t.set != (senseSet{}) && t.set.within(list[i].set):
			return 1
		case t.set.meets(list[i].set):
			part = otherSense
		}
	}
	return part
}

// strange reports a matter that an intent does not know: a passport.
func (m *meanings) strange(intent int, said []sensed) bool {
	for i := range said {
		if said[i].extra >= strangeMatter && !said[i].set.meets(m.of[intent]) {
			return true
		}
	}
	return false
}

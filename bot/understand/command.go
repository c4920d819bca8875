package understand

import (
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"madoguchi/i18n"
)

// Command is something a resident can say at any step, whatever is asked.
type Command string

// The commands.
const (
	Back     Command = "back"     // the question before
	Correct  Command = "correct"  // an earlier answer; the argument names it, if said
	Repeat   Command = "repeat"   // the open question again
	Restart  Command = "restart"  // from the beginning
	Stop     Command = "stop"     // end the dialog; see cancelConfidence
	Person   Command = "person"   // a person, please
	Language Command = "language" // another language; the argument is its tag, "" if none was named
	Help     Command = "help"     // what does this mean; the argument is the term, if said
	Skip     Command = "skip"     // leave this question out
	Thanks   Command = "thanks"   // a courtesy; it asks for nothing
)

const (
	commandConfidence = 0.95
	// cancelConfidence marks キャンセル and "cancel": in the middle of a
	// procedure they end it, at rest they ask to cancel a booking. The engine
	// knows which it is.
	cancelConfidence = 0.6
	// correctConfidence marks "correct", which is also a yes.
	correctConfidence = 0.5
)

type commandHit struct {
	cmd        Command
	confidence float64
	lang       i18n.Lang
	own        bool // counts only in a conversation in lang: too short to be sure elsewhere
	toneless   bool // a form that has lost its tones
}

// pattern is a loose command phrase: the parts between its wildcards.
type pattern struct {
	cmd        Command
	confidence float64
	before     string // stands before the argument, or is the only part
	after      string // stands after it
	arg        bool
	open       bool     // anything may come before
	tail       bool     // anything may follow
	parts      []string // without an argument: all must appear, in order
	trace      uint16   // of its longest part
}

// traces is the set of the three-byte pieces of a text, hashed: what leaves no
// trace does not occur. Most patterns are ruled out by it at once.
type traces [1 << 12 / 64]uint64

func trace(a, b, c byte) uint16 { return (uint16(a)*33 ^ uint16(b)*151 ^ uint16(c)*1021) & (1<<12 - 1) }

func (t *traces) add(s string) {
	for i := 2; i < len(s); i++ {
		h := trace(s[i-2], s[i-1], s[i])
		t[h/64] |= 1 << (h % 64)
	}
}

func (t *traces) has(h uint16) bool { return h == noTrace || t[h/64]&(1<<(h%64)) != 0 }

// noTrace is of what is too short to leave one.
const noTrace = 1<<16 - 1

// traceOf is the trace of the end of s, which tells more than its beginning.
func traceOf(s string) uint16 {
	n := len(s)
	if n < 3 {
		return noTrace
	}
	return trace(s[n-3], s[n-2], s[n-1])
}

// commandTable is every command in every language: they are understood whatever
// the language of the conversation (DESIGN 3).
type commandTable struct {
	whole   map[string][]commandHit
	loose   []pattern
	names   []languageName
	byName  map[string]int // index into names
	around  []string       // what surrounds the name of a language, longest first
	strong  []string
	polites []string
}

var commands = sync.OnceValue(func() *commandTable { return newCommandTable(languages) })

func newCommandTable(all []*words) *commandTable {
	t := &commandTable{whole: map[string][]commandHit{}, byName: map[string]int{}}
	for _, w := range all {
		answers := map[string]bool{} // that a command without its tones would hide
		for _, list := range [][]string{w.yes, w.no} {
			for _, s := range list {
				answers[key(s)] = true
			}
		}
		for _, c := range w.commands {
			if c.confidence == 0 {
				c.confidence = commandConfidence
			}
			for n, k := range w.forms(c.text) {
				if n > 0 && answers[k] || slices.ContainsFunc(t.whole[k], func(h commandHit) bool { return h.lang == w.lang }) {
					continue
				}
				own := w != &japanese && w != &english && len(k) <= shortCommand && k[0] < utf8.RuneSelf && !strings.Contains(k, " ")
				t.whole[k] = append(t.whole[k], commandHit{c.cmd, c.confidence, w.lang, own, n > 0})
			}
		}
		for _, c := range w.loose {
			t.loose = append(t.loose, newPattern(c))
		}
		for _, s := range w.switchWords {
			t.around = append(t.around, w.forms(s)...)
		}
		for _, s := range w.strongSwitch {
			t.strong = append(t.strong, key(s))
		}
	}
	for _, p := range []string{"お願いします", "おねがいします", "お願い", "ください", "please", "pls", "now", "请", "請", "谢谢", "謝謝", "해주세요", "해 주세요", "부탁드려요", "부탁합니다", "por favor", "porfa", "porfavor", "pfv", "tolong", "dong", "ya", "po", "nga", "lang", "paki", "ạ", "nhé", "giúp em", "giúp tôi", "cho em", "cho tôi", "कृपया", "न", "है", "hai", "na"} {
		t.polites = append(t.polites, key(p))
	}
	t.polites = append(t.polites, "ạ", "nhé", "giúp tôi")
	longestFirst(t.around)
	for _, n := range languageNames {
		for _, name := range n.names {
			t.names = append(t.names, languageName{n.lang, key(name), n.foreign, traceOf(key(name))})
		}
	}
	sort.SliceStable(t.names, func(i, j int) bool { return len(t.names[i].name) > len(t.names[j].name) })
	for i, n := range t.names {
		if _, dup := t.byName[n.name]; !dup {
			t.byName[n.name] = i
		}
	}
	return t
}

// shortCommand is the length in bytes up to which a single Latin word is no
// command outside its own language: names and words of others look like it.
const shortCommand = 6

// hit looks up a whole utterance: a command of the language spoken, else of
// another.
func (t *commandTable) hit(lang i18n.Lang, k []byte, toned bool) (commandHit, bool) {
	if lang == i18n.EasyJapanese {
		lang = i18n.Japanese
	}
	var other *commandHit
	list := t.whole[string(k)]
	for i := range list {
		h := &list[i]
		switch {
		case toned && h.toneless:
		case h.lang == lang:
			return *h, true
		case !h.own && other == nil:
			other = h
		}
	}
	if other != nil {
		return *other, true
	}
	return commandHit{}, false
}

// looseKey is key with katakana kept, so that an argument comes out as written.
func looseKey(s string) string { return string(appendKey(nil, appendFold(nil, s, true))) }

func newPattern(c commandPhrase) pattern {
	p := pattern{cmd: c.cmd, confidence: c.confidence}
	text := c.text
	if rest, ok := strings.CutPrefix(text, "*"); ok {
		p.open, text = true, rest
	}
	if rest, ok := strings.CutSuffix(text, "*"); ok {
		p.tail, text = true, rest
	}
	before, after, arg := strings.Cut(text, "{}")
	p.arg = arg
	p.before, p.after = looseKey(before), looseKey(after)
	if !arg {
		for _, part := range strings.Split(before, "*") {
			p.parts = append(p.parts, looseKey(part))
		}
	}
	p.trace = noTrace
	longest := 0
	for _, part := range append([]string{p.before, p.after}, p.parts...) {
		if len(part) > longest {
			longest, p.trace = len(part), traceOf(part)
		}
	}
	return p
}

// match reports whether the pattern fits k, and the argument.
func (p *pattern) match(k string) (arg string, ok bool) {
	if !p.arg {
		for n, part := range p.parts {
			i := strings.Index(k, part)
			if i < 0 || n == 0 && !p.open && i > 0 {
				return "", false
			}
			k = k[i+len(part):]
		}
		return "", p.tail || k == ""
	}
	if p.before != "" {
		i := strings.Index(k, p.before)
		if i < 0 || i > 0 && !p.open {
			return "", false
		}
		k = k[i+len(p.before):]
	}
	if p.after != "" {
		i := strings.LastIndex(k, p.after)
		if i < 0 || !p.tail && i+len(p.after) != len(k) {
			return "", false
		}
		k = k[:i]
	}
	k = strings.TrimSpace(k)
	return k, k != "" && utf8.RuneCountInString(k) <= maxArgument
}

// maxArgument is the longest name of a field or term, in characters; longer
// ones are sentences that only look like the pattern.
const maxArgument = 40

// Commands looks for a command in text. With exact only whole utterances count,
// which is safe while an open question takes free text; without it looser
// patterns do too. arg is the argument the command's comment names. A
// confidence under 0.75 means that the words have another likely meaning and
// the engine should look at what it is doing before it acts.
func Commands(c Context, text string, exact bool) (cmd Command, arg string, confidence float64, ok bool) {
	if len(text) > maxCommand {
		return "", "", 0, false
	}
	return commands().find(c.Lang, text, exact)
}

// maxCommand is the longest text taken for a command, in bytes: a longer one is
// an account of something, even if a command word occurs in it.
const maxCommand = 240

func (t *commandTable) find(speaks i18n.Lang, text string, exact bool) (Command, string, float64, bool) {
	var buf [2 * maxCommand]byte
	folded := appendFold(buf[:0], text, false)
	n := len(folded)
	k := appendKey(folded[n:n], folded)
	if len(k) == 0 {
		return "", "", 0, false
	}
	toned := !isPlain(text) && hasTones(text)
	if toned {
		if hit, ok := t.utterance(speaks, appendKey(nil, appendFolded(nil, text, keepTones)), false); ok {
			return hit.cmd, "", hit.confidence, true
		}
	}
	if hit, ok := t.utterance(speaks, k, toned); ok {
		return hit.cmd, "", hit.confidence, true
	}
	if lang, confidence, ok := t.language(string(k), exact); ok {
		return Language, string(lang), confidence, true
	}
	if exact {
		return "", "", 0, false
	}
	kept := looseKey(text)
	var seen traces
	seen.add(kept)
	var best *pattern
	var bestArg string
	for i := range t.loose {
		p := &t.loose[i]
		if best != nil && p.confidence <= best.confidence || !seen.has(p.trace) {
			continue
		}
		if arg, ok := p.match(kept); ok {
			best, bestArg = p, arg
		}
	}
	if best == nil {
		return "", "", 0, false
	}
	return best.cmd, asWritten(text, bestArg), best.confidence, true
}

// utterance looks up a whole utterance, with or without the politeness around it.
func (t *commandTable) utterance(lang i18n.Lang, k []byte, toned bool) (commandHit, bool) {
	if hit, ok := t.hit(lang, k, toned); ok {
		return hit, true
	}
	for _, p := range t.polites {
		if rest := trimTail(k, p); len(rest) < len(k) {
			if hit, ok := t.hit(lang, rest, toned); ok {
				return hit, true
			}
		}
		if rest := trimHead(k, p); len(rest) < len(k) {
			if hit, ok := t.hit(lang, rest, toned); ok {
				return hit, true
			}
		}
	}
	if lang == i18n.Japanese || lang == i18n.EasyJapanese || lang == i18n.English || ready[lang] == nil {
		return commandHit{}, false // their lists are long enough to be exact
	}
	if rest := wordsOf(lang).stripped(k); len(rest) < len(k) {
		return t.hit(lang, rest, toned)
	}
	return commandHit{}, false
}

// hasTones reports letters that Vietnamese has alone among the languages here,
// or accents that tell its words apart.
func hasTones(text string) bool {
	for _, r := range text {
		if r >= 0x1ea0 && r <= 0x1ef9 || r >= 0xc0 && r <= 0x24f {
			return true
		}
	}
	return false
}

// asWritten returns arg in the letters of text, where it stands there.
func asWritten(text, arg string) string {
	if lower := strings.ToLower(text); len(lower) == len(text) {
		if i := strings.Index(lower, arg); i >= 0 {
			return text[i : i+len(arg)]
		}
	}
	return arg
}

// language recognises a wish for a language: its name alone, or among the words
// of such a wish in any language.
func (t *commandTable) language(k string, exact bool) (i18n.Lang, float64, bool) {
	if i, ok := t.byName[k]; ok {
		return t.names[i].lang, 0.85, true
	}
	var seen traces
	seen.add(k)
	for _, n := range t.names {
		if !seen.has(n.trace) {
			continue
		}
		i := strings.Index(k, n.name)
		if i < 0 || !wholeWord(k, i, len(n.name)) {
			continue
		}
		before, after := k[:i], k[i+len(n.name):]
		if n.name == "thai" && expecting(before) {
			return "", 0, false
		}
		if t.surrounds(before) && t.surrounds(after) {
			return n.lang, commandConfidence, true
		}
		if exact {
			return "", 0, false
		}
		for _, s := range t.strong {
			if strings.Contains(k, s) && utf8.RuneCountInString(k) < 30 {
				return n.lang, 0.75, true
			}
		}
		if n.foreign && utf8.RuneCountInString(before)+utf8.RuneCountInString(after) <= 14 {
			return n.lang, 0.75, true
		}
		return "", 0, false
	}
	return "", 0, false
}

// expecting reports words that end before the Vietnamese "thai": mang thai,
// có thai (pregnant) and khám thai (a checkup) are no wish for Thai.
func expecting(before string) bool {
	for _, w := range []string{"mang", "co", "kham"} {
		if rest, ok := strings.CutSuffix(strings.TrimSpace(before), w); ok && (rest == "" || strings.HasSuffix(rest, " ")) {
			return true
		}
	}
	return false
}

func wholeWord(k string, i, n int) bool {
	return !(i > 0 && letter(k[i-1]) && letter(k[i]) || i+n < len(k) && letter(k[i+n-1]) && letter(k[i+n]))
}

// surrounds reports whether s consists of nothing but words that surround the
// name of a language.
func (t *commandTable) surrounds(s string) bool {
	for {
		s = strings.TrimSpace(s)
		if s == "" {
			return true
		}
		cut := false
		for _, w := range t.around {
			if strings.HasPrefix(s, w) && wholeWord(s, 0, len(w)) {
				s, cut = s[len(w):], true
				break
			}
		}
		if !cut {
			return false
		}
	}
}

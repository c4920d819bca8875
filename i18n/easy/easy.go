// Package easy checks やさしい日本語 against the guideline (domain-facts 10): short
// sentences, です・ます, no passive, no words of honour, few words in katakana, no
// official word without its explanation, a right reading on every kanji.
//
// It reads Japanese with a morphological analyser (kagome, IPA dictionary), which
// takes a second and 88 MiB. So nothing of the program imports it: "go test
// ./i18n/easy" checks the catalogs, and the server never carries the dictionary.
//
//	a text ──Variants──▶ sentences ──analyser──▶ words ──rules──▶ Finding
//
// words.yaml lists what is allowed: katakana words, readings that the analyser
// does not expect, and texts that break a rule for a reason.
package easy

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"
	"go.yaml.in/yaml/v3"

	"madoguchi/i18n"
)

// Rule names what a text breaks.
type Rule string

// The rules, with their number in domain-facts 10.
const (
	Long      Rule = "long"      // 2: a sentence of more than 30 characters
	Ending    Rule = "ending"    // 3: a sentence that does not end in です・ます
	Passive   Rule = "passive"   // 5: れる, られる
	Honorific Rule = "honorific" // 5: お〜ください, いただく, 承る
	Vague     Rule = "vague"     // 5: 等, なるべく, 適宜
	Katakana  Rule = "katakana"  // 6: a word that is not on the list
	Range     Rule = "range"     // 6: 〜 between two values
	Reading   Rule = "reading"   // 7: not the reading that the analyser expects
	Spacing   Rule = "spacing"   // 7: no space where 分かち書き has one
	Official  Rule = "official"  // 8: an official word without 〈explanation〉
)

// Finding is one breach.
type Finding struct {
	Rule   Rule
	Detail string
}

// String writes it for the person who mends it.
func (f Finding) String() string { return string(f.Rule) + ": " + f.Detail }

// longest is how many characters a sentence may have: those of its words as they
// are written, without furigana, spaces, signs, values put in and explanations.
const longest = 30

// Lists are what is allowed.
type Lists struct {
	// Katakana are words that a beginner knows, or that stand on signs and forms.
	Katakana []string
	// Readings are right, whatever the analyser expects: base, then readings.
	Readings map[string][]string
	// Official are official words and what is said instead; one that stands in a
	// text has its explanation in 〈 〉 at least once there.
	Official map[string]string
	// Explained are official words that may stand alone, and the texts where
	// people meet them first and read what they are.
	Explained map[string][]string
	// Excepted are texts that break rules for a reason.
	Excepted []Exception
}

// Exception is a breach that stays.
type Exception struct {
	Key    string // of the text; with * at the end all that begin so
	Rules  []Rule
	Reason string
}

//go:embed words.yaml
var files embed.FS

// Checker checks texts.
type Checker struct {
	lists    Lists
	analyser *tokenizer.Tokenizer
}

// New loads the dictionary and the lists.
func New() (*Checker, error) {
	data, err := files.ReadFile("words.yaml")
	if err != nil {
		return nil, fmt.Errorf("read the allowed words: %w", err)
	}
	c := &Checker{}
	if err := yaml.Unmarshal(data, &c.lists); err != nil {
		return nil, fmt.Errorf("read the allowed words: %w", err)
	}
	if c.analyser, err = tokenizer.New(ipa.Dict(), tokenizer.OmitBosEos()); err != nil {
		return nil, fmt.Errorf("load the dictionary: %w", err)
	}
	return c, nil
}

// Lists returns what is allowed.
func (c *Checker) Lists() Lists { return c.lists }

// Excepted reports whether a breach of a text is allowed, and by which of the
// exceptions.
func (c *Checker) Excepted(key string, r Rule) (i int, ok bool) {
	i = slices.IndexFunc(c.lists.Excepted, func(e Exception) bool {
		prefix, many := strings.CutSuffix(e.Key, "*")
		return slices.Contains(e.Rules, r) && (e.Key == key || many && strings.HasPrefix(key, prefix))
	})
	return i, i >= 0
}

// Check returns what a text breaks, each once.
func (c *Checker) Check(text string) []Finding {
	ways, err := i18n.Variants(i18n.EasyJapanese, text)
	if err != nil {
		return nil // i18n.Report tells
	}
	var all []Finding
	add := func(r Rule, format string, args ...any) {
		f := Finding{r, fmt.Sprintf(format, args...)}
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	for _, way := range ways {
		way = placeholder.ReplaceAllString(way, string(value))
		c.words(way, add)
		for _, sentence := range sentences(way) {
			c.sentence(sentence, add)
		}
	}
	return all
}

// value stands for a value put into a text.
const value = '◇'

var (
	placeholder = regexp.MustCompile(`\{[^{}]*\}`)
	explanation = regexp.MustCompile(`〈[^〉]*〉`)
	brackets    = regexp.MustCompile(`（[^（）]*）|\([^()]*\)`)
	address     = regexp.MustCompile(`https?://\S+|\S+@\S+`)
)

// sentences cuts a text; each keeps its full stop. What stands in brackets is
// no part of the sentence around it.
func sentences(text string) []string {
	var out []string
	start := 0
	for i, r := range text {
		if strings.ContainsRune("。！？!?\n", r) {
			out = append(out, text[start:i+utf8.RuneLen(r)])
			start = i + utf8.RuneLen(r)
		}
	}
	out = append(out, text[start:])
	return slices.DeleteFunc(out, func(s string) bool { return strings.TrimSpace(s) == "" })
}

// polite are the ends of a sentence.
var polite = regexp.MustCompile(`(です|ます|ません|ました|でした|でしょう|ましょう|ください)(か|ね|よ)?[。？！?!]$`)

// greeting are what a first lesson teaches as a whole.
var greeting = regexp.MustCompile(`^(はい|いいえ|ありがとうございます|どういたしまして|ごめんなさい|こんにちは)。$`)

// honorific are words of honour and modesty. お〜ください is one only without て:
// 書いて ください is what the guideline asks for.
var honorific = regexp.MustCompile(`[おご御][^ 　、。てで]{1,6} ?(ください|下さい|いただ|頂|いたし|致し|になり|になる|なさ)|いただ|頂き|承り|承る|承っ|申し上|申しま|申し訳|いたしま|致しま|ございま|でござ|お越し|ご覧|伺い|伺う|まいりま|参りま|ております|おりません|くださいませ|いらっしゃ|恐れ入|恐れい|差し上げ|さしあげ|存じ`)

// vague are words that leave open what is meant. 等 within a name (負担区分等証明書)
// is a part of it.
var vague = regexp.MustCompile(`等(?:[^しか\p{Han}]|$)|なるべく|適宜|てきぎ`)

var span = regexp.MustCompile(`[～〜~]`)

var katakana = regexp.MustCompile(`[ァ-ヺー]{2,}`)

func (c *Checker) sentence(sentence string, add func(Rule, string, ...any)) {
	bare := strings.TrimSpace(i18n.Bare(sentence))
	plain := brackets.ReplaceAllString(explanation.ReplaceAllString(address.ReplaceAllString(bare, ""), ""), "")
	length := 0
	for _, r := range plain {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == 'ー' {
			length++
		}
	}
	// An explanation lengthens a sentence and makes it easier all the same.
	if length > longest && !strings.Contains(bare, "〈") {
		add(Long, "%d characters: %s", length, bare)
	}
	if ended := strings.TrimRight(plain, "」』”"); strings.HasSuffix(ended, "。") && !polite.MatchString(ended) && !greeting.MatchString(ended) {
		add(Ending, "%s", bare)
	}
	if m := honorific.FindString(plain); m != "" && !greeting.MatchString(plain) {
		add(Honorific, "%s in %s", m, bare)
	}
	if m := vague.FindString(plain); m != "" {
		add(Vague, "%s in %s", m, bare)
	}
	if span.MatchString(plain) {
		add(Range, "%s", bare)
	}
	for _, token := range c.analyser.Tokenize(plain) {
		if base, _ := token.BaseForm(); slices.Contains(token.POS(), "接尾") && (base == "れる" || base == "られる") {
			add(Passive, "%s in %s", token.Surface, bare)
		}
	}
	c.readings(sentence, add)
}

// words looks at a text as a whole.
func (c *Checker) words(text string, add func(Rule, string, ...any)) {
	bare := i18n.Bare(text)
	for _, word := range katakana.FindAllString(bare, -1) {
		if !slices.Contains(c.lists.Katakana, word) {
			add(Katakana, "%s", word)
		}
	}
	// A word in brackets stands beside what is said for it: はがき（交付通知書）.
	outside := brackets.ReplaceAllString(explanation.ReplaceAllString(bare, "〈〉"), "")
	for word, instead := range c.lists.Official {
		if c.lists.Explained[word] != nil {
			continue
		}
		// Within a longer word (交付通知書) it is that which is explained.
		for _, compound := range compounds(outside, word) {
			if !strings.Contains(outside, compound+"〈〉") {
				add(Official, "%s without 〈explanation〉; else: %s", compound, instead)
			}
		}
	}
	if m := unspaced.FindString(bare); m != "" {
		add(Spacing, "%s wants a space before its second word", m)
	}
}

// unspaced are phrases that 分かち書き divides, written as one.
var unspaced = regexp.MustCompile(`て(ください|います|いる|いない|いません|あります)|[んい]で(ください|います|いる)|(い|て)(る|ない)\p{Han}|` +
	`[\p{Han}\p{Katakana}ー〉](を|は|が|に|で|へ|の|も)[\p{Han}\p{Katakana}]`)

var kanji = regexp.MustCompile(`\p{Han}+`)

// compounds returns the runs of kanji in a text that a word is part of.
func compounds(text, word string) []string {
	var out []string
	for _, run := range kanji.FindAllString(text, -1) {
		if strings.Contains(run, word) {
			out = append(out, run)
		}
	}
	return out
}

// readings compares the furigana of a sentence with what the analyser reads.
// Both are cut where both have a boundary: 引っ越し is one word to the analyser
// and [引|ひ]っ[越|こ]し in the text.
func (c *Checker) readings(sentence string, add func(Rule, string, ...any)) {
	type piece struct {
		text, kana string
		end        int // in the bare text
	}
	var ours []piece
	end := 0
	for _, s := range i18n.Ruby(sentence) {
		if s.Reading != "" {
			end += len(s.Text)
			ours = append(ours, piece{s.Text, hiragana(s.Reading), end})
			continue
		}
		for _, r := range s.Text {
			end += utf8.RuneLen(r)
			ours = append(ours, piece{string(r), hiragana(string(r)), end})
		}
	}
	var theirs []piece
	end = 0
	for _, token := range c.analyser.Tokenize(i18n.Bare(sentence)) {
		kana, ok := token.Reading()
		if !ok || kana == "*" {
			kana = token.Surface
		}
		end += len(token.Surface)
		theirs = append(theirs, piece{token.Surface, hiragana(kana), end})
	}
	i := 0
	var mine, read piece
	for _, t := range theirs {
		read.text, read.kana = read.text+t.text, read.kana+t.kana
		for i < len(ours) && ours[i].end <= t.end {
			mine.text, mine.kana = mine.text+ours[i].text, mine.kana+ours[i].kana
			mine.end = ours[i].end
			i++
		}
		if mine.end != t.end {
			continue
		}
		if strings.ContainsFunc(mine.text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) &&
			mine.kana != read.kana && !slices.Contains(c.lists.Readings[mine.text], mine.kana) {
			add(Reading, "%s is read %s, the analyser has %s", mine.text, mine.kana, read.kana)
		}
		mine, read = piece{end: mine.end}, piece{}
	}
}

// hiragana writes katakana as hiragana, and leaves out spaces.
func hiragana(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'ァ' && r <= 'ヶ':
			return r - 'ァ' + 'ぁ'
		case r == ' ' || r == '　':
			return -1
		}
		return r
	}, s)
}

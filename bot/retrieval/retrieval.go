// Package retrieval finds, among the questions people ask (flows/faq), those that
// a question in other words may mean.
//
//	entries ─▶ New ─▶ an index in memory: wordings and answers, a field a language
//	question ─▶ Find ─▶ the nearest entries, each with a confidence
//
// The full text is bleve's: pairs of characters for Japanese and Chinese, of
// syllables for Korean, stemmed words for English, Portuguese and Spanish, the
// beginnings of words for Nepali, whole words for the others, ranked by BM25. A
// rank is not yet an answer: BM25 always finds something nearest, and a
// municipality must not state the wrong rule. So each entry found also gets a
// confidence, from how much of what was asked the entry speaks of at all, how far
// it is ahead of the next, and how near its wordings came (bot/understand). What
// to do at which confidence is the dialog's business (bot).
//
// An index is immutable and safe for concurrent use. It is built once for a
// wording of the answers, never in a turn of its own.
package retrieval

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	stdunicode "unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/standard"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/token/stop"
	"github.com/blevesearch/bleve/v2/analysis/token/truncate"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/analysis/tokenmap"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"madoguchi/bot/understand"
	"madoguchi/flows/faq"
	"madoguchi/i18n"
)

// Found is an entry that may answer a question.
type Found struct {
	ID string
	// Confidence is from 0 to 1. Only that of the first says how sure the whole
	// finding is; the others' put the rest in order.
	Confidence float64
}

// Index is the entries, ready to be searched.
type Index struct {
	full      bleve.Index
	entries   float64
	analyzers map[i18n.Lang]analysis.Analyzer
	common    map[string]uint64 // term → entries that have it, in the field where most do
}

// How much a find in one field counts beside one in the wordings of the
// question's own language.
const (
	inAnswer   = 0.35 // the answer speaks of much that was not asked
	inReading  = 0.6  // the question in やさしい日本語, as it is read
	inJapanese = 0.5  // official terms stand in Japanese script in any language
)

// longest is the most of a question that is looked up, in bytes: some 160
// characters of Japanese. A question is shorter; the work on a text must not
// grow with it.
const longest = 480

// New builds the index of entries in these languages.
func New(entries []*faq.Entry, langs ...i18n.Lang) (*Index, error) {
	x := &Index{entries: float64(len(entries)), analyzers: map[i18n.Lang]analysis.Analyzer{}, common: map[string]uint64{}}
	document := bleve.NewDocumentStaticMapping()
	m := bleve.NewIndexMapping()
	m.DefaultMapping, m.ScoringModel = document, "bm25"
	if err := errors.Join(addEastAsian(m), addLatin(m), addBeginnings(m)); err != nil {
		return nil, fmt.Errorf("make an index of the questions: %w", err)
	}
	for _, lang := range langs {
		name := analyzerOf(lang)
		x.analyzers[lang] = m.AnalyzerNamed(name)
		for _, field := range []string{questionIn(lang), answerIn(lang)} {
			document.AddFieldMappingsAt(field, &mapping.FieldMapping{Type: "text", Analyzer: name, Index: true, IncludeTermVectors: true})
		}
	}
	var err error
	if x.full, err = bleve.NewUsing("", m, scorch.Name, scorch.Name, nil); err != nil {
		return nil, fmt.Errorf("make an index of the questions: %w", err)
	}
	// The index has goroutines of its own, which end with it.
	runtime.AddCleanup(x, func(full bleve.Index) { _ = full.Close() }, x.full)
	batch := x.full.NewBatch()
	for _, e := range entries {
		fields := map[string]any{}
		for lang := range x.analyzers {
			fields[questionIn(lang)], fields[answerIn(lang)] = texts(e, lang)
		}
		if err := batch.Index(e.ID, fields); err != nil {
			return nil, fmt.Errorf("index the question %s: %w", e.ID, err)
		}
	}
	if err := x.full.Batch(batch); err != nil {
		return nil, fmt.Errorf("index the questions: %w", err)
	}
	return x, x.count()
}

// count notes how many entries have each term.
func (x *Index) count() error {
	for lang := range x.analyzers {
		for _, field := range []string{questionIn(lang), answerIn(lang)} {
			terms, err := x.full.FieldDict(field)
			if err != nil {
				return fmt.Errorf("count the words of the questions: %w", err)
			}
			for {
				t, err := terms.Next()
				if err != nil {
					return fmt.Errorf("count the words of the questions: %w", err)
				}
				if t == nil {
					break
				}
				x.common[t.Term] = max(x.common[t.Term], t.Count)
			}
			if err := terms.Close(); err != nil {
				return fmt.Errorf("count the words of the questions: %w", err)
			}
		}
	}
	return nil
}

// A field's name has no dot: to bleve that is a field within a field.
func questionIn(lang i18n.Lang) string { return "question_" + string(lang) }
func answerIn(lang i18n.Lang) string   { return "answer_" + string(lang) }

// analyzerOf names what cuts a language into terms.
func analyzerOf(lang i18n.Lang) string {
	switch base, _, _ := strings.Cut(string(lang), "-"); base {
	case "ja", "zh", "ko":
		return eastAsian
	case "en":
		return en.AnalyzerName
	case "pt":
		return portuguese
	case "es":
		return spanish
	case "fil":
		return filipino
	case "ne":
		return beginnings
	}
	return standard.Name
}

// eastAsian cuts into pairs of characters and single kanji: 遅れた and 遅くなった
// share no pair. A single kana says nothing.
const eastAsian = "east-asian"

func addEastAsian(m *mapping.IndexMappingImpl) error {
	var kana []any
	for r := 'ぁ'; r <= 'ヾ'; r++ {
		kana = append(kana, string(r))
	}
	return errors.Join(
		m.AddCustomTokenMap("kana", map[string]any{"type": tokenmap.Name, "tokens": kana}),
		m.AddCustomTokenFilter("not-kana", map[string]any{"type": stop.Name, "stop_token_map": "kana"}),
		m.AddCustomTokenFilter("pairs", map[string]any{"type": cjk.BigramName, "output_unigram": true}),
		m.AddCustomAnalyzer(eastAsian, map[string]any{
			"type": custom.Name, "tokenizer": unicode.Name, "token_filters": []any{lowercase.Name, "pairs", "not-kana"},
		}),
	)
}

// beginnings cuts words and keeps how they begin: Nepali hangs its endings and
// case words (कार्ड, कार्डको, कार्डले) on a word, and no stemmer is to be had.
const beginnings = "beginnings"

// beginning is the length of what is kept, in characters of Unicode, of which a
// vowel sign is one.
const beginning = 5

func addBeginnings(m *mapping.IndexMappingImpl) error {
	return errors.Join(
		m.AddCustomTokenFilter("beginning", map[string]any{"type": truncate.Name, "length": float64(beginning)}),
		m.AddCustomAnalyzer(beginnings, map[string]any{
			"type": custom.Name, "tokenizer": unicode.Name, "token_filters": []any{lowercase.Name, "beginning"},
		}),
	)
}

// texts are what an entry has to be found by. In やさしい日本語 that is how it is
// read: people who know no kanji write kana.
func texts(e *faq.Entry, lang i18n.Lang) (questions []string, answer string) {
	if lang == i18n.EasyJapanese {
		questions = []string{fold(lang, read(e.Question.In(lang)))}
		for _, ask := range e.Asks(lang) {
			if strings.IndexFunc(ask, isKanji) < 0 {
				questions = append(questions, fold(lang, ask))
			}
		}
		return questions, fold(lang, read(e.Answer.In(lang)))
	}
	for _, ask := range e.Asks(lang) {
		questions = append(questions, fold(lang, ask))
	}
	if e.Answer.Has(lang) || lang == i18n.Japanese {
		answer = fold(lang, i18n.Bare(e.Answer.In(lang)))
	}
	return questions, answer
}

func isKanji(r rune) bool { return stdunicode.Is(stdunicode.Han, r) }

// read writes the readings in place of what they stand over.
func read(text string) string {
	var b strings.Builder
	for _, s := range i18n.Ruby(text) {
		if s.Reading != "" {
			b.WriteString(s.Reading)
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func fold(lang i18n.Lang, text string) string {
	return hangulPairs(replacerOf(lang).Replace(understand.Fold(text)))
}

// hangulPairs writes Hangul in pairs of syllables, without those that are
// grammar: 전입신고했어요 as 전입 입신 신고 고했. A Korean word carries its particles
// and endings with it, and the tokenizer, which cuts Han and kana only, would
// take 전입신고 and 전입신고를 for two.
func hangulPairs(text string) string {
	if strings.IndexFunc(text, isHangul) < 0 {
		return text
	}
	var b strings.Builder
	for text != "" {
		end := strings.IndexFunc(text, isHangul)
		if end < 0 {
			end = len(text)
		}
		b.WriteString(text[:end])
		text = text[end:]
		if end = strings.IndexFunc(text, func(r rune) bool { return !isHangul(r) }); end < 0 {
			end = len(text)
		}
		word := []rune(text[:end])
		text = text[end:]
		if len(word) == 1 {
			word = append(word, ' ')
		}
		for i := range max(0, len(word)-1) {
			if pair := string(word[i : i+2]); !endings[pair] {
				b.WriteByte(' ')
				b.WriteString(pair)
			}
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func isHangul(r rune) bool { return stdunicode.Is(stdunicode.Hangul, r) }

// Find returns the entries nearest to a question in lang, the likeliest first,
// at most n. near is how near the wordings of entries are, by id, as
// understand.Index has it; nil if nobody has looked.
func (x *Index) Find(lang i18n.Lang, question string, near map[string]float64, n int) ([]Found, error) {
	if len(question) > longest {
		question = strings.ToValidUTF8(question[:longest], "")
	}
	text := fold(lang, question)
	cut := x.analyzers[lang]
	if cut == nil {
		lang, cut = i18n.Japanese, x.analyzers[i18n.Japanese]
	}
	if text == "" || cut == nil {
		return nil, nil
	}
	terms, strange := x.terms(cut, text)
	// More than are wanted are fetched: the wordings may change their order.
	request := bleve.NewSearchRequestOptions(query.NewDisjunctionQuery(x.queries(lang, text)), n+8, 0, false)
	request.IncludeLocations = true
	result, err := x.full.Search(request)
	if err != nil {
		return nil, fmt.Errorf("look a question up: %w", err)
	}
	type scored struct {
		Found
		score float64
	}
	var list []scored
	for _, hit := range result.Hits {
		like := near[hit.ID]
		share, said := covered(terms, hit)
		sure := (0.7*share*min(1, said/enough) + 0.3*like) * (1 - strange)
		list = append(list, scored{Found{hit.ID, sure}, hit.Score * (1 + 2*like)})
	}
	slices.SortStableFunc(list, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	})
	var out []Found
	for i, f := range list[:min(n, len(list))] {
		lead := 0.0
		if i == 0 {
			lead = 1
			if len(list) > 1 {
				lead = 1 - list[1].score/f.score
			}
		}
		f.Confidence = min(1, f.Confidence*(0.4+0.6*lead))
		out = append(out, f.Found)
	}
	return out, nil
}

// queries look for the question in the fields that may have it.
func (x *Index) queries(lang i18n.Lang, text string) []query.Query {
	var list []query.Query
	in := func(field string, boost float64) {
		q := query.NewMatchQuery(text)
		q.SetField(field)
		q.SetBoost(boost)
		list = append(list, q)
	}
	if lang == i18n.Japanese || lang == i18n.EasyJapanese {
		in(questionIn(i18n.Japanese), 1)
		in(answerIn(i18n.Japanese), inAnswer)
		if x.analyzers[i18n.EasyJapanese] != nil {
			in(questionIn(i18n.EasyJapanese), inReading)
			in(answerIn(i18n.EasyJapanese), inReading*inAnswer)
		}
		return list
	}
	in(questionIn(lang), 1)
	in(answerIn(lang), inAnswer)
	in(questionIn(i18n.Japanese), inJapanese)
	return list
}

// terms are the terms of a question with what each says about its matter.
// strange is the share of words that no entry has: a library's opening hours are
// not those of the counters.
func (x *Index) terms(cut analysis.Analyzer, text string) (terms map[string]float64, strange float64) {
	terms = map[string]float64{}
	var whole float64
	for _, t := range cut.Analyze([]byte(text)) {
		term := string(t.Term)
		if _, again := terms[term]; again {
			continue
		}
		w := x.weight(term)
		terms[term] = w
		whole += w
		if x.common[term] == 0 && !isKana(term) && utf8.RuneCountInString(term) > 1 {
			strange += w
		}
	}
	if whole == 0 {
		return nil, 0
	}
	return terms, strange / whole
}

func isKana(term string) bool {
	return strings.IndexFunc(term, func(r rune) bool { return r < 0x3041 || r > 0x309f }) < 0
}

// unheard is the number of entries that a term no entry has counts as having:
// less than one, so that what is not known here weighs most.
const unheard = 0.7

// weight is how much a term tells: more the fewer entries have it, less if it is
// all hiragana, which mostly is grammar, or a single kanji, which a pair of
// characters has too.
func (x *Index) weight(term string) float64 {
	has := unheard
	if n := x.common[term]; n > 0 {
		has = float64(n)
	}
	w := math.Log(1 + x.entries/has)
	if isKana(term) {
		w *= 0.3
	} else if utf8.RuneCountInString(term) == 1 {
		w *= 0.5
	}
	return w
}

// enough is the weight of two or three telling words. A question in which less
// than that fits an entry may be about anything ("What does that mean?").
const enough = 7.0

// covered is the share of what was asked that an entry speaks of, and the weight
// of that share.
func covered(terms map[string]float64, hit *search.DocumentMatch) (share, said float64) {
	var whole float64
	for term, w := range terms {
		whole += w
		for _, in := range hit.Locations {
			if len(in[term]) > 0 {
				said += w
				break
			}
		}
	}
	if whole == 0 {
		return 0, 0
	}
	return said / whole, said
}

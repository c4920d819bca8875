package bot

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"madoguchi/bot/retrieval"
	"madoguchi/bot/understand"
	"madoguchi/flows"
	"madoguchi/flows/faq"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/procedure"
)

// Versions is where the published versions of flows are kept.
type Versions interface {
	// Current lists the version in force of every flow of the tenant.
	Current(tx *store.Tx) ([]procedure.Version, error)
	// Version returns one version, store.ErrNotFound if it does not exist.
	Version(tx *store.Tx, flow string, version int) (procedure.Version, error)
}

// Shelf is what a tenant offers at one moment, ready to use. It is immutable.
type Shelf struct {
	Current map[string]*flows.Flow
	Menu    []*flows.Flow // in order, without parts
	FAQ     map[string]*faq.Entry
	Texts   *i18n.Catalog // in the tenant's own words; nil: the program's

	hidden  map[string]bool
	intents *intents
	answers *Answers
	words   *words // of Texts
	until   time.Time
}

// heardWith are the languages whose words may stand in a sentence of lang: its
// own, its twin, Japanese for what stands on signs, and English, of which every
// language borrows.
func heardWith(lang i18n.Lang) []i18n.Lang {
	list := []i18n.Lang{lang}
	for _, l := range []i18n.Lang{twins[lang], i18n.Japanese, i18n.English} {
		if l != "" && !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
}

// twins are languages that are said alike.
var twins = map[i18n.Lang]i18n.Lang{
	i18n.Japanese: i18n.EasyJapanese, i18n.EasyJapanese: i18n.Japanese, "zh-Hans": "zh-Hant", "zh-Hant": "zh-Hans",
}

// intents is what residents come for, by the words they say it in. The index of
// a language is made when somebody first speaks it.
type intents struct {
	menu    []*flows.Flow
	entries []*faq.Entry
	asks    map[string]*i18n.Phrases // of the counters, see counterAsks
	said    func(i18n.Lang) []flows.Saying
	in      eachLang[*understand.Index]
}

func (x *intents) index(lang i18n.Lang) *understand.Index {
	made, _ := x.in.get(lang, func() (*understand.Index, error) { return x.make(lang), nil })
	return made
}

func (x *intents) make(lang i18n.Lang) *understand.Index {
	list := []understand.Intent{{ID: string(understand.Person), Lang: lang}}
	var examples []understand.Example
	learn := func(id string, lang i18n.Lang, phrases []string) {
		for _, p := range phrases {
			examples = append(examples, understand.Example{ID: id, Lang: lang, Text: p})
		}
	}
	for _, l := range heardWith(lang) {
		if x.said != nil {
			for _, say := range x.said(l) {
				examples = append(examples, understand.Example{ID: say.For, Lang: l, Text: say.Text})
			}
		}
		for _, f := range x.menu {
			phrases := f.Begins.In(l)
			list = append(list, understand.Intent{ID: f.Name, Lang: l, Phrases: phrases})
			learn(f.Name, l, phrases)
		}
		for _, e := range x.entries {
			asks := e.Asks(l)
			list = append(list, understand.Intent{ID: faqPrefix + e.ID, Lang: l, Phrases: asks, Most: mostSensed})
			if e.Of == "" { // else it is as good as a wish for the flow
				learn(understand.Answered, l, asks)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(x.asks)) {
			phrases := x.asks[id].In(l)
			list = append(list, understand.Intent{ID: id, Lang: l, Phrases: phrases})
			learn(id, l, phrases)
		}
	}
	return understand.NewIndex(list, examples)
}

// match returns the flows and entries that words may mean, best first. A
// question gives way to a flow that is nearly as likely, unless it is worded as
// the entry has it: who came to do something is led through it, and finds the
// answer there.
func (s *Shelf) match(c understand.Context, text string) []understand.Candidate {
	list := s.intents.index(c.Lang).Match(c, text)
	if len(list) == 0 || list[0].Confidence >= worded {
		return list
	}
	for i, m := range list {
		if !s.leadsOn(m.Value) || m.Confidence < list[0].Confidence-givesWay {
			continue
		}
		if i > 0 {
			copy(list[1:i+1], list[:i])
			list[0] = understand.Candidate{Value: m.Value, Confidence: max(m.Confidence, list[1].Confidence)}
			for k := 1; k <= i; k++ {
				list[k].Confidence = min(list[k].Confidence, m.Confidence)
			}
		}
		break
	}
	return list
}

// leadsOn reports whether a match is to be followed: a flow, or a person; not an
// answer.
func (s *Shelf) leadsOn(value string) bool {
	return s.Current[value] != nil || value == string(understand.Person)
}

const (
	// worded is the likeness of the very words of a phrase, but for what says nothing.
	worded = 0.95
	// givesWay is how much likelier than a flow a question is to come before it.
	givesWay = 0.08
	// leads is how much likelier than every other a flow is that is entered unasked.
	leads = 0.03
)

// clear reports whether the first of matches is so likely, and so much likelier
// than another flow, that it is acted on without asking.
func (s *Shelf) clear(matches []understand.Candidate) bool {
	if len(matches) == 0 || matches[0].Confidence < actOn {
		return false
	}
	for _, m := range matches[1:] {
		if s.leadsOn(m.Value) {
			return matches[0].Confidence >= worded || matches[0].Confidence-m.Confidence >= leads
		}
	}
	return true
}

// Answers is the questions people ask and their full text. The text of a
// language is made when it is first wanted (Library.Warm, or a question whose
// wording nobody foresaw): a command that asks nothing does not wait for it.
// Libraries may share one.
type Answers struct {
	read func() ([]*faq.Entry, error)
	in   eachLang[*retrieval.Index]
}

// eachLang is something of which there is one a language, made when that is first
// wanted; meanwhile nobody waits who wants another.
type eachLang[T any] struct {
	mu sync.Mutex
	in map[i18n.Lang]*madeOnce[T]
}

type madeOnce[T any] struct {
	once sync.Once
	done atomic.Bool
	made T
	err  error
}

func (e *eachLang[T]) of(lang i18n.Lang) *madeOnce[T] {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.in == nil {
		e.in = map[i18n.Lang]*madeOnce[T]{}
	}
	if e.in[lang] == nil {
		e.in[lang] = &madeOnce[T]{}
	}
	return e.in[lang]
}

// get returns the one of lang. What failed once is not tried again: it is made of
// what ships or has been checked, so that a second time would be no better.
func (e *eachLang[T]) get(lang i18n.Lang, make func() (T, error)) (T, error) {
	m := e.of(lang)
	m.once.Do(func() {
		m.made, m.err = make()
		m.done.Store(true)
	})
	return m.made, m.err
}

// has reports whether get does not wait.
func (e *eachLang[T]) has(lang i18n.Lang) bool { return e.of(lang).done.Load() }

// hears reports whether words of lang can be looked up without waiting.
func (s *Shelf) hears(lang i18n.Lang) bool { return s.intents.in.has(lang) && s.answers.in.has(lang) }

// listen makes ready what words of lang are looked up in. It takes some hundredths
// of a second, and is done before anything is written (outside.go).
func (s *Shelf) listen(c understand.Context, text string) error {
	s.match(c, text)
	_, err := s.answers.index(c.Lang)
	return err
}

// mostSensed keeps an answer from being sure by the senses of its words alone: the
// full text decides. TestQuestionsFindAnswers measures it.
const mostSensed = 0.6

// NewAnswers returns the answers that read does; it is called once, when they
// are first wanted.
func NewAnswers(read func() ([]*faq.Entry, error)) *Answers {
	return &Answers{read: sync.OnceValues(read)}
}

// given are answers that are there already.
func given(entries []*faq.Entry) *Answers {
	return NewAnswers(func() ([]*faq.Entry, error) { return entries, nil })
}

// index has the questions in Japanese, やさしい日本語 and English, and in lang if
// any entry is translated. It is looked for and made once a language.
func (a *Answers) index(lang i18n.Lang) (*retrieval.Index, error) {
	return a.in.get(lang, func() (*retrieval.Index, error) {
		entries, err := a.read()
		if err != nil {
			return nil, err
		}
		langs := []i18n.Lang{i18n.Japanese, i18n.EasyJapanese, i18n.English}
		switch {
		case lang == i18n.Japanese:
		case slices.Contains(langs, lang) || !slices.ContainsFunc(entries, func(e *faq.Entry) bool { return e.Question.Has(lang) }):
			return a.index(i18n.Japanese)
		default:
			langs = append(langs, lang)
		}
		return retrieval.New(entries, langs...)
	})
}

// Library keeps flows compiled: a version once for all conversations on it.
type Library struct {
	Versions Versions
	Compile  func(v procedure.Version) (*flows.Flow, error)
	Order    []string // names of flows in the order of the menu; others follow
	Answers  *Answers // in the program's words
	// Hidden names the flows a tenant neither offers in its menu nor hears of in
	// what people say; they can still be entered by name. Nil: none.
	Hidden func(tx *store.Tx) (map[string]bool, error)
	// Said returns what people say in a language who come for a flow, a person or
	// another office (understand.Elsewhere); nil: only phrases are heard.
	Said func(i18n.Lang) []flows.Saying
	// Texts returns the texts of the transaction's tenant, nil where it has no
	// words of its own; the same catalog as long as nothing changes. The field
	// may be nil.
	Texts func(tx *store.Tx) (*i18n.Catalog, error)
	// Builtin are the program's own texts, for the words by which residents ask of
	// the counters; nil: they are not heard.
	Builtin *i18n.Catalog

	mu       sync.Mutex
	compiled map[edition]*volume
	shelves  map[string]*Shelf // by tenant
}

// Warm makes ready what the first question would otherwise wait for.
func (l *Library) Warm() error {
	_, err := l.Answers.index(i18n.Japanese)
	return err
}

// volume is one compiled version, and the same in the tenant's words of now.
type volume struct {
	flow     *flows.Flow
	texts    *i18n.Catalog // of reworded
	reworded *flows.Flow
}

// in returns the flow in the words of texts. The caller holds the library's lock.
func (v *volume) in(texts *i18n.Catalog) *flows.Flow {
	if texts == nil {
		return v.flow
	}
	if v.texts != texts {
		v.texts, v.reworded = texts, v.flow.Reworded(texts)
	}
	return v.reworded
}

// edition names one version of one tenant's flow.
type edition struct {
	tenant, flow string
	version      int
}

// fresh is how long a shelf is used before the tenant's published versions and
// words are looked up again: a change takes effect within it, on every node.
const fresh = time.Second

// knows reports whether a tenant's shelf has been made.
func (l *Library) knows(tenant string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shelves[tenant] != nil
}

// Shelf returns what the transaction's tenant offers now.
func (l *Library) Shelf(tx *store.Tx) (*Shelf, error) {
	l.mu.Lock()
	sh := l.shelves[tx.Tenant()]
	l.mu.Unlock()
	if sh != nil && time.Now().Before(sh.until) {
		return sh, nil
	}
	var hidden map[string]bool
	if l.Hidden != nil {
		var err error
		if hidden, err = l.Hidden(tx); err != nil {
			return nil, fmt.Errorf("list the flows not offered: %w", err)
		}
	}
	versions, err := l.Versions.Current(tx)
	if err != nil {
		return nil, fmt.Errorf("list the flows in force: %w", err)
	}
	var texts *i18n.Catalog
	if l.Texts != nil {
		if texts, err = l.Texts(tx); err != nil {
			return nil, fmt.Errorf("look up the tenant's own words: %w", err)
		}
	}
	current := make(map[string]*flows.Flow, len(versions))
	same := sh != nil && len(versions) == len(sh.Current) && maps.Equal(hidden, sh.hidden) && sh.Texts == texts
	for _, v := range versions {
		f, err := l.compile(tx.Tenant(), v, texts)
		if err != nil {
			return nil, err
		}
		current[f.Name] = f
		same = same && sh.Current[f.Name] == f
	}
	if same {
		next := *sh
		next.until = time.Now().Add(fresh)
		sh = &next
	} else {
		if sh, err = l.shelf(current, hidden, texts); err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shelves == nil {
		l.shelves = map[string]*Shelf{}
	}
	l.shelves[tx.Tenant()] = sh
	return sh, nil
}

// Forget makes the next turn of a tenant look at once for what has changed. It
// is called on the node where something was published or reworded.
func (l *Library) Forget(tenant string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if sh := l.shelves[tenant]; sh != nil {
		old := *sh
		old.until = time.Time{}
		l.shelves[tenant] = &old
	}
}

// shelf builds the menu and what it is found by.
func (l *Library) shelf(current map[string]*flows.Flow, hidden map[string]bool, texts *i18n.Catalog) (*Shelf, error) {
	entries, err := l.Answers.read()
	if err != nil {
		return nil, err
	}
	sh := &Shelf{Current: current, hidden: hidden, FAQ: map[string]*faq.Entry{}, Texts: texts, until: time.Now().Add(fresh)}
	if texts != nil {
		sh.words = bindWords(texts)
	}
	seen := map[string]bool{}
	add := func(f *flows.Flow) {
		if f == nil || f.Part || seen[f.Name] || hidden[f.Name] {
			return
		}
		seen[f.Name] = true
		sh.Menu = append(sh.Menu, f)
	}
	for _, name := range l.Order {
		add(current[name])
	}
	for _, name := range slices.Sorted(maps.Keys(current)) {
		add(current[name])
	}
	sh.answers = l.Answers
	if texts != nil {
		reworded := make([]*faq.Entry, len(entries))
		for i, e := range entries {
			reworded[i] = e.Reworded(texts)
		}
		entries, sh.answers = reworded, given(reworded)
	}
	for _, e := range entries {
		sh.FAQ[e.ID] = e
	}
	sh.intents = &intents{menu: sh.Menu, entries: entries, said: l.Said}
	if words := cmp.Or(texts, l.Builtin); words != nil {
		sh.intents.asks = counterAsks(words)
	}
	return sh, nil
}

// At returns the version a conversation runs on; nil if it no longer exists.
func (l *Library) At(tx *store.Tx, flow string, version int) (*flows.Flow, error) {
	l.mu.Lock()
	var texts *i18n.Catalog
	if sh := l.shelves[tx.Tenant()]; sh != nil {
		texts = sh.Texts
	}
	var f *flows.Flow
	if have := l.compiled[edition{tx.Tenant(), flow, version}]; have != nil {
		f = have.in(texts)
	}
	l.mu.Unlock()
	if f != nil {
		return f, nil
	}
	v, err := l.Versions.Version(tx, flow, version)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return l.compile(tx.Tenant(), v, texts)
}

func (l *Library) compile(tenant string, v procedure.Version, texts *i18n.Catalog) (*flows.Flow, error) {
	k := edition{tenant, v.Flow, v.Version}
	l.mu.Lock()
	defer l.mu.Unlock()
	if have := l.compiled[k]; have != nil {
		return have.in(texts), nil
	}
	f, err := l.Compile(v)
	if err != nil {
		return nil, fmt.Errorf("compile %s version %d: %w", v.Flow, v.Version, err)
	}
	f.Version = v.Version
	if l.compiled == nil {
		l.compiled = map[edition]*volume{}
	}
	l.compiled[k] = &volume{flow: f}
	return l.compiled[k].in(texts), nil
}

// Intent finds what a free utterance is after: a command, a flow, or "faq:ID".
// It is "" if nothing is sure enough to act on.
func (s *Shelf) Intent(c understand.Context, text string) (string, float64) {
	if cmd, _, conf, ok := understand.Commands(c, text, true); ok && conf >= sure {
		if cmd == understand.Thanks {
			return "", 0
		}
		return string(cmd), conf
	}
	m := s.match(c, text)
	// To change "the time of my appointment" is not to correct an answer.
	if cmd, arg, conf, ok := understand.Commands(c, text, false); ok && conf >= sure &&
		(len(m) == 0 || m[0].Confidence <= conf && (arg == "" || m[0].Confidence < askAbout)) {
		return string(cmd), conf
	}
	if q := s.counterAsk(c, text, m); q != "" {
		return q, m[0].Confidence
	}
	if s.clear(m) && s.leadsOn(m[0].Value) {
		return m[0].Value, m[0].Confidence
	}
	if e, conf := s.Answer(c, text); e != nil {
		return faqPrefix + e.ID, conf
	}
	return "", 0
}

// NewShelf builds a shelf from flows, answers and what people say, without a
// database.
func NewShelf(current map[string]*flows.Flow, order []string, entries []*faq.Entry, said func(i18n.Lang) []flows.Saying) *Shelf {
	l := &Library{Order: order, Answers: given(entries), Builtin: i18n.Builtin(), Said: said}
	sh, err := l.shelf(current, nil, nil)
	if err != nil {
		panic(err) // it has its answers
	}
	return sh
}

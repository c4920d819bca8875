package bot

import (
	"slices"
	"strings"

	"madoguchi/bot/understand"
	"madoguchi/flows"
	"madoguchi/flows/faq"
	"madoguchi/i18n"
)

// Intents are named by the flow they enter, or by this prefix and a FAQ entry.
const faqPrefix = "faq:"

// Confidence from which an intent is acted on, and from which it is asked about.
const (
	actOn    = 0.75
	askAbout = 0.45
)

// command splits the value of a button that is possible at any question:
// "@back", "@correct:visit".
func command(value string) (name, arg string, ok bool) {
	rest, ok := strings.CutPrefix(value, "@")
	if !ok {
		return "", "", false
	}
	name, arg, _ = strings.Cut(rest, ":")
	return name, arg, true
}

// button does what a global button asks for.
func (d *dialog) button(name, arg string) error {
	switch name {
	case "later":
		if d.atSlot() {
			d.in.label = d.words.later.In(d.s.Lang)
			d.later()
			return d.ask(d.step)
		}
	case "first":
		if d.atSlot() {
			d.in.label = d.words.first.In(d.s.Lang)
			d.s.Look = nil
			return d.ask(d.step)
		}
	case "skip":
		d.in.label = d.words.skip.In(d.s.Lang)
		return d.skip()
	case "done":
		if len(d.s.Picked) > 0 {
			d.in.label = d.words.thatIsAll.In(d.s.Lang)
			return d.done()
		}
	case "correct":
		d.in.label = d.words.correct.In(d.s.Lang)
		return d.correct(arg)
	case "lang":
		return d.language(i18n.Lang(arg))
	case "none":
		d.in.label = d.words.noneOfThese.In(d.s.Lang)
		if p := d.s.Pending; p != nil && p.Ask == AskIntent {
			d.s.Pending = nil
			return d.unknown(p.Words)
		}
		return d.repeat()
	case "menu":
		if err := d.leave(); err != nil {
			return err
		}
		return d.menu()
	case "flow":
		if f := d.shelf.Current[arg]; f != nil && !f.Part {
			d.in.label = f.Title.In(d.s.Lang)
			return d.switchTo(f, "")
		}
	case "change", "cancel":
		// The buttons of a receipt: which booking is meant is checked against
		// its owner by the action that looks it up (abuse case A23).
		if f := d.shelf.Current[reservationFlow]; f != nil {
			if d.in.label = d.words.change.In(d.s.Lang); name == "cancel" {
				d.in.label = d.words.cancel.In(d.s.Lang)
			}
			return d.begin(f, Answer{"what", name}, Answer{"own", arg})
		}
	case bookAt:
		return d.bookThen(arg)
	case wait:
		d.in.label = d.words.counters.wait.In(d.s.Lang)
		if d.canWait() {
			return d.waitFor("")
		}
		if f := d.shelf.Current[reservationFlow]; f != nil {
			return d.begin(f, Answer{"what", wait})
		}
	case "yes", "no":
		if d.s.Pending != nil {
			return d.pendingPressed(name)
		}
	default:
		cmd := understand.Command(name)
		if t := d.words.buttons[cmd]; t != nil {
			d.in.label = t.In(d.s.Lang)
			return d.command(cmd, arg, "")
		}
	}
	d.say(d.words.oldButton)
	return d.repeat()
}

// atSlot reports whether the open question is for a time.
func (d *dialog) atSlot() bool {
	return d.flow != nil && d.step.Verb == flows.Ask && d.field(d.step.Into).Type == "slot"
}

// command does one of the things possible at any question. text is what the
// resident said, "" for a button.
func (d *dialog) command(cmd understand.Command, arg, text string) error {
	switch cmd {
	case understand.Back:
		return d.back()
	case understand.Correct:
		if d.flow == nil {
			return d.menu()
		}
		if field := d.namedField(understand.Context{Lang: d.s.Lang, Now: d.now}, arg); field != "" {
			return d.correct(field)
		}
		return d.askCorrect()
	case understand.Repeat:
		return d.repeat()
	case understand.Restart:
		f := d.flow
		if f == nil {
			return d.menu()
		}
		d.say(d.words.restarted)
		if cur := d.shelf.Current[f.Name]; cur != nil {
			f = cur
		}
		return d.begin(f)
	case understand.Stop:
		if d.flow == nil {
			if text != "" {
				return d.idleIntent(understand.Context{Lang: d.s.Lang, Now: d.now}, text)
			}
			d.say(d.words.stopped)
			return nil
		}
		if d.s.Pending != nil && d.s.Pending.Ask == AskStop {
			return d.stop()
		}
		if len(d.s.Trail) == 0 {
			return d.stop()
		}
		d.s.Pending = &Pending{Ask: AskStop}
		d.question(Message{Text: d.words.reallyStop.In(d.s.Lang), Choices: d.yesNo()},
			&Expects{Field: "stop", Type: "yesno"})
		return nil
	case understand.Person:
		d.person()
		return d.repeat()
	case understand.Language:
		if arg == "" {
			return d.askLanguage()
		}
		return d.language(i18n.Lang(arg))
	case understand.Help:
		return d.help(arg, text)
	case understand.Thanks:
		d.say(d.words.welcome)
		if d.flow == nil {
			return nil
		}
		return d.repeat()
	case understand.Skip:
		if d.flow == nil {
			return d.menu()
		}
		return d.skip()
	}
	return d.repeat()
}

// stop ends the procedure without having done anything.
func (d *dialog) stop() error {
	if err := d.leave(); err != nil {
		return err
	}
	d.say(d.words.stopped)
	return nil
}

// back puts the question before the open one again.
func (d *dialog) back() error {
	if d.s.Pending != nil {
		d.s.Pending = nil
		return d.repeat()
	}
	if d.flow == nil {
		return d.menu()
	}
	if len(d.s.Trail) == 0 {
		d.say(d.words.noBack)
		return d.repeat()
	}
	return d.reopen(d.s.Trail[len(d.s.Trail)-1])
}

// reopen puts a question of the trail again; later answers that do not depend
// on it are kept.
func (d *dialog) reopen(step string) error {
	d.restore()
	d.forget(step)
	d.s.Step, d.step = step, d.stepOf(step)
	return d.ask(d.step)
}

// correct reopens the question of a field.
func (d *dialog) correct(field string) error {
	if name := d.askedIn(field); name != "" {
		return d.reopen(name)
	}
	d.say(d.words.cannotCorrect)
	return d.repeat()
}

// askedIn is the step passed whose question a field has its value from: its own,
// or, of a value the flow has set, that of a field it depends on; "" if none.
func (d *dialog) askedIn(field string) string {
	if d.flow == nil {
		return ""
	}
	asks := func(field string) string {
		for _, name := range d.s.Trail {
			if d.stepOf(name).Into == field {
				return name
			}
		}
		return ""
	}
	if name := asks(field); name != "" {
		return name
	}
	if f := d.field(field); f != nil && d.s.Has(field) {
		for _, other := range f.Needs {
			if name := asks(other); name != "" {
				return name
			}
		}
	}
	return ""
}

// namedField finds which answered field words such as 日付 or "the counter" mean.
func (d *dialog) namedField(c understand.Context, text string) string {
	if d.flow == nil || text == "" {
		return ""
	}
	var q understand.Field
	q.Type = "choice"
	for _, name := range d.s.Trail {
		f := d.field(d.stepOf(name).Into)
		labels := append([]string{f.Name}, d.words.fieldNames(d.s.Lang, f.Type)...)
		if f.Label != nil {
			labels = append(labels, i18n.Bare(f.Label.In(d.s.Lang)), f.Label.Source)
		}
		q.Choices = append(q.Choices, understand.Choice{Value: f.Name, Labels: labels})
	}
	if len(q.Choices) == 0 {
		return ""
	}
	v, _ := understand.Value(c, q, text).Value()
	return v
}

// askCorrect asks which item is to be corrected.
func (d *dialog) askCorrect() error {
	p := &Pending{Ask: AskCorrect}
	m := Message{Kind: KindQuestion, Text: d.words.whichCorrect.In(d.s.Lang)}
	for _, name := range d.s.Trail {
		f := d.field(d.stepOf(name).Into)
		if !d.s.Has(f.Name) || slices.Contains(p.Choices, f.Name) {
			continue
		}
		p.Choices = append(p.Choices, f.Name)
		m.Choices = append(m.Choices, Choice{Value: "@correct:" + f.Name, Label: d.label(f)})
	}
	if len(p.Choices) == 0 {
		d.say(d.words.cannotCorrect)
		return d.repeat()
	}
	d.s.Pending = p
	d.question(m, &Expects{Field: "correct", Type: "choice"})
	return nil
}

// help answers "what does this mean": from the questions people ask, or with
// the step's own help.
func (d *dialog) help(term, text string) error {
	c := understand.Context{Lang: d.s.Lang, Now: d.now}
	here := d.step != nil && d.step.Help != nil
	if term != "" || text != "" && !here {
		if term == "" {
			term = text
		}
		if entry := d.bestAnswer(c, text, term); entry != nil {
			d.answer(entry)
			return d.again()
		}
	}
	if here {
		d.say(d.step.Help)
		return d.again()
	}
	d.say(d.words.noHelp)
	d.person()
	return d.repeat()
}

// bestAnswer finds the FAQ entry that explains a term.
func (d *dialog) bestAnswer(c understand.Context, texts ...string) *faq.Entry {
	for _, text := range texts {
		if text == "" {
			continue
		}
		for _, m := range d.shelf.match(c, text) {
			if m.Confidence < 0.6 {
				break
			}
			if id, ok := strings.CutPrefix(m.Value, faqPrefix); ok {
				return d.shelf.FAQ[id]
			}
		}
		if e, _ := d.shelf.Answer(c, text); e != nil {
			return e
		}
	}
	return nil
}

// again puts the open question again after something said in between.
func (d *dialog) again() error {
	if d.flow == nil {
		return d.menu()
	}
	d.say(d.words.backToQuestion)
	return d.repeat()
}

// digress tries everything that is not an answer to the open question: the
// things always possible, another procedure, a question.
func (d *dialog) digress(c understand.Context, text string) (bool, error) {
	if done, err := d.elsewhere(c, text); done || err != nil {
		return done, err
	}
	return d.inBetween(c, text)
}

// elsewhere tries the things always possible and other procedures.
func (d *dialog) elsewhere(c understand.Context, text string) (bool, error) {
	matches := d.shelf.match(c, text)
	cmd, arg, conf, ok := understand.Commands(c, text, false)
	if ok && conf >= sure && (conf >= actOn || len(matches) == 0 || matches[0].Confidence < actOn ||
		d.flow != nil && matches[0].Value == d.flow.Name) {
		return true, d.command(cmd, arg, text)
	}
	if len(matches) > 0 && matches[0].Confidence >= actOn {
		if q := d.shelf.counterAsk(c, text, matches); q != "" {
			return true, d.counterAnswer(q, text)
		}
		if f := d.shelf.Current[matches[0].Value]; f != nil {
			if d.flow != nil && f.Name == d.flow.Name {
				return false, nil
			}
			return true, d.switchTo(f, text)
		}
		if d.shelf.leadsOn(matches[0].Value) {
			return true, d.follow(matches[0].Value, text)
		}
	}
	return false, nil
}

// switchTo leaves the current procedure for another, asking first if answers
// would be lost.
func (d *dialog) switchTo(f *flows.Flow, text string) error {
	if d.flow == nil || len(d.s.Trail) == 0 {
		return d.beginWith(f, text)
	}
	d.s.Pending = &Pending{Ask: AskSwitch, Target: f.Name, Words: text}
	d.question(Message{
		Text: d.words.reallySwitch.In(d.s.Lang,
			i18n.Arg{Name: "from", Value: d.flow.Title}, i18n.Arg{Name: "to", Value: f.Title}),
		Choices: d.yesNo(),
	}, &Expects{Field: "switch", Type: "yesno"})
	return nil
}

// beginWith enters a flow by words and, if the same words answer questions of it
// (「予約を取り消したい」, 「来週火曜の午前に2人で」), takes them as those answers too.
func (d *dialog) beginWith(f *flows.Flow, text string) error {
	if step := aside(f, text, d.site.Languages); step != "" {
		return d.beginAside(f, step)
	}
	if text == "" {
		return d.begin(f)
	}
	if f.Name == reservationFlow && d.ofCounters(understand.Context{Lang: d.s.Lang, Now: d.now}, text) == asksWait {
		return d.begin(f, Answer{"what", wait})
	}
	if err := d.leave(); err != nil {
		return err
	}
	d.enterFlow(f)
	d.opening = text
	d.overhear(f, text)
	return d.walk()
}

// opened takes the words that the flow was entered with as the answer to its
// first question, if they name one of its choices. A question of a part it calls
// is about something else (「サインインしたい」 says nothing of whether one has an ID).
func (d *dialog) opened(st *flows.Step) {
	words := d.opening
	d.opening = ""
	if words == "" || st.From.Flow != d.s.Flow || d.s.Has(st.Into) || d.field(st.Into).Type != "choice" {
		return
	}
	if understand.Together(understand.Context{Lang: d.s.Lang, Now: d.now}, words) {
		return
	}
	if v := named(d.choiceWords(st), words); v != "" {
		d.s.Set(st.Into, v)
	}
}

// aside returns the step of a flow that words lead to from any question, "" if
// they lead to none. People mix languages: the words of all these are heard.
func aside(f *flows.Flow, text string, langs []i18n.Lang) string {
	for _, a := range f.Anytime {
		for _, lang := range langs {
			if understand.Mentions(text, a.Words.In(lang)) {
				return a.Step
			}
		}
	}
	return ""
}

// turnAside goes to such a step. What was said stays out of the transcript:
// somebody else may look at the screen later (domain-facts 1.8).
func (d *dialog) turnAside(step string) error {
	d.in.Text, d.in.label = "", ""
	d.s.Pending = nil
	d.stand(step)
	return d.walk()
}

// beginAside enters a flow at such a step.
func (d *dialog) beginAside(f *flows.Flow, step string) error {
	if err := d.leave(); err != nil {
		return err
	}
	d.s.enter(f.Name, f.Version, step)
	d.flow = f
	d.passed.Begun = f.Name
	return d.turnAside(step)
}

// named finds the choice whose words stand in a text, the longest of them where
// there are several; "" if none, or two equally.
func named(choices []understand.Choice, text string) string {
	folded := understand.Fold(text)
	best, length := "", 0
	for _, ch := range choices {
		for _, label := range ch.Labels {
			l := understand.Fold(label)
			switch n := len(l); {
			case n < 3 || n < length || !strings.Contains(folded, l):
			case n > length:
				best, length = ch.Value, n
			case ch.Value != best:
				best = ""
			}
		}
	}
	return best
}

// idleHeard takes words when nothing is going on.
func (d *dialog) idleHeard(c understand.Context, text string) error {
	if cmd, arg, conf, ok := understand.Commands(c, text, false); ok && conf >= sure &&
		(cmd == understand.Language || cmd == understand.Person || cmd == understand.Help || cmd == understand.Thanks) {
		return d.command(cmd, arg, text)
	}
	return d.idleIntent(c, text)
}

// idleIntent finds what the resident has come for.
func (d *dialog) idleIntent(c understand.Context, text string) error {
	for _, f := range d.shelf.Menu {
		if step := aside(f, text, d.site.Languages); step != "" {
			return d.beginAside(f, step)
		}
	}
	// The menu's own labels and numbers come first: they are on the screen.
	var menu understand.Field
	menu.Type = "choice"
	for _, f := range d.shelf.Menu {
		menu.Choices = append(menu.Choices, understand.Choice{Value: f.Name, Labels: []string{i18n.Bare(f.Title.In(d.s.Lang))}})
	}
	matches := d.shelf.match(c, text)
	if len(matches) == 0 || matches[0].Confidence < actOn {
		if r := understand.Value(c, menu, text); len(r.Candidates) == 1 && r.Candidates[0].Confidence >= 0.8 {
			return d.begin(d.shelf.Current[r.Candidates[0].Value])
		}
	}
	if q := d.shelf.counterAsk(c, text, matches); q != "" {
		return d.counterAnswer(q, text)
	}
	if d.shelf.clear(matches) && d.shelf.leadsOn(matches[0].Value) {
		return d.follow(matches[0].Value, text)
	}
	if !understand.Asking(c, text) {
		wishes := slices.DeleteFunc(slices.Clone(matches), func(m understand.Candidate) bool { return !d.shelf.leadsOn(m.Value) })
		if d.shelf.clear(wishes) {
			return d.follow(wishes[0].Value, text) // a wish, however near a question about it is
		}
	}
	if e, _ := d.shelf.Answer(c, text); e != nil {
		d.answer(e)
		return d.menu()
	}
	list, answered, err := d.comeFor(c, d.likely(c, text, matches), text)
	if answered || err != nil {
		return err
	}
	if len(list) > 0 {
		return d.askIntent(list, text)
	}
	if understand.Asking(c, text) {
		return d.unknown(text)
	}
	d.s.Misses++
	switch {
	case d.s.Misses == 1 && d.fresh:
		d.say(d.words.greeting)
		return d.menu()
	case d.s.Misses%2 == 0:
		return d.offerMenu(d.words.idleMiss2)
	case d.s.Misses > 1:
		d.person()
	}
	return d.offerMenu(d.words.idleMiss1)
}

// follow enters the flow, or brings the person, that words are surely after.
func (d *dialog) follow(value, text string) error {
	if f := d.shelf.Current[value]; f != nil {
		return d.beginWith(f, text)
	}
	return d.command(understand.Command(value), "", text)
}

// askIntent asks which of the likely meanings, flows and questions, is right.
func (d *dialog) askIntent(values []string, text string) error {
	m := Message{Kind: KindQuestion, Text: d.words.didYouMean.In(d.s.Lang)}
	for _, v := range values {
		m.Choices = append(m.Choices, Choice{Value: v, Label: d.intentLabel(v)})
	}
	m.Choices = append(m.Choices, Choice{Value: noneMeant, Label: d.words.noneOfThese.In(d.s.Lang), Quiet: true})
	d.s.Pending = &Pending{Ask: AskIntent, Words: text, Choices: values}
	d.question(m, &Expects{Field: "intent", Type: "choice"})
	return nil
}

func (d *dialog) intentLabel(value string) string {
	if id, ok := strings.CutPrefix(value, faqPrefix); ok {
		return d.shelf.FAQ[id].Question.In(d.s.Lang)
	}
	if f := d.shelf.Current[value]; f != nil {
		return f.Title.In(d.s.Lang)
	}
	return d.words.buttons[understand.Command(value)].In(d.s.Lang)
}

// pendingHeard takes words while a question of the engine's own is open.
func (d *dialog) pendingHeard(c understand.Context, text string) (bool, error) {
	p := d.s.Pending
	q := understand.Field{Type: "choice"}
	switch p.Ask {
	case AskSwitch, AskStop:
		q.Type = "yesno"
	case AskMeaning:
		f := d.field(p.Target)
		for _, v := range p.Choices {
			q.Choices = append(q.Choices, understand.Choice{Value: v, Labels: []string{i18n.Bare(d.show(f, v))}})
		}
	case AskCorrect:
		for _, v := range p.Choices {
			q.Choices = append(q.Choices, understand.Choice{Value: v, Labels: []string{i18n.Bare(d.label(d.field(v)))}})
		}
	case AskLanguage:
		for _, l := range d.site.Languages {
			q.Choices = append(q.Choices, understand.Choice{Value: string(l), Labels: []string{i18n.Name(l)}})
		}
	case AskIntent:
		for _, v := range p.Choices {
			q.Choices = append(q.Choices, understand.Choice{Value: v, Labels: []string{i18n.Bare(d.intentLabel(v))}})
		}
		q.Choices = append(q.Choices, understand.Choice{Value: noneMeant, Labels: []string{i18n.Bare(d.words.noneOfThese.In(d.s.Lang))}})
	}
	if v, ok := understand.Value(c, q, text).Value(); ok {
		return true, d.pendingPressed(v)
	}
	if len(p.Choices) == 1 && (p.Ask == AskIntent || p.Ask == AskMeaning && !yesNoTypes[d.field(p.Target).Type]) {
		// One reading was read back: yes and no answer that.
		switch v, _ := understand.Value(c, understand.Field{Type: "yesno"}, text).Value(); v {
		case "yes":
			return true, d.pendingPressed(p.Choices[0])
		case "no":
			if !d.saysMore(c, text) {
				return true, d.repeat()
			}
		}
	}
	// Anything else puts the engine's question aside: the words may be an
	// answer to the flow's own.
	d.s.Pending = nil
	return false, nil
}

// saysMore reports whether words that turn a reading down say what is meant
// instead: いいえ、12月3日です.
func (d *dialog) saysMore(c understand.Context, text string) bool {
	p := d.s.Pending
	if p.Ask == AskIntent {
		matches := d.shelf.match(c, text)
		return len(matches) > 0 && matches[0].Confidence >= actOn
	}
	f := d.field(p.Target)
	if f.Type == "slot" {
		wish, r := understand.SlotWish(c, text)
		return !wish.IsZero() || r.Reason != ""
	}
	r := d.read(c, f, text)
	return len(r.Candidates) > 0 || r.Reason != ""
}

// pendingPressed takes the answer to a question of the engine's own.
func (d *dialog) pendingPressed(value string) error {
	p := d.s.Pending
	d.s.Pending = nil
	switch p.Ask {
	case AskSwitch:
		if value == "yes" {
			d.in.label = d.words.yes.In(d.s.Lang)
			if f := d.shelf.Current[p.Target]; f != nil {
				return d.beginWith(f, p.Words)
			}
		}
		return d.repeat()
	case AskStop:
		if value == "yes" {
			return d.stop()
		}
		return d.repeat()
	case AskMeaning:
		if value == "no" && !slices.Contains(p.Choices, value) {
			d.in.label = d.words.no.In(d.s.Lang)
			return d.repeat()
		}
		if slices.Contains(p.Choices, value) && d.flow != nil && d.step.Into == p.Target {
			d.in.label = d.show(d.field(p.Target), value)
			return d.take(value)
		}
	case AskCorrect:
		return d.correct(value)
	case AskLanguage:
		return d.language(i18n.Lang(value))
	case AskIntent:
		if value == noneMeant {
			return d.unknown(p.Words)
		}
		if id, ok := strings.CutPrefix(value, faqPrefix); ok && d.shelf.FAQ[id] != nil {
			d.in.label = d.shelf.FAQ[id].Question.In(d.s.Lang)
			d.answer(d.shelf.FAQ[id])
			return d.again()
		}
		if f := d.shelf.Current[value]; f != nil && !f.Part {
			d.in.label = f.Title.In(d.s.Lang)
			return d.switchTo(f, p.Words)
		}
		if d.shelf.leadsOn(value) {
			d.in.label = d.intentLabel(value)
			return d.follow(value, p.Words)
		}
	}
	d.say(d.words.oldButton)
	return d.repeat()
}

// chooseLanguage settles the language of this turn: what the event says, what
// the person has chosen, what the platform or the first words suggest.
func (d *dialog) chooseLanguage() {
	if d.in.Lang != "" && slices.Contains(d.site.Languages, d.in.Lang) {
		d.s.Lang = d.in.Lang
	}
	if d.s.Lang != "" {
		return
	}
	hint, hinted := i18n.Match(d.site.Languages, string(d.in.Hint))
	if l, ok := d.guessed(); ok {
		d.s.Lang = l
	} else if hinted {
		d.s.Lang = hint
	} else {
		d.s.Lang = i18n.Japanese
	}
	// People who write Japanese and have their phone in やさしい日本語 keep it.
	if d.s.Lang == i18n.Japanese && hint == i18n.EasyJapanese {
		d.s.Lang = hint
	}
}

// guessed is the language of a newcomer's words: by the words of a whole sentence,
// else by what little the script tells.
func (d *dialog) guessed() (i18n.Lang, bool) {
	if l, ok := understand.Tongue(d.in.Text, "", d.site.Languages); ok {
		return l, true
	}
	return i18n.Guess(d.in.Text, d.site.Languages)
}

// language changes the language and puts the open question again in it.
func (d *dialog) language(l i18n.Lang) error {
	if !slices.Contains(d.site.Languages, l) {
		return d.askLanguage()
	}
	d.s.Lang = l
	d.in.label = i18n.Name(l)
	d.say(d.words.languageSet)
	return d.repeat()
}

// askLanguage offers the languages, each in its own script.
func (d *dialog) askLanguage() error {
	m := Message{Kind: KindQuestion, Text: d.words.whichLanguage.In(d.s.Lang)}
	for _, l := range d.site.Languages {
		m.Choices = append(m.Choices, Choice{Value: "@lang:" + string(l), Label: i18n.Name(l)})
	}
	d.s.Pending = &Pending{Ask: AskLanguage}
	d.question(m, &Expects{Field: "language", Type: "choice"})
	return nil
}

// person says how to reach someone at the office.
func (d *dialog) person() {
	d.passed.Person = true
	d.say(d.words.person)
}

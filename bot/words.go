package bot

import (
	"slices"

	"madoguchi/bot/understand"
	"madoguchi/i18n"
)

// words are the engine's own sentences, bound once. Their texts are in the
// catalogs under bot.*.
type words struct {
	greeting, menu, languageSet, whichLanguage            *i18n.Text
	yes, no, correct, skip, later, first, nothing         *i18n.Text
	change, cancel, openForm, useLink                     *i18n.Text
	check, whichMeant, whichCorrect, didYouMean           *i18n.Text
	noneOfThese, reallyStop, reallySwitch                 *i18n.Text
	stopped, restarted, noBack, cannotCorrect, cannotSkip *i18n.Text
	backToQuestion, source, sourceBy, noHelp, person      *i18n.Text
	miss2, miss3, miss3After, missEven, missOdd           *i18n.Text
	hintCheck, idleMiss1, idleMiss2                       *i18n.Text
	oldButton, media, myNumber, pin, slower               *i18n.Text
	noneThen, noneAtAll, noLater, notThatTime             *i18n.Text
	elsewhere, otherCounter, persons, welcome             *i18n.Text
	formChanged, entered, must, isIt, wordedByAI          *i18n.Text
	picked, thatIsAll                                     *i18n.Text
	photoSent, photoRead, photoIdentity, photoNothing     *i18n.Text
	photoBusy, photoMyNumber, photoProposal, photoRight   *i18n.Text
	photoLabel, photoPending                              *i18n.Text

	counters struct {
		openNow, noneOpen, openUntil, opensNext, shut, near *i18n.Text
		quietUsual, quietFree, wait                         *i18n.Text
	}
	buttons  map[understand.Command]*i18n.Text // what a global button says
	hints    map[string]*i18n.Text             // by field type
	reasons  map[string]*i18n.Text             // by understand.Reason
	refusals map[string]*i18n.Text             // by Refusal.Why
	fields   map[string]*i18n.Text             // names of fields by type
	ends     *i18n.Phrases                     // what ends the picking of answers
	names    map[string]*i18n.Phrases          // other names of fields by type
}

// fieldNames are other words people use for a field of a type (日時, 日付 …).
func (w *words) fieldNames(lang i18n.Lang, fieldType string) []string {
	return slices.Concat(w.names[fieldType].In(lang), w.names[fieldType].In(i18n.Japanese))
}

// fieldTypes are the types that have a hint and a name of their own.
var fieldTypes = []string{
	"text", "choice", "choices", "yesno", "date", "birthdate", "time", "number", "party",
	"postal", "phone", "mail", "kana", "name", "code", "receipt", "counter", "slot", "booking",
	"line", "address", "consent", "secret",
}

// reasons are the grounds on which a value is refused.
var reasons = []understand.Reason{
	understand.NoSuchDate, understand.EraEnded, understand.EraNotBegun, understand.WeekdayMismatch,
	understand.Past, understand.Future, understand.TooLongAgo, understand.Incomplete, understand.Excluded,
	understand.OutOfRange, understand.NotWhole, understand.TooLong, understand.WrongLength,
	understand.BadSymbol, understand.BadShape, understand.NotKana, understand.MyNumberGiven,
}

// spoken are the engine's sentences as the shelf's tenant wants them.
func (s *Shelf) spoken(e *Engine) *words {
	if s.words != nil {
		return s.words
	}
	return e.words
}

func bindWords(c *i18n.Catalog) *words {
	t := func(key string) *i18n.Text { return c.Text("bot." + key) }
	w := &words{
		greeting: t("greeting"), menu: t("menu"), languageSet: t("language-set"), whichLanguage: t("which-language"),
		yes: t("yes"), no: t("no"), correct: t("correct"), skip: t("skip"), later: t("later"), first: t("first"),
		nothing: t("nothing"), change: t("change"), cancel: t("cancel"),
		openForm: t("open-form"), useLink: t("use-link"),
		check: t("check"), whichMeant: t("which-meant"), whichCorrect: t("which-correct"),
		didYouMean: t("did-you-mean"), noneOfThese: t("none-of-these"),
		reallyStop: t("really-stop"), reallySwitch: t("really-switch"),
		stopped: t("stopped"), restarted: t("restarted"), noBack: t("no-back"),
		cannotCorrect: t("cannot-correct"), cannotSkip: t("cannot-skip"),
		backToQuestion: t("back-to-question"), source: t("source"), sourceBy: t("source-by"), noHelp: t("no-help"), person: t("person"),
		miss2: t("miss.second"), miss3: t("miss.third"), miss3After: t("miss.third-after"),
		missEven: t("miss.even"), missOdd: t("miss.odd"),
		hintCheck: t("hint.check"), idleMiss1: t("idle.first"), idleMiss2: t("idle.second"),
		oldButton: t("old-button"), media: t("media"), myNumber: t("my-number"), pin: t("pin"), slower: t("slower"),
		noneThen: t("slot.none-then"), noneAtAll: t("slot.none-at-all"), notThatTime: t("slot.not-that-time"),
		noLater: t("slot.no-later"), elsewhere: t("slot.elsewhere"), otherCounter: t("slot.other-counter"), welcome: t("welcome"),
		persons: t("persons"), formChanged: t("form.changed"), entered: t("form.entered"), must: t("form.must"),
		isIt: t("is-it"), wordedByAI: t("worded-by-ai"),
		picked: t("several.picked"), thatIsAll: t("several.done"),
		photoSent: t("photo.sent"), photoRead: t("photo.read"), photoIdentity: t("photo.identity"), photoNothing: t("photo.nothing"),
		photoBusy: t("photo.busy"), photoMyNumber: t("photo.my-number"), photoProposal: t("photo.proposal"), photoRight: t("photo.right"),
		photoLabel: c.Text("fields.photo.label"), photoPending: c.Text("fields.photo.pending"),

		buttons:  map[understand.Command]*i18n.Text{},
		hints:    map[string]*i18n.Text{},
		reasons:  map[string]*i18n.Text{},
		refusals: map[string]*i18n.Text{},
		fields:   map[string]*i18n.Text{},
		names:    map[string]*i18n.Phrases{},
	}
	k := &w.counters
	k.openNow, k.noneOpen, k.openUntil, k.opensNext = t("counters.open.now"), t("counters.open.none"), t("counters.open.until"), t("counters.open.next")
	k.shut, k.near = t("counters.open.shut"), t("counters.open.near")
	k.quietUsual, k.quietFree, k.wait = t("counters.quiet.usual"), t("counters.quiet.free"), t("counters.wait.button")
	for _, cmd := range []understand.Command{
		understand.Back, understand.Correct, understand.Repeat, understand.Restart,
		understand.Stop, understand.Person, understand.Language, understand.Help,
	} {
		w.buttons[cmd] = t("button." + string(cmd))
	}
	for _, ft := range fieldTypes {
		w.hints[ft] = t("hint." + ft)
		w.fields[ft] = t("field." + ft)
		w.names[ft] = c.Phrases("bot.names." + ft)
	}
	w.ends = c.Phrases("bot.several.ends")
	for _, r := range reasons {
		w.reasons[string(r)] = t("reason." + string(r))
	}
	for _, why := range []string{"full", "closed", "closed-day", "early", "late", "gone", "party", "past", "before"} {
		w.refusals[why] = t("refusal." + why)
	}
	return w
}

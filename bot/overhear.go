package bot

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"madoguchi/bot/understand"
	"madoguchi/flows"
)

// overhear keeps what the words that enter a flow tell besides: how many people
// come, when, and the choices they name. Each waits for its question, is checked
// there like any other answer, and stands in the read-back.
func (d *dialog) overhear(f *flows.Flow, text string) {
	c := understand.Context{Lang: d.s.Lang, Now: d.now}
	facts := understand.FactsOf(c, text)
	together := understand.Together(c, text) // "me and my wife" is no word for an agent
	dated := false
	for _, st := range f.Steps {
		dated = dated || st.Verb == flows.Ask && f.Field(st.Into).Type == "date"
	}
	for _, name := range slices.Sorted(maps.Keys(f.Steps)) {
		st := f.Steps[name]
		if st.Verb != flows.Ask || len(d.s.Heard) >= mostGiven || f.Field(st.Into).Always ||
			slices.ContainsFunc(d.s.Heard, func(a Answer) bool { return a.Name == st.Into }) {
			continue
		}
		switch f.Field(st.Into).Type {
		case "party":
			if facts.Persons > 0 {
				d.s.Heard = append(d.s.Heard, Answer{st.Into, strconv.Itoa(facts.Persons)})
			}
		case "choice":
			if name == f.First || together {
				break
			}
			if v := singledOut(d.choiceWords(st), text, d.begins(f)); v != "" {
				d.s.Heard = append(d.s.Heard, Answer{st.Into, v})
			}
		case "slot":
			// In a procedure about a day of its own (moved in on …) a date in the
			// first sentence is more likely that day than the visit's.
			if !dated && !facts.Wish.IsZero() {
				d.look(facts.Wish)
				d.s.Wish, d.s.Look = d.s.Look, nil
			}
		}
	}
}

// overheard takes out what was said at the beginning in answer to a question now
// put, "" if nothing or nothing that fits.
func (d *dialog) overheard(st *flows.Step) (string, error) {
	if d.field(st.Into).Type == "slot" {
		if d.s.Look == nil {
			d.s.Look = d.s.Wish
		}
		d.s.Wish = nil
		return "", nil
	}
	i := slices.IndexFunc(d.s.Heard, func(a Answer) bool { return a.Name == st.Into })
	if i < 0 {
		return "", nil
	}
	value := d.s.Heard[i].Value
	d.s.Heard = slices.Delete(d.s.Heard, i, i+1)
	return d.valid(d.field(st.Into), value)
}

// begins are the phrases by which the resident may have entered the procedure.
func (d *dialog) begins(f *flows.Flow) []string {
	var list []string
	for _, lang := range heardWith(d.s.Lang) {
		list = append(list, f.Begins.In(lang)...)
	}
	return list
}

// singledOut finds the one choice whose words stand in a text; "" if there is
// none, or words of another stand there too. Words that people begin the
// procedure with (サインインしたい) name it, and no choice in it.
func singledOut(choices []understand.Choice, text string, begins []string) string {
	folded := understand.Fold(text)
	found := ""
	for _, ch := range choices {
		for _, label := range ch.Labels {
			l := understand.Fold(label)
			if !stands(l, folded) || begun(l, begins) {
				continue
			}
			if found != "" && found != ch.Value {
				return ""
			}
			found = ch.Value
		}
	}
	return found
}

func begun(label string, begins []string) bool {
	return slices.ContainsFunc(begins, func(p string) bool { return strings.Contains(understand.Fold(p), label) })
}

// stands reports whether a label of at least two letters (four in scripts that set
// words apart) stands in a text as whole words.
func stands(label, text string) bool {
	latin := func(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= 'a' && s[i] <= 'z' }
	n := utf8.RuneCountInString(label)
	if n < 2 || n < 4 && latin(label, 0) {
		return false
	}
	i := strings.Index(text, label)
	return i >= 0 && !(latin(label, 0) && latin(text, i-1)) && !(latin(label, len(label)-1) && latin(text, i+len(label)))
}

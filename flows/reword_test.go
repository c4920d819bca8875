package flows_test

import (
	"context"
	"testing"

	"madoguchi/bot/action"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
)

// TestARewordedFlowWalksAsBefore changes every text of every procedure: the
// words are new, the steps and where they lead are not.
func TestARewordedFlowWalksAsBefore(t *testing.T) {
	program := i18n.Builtin()
	for _, name := range procedures.Order {
		f, err := procedures.Compile(name, procedures.Files(), action.Vocabulary(), program)
		if err != nil {
			t.Fatal(err)
		}
		var own []i18n.Wording
		for _, text := range f.Bound() {
			words := "変えた文"
			for _, p := range text.Placeholders() {
				words += "{" + p + "}"
			}
			own = append(own, i18n.Wording{Key: text.Key, Lang: i18n.Japanese, Text: words})
		}
		r := f.Reworded(program.Reworded(own))
		said := func(text *i18n.Text) {
			t.Helper()
			if text != nil && text.In(i18n.Japanese)[:len("変えた文")] != "変えた文" {
				t.Errorf("%s still says %q", text.Key, text.In(i18n.Japanese))
			}
		}
		said(r.Title)
		for _, step := range r.Order {
			old, new := f.Steps[step], r.Steps[step]
			said(new.Text)
			said(new.Help)
			said(new.Hint)
			for i, c := range new.Choices {
				said(c.Label)
				if c.Value != old.Choices[i].Value {
					t.Errorf("%s: choice %q became %q", step, old.Choices[i].Value, c.Value)
				}
			}
			if new.Into != "" {
				said(r.Field(new.Into).Label)
				if r.Asking(new.Into).Name != f.Asking(new.Into).Name || r.Asking(new.Into) == f.Asking(new.Into) {
					t.Errorf("%s is asked elsewhere", new.Into)
				}
			}
			for outcome := range old.Next {
				was, err1 := f.Advance(context.Background(), step, outcome)
				is, err2 := r.Advance(context.Background(), step, outcome)
				if was != is || err1 != nil || err2 != nil {
					t.Errorf("%s on %s: %s, %s (%v, %v)", step, outcome, was, is, err1, err2)
				}
			}
		}
		for _, lines := range r.Papers {
			for _, line := range lines {
				said(line)
			}
		}
		said(r.Title)
		if f.Title.In(i18n.Japanese) == r.Title.In(i18n.Japanese) {
			t.Error("the flow itself has changed")
		}
	}
}

package flows

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
)

func joined(t *testing.T) *Flow {
	t.Helper()
	set, err := CompileSet(files(t, "good/*.yaml"), vocabulary(), i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return set["consult"].Join(set)
}

func TestJoinedFlowIsWalkedAsOne(t *testing.T) {
	f := joined(t)
	for _, tc := range []struct{ from, outcome, to string }{
		{"hello", Next, "book"},
		{"book", Next, "book.persons"},
		{"book.persons", "3", "book.size"},
		{"book.size", "1", "book.many"},
		{"book.book", "full", "book.visit"},
		// An end of the part goes on where the call goes for its outcome …
		{"book.booked", Next, "thanks"},
		// … or where it goes for all others.
		{"book.over", Next, "person"},
	} {
		if to, err := f.Advance(context.Background(), tc.from, tc.outcome); to != tc.to || err != nil {
			t.Errorf("Advance(%s, %s) = %q, %v; want %q", tc.from, tc.outcome, to, err, tc.to)
		}
	}
}

func TestJoinedFlowKnowsThePartsFields(t *testing.T) {
	f := joined(t)
	visit := f.Field("visit")
	if visit.Label == nil || visit.Label.In(i18n.Japanese) != "日時" {
		t.Error("the caller's label of visit is lost")
	}
	if diff := cmp.Diff([]string{"persons"}, visit.Needs); diff != "" {
		t.Error(diff)
	}
	if s := f.Asking("visit"); s == nil || s.Name != "book.visit" {
		t.Errorf("visit is asked at %v", s)
	}
	if papers := f.Papers[f.Steps["book.many"].Papers]; len(papers) != 1 {
		t.Errorf("the part's checklist has %d lines", len(papers))
	}
	if got := f.Steps["book.size"].Branches[0].Next; got != "book.many" {
		t.Errorf("the branch of the part leads to %q", got)
	}
}

// Joining leaves the flows it is made of as they were: they are shared.
func TestJoinChangesNothing(t *testing.T) {
	set, err := CompileSet(files(t, "good/*.yaml"), vocabulary(), i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	before := set["consult"].Mermaid(i18n.Japanese) + set["book-visit"].Mermaid(i18n.Japanese)
	set["consult"].Join(set)
	if after := set["consult"].Mermaid(i18n.Japanese) + set["book-visit"].Mermaid(i18n.Japanese); after != before {
		t.Error(cmp.Diff(before, after))
	}
}

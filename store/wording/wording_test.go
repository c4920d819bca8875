package wording_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
	"madoguchi/store/wording"
)

const town = "sample"

func open(t *testing.T, db *store.DB, id string) *wording.Wordings {
	t.Helper()
	if err := tenant.New(db).Create(context.Background(), tenant.Tenant{ID: id, Name: "みほん市"}, "test"); err != nil && !store.IsDuplicate(err) {
		t.Fatal(err)
	}
	return wording.New(i18n.Builtin())
}

func set(db *store.DB, w *wording.Wordings, id, key, words string, seen int64) error {
	return db.Update(context.Background(), id, func(tx *store.Tx) error {
		return w.Set(tx, wording.Text{Text: i18n.Builtin().Text(key), Lang: i18n.Japanese, Seen: seen}, words, "hanako")
	})
}

func says(t *testing.T, db *store.DB, w *wording.Wordings, id, key string) (words string) {
	t.Helper()
	err := db.View(context.Background(), id, func(tx *store.Tx) error {
		c, err := w.Catalog(tx)
		if err == nil {
			words = c.Text(key).In(i18n.Japanese)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return words
}

func TestATextIsChangedChangedAgainAndPutBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := open(t, db, town)
		ships := says(t, db, w, town, "bot.menu")
		for i, words := range []string{"一つ目", "二つ目\r\nの文"} {
			if err := set(db, w, town, "bot.menu", words, int64(i)); err != nil {
				t.Fatal(err)
			}
		}
		if got := says(t, db, w, town, "bot.menu"); got != "二つ目\nの文" {
			t.Errorf("it says %q", got)
		}
		if err := set(db, w, town, "bot.menu", "二つ目\nの文", 2); err != nil { // the same again is no change
			t.Fatal(err)
		}
		if err := set(db, w, town, "bot.menu", ships, 2); err != nil { // the program's words are no words of one's own
			t.Fatal(err)
		}
		var own *i18n.Catalog
		var history []wording.Change
		err := db.View(context.Background(), town, func(tx *store.Tx) (err error) {
			if own, err = w.Own(tx); err != nil {
				return err
			}
			history, err = w.History(tx, "bot.menu", i18n.Japanese)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if own != nil {
			t.Error("a tenant without words of its own has a catalog of its own")
		}
		var was []string
		for _, c := range history {
			if c.By != "hanako" || c.At.IsZero() {
				t.Errorf("change %d: by %q at %v", c.Number, c.By, c.At)
			}
			was = append(was, c.Words)
		}
		if diff := cmp.Diff([]string{"", "二つ目\nの文", "一つ目"}, was); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhoHasNotSeenTheLastChangeIsToldSo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := open(t, db, town)
		var wait sync.WaitGroup
		results := make([]error, 4)
		for i := range results {
			wait.Go(func() { results[i] = set(db, w, town, "bot.menu", string(rune('あ'+i)), 0) })
		}
		wait.Wait()
		won := 0
		for _, err := range results {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, wording.ErrChanged):
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d of four changes at once were made", won)
		}
	})
}

func TestAnotherTenantHasItsOwnWords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := open(t, db, town)
		open(t, db, "other")
		ships := says(t, db, w, "other", "bot.menu")
		if err := set(db, w, town, "bot.menu", "みほん市の文", 0); err != nil {
			t.Fatal(err)
		}
		if got := says(t, db, w, "other", "bot.menu"); got != ships {
			t.Errorf("the other tenant says %q", got)
		}
	})
}

func TestAChangeThatIsUndoneIsNotRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := open(t, db, town)
		undo := errors.New("undo")
		err := db.Update(context.Background(), town, func(tx *store.Tx) error {
			if err := w.Set(tx, wording.Text{Text: i18n.Builtin().Text("bot.menu"), Lang: i18n.Japanese}, "取り消す文", "hanako"); err != nil {
				return err
			}
			if c, err := w.Catalog(tx); err != nil || c.Text("bot.menu").In(i18n.Japanese) != "取り消す文" {
				t.Errorf("inside the transaction: %v", err)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
		if err := set(db, w, town, "bot.menu", "残る文", 0); err != nil {
			t.Fatal(err)
		}
		if got := says(t, db, w, town, "bot.menu"); got != "残る文" {
			t.Errorf("it says %q", got)
		}
	})
}

// FuzzCheck: whatever is typed is taken or refused in words, and what is taken
// compiles.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"", "{receipt}", "{receipt", "'{'{receipt}", "{receipt, plural, other {#}}", "[漢字|かんじ]{receipt}", "\xff{receipt}", "{receipt}\n\n"} {
		f.Add(s)
	}
	text := i18n.Builtin().Text("mail.receipt")
	f.Fuzz(func(t *testing.T, words string) {
		err := wording.Check(text, i18n.Japanese, words, false)
		var no *wording.Refusal
		if err != nil && !errors.As(err, &no) {
			t.Fatalf("%q: %v", words, err)
		}
		if err == nil {
			if c := i18n.Builtin().Reworded([]i18n.Wording{{Key: text.Key, Lang: i18n.Japanese, Text: words}}); c.Text(text.Key) == text {
				t.Fatalf("%q was taken and is not used", words)
			}
		}
	})
}

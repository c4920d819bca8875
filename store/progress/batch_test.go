package progress_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
)

// S4-120: 200 cards announced, counted in, put away, sent out and confirmed.
func TestABatchOfTwoHundred(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		var scanned []progress.Line
		w.do(func(tx *store.Tx) error {
			scanned = nil
			b, made, _, err := w.cards.Announce(tx, progress.Delivery{Name: "第1便", Lines: make([]progress.Line, 200), By: "staff"})
			if b.Name != "第1便" || len(made) != 200 {
				t.Errorf("%d cases in %s", len(made), b.Name)
			}
			for i, c := range made {
				scanned = append(scanned, progress.Line{Number: i + 1, Code: reservation.ShowKey(c.Code)})
			}
			return err
		})
		began := time.Now()
		w.do(func(tx *store.Tx) error {
			came, trouble, err := w.cards.Receive(tx, progress.Receipt{Lines: scanned[:199], Counter: "honcho", Shelf: "A-1", By: "staff"})
			if len(trouble) > 0 || len(came) != 199 {
				t.Errorf("%d came, trouble %v", len(came), trouble)
			}
			return err
		})
		t.Logf("199 cards counted in and put away in %v", time.Since(began))
		w.do(func(tx *store.Tx) error {
			list, _, err := w.cards.Batches(tx, 10, 0)
			if err == nil && (len(list) != 1 || list[0].Cases != 200 || list[0].Here != 199) {
				t.Errorf("batches: %+v", list)
			}
			return err
		})
		for _, step := range []struct {
			kind           progress.Kind
			counter, shelf string
			custody        progress.Custody
		}{
			{progress.SentOut, "ekimae", "", progress.OnWay},
			{progress.Confirmed, "ekimae", "棚3", progress.AtPlace},
		} {
			w.do(func(tx *store.Tx) error {
				trouble, err := w.cards.Move(tx, step.kind, scanned[:50], step.counter, step.shelf, "staff")
				if len(trouble) > 0 {
					t.Errorf("%s: %v", step.kind, trouble)
				}
				return err
			})
			w.do(func(tx *store.Tx) error {
				_, n, err := w.cards.Counts(tx, progress.Filter{Counter: "ekimae", Custody: step.custody})
				if n != 50 {
					t.Errorf("%s: %d cards", step.custody, n)
				}
				return err
			})
		}
		w.whole()
	})
}

// Two who scan the same list at once: it is taken once.
func TestTheSameListScannedTwiceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		var list []progress.Line
		w.do(func(tx *store.Tx) error {
			list = nil
			_, made, _, err := w.cards.Announce(tx, progress.Delivery{Name: "第1便", Lines: make([]progress.Line, 20), By: "staff"})
			for i, c := range made {
				list = append(list, progress.Line{Number: i + 1, Code: c.Code})
			}
			return err
		})
		back := slices.Clone(list)
		slices.Reverse(back)
		var taken atomic.Int32
		var group sync.WaitGroup
		for _, lines := range [][]progress.Line{list, back, list, back} {
			group.Go(func() {
				var refused bool
				err := w.db.Update(context.Background(), "sample", func(tx *store.Tx) error {
					_, trouble, err := w.cards.Receive(tx, progress.Receipt{Lines: lines, By: "staff"})
					refused = len(trouble) > 0
					return err
				})
				if err != nil {
					t.Error(err)
				}
				if !refused {
					taken.Add(1)
				}
			})
		}
		group.Wait()
		if taken.Load() != 1 {
			t.Errorf("the list was taken %d times", taken.Load())
		}
		w.whole()
	})
}

// What is wrong with a list is said by line, and nothing of it is taken.
func TestAListInTroubleIsNotTaken(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		here := w.see(w.cardsHere(1)[0]).Code
		var waiting string
		w.do(func(tx *store.Tx) error {
			_, made, _, err := w.cards.Announce(tx, progress.Delivery{Name: "第2便", Lines: make([]progress.Line, 1), By: "staff"})
			waiting = made[0].Code
			return err
		})
		lines := []progress.Line{
			{Number: 1, Code: waiting}, {Number: 2, Code: "K7M2P-9QWXT"}, {Number: 3, Code: here},
			{Number: 4, Code: lower(waiting)}, {Number: 5, Code: "0123"}, {Number: 6, Code: ""},
		}
		w.do(func(tx *store.Tx) error {
			_, trouble, err := w.cards.Receive(tx, progress.Receipt{Lines: lines, By: "staff"})
			var got []string
			for _, x := range trouble {
				got = append(got, fmt.Sprint(x.Line, " ", x.Why, " ", x.Other))
			}
			same(t, "receiving", got, []string{"2 unknown 0", "3 here 0", "4 twice 1", "5 form 0", "6 form 0"})
			return err
		})
		w.do(func(tx *store.Tx) error {
			_, _, trouble, err := w.cards.Announce(tx, progress.Delivery{Name: "第3便", Lines: lines[:3], By: "staff"})
			var got []string
			for _, x := range trouble {
				got = append(got, fmt.Sprint(x.Line, " ", x.Why))
			}
			same(t, "announcing", got, []string{"1 known", "3 known"})
			return err
		})
		w.do(func(tx *store.Tx) error {
			trouble, err := w.cards.Move(tx, progress.Confirmed, lines[:3], "", "", "staff")
			var got []string
			for _, x := range trouble {
				got = append(got, fmt.Sprint(x.Line, " ", x.Why))
			}
			same(t, "confirming", got, []string{"1 gone", "2 unknown", "3 not-sent"})
			return err
		})
		w.do(func(tx *store.Tx) error {
			by, n, err := w.cards.Counts(tx, progress.Filter{})
			if n != 2 || by[progress.Expected] != 1 {
				t.Errorf("%d cases, %v", n, by)
			}
			list, total, err2 := w.cards.Batches(tx, 10, 0)
			if total != 2 {
				t.Errorf("%d batches: %v", total, list)
			}
			return errors.Join(err, err2)
		})
	})
}

// S4-116: any states in a period, by what the card is in now or what was
// registered then.
func TestListByStatesAndPeriod(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		ids := w.cardsHere(4)
		w.clock.Advance(24 * time.Hour) // 26 November
		w.register(ids[0], progress.Returned)
		w.register(ids[1], progress.SentBack)
		w.clock.Advance(24 * time.Hour)
		w.register(ids[1], progress.Arrived)
		day := func(n int) (f progress.Filter) {
			f.From.Year, f.From.Month, f.From.Day = 2026, 11, n
			f.To = f.From
			f.States = []progress.Kind{progress.Returned, progress.SentBack}
			return f
		}
		for _, c := range []struct {
			f    progress.Filter
			want []string
		}{
			{day(26), []string{ids[0]}},
			{func() progress.Filter { f := day(26); f.Ever = true; return f }(), []string{ids[1], ids[0]}},
			{day(25), nil},
			{progress.Filter{States: []progress.Kind{progress.Arrived}}, []string{ids[1], ids[3], ids[2]}},
			{func() progress.Filter { f := day(26); f.Ever = true; f.Counter = "nishi"; return f }(), nil},
		} {
			w.do(func(tx *store.Tx) error {
				got, err := w.cards.IDs(tx, c.f, 10, 0)
				same(t, fmt.Sprintf("%+v", c.f), got, c.want)
				_, n, err2 := w.cards.Counts(tx, c.f)
				if n != len(c.want) {
					t.Errorf("%+v counts %d", c.f, n)
				}
				return errors.Join(err, err2)
			})
		}
	})
}

// However far one turns the pages, every card is on one of them, in order.
func TestPagesOfAList(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		ids := w.cardsHere(7)
		slices.Sort(ids)
		slices.Reverse(ids)
		for _, f := range []progress.Filter{{}, {Ever: true}} {
			var got []string
			for offset := 0; offset < 9; offset += 3 {
				w.do(func(tx *store.Tx) error {
					list, err := w.cards.List(tx, f, 3, offset, 7)
					for _, c := range list {
						got = append(got, c.ID)
					}
					return err
				})
			}
			same(t, "pages", got, ids)
		}
	})
}

// Domain-facts 8.10: the clock proposes a second notice, then destruction, and
// leaves out who told a reason.
func TestTheClockOfUnclaimedCards(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		ids := w.cardsHere(2)
		for _, id := range ids {
			w.register(id, progress.Notified)
		}
		w.register(ids[1], progress.PutOff)
		due := func(d progress.Due) (got []string) {
			w.do(func(tx *store.Tx) (err error) {
				got, err = w.cards.IDs(tx, progress.Filter{Due: d}, 10, 0)
				return err
			})
			return got
		}
		w.clock.Set(noon.AddDate(0, 0, 89))
		same(t, "on the 89th day", due(progress.SecondNotice), []string(nil))
		w.clock.Set(noon.AddDate(0, 0, 90))
		same(t, "on the 90th day", due(progress.SecondNotice), ids[:1])
		w.register(ids[0], progress.NotifiedAgain)
		same(t, "after the second notice", due(progress.SecondNotice), []string(nil))
		w.clock.Set(noon.AddDate(0, 0, 364))
		same(t, "before a year", due(progress.Destruction), []string(nil))
		w.clock.Set(noon.AddDate(0, 0, 365))
		same(t, "after a year", due(progress.Destruction), ids[:1])
		w.register(ids[1], progress.PutOffEnded)
		same(t, "no reason any more", due(progress.SecondNotice), ids[1:])
	})
}

// S4-123: has one, collected, and what does not match.
func TestOldCardsAgainstCollected(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		ids := w.cardsHere(4)
		for _, id := range ids[:3] {
			w.register(id, progress.HasOldCard)
		}
		w.do(func(tx *store.Tx) error { return w.cards.Collected(tx, ids[0], "staff") })
		w.do(func(tx *store.Tx) error { return w.cards.Collected(tx, ids[0], "staff") })
		w.do(func(tx *store.Tx) error { return w.cards.Collected(tx, ids[3], "staff") })
		w.register(ids[0], progress.Delivered)
		w.register(ids[1], progress.Delivered)
		var got []progress.Match
		for _, id := range ids {
			c := w.see(id)
			got = append(got, c.OldCardMatch())
		}
		same(t, "matches", got, []progress.Match{progress.Matched, progress.Unmatched, progress.Open, progress.Unmatched})
		w.do(func(tx *store.Tx) error {
			_, n, err := w.cards.Counts(tx, progress.Filter{OldCard: []progress.Match{progress.Unmatched}})
			if n != 2 {
				t.Errorf("%d unmatched", n)
			}
			return err
		})
		w.whole()
	})
}

// S4-118: a renamed state keeps its code; earlier names are kept as versions.
func TestRenamedStates(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		own := progress.Labels{progress.Visited: {i18n.Japanese: "ご来庁済"}}
		w.do(func(tx *store.Tx) error { return w.cards.SaveLabels(tx, own, 0, "chief") })
		w.do(func(tx *store.Tx) error {
			if err := w.cards.SaveLabels(tx, own, 0, "chief"); !errors.Is(err, progress.ErrStale) {
				t.Errorf("saved over another's: %v", err)
			}
			l, version, err := w.cards.Labels(tx)
			if l.Of(progress.Visited, i18n.Japanese) != "ご来庁済" || l.Of(progress.Visited, i18n.EasyJapanese) != "ご来庁済" || version != 1 {
				t.Errorf("version %d: %v", version, l)
			}
			if l.Of(progress.Delivered, i18n.English) != "Card handed over" {
				t.Errorf("the others: %q", l.Of(progress.Delivered, i18n.English))
			}
			return err
		})
		var invalid progress.ErrInvalid
		w.do(func(tx *store.Tx) error {
			for _, bad := range []progress.Labels{
				{"nonsense": {i18n.Japanese: "あ"}}, {progress.Visited: {i18n.English: "Came"}},
			} {
				if err := w.cards.SaveLabels(tx, bad, 1, "chief"); !errors.As(err, &invalid) {
					t.Errorf("%v: %v", bad, err)
				}
			}
			return nil
		})
	})
}

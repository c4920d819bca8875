package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/line"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/relocation"
)

// A resident hears of a moved or cancelled visit on the way they booked by; who
// left no way is listed to be called (S4-138).
func TestResidentsHearOfMovedVisits(t *testing.T) {
	eachTown(t, true, func(v *mailTown) {
		byMail := v.book("web", "u1", i18n.Japanese, "text:hanako@example.com")
		onLine := v.book("line", "U2", i18n.English, "choice:@skip")
		gone := v.book("line", "U3", i18n.Japanese, "choice:@skip")
		silent := v.book("web", "u4", i18n.English, "choice:@skip")
		v.run("deliver")
		var work string
		err := v.db.Update(context.Background(), sampleID, func(tx *store.Tx) error {
			var list []relocation.Choice
			for _, c := range []struct {
				id  string
				act relocation.Act
				how relocation.How
			}{
				{byMail.ID, relocation.Move, relocation.ByMail}, {onLine.ID, relocation.Move, relocation.OnLine},
				{gone.ID, relocation.Cancel, relocation.OnLine}, {silent.ID, relocation.Move, relocation.Nobody},
			} {
				b, err := v.reservations.ByID(tx, c.id)
				if err != nil {
					return err
				}
				if how, err := v.reach(tx, b); how != c.how || err != nil {
					t.Errorf("would be told by %q, want %q (%v)", how, c.how, err)
				}
				list = append(list, relocation.Choice{Booking: b, Act: c.act})
			}
			var err error
			work, err = v.relocations().Begin(tx, "closing", list, "admin")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		v.run("relocations")
		v.run("relocations")
		said := map[string]string{}
		for {
			claimed, err := (lineOutbox{v.house}).Claim(context.Background(), 10, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if len(claimed) == 0 {
				break
			}
			for _, d := range claimed {
				for _, m := range d.Messages {
					if m.Booking != nil && (m.Booking.ID == onLine.ID || m.Booking.ID == gone.ID) && len(d.Deliver) == 0 {
						said[d.User] += m.Text
					}
				}
				if err := (lineOutbox{v.house}).Finish(context.Background(), d, line.Result{State: line.Sent}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !strings.Contains(said["U2"], "We had to move your visit") || !strings.Contains(said["U3"], "次のご予約を取り消しました") {
			t.Errorf("said on LINE: %q", said)
		}
		v.run("deliver")
		v.want("booked mail ja sent", "changed mail ja sent", "changed line en sent", "cancelled line ja sent")
		if len(v.box.letters) != 2 {
			t.Errorf("%d letters", len(v.box.letters))
		}
		err = v.db.View(context.Background(), sampleID, func(tx *store.Tx) error {
			tally, err := v.relocations().Tally(tx, work)
			if tally.Moved != 3 || tally.Cancelled != 1 || tally.ToCall != 1 {
				t.Errorf("%+v", tally)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

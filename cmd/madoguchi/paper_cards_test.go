package main

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/console/letters"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/resident"
	role "madoguchi/store/staff"
)

// letterTown is the sample town with n cards, half of them of registered
// residents, found by the record or by the link code.
func letterTown(t *testing.T, n int) *house {
	t.Helper()
	folder := t.TempDir()
	env := &environment{ctx: t.Context(), clock: time.Now, err: os.Stderr,
		config: Config{Data: folder, Database: filepath.Join(folder, "town.db"), PublicURL: "https://madoguchi.example"}}
	h, err := open(env, quiet(os.Stderr), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.close() })
	err = h.db.Update(t.Context(), sampleID, func(tx *store.Tx) error {
		d := progress.Delivery{Name: "第1便", Here: true, By: "test"}
		for i := range n {
			line := progress.Line{Number: i + 1}
			if i%2 == 0 {
				r, err := h.residents.Add(tx, resident.Profile{Name: fmt.Sprintf("見本　%d号", i), Postal: "0600001", Address: fmt.Sprintf("みほん市本町%d番地", i+1)}, "test")
				if err != nil {
					return err
				}
				if line.Code = r.Link; i%4 == 0 {
					line.Resident = r.ID
				}
			}
			d.Lines = append(d.Lines, line)
		}
		_, _, trouble, err := h.cards.Announce(tx, d)
		if len(trouble) > 0 {
			t.Fatal(trouble[0])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// A batch of letters goes from the cards that arrived to a file, and is posted
// and taken back in their histories.
func TestLettersOfTheCards(t *testing.T) {
	const n = 6
	h := letterTown(t, n)
	site := consoletest.Serve(t, h.db, letters.Area(h.printing()))
	m := site.SignIn(role.Account{Cards: role.Manager})
	run := m.Post("letters/new", url.Values{"template": {"guidance"}, "state": {"arrived"}})
	if !run.Has(fmt.Sprintf("%d件を印刷できます", n)) || !run.Has(fmt.Sprintf("住民情報のない%d件", n/2)) {
		t.Fatalf("%d %.3000s", run.Status, run.Body)
	}
	m.Get(run.Path)
	file := m.Post(run.Path+"/print", nil)
	if !bytes.Contains([]byte(file.Body), fmt.Appendf(nil, "/Count %d ", n)) {
		t.Error("not every letter is in the file")
	}
	if p := m.Post(run.Path+"/sent", nil); p.Status != 200 {
		t.Fatalf("%d", p.Status)
	}
	count := func(k progress.Kind) (total int) {
		if err := h.db.View(context.Background(), sampleID, func(tx *store.Tx) (err error) {
			_, total, err = h.cards.Counts(tx, progress.Filter{States: []progress.Kind{k}})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return total
	}
	if count(progress.Notified) != n {
		t.Errorf("%d are notified", count(progress.Notified))
	}
	if p := m.Post(run.Path+"/unsent", nil); p.Status != 200 || count(progress.Arrived) != n {
		t.Errorf("%d, %d have arrived", p.Status, count(progress.Arrived))
	}
}

package store_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"madoguchi/store"
	"madoguchi/store/storetest"
)

func seal(t testing.TB, db *store.DB, tenant, class, bind, plain string) (sealed []byte) {
	t.Helper()
	update(t, db, tenant, func(tx *store.Tx) (err error) {
		sealed, err = tx.Seal(class, bind, []byte(plain))
		return err
	})
	return sealed
}

func unseal(db *store.DB, tenant, class, bind string, sealed []byte) (plain string, err error) {
	err = db.View(context.Background(), tenant, func(tx *store.Tx) error {
		b, err := tx.Unseal(class, bind, sealed)
		plain = string(b)
		return err
	})
	return plain, err
}

func TestSealedValueOpensOnlyWhereItStands(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		sealed := seal(t, db, city, "mail", "booking.mail/1", "taro@example.jp")
		seal(t, db, city, "name", "booking.name/1", "太郎")
		seal(t, db, town, "mail", "booking.mail/1", "jiro@example.jp")
		if bytes.Contains(sealed, []byte("taro")) {
			t.Error("the sealed value shows the plain one")
		}
		if again := seal(t, db, city, "mail", "booking.mail/1", "taro@example.jp"); bytes.Equal(sealed, again) {
			t.Error("sealing twice gave the same bytes")
		}
		if plain, err := unseal(db, city, "mail", "booking.mail/1", sealed); plain != "taro@example.jp" || err != nil {
			t.Errorf("opened %q, error %v", plain, err)
		}
		for i := range sealed {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1
			if _, err := unseal(db, city, "mail", "booking.mail/1", changed); !errors.Is(err, store.ErrSealed) {
				t.Errorf("byte %d changed: error %v, want ErrSealed", i, err)
			}
		}
		for name, c := range map[string]struct {
			tenant, class, bind string
			sealed              []byte
		}{
			"another tenant": {town, "mail", "booking.mail/1", sealed},
			"another class":  {city, "name", "booking.mail/1", sealed},
			"another row":    {city, "mail", "booking.mail/2", sealed},
			"cut short":      {city, "mail", "booking.mail/1", sealed[:len(sealed)-1]},
			"lengthened":     {city, "mail", "booking.mail/1", append(bytes.Clone(sealed), 0)},
			"empty":          {city, "mail", "booking.mail/1", nil},
			"plain text":     {city, "mail", "booking.mail/1", []byte("taro@example.jp, in the clear as it was")},
			"unknown tenant": {"nobody", "mail", "booking.mail/1", sealed},
		} {
			if plain, err := unseal(db, c.tenant, c.class, c.bind, c.sealed); !errors.Is(err, store.ErrSealed) {
				t.Errorf("%s: opened %q, error %v, want ErrSealed", name, plain, err)
			}
		}
	})
}

// Somebody with all rights on the database moves a value together with its key.
func TestKeyDoesNotServeAnotherTenant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		sealed := seal(t, db, city, "mail", "x", "hello")
		_, err := storetest.Admin(t, db).Exec(`INSERT INTO data_key(tenant,class,version,wrapped,created_at) SELECT 'town',class,version,wrapped,created_at FROM data_key`)
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := unseal(db, town, "mail", "x", sealed); !errors.Is(err, store.ErrSealed) {
			t.Errorf("opened %q, error %v, want ErrSealed", plain, err)
		}
	})
}

func TestKeyOfAnUndoneTransactionIsForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		boom := errors.New("boom")
		err := db.Update(t.Context(), city, func(tx *store.Tx) error {
			if _, err := tx.Seal("mail", "x", []byte("first")); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		sealed := seal(t, db, city, "mail", "x", "second")
		// Another node has only the table to go by.
		if plain, err := unseal(storetest.Again(t, db), city, "mail", "x", sealed); plain != "second" || err != nil {
			t.Errorf("opened %q, error %v", plain, err)
		}
	})
}

func TestNodesMakeOneKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		other := storetest.Again(t, db)
		var wg sync.WaitGroup
		sealed := make([][]byte, 16)
		for i := range sealed {
			node := db
			if i%2 == 1 {
				node = other
			}
			wg.Go(func() {
				err := node.Update(context.Background(), city, func(tx *store.Tx) (err error) {
					sealed[i], err = tx.Seal("mail", "x", []byte("hello"))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for i, s := range sealed {
			for _, node := range []*store.DB{db, other} {
				if plain, err := unseal(node, city, "mail", "x", s); plain != "hello" || err != nil {
					t.Errorf("value %d: opened %q, error %v", i, plain, err)
				}
			}
		}
		var keys int
		view(t, db, city, func(tx *store.Tx) error {
			return tx.Row(`SELECT COUNT(*) FROM data_key WHERE tenant=$1`, city).Scan(&keys)
		})
		if keys != 1 {
			t.Errorf("%d keys were made, want 1", keys)
		}
	})
}

func TestBlindDiffersByTenantAndClass(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		blind := func(tenant, class, value string) (h string) {
			view(t, db, tenant, func(tx *store.Tx) error { h = string(tx.Blind(class, value)); return nil })
			return h
		}
		base := blind(city, "key", "ABC")
		if blind(city, "key", "ABC") != base {
			t.Error("the same value hashes differently")
		}
		for _, other := range []string{blind(town, "key", "ABC"), blind(city, "mail", "ABC"), blind(city, "key", "ABD"), blind(city, "keyA", "BC")} {
			if other == base {
				t.Error("different values hash alike")
			}
		}
	})
}

func TestWrongKeyIsFoundAtOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, key := range map[string][]byte{"none": nil, "short": []byte("short"), "another": bytes.Repeat([]byte{7}, 32)} {
			other, err := store.Open(t.Context(), store.Options{Database: storetest.Address(t, db), Key: key})
			if !errors.Is(err, store.ErrKey) {
				t.Errorf("%s: error %v, want ErrKey", name, err)
			}
			if err == nil {
				other.Close()
			}
		}
	})
}

func TestRotateClassKeepsOldValues(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		old := seal(t, db, city, "mail", "x", "old")
		update(t, db, city, func(tx *store.Tx) error { return tx.RotateClass("mail") })
		young := seal(t, db, city, "mail", "x", "young")
		if bytes.Equal(old[:9], young[:9]) {
			t.Error("sealed under the old key")
		}
		for _, node := range []*store.DB{db, storetest.Again(t, db)} {
			for sealed, want := range map[*[]byte]string{&old: "old", &young: "young"} {
				if plain, err := unseal(node, city, "mail", "x", *sealed); plain != want || err != nil {
					t.Errorf("opened %q, error %v, want %q", plain, err, want)
				}
			}
		}
	})
}

func TestDestroyedClassNeverOpens(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		other := storetest.Again(t, db, storetest.At(clock))
		gone := seal(t, db, city, "mail", "x", "gone")
		kept := seal(t, db, city, "name", "x", "kept")
		elsewhere := seal(t, db, town, "mail", "x", "elsewhere")
		if _, err := unseal(other, city, "mail", "x", gone); err != nil { // now in the other node's memory
			t.Fatal(err)
		}
		var wrapped []byte
		view(t, db, city, func(tx *store.Tx) error {
			return tx.Row(`SELECT wrapped FROM data_key WHERE tenant=$1 AND class='mail'`, city).Scan(&wrapped)
		})
		update(t, db, city, func(tx *store.Tx) error {
			if err := tx.DestroyClass("mail"); err != nil {
				return err
			}
			if _, err := tx.Unseal("mail", "x", gone); !errors.Is(err, store.ErrDestroyed) {
				t.Errorf("in the same transaction: error %v, want ErrDestroyed", err)
			}
			return nil
		})
		if _, err := unseal(db, city, "mail", "x", gone); !errors.Is(err, store.ErrDestroyed) {
			t.Errorf("error %v, want ErrDestroyed", err)
		}
		clock.Advance(2 * time.Minute)
		if _, err := unseal(other, city, "mail", "x", gone); !errors.Is(err, store.ErrDestroyed) {
			t.Errorf("on another node: error %v, want ErrDestroyed", err)
		}
		if plain, err := unseal(db, city, "name", "x", kept); plain != "kept" || err != nil {
			t.Errorf("another class: opened %q, error %v", plain, err)
		}
		if plain, err := unseal(db, town, "mail", "x", elsewhere); plain != "elsewhere" || err != nil {
			t.Errorf("another tenant: opened %q, error %v", plain, err)
		}
		fresh := seal(t, db, city, "mail", "x", "fresh")
		if plain, err := unseal(db, city, "mail", "x", fresh); plain != "fresh" || err != nil {
			t.Errorf("sealed afterwards: opened %q, error %v", plain, err)
		}
		if _, err := unseal(db, city, "mail", "x", gone); !errors.Is(err, store.ErrDestroyed) {
			t.Errorf("after a new key: error %v, want ErrDestroyed", err)
		}
		if file := storetest.Address(t, db); filepath.IsAbs(file) {
			for _, name := range []string{file, file + "-wal"} {
				content, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Contains(content, wrapped) {
					t.Errorf("%s still holds the destroyed key", filepath.Base(name))
				}
			}
		}
	}, storetest.At(clock))
}

func TestRotateMasterUnderLoad(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		newKey := bytes.Repeat([]byte{9}, 32)
		old := seal(t, db, city, "mail", "x", "old")
		var blind []byte
		view(t, db, city, func(tx *store.Tx) error { blind = tx.Blind("key", "ABC"); return nil })

		stop := make(chan struct{})
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for n := 0; ; n++ {
					select {
					case <-stop:
						return
					default:
					}
					// A class of its own each time, so that keys are made and
					// wrapped while the master key changes.
					class := string(rune('a'+i)) + store.NewID()
					var sealed []byte
					err := db.Update(context.Background(), city, func(tx *store.Tx) (err error) {
						sealed, err = tx.Seal(class, "x", []byte("hello"))
						return err
					})
					if err != nil {
						t.Error(err)
						return
					}
					if plain, err := unseal(db, city, class, "x", sealed); plain != "hello" || err != nil {
						t.Errorf("opened %q, error %v", plain, err)
						return
					}
				}
			})
		}
		for i := range 5 {
			key := bytes.Repeat([]byte{byte(i)}, 32)
			if i == 4 {
				key = newKey
			}
			if err := db.RotateMaster(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
		close(stop)
		wg.Wait()

		address := storetest.Address(t, db)
		if _, err := store.Open(t.Context(), store.Options{Database: address, Key: storetest.Key}); !errors.Is(err, store.ErrKey) {
			t.Errorf("with the old key: error %v, want ErrKey", err)
		}
		again, err := store.Open(t.Context(), store.Options{Database: address, Key: newKey})
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		for _, node := range []*store.DB{db, again} {
			if plain, err := unseal(node, city, "mail", "x", old); plain != "old" || err != nil {
				t.Errorf("opened %q, error %v", plain, err)
			}
			view(t, node, city, func(tx *store.Tx) error {
				if !bytes.Equal(tx.Blind("key", "ABC"), blind) {
					t.Error("keyed hashes changed")
				}
				return nil
			})
		}
	})
}

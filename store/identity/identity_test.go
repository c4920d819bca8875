package identity_test

import (
	"errors"
	"testing"
	"time"

	"madoguchi/store"
	"madoguchi/store/identity"
	"madoguchi/store/storetest"
)

const city = "sample"

var noon = time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)

func each(t *testing.T, test func(t *testing.T, db *store.DB, clock *storetest.Clock)) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			clock := &storetest.Clock{}
			clock.Set(noon)
			test(t, storetest.Open(t, kind, storetest.At(clock)), clock)
		})
	}
}

func update(t *testing.T, db *store.DB, tenant string, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

// A link is good once, until its time is over, and only where it was made.
func TestLinkIsGoodOnceAndForAWhile(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		var s identity.Service
		var id, secret, late string
		update(t, db, city, func(tx *store.Tx) (err error) {
			body := map[string]string{"mail": "hanako@example.jp"}
			if id, secret, err = s.NewLink(tx, identity.Link{Kind: identity.Register, Until: noon.Add(time.Hour), Body: body}); err != nil {
				return err
			}
			_, late, err = s.NewLink(tx, identity.Link{Kind: identity.Register, Until: noon.Add(time.Hour), Body: body})
			return err
		})
		opens := func(tenant, secret string) (l identity.Link, err error) {
			err = db.View(t.Context(), tenant, func(tx *store.Tx) error { l, err = s.Open(tx, secret); return err })
			return l, err
		}
		if l, err := opens(city, secret); err != nil || l.ID != id || l.Body["mail"] != "hanako@example.jp" {
			t.Errorf("a new link: %+v, %v", l, err)
		}
		for name, try := range map[string]struct{ tenant, secret string }{
			"of another municipality": {"other", secret}, "guessed": {city, "AAAAAAAAAAAAAAAAAAAAAAAAAA"}, "empty": {city, ""},
		} {
			if _, err := opens(try.tenant, try.secret); !errors.Is(err, identity.ErrLink) {
				t.Errorf("%s: %v", name, err)
			}
		}
		update(t, db, city, func(tx *store.Tx) error { return s.Use(tx, id) })
		if _, err := opens(city, secret); !errors.Is(err, identity.ErrLink) {
			t.Errorf("used: %v", err)
		}
		err := db.Update(t.Context(), city, func(tx *store.Tx) error { return s.Use(tx, id) })
		if !errors.Is(err, identity.ErrLink) {
			t.Errorf("used twice: %v", err)
		}
		clock.Set(noon.Add(time.Hour))
		if _, err := opens(city, late); !errors.Is(err, identity.ErrLink) {
			t.Errorf("too late: %v", err)
		}
		update(t, db, city, s.Purge)
		update(t, db, city, func(tx *store.Tx) error {
			var n int
			if err := tx.Row(`SELECT COUNT(*) FROM identity_link WHERE tenant = $1`, city).Scan(&n); err != nil || n != 0 {
				t.Errorf("%d links are left, %v", n, err)
			}
			return nil
		})
	})
}

// A new password ends the links to reset the old one; who is erased leaves
// nothing behind.
func TestPasswordsAndErasure(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		var s identity.Service
		var secret string
		update(t, db, city, func(tx *store.Tx) (err error) {
			if err := s.SetSecret(tx, "r1", "hash 1", true, "staff"); err != nil {
				return err
			}
			if err := s.Own(tx, "r1", "b1"); err != nil {
				return err
			}
			if err := s.Own(tx, "r1", "b1"); err != nil { // once is enough
				return err
			}
			_, secret, err = s.NewLink(tx, identity.Link{Kind: identity.Reset, Subject: "r1", Until: noon.Add(time.Hour)})
			return err
		})
		update(t, db, city, func(tx *store.Tx) error {
			c, err := s.Credential(tx, "r1")
			if err != nil || c != (identity.Credential{Secret: "hash 1", Temporary: true}) {
				t.Errorf("issued: %+v, %v", c, err)
			}
			return s.SetSecret(tx, "r1", "hash 2", false, "resident")
		})
		update(t, db, city, func(tx *store.Tx) error {
			if _, err := s.Open(tx, secret); !errors.Is(err, identity.ErrLink) {
				t.Errorf("a link to reset the old password: %v", err)
			}
			if ids, err := s.Bookings(tx, "r1"); err != nil || len(ids) != 1 {
				t.Errorf("bookings %v, %v", ids, err)
			}
			if have, err := s.Having(tx, []string{"r1", "r2"}); err != nil || !have["r1"] || have["r2"] {
				t.Errorf("who has a password: %v, %v", have, err)
			}
			return s.Forget(tx, "r1")
		})
		update(t, db, city, func(tx *store.Tx) error {
			if _, err := s.Credential(tx, "r1"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("after erasing: %v", err)
			}
			if who, err := s.ResidentOf(tx, "b1"); err != nil || who != "" {
				t.Errorf("the booking is still %q's, %v", who, err)
			}
			return nil
		})
	})
}

func TestSettingsOutOfBounds(t *testing.T) {
	for text, good := range map[string]bool{
		``: true, `{}`: true, `{"who":"anybody","name":"mail","days":1}`: true,
		`{"who":"everyone"}`: false, `{"name":"phone"}`: false, `{"days":91}`: false, `{"minutes":-1}`: false, `[]`: false,
	} {
		if _, err := identity.Parse([]byte(text)); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
}

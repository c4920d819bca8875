package tenant_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
)

func sample() tenant.Tenant {
	return tenant.Tenant{ID: "sample", Name: "みほん市", Settings: tenant.Settings{
		Office: "市民課", Phone: "03-0000-0000", Languages: []string{"ja", "ja-easy", "en"},
	}}
}

func TestCreateLoadSave(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, other := tenant.New(db), tenant.New(storetest.Again(t, db))
		if err := r.Create(t.Context(), sample(), "operator"); err != nil {
			t.Fatal(err)
		}
		if err := r.Create(t.Context(), sample(), "operator"); !errors.Is(err, store.ErrDuplicate) {
			t.Errorf("created twice: error %v, want ErrDuplicate", err)
		}
		got, err := r.Load(t.Context(), "sample")
		if err != nil {
			t.Fatal(err)
		}
		want := sample()
		want.Version = 1
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if _, err := other.Load(t.Context(), "sample"); err != nil { // remembered there
			t.Fatal(err)
		}
		changed := *got
		changed.Settings.Phone = "03-1111-1111"
		if err := changed.Settings.SetSection("line", map[string]string{"channel": "1"}); err != nil {
			t.Fatal(err)
		}
		if err := r.Save(t.Context(), &changed, "admin-1"); err != nil {
			t.Fatal(err)
		}
		for _, reg := range []*tenant.Registry{r, other} {
			got, err := reg.Load(t.Context(), "sample")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&changed, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			var line struct{ Channel string }
			if err := got.Settings.Section("line", &line); err != nil || line.Channel != "1" {
				t.Errorf("section line is %+v, error %v", line, err)
			}
		}
		stale := *got
		if err := other.Save(t.Context(), &stale, "admin-2"); !errors.Is(err, tenant.ErrChanged) {
			t.Errorf("saved over another's change: error %v, want ErrChanged", err)
		}
		for _, id := range []string{"nobody", "", "*"} {
			if _, err := r.Load(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Load(%q): error %v, want ErrNotFound", id, err)
			}
		}
		if err := r.Create(t.Context(), tenant.Tenant{ID: "another"}, "operator"); err != nil {
			t.Fatal(err)
		}
		list, err := r.List(t.Context())
		if err != nil || len(list) != 2 || list[0].ID != "another" || list[1].ID != "sample" {
			t.Errorf("list %v, error %v", list, err)
		}
		var actions []string
		err = db.View(t.Context(), "sample", func(tx *store.Tx) error {
			entries, err := audit.List(tx, audit.Filter{})
			for _, e := range entries {
				actions = append(actions, e.Who+" "+e.Action)
			}
			return err
		})
		if diff := cmp.Diff([]string{"admin-1 save-tenant", "operator create-tenant"}, actions); err != nil || diff != "" {
			t.Errorf("audit log, error %v (-want +got)\n%s", err, diff)
		}
	})
}

func TestImpossibleIDs(t *testing.T) {
	r := tenant.New(storetest.Open(t, storetest.SQLite))
	for _, id := range []string{"", "*", "City", "a b", "-a", "a-", "みほん", "../a", strings.Repeat("a", 41)} {
		if err := r.Create(t.Context(), tenant.Tenant{ID: id}, "operator"); !errors.Is(err, tenant.ErrID) {
			t.Errorf("Create(%q): error %v, want ErrID", id, err)
		}
	}
}

// What a transaction that is undone has read of its own changes must not be
// remembered.
func TestUndoneChangeIsNotRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := tenant.New(db)
		if err := r.Create(t.Context(), sample(), "operator"); err != nil {
			t.Fatal(err)
		}
		db.Update(t.Context(), "sample", func(tx *store.Tx) error {
			if _, err := tx.Exec(`UPDATE tenant SET name='undone', version=2 WHERE id='sample'`); err != nil {
				t.Error(err)
			}
			if got, err := r.In(tx); err != nil || got.Name != "undone" {
				t.Errorf("inside: %v, error %v", got, err)
			}
			return errors.New("undo")
		})
		got, err := r.Load(t.Context(), "sample")
		if err != nil {
			t.Fatal(err)
		}
		got.Name = "みほん市役所"
		if err := r.Save(t.Context(), got, "admin-1"); err != nil { // version 2 now
			t.Fatal(err)
		}
		if again, err := r.Load(t.Context(), "sample"); err != nil || again.Name != "みほん市役所" {
			t.Errorf("loaded %v, error %v", again, err)
		}
	})
}

func TestSecretsAreSealed(t *testing.T) {
	const secret = "very-secret-channel-token"
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := tenant.New(db)
		if err := r.Create(t.Context(), sample(), "operator"); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for _, name := range []string{"line.token", "line.secret", "slack.token"} {
			wg.Go(func() {
				if err := r.SetSecret(t.Context(), "sample", name, secret+name, "admin-1"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := r.SetSecret(t.Context(), "sample", "slack.token", "", "admin-1"); err != nil {
			t.Fatal(err)
		}
		err := db.View(t.Context(), "sample", func(tx *store.Tx) error {
			got, err := r.In(tx)
			if err != nil {
				return err
			}
			for name, want := range map[string]string{"line.token": secret + "line.token", "line.secret": secret + "line.secret", "slack.token": "", "none": ""} {
				if s, err := got.Secret(tx, name); s != want || err != nil {
					t.Errorf("%s is %q, error %v, want %q", name, s, err, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if file := storetest.Address(t, db); filepath.IsAbs(file) {
			for _, name := range []string{file, file + "-wal"} {
				content, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Contains(content, []byte(secret)) {
					t.Errorf("%s holds the secret", filepath.Base(name))
				}
			}
		}
	})
}

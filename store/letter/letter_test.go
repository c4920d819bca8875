package letter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
)

var service = Service{Builtin: []Template{{ID: "notice", Name: "交付通知書", Body: "標準"}}}

// each runs a test on both databases with two tenants, "sample" and "other".
func each(t *testing.T, test func(t *testing.T, do func(tenant string, fn func(*store.Tx) error) error)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, id := range []string{"sample", "other"} {
			if err := tenant.New(db).Create(context.Background(), tenant.Tenant{ID: id, Name: id}, "test"); err != nil {
				t.Fatal(err)
			}
		}
		test(t, func(tenant string, fn func(*store.Tx) error) error {
			return db.Update(context.Background(), tenant, fn)
		})
	})
}

// A text that was changed can be looked at as it was, and put in force again.
func TestTemplatesHaveAHistory(t *testing.T) {
	each(t, func(t *testing.T, do func(string, func(*store.Tx) error) error) {
		var history []Template
		err := do("sample", func(tx *store.Tx) error {
			for i, body := range []string{"一", "二"} {
				if _, err := service.Save(tx, Template{ID: "notice", Version: i, Name: "通知", Body: body}, "staff"); err != nil {
					return err
				}
			}
			if _, err := service.RollBack(tx, "notice", 1, 2, "boss"); err != nil {
				return err
			}
			if _, err := service.RollBack(tx, "notice", 0, 3, "boss"); err != nil {
				return err
			}
			var err error
			history, err = service.History(tx, "notice")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []Template{
			{ID: "notice", Version: 4, Name: "交付通知書", Body: "標準", By: "boss"},
			{ID: "notice", Version: 3, Name: "通知", Body: "一", By: "boss"},
			{ID: "notice", Version: 2, Name: "通知", Body: "二", By: "staff"},
			{ID: "notice", Version: 1, Name: "通知", Body: "一", By: "staff"},
			{ID: "notice", Version: 0, Name: "交付通知書", Body: "標準"},
		}
		if diff := cmp.Diff(want, history, cmpopts.IgnoreFields(Template{}, "At")); diff != "" {
			t.Error(diff)
		}
		for name, c := range map[string]struct {
			t    Template
			want error
		}{
			"stale": {Template{ID: "notice", Version: 1, Name: "x"}, ErrStale}, "no name": {Template{Name: ""}, ErrName},
			"long name": {Template{Name: strings.Repeat("長", 41)}, ErrName}, "long": {Template{Name: "x", Body: strings.Repeat("x", 1<<16)}, ErrLong},
			"unknown": {Template{ID: "none", Name: "x"}, ErrNotFound},
		} {
			refused := do("sample", func(tx *store.Tx) error { _, err := service.Save(tx, c.t, "staff"); return err })
			if !errors.Is(refused, c.want) {
				t.Errorf("%s: %v, want %v", name, refused, c.want)
			}
		}
		// Another municipality has the text as it came.
		if err := do("other", func(tx *store.Tx) error {
			now, err := service.Template(tx, "notice")
			if now.Version != 0 || now.Body != "標準" {
				t.Errorf("the other tenant has %+v", now)
			}
			if _, err := service.TemplateAt(tx, "notice", 2); !errors.Is(err, ErrNotFound) {
				t.Errorf("the other tenant's version 2: %v", err)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}

// New templates stand behind those of the program, and retired ones stay listed.
func TestListOfTemplates(t *testing.T) {
	each(t, func(t *testing.T, do func(string, func(*store.Tx) error) error) {
		err := do("sample", func(tx *store.Tx) error {
			made, err := service.Save(tx, Template{Name: "再通知", Body: "再"}, "staff")
			if err != nil {
				return err
			}
			made.Retired = true
			if _, err := service.Save(tx, made, "staff"); err != nil {
				return err
			}
			list, err := service.Templates(tx)
			if len(list) != 2 || list[0].ID != "notice" || list[1].Name != "再通知" || !list[1].Retired || list[1].Version != 2 {
				t.Errorf("%+v", list)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A run is posted once, for those who were printed, and taken back as a whole.
func TestPostingARun(t *testing.T) {
	each(t, func(t *testing.T, do func(string, func(*store.Tx) error) error) {
		var run Run
		posted := map[string]int{}
		register := func(id string) (int, error) { posted[id]++; return 40 + len(posted), nil }
		undo := func(id string, event int) error {
			if event < 41 {
				return fmt.Errorf("event %d of %s", event, id)
			}
			posted[id]--
			return nil
		}
		step := func(want error, fn func(tx *store.Tx) error) {
			t.Helper()
			if err := do("sample", fn); !errors.Is(err, want) {
				t.Fatalf("got %v, want %v", err, want)
			}
		}
		step(nil, func(tx *store.Tx) (err error) {
			run, err = service.Begin(tx, Run{Template: "notice", Selection: "カード到着", Deadline: civil.Date{Year: 2027, Month: 3, Day: 1}}, []string{"c", "a", "c", "b"}, "staff")
			return err
		})
		if run.Cases != 3 {
			t.Errorf("%d cases, want each once", run.Cases)
		}
		sent := func(tx *store.Tx) error { return service.Sent(tx, run.ID, "staff", register) }
		unsent := func(tx *store.Tx) error { return service.Unsent(tx, run.ID, "staff", undo) }
		step(ErrState, sent)
		step(ErrState, unsent)
		step(nil, func(tx *store.Tx) error { return service.Printed(tx, run.ID, []int{2}, "staff") })
		step(ErrState, func(tx *store.Tx) error { return service.Drop(tx, run.ID, "staff") })
		step(nil, sent)
		step(ErrState, sent)
		if diff := cmp.Diff(map[string]int{"c": 1, "b": 1}, posted); diff != "" {
			t.Error(diff)
		}
		step(nil, unsent)
		if diff := cmp.Diff(map[string]int{"c": 0, "b": 0}, posted); diff != "" {
			t.Error(diff)
		}
		step(nil, func(tx *store.Tx) error {
			items, err := service.Items(tx, run.ID)
			want := []Item{{Position: 1, Case: "c"}, {Position: 2, Case: "a", Held: true}, {Position: 3, Case: "b"}}
			if diff := cmp.Diff(want, items); diff != "" {
				t.Error(diff)
			}
			if again, err := service.Run(tx, run.ID); again.Deadline != run.Deadline || err != nil {
				t.Errorf("%+v, %v", again, err)
			}
			return err
		})
		// The other municipality sees nothing of it.
		if err := do("other", func(tx *store.Tx) error { return service.Sent(tx, run.ID, "x", register) }); !errors.Is(err, ErrNotFound) {
			t.Errorf("another tenant's run: %v", err)
		}
	})
}

// A run has some cases, and not too many; one that was not printed can be
// dropped.
func TestRunsBeginAndEnd(t *testing.T) {
	each(t, func(t *testing.T, do func(string, func(*store.Tx) error) error) {
		many := make([]string, MostCases+1)
		for i := range many {
			many[i] = fmt.Sprint(i)
		}
		for _, cases := range [][]string{nil, many} {
			err := do("sample", func(tx *store.Tx) error {
				_, err := service.Begin(tx, Run{Template: Labels}, cases, "staff")
				return err
			})
			if !errors.Is(err, ErrCount) {
				t.Errorf("%d cases: %v", len(cases), err)
			}
		}
		err := do("sample", func(tx *store.Tx) error {
			run, err := service.Begin(tx, Run{Template: Labels}, many[1:], "staff")
			if err != nil {
				return err
			}
			if _, total, err := service.Runs(tx, 10, 0); total != 1 || err != nil {
				t.Errorf("%d runs, %v", total, err)
			}
			if err := service.Drop(tx, run.ID, "staff"); err != nil {
				return err
			}
			if items, err := service.Items(tx, run.ID); len(items) > 0 || err != nil {
				t.Errorf("%d cases are left, %v", len(items), err)
			}
			_, err = service.Run(tx, run.ID)
			return err
		})
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("a dropped run: %v", err)
		}
	})
}

// Settings are kept by version, and the later of two who save is told.
func TestSettings(t *testing.T) {
	each(t, func(t *testing.T, do func(string, func(*store.Tx) error) error) {
		type measures struct{ A, B int }
		m := measures{A: 1}
		err := do("sample", func(tx *store.Tx) error {
			if v, err := service.Setting(tx, "layout", &m); v != 0 || err != nil || m.A != 1 {
				t.Errorf("before anything was saved: version %d, %+v, %v", v, m, err)
			}
			if err := service.SaveSetting(tx, "layout", measures{2, 3}, 0, "staff"); err != nil {
				return err
			}
			if v, err := service.Setting(tx, "layout", &m); v != 1 || m.B != 3 {
				t.Errorf("version %d, %+v, %v", v, m, err)
			}
			if err := service.SaveSetting(tx, "layout", m, 0, "other"); !errors.Is(err, ErrStale) {
				t.Errorf("saved over a colleague: %v", err)
			}
			return service.SaveSetting(tx, "layout", m, 1, "other")
		})
		if err != nil {
			t.Error(err)
		}
	})
}

package resident

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
)

const here, there = "sample", "other"

var today = civil.Date{Year: 2026, Month: time.November, Day: 22}

// town makes two tenants and a roster with its list of the erased in a file.
func town(t testing.TB, db *store.DB) *Residents {
	t.Helper()
	for _, id := range []string{here, there} {
		if err := tenant.New(db).Create(context.Background(), tenant.Tenant{ID: id, Name: "みほん市"}, "test"); err != nil {
			t.Fatal(err)
		}
	}
	return New(NewList(filepath.Join(t.TempDir(), "erasures.log"), db.Log()))
}

func update1(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), here, fn); err != nil {
		t.Fatal(err)
	}
}

// profile reads a person as a form would send it.
func profile(t testing.TB, values map[Field]string) Profile {
	t.Helper()
	var p Profile
	for f, text := range values {
		if err := p.Set(f, text, today); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func hanako(t testing.TB) Profile {
	return profile(t, map[Field]string{
		Name: "髙橋 花子", Kana: "たかはし はなこ", SexOf: "女", Born: "昭和55年6月10日", Postal: "〒060-0001",
		Address: "北海道札幌市中央区北一条西2丁目", Phone: "０９０−１２３４−５６７８", Phone2: "011-222-3333", Mail: "hanako@example.jp",
		News: "希望する", Login: "Hanako", Manage: "K-1", Class: "A地区", Note: "一行目\n二行目", Custom("lang"): "日本語",
	})
}

func add(t testing.TB, db *store.DB, r *Residents, p Profile) (res Resident) {
	t.Helper()
	update1(t, db, func(tx *store.Tx) (err error) {
		res, err = r.Add(tx, p, "staff-1")
		return err
	})
	return res
}

func TestRecordComesBackWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := town(t, db)
		added := add(t, db, r, hanako(t))
		if len(added.Number) != 9 || damm(added.Number) != 0 || len(added.Link) != 10 {
			t.Errorf("issued number %q and link code %q", added.Number, added.Link)
		}
		var got Resident
		update1(t, db, func(tx *store.Tx) (err error) {
			got, err = r.Get(tx, added.ID)
			return err
		})
		if diff := cmp.Diff(added, got, cmp.AllowUnexported(Resident{})); diff != "" {
			t.Error(diff)
		}
		if got.Name != "髙橋　花子" || got.Kana != "タカハシ　ハナコ" || got.Born != (civil.Date{Year: 1980, Month: 6, Day: 10}) || got.Phone != "09012345678" {
			t.Errorf("got %+v", got.Profile)
		}
	})
}

func TestFoundByEverythingThatIsIndexed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := town(t, db)
		h := add(t, db, r, hanako(t))
		add(t, db, r, profile(t, map[Field]string{Name: "山田 太郎", Kana: "ヤマダ タロウ", Born: "S55.6.11"}))
		add(t, db, r, profile(t, map[Field]string{Name: "John Smith", Kana: "ジョン スミス"}))
		for _, c := range []struct {
			name string
			f    Filter
			want int
		}{
			{"variant of a character", Filter{Name: "高橋"}, 1},
			{"as registered", Filter{Name: "髙橋花子"}, 1},
			{"a part", Filter{Name: "橋 花"}, 1},
			{"one character", Filter{Name: "花"}, 1},
			{"hiragana", Filter{Name: "かはし"}, 1},
			{"half-width kana", Filter{Name: "ﾀｶﾊｼ"}, 1},
			{"one kana begins a name", Filter{Name: "ハ"}, 1},
			{"one kana within", Filter{Name: "シ"}, 0},
			{"pairs that are not neighbours", Filter{Name: "花子橋"}, 0},
			{"beginning", Filter{Name: "たか", Beginning: true}, 1},
			{"not the beginning", Filter{Name: "花子", Beginning: true}, 0},
			{"Latin letters", Filter{Name: "ｓｍｉ"}, 1},
			{"only points", Filter{Name: "・"}, 0},
			{"telephone", Filter{Phone: "090 1234 5678"}, 1},
			{"second telephone", Filter{Phone: "0112223333"}, 1},
			{"no telephone", Filter{Phone: "abc"}, 0},
			{"mail", Filter{Mail: "HANAKO@example.jp"}, 1},
			{"born", Filter{Born: civil.Date{Year: 1980, Month: 6, Day: 10}}, 1},
			{"born and name", Filter{Born: civil.Date{Year: 1980, Month: 6, Day: 10}, Name: "山田"}, 0},
			{"class", Filter{Class: "A地区"}, 1},
			{"number", Filter{Number: h.Number}, 1},
			{"link", Filter{Link: "  " + h.Link[:5] + "-" + h.Link[5:]}, 1},
			{"login", Filter{Login: "ＨＡＮＡＫＯ"}, 1},
			{"state", Filter{State: Suspended, Name: "花"}, 0},
		} {
			update1(t, db, func(tx *store.Tx) error {
				found, err := r.Search(tx, c.f)
				if err != nil || len(found.List) != c.want || found.More {
					t.Errorf("%s: %d found, want %d (%v)", c.name, len(found.List), c.want, err)
				}
				return nil
			})
		}
		for f, want := range map[*Filter]int{{}: 3, {State: Active}: 3, {Name: "ヤマダ"}: 1, {Class: "A地区"}: 1, {Phone: "x"}: 0, {Number: h.Number}: 1} {
			got := 0
			for c := (Cursor{}); !c.Done; {
				update1(t, db, func(tx *store.Tx) (err error) {
					var list []Resident
					list, c, err = r.Walk(tx, *f, c, 2)
					got += len(list)
					return err
				})
			}
			if got != want {
				t.Errorf("a walk by %+v meets %d, want %d", *f, got, want)
			}
		}
		update1(t, db, func(tx *store.Tx) error {
			page, err := r.Page(tx, "", 1, 2)
			if err != nil || len(page) != 2 || page[1].ID != h.ID {
				t.Errorf("page: %v, %v", page, err)
			}
			some, err := r.Some(tx, []string{page[1].ID, "nobody", page[0].ID})
			if err != nil || len(some) != 2 || some[0].ID != h.ID {
				t.Errorf("some: %v, %v", some, err)
			}
			return nil
		})
	})
}

func TestOwnValuesAreOnePersonsAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := town(t, db)
		h := add(t, db, r, hanako(t))
		for _, f := range []Field{Number, Link, Login} {
			p := Profile{}
			*p.text(f) = h.Get(f)
			err := db.Update(context.Background(), here, func(tx *store.Tx) error {
				_, err := r.Add(tx, p, "staff-1")
				return err
			})
			var problem *Problem
			if !errors.As(err, &problem) || *problem != (Problem{f, "taken"}) {
				t.Errorf("%s twice: %v", f, err)
			}
		}
	})
}

func TestAnotherTownsRecordsAreNotThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := town(t, db)
		h := add(t, db, r, hanako(t))
		err := db.View(context.Background(), there, func(tx *store.Tx) error {
			if _, err := r.Get(tx, h.ID); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Get: %v", err)
			}
			if _, err := r.ByLink(tx, h.Link); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("ByLink: %v", err)
			}
			found, err := r.Search(tx, Filter{Name: "花子"})
			if err != nil || len(found.List) > 0 {
				t.Errorf("Search: %v, %v", found, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestChangeMovesTheIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := town(t, db)
		h := add(t, db, r, hanako(t))
		p := h.Profile
		if err := p.Set(Name, "佐藤 花子", today); err != nil {
			t.Fatal(err)
		}
		update1(t, db, func(tx *store.Tx) error {
			_, err := r.Save(tx, h.ID, h.Version, p, "staff-2")
			return err
		})
		err := db.Update(context.Background(), here, func(tx *store.Tx) error {
			_, err := r.Save(tx, h.ID, h.Version, h.Profile, "staff-3")
			return err
		})
		if !errors.Is(err, ErrStale) {
			t.Errorf("saving over another's change: %v", err)
		}
		update1(t, db, func(tx *store.Tx) error {
			for words, want := range map[string]int{"髙橋": 0, "佐藤": 1, "花子": 1} {
				if found, err := r.Search(tx, Filter{Name: words}); err != nil || len(found.List) != want {
					t.Errorf("%s: %d, want %d (%v)", words, len(found.List), want, err)
				}
			}
			return nil
		})
	})
}

func TestSuspendedCannotBook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := town(t, db)
		h := add(t, db, r, hanako(t))
		update1(t, db, func(tx *store.Tx) error {
			if err := r.Bookable(tx, h.ID); err != nil {
				t.Errorf("in use: %v", err)
			}
			if _, err := r.SetState(tx, h.ID, Suspended, "staff-1"); err != nil {
				return err
			}
			if err := r.Bookable(tx, h.ID); !errors.Is(err, ErrSuspended) {
				t.Errorf("suspended: %v", err)
			}
			if _, err := r.SetState(tx, h.ID, Active, "staff-1"); err != nil {
				return err
			}
			if err := r.Bookable(tx, "nobody"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("nobody: %v", err)
			}
			return r.Bookable(tx, h.ID)
		})
	})
}

// A18: the right key and a wrong birth date, again and again.
func TestA18BirthDateLocks(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := town(t, db)
		h := add(t, db, r, hanako(t))
		check := func(id string, d civil.Date) (got Answer) {
			update1(t, db, func(tx *store.Tx) (err error) {
				got, err = r.CheckBorn(tx, id, d)
				return err
			})
			return got
		}
		for _, id := range []string{h.ID, "nobody"} {
			for i := range 6 {
				want := Wrong
				if i == 5 {
					want = Locked
				}
				if got := check(id, today); got != want {
					t.Errorf("%s, try %d: %s, want %s", id, i+1, got, want)
				}
			}
			if got := check(id, h.Born); got != Locked {
				t.Errorf("the right date after six wrong ones: %s", got)
			}
		}
		clock.Advance(14 * time.Minute)
		if got := check(h.ID, h.Born); got != Locked {
			t.Errorf("after fourteen minutes: %s", got)
		}
		clock.Advance(4 * time.Minute)
		if got := check(h.ID, h.Born); got != Right {
			t.Errorf("after a quarter of an hour: %s", got)
		}
	}, storetest.At(clock))
}

func ExampleReadDate() {
	for _, s := range []string{"昭和55年6月10日", "S55.6.10", "ｓ５５／６／１０", "1980-06-10", "19800610", "平成31年5月1日"} {
		d, ok := ReadDate(s)
		fmt.Println(d, ok)
	}
	// Output:
	// 1980-06-10 true
	// 1980-06-10 true
	// 1980-06-10 true
	// 1980-06-10 true
	// 1980-06-10 true
	// 0000-00-00 false
}

// Row-level security: the program's role sees nobody without naming a tenant.
func TestRowsOfNobody(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	r := town(t, db)
	h := add(t, db, r, hanako(t))
	update1(t, db, func(tx *store.Tx) error { return r.Erase(tx, h.ID, "x") })
	add(t, db, r, hanako(t))
	for _, table := range []string{"resident", "resident_key", "resident_token", "resident_serial", "resident_import", "resident_erasure"} {
		var n int
		if err := storetest.AsApp(t, db).QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s: %d rows, %v", table, n, err)
		}
	}
}

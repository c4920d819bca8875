package resident

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/storetest"
)

// made is a line of an invented roster; the frequent family names are as
// frequent as in Japan.
type made int

var (
	families = []string{"佐藤 サトウ", "鈴木 スズキ", "高橋 タカハシ", "田中 タナカ", "伊藤 イトウ", "渡辺 ワタナベ", "山本 ヤマモト", "中村 ナカムラ", "小林 コバヤシ", "加藤 カトウ"}
	givens   = []string{"花子 ハナコ", "太郎 タロウ", "陽菜 ヒナ", "蓮 レン", "結衣 ユイ", "大翔 ヒロト", "美咲 ミサキ", "翔太 ショウタ"}
	rare     = []rune("阿井宇江岡加木久毛古佐志須世曽田千津手戸名仁沼根野羽日府戸穂真三村女森矢湯代良里留礼六和")
	rareKana = []rune("アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ")
)

func (m made) Number() int { return int(m) + 2 }

func (m made) Value(f Field) (string, bool) {
	n := int(m)
	family := families[n%len(families)]
	if n%8 != 0 { // seven of eight have a rare name
		i, j := n*7%len(rareKana), n/11%len(rareKana)
		family = string(rare[i%len(rare)]) + string(rare[j%len(rare)]) + " " + string(rareKana[i]) + string(rareKana[j])
	}
	given := givens[n/13%len(givens)]
	var fn, fk, gn, gk string
	fmt.Sscan(family, &fn, &fk)
	fmt.Sscan(given, &gn, &gk)
	switch f {
	case Number:
		return strconv.Itoa(100_000_000 + n), true
	case Name:
		return fn + " " + gn, true
	case Kana:
		return fk + " " + gk, true
	case SexOf:
		return []string{"男", "女"}[n%2], true
	case Born:
		return civil.Date{Year: 1930, Month: 1, Day: 1}.AddDays(n * 37 % 33000).String(), true
	case Postal:
		return "0600001", true
	case Address:
		return "北海道札幌市中央区北一条西" + strconv.Itoa(n%30) + "丁目" + strconv.Itoa(n%100) + "番地", true
	case Phone:
		return "090" + strconv.Itoa(10_000_000+n), true
	}
	return "", false
}

func invented(n int) []Line {
	list := make([]Line, n)
	for i := range list {
		list[i] = made(i)
	}
	return list
}

func fill(tb testing.TB, db *store.DB, r *Residents, n int) {
	tb.Helper()
	plan, err := r.Plan(context.Background(), db, here, invented(n), Rules{}, today)
	if err == nil {
		err = r.Import(context.Background(), db, here, plan, Rules{}, today, "cli")
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// load fills a roster as an import would, without its checks.
func load(tb testing.TB, db *store.DB, n int) {
	tb.Helper()
	var index []entry
	var p Plan
	for at := 0; at < n; {
		update1(tb, db, func(tx *store.Tx) error {
			for range min(2000, n-at) {
				res := Resident{ID: store.NewID(), State: Active, CreatedBy: "cli", serial: int64(at + 1)}
				res.Profile = p.read(Profile{}, made(at), Rules{}, today, false)
				if err := insert(tx, &res); err != nil {
					return err
				}
				index = append(index, entries(res.serial, tokens(tx, &res.Profile))...)
				at++
			}
			return nil
		})
	}
	slices.SortFunc(index, entry.compare)
	for part := range slices.Chunk(index, 50*entriesAtOnce) {
		update1(tb, db, func(tx *store.Tx) error { return addEntries(tx, part) })
	}
}

// BenchmarkRoster measures what a person at the console waits for, over a roster
// of a large city. MADOGUCHI_ROSTER sets how large.
func BenchmarkRoster(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("MADOGUCHI_ROSTER"))
	if n == 0 {
		n = 20_000
	}
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		b.Run(string(kind), func(b *testing.B) { benchmarkRoster(b, kind, n) })
	}
}

func benchmarkRoster(b *testing.B, kind storetest.Kind, n int) {
	db := storetest.Open(b, kind)
	r := town(b, db)
	load(b, db, n)
	var ids []string
	b.Run("letters-2000", func(b *testing.B) {
		err := db.View(b.Context(), here, func(tx *store.Tx) error {
			page, err := r.Page(tx, "", 0, 2000)
			for _, p := range page {
				ids = append(ids, p.ID)
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			err := db.View(b.Context(), here, func(tx *store.Tx) error {
				list, err := r.Some(tx, ids)
				if len(list) != min(n, 2000) {
					b.Errorf("%d", len(list))
				}
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("list-last-page", func(b *testing.B) {
		for b.Loop() {
			err := db.View(b.Context(), here, func(tx *store.Tx) error {
				if _, err := r.Counts(tx); err != nil {
					return err
				}
				_, err := r.Page(tx, "", n-50, 50)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, f := range []struct {
		name string
		f    Filter
	}{
		{"number", Filter{Number: "100000007"}},
		{"phone", Filter{Phone: "09010000007"}},
		{"born", Filter{Born: civil.Date{Year: 1930, Month: 2, Day: 7}}},
		{"frequent-name", Filter{Name: "サトウ"}},
		{"frequent-name-and-given", Filter{Name: "佐藤花子"}},
		{"one-character", Filter{Name: "藤"}},
		{"name-and-born", Filter{Name: "花", Born: civil.Date{Year: 1930, Month: 2, Day: 7}}},
		{"nobody", Filter{Name: "鈴藤渡"}},
	} {
		b.Run("search-"+f.name, func(b *testing.B) {
			found := 0
			for b.Loop() {
				err := db.View(b.Context(), here, func(tx *store.Tx) error {
					got, err := r.Search(tx, f.f)
					found = len(got.List)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(found), "found")
		})
	}
}

// BenchmarkImport measures bulk registration.
func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		db := storetest.Open(b, storetest.SQLite)
		r := town(b, db)
		began := time.Now()
		fill(b, db, r, 5000)
		b.ReportMetric(5000/time.Since(began).Seconds(), "residents/s")
	}
}

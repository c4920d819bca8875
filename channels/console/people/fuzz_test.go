package people

import (
	"context"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/store"
	"madoguchi/store/resident"
	"madoguchi/store/storetest"
)

// FuzzTable gives the import any bytes: it may find problems, and what it takes
// must be there, whole.
func FuzzTable(f *testing.F) {
	for _, s := range []string{
		"", "氏名\n", "氏名\n山田\n", "利用者ID,氏名\r\nA-1,山田\r\nA-2,佐藤\r\n", "\ufeff氏名,生年月日\n山田,昭和55年6月10日\n",
		"利用者ID,リンク番号,氏名,性別\n=\"001\",abcde-fghjk,'=x,男\n", "氏名,氏名\n", "氏名\n\"", "\x8e\x81\x96\xbc\n\x8e\x52\n", "氏名\n\x00\n", "氏名,備考\n山,\"a\nb\"\n",
	} {
		f.Add([]byte(s))
	}
	db := storetest.Open(f, storetest.SQLite)
	consoletest.Serve(f, db)
	r := resident.New(nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, problems := ReadTable(data, DefaultFields())
		if len(problems) > 0 || len(lines) > 50 {
			return
		}
		ctx := context.Background()
		plan, err := r.Plan(ctx, db, consoletest.Tenant, lines, resident.Rules{}, today(db))
		if err != nil {
			t.Fatal(err)
		}
		if plan.New+plan.Changed+plan.Unchanged > len(lines) {
			t.Fatalf("%d lines, %+v", len(lines), plan)
		}
		before := count(t, db, r)
		err = r.Import(ctx, db, consoletest.Tenant, plan, resident.Rules{}, today(db), "fuzz")
		if (err == nil) != (plan.Wrong == 0) {
			t.Fatalf("%v with %d problems", err, plan.Wrong)
		}
		want := before
		if err == nil {
			want += plan.New
		}
		if got := count(t, db, r); got != want {
			t.Fatalf("%d people, want %d", got, want)
		}
	})
}

func count(t testing.TB, db *store.DB, r *resident.Residents) (n int) {
	err := db.View(context.Background(), consoletest.Tenant, func(tx *store.Tx) error {
		counts, err := r.Counts(tx)
		n = counts[resident.Active]
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

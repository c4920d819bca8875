package trail_test

import (
	"net/http"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/console/trail"
	"madoguchi/store"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// BenchmarkLog opens pages of a log of 300,000 entries over two years, one
// in twenty by one of 50 accounts. The slowest filter is one that finds nothing.
func BenchmarkLog(b *testing.B) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		b.Run(string(kind), func(b *testing.B) { benchmarkLog(b, kind) })
	}
}

func benchmarkLog(b *testing.B, kind storetest.Kind) {
	db := storetest.Open(b, kind)
	fill := []string{"PRAGMA synchronous=OFF", `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<299999)
		INSERT INTO audit(tenant,id,at,who,action,subject,detail,seq,prev,hash)
		SELECT 'sample', printf('%012d',i), 1730000000000+i*210000, CASE WHEN i%20=0 THEN printf('0193a000-0000-7000-8000-%012d',i/20%50) ELSE 'resident' END,
			CASE WHEN i%20=0 THEN 'staff.change' ELSE 'booking.book' END, printf('booking-%d',i), '{"origin":"192.0.2.7"}', i+1, x'00', x'00' FROM n`}
	if kind == storetest.Postgres {
		fill = []string{`INSERT INTO audit(tenant,id,at,who,action,subject,detail,seq,prev,hash)
		SELECT 'sample', lpad(i::text,12,'0'), 1730000000000+i*210000, CASE WHEN i%20=0 THEN '0193a000-0000-7000-8000-' || lpad((i/20%50)::text,12,'0') ELSE 'resident' END,
			CASE WHEN i%20=0 THEN 'staff.change' ELSE 'booking.book' END, 'booking-' || i, '{"origin":"192.0.2.7"}', i+1, '\x00', '\x00' FROM generate_series(0::bigint, 299999) AS i`, "VACUUM ANALYZE audit"}
	}
	admin := storetest.Admin(b, db)
	for _, statement := range fill {
		if _, err := admin.Exec(statement); err != nil {
			b.Fatal(err)
		}
	}
	site := consoletest.Serve(b, db, trail.Area(trail.Config{DB: db, Names: func(*store.Tx) (map[string]string, error) { return nil, nil }}))
	site.Tampered() // the rows above stand in no chain
	client := site.SignIn(staff.Account{Booking: staff.Administrator})
	for name, query := range map[string]string{
		"newest":         "from=",
		"account":        "from=&who=0193a000-0000-7000-8000-000000000007",
		"no such person": "from=&who=0193a000-0000-7000-8000-999999999999",
		"subject":        "from=&subject=booking-100000",
		"rare action":    "from=2026-10-20&action=staff.unlock",
		"rare ever":      "from=&action=staff.unlock",
		"old":            "from=2024-11-01&to=2024-11-02",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if p := client.Get("trail?" + query); p.Status != http.StatusOK {
					b.Fatal(p.Status)
				}
			}
		})
	}
}

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
	db := storetest.Open(b, storetest.SQLite)
	admin := storetest.Admin(b, db)
	if _, err := admin.Exec(`PRAGMA synchronous=OFF`); err != nil {
		b.Fatal(err)
	}
	_, err := admin.Exec(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<299999)
		INSERT INTO audit(tenant,id,at,who,action,subject,detail,seq,prev,hash)
		SELECT 'sample', printf('%012d',i), 1730000000000+i*210000, CASE WHEN i%20=0 THEN printf('0193a000-0000-7000-8000-%012d',i/20%50) ELSE 'resident' END,
			CASE WHEN i%20=0 THEN 'staff.change' ELSE 'booking.book' END, printf('booking-%d',i), '{"origin":"192.0.2.7"}', i+1, x'00', x'00' FROM n`)
	if err != nil {
		b.Fatal(err)
	}
	site := consoletest.Serve(b, db, trail.Area(trail.Config{DB: db, Names: func(*store.Tx) (map[string]string, error) { return nil, nil }}))
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

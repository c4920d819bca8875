package reservation

import (
	"strings"
	"testing"

	"madoguchi/store/storetest"
)

// On SQLite, which keeps no statistics, the statements that run at every turn
// and every few minutes find their rows by an index that leads to them, however
// many bookings there are.
func TestStatementsFindTheirRows(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	admin := storetest.Admin(t, db)
	owner := Filter{Owner: "o"}.where()
	card := Filter{Case: "c"}.where()
	for _, x := range []struct{ where, index string }{
		{`owner = $2 AND owner <> '' ORDER BY day DESC, clock DESC, id DESC LIMIT 100`, "reservation_booking_owner (tenant=? AND owner=?)"},
		{owner.String() + " ORDER BY " + ByVisit.sql(), "reservation_booking_owner (tenant=? AND owner=?)"},
		{card.String() + " ORDER BY " + ByVisit.sql(), "reservation_booking_case (tenant=? AND case_id=?)"},
		{`day = $2 AND status = 'booked' ORDER BY day, clock, id`, "reservation_booking_visit (tenant=? AND day=?)"},
		{`day = $2 AND counter = $3 AND receipt = $4`, "reservation_booking_receipt (tenant=? AND day=? AND counter=? AND receipt=?)"},
		{`access_key = $2`, "reservation_booking_key (tenant=? AND access_key=?)"},
		{`id IN ($2, $3)`, "(tenant=? AND id=?)"},
	} {
		args := []any{"sample", "a", "b", "c"}[:1+strings.Count(x.where, "$")]
		var id, parent, none int
		var plan string
		err := admin.QueryRow(`EXPLAIN QUERY PLAN SELECT contact FROM reservation_booking WHERE tenant = $1 AND `+x.where, args...).Scan(&id, &parent, &none, &plan)
		if err != nil || !strings.HasSuffix(plan, x.index) {
			t.Errorf("%s: %s, %v", x.where, plan, err)
		}
	}
}

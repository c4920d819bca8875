package reservation

import (
	"context"
	"fmt"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Checks are the invariants this package keeps, for store.DB.AddCheck.
func (r *Reservations) Checks() []store.Check {
	return []store.Check{
		{Name: "reservation capacity", Run: r.verifyCapacity},
		{Name: "reservation counts", Run: verifyCounts},
		{Name: "reservation receipts", Run: verifyReceipts},
		{Name: "reservation keys", Run: verifyKeys},
		{Name: "reservation visits", Run: verifyVisits},
		{Name: "reservation waiting list", Run: verifyWaiting},
	}
}

// verifyCapacity finds slots with more places taken than there are (S4-043).
// Places that staff forced, which the audit log shows, are allowed; a capacity
// lowered after the fact is no breach, see Misfits.
func (r *Reservations) verifyCapacity(_ context.Context, tx *store.Tx) ([]string, error) {
	e, err := r.edition(tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT counter, day, clock, used, used_open, used_phone, used_internal, cap, forced, edition, since
		FROM reservation_slot WHERE tenant = $1 AND used > 0`, tx.Tenant())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var breaches []string
	for rows.Next() {
		var counter, day string
		var clock, used, limit, forced int
		var by [len(groups)]int
		var version, since int64
		if err := rows.Scan(&counter, &day, &clock, &used, &by[0], &by[1], &by[2], &limit, &forced, &version, &since); err != nil {
			return nil, err
		}
		name := fmt.Sprintf("slot %s %s %s", counter, day, civil.Clock(clock))
		if used > limit+forced {
			breaches = append(breaches, fmt.Sprintf("%s: %d places taken of %d", name, used, limit+forced))
		}
		d, err := civil.ParseDate(day)
		if err != nil {
			return nil, err
		}
		if version != e.table.on(d).version {
			continue
		}
		slots, _ := e.table.Day(counter, d).run(civil.Clock(clock), 1)
		if slots == nil {
			breaches = append(breaches, name+": places taken, but the rules they were taken under have no such slot")
			continue
		}
		if s := slots[0]; used > s.Capacity+forced {
			breaches = append(breaches, fmt.Sprintf("%s: %d places taken, the rules have %d", name, used, s.Capacity))
		} else if since == version { // earlier settings may have had other quotas
			for i, g := range groups {
				if by[i] > s.Quota[i]+forced {
					breaches = append(breaches, fmt.Sprintf("%s: %d places taken by %s, its quota is %d", name, by[i], g, s.Quota[i]))
				}
			}
		}
	}
	return breaches, rows.Err()
}

// verifyCounts finds slots whose count is not the sum of the bookings and holds
// in it.
func verifyCounts(_ context.Context, tx *store.Tx) ([]string, error) {
	type slot struct {
		counter, day string
		clock        int
	}
	counts := map[slot][len(groups)]int{}
	for _, query := range []string{
		`SELECT counter, day, takes, grp, SUM(places) FROM reservation_booking WHERE tenant = $1 AND status <> 'cancelled' GROUP BY counter, day, takes, grp`,
		`SELECT counter, day, takes, grp, SUM(places) FROM reservation_hold WHERE tenant = $1 GROUP BY counter, day, takes, grp`,
	} {
		rows, err := tx.Query(query, tx.Tenant())
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var counter, day, takes string
			var g Group
			var places int
			if err := rows.Scan(&counter, &day, &takes, &g, &places); err != nil {
				return nil, err
			}
			clocks, err := readTakes(takes)
			if err != nil {
				return nil, err
			}
			for _, c := range clocks {
				n := counts[slot{counter, day, c}]
				n[g.index()] += places
				counts[slot{counter, day, c}] = n
			}
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	rows, err := tx.Query(`SELECT counter, day, clock, used_open, used_phone, used_internal FROM reservation_slot WHERE tenant = $1`, tx.Tenant())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var breaches []string
	for rows.Next() {
		var k slot
		var n [len(groups)]int
		if err := rows.Scan(&k.counter, &k.day, &k.clock, &n[0], &n[1], &n[2]); err != nil {
			return nil, err
		}
		if n != counts[k] {
			breaches = append(breaches, fmt.Sprintf("slot %s %s %s: counts %v, bookings and holds are %v (open, phone, internal)",
				k.counter, k.day, civil.Clock(k.clock), n, counts[k]))
		}
		delete(counts, k)
	}
	for k, n := range counts {
		breaches = append(breaches, fmt.Sprintf("slot %s %s %s: no count, bookings and holds are %v (open, phone, internal)",
			k.counter, k.day, civil.Clock(k.clock), n))
	}
	return breaches, rows.Err()
}

// verifyReceipts finds receipt numbers given twice, or beyond the last one
// given at their counter and day.
func verifyReceipts(_ context.Context, tx *store.Tx) ([]string, error) {
	return breaches(tx, "receipt of %s on %s: number %d is held by more than one booking or was never given", `
		SELECT b.counter, b.day, b.receipt FROM reservation_booking b
		LEFT JOIN reservation_receipt r ON r.tenant = b.tenant AND r.counter = b.counter AND r.day = b.day
		WHERE b.tenant = $1
		GROUP BY b.counter, b.day, b.receipt, r.last
		HAVING COUNT(*) > 1 OR r.last IS NULL OR b.receipt > r.last OR b.receipt < 1`)
}

// verifyKeys finds access keys that open more than one booking.
func verifyKeys(_ context.Context, tx *store.Tx) ([]string, error) {
	return breaches(tx, "bookings %s and %s share an access key (%d in all)", `
		SELECT MIN(id), MAX(id), COUNT(*) FROM reservation_booking WHERE tenant = $1 GROUP BY access_key HAVING COUNT(*) > 1`)
}

// verifyVisits finds receptions recorded for bookings whose visitors, by their
// status, did not come.
func verifyVisits(_ context.Context, tx *store.Tx) ([]string, error) {
	return breaches(tx, "booking %s is %s, but a reception is recorded for it (%d)", `
		SELECT v.booking, COALESCE(b.status, 'gone'), 1 FROM reservation_visit v
		LEFT JOIN reservation_booking b ON b.tenant = v.tenant AND b.id = v.booking
		WHERE v.tenant = $1 AND COALESCE(b.status, 'gone') <> 'visited' `)
}

func breaches(tx *store.Tx, format, query string) ([]string, error) {
	rows, err := tx.Query(query, tx.Tenant())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var a, b string
		var n int
		if err := rows.Scan(&a, &b, &n); err != nil {
			return nil, err
		}
		list = append(list, fmt.Sprintf(format, a, b, n))
	}
	return list, rows.Err()
}

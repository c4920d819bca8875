package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Way is how far people got in one flow on one channel.
type Way struct {
	Flow     string           `json:"flow"`
	Channel  string           `json:"channel"`
	Begun    int64            `json:"begun"`
	Finished int64            `json:"finished"`
	Outcomes map[string]int64 `json:"outcomes"` // what it ended with
}

// Share is the part of those who finished, in percent.
func (w Way) Share() int64 {
	if w.Begun == 0 {
		return 0
	}
	return min(100, (w.Finished*100+w.Begun/2)/w.Begun)
}

// Funnel says for a period how many flows were begun and how they ended. One
// that is begun again counts again; one left open, stopped, or given up for
// another does not end. A flow that ends after midnight counts as begun on one
// day and as ended on the next.
func (r *Reports) Funnel(tx *store.Tx, from, to civil.Date) ([]Way, error) {
	rows, err := tx.Query(`SELECT what, channel, name, SUM(n) FROM report_day
		WHERE tenant = $1 AND day >= $2 AND day <= $3 AND what IN ('begun', 'ended') GROUP BY what, channel, name`,
		tx.Tenant(), from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("count the ways through the flows: %w", err)
	}
	defer rows.Close()
	type place struct{ flow, channel string }
	ways := map[place]*Way{}
	for rows.Next() {
		var what, channel, name string
		var n int64
		if err := rows.Scan(&what, &channel, &name, &n); err != nil {
			return nil, fmt.Errorf("count the ways through the flows: %w", err)
		}
		flow, outcome, _ := strings.Cut(name, "/")
		p := place{flow, channel}
		if ways[p] == nil {
			ways[p] = &Way{Flow: flow, Channel: channel, Outcomes: map[string]int64{}}
		}
		if what == Begun {
			ways[p].Begun += n
			continue
		}
		ways[p].Finished += n
		ways[p].Outcomes[outcome] += n
	}
	out := make([]Way, 0, len(ways))
	for _, w := range ways {
		out = append(out, *w)
	}
	slices.SortFunc(out, func(a, b Way) int { return cmp.Or(cmp.Compare(a.Flow, b.Flow), cmp.Compare(a.Channel, b.Channel)) })
	return out, rows.Err()
}

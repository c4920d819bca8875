package resident

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// An import is all or nothing, and may be larger than one transaction can hold:
//
//	plan     every line read and compared; nothing written
//	stage    new records written a few hundred at a time, invisible
//	         (resident.batch is in resident_import)
//	release  one transaction: changed records saved, the row of resident_import
//	         deleted – all of it is there at once
//
// What a process that died has staged is discarded by a periodic job, or by the
// next import.

// Line is one line of a table to import. Value returns the text of a field; ok
// is false if the table has no such column, which leaves the field as it is.
type Line interface {
	Number() int
	Value(Field) (text string, ok bool)
}

// LineProblem is a Problem with its line.
type LineProblem struct {
	Line int
	Problem
	Other int // the line that has the value already, for code "twice"
}

// mostProblems bounds what is listed of a broken file.
const mostProblems = 1000

// MostChanges is how many changed records one import may have: they are saved
// in one transaction, which may not last (store.DB.Update). New records are not
// bounded.
const MostChanges = 5000

// Plan is what an import would do.
type Plan struct {
	Problems                []LineProblem // the first thousand
	Wrong                   int           // how many there are
	New, Changed, Unchanged int

	lines   []Line
	added   []int // positions in lines
	changed []changed
}

// changed is a record that an import changes, with the version it was compared
// with.
type changed struct {
	at      int
	id      string
	version int64
}

// Rules say which fields an import must fill, and which custom ones there are.
type Rules struct {
	Required []Field
	Custom   []Field
}

// Plan reads and compares every line. today bounds dates of birth. It only
// reads; the error is the database's.
func (r *Residents) Plan(ctx context.Context, db *store.DB, tenant string, lines []Line, rules Rules, today civil.Date) (*Plan, error) {
	p := &Plan{lines: lines}
	seen := map[Field]map[string]int{}
	for _, f := range unique {
		seen[f] = map[string]int{}
	}
	at := 0
	for part := range slices.Chunk(lines, lookups) {
		err := db.View(ctx, tenant, func(tx *store.Tx) error { return r.planPart(tx, p, at, part, rules, today, seen) })
		if err != nil {
			return nil, err
		}
		at += len(part)
	}
	if len(p.changed) > MostChanges {
		p.problem(LineProblem{Problem: Problem{Code: "many-changes"}})
	}
	return p, nil
}

func (p *Plan) problem(lp LineProblem) {
	if p.Wrong++; len(p.Problems) < mostProblems {
		p.Problems = append(p.Problems, lp)
	}
}

// lookups is how many lines are compared with the roster in one query.
const lookups = 200

func (r *Residents) planPart(tx *store.Tx, p *Plan, at int, part []Line, rules Rules, today civil.Date, seen map[Field]map[string]int) error {
	profiles := make([]Profile, len(part))
	for i, line := range part {
		profiles[i] = p.read(Profile{}, line, rules, today, true)
	}
	known, err := owners(tx, profiles)
	if err != nil {
		return err
	}
	for i, line := range part {
		now := &profiles[i]
		for _, f := range unique {
			value := now.Get(f)
			if value == "" {
				continue
			}
			if other, twice := seen[f][value]; twice {
				p.problem(LineProblem{line.Number(), Problem{f, "twice"}, other})
				continue
			}
			seen[f][value] = line.Number()
		}
		before := known[Number][now.Number]
		if before == nil && now.Number == "" {
			before = known[Link][now.Link]
		}
		if before == nil {
			p.required(line, rules, now)
			for _, f := range unique {
				if known[f][now.Get(f)] != nil {
					p.problem(LineProblem{line.Number(), Problem{f, "taken"}, 0})
				}
			}
			p.New++
			p.added = append(p.added, at+i)
			continue
		}
		after := p.read(before.Profile, line, rules, today, false)
		p.required(line, rules, &after)
		for _, f := range unique {
			if o := known[f][after.Get(f)]; o != nil && o.ID != before.ID {
				p.problem(LineProblem{line.Number(), Problem{f, "taken"}, 0})
			}
		}
		if after.Equal(&before.Profile) {
			p.Unchanged++
			continue
		}
		p.Changed++
		p.changed = append(p.changed, changed{at + i, before.ID, before.Version})
	}
	return nil
}

// read puts the values of a line over a profile. Problems are told once: on the
// first reading.
func (p *Plan) read(base Profile, line Line, rules Rules, today civil.Date, tell bool) Profile {
	for _, f := range slices.Concat(Fields(), rules.Custom) {
		text, ok := line.Value(f)
		if !ok || text == "" && (f == Number || f == Link) {
			continue // an empty cell does not take a number away
		}
		var problem *Problem
		if err := base.Set(f, text, today); errors.As(err, &problem) && tell {
			p.problem(LineProblem{line.Number(), *problem, 0})
		}
	}
	return base
}

// required tells of fields that must be filled and are not. Numbers and link
// codes are issued where they are missing.
func (p *Plan) required(line Line, rules Rules, now *Profile) {
	for _, f := range rules.Required {
		if f == Number || f == Link || now.Get(f) != "" {
			continue
		}
		if text, _ := line.Value(f); text == "" { // else it was told of already
			p.problem(LineProblem{line.Number(), Problem{f, "required"}, 0})
		}
	}
}

// owners finds the records that have one of the profiles' own values, by field
// and value. Records of an import that died are in the way as well.
func owners(tx *store.Tx, profiles []Profile) (map[Field]map[string]*Resident, error) {
	known := map[Field]map[string]*Resident{}
	for _, f := range unique {
		known[f] = map[string]*Resident{}
		var in strings.Builder
		args := []any{tx.Tenant()}
		for i := range profiles {
			if value := profiles[i].Get(f); value != "" {
				args = append(args, blind(tx, f, value))
			}
		}
		if len(args) == 1 {
			continue
		}
		for len(args) <= lookups { // one text for every length
			args = append(args, args[len(args)-1])
		}
		for i := range lookups {
			in.WriteString(",$" + strconv.Itoa(i+2))
		}
		list, err := query(tx, columns+`r.`+string(f)+` IN (`+in.String()[1:]+`)`+visible, args...)
		if err != nil {
			return nil, err
		}
		for _, res := range list {
			known[f][res.Get(f)] = &res
		}
	}
	return known, nil
}

// ErrBroken: the plan has problems and cannot be carried out.
var ErrBroken = errors.New("the table has problems")

// stageSize is how many new records one transaction writes, and indexStage how
// many entries of the index: few enough that a booking does not wait for them.
// indexSize is how many entries are gathered before they are written, in the
// order of the index: written with each record, they would touch a page each.
const (
	stageSize  = 200
	indexStage = 10 * entriesAtOnce
	indexSize  = 1_000_000 // 16 MB
)

// dead is how long an import may be silent before it counts as died.
const dead = 2 * time.Minute

// Import carries out a plan. The audit log gets one row with counts; watchers
// are not called. Errors: ErrBroken, ErrImporting, ErrStale if a record was
// changed since the plan was made, or a *Problem with code "taken"; in each case
// nothing has changed.
func (r *Residents) Import(ctx context.Context, db *store.DB, tenant string, p *Plan, rules Rules, today civil.Date, by string) error {
	if p.Wrong > 0 {
		return ErrBroken
	}
	if err := r.discardDead(ctx, db, tenant); err != nil {
		return err
	}
	var batch int64
	err := db.Update(ctx, tenant, func(tx *store.Tx) (err error) {
		if batch, err = reserve(tx, int64(len(p.added))+1); err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO resident_import(tenant,batch,beat_at) VALUES($1,$2,$3) ON CONFLICT DO NOTHING`, tenant, batch, store.Millis(tx.Now()))
		if err == nil && n == 0 {
			err = ErrImporting
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := r.carryOut(ctx, db, tenant, p, rules, today, batch, by); err != nil {
		// Also when the caller has gone away.
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), dead)
		defer cancel()
		return errors.Join(err, r.discard(clean, db, tenant, batch))
	}
	return nil
}

func (r *Residents) carryOut(ctx context.Context, db *store.DB, tenant string, p *Plan, rules Rules, today civil.Date, batch int64, by string) error {
	// beat says that the import is alive, and hears if it counted as died and was
	// discarded.
	beat := func(tx *store.Tx) error {
		n, err := tx.Exec(`UPDATE resident_import SET beat_at=$3 WHERE tenant=$1 AND batch=$2`, tenant, batch, store.Millis(tx.Now()))
		if err == nil && n == 0 {
			err = ErrImporting
		}
		return err
	}
	serial := batch
	var index []entry
	for part := range slices.Chunk(p.added, stageSize) {
		var staged []entry
		err := db.Update(ctx, tenant, func(tx *store.Tx) error {
			staged = staged[:0]
			if err := beat(tx); err != nil {
				return err
			}
			for i, at := range part {
				profile := p.read(Profile{}, p.lines[at], rules, today, false)
				if err := issue(tx, &profile); err != nil {
					return err
				}
				if err := free(tx, &profile, ""); err != nil {
					return err
				}
				res := Resident{ID: store.NewID(), State: Active, Profile: profile, CreatedBy: by, serial: serial + int64(i), batch: batch}
				if err := insert(tx, &res); err != nil {
					return err
				}
				staged = append(staged, entries(res.serial, tokens(tx, &profile))...)
			}
			return nil
		})
		if err != nil {
			return err
		}
		serial += int64(len(part))
		if index = append(index, staged...); len(index) >= indexSize {
			if err := stageIndex(ctx, db, tenant, index, beat); err != nil {
				return err
			}
			index = index[:0]
		}
	}
	if err := stageIndex(ctx, db, tenant, index, beat); err != nil {
		return err
	}
	return db.Update(ctx, tenant, func(tx *store.Tx) error {
		for _, c := range p.changed {
			before, err := lock(tx, c.id)
			if errors.Is(err, store.ErrNotFound) || err == nil && before.Version != c.version {
				return ErrStale
			}
			if err != nil {
				return err
			}
			after := p.read(before.Profile, p.lines[c.at], rules, today, false)
			if err := free(tx, &after, c.id); err != nil {
				return err
			}
			if _, err := update(tx, before, after, by); err != nil {
				return err
			}
			if err := tx.Audit(by, "resident.edit", c.id, "import", batch); err != nil {
				return err
			}
		}
		n, err := tx.Exec(`DELETE FROM resident_import WHERE tenant=$1 AND batch=$2`, tenant, batch)
		if err == nil && n == 0 {
			err = ErrImporting
		}
		if err != nil {
			return err
		}
		return tx.Audit(by, "resident.import", strconv.FormatInt(batch, 10), "new", p.New, "changed", p.Changed, "unchanged", p.Unchanged)
	})
}

// stageIndex writes entries in the order of the index.
func stageIndex(ctx context.Context, db *store.DB, tenant string, index []entry, beat func(*store.Tx) error) error {
	slices.SortFunc(index, entry.compare)
	for part := range slices.Chunk(index, indexStage) {
		err := db.Update(ctx, tenant, func(tx *store.Tx) error {
			if err := beat(tx); err != nil {
				return err
			}
			return addEntries(tx, part)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// discardDead clears away an import whose process has died.
func (r *Residents) discardDead(ctx context.Context, db *store.DB, tenant string) error {
	var batch, beat int64
	err := db.View(ctx, tenant, func(tx *store.Tx) error {
		err := tx.Row(`SELECT batch, beat_at FROM resident_import WHERE tenant=$1`, tenant).Scan(&batch, &beat)
		if err == nil && tx.Now().Sub(store.FromMillis(beat)) < dead {
			batch = 0
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && batch == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for a dead import: %w", err)
	}
	return r.discard(ctx, db, tenant, batch)
}

// discard removes what an import has staged, a little at a time, and then the
// import. The keys stay as zeros in their places.
func (r *Residents) discard(ctx context.Context, db *store.DB, tenant string, batch int64) error {
	for more := true; more; {
		err := db.Update(ctx, tenant, func(tx *store.Tx) error {
			staged, err := query(tx, columns+`r.batch=$2 AND EXISTS (SELECT 1 FROM resident_import i WHERE i.tenant=$1 AND i.batch=$2) ORDER BY r.serial LIMIT $3`,
				tenant, batch, stageSize)
			if err != nil {
				return err
			}
			for _, res := range staged {
				if err := dropTokens(tx, res.serial, tokens(tx, &res.Profile)); err != nil {
					return err
				}
				if err := blank(tx, res.ID, res.serial, "system"); err != nil {
					return err
				}
				if _, err := tx.Exec(`DELETE FROM resident WHERE tenant=$1 AND id=$2`, tenant, res.ID); err != nil {
					return err
				}
			}
			if more = len(staged) > 0; more {
				return nil
			}
			tx.Scrub()
			_, err = tx.Exec(`DELETE FROM resident_import WHERE tenant=$1 AND batch=$2`, tenant, batch)
			return err
		})
		if err != nil {
			return fmt.Errorf("discarding an import: %w", err)
		}
	}
	return nil
}

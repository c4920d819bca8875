package fields

import (
	"strconv"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/field"
)

// historyPage lists the versions saved.
type historyPage struct {
	Rows  []savedRow
	Pager console.Pager
}

// savedRow is one version: when, by whom, and what it changed.
type savedRow struct {
	Version int64
	At, By  string
	Changes []field.Difference
}

const historySize = 20

// history lists the versions, the newest first.
func (a *area) history(q *console.Request) error {
	p := historyPage{Pager: console.PagerOf(q.URL.Query(), historySize)}
	err := q.View(func(tx *store.Tx) error {
		list, total, err := a.Fields.History(tx, p.Pager.Offset(), p.Pager.Size)
		if err != nil {
			return err
		}
		p.Pager.Total = total
		for _, v := range list {
			after, err := a.Fields.At(tx, v.Version)
			if err != nil {
				return err
			}
			before, err := a.Fields.At(tx, v.Version-1)
			if err != nil {
				return err
			}
			r := savedRow{Version: v.Version, At: i18n.FormatDateTime(q.Lang, civil.In(v.At)), By: v.By}
			if a.Who != nil {
				r.By = a.Who(tx, v.By)
			}
			for _, form := range field.Forms {
				r.Changes = append(r.Changes, field.Compare(before, after, form)...)
			}
			p.Rows = append(p.Rows, r)
		}
		return nil
	})
	if err != nil {
		return refusal(err)
	}
	return q.Render("fields-history", "fields.history.title", p)
}

// versionPage shows one version as it was.
type versionPage struct {
	Version int64
	Sheets  []sheetPage
}

// version shows one version of both forms.
func (a *area) version(q *console.Request) error {
	n, err := strconv.ParseInt(q.PathValue("version"), 10, 64)
	if err != nil || n < 0 {
		return console.ErrNotFound
	}
	p := versionPage{Version: n}
	err = q.View(func(tx *store.Tx) error {
		s, err := a.Fields.At(tx, n)
		if err != nil {
			return err
		}
		for _, form := range field.Forms {
			sheet := sheetPage{Form: form}
			sheet.fill(a, s)
			p.Sheets = append(p.Sheets, sheet)
		}
		return nil
	})
	if err != nil {
		return refusal(err)
	}
	return q.Render("fields-version", "fields.history.version", p)
}

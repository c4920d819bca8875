//go:build !sqlite_c

package store

import (
	"errors"
	"net/url"

	"modernc.org/sqlite"
)

// This file is all that knows the SQLite driver: modernc.org/sqlite, which
// needs no C compiler. A faster C driver goes into a second file under the
// build tag sqlite_c with the same two functions.

const sqliteDriver = "sqlite"

// sqliteAddress is the driver's form of a file and its settings. busy_timeout
// comes first, because setting journal_mode may have to wait. FULL makes an
// acknowledged commit survive a power cut; NORMAL in WAL would not.
// secure_delete overwrites freed cells, so that destroyed keys are gone from
// the file. journal_size_limit lets the log shrink again after a rush.
func sqliteAddress(file string, readOnly bool) string {
	q := url.Values{}
	q["_pragma"] = []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "secure_delete(ON)", "journal_size_limit(67108864)", "temp_store(MEMORY)"}
	if readOnly {
		q.Add("_pragma", "query_only(ON)")
	} else {
		q.Set("_txlock", "immediate")
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// SQLite's result codes, https://sqlite.org/rescode.html.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

func sqliteKind(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch code := e.Code(); {
	case code == sqlitePrimaryKey || code == sqliteUnique:
		return ErrDuplicate
	case code&0xff == sqliteBusy || code&0xff == sqliteLocked:
		return ErrBusy
	}
	return nil
}

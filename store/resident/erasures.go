package resident

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"madoguchi/store"
)

// List is the list of the erased as a file outside the database, so that a
// backup from before an erasure does not bring the person back. A line is
//
//	tenant time mark
//
// where mark is a keyed hash of the record's id: the file names nobody. Lines are
// only ever added. A line cut off by a crash is passed over; the database has
// that erasure too, and Reconcile writes it again.
type List struct {
	file string
	log  *slog.Logger
	mu   sync.Mutex
}

// NewList returns the list in a file, which is made when it is first needed.
func NewList(file string, log *slog.Logger) *List { return &List{file: file, log: log} }

// note writes an entry down after its transaction; should that fail, Reconcile
// makes up for it.
func (l *List) note(e Erasure) {
	if err := l.append(e); err != nil {
		l.log.Error("the list of the erased could not be written; it is tried again", "error", err)
	}
}

func (l *List) append(e Erasure) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(l.file), 0o700); err != nil {
		return fmt.Errorf("the list of the erased: %w", err)
	}
	f, err := os.OpenFile(l.file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("the list of the erased: %w", err)
	}
	// The line break goes first, so that a line cut off before stays alone.
	_, err = fmt.Fprintf(f, "\n%s %s %s", e.Tenant, e.At.UTC().Format(time.RFC3339), hex.EncodeToString(e.Mark))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("the list of the erased: %w", err)
	}
	return nil
}

// markSize is the length of a mark in bytes.
const markSize = 32

// read returns a tenant's entries by mark.
func (l *List) read(tenant string) (map[string]Erasure, error) {
	list := map[string]Erasure{}
	f, err := os.Open(l.file)
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the list of the erased: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		parts := strings.Fields(lines.Text())
		if len(parts) != 3 || parts[0] != tenant {
			continue
		}
		at, err := time.Parse(time.RFC3339, parts[1])
		m, err2 := hex.DecodeString(parts[2])
		if err != nil || err2 != nil || len(m) != markSize {
			continue
		}
		list[string(m)] = Erasure{Tenant: tenant, Mark: m, At: store.FromMillis(store.Millis(at))}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("the list of the erased: %w", err)
	}
	return list, nil
}

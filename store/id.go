package store

import (
	"time"

	"github.com/google/uuid"
)

// NewID returns a new id: a version 7 UUID, so that ids made later sort later
// (to the millisecond, and within one process exactly) and new rows land at
// the end of their index.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// Millis is how an instant is stored: milliseconds since 1970, UTC.
func Millis(t time.Time) int64 { return t.UnixMilli() }

// FromMillis is the instant that Millis stored.
func FromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

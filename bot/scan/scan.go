// Package scan turns a photograph of a card or letter into the lines that stand
// on it, by an OCR engine of the distribution, and hands on only what bot/understand/photo
// finds in them (S0-013).
//
//	bytes ──picture.go──▶ grey, upright, small ──tesseract.go──▶ text ──photo.Read──▶ Reading
//
// The picture and the text exist in memory only and only for the length of Read:
// nothing here is written to a disk or a log. The engine is a process of its own,
// started for one picture and without our environment, which holds keys; before it
// sees a byte it is denied writing files, dumping core, and more memory and time
// than a card takes (limits_linux.go).
package scan

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"madoguchi/bot/understand/photo"
	"madoguchi/i18n/civil"
)

// ErrAbsent: no OCR engine that reads Japanese is installed.
var ErrAbsent = errors.New("tesseract with Japanese is not installed")

// Scanner reads pictures, as many at once as there are cores. Make one with Find.
type Scanner struct {
	program string
	clock   func() time.Time
	longest time.Duration // that the engine may take for one picture
	places  chan struct{} // held while a picture is worked on
	opening chan struct{} // held while it is decoded, which takes the most memory
	queue   chan struct{} // held from asking for a place until the end
}

// patience is how long the engine may take. A card takes about a second.
const patience = 20 * time.Second

// queued is how many pictures a core lets wait behind the one it works on. Each
// keeps a resident waiting and its bytes in memory.
const queued = 3

// openings is how many pictures are decoded at once on however many cores: each may
// take mostWork.
const openings = 2

// Find looks for the engine. The error is ErrAbsent, or says why the engine found
// could not be asked.
func Find(ctx context.Context, clock func() time.Time) (*Scanner, error) {
	program, err := exec.LookPath("tesseract")
	if err != nil {
		return nil, ErrAbsent
	}
	s := newScanner(program, clock, patience, runtime.GOMAXPROCS(0))
	langs, err := s.run(ctx, []string{"--list-langs"}, nil)
	if err != nil {
		return nil, fmt.Errorf("ask tesseract for its languages: %w", err)
	}
	for line := range strings.Lines(langs) {
		if strings.TrimSpace(line) == japanese {
			return s, nil
		}
	}
	return nil, ErrAbsent
}

func newScanner(program string, clock func() time.Time, longest time.Duration, cores int) *Scanner {
	return &Scanner{
		program: program, clock: clock, longest: longest,
		places: make(chan struct{}, cores), queue: make(chan struct{}, cores*(1+queued)),
		opening: make(chan struct{}, openings),
	}
}

// Read reads one picture: JPEG, PNG or WebP. Errors are photo.ErrPicture,
// photo.ErrBusy, the context's, or faults of the engine; none holds anything of the
// picture.
func (s *Scanner) Read(ctx context.Context, picture []byte) (photo.Reading, error) {
	var none photo.Reading
	select {
	case s.queue <- struct{}{}:
		defer func() { <-s.queue }()
	default:
		return none, photo.ErrBusy
	}
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	case <-ctx.Done():
		return none, ctx.Err()
	}
	s.opening <- struct{}{} // not for long
	page, err := prepare(picture)
	<-s.opening
	if err != nil {
		return none, err
	}
	text, err := s.run(ctx, []string{"stdin", "stdout", "-l", japanese, "--psm", "3"}, pgm(page))
	if err != nil {
		return none, fmt.Errorf("recognise a picture: %w", err)
	}
	return photo.Read(text, civil.In(s.clock())), nil
}

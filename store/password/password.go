// Package password hashes passwords, compares them, and says which are too weak
// to be taken: for residents and for staff alike.
//
// Hashing is argon2id with the least that OWASP names (19 MiB, two passes), in the
// PHC string format, so that the cost can rise without losing older hashes. It
// takes tens of milliseconds on purpose: no caller may hold a transaction open
// meanwhile, and a Hasher lets only a few be at work at once.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"madoguchi/store"
)

// Lengths of a password, in characters. There are no rules of composition and
// no expiry (ASVS 6.2).
const (
	Shortest          = 8
	Advised           = 15
	longest           = 128
	generatedLetters  = 16 // of 32: 80 bits
	generatedGroup    = 4
	alphabet          = "abcdefghijkmnpqrstuvwxyz23456789" // 32, without l, o, 0 and 1
	mostAtWork        = 4                                  // 19 MiB each
	mostWaiting       = 64                                 // behind them; more are told to come back
	smallestOwnWords  = 3                                  // a login of two letters is in every other password
	smallestRemainder = Shortest
)

// ErrBusy says that too many wait for a Hasher already.
var ErrBusy = fmt.Errorf("checking passwords: %w", store.ErrBusy)

// Fault says why a password is not taken: "short", "long", "common" or "named"
// (it is little more than the name to sign in with or the municipality's).
type Fault string

func (f Fault) Error() string { return "the password is not taken: " + string(f) }

// Check returns nil for a password that can be taken, or a Fault. words are names
// that must not be most of it.
func Check(text string, words ...string) error {
	text = norm.NFC.String(text)
	switch n := utf8.RuneCountInString(text); {
	case n < Shortest:
		return Fault("short")
	case n > longest:
		return Fault("long")
	case common(text):
		return Fault("common")
	case named(text, words):
		return Fault("named")
	}
	return nil
}

// Generate makes a password nobody picks, for the person to change (ASVS 6.4.6).
func Generate() string {
	raw := make([]byte, generatedLetters)
	rand.Read(raw) // never fails (crypto/rand)
	var b strings.Builder
	for i, c := range raw {
		if i > 0 && i%generatedGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[c%32])
	}
	return b.String()
}

// common.txt is our own: what is tried first in Japan and at a city hall.
// leaked.txt is what everybody everywhere uses; the top 3,000 that are long
// enough are to be refused (ASVS 6.2.4), and it has more than three times that.
var (
	//go:embed common.txt
	ownList string
	//go:embed leaked.txt
	leakedList string
)

// mostListed is how many words both lists have, about.
const mostListed = 13_000

// listed are the words of both lists, in lower case.
var listed = sync.OnceValue(readLists)

func readLists() map[string]bool {
	words := make(map[string]bool, mostListed)
	for _, list := range []string{ownList, leakedList} {
		for line := range strings.Lines(list) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				words[line] = true
			}
		}
	}
	return words
}

// common reports whether everybody tries this password: it is on a list, or is
// a listed word with digits or signs around it, or one character again and
// again, or a run such as 12345678 or hgfedcba.
func common(text string) bool {
	low := strings.ToLower(norm.NFKC.String(text))
	words := listed()
	bare := strings.TrimFunc(low, func(r rune) bool { return !unicode.IsLetter(r) })
	if words[low] || bare != "" && words[bare] && utf8.RuneCountInString(low)-utf8.RuneCountInString(bare) < smallestRemainder {
		return true
	}
	letters := []rune(low)
	for _, step := range []rune{0, 1, -1} {
		run := true
		for i := 1; i < len(letters) && run; i++ {
			// 1234567890 goes on from 9 to 0.
			run = letters[i]-letters[i-1] == step || step == 1 && letters[i-1] == '9' && letters[i] == '0' || step == -1 && letters[i-1] == '0' && letters[i] == '9'
		}
		if run {
			return true
		}
	}
	return false
}

// named reports whether a password is one of the words with little else.
func named(text string, words []string) bool {
	low := strings.ToLower(norm.NFKC.String(text))
	for _, w := range words {
		w = strings.ToLower(norm.NFKC.String(w))
		n := utf8.RuneCountInString(w)
		if n >= smallestOwnWords && strings.Contains(low, w) && utf8.RuneCountInString(low)-n < smallestRemainder {
			return true
		}
	}
	return false
}

// argon2id with the parameters OWASP names as the least: 19 MiB, two passes.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashThreads = 1
	saltBytes   = 16
	mostPasses  = 100     // of a hash that is read
	mostMemory  = 1 << 20 // KiB
	keyBytes    = 32
)

// nobody is what a password is held against where there is none, so that the
// answer takes as long (A12).
var nobody = encode(make([]byte, saltBytes), make([]byte, keyBytes))

func encode(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads, b.EncodeToString(salt), b.EncodeToString(key))
}

// Hasher does the expensive work, a few at a time, so that a flood of sign-ins
// waits or is turned away, and memory stays. It is safe for concurrent use.
type Hasher struct {
	// Derive is argon2.IDKey; tests put something cheap in its place before the
	// first use.
	Derive func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte

	places  chan struct{}
	waiting atomic.Int64
}

// New returns a Hasher for this machine.
func New() *Hasher {
	return &Hasher{places: make(chan struct{}, min(mostAtWork, max(1, runtime.NumCPU()))), Derive: argon2.IDKey}
}

func (h *Hasher) key(ctx context.Context, text string, salt []byte, passes, memory uint32, threads uint8, length uint32) ([]byte, error) {
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > mostWaiting {
		return nil, ErrBusy
	}
	select {
	case h.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.places }()
	return h.Derive([]byte(text), salt, passes, memory, threads, length), nil
}

// Hash returns the hash of a password. The error is ErrBusy or the context's.
func (h *Hasher) Hash(ctx context.Context, text string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	key, err := h.key(ctx, norm.NFC.String(text), salt, hashPasses, hashMemory, hashThreads, keyBytes)
	if err != nil {
		return "", err
	}
	return encode(salt, key), nil
}

// Matches reports whether text is the password of a hash. For the hash "" it takes
// the usual time and reports false. The error is ErrBusy, the context's, or says
// that the hash cannot be read.
func (h *Hasher) Matches(ctx context.Context, text, hash string) (bool, error) {
	known := hash != ""
	if !known {
		hash = nobody
	}
	var version int
	var memory, passes uint32
	var threads uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errors.New("a stored password is not of argon2id")
	}
	_, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &threads)
	if err != nil || version != argon2.Version || passes == 0 || passes > mostPasses || memory > mostMemory || threads == 0 {
		return false, errors.New("a stored password has parameters that cannot be read")
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("a stored password: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false, errors.New("a stored password cannot be read")
	}
	if utf8.RuneCountInString(text) > longest {
		text = "" // nobody has it, and its length must cost nothing
	}
	got, err := h.key(ctx, norm.NFC.String(text), salt, passes, memory, threads, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

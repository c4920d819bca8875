// Package password hashes passwords and compares them: argon2id with the
// parameters OWASP recommends (19 MiB, two passes), in the PHC string format, so
// that parameters can rise without losing older hashes.
//
// Both take tens of milliseconds and 19 MiB on purpose. A Hasher lets only a few
// be at work at once, so that a flood of sign-ins waits instead of eating the
// machine; and no caller may hold a transaction open meanwhile.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Bounds of a password, in characters (ASVS 6.2.1, 6.2.9).
const (
	Shortest = 8
	Longest  = 128
)

// ErrWeak says that a password cannot be taken: too short, too long, or one that
// everybody tries first. There are no rules about kinds of characters.
var ErrWeak = errors.New("password too short, too long or too common")

// Acceptable returns ErrWeak for a password that cannot be taken. Words that
// are easy to guess for this person (their name to sign in, the city) count as
// common.
func Acceptable(password string, guessable ...string) error {
	n := utf8.RuneCountInString(password)
	if n < Shortest || n > Longest {
		return ErrWeak
	}
	folded := strings.ToLower(password)
	for _, w := range guessable {
		if w = strings.ToLower(w); w != "" && strings.Trim(strings.ReplaceAll(folded, w, ""), "0123456789!-_.") == "" {
			return ErrWeak
		}
	}
	if same(folded) || strings.Contains("01234567890123456789", folded) || strings.Contains("98765432109876543210", folded) {
		return ErrWeak
	}
	for _, w := range common {
		if folded == w || strings.TrimRight(folded, "0123456789!") == w {
			return ErrWeak
		}
	}
	return nil
}

// same reports whether a password is one character again and again.
func same(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return strings.Trim(s, string(r)) == ""
}

// common are the heads of the lists that guessing programs begin with; with
// digits behind them they are no better.
var common = strings.Fields(`password passw0rd p@ssword p@ssw0rd qwerty qwertyui qwertyuiop asdfghjk asdfghjkl zxcvbnm
	1q2w3e4r 1qaz2wsx qazwsx qazwsxedc abc abcd abcde abcdef abcdefg abcdefgh iloveyou sunshine princess football baseball
	welcome letmein monkey dragon master shadow superman batman trustno trustno1 admin administrator root test tester testtest
	guest user login changeme secret sakura sakurasakura yamada tanaka suzuki satou takahashi nippon nihon japan tokyo
	pokemon doraemon mynumber madoguchi shiyakusho yoyaku kakunin himitsu aiueo aiueoaiueo asdfasdf qweqwe asdasd zaq12wsx
	starwars whatever michael jennifer computer internet freedom charlie hello helloworld pass passpass`)

// Hasher hashes and compares, a few at a time.
type Hasher struct{ slots chan struct{} }

// New returns a Hasher that lets atOnce computations run side by side.
func New(atOnce int) *Hasher { return &Hasher{make(chan struct{}, max(1, atOnce))} }

// The cost: KiB of memory, passes, lanes.
const (
	memory = 19 << 10
	passes = 2
	lanes  = 1
	length = 32
)

// Hash returns the hash of a password. The error is ctx's, when the caller gave
// up waiting for its turn.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := make([]byte, 16)
	rand.Read(salt) // never fails (crypto/rand)
	sum := argon2.IDKey([]byte(password), salt, passes, memory, lanes, length)
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes, e.EncodeToString(salt), e.EncodeToString(sum)), nil
}

// nobody is compared with where there is no hash, so that an unknown name takes
// as long as a wrong password (ASVS 6.3.8).
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Matches reports whether a password is the one of a hash. For the hash "" it
// takes the usual time and reports false. The error is ctx's, or says that hash
// is not one of ours.
func (h *Hasher) Matches(ctx context.Context, password, hash string) (bool, error) {
	known := hash != ""
	if !known {
		hash = nobody
	}
	var version, m, t, p int
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errors.New("not an argon2id hash")
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, fmt.Errorf("argon2 version %q", parts[2])
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil || m < 8 || m > 1<<20 || t < 1 || t > 100 || p < 1 || p > 16 {
		return false, errors.New("argon2 parameters out of range")
	}
	e := base64.RawStdEncoding
	salt, err := e.DecodeString(parts[4])
	if err != nil {
		return false, errors.New("argon2 salt is not base64")
	}
	want, err := e.DecodeString(parts[5])
	if err != nil || len(want) < 16 || len(want) > 128 {
		return false, errors.New("argon2 sum is not base64")
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	got := argon2.IDKey([]byte(password), salt, uint32(t), uint32(m), uint8(p), uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

func (h *Hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) leave() { <-h.slots }

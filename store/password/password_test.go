package password_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"madoguchi/store/password"
)

func TestHashMatchesItsPasswordOnly(t *testing.T) {
	h := password.New(2)
	hash, err := h.Hash(t.Context(), "さくら 咲く 2026")
	if err != nil {
		t.Fatal(err)
	}
	other, err := h.Hash(t.Context(), "さくら 咲く 2026")
	if err != nil || other == hash {
		t.Errorf("two hashes of one password are alike (%v)", err)
	}
	for given, want := range map[string]bool{"さくら 咲く 2026": true, "さくら 咲く 2027": false, "": false} {
		if got, err := h.Matches(t.Context(), given, hash); err != nil || got != want {
			t.Errorf("%q: %v, %v", given, got, err)
		}
	}
	if got, err := h.Matches(t.Context(), "さくら 咲く 2026", ""); err != nil || got {
		t.Errorf("without a hash: %v, %v", got, err)
	}
	for _, bad := range []string{"x", "$argon2id$v=19$m=1,t=2,p=1$AA$AA", strings.Replace(hash, "t=2", "t=1000", 1), strings.Replace(hash, "v=19", "v=18", 1)} {
		if _, err := h.Matches(t.Context(), "x", bad); err == nil {
			t.Errorf("hash %q is taken", bad)
		}
	}
}

func TestWhoGivesUpWaitingIsNotServed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := password.New(1).Hash(ctx, "long enough"); !errors.Is(err, context.Canceled) && err != nil {
		t.Errorf("%v", err)
	}
}

func TestAcceptable(t *testing.T) {
	for _, weak := range []string{"short", "12345678", "password1", "PASSWORD!", "aaaaaaaaaa", "mihon2026", "M0000001", strings.Repeat("x1", 65), "qwertyuiop"} {
		if password.Acceptable(weak, "mihon", "m0000001") == nil {
			t.Errorf("%q is taken", weak)
		}
	}
	for _, good := range []string{"さくら咲く春の日", "correct horse", "k7-m2p-9qw", "mihonとさくら咲く"} {
		if err := password.Acceptable(good, "mihon"); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

package password

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"madoguchi/store"
)

func TestPasswordRules(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"kore-ha-tegami", ""}, {"7文字です。。", "short"}, {"八文字はあります", ""}, {"aaaaaaaaaaaa", "common"}, {"123456789012", "common"},
		{"hgfedcba", "common"}, {"Password123", "common"}, {"password", "common"}, {"1password1!", "common"}, {"wakasugi-1234", "named"}, {"みほん市みほん市", "named"},
		{"wakasugi writes letters", ""}, {string(make([]rune, 129)), "long"}, {"correct horse battery", ""},
	} {
		var fault Fault
		if err := Check(c.text, "wakasugi", "みほん市", "ab"); errors.As(err, &fault) != (c.want != "") || string(fault) != c.want {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
	seen := map[string]bool{}
	for range 100 {
		text := Generate()
		if len(text) != 19 || seen[text] || Check(text) != nil {
			t.Fatalf("generated %q", text)
		}
		seen[text] = true
	}
}

// ASVS 6.2.4: at least the 3,000 most used passwords that are long enough.
func TestLeakedPasswordsAreRefused(t *testing.T) {
	n := 0
	for word := range listed() {
		if len([]rune(word)) < Shortest {
			continue
		}
		n++
		if err := Check(word); err != Fault("common") {
			t.Fatalf("%q: %v", word, err)
		}
	}
	if n < 3000 {
		t.Errorf("%d passwords of at least %d characters are listed", n, Shortest)
	}
	for _, word := range []string{"1qaz2wsx", "trustno1", "jennifer", "QWERTYUIOP", "Starwars99", "ｓｕｎｓｈｉｎｅ"} {
		if err := Check(word); err != Fault("common") {
			t.Errorf("%q: %v", word, err)
		}
	}
}

// Somebody waits for the answer, even for the first one, which reads the lists.
func TestACheckIsQuick(t *testing.T) {
	const most = 5 * time.Millisecond
	fastest := time.Hour // of several: others use the machine too
	for range 20 {
		begun := time.Now()
		readLists()
		_ = Check("kore-ha-nagai-tegami-desu", "wakasugi", "みほん市")
		fastest = min(fastest, time.Since(begun))
	}
	if fastest > most {
		t.Errorf("a check takes %v, %v are allowed", fastest, most)
	}
	t.Logf("%v", fastest)
}

// The real hash, once.
func TestPasswordIsArgon2id(t *testing.T) {
	h := New()
	hash, err := h.Hash(t.Context(), "さくら 咲く 2026")
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]bool{"さくら 咲く 2026": true, "さくら 咲く 2027": false, "": false} {
		if ok, err := h.Matches(t.Context(), given, hash); ok != want || err != nil {
			t.Errorf("%q: %v %v", given, ok, err)
		}
	}
	if ok, err := h.Matches(t.Context(), "", ""); ok || err != nil {
		t.Errorf("where there is no password: %v %v", ok, err)
	}
	for _, bad := range []string{"x", "$argon2id$v=19$m=1,t=2,p=1$AA$", strings.Replace(hash, "t=2", "t=1000", 1), strings.Replace(hash, "v=19", "v=18", 1), strings.Replace(hash, "m=19456", "m=99999999", 1)} {
		if _, err := h.Matches(t.Context(), "x", bad); err == nil {
			t.Errorf("hash %q is taken", bad)
		}
	}
}

// More than the machine can work on wait, and beyond that are told to come back.
func TestHashingIsBounded(t *testing.T) {
	h := New()
	begun, goOn := make(chan struct{}, 1000), make(chan struct{})
	h.Derive = func(_, _ []byte, _, _ uint32, _ uint8, n uint32) []byte {
		begun <- struct{}{}
		<-goOn
		return make([]byte, n)
	}
	ended := make(chan error, 1000)
	for range mostWaiting + 20 {
		go func() { _, err := h.Hash(context.Background(), "x"); ended <- err }()
	}
	for range 20 {
		if err := <-ended; !errors.Is(err, store.ErrBusy) {
			t.Errorf("beyond the queue: %v", err)
		}
	}
	if n := len(begun); n > cap(h.places) {
		t.Errorf("%d at work, %d places", n, cap(h.places))
	}
	close(goOn)
	for range mostWaiting {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

package resident

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"

	"madoguchi/store"
)

// Every resident has a key of their own, so that erasing one person destroys
// one key. It is wrapped by the tenant's key of the class, which the master key
// wraps in turn:
//
//	master key → data key "resident" → key of the resident (resident_key) → profile (resident.sealed)

// class names the data key that wraps the residents' keys.
const class = "resident"

const keySize = 32

// newKey makes a resident's key, ready to seal with and wrapped to be stored.
func newKey(tx *store.Tx, serial int64) (cipher.AEAD, []byte, error) {
	key := make([]byte, keySize)
	rand.Read(key) // never fails
	wrapped, err := tx.Seal(class, keyPlace(serial), key)
	if err != nil {
		return nil, nil, err
	}
	return aead(key), wrapped, nil
}

func keyPlace(serial int64) string { return "resident_key.wrapped:" + strconv.FormatInt(serial, 10) }

func openKey(tx *store.Tx, serial int64, wrapped []byte) (cipher.AEAD, error) {
	if len(bytes.Trim(wrapped, "\x00")) == 0 {
		return nil, store.ErrDestroyed
	}
	key, err := tx.Unseal(class, keyPlace(serial), wrapped)
	if err != nil {
		return nil, err
	}
	if len(key) != keySize {
		return nil, errors.New("the key of a resident has the wrong length")
	}
	return aead(key), nil
}

func aead(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a wrong length
	}
	a, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return a
}

// seal gives nonce and ciphertext, bound to the record they stand in.
func seal(tx *store.Tx, key cipher.AEAD, id string, p *Profile) []byte {
	plain := p.encode()
	out := make([]byte, key.NonceSize(), key.NonceSize()+len(plain)+key.Overhead())
	rand.Read(out)
	return key.Seal(out, out, plain, place(tx, id))
}

func place(tx *store.Tx, id string) []byte {
	return []byte("resident.sealed\x00" + tx.Tenant() + "\x00" + id)
}

// open returns the profile of a row as it is stored.
func open(tx *store.Tx, serial int64, id string, wrapped, sealed []byte) (Profile, error) {
	key, err := openKey(tx, serial, wrapped)
	if err != nil {
		return Profile{}, fmt.Errorf("the key of resident %s: %w", id, err)
	}
	n := key.NonceSize()
	if len(sealed) < n {
		return Profile{}, fmt.Errorf("resident %s: %w", id, store.ErrSealed)
	}
	plain, err := key.Open(nil, sealed[:n], sealed[n:], place(tx, id))
	if err != nil {
		return Profile{}, fmt.Errorf("resident %s: %w", id, store.ErrSealed)
	}
	return decode(plain)
}

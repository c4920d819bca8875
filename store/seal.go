package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Sealing. Personal data are stored only as the result of Tx.Seal. Three
// layers of keys:
//
//	master key    32 bytes, in the operator's hands, never stored
//	 └ data keys  random, one per tenant and class of data, stored wrapped (data_key)
//	    └ values  AES-256-GCM, bound to tenant, class and the place they stand
//
// Destroying a data key destroys every value of its class at once, in backups
// too. Values looked up by equality (keys for people, mail addresses) are
// stored beside as a keyed hash (Tx.Blind), whose secret is random, made once,
// and itself sealed by the master key, so that changing the master key leaves
// the hashes valid.

// ErrKey means that the master key is missing, of the wrong length, or not the
// one this database was sealed with.
var ErrKey = errors.New("wrong master key")

// ErrSealed means that a sealed value cannot be opened: it was changed, or
// moved from another row, class or tenant.
var ErrSealed = errors.New("sealed value does not open")

// ErrDestroyed means that the key of a sealed value was destroyed on purpose.
var ErrDestroyed = errors.New("key of sealed value was destroyed")

const (
	keySize  = 32
	sealedV1 = 1 // first byte of every sealed value and wrapped key
	// keyLife is how long a data key is used from memory before the table is
	// asked again; so long may a node lag behind another's Rotate or Destroy.
	keyLife = time.Minute
)

// vault holds the keys in memory.
type vault struct {
	mu      sync.RWMutex
	masters map[int64]cipher.AEAD // by version; two while the key is being changed
	first   []byte                // the key given at Open, until its version is known
	pepper  []byte                // secret of the keyed hashes
	byName  map[keyName]*dataKey  // every key, to open with
	blind   map[string][]byte     // hash key by tenant
}

// keyName names a data key; version 0 means the newest.
type keyName struct {
	tenant, class string
	version       int64
}

type dataKey struct {
	aead    cipher.AEAD
	version int64
	loaded  time.Time
}

func newVault(key []byte) (*vault, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("%w: it must have %d bytes, not %d", ErrKey, keySize, len(key))
	}
	return &vault{
		masters: make(map[int64]cipher.AEAD), first: append([]byte(nil), key...),
		byName: make(map[keyName]*dataKey), blind: make(map[string][]byte),
	}, nil
}

func newAEAD(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a wrong key length, which callers have checked
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func randomKey() []byte {
	key := make([]byte, keySize)
	rand.Read(key) // never fails
	return key
}

// bindTo joins parts so that no two different lists give the same bytes.
func bindTo(parts ...string) []byte {
	var b []byte
	for _, p := range parts {
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}

// header is the length of version byte and key id.
const header = 9

// encrypt gives the form of everything sealed: version byte, key id (8 bytes),
// nonce (12 bytes), ciphertext with its tag (16 bytes more than the plain
// text). The header is authenticated with what the value is bound to.
func encrypt(aead cipher.AEAD, keyID int64, plain, bound []byte) []byte {
	start := header + aead.NonceSize()
	out := make([]byte, start, start+len(plain)+aead.Overhead())
	out[0] = sealedV1
	binary.BigEndian.PutUint64(out[1:], uint64(keyID))
	nonce := out[header:]
	rand.Read(nonce)
	return aead.Seal(out, nonce, plain, append(bound, out[:header]...))
}

// keyOf returns the id of the key that sealed is under.
func keyOf(sealed []byte) (int64, error) {
	if len(sealed) < header+12+16 || sealed[0] != sealedV1 {
		return 0, fmt.Errorf("%w: not in the form of a sealed value", ErrSealed)
	}
	id := int64(binary.BigEndian.Uint64(sealed[1:]))
	if id < 1 { // 0 would ask for the newest key
		return 0, fmt.Errorf("%w: no such key", ErrSealed)
	}
	return id, nil
}

func decrypt(aead cipher.AEAD, sealed, bound []byte) ([]byte, error) {
	start := header + aead.NonceSize()
	plain, err := aead.Open(nil, sealed[header:start], sealed[start:], append(bound, sealed[:header]...))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// checkKey checks the master key at start, if the database has one already.
func (db *DB) checkKey(ctx context.Context) error {
	err := db.SystemView(ctx, db.vault.read)
	if errors.Is(err, ErrKey) || err == nil || errors.Is(err, ErrNotFound) {
		return ignore(err, ErrNotFound)
	}
	if noTable(err) {
		return nil // a new database: Migrate makes table and key
	}
	return fmt.Errorf("checking the master key: %w", err)
}

func ignore(err, target error) error {
	if errors.Is(err, target) {
		return nil
	}
	return err
}

func noTable(err error) bool {
	s := err.Error()
	return strings.Contains(s, "no such table: master_key") || strings.Contains(s, "SQLSTATE 42P01")
}

// read takes version and pepper from the database. ErrNotFound: there is no
// key yet.
func (v *vault) read(tx *Tx) error {
	var version int64
	var proof []byte
	if err := tx.Row(`SELECT version, proof FROM master_key WHERE one=1`).Scan(&version, &proof); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	aead := v.masters[version]
	if aead == nil {
		aead = newAEAD(v.first)
	}
	if _, err := keyOf(proof); err != nil {
		return fmt.Errorf("%w: the check value is damaged", ErrKey)
	}
	pepper, err := decrypt(aead, proof, bindTo("master"))
	if err != nil {
		return fmt.Errorf("%w: this database was sealed with another one", ErrKey)
	}
	v.masters[version], v.pepper = aead, pepper
	return nil
}

// firstKeys makes the pepper of a new database. Of several nodes that start at
// once the first wins and the others read its row.
func (db *DB) firstKeys(ctx context.Context) error {
	if err := db.SystemView(ctx, db.vault.read); err == nil || errors.Is(err, ErrKey) {
		return err
	}
	err := db.System(ctx, func(tx *Tx) error {
		proof := encrypt(newAEAD(db.vault.first), 1, randomKey(), bindTo("master"))
		_, err := tx.Exec(`INSERT INTO master_key(one,version,proof,changed_at) VALUES(1,1,$1,$2) ON CONFLICT(one) DO NOTHING`,
			proof, Millis(tx.Now()))
		return err
	})
	if err != nil {
		return err
	}
	return db.SystemView(ctx, db.vault.read)
}

// Seal encrypts plain under the tenant's key of a class of data ("resident",
// "mail" …), making the key when it is first needed. bind names the place the
// value will stand ("table.column" and the row's id): the value opens nowhere
// else. Retention of a class can end by destroying its key (DestroyClass).
func (tx *Tx) Seal(class, bind string, plain []byte) ([]byte, error) {
	key, err := tx.dataKey(class, 0)
	if errors.Is(err, ErrNotFound) {
		key, err = tx.makeKey(class, 1)
	}
	if err != nil {
		return nil, fmt.Errorf("sealing %s: %w", class, err)
	}
	return encrypt(key.aead, key.version, plain, bindTo(tx.scope, class, bind)), nil
}

// Unseal opens what Seal made with the same class and bind in the same tenant.
// It returns ErrSealed if the value was changed or stands in the wrong place,
// and ErrDestroyed if its key is gone.
func (tx *Tx) Unseal(class, bind string, sealed []byte) ([]byte, error) {
	version, err := keyOf(sealed)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", class, err)
	}
	key, err := tx.dataKey(class, version)
	if errors.Is(err, ErrNotFound) {
		err = ErrSealed
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", class, err)
	}
	plain, err := decrypt(key.aead, sealed, bindTo(tx.scope, class, bind))
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", class, err)
	}
	return plain, nil
}

// Blind is a keyed hash of value, 32 bytes, for looking sealed or secret
// values up by equality. It differs between tenants and classes. It panics
// before Migrate.
func (tx *Tx) Blind(class, value string) []byte {
	mac := hmac.New(sha256.New, tx.db.vault.blindKey(tx.scope))
	mac.Write(bindTo(class, value))
	return mac.Sum(nil)
}

func (v *vault) blindKey(tenant string) []byte {
	v.mu.RLock()
	key, pepper := v.blind[tenant], v.pepper
	v.mu.RUnlock()
	if key != nil {
		return key
	}
	if pepper == nil {
		panic("store: keyed hash before Migrate")
	}
	mac := hmac.New(sha256.New, pepper)
	mac.Write(bindTo("blind", tenant))
	key = mac.Sum(nil)
	v.mu.Lock()
	v.blind[tenant] = key
	v.mu.Unlock()
	return key
}

// dataKey returns a data key from memory or from the table; version 0 is the
// newest one that lives.
func (tx *Tx) dataKey(class string, version int64) (*dataKey, error) {
	name := keyName{tx.scope, class, version}
	if key := tx.newKeys[name]; key != nil {
		return key, nil
	}
	if !tx.shadowed[class] {
		if key := tx.db.vault.get(name, tx.now); key != nil {
			return key, nil
		}
	}
	query := `SELECT version, wrapped FROM data_key WHERE tenant=$1 AND class=$2 AND version=$3`
	args := []any{tx.scope, class, version}
	if version == 0 {
		query = `SELECT version, wrapped FROM data_key WHERE tenant=$1 AND class=$2 AND destroyed_at IS NULL ORDER BY version DESC LIMIT 1`
		args = args[:2]
	}
	var found int64
	var wrapped []byte
	if err := tx.Row(query, args...).Scan(&found, &wrapped); err != nil {
		return nil, err
	}
	if wrapped == nil {
		return nil, ErrDestroyed
	}
	plain, err := tx.db.vault.unwrap(wrapped, keyName{tx.scope, class, found})
	if err != nil {
		return nil, err
	}
	return tx.remember(class, found, plain, version == 0), nil
}

// remember keeps a key for the rest of the transaction; once that has
// committed, the vault takes it. A key of a transaction that is undone must
// never be used by another.
func (tx *Tx) remember(class string, version int64, plain []byte, newest bool) *dataKey {
	key := &dataKey{aead: newAEAD(plain), version: version, loaded: tx.now}
	if tx.newKeys == nil {
		tx.newKeys = make(map[keyName]*dataKey)
	}
	tx.newKeys[keyName{tx.scope, class, version}] = key
	if newest {
		tx.newKeys[keyName{tx.scope, class, 0}] = key
	}
	return key
}

// makeKey makes a class's data key of the given version. If another
// transaction makes the same one at the same time, the first wins.
func (tx *Tx) makeKey(class string, version int64) (*dataKey, error) {
	if !tx.write {
		return nil, fmt.Errorf("%w: no key of class %s, and a read transaction cannot make one", ErrNotFound, class)
	}
	plain := randomKey()
	wrapped, err := tx.wrap(plain, keyName{tx.scope, class, version})
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(`INSERT INTO data_key(tenant,class,version,wrapped,created_at) VALUES($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING`,
		tx.scope, class, version, wrapped, Millis(tx.now))
	if err != nil {
		return nil, err
	}
	if n == 0 {
		key, err := tx.dataKey(class, 0)
		if errors.Is(err, ErrNotFound) { // the one that is there was destroyed
			return tx.makeKey(class, version+1)
		}
		return key, err
	}
	return tx.remember(class, version, plain, true), nil
}

// wrap seals a data key with the master key in force, holding that in place
// until the transaction ends.
func (tx *Tx) wrap(plain []byte, name keyName) ([]byte, error) {
	query := `SELECT version FROM master_key WHERE one=1`
	if tx.Postgres() {
		query += ` FOR SHARE`
	}
	var version int64
	if err := tx.Row(query).Scan(&version); err != nil {
		return nil, err
	}
	aead, err := tx.db.vault.master(version)
	if err != nil {
		return nil, err
	}
	return encrypt(aead, version, plain, name.bound()), nil
}

func (n keyName) bound() []byte {
	return bindTo("data key", n.tenant, n.class, fmt.Sprint(n.version))
}

func (v *vault) master(version int64) (cipher.AEAD, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if aead := v.masters[version]; aead != nil {
		return aead, nil
	}
	return nil, fmt.Errorf("%w: the database has moved on to master key version %d; restart with that key", ErrKey, version)
}

func (v *vault) addMaster(version int64, aead cipher.AEAD) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.masters[version] = aead
}

func (v *vault) unwrap(wrapped []byte, name keyName) ([]byte, error) {
	version, err := keyOf(wrapped)
	if err != nil {
		return nil, err
	}
	aead, err := v.master(version)
	if err != nil {
		return nil, err
	}
	plain, err := decrypt(aead, wrapped, name.bound())
	if err != nil {
		return nil, fmt.Errorf("%w: wrapped data key", err)
	}
	return plain, nil
}

func (v *vault) get(name keyName, now time.Time) *dataKey {
	v.mu.RLock()
	defer v.mu.RUnlock()
	key := v.byName[name]
	if key == nil || now.Sub(key.loaded) > keyLife || now.Before(key.loaded) {
		return nil
	}
	return key
}

func (v *vault) keep(keys map[keyName]*dataKey) {
	if len(keys) == 0 {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for name, key := range keys {
		v.byName[name] = key
	}
}

// forget drops a class's keys from memory.
func (v *vault) forget(tenant, class string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for name := range v.byName {
		if name.tenant == tenant && name.class == class {
			delete(v.byName, name)
		}
	}
}

// forgetAll drops every data key from memory; they are read again when needed.
func (v *vault) forgetAll() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.byName)
}

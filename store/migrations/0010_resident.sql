-- +goose Up

-- The residents the municipality knows (住民情報, S4-090). Every personal value
-- is in sealed, under the resident's own key; number, link and login are keyed
-- hashes that keep them unique. serial counts the records of a tenant. batch
-- numbers the import a record came with, 0 for none; while that is in
-- resident_import the record is not there yet. An erased record has nothing but its id and times.
CREATE TABLE resident (
	tenant     TEXT NOT NULL,
	id         TEXT NOT NULL,
	serial     BIGINT NOT NULL,
	state      TEXT NOT NULL,
	batch      BIGINT NOT NULL,
	number     BYTEA,
	link       BYTEA,
	login      BYTEA,
	sealed     BYTEA,
	version    BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	created_by TEXT NOT NULL,
	updated_at BIGINT NOT NULL,
	updated_by TEXT NOT NULL,
	PRIMARY KEY (tenant, id),
	CHECK (state IN ('active', 'suspended', 'erased')),
	CHECK (state <> 'erased' OR (sealed IS NULL AND number IS NULL AND link IS NULL AND login IS NULL))
);
CREATE INDEX resident_walk ON resident (tenant, serial, state, batch);
CREATE UNIQUE INDEX resident_number ON resident (tenant, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX resident_link ON resident (tenant, link) WHERE link IS NOT NULL;
CREATE UNIQUE INDEX resident_login ON resident (tenant, login) WHERE login IS NOT NULL;
CREATE INDEX resident_state ON resident (tenant, state, serial, batch);
CREATE INDEX resident_batch ON resident (tenant, batch, serial) WHERE batch <> 0;
-- tenant table: resident

-- The key of each resident, wrapped by the tenant's key of the class. Erasing
-- overwrites it in its place with as many zeros. A row is never inserted between
-- others and never deleted, so that SQLite copies no key from page to page and
-- leaves no second one behind.
CREATE TABLE resident_key (
	tenant  TEXT NOT NULL,
	serial  BIGINT NOT NULL,
	wrapped BYTEA NOT NULL
);
CREATE UNIQUE INDEX resident_key_serial ON resident_key (tenant, serial);
-- tenant table: resident_key

-- What a resident can be found by: keyed hashes, cut to 64 bits, of telephone,
-- mail, date of birth, class, and of the characters of the name and their pairs.
CREATE TABLE resident_token (
	tenant   TEXT NOT NULL,
	token    BIGINT NOT NULL,
	resident BIGINT NOT NULL,
	PRIMARY KEY (tenant, token, resident)
-- only: sqlite
) WITHOUT ROWID;
-- only: postgres
);
-- all
-- tenant table: resident_token

-- The last serial given.
CREATE TABLE resident_serial (
	tenant TEXT PRIMARY KEY,
	last   BIGINT NOT NULL
);
-- tenant table: resident_serial

-- An import under way, at most one a tenant. Deleting the row is what makes its
-- records visible, all at once.
CREATE TABLE resident_import (
	tenant  TEXT PRIMARY KEY,
	batch   BIGINT NOT NULL,
	beat_at BIGINT NOT NULL
);
-- tenant table: resident_import

-- Who was erased: a keyed hash of the record's id. The list is also kept outside
-- the database, so that it survives the restoring of an older backup.
CREATE TABLE resident_erasure (
	tenant    TEXT NOT NULL,
	mark      BYTEA NOT NULL,
	erased_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, mark)
);
-- tenant table: resident_erasure

-- only: postgres
-- Dead versions of a key are vacuumed within the daemon's next round.
ALTER TABLE resident_key SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0, fillfactor = 90);
-- all

-- +goose Down
DROP TABLE resident_erasure;
DROP TABLE resident_import;
DROP TABLE resident_serial;
DROP TABLE resident_token;
DROP TABLE resident_key;
DROP TABLE resident;

-- +goose Up

-- The municipalities served. id is the name in addresses and never changes,
-- because sealed values are bound to it; settings is JSON.
CREATE TABLE tenant (
	id         TEXT PRIMARY KEY,
	name       TEXT NOT NULL,
	settings   TEXT NOT NULL,
	version    BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);
-- tenant table: tenant by id

-- One row: which master key is in force. proof is sealed with it, so that a
-- wrong key is found at start; it holds the secret that keyed hashes use.
CREATE TABLE master_key (
	one        INTEGER PRIMARY KEY CHECK (one = 1),
	version    BIGINT NOT NULL,
	proof      BYTEA NOT NULL,
	changed_at BIGINT NOT NULL
);

-- Keys that seal personal data, one or more a tenant and class of data, each
-- wrapped by the master key. A destroyed key has no wrapped form: whatever it
-- sealed is gone.
CREATE TABLE data_key (
	tenant       TEXT NOT NULL,
	class        TEXT NOT NULL,
	version      BIGINT NOT NULL,
	wrapped      BYTEA,
	created_at   BIGINT NOT NULL,
	destroyed_at BIGINT,
	PRIMARY KEY (tenant, class, version),
	CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
-- tenant table: data_key

-- The audit log. Transactions append rows; the sealer gives each its place in
-- the tenant's chain (seq, prev, hash) within a second. Nothing else ever
-- changes, and nothing is deleted.
CREATE TABLE audit (
	tenant  TEXT NOT NULL,
	id      TEXT NOT NULL,
	at      BIGINT NOT NULL,
	who     TEXT NOT NULL,
	action  TEXT NOT NULL,
	subject TEXT NOT NULL,
	detail  TEXT NOT NULL,
	seq     BIGINT,
	prev    BYTEA,
	hash    BYTEA,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX audit_seq ON audit (tenant, seq);
CREATE INDEX audit_unsealed ON audit (tenant, at, id) WHERE seq IS NULL;
CREATE INDEX audit_at ON audit (tenant, at, id);
CREATE INDEX audit_subject ON audit (tenant, subject, at);
-- tenant table: audit

-- only: sqlite
-- +goose StatementBegin
CREATE TRIGGER audit_keep BEFORE DELETE ON audit BEGIN
	SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_still BEFORE UPDATE ON audit
WHEN OLD.seq IS NOT NULL OR NEW.tenant <> OLD.tenant OR NEW.id <> OLD.id OR NEW.at <> OLD.at
	OR NEW.who <> OLD.who OR NEW.action <> OLD.action OR NEW.subject <> OLD.subject OR NEW.detail <> OLD.detail
BEGIN
	SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- only: postgres
-- +goose StatementBegin
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the audit log is append-only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_keep BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_still BEFORE UPDATE ON audit FOR EACH ROW
WHEN (OLD.seq IS NOT NULL OR NEW.tenant <> OLD.tenant OR NEW.id <> OLD.id OR NEW.at <> OLD.at
	OR NEW.who <> OLD.who OR NEW.action <> OLD.action OR NEW.subject <> OLD.subject OR NEW.detail <> OLD.detail)
EXECUTE FUNCTION audit_refuse();
-- all

-- Who may do a piece of periodic work, and until when.
CREATE TABLE lease (
	name   TEXT PRIMARY KEY,
	holder TEXT NOT NULL,
	until  BIGINT NOT NULL,
	ran_at BIGINT NOT NULL
);

-- Counted attempts, for limits that hold across nodes. subject is a keyed
-- hash, bucket the start of the window's part (ms).
CREATE TABLE attempt (
	tenant  TEXT NOT NULL,
	scope   TEXT NOT NULL,
	subject BYTEA NOT NULL,
	bucket  BIGINT NOT NULL,
	count   BIGINT NOT NULL,
	until   BIGINT NOT NULL,
	PRIMARY KEY (tenant, scope, subject, bucket)
);
CREATE INDEX attempt_until ON attempt (tenant, until);
-- tenant table: attempt

-- +goose Down
DROP TABLE attempt;
DROP TABLE lease;
DROP TABLE audit;
DROP TABLE data_key;
DROP TABLE master_key;
DROP TABLE tenant;
-- only: postgres
DROP FUNCTION audit_refuse();

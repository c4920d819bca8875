-- +goose Up

-- The people behind the counter (操作者, S4-074). login is lower case; counters is
-- a JSON list; days are YYYY-MM-DD, '' for no limit. password is argon2id in PHC
-- form. mail, totp and totp_new (a second factor not confirmed yet) are sealed;
-- totp_step is the last time step whose code was used, so that none counts twice.
CREATE TABLE staff_account (
	tenant      TEXT NOT NULL,
	id          TEXT NOT NULL,
	login       TEXT NOT NULL,
	name        TEXT NOT NULL,
	mail        BYTEA,
	body        TEXT NOT NULL,
	booking     TEXT NOT NULL,
	cards       TEXT NOT NULL,
	official    INTEGER NOT NULL,
	counters    TEXT NOT NULL,
	valid_from  TEXT NOT NULL,
	valid_to    TEXT NOT NULL,
	disabled    INTEGER NOT NULL,
	temporary   INTEGER NOT NULL,
	password    TEXT NOT NULL,
	password_at BIGINT NOT NULL,
	totp        BYTEA,
	totp_new    BYTEA,
	totp_step   BIGINT NOT NULL,
	signed_in   BIGINT NOT NULL, -- last time, 0 for never
	version     BIGINT NOT NULL,
	created_at  BIGINT NOT NULL,
	updated_at  BIGINT NOT NULL,
	PRIMARY KEY (tenant, id),
	CHECK (booking IN ('', 'clerk', 'manager', 'administrator')),
	CHECK (cards IN ('', 'clerk', 'manager', 'administrator'))
);
CREATE UNIQUE INDEX staff_account_login ON staff_account (tenant, login);
-- tenant table: staff_account

-- Codes for whoever lost the second factor, 120 bits each, as keyed hashes. A
-- used one is gone.
CREATE TABLE staff_recovery (
	tenant  TEXT NOT NULL,
	account TEXT NOT NULL,
	code    BYTEA NOT NULL,
	PRIMARY KEY (tenant, account, code)
);
-- tenant table: staff_recovery

-- Sign-ins under way. secret is the SHA-256 of 256 random bits that only the
-- browser has; half marks one whose second factor is still missing; idle is how
-- long it lasts without a request (ms), until when it ends at the latest.
CREATE TABLE staff_session (
	tenant  TEXT NOT NULL,
	id      TEXT NOT NULL,
	secret  BYTEA NOT NULL,
	account TEXT NOT NULL,
	half    INTEGER NOT NULL,
	address TEXT NOT NULL,
	agent   TEXT NOT NULL,
	made_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	idle    BIGINT NOT NULL,
	until   BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX staff_session_secret ON staff_session (tenant, secret);
CREATE INDEX staff_session_account ON staff_session (tenant, account);
CREATE INDEX staff_session_until ON staff_session (tenant, until);
-- tenant table: staff_session

-- What one person did (S4-071). Ids of accounts are UUIDs of 36 characters;
-- residents and the program itself, who write most rows, are not in this index.
CREATE INDEX audit_who ON audit (tenant, who, at, id) WHERE length(who) = 36;
-- What was done, but for the four actions that residents do by the thousand:
-- those are found without an index, and it would only slow them down.
CREATE INDEX audit_action ON audit (tenant, action, at, id) WHERE action NOT IN ('booking.book', 'booking.change', 'booking.cancel', 'notice.sent');

-- +goose Down
DROP INDEX audit_action;
DROP INDEX audit_who;
DROP TABLE staff_session;
DROP TABLE staff_recovery;
DROP TABLE staff_account;

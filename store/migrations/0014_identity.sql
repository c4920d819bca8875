-- +goose Up

-- How a resident of the roster proves who they are. secret is an argon2id hash.
-- temporary: the password was issued and must be replaced at the first sign-in
-- (S4-002).
CREATE TABLE identity_credential (
	tenant     TEXT NOT NULL,
	resident   TEXT NOT NULL,
	secret     TEXT NOT NULL,
	temporary  INTEGER NOT NULL,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, resident)
);
-- tenant table: identity_credential

-- What a link in a mail opens. secret is a keyed hash; body, sealed, is what the
-- link is for. Used and expired rows are taken away by a job.
CREATE TABLE identity_link (
	tenant  TEXT NOT NULL,
	id      TEXT NOT NULL,
	secret  BYTEA NOT NULL,
	kind    TEXT NOT NULL, -- register, reset, confirm
	subject TEXT NOT NULL, -- the resident of a reset, the hold of a confirmation
	body    BYTEA,
	until   BIGINT NOT NULL,
	used_at BIGINT NOT NULL, -- 0 while it is good
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX identity_link_secret ON identity_link (tenant, secret);
CREATE INDEX identity_link_until ON identity_link (tenant, until);
-- tenant table: identity_link

-- Which bookings a resident made while signed in, on whatever channel (S4-040).
CREATE TABLE identity_booking (
	tenant   TEXT NOT NULL,
	resident TEXT NOT NULL,
	booking  TEXT NOT NULL,
	PRIMARY KEY (tenant, resident, booking)
);
CREATE INDEX identity_booking_of ON identity_booking (tenant, booking);
-- tenant table: identity_booking

-- Notices also carry links: the kinds of links join those about bookings.
CREATE TABLE notice_wider (
	tenant      TEXT NOT NULL,
	booking     TEXT NOT NULL, -- or the link it carries
	kind        TEXT NOT NULL,
	sequence    INTEGER NOT NULL,
	id          TEXT NOT NULL,
	channel     TEXT NOT NULL,
	lang        TEXT NOT NULL,
	access_key  BYTEA,         -- or the link's secret
	state       TEXT NOT NULL,
	attempts    INTEGER NOT NULL,
	next_at     BIGINT NOT NULL,
	lease       TEXT NOT NULL,
	lease_until BIGINT NOT NULL,
	reason      TEXT NOT NULL,
	created_at  BIGINT NOT NULL,
	ended_at    BIGINT NOT NULL,
	PRIMARY KEY (tenant, booking, kind, sequence),
	CHECK (channel IN ('mail', 'line')),
	CHECK (state IN ('waiting', 'sent', 'dead', 'dropped'))
);
INSERT INTO notice_wider SELECT tenant, booking, kind, sequence, id, channel, lang, access_key, state, attempts, next_at,
	lease, lease_until, reason, created_at, ended_at FROM notice;
DROP TABLE notice;
ALTER TABLE notice_wider RENAME TO notice;
CREATE UNIQUE INDEX notice_id ON notice (tenant, id);
CREATE INDEX notice_waiting ON notice (tenant, channel, next_at) WHERE state = 'waiting';
CREATE INDEX notice_dead ON notice (tenant, channel) WHERE state = 'dead';
CREATE INDEX notice_made ON notice (tenant, kind, created_at);
CREATE INDEX notice_ended ON notice (tenant, ended_at) WHERE state <> 'waiting';
-- tenant table: notice

-- +goose Down
DROP TABLE identity_booking;
DROP TABLE identity_link;
DROP TABLE identity_credential;

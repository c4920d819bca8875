-- +goose Up

-- What is to be told to a resident about a booking. Neither text nor address is
-- here: both are taken from the booking when the message is sent. access_key is
-- the one exception: it is shown once and kept nowhere else, so it waits here,
-- sealed, for the confirmation (S4-022) and is wiped when that has ended.
CREATE TABLE notice (
	tenant      TEXT NOT NULL,
	booking     TEXT NOT NULL,
	kind        TEXT NOT NULL,
	sequence    INTEGER NOT NULL, -- of the booking when this became due
	id          TEXT NOT NULL,
	channel     TEXT NOT NULL,
	lang        TEXT NOT NULL,
	access_key  BYTEA,
	state       TEXT NOT NULL,
	attempts    INTEGER NOT NULL,
	next_at     BIGINT NOT NULL,
	lease       TEXT NOT NULL,
	lease_until BIGINT NOT NULL,
	reason      TEXT NOT NULL, -- a code without personal data
	created_at  BIGINT NOT NULL,
	ended_at    BIGINT NOT NULL, -- 0 while it waits
	PRIMARY KEY (tenant, booking, kind, sequence),
	CHECK (kind IN ('booked', 'changed', 'cancelled', 'reminder')),
	CHECK (channel IN ('mail', 'line')),
	CHECK (state IN ('waiting', 'sent', 'dead', 'dropped'))
);
CREATE UNIQUE INDEX notice_id ON notice (tenant, id);
CREATE INDEX notice_waiting ON notice (tenant, channel, next_at) WHERE state = 'waiting';
CREATE INDEX notice_dead ON notice (tenant, channel) WHERE state = 'dead';
CREATE INDEX notice_made ON notice (tenant, kind, created_at);
CREATE INDEX notice_ended ON notice (tenant, ended_at) WHERE state <> 'waiting';
-- tenant table: notice

-- +goose Down
DROP TABLE notice;

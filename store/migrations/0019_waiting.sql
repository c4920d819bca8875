-- +goose Up

-- Who waits for an earlier place (空き待ち). booking is the visit that would move
-- to it, '' where there is none yet. before_day and before_clock are the time the
-- place must come before, '' for any. place is the rank in the list: when the
-- entry was made, or when an offer last went unanswered. contact is sealed and
-- wiped when the entry ends; token is a keyed hash of what the last mail carries.
CREATE TABLE reservation_waiting (
	tenant        TEXT NOT NULL,
	id            TEXT NOT NULL,
	owner         TEXT NOT NULL,
	booking       TEXT NOT NULL,
	service       TEXT NOT NULL,
	persons       INTEGER NOT NULL,
	counter       TEXT NOT NULL, -- '': any
	grp           TEXT NOT NULL,
	lang          TEXT NOT NULL,
	before_day    TEXT NOT NULL,
	before_clock  INTEGER NOT NULL,
	state         TEXT NOT NULL,
	place         BIGINT NOT NULL,
	missed        INTEGER NOT NULL, -- offers that went unanswered
	declined      TEXT NOT NULL,    -- COUNTER/YYYY-MM-DDTHH:MM of places not to be offered again
	offers        INTEGER NOT NULL, -- offers made
	hold          TEXT NOT NULL,
	offer_counter TEXT NOT NULL,
	offer_day     TEXT NOT NULL,
	offer_clock   INTEGER NOT NULL,
	offer_until   BIGINT NOT NULL,
	token         BYTEA,
	contact       BYTEA,
	made_at       BIGINT NOT NULL,
	until_at      BIGINT NOT NULL,
	ended_at      BIGINT NOT NULL, -- 0 while it stands
	PRIMARY KEY (tenant, id),
	CHECK (state IN ('waiting', 'offered', 'taken', 'left', 'over'))
);
CREATE INDEX reservation_waiting_place ON reservation_waiting (tenant, place) WHERE ended_at = 0;
CREATE INDEX reservation_waiting_owner ON reservation_waiting (tenant, owner) WHERE ended_at = 0;
CREATE INDEX reservation_waiting_booking ON reservation_waiting (tenant, booking) WHERE ended_at = 0 AND booking <> '';
CREATE INDEX reservation_waiting_token ON reservation_waiting (tenant, token) WHERE token IS NOT NULL;
CREATE INDEX reservation_waiting_ended ON reservation_waiting (tenant, ended_at) WHERE ended_at > 0;
-- tenant table: reservation_waiting

-- +goose Down
DROP TABLE reservation_waiting;

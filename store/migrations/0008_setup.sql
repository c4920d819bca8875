-- +goose Up

-- A saved version says from which day of visit on it counts: '' from the
-- beginning, else YYYY-MM-DD. Of several that have begun by a day, the one
-- with the latest such date counts, among equals the highest version. A row
-- with withdraws takes back that earlier version, with those it replaced on the
-- same day, and has no rules of its own:
-- rows are only ever added, so the newest mark stands for all of them.
ALTER TABLE reservation_settings ADD COLUMN effective TEXT NOT NULL DEFAULT '';
ALTER TABLE reservation_settings ADD COLUMN withdraws BIGINT NOT NULL DEFAULT 0;

-- Settings that somebody is working on, one draft a person.
CREATE TABLE reservation_draft (
	tenant     TEXT NOT NULL,
	owner      TEXT NOT NULL,
	base       BIGINT NOT NULL,
	effective  TEXT NOT NULL,
	body       TEXT NOT NULL,
	begun      TEXT NOT NULL,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, owner)
);
-- tenant table: reservation_draft

-- Bookings that lost their place are moved or cancelled, some at a time. A
-- relocation is one such piece of work.
CREATE TABLE relocation (
	tenant   TEXT NOT NULL,
	id       TEXT NOT NULL,
	reason   TEXT NOT NULL,
	made_at  BIGINT NOT NULL,
	made_by  TEXT NOT NULL,
	ended_at BIGINT NOT NULL, -- 0 while bookings wait
	PRIMARY KEY (tenant, id)
);
CREATE INDEX relocation_open ON relocation (tenant, id) WHERE ended_at = 0;
-- tenant table: relocation

-- One booking of a relocation: what is to become of it, and what did. day and
-- clock are where it is to go, '' and 0 for the nearest free place.
CREATE TABLE relocation_booking (
	tenant      TEXT NOT NULL,
	relocation  TEXT NOT NULL,
	booking     TEXT NOT NULL,
	position    INTEGER NOT NULL,
	act         TEXT NOT NULL,
	counter     TEXT NOT NULL,
	day         TEXT NOT NULL,
	clock       INTEGER NOT NULL,
	sequence    INTEGER NOT NULL, -- of the booking when it was decided
	was         TEXT NOT NULL,    -- counter and time before, for the list
	state       TEXT NOT NULL,
	told        TEXT NOT NULL,
	PRIMARY KEY (tenant, relocation, booking),
	CHECK (act IN ('move', 'cancel', 'leave')),
	CHECK (state IN ('waiting', 'moved', 'cancelled', 'left', 'no-place', 'overtaken')),
	CHECK (told IN ('', 'mail', 'line', 'nobody', 'by-hand'))
);
CREATE INDEX relocation_booking_order ON relocation_booking (tenant, relocation, position);
CREATE INDEX relocation_booking_waiting ON relocation_booking (tenant, relocation, position) WHERE state = 'waiting';
CREATE INDEX relocation_booking_of ON relocation_booking (tenant, booking);
-- tenant table: relocation_booking

-- +goose Down
DROP TABLE relocation_booking;
DROP TABLE relocation;
DROP TABLE reservation_draft;
ALTER TABLE reservation_settings DROP COLUMN withdraws;
ALTER TABLE reservation_settings DROP COLUMN effective;

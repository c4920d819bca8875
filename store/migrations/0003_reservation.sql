-- +goose Up

-- What a municipality decided about its counters, every version as JSON. The
-- highest version is in force; mark is unique to each save.
CREATE TABLE reservation_settings (
	tenant   TEXT NOT NULL,
	version  BIGINT NOT NULL,
	mark     TEXT NOT NULL,
	body     TEXT NOT NULL,
	saved_at BIGINT NOT NULL,
	saved_by TEXT NOT NULL,
	PRIMARY KEY (tenant, version)
);
-- tenant table: reservation_settings

-- How many places of a slot are taken, by bookings and by holds. Slots nobody
-- ever asked for have no row. day is YYYY-MM-DD and clock minutes since
-- midnight, both on the wall in Japan. For verify: cap and edition say what the
-- settings allowed when a place was last taken, and by which version of them;
-- since is the version when the first was; forced counts places that staff took
-- whatever the limits.
CREATE TABLE reservation_slot (
	tenant        TEXT NOT NULL,
	counter       TEXT NOT NULL,
	day           TEXT NOT NULL,
	clock         INTEGER NOT NULL,
	used          INTEGER NOT NULL,
	used_open     INTEGER NOT NULL,
	used_phone    INTEGER NOT NULL,
	used_internal INTEGER NOT NULL,
	cap           INTEGER NOT NULL,
	forced        INTEGER NOT NULL,
	edition       BIGINT NOT NULL,
	since         BIGINT NOT NULL,
	PRIMARY KEY (tenant, counter, day, clock),
	CHECK (used >= 0 AND used_open >= 0 AND used_phone >= 0 AND used_internal >= 0),
	CHECK (used = used_open + used_phone + used_internal)
);
-- tenant table: reservation_slot

-- Places kept while a resident answers. takes lists the clocks of the count
-- rows it is counted in.
CREATE TABLE reservation_hold (
	tenant  TEXT NOT NULL,
	id      TEXT NOT NULL,
	owner   TEXT NOT NULL,
	counter TEXT NOT NULL,
	day     TEXT NOT NULL,
	clock   INTEGER NOT NULL,
	takes   TEXT NOT NULL,
	places  INTEGER NOT NULL,
	service TEXT NOT NULL,
	persons INTEGER NOT NULL,
	minutes INTEGER NOT NULL,
	grp     TEXT NOT NULL,
	until   BIGINT NOT NULL,
	PRIMARY KEY (tenant, id),
	UNIQUE (tenant, owner)
);
CREATE INDEX reservation_hold_until ON reservation_hold (tenant, until);
-- tenant table: reservation_hold

-- The last receipt number given at a counter on a day.
CREATE TABLE reservation_receipt (
	tenant  TEXT NOT NULL,
	counter TEXT NOT NULL,
	day     TEXT NOT NULL,
	last    INTEGER NOT NULL,
	PRIMARY KEY (tenant, counter, day)
);
-- tenant table: reservation_receipt

-- Bookings. access_key is a keyed hash; contact and answers are sealed.
CREATE TABLE reservation_booking (
	tenant     TEXT NOT NULL,
	id         TEXT NOT NULL,
	counter    TEXT NOT NULL,
	day        TEXT NOT NULL,
	clock      INTEGER NOT NULL,
	minutes    INTEGER NOT NULL,
	takes      TEXT NOT NULL,
	places     INTEGER NOT NULL,
	service    TEXT NOT NULL,
	persons    INTEGER NOT NULL,
	channel    TEXT NOT NULL,
	grp        TEXT NOT NULL,
	status     TEXT NOT NULL,
	receipt    INTEGER NOT NULL,
	access_key BYTEA NOT NULL,
	owner      TEXT NOT NULL,
	case_id    TEXT NOT NULL,
	sequence   INTEGER NOT NULL,
	made_at    BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	contact    BYTEA,
	answers    BYTEA,
	PRIMARY KEY (tenant, id),
	CHECK (status IN ('booked', 'cancelled', 'visited', 'no-show'))
);
CREATE UNIQUE INDEX reservation_booking_receipt ON reservation_booking (tenant, day, counter, receipt);
CREATE UNIQUE INDEX reservation_booking_key ON reservation_booking (tenant, access_key);
CREATE INDEX reservation_booking_owner ON reservation_booking (tenant, owner) WHERE owner <> '';
CREATE INDEX reservation_booking_case ON reservation_booking (tenant, case_id) WHERE case_id <> '';
CREATE INDEX reservation_booking_made ON reservation_booking (tenant, made_at);
-- tenant table: reservation_booking

-- only: postgres
-- A count row is rewritten in place again and again: leave room on its page.
ALTER TABLE reservation_slot SET (fillfactor = 50);
ALTER TABLE reservation_receipt SET (fillfactor = 50);
-- all

-- +goose Down
DROP TABLE reservation_booking;
DROP TABLE reservation_receipt;
DROP TABLE reservation_hold;
DROP TABLE reservation_slot;
DROP TABLE reservation_settings;

-- +goose Up

-- What reception recorded of a visit (S4-078): one row per booking whose
-- visitors came. It goes when the check-in is undone; the audit log keeps that
-- both happened. response is a code of the settings, note is sealed.
CREATE TABLE reservation_visit (
	tenant      TEXT NOT NULL,
	booking     TEXT NOT NULL,
	came_at     BIGINT NOT NULL,
	received_by TEXT NOT NULL,
	collected   INTEGER NOT NULL, -- the old card (住基カード) was handed in
	response    TEXT NOT NULL,
	note        BYTEA,
	PRIMARY KEY (tenant, booking)
);
CREATE INDEX reservation_visit_collected ON reservation_visit (tenant, came_at) WHERE collected = 1;
-- tenant table: reservation_visit

-- The staff's search reads one of these two from end to end within the period
-- asked for, whatever else it filters by, and nothing of the table but the rows
-- it shows.
CREATE INDEX reservation_booking_visit ON reservation_booking (tenant, day, clock, id, counter, status, service, channel, receipt);
DROP INDEX reservation_booking_made;
CREATE INDEX reservation_booking_made ON reservation_booking (tenant, made_at, id, counter, status, service, channel, receipt);

-- Those of one person or case come in order of visit: without it SQLite, which
-- keeps no statistics, would rather walk through all bookings in that order.
DROP INDEX reservation_booking_owner;
DROP INDEX reservation_booking_case;
CREATE INDEX reservation_booking_owner ON reservation_booking (tenant, owner, day, clock, id) WHERE owner <> '';
CREATE INDEX reservation_booking_case ON reservation_booking (tenant, case_id, day, clock, id) WHERE case_id <> '';

-- +goose Down
DROP INDEX reservation_booking_case;
DROP INDEX reservation_booking_owner;
CREATE INDEX reservation_booking_owner ON reservation_booking (tenant, owner) WHERE owner <> '';
CREATE INDEX reservation_booking_case ON reservation_booking (tenant, case_id) WHERE case_id <> '';
DROP INDEX reservation_booking_made;
CREATE INDEX reservation_booking_made ON reservation_booking (tenant, made_at);
DROP INDEX reservation_booking_visit;
DROP TABLE reservation_visit;

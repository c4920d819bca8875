-- +goose Up

-- Forms with which staff made a booking, so that one sent twice makes it once.
-- form is the one-time name of the form; access_key, sealed, is the key that its
-- answer showed. Rows go after a day, by a job: no session, and so no form, is
-- taken for longer.
CREATE TABLE reservation_once (
	tenant     TEXT NOT NULL,
	form       TEXT NOT NULL,
	booking    TEXT NOT NULL, -- '' until it is made, within the same transaction
	access_key BYTEA,
	made_at    BIGINT NOT NULL,
	PRIMARY KEY (tenant, form)
);
CREATE INDEX reservation_once_made ON reservation_once (tenant, made_at);
-- tenant table: reservation_once

-- +goose Down
DROP TABLE reservation_once;

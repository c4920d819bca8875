-- +goose Up

-- The personal task lists of life events: what was answered, never a name or an
-- address. access_key is a keyed hash; answers and contact are sealed. hash is
-- that of the event's file when the list was made. A list reminds on remind_on,
-- by mail to contact or in the conversation owner; '' is no day, or nobody.
CREATE TABLE plan (
	tenant     TEXT NOT NULL,
	id         TEXT NOT NULL,
	event      TEXT NOT NULL,
	hash       TEXT NOT NULL,
	lang       TEXT NOT NULL,
	access_key BYTEA NOT NULL,
	answers    BYTEA NOT NULL,
	contact    BYTEA,
	owner      TEXT NOT NULL,
	remind_on  TEXT NOT NULL,
	made_at    BIGINT NOT NULL,
	until      BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX plan_key ON plan (tenant, access_key);
CREATE INDEX plan_until ON plan (tenant, until);
CREATE INDEX plan_remind ON plan (tenant, remind_on) WHERE remind_on <> '';
-- tenant table: plan

-- +goose Down
DROP TABLE plan;

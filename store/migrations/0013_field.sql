-- +goose Up

-- What a municipality asks on its forms, every version as JSON: old records are
-- read with the version they were made under. The highest version is in force;
-- mark is unique to each save.
CREATE TABLE field_settings (
	tenant   TEXT NOT NULL,
	version  BIGINT NOT NULL,
	mark     TEXT NOT NULL,
	body     TEXT NOT NULL,
	saved_at BIGINT NOT NULL,
	saved_by TEXT NOT NULL,
	PRIMARY KEY (tenant, version)
);
-- tenant table: field_settings

-- The answers to fields that classify (分類): which record has which value, for
-- lists. value is a keyed hash, so that nothing personal stands here; record is
-- the id of a booking or of a resident.
CREATE TABLE field_class (
	tenant TEXT NOT NULL,
	form   TEXT NOT NULL,
	record TEXT NOT NULL,
	field  TEXT NOT NULL,
	value  BYTEA NOT NULL,
	PRIMARY KEY (tenant, form, record, field, value)
);
CREATE INDEX field_class_value ON field_class (tenant, form, field, value, record);
-- tenant table: field_class

-- +goose Down
DROP TABLE field_class;
DROP TABLE field_settings;

-- +goose Up
-- Every version of a flow that was ever published. The one in force is the
-- newest that is not retired; conversations stay on the one they began with.
CREATE TABLE procedure_version (
	tenant       TEXT   NOT NULL,
	flow         TEXT   NOT NULL,
	version      BIGINT NOT NULL,
	files        TEXT   NOT NULL, -- JSON: file name → source, with the parts it calls
	hash         TEXT   NOT NULL, -- of files
	source       TEXT   NOT NULL, -- builtin, or tenant
	state        TEXT   NOT NULL, -- published, retired
	published_at BIGINT NOT NULL,
	published_by TEXT   NOT NULL,
	PRIMARY KEY (tenant, flow, version)
);
-- tenant table: procedure_version

-- +goose Down
DROP TABLE procedure_version;

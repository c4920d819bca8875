-- +goose Up

-- Letter templates, every version as staff wrote it. The highest version is in
-- force; retired ones are offered no more.
CREATE TABLE letter_template (
	tenant   TEXT NOT NULL,
	id       TEXT NOT NULL,
	version  INTEGER NOT NULL,
	name     TEXT NOT NULL,
	body     TEXT NOT NULL,
	retired  INTEGER NOT NULL,
	saved_at BIGINT NOT NULL,
	saved_by TEXT NOT NULL,
	PRIMARY KEY (tenant, id, version)
);
-- tenant table: letter_template

-- Where things stand on paper (part layout) and the label sheets (part sheets),
-- every version as JSON. The highest is in force.
CREATE TABLE letter_setting (
	tenant   TEXT NOT NULL,
	part     TEXT NOT NULL,
	version  INTEGER NOT NULL,
	body     TEXT NOT NULL,
	saved_at BIGINT NOT NULL,
	saved_by TEXT NOT NULL,
	PRIMARY KEY (tenant, part, version)
);
-- tenant table: letter_setting

-- Print runs: who printed what for how many, and whether it was posted. No
-- personal data: names and addresses are read anew each time a run is printed.
-- template is the id of a template, or 'labels'. Instants are 0 until then.
CREATE TABLE letter_run (
	tenant     TEXT NOT NULL,
	id         TEXT NOT NULL,
	template   TEXT NOT NULL,
	version    INTEGER NOT NULL,
	selection  TEXT NOT NULL, -- how the cases were chosen, for the list
	deadline   TEXT NOT NULL, -- of the pickup, YYYY-MM-DD; '' if the letters name none
	cases      INTEGER NOT NULL,
	held       INTEGER NOT NULL, -- back at the last printing
	prints     INTEGER NOT NULL,
	made_at    BIGINT NOT NULL,
	made_by    TEXT NOT NULL,
	printed_at BIGINT NOT NULL,
	printed_by TEXT NOT NULL,
	sent_at    BIGINT NOT NULL,
	sent_by    TEXT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE INDEX letter_run_made ON letter_run (tenant, made_at);
-- tenant table: letter_run

-- The cases of a run, numbered as on paper. held is 1 for one that was not in
-- the file last printed; event is the number of the progress event that says
-- the letter was sent, 0 if there is none.
CREATE TABLE letter_run_case (
	tenant   TEXT NOT NULL,
	run      TEXT NOT NULL,
	position INTEGER NOT NULL,
	case_id  TEXT NOT NULL,
	held     INTEGER NOT NULL,
	event    INTEGER NOT NULL,
	PRIMARY KEY (tenant, run, position)
);
CREATE INDEX letter_run_case_case ON letter_run_case (tenant, case_id);
-- tenant table: letter_run_case

-- +goose Down
DROP TABLE letter_run_case;
DROP TABLE letter_run;
DROP TABLE letter_setting;
DROP TABLE letter_template;

-- +goose Up

-- A case per card (S4-110), known by its link code. code is a keyed hash and
-- sealed_code the code itself, for letters and lists. Everything from state on
-- follows from the events and is written anew with each of them: facts is JSON
-- for showing, the other columns are what lists are searched by. last is the
-- number of the newest event. resident is the id of a resident's record, ''
-- where none is kept (S4-093).
CREATE TABLE progress_case (
	tenant       TEXT NOT NULL,
	id           TEXT NOT NULL,
	code         BYTEA NOT NULL,
	sealed_code  BYTEA NOT NULL,
	resident     TEXT NOT NULL,
	batch        TEXT NOT NULL,
	made_at      BIGINT NOT NULL,
	last         INTEGER NOT NULL,
	state        TEXT NOT NULL,
	state_at     BIGINT NOT NULL,
	counter      TEXT NOT NULL,
	custody      TEXT NOT NULL, -- '' (not here), loose, stored, sent, there
	notices      INTEGER NOT NULL,
	first_notice BIGINT NOT NULL, -- 0: none
	last_notice  BIGINT NOT NULL,
	waiting      INTEGER NOT NULL, -- told, not come, not put off: the clock of unclaimed cards runs
	old_card     TEXT NOT NULL, -- '', open, matched, unmatched
	facts        TEXT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX progress_case_code ON progress_case (tenant, code);
CREATE INDEX progress_case_state ON progress_case (tenant, state, state_at, id);
CREATE INDEX progress_case_at ON progress_case (tenant, state_at, id, state);
CREATE INDEX progress_case_resident ON progress_case (tenant, resident) WHERE resident <> '';
-- Lists are counted by state: each index has it, so that counting reads no rows.
CREATE INDEX progress_case_batch ON progress_case (tenant, batch, state_at, id, state) WHERE batch <> '';
CREATE INDEX progress_case_counter ON progress_case (tenant, counter, state_at, id, state, custody) WHERE counter <> '';
CREATE INDEX progress_case_custody ON progress_case (tenant, custody, state_at, id, state, counter) WHERE custody <> '';
CREATE INDEX progress_case_waiting ON progress_case (tenant, notices, first_notice, last_notice, state_at, id, state) WHERE waiting = 1;
CREATE INDEX progress_case_old_card ON progress_case (tenant, old_card, state_at, id, state) WHERE old_card <> '';
-- tenant table: progress_case

-- What happened to a case, in order of registration; never changed but for
-- live, which an undo (itself an event, with the number of its target) takes
-- away. note is sealed: staff write what they like. visit is the time of the
-- booking it is about.
CREATE TABLE progress_event (
	tenant  TEXT NOT NULL,
	case_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	at      BIGINT NOT NULL,
	kind    TEXT NOT NULL,
	who     TEXT NOT NULL,
	reason  TEXT NOT NULL,
	note    BYTEA,
	counter TEXT NOT NULL,
	shelf   TEXT NOT NULL,
	booking TEXT NOT NULL,
	visit   TEXT NOT NULL,
	target  INTEGER NOT NULL,
	unusual INTEGER NOT NULL,
	live    INTEGER NOT NULL,
	PRIMARY KEY (tenant, case_id, seq)
);
CREATE INDEX progress_event_kind ON progress_event (tenant, kind, at, case_id) WHERE live = 1;
-- tenant table: progress_event

-- Deliveries of cards from J-LIS.
CREATE TABLE progress_batch (
	tenant  TEXT NOT NULL,
	id      TEXT NOT NULL,
	name    TEXT NOT NULL,
	made_at BIGINT NOT NULL,
	made_by TEXT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX progress_batch_name ON progress_batch (tenant, name);
CREATE INDEX progress_batch_made ON progress_batch (tenant, made_at);
-- tenant table: progress_batch

-- What a municipality decided: the names of the states (part labels) and the
-- rules (part rules), every version as JSON. The highest is in force.
CREATE TABLE progress_settings (
	tenant   TEXT NOT NULL,
	part     TEXT NOT NULL,
	version  BIGINT NOT NULL,
	body     TEXT NOT NULL,
	saved_at BIGINT NOT NULL,
	saved_by TEXT NOT NULL,
	PRIMARY KEY (tenant, part, version)
);
-- tenant table: progress_settings

-- +goose Down
DROP TABLE progress_settings;
DROP TABLE progress_batch;
DROP TABLE progress_event;
DROP TABLE progress_case;

-- +goose Up

-- Texts in the municipality's own words, every change of them. Of the rows of a
-- text in a language the one with the highest number is in force; words '' are
-- the program's own again. mark is unique to each change, so that a change that
-- was rolled back is never mistaken for its successor. None of it is personal.
CREATE TABLE wording (
	tenant   TEXT NOT NULL,
	number   BIGINT NOT NULL,
	mark     TEXT NOT NULL,
	text_key TEXT NOT NULL,
	lang     TEXT NOT NULL,
	words    TEXT NOT NULL,
	source   TEXT NOT NULL, -- stamp of the program's words when these were written
	saved_at BIGINT NOT NULL,
	saved_by TEXT NOT NULL,
	PRIMARY KEY (tenant, number)
);
CREATE UNIQUE INDEX wording_text ON wording (tenant, text_key, lang, number);
-- tenant table: wording

-- What happened on a day, counted: what the reports add up (S4-134). Events and
-- conversations are forgotten after weeks; their numbers stay. what says which
-- count it is, the other columns what it is of, '' where that does not apply.
CREATE TABLE report_day (
	tenant  TEXT NOT NULL,
	day     TEXT NOT NULL, -- YYYY-MM-DD in Japan
	what    TEXT NOT NULL,
	channel TEXT NOT NULL,
	lang    TEXT NOT NULL,
	counter TEXT NOT NULL,
	service TEXT NOT NULL,
	name    TEXT NOT NULL, -- a flow and its outcome, a status, an hour, a kind of incident
	n       BIGINT NOT NULL,
	persons BIGINT NOT NULL, -- of visits
	PRIMARY KEY (tenant, what, day, channel, lang, counter, service, name)
);
-- tenant table: report_day

-- When a day was last counted. It is final once that was after its end.
CREATE TABLE report_counted (
	tenant TEXT NOT NULL,
	day    TEXT NOT NULL,
	at     BIGINT NOT NULL,
	talks  INTEGER NOT NULL, -- whether its conversations were still kept
	PRIMARY KEY (tenant, day)
);
-- tenant table: report_counted

-- +goose Down
DROP TABLE report_counted;
DROP TABLE report_day;
DROP TABLE wording;

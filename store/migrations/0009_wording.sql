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

-- +goose Down
DROP TABLE wording;

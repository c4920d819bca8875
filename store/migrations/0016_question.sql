-- +goose Up

-- Questions the dialog had no answer for (S1-052), counted by their words. The
-- words hold no names, numbers or addresses, and nothing says who asked.
CREATE TABLE question (
	tenant     TEXT NOT NULL,
	id         TEXT NOT NULL,
	words      TEXT NOT NULL,
	asked      BIGINT NOT NULL, -- how often
	langs      TEXT NOT NULL,   -- the languages it was asked in: ja,en
	first_at   BIGINT NOT NULL,
	last_at    BIGINT NOT NULL,
	state      TEXT NOT NULL,
	settled_at BIGINT NOT NULL, -- 0 while it is open
	settled_by TEXT NOT NULL,
	PRIMARY KEY (tenant, id),
	CHECK (state IN ('open', 'answered', 'dismissed'))
);
CREATE UNIQUE INDEX question_words ON question (tenant, words);
CREATE INDEX question_rank ON question (tenant, state, asked, last_at);
CREATE INDEX question_last ON question (tenant, last_at);
-- tenant table: question

-- +goose Down
DROP TABLE question;

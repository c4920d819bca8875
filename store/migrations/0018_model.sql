-- +goose Up

-- What a municipality has used of its language model on a day. Reserved before a
-- call and corrected after it, so that the budget holds across nodes.
CREATE TABLE model_day (
	tenant TEXT NOT NULL,
	day    TEXT NOT NULL, -- YYYY-MM-DD in Japan
	calls  BIGINT NOT NULL,
	tokens BIGINT NOT NULL,
	PRIMARY KEY (tenant, day)
);
-- tenant table: model_day

-- +goose Down
DROP TABLE model_day;

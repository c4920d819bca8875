-- +goose Up
-- A conversation is one person on one channel. Who it is is kept twice: as a
-- keyed hash to find it by, and sealed to push messages to.
CREATE TABLE conversation (
	tenant	 TEXT   NOT NULL,
	id		 TEXT   NOT NULL,
	channel	TEXT   NOT NULL,
	person	 BYTEA  NOT NULL, -- keyed hash of the channel's user id
	address	BYTEA  NOT NULL, -- the user id, sealed
	state	  BYTEA  NOT NULL, -- where the dialog stands, sealed
	number	 BIGINT NOT NULL, -- turns so far
	seq		BIGINT NOT NULL, -- the last message's number
	blocked	INTEGER NOT NULL DEFAULT 0, -- the person has shut the channel
	blocked_at BIGINT NOT NULL DEFAULT 0,  -- when blocked last changed, by the platform's clock
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
-- tenant table: conversation
CREATE UNIQUE INDEX conversation_person ON conversation (tenant, channel, person);
CREATE INDEX conversation_updated ON conversation (tenant, updated_at);

-- An event is one thing a person did. Its row makes a turn happen once.
CREATE TABLE event (
	tenant	   TEXT   NOT NULL,
	id		   BYTEA  NOT NULL, -- keyed hash of channel, person and the channel's event id
	conversation TEXT   NOT NULL DEFAULT '',
	state		TEXT   NOT NULL, -- stored: waits for its turn; done; dropped
	first_seq	BIGINT NOT NULL DEFAULT 0, -- the replies: messages first_seq … last_seq
	last_seq	 BIGINT NOT NULL DEFAULT 0,
	outcome	  BYTEA,		   -- the rest of the answer, sealed
	channel	  TEXT   NOT NULL,
	person	   BYTEA  NOT NULL,
	ref		  BYTEA,		   -- keyed hash of the platform's message id, to redact by
	payload	  BYTEA,		   -- a stored event as received, sealed; gone when done
	at		   BIGINT NOT NULL DEFAULT 0, -- when it happened, by the platform's clock
	received_at  BIGINT NOT NULL,
	attempts	 INTEGER NOT NULL DEFAULT 0,
	next_at	  BIGINT NOT NULL DEFAULT 0,
	lease		TEXT   NOT NULL DEFAULT '',
	lease_until  BIGINT NOT NULL DEFAULT 0,
	reason	   TEXT   NOT NULL DEFAULT '', -- dropped: why
	PRIMARY KEY (tenant, id)
);
-- tenant table: event
CREATE INDEX event_waiting ON event (tenant, channel, at) WHERE state = 'stored';
CREATE INDEX event_turn ON event (tenant, channel, person, at, id) WHERE state = 'stored';
CREATE INDEX event_ref ON event (tenant, ref) WHERE ref IS NOT NULL;
CREATE INDEX event_received ON event (tenant, received_at);

-- The transcript is the outbox: what was said, by number.
CREATE TABLE message (
	tenant	   TEXT   NOT NULL,
	conversation TEXT   NOT NULL,
	seq		  BIGINT NOT NULL,
	author	   TEXT   NOT NULL, -- resident, bot, staff
	body		 BYTEA  NOT NULL, -- sealed
	at		   BIGINT NOT NULL,
	PRIMARY KEY (tenant, conversation, seq)
);
-- tenant table: message

-- Messages taken back before their own event arrived (LINE: unsend).
CREATE TABLE redaction (
	tenant TEXT   NOT NULL,
	ref	BYTEA  NOT NULL,
	at	 BIGINT NOT NULL,
	PRIMARY KEY (tenant, ref)
);
-- tenant table: redaction

-- A delivery is one reply on its way to a platform that must be called.
CREATE TABLE delivery (
	tenant	   TEXT   NOT NULL,
	id		   TEXT   NOT NULL, -- in order of creation
	conversation TEXT   NOT NULL,
	event		BYTEA  NOT NULL, -- the event answered; its outcome goes with the reply
	channel	  TEXT   NOT NULL,
	first_seq	BIGINT NOT NULL,
	last_seq	 BIGINT NOT NULL,
	retry_key	TEXT   NOT NULL, -- the platform's idempotency key, fixed before the first try
	means		BYTEA,		   -- what the channel needs to answer (a reply token), sealed
	state		TEXT   NOT NULL, -- waiting, sent, dead, unknown
	attempts	 INTEGER NOT NULL DEFAULT 0,
	next_at	  BIGINT NOT NULL,
	lease		TEXT   NOT NULL DEFAULT '',
	lease_until  BIGINT NOT NULL DEFAULT 0,
	note		 BYTEA,		   -- what the channel noted at the last try, sealed
	first_try	BIGINT NOT NULL DEFAULT 0,
	requests	 TEXT   NOT NULL DEFAULT '', -- the platform's ids of the calls made
	reason	   TEXT   NOT NULL DEFAULT '',
	created_at   BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
-- tenant table: delivery
CREATE INDEX delivery_waiting ON delivery (tenant, channel, next_at) WHERE state = 'waiting';
CREATE INDEX delivery_turn ON delivery (tenant, conversation, id) WHERE state = 'waiting';
CREATE INDEX delivery_conversation ON delivery (tenant, conversation);

-- +goose Down
DROP TABLE delivery;
DROP TABLE redaction;
DROP TABLE message;
DROP TABLE event;
DROP TABLE conversation;

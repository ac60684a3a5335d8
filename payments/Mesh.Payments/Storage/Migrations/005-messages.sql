-- What is to be done after a transaction, written in it. A message is removed when it was handled, or handed to another
-- queue. Who works on one holds its lease until visible_time_us; then anybody may take it again.

CREATE TABLE messages (
  id              TEXT     NOT NULL PRIMARY KEY,
  queue           TEXT     NOT NULL,
  type            TEXT     NOT NULL,
  body            TEXT     NOT NULL,
  trace_parent    TEXT,
  create_time_us  BIGINT   NOT NULL,
  visible_time_us BIGINT   NOT NULL,
  attempts        BIGINT   NOT NULL CHECK (attempts >= 0),
  lease           TEXT
);

CREATE INDEX messages_by_queue ON messages (queue, visible_time_us, id);

CREATE TABLE dead_letters (
  id              TEXT     NOT NULL PRIMARY KEY,
  queue           TEXT     NOT NULL,
  type            TEXT     NOT NULL,
  body            TEXT     NOT NULL,
  trace_parent    TEXT,
  create_time_us  BIGINT   NOT NULL,
  attempts        BIGINT   NOT NULL,
  reason          TEXT     NOT NULL,
  dead_time_us    BIGINT   NOT NULL
);

CREATE INDEX dead_letters_by_queue ON dead_letters (queue, dead_time_us, id);

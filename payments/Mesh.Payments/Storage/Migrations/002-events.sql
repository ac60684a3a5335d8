-- What happened to payments, in the order in which it became visible. The row of a merchant's stream is locked from the
-- taking of a position to the commit, so positions have no gaps and a later one never shows before an earlier one.

CREATE TABLE event_streams (
  merchant        TEXT     NOT NULL PRIMARY KEY,
  position        BIGINT   NOT NULL CHECK (position >= 0)
);

CREATE TABLE payment_events (
  merchant        TEXT     NOT NULL,
  position        BIGINT   NOT NULL CHECK (position > 0),
  payment_id      TEXT     NOT NULL REFERENCES payments (id),
  version         BIGINT   NOT NULL,
  payment         BYTEA    NOT NULL,
  time_us         BIGINT   NOT NULL,
  PRIMARY KEY (merchant, position),
  UNIQUE (payment_id, version)
);

-- How far the events of each merchant were handed over to an event bus. Who hands them over holds the lease.

CREATE TABLE event_relays (
  destination    TEXT   NOT NULL,
  merchant       TEXT   NOT NULL,
  position       BIGINT NOT NULL CHECK (position >= 0),
  lease          TEXT,
  lease_until_us BIGINT NOT NULL,
  PRIMARY KEY (destination, merchant)
);

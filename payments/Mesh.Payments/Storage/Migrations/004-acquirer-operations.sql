-- What the acquirer is asked to do, written before it is asked. Its id is what the acquirer knows it by.
-- status: 1 pending, 2 approved, 3 declined, 4 parked until somebody looks at it. A pending operation belongs to
-- lease_owner until due_time_us; from then on whoever moves due_time_us further has it.

CREATE TABLE acquirer_operations (
  id              TEXT     NOT NULL PRIMARY KEY,
  payment_id      TEXT     NOT NULL REFERENCES payments (id),
  kind            SMALLINT NOT NULL CHECK (kind BETWEEN 1 AND 5),
  currency        TEXT     NOT NULL,
  amount          BIGINT   NOT NULL CHECK (amount > 0),
  status          SMALLINT NOT NULL CHECK (status BETWEEN 1 AND 4),
  caller          TEXT     NOT NULL,
  idempotency_key TEXT     NOT NULL,
  method          TEXT     NOT NULL,
  trace_id        TEXT,
  attempts        BIGINT   NOT NULL CHECK (attempts >= 0),
  due_time_us     BIGINT   NOT NULL,
  lease_owner     TEXT,
  reference       TEXT,
  decline_code    TEXT,
  last_error      TEXT,
  create_time_us  BIGINT   NOT NULL,
  update_time_us  BIGINT   NOT NULL,
  CHECK ((status = 3) = (decline_code IS NOT NULL)),
  CHECK (status = 1 OR lease_owner IS NULL)
);

CREATE INDEX acquirer_operations_by_due_time ON acquirer_operations (status, due_time_us);
CREATE INDEX acquirer_operations_by_payment ON acquirer_operations (payment_id);

-- A payment has at most one operation that is not decided. pending_version makes the schema refuse what a version of the
-- program that does not know operations would write over it.
ALTER TABLE payments ADD COLUMN pending_operation TEXT;
ALTER TABLE payments ADD COLUMN pending_version BIGINT CHECK (
  (pending_operation IS NULL) = (pending_version IS NULL)
  AND (pending_version IS NULL OR pending_version = version)
  AND (pending_version IS NOT NULL OR state <> 1));

-- Set while the answer is not decided; code and answer then say so, for versions of the program that do not know it.
ALTER TABLE idempotency_keys ADD COLUMN pending_operation TEXT;

-- One text for SQLite and PostgreSQL; no sequences, triggers or stored procedures, so that Aurora DSQL could take it too.
-- Times are microseconds since 1970. Amounts are minor units. The bound of 2^62 on sums leaves room for any one amount,
-- so that no addition can overflow before the constraint refuses it.

CREATE TABLE payments (
  id              TEXT     NOT NULL PRIMARY KEY,
  merchant        TEXT     NOT NULL,
  currency        TEXT     NOT NULL,
  amount          BIGINT   NOT NULL CHECK (amount > 0),
  captured        BIGINT   NOT NULL CHECK (captured BETWEEN 0 AND amount),
  refunded        BIGINT   NOT NULL CHECK (refunded >= 0 AND refunded <= captured),
  capture_method  SMALLINT NOT NULL CHECK (capture_method IN (1, 2)),
  payment_method  TEXT     NOT NULL,
  description     TEXT     NOT NULL,
  state           SMALLINT NOT NULL CHECK (state BETWEEN 1 AND 7),
  failure_code    TEXT,
  failure_message TEXT,
  create_time_us  BIGINT   NOT NULL,
  update_time_us  BIGINT   NOT NULL,
  version         BIGINT   NOT NULL CHECK (version > 0),
  CHECK ((state = 5) = (failure_code IS NOT NULL)),
  CHECK (state IN (3, 6, 7) OR captured = 0),
  CHECK (state <> 7 OR refunded = captured)
);

CREATE INDEX payments_by_time ON payments (create_time_us, id);
CREATE INDEX payments_by_merchant ON payments (merchant, create_time_us, id);

CREATE TABLE accounts (
  id              TEXT     NOT NULL PRIMARY KEY,
  currency        TEXT     NOT NULL,
  normal_side     SMALLINT NOT NULL CHECK (normal_side IN (1, 2)),
  may_go_negative SMALLINT NOT NULL CHECK (may_go_negative IN (0, 1)),
  debits          BIGINT   NOT NULL CHECK (debits BETWEEN 0 AND 4611686018427387904),
  credits         BIGINT   NOT NULL CHECK (credits BETWEEN 0 AND 4611686018427387904),
  entries         BIGINT   NOT NULL CHECK (entries >= 0),
  create_time_us  BIGINT   NOT NULL,
  UNIQUE (id, currency),
  CHECK (may_go_negative = 1
    OR (normal_side = 1 AND debits >= credits)
    OR (normal_side = 2 AND credits >= debits))
);

-- A transfer is its two entries: a debit and a credit of one amount in one currency, so every movement sums to zero by
-- its shape. debit_entry and credit_entry number the entries of each account without gaps, in the order of commit.
CREATE TABLE transfers (
  id              TEXT     NOT NULL PRIMARY KEY,
  debit_account   TEXT     NOT NULL,
  credit_account  TEXT     NOT NULL,
  currency        TEXT     NOT NULL,
  amount          BIGINT   NOT NULL CHECK (amount > 0),
  code            SMALLINT NOT NULL,
  payment_id      TEXT     NOT NULL REFERENCES payments (id),
  debit_entry     BIGINT   NOT NULL CHECK (debit_entry > 0),
  credit_entry    BIGINT   NOT NULL CHECK (credit_entry > 0),
  create_time_us  BIGINT   NOT NULL,
  CHECK (debit_account <> credit_account),
  FOREIGN KEY (debit_account, currency) REFERENCES accounts (id, currency),
  FOREIGN KEY (credit_account, currency) REFERENCES accounts (id, currency),
  UNIQUE (debit_account, debit_entry),
  UNIQUE (credit_account, credit_entry)
);

CREATE INDEX transfers_by_payment ON transfers (payment_id);

CREATE TABLE idempotency_keys (
  caller          TEXT     NOT NULL,
  idempotency_key TEXT     NOT NULL,
  method          TEXT     NOT NULL,
  fingerprint     BYTEA    NOT NULL,
  code            SMALLINT NOT NULL,
  answer          BYTEA    NOT NULL,
  payment_id      TEXT,
  create_time_us  BIGINT   NOT NULL,
  expire_time_us  BIGINT   NOT NULL,
  PRIMARY KEY (caller, idempotency_key)
);

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expire_time_us);

CREATE TABLE audit (
  id              TEXT     NOT NULL PRIMARY KEY,
  time_us         BIGINT   NOT NULL,
  caller          TEXT     NOT NULL,
  method          TEXT     NOT NULL,
  payment_id      TEXT,
  idempotency_key TEXT     NOT NULL,
  outcome         TEXT     NOT NULL,
  trace_id        TEXT
);

CREATE INDEX audit_by_payment ON audit (payment_id);

-- The ledger on its own: transfers that no payment made, pending ones that are posted, voided or expire, and the balance after
-- each entry. Both tables are made anew and renamed, because SQLite cannot change constraints of a table that is there.

CREATE TABLE ledger_accounts (
  id              TEXT     NOT NULL PRIMARY KEY,
  currency        TEXT     NOT NULL,
  normal_side     SMALLINT NOT NULL CHECK (normal_side IN (1, 2)),
  may_go_negative SMALLINT NOT NULL CHECK (may_go_negative IN (0, 1)),
  debits          BIGINT   NOT NULL CHECK (debits BETWEEN 0 AND 4611686018427387904),
  credits         BIGINT   NOT NULL CHECK (credits BETWEEN 0 AND 4611686018427387904),
  pending_debits  BIGINT   NOT NULL DEFAULT 0 CHECK (pending_debits BETWEEN 0 AND 4611686018427387904),
  pending_credits BIGINT   NOT NULL DEFAULT 0 CHECK (pending_credits BETWEEN 0 AND 4611686018427387904),
  entries         BIGINT   NOT NULL CHECK (entries >= 0),
  created_by      TEXT     NOT NULL DEFAULT '',
  create_time_us  BIGINT   NOT NULL,
  UNIQUE (id, currency),
  -- A difference of numbers within the bounds never overflows, a sum of three would.
  CHECK (debits <= 4611686018427387904 - pending_debits),
  CHECK (credits <= 4611686018427387904 - pending_credits),
  CHECK (may_go_negative = 1
    OR (normal_side = 1 AND debits - credits >= pending_credits)
    OR (normal_side = 2 AND credits - debits >= pending_debits))
);

INSERT INTO ledger_accounts (id, currency, normal_side, may_go_negative, debits, credits, entries, create_time_us)
SELECT id, currency, normal_side, may_go_negative, debits, credits, entries, create_time_us FROM accounts;

-- kind: 1 posts at once, 2 is pending, 3 posts a pending one, 4 voids a pending one.
-- pending_state: 1 open, 2 posted, 3 voided, 4 expired. That pending_id is unique lets a pending transfer be resolved once.
CREATE TABLE ledger_transfers (
  id              TEXT     NOT NULL PRIMARY KEY,
  kind            SMALLINT NOT NULL CHECK (kind BETWEEN 1 AND 4),
  debit_account   TEXT     NOT NULL,
  credit_account  TEXT     NOT NULL,
  currency        TEXT     NOT NULL,
  amount          BIGINT   NOT NULL CHECK (amount > 0),
  code            SMALLINT NOT NULL CHECK (code >= 0),
  payment_id      TEXT     REFERENCES payments (id),
  pending_id      TEXT     UNIQUE REFERENCES ledger_transfers (id),
  pending_state   SMALLINT CHECK (pending_state BETWEEN 1 AND 4),
  expire_time_us  BIGINT,
  debit_entry     BIGINT   CHECK (debit_entry > 0),
  credit_entry    BIGINT   CHECK (credit_entry > 0),
  debit_balance   BIGINT,
  credit_balance  BIGINT,
  created_by      TEXT     NOT NULL DEFAULT '',
  create_time_us  BIGINT   NOT NULL,
  CHECK (debit_account <> credit_account),
  CHECK ((kind IN (3, 4)) = (pending_id IS NOT NULL)),
  CHECK ((kind = 2) = (pending_state IS NOT NULL)),
  CHECK (kind = 2 OR expire_time_us IS NULL),
  CHECK ((kind IN (1, 3)) = (debit_entry IS NOT NULL)),
  CHECK ((kind IN (1, 3)) = (credit_entry IS NOT NULL)),
  CHECK ((kind IN (1, 3)) = (debit_balance IS NOT NULL)),
  CHECK ((kind IN (1, 3)) = (credit_balance IS NOT NULL)),
  FOREIGN KEY (debit_account, currency) REFERENCES ledger_accounts (id, currency),
  FOREIGN KEY (credit_account, currency) REFERENCES ledger_accounts (id, currency),
  UNIQUE (debit_account, debit_entry),
  UNIQUE (credit_account, credit_entry)
);

INSERT INTO ledger_transfers (id, kind, debit_account, credit_account, currency, amount, code, payment_id, debit_entry,
  credit_entry, debit_balance, credit_balance, create_time_us)
SELECT t.id, 1, t.debit_account, t.credit_account, t.currency, t.amount, t.code, t.payment_id, t.debit_entry, t.credit_entry,
  (SELECT CAST(SUM(CASE WHEN (e.debit_account = t.debit_account) = (d.normal_side = 1) THEN e.amount ELSE -e.amount END) AS BIGINT)
   FROM transfers e
   WHERE (e.debit_account = t.debit_account AND e.debit_entry <= t.debit_entry)
     OR (e.credit_account = t.debit_account AND e.credit_entry <= t.debit_entry)),
  (SELECT CAST(SUM(CASE WHEN (e.debit_account = t.credit_account) = (c.normal_side = 1) THEN e.amount ELSE -e.amount END) AS BIGINT)
   FROM transfers e
   WHERE (e.debit_account = t.credit_account AND e.debit_entry <= t.credit_entry)
     OR (e.credit_account = t.credit_account AND e.credit_entry <= t.credit_entry)),
  t.create_time_us
FROM transfers t JOIN accounts d ON d.id = t.debit_account JOIN accounts c ON c.id = t.credit_account;

DROP TABLE transfers;
DROP TABLE accounts;
ALTER TABLE ledger_accounts RENAME TO accounts;
ALTER TABLE ledger_transfers RENAME TO transfers;

CREATE INDEX transfers_by_payment ON transfers (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX transfers_by_expiry ON transfers (expire_time_us) WHERE pending_state = 1;

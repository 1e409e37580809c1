-- What every organization's database has before anything of HR: settings, the audit chain, the outbox, kept answers.

CREATE TABLE settings (
  key   TEXT PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 100),
  value TEXT NOT NULL CHECK (length(value) <= 10000)
) STRICT, WITHOUT ROWID;

-- Append-only; only a payload may be blanked (retention, erasure), which leaves digest and chain whole.
CREATE TABLE audit_log (
  id      INTEGER PRIMARY KEY,
  chain   TEXT NOT NULL CHECK (chain IN ('acts', 'sign_in')),
  at      TEXT NOT NULL,
  action  TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 100),
  subject_kind TEXT NOT NULL DEFAULT '',
  subject_id   INTEGER,
  user_id      INTEGER,
  payload TEXT CHECK (length(payload) <= 1000000),
  salt    BLOB NOT NULL CHECK (length(salt) = 16),
  digest  BLOB NOT NULL CHECK (length(digest) = 32),
  hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_log_subject ON audit_log (subject_kind, subject_id, id);
CREATE INDEX audit_log_chain ON audit_log (chain, id);
CREATE TRIGGER audit_log_fixed BEFORE UPDATE ON audit_log
WHEN NEW.payload IS NOT NULL OR NEW.id <> OLD.id OR NEW.chain <> OLD.chain OR NEW.at <> OLD.at OR NEW.action <> OLD.action
  OR NEW.salt <> OLD.salt OR NEW.digest <> OLD.digest OR NEW.hash <> OLD.hash
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_kept BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TABLE outbox (
  id         INTEGER PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
  key        TEXT,
  payload    TEXT NOT NULL,
  state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
  attempts   INTEGER NOT NULL DEFAULT 0,
  due_at     TEXT NOT NULL,
  last_error TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  done_at    TEXT
) STRICT;
CREATE UNIQUE INDEX outbox_key ON outbox (kind, key) WHERE state = 'waiting' AND key IS NOT NULL;
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'waiting';

-- What every organization's database stands on: generations, commit number, audit log, outbox, settings,
-- remembered answers. The first three tables and their triggers are the same in migrations/instance (a test compares).

-- The generations of this database, oldest first; written by the engine while it makes one.
CREATE TABLE generations (
  number   INTEGER PRIMARY KEY CHECK (number > 0),
  made_at  TEXT NOT NULL CHECK (length(made_at) = 20),
  program  TEXT NOT NULL CHECK (length(program) BETWEEN 1 AND 40),
  reason   TEXT NOT NULL CHECK (reason IN ('new', 'upgrade', 'size', 'night', 'asked'))
) STRICT;

-- One row: how many batches that changed something have been committed.
CREATE TABLE commits (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL CHECK (number >= 0)
) STRICT;
INSERT INTO commits (id, number) VALUES (1, 0);

-- Append-only, hash-chained. `payload` (who by name, from where, what changed, why) may be blanked together with
-- its salt; everything else stays for ever, and the chain stays whole because it covers the digest, not the text.
CREATE TABLE audit_log (
  id             INTEGER PRIMARY KEY,
  chain          TEXT NOT NULL CHECK (chain IN ('acts', 'sign_in')),
  seq            INTEGER NOT NULL CHECK (seq > 0),
  at             TEXT NOT NULL CHECK (length(at) = 20),
  action         TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 80),
  subject_kind   TEXT NOT NULL DEFAULT '' CHECK (length(subject_kind) <= 40),
  subject_id     INTEGER,
  user_id        INTEGER,
  payload        TEXT CHECK (payload IS NULL OR (json_valid(payload) AND length(payload) <= 1000000)),
  salt           BLOB CHECK (salt IS NULL OR length(salt) = 16),
  digest         BLOB NOT NULL CHECK (length(digest) = 32),
  hash           BLOB NOT NULL CHECK (length(hash) = 32),
  UNIQUE (chain, seq),
  CHECK ((payload IS NULL) = (salt IS NULL))
) STRICT;
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_subject ON audit_log (subject_kind, subject_id, id);
CREATE INDEX audit_log_user ON audit_log (user_id, id);
CREATE INDEX audit_log_action ON audit_log (action, id);

CREATE TRIGGER audit_log_never_deleted BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- INSERT OR REPLACE deletes without firing delete triggers.
CREATE TRIGGER audit_log_never_replaced BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM audit_log WHERE chain = NEW.chain AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_log_only_blanked BEFORE UPDATE ON audit_log
WHEN NEW.payload IS NOT NULL OR NEW.salt IS NOT NULL
  OR NEW.id IS NOT OLD.id OR NEW.chain IS NOT OLD.chain OR NEW.seq IS NOT OLD.seq OR NEW.at IS NOT OLD.at
  OR NEW.action IS NOT OLD.action OR NEW.subject_kind IS NOT OLD.subject_kind OR NEW.subject_id IS NOT OLD.subject_id
  OR NEW.user_id IS NOT OLD.user_id OR NEW.digest IS NOT OLD.digest OR NEW.hash IS NOT OLD.hash
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- Effects to be performed after the commit that asked for them. A claimed row is being performed until `due_at`.
CREATE TABLE outbox (
  id         INTEGER PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
  key        TEXT CHECK (key IS NULL OR length(key) BETWEEN 1 AND 200),
  payload    TEXT NOT NULL CHECK (json_valid(payload) AND length(payload) <= 1000000),
  state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'claimed', 'done', 'failed')),
  attempts   INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  due_at     TEXT NOT NULL CHECK (length(due_at) = 20),
  last_error TEXT NOT NULL DEFAULT '' CHECK (length(last_error) <= 1000),
  created_at TEXT NOT NULL CHECK (length(created_at) = 20),
  done_at    TEXT CHECK (done_at IS NULL OR length(done_at) = 20),
  CHECK ((done_at IS NOT NULL) = (state IN ('done', 'failed')))
) STRICT;
CREATE UNIQUE INDEX outbox_key ON outbox (kind, key) WHERE state = 'waiting' AND key IS NOT NULL;
CREATE INDEX outbox_due ON outbox (kind, due_at, id) WHERE state IN ('waiting', 'claimed');
CREATE INDEX outbox_done ON outbox (state, done_at);

-- Settings of the organization.
CREATE TABLE settings (
  key   TEXT PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 100),
  value TEXT NOT NULL CHECK (length(value) <= 10000)
) STRICT, WITHOUT ROWID;

-- POSTs that carried an Idempotency-Key, kept for 24 hours: the key is written down in the transaction of the act, the
-- answer (status to body) when it is known. The digest is SHA-256 of method, path and body.
CREATE TABLE idempotency_keys (
  user_id        INTEGER NOT NULL,
  key            TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  request_digest BLOB NOT NULL CHECK (length(request_digest) = 32),
  status         INTEGER CHECK (status IS NULL OR status BETWEEN 200 AND 599),
  location       TEXT CHECK (location IS NULL OR length(location) <= 2000),
  content_type   TEXT CHECK (content_type IS NULL OR length(content_type) <= 200),
  body           BLOB NOT NULL DEFAULT x'',
  created_at     TEXT NOT NULL CHECK (length(created_at) = 20),
  PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- The appliance's own database: what belongs to the machine and to no organization. The first three tables and
-- their triggers are the same in migrations/org (a test compares).

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

-- The organizations of this machine. A slug is the folder's name below orgs/ and never changes.
CREATE TABLE organizations (
  slug       TEXT PRIMARY KEY CHECK (length(slug) BETWEEN 1 AND 40),
  name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  state      TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
  created_at TEXT NOT NULL CHECK (length(created_at) = 20)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  key   TEXT PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 100),
  value TEXT NOT NULL CHECK (length(value) <= 10000)
) STRICT, WITHOUT ROWID;

-- Host names under which the appliance is reached, and the organization a name stands for, where it does.
CREATE TABLE hosts (
  host       TEXT PRIMARY KEY CHECK (length(host) BETWEEN 1 AND 253),
  slug       TEXT REFERENCES organizations (slug),
  created_at TEXT NOT NULL CHECK (length(created_at) = 20)
) STRICT, WITHOUT ROWID;
CREATE INDEX hosts_slug ON hosts (slug);

-- Who may manage the machine itself: a login of an organization.
CREATE TABLE operators (
  slug       TEXT NOT NULL REFERENCES organizations (slug),
  user_id    INTEGER NOT NULL CHECK (user_id > 0),
  created_at TEXT NOT NULL CHECK (length(created_at) = 20),
  PRIMARY KEY (slug, user_id)
) STRICT, WITHOUT ROWID;

-- Where this data directory lives (storage::marks): what an operator said it is, and whether one is asked again.
CREATE TABLE marks (
  id          INTEGER PRIMARY KEY CHECK (id = 1),
  machine     TEXT CHECK (machine IS NULL OR length(machine) <= 100),
  file_system TEXT CHECK (file_system IS NULL OR length(file_system) <= 100),
  inode       INTEGER NOT NULL,
  born_at     TEXT CHECK (born_at IS NULL OR length(born_at) <= 40),
  standing    TEXT NOT NULL CHECK (standing IN ('home', 'copy')),
  asked       INTEGER NOT NULL DEFAULT 0 CHECK (asked IN (0, 1)),
  since       TEXT NOT NULL CHECK (length(since) = 20),
  key_epoch   INTEGER NOT NULL DEFAULT 1 CHECK (key_epoch BETWEEN 1 AND 1000000)
) STRICT;

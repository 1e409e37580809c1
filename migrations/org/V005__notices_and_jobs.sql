-- Notices to people, what of them goes by mail, and the clockwork's schedule and runs.

-- One row a notice to one person: an employee, or a user who is not staff. `text` is a message (key, arguments) that
-- is put into the reader's language when it is shown; `quote` is what a person wrote.
CREATE TABLE notices (
  id           INTEGER PRIMARY KEY,
  employee_id  INTEGER REFERENCES employees (id),
  user_id      INTEGER REFERENCES users (id) ON DELETE CASCADE,
  kind         TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 60),
  topic        TEXT NOT NULL CHECK (topic IN ('decisions', 'requests', 'tasks', 'team', 'account')),
  subject_kind TEXT NOT NULL CHECK (length(subject_kind) <= 40),
  subject_id   INTEGER NOT NULL,
  text         TEXT NOT NULL CHECK (json_valid(text) AND length(text) <= 4000),
  quote        TEXT NOT NULL DEFAULT '' CHECK (length(quote) <= 2000),
  link         TEXT NOT NULL CHECK (length(link) BETWEEN 1 AND 500 AND link GLOB '/*'),
  created_at   TEXT NOT NULL CHECK (length(created_at) = 20),
  read_at      TEXT CHECK (read_at IS NULL OR length(read_at) = 20),
  CHECK ((employee_id IS NULL) <> (user_id IS NULL))
) STRICT;
CREATE INDEX notices_employee ON notices (employee_id, id);
CREATE INDEX notices_user ON notices (user_id, id);
CREATE INDEX notices_employee_unread ON notices (employee_id, id) WHERE read_at IS NULL;
CREATE INDEX notices_user_unread ON notices (user_id, id) WHERE read_at IS NULL;
CREATE INDEX notices_subject ON notices (subject_kind, subject_id, kind, created_at);
CREATE INDEX notices_created ON notices (created_at);

-- What a person wants by mail; no row is the preset. In-app notices cannot be switched off.
CREATE TABLE notice_preferences (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  topic   TEXT NOT NULL CHECK (topic IN ('decisions', 'requests', 'tasks', 'team', 'account')),
  mail    TEXT NOT NULL CHECK (mail IN ('now', 'daily', 'none')),
  PRIMARY KEY (user_id, topic)
) STRICT, WITHOUT ROWID;

-- Notices that wait for their reader's next daily mail.
CREATE TABLE digest_items (
  user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  notice_id INTEGER NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, notice_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX digest_items_notice ON digest_items (notice_id);

-- Links in mail that are good for one decision. The secret's hash only; a row is made when its mail leaves, and stays
-- for a while after its end, so that a late click is told what happened.
CREATE TABLE decision_links (
  token_hash  BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
  user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  approval_id INTEGER NOT NULL REFERENCES approvals (id),
  version     INTEGER NOT NULL CHECK (version >= 1),
  expires_at  TEXT NOT NULL CHECK (length(expires_at) = 20),
  used_at     TEXT CHECK (used_at IS NULL OR length(used_at) = 20)
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_links_user ON decision_links (user_id);
CREATE INDEX decision_links_approval ON decision_links (approval_id);
CREATE INDEX decision_links_expires ON decision_links (expires_at);

-- Where an admin set a job's cron line, zone or rest; no row is the preset. No zone: the organization's.
CREATE TABLE job_schedule (
  job       TEXT PRIMARY KEY CHECK (length(job) BETWEEN 1 AND 60),
  cron      TEXT NOT NULL CHECK (length(cron) BETWEEN 1 AND 100),
  time_zone TEXT CHECK (time_zone IS NULL OR length(time_zone) BETWEEN 1 AND 64),
  enabled   INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Up to when the clockwork has looked at a job in a zone: what was due by then has its row in job_runs.
CREATE TABLE job_marks (
  job       TEXT NOT NULL CHECK (length(job) BETWEEN 1 AND 60),
  time_zone TEXT NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64),
  seen_until TEXT NOT NULL CHECK (length(seen_until) = 20),
  PRIMARY KEY (job, time_zone)
) STRICT, WITHOUT ROWID;

-- Each run of a job once: `subject` is the zone it runs for (or '' for the organization's), `period` the day or the
-- instant it is for. A run that was cut short is waiting again at the next start.
CREATE TABLE job_runs (
  id          INTEGER PRIMARY KEY,
  job         TEXT NOT NULL CHECK (length(job) BETWEEN 1 AND 60),
  subject     TEXT NOT NULL DEFAULT '' CHECK (length(subject) <= 64),
  period      TEXT NOT NULL CHECK (length(period) BETWEEN 1 AND 40),
  due_at      TEXT NOT NULL CHECK (length(due_at) = 20),
  time_zone   TEXT NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64),
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'dropped')),
  attempts    INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_try_at TEXT NOT NULL CHECK (length(next_try_at) = 20),
  started_at  TEXT CHECK (started_at IS NULL OR length(started_at) = 20),
  finished_at TEXT CHECK (finished_at IS NULL OR length(finished_at) = 20),
  took_ms     INTEGER CHECK (took_ms >= 0),
  summary     TEXT NOT NULL DEFAULT '' CHECK (length(summary) <= 4000),
  error       TEXT NOT NULL DEFAULT '' CHECK (length(error) <= 2000),
  UNIQUE (job, subject, period)
) STRICT;
CREATE INDEX job_runs_open ON job_runs (next_try_at, id) WHERE state IN ('waiting', 'running');
CREATE INDEX job_runs_job ON job_runs (job, id);
CREATE INDEX job_runs_finished ON job_runs (finished_at);

-- What a job has done for one subject (a person, a request) in one period; written in the transaction that does it,
-- so that a run which is repeated repeats nothing.
CREATE TABLE job_done (
  job     TEXT NOT NULL CHECK (length(job) BETWEEN 1 AND 60),
  subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 64),
  period  TEXT NOT NULL CHECK (length(period) BETWEEN 1 AND 40),
  done_at TEXT NOT NULL CHECK (length(done_at) = 20),
  PRIMARY KEY (job, subject, period)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_done_at ON job_done (done_at);

-- The approval engine: one row a thing that waits or waited, the people asked at each level, and every step taken.

CREATE TABLE approvals (
  id           INTEGER PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('leave', 'overtime', 'task', 'profile')),
  subject_id   INTEGER NOT NULL,
  requester_id INTEGER NOT NULL REFERENCES employees (id),
  title        TEXT NOT NULL CHECK (length(title) BETWEEN 2 AND 2000),
  status       TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'clarification', 'withdrawn')),
  level        INTEGER NOT NULL DEFAULT 1 CHECK (level >= 1),
  version      INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  requested_at TEXT NOT NULL,
  due_at       TEXT NOT NULL,
  decided_at   TEXT,
  CHECK ((status IN ('pending', 'clarification')) = (decided_at IS NULL))
) STRICT;
-- A subject is open at most once; what ended stays as history.
CREATE UNIQUE INDEX approvals_open ON approvals (kind, subject_id) WHERE status IN ('pending', 'clarification');
CREATE INDEX approvals_subject ON approvals (kind, subject_id, id);
CREATE INDEX approvals_requester ON approvals (requester_id, requested_at);

-- Who is asked at which level. `because` says by which rule, for the timeline and for HR.
CREATE TABLE approval_asked (
  approval_id INTEGER NOT NULL REFERENCES approvals (id),
  level       INTEGER NOT NULL CHECK (level >= 1),
  employee_id INTEGER NOT NULL REFERENCES employees (id),
  because     TEXT NOT NULL CHECK (because IN ('approver', 'line_manager', 'hr', 'admin', 'self')),
  open        INTEGER NOT NULL DEFAULT 1 CHECK (open IN (0, 1)),
  PRIMARY KEY (approval_id, level, employee_id)
) STRICT, WITHOUT ROWID;
-- The inbox: what is open and waits for one person.
CREATE INDEX approval_asked_open ON approval_asked (employee_id, approval_id) WHERE open = 1;

CREATE TABLE approval_steps (
  id            INTEGER PRIMARY KEY,
  approval_id   INTEGER NOT NULL REFERENCES approvals (id),
  at            TEXT NOT NULL,
  step          TEXT NOT NULL CHECK (step IN ('requested', 'approved', 'rejected', 'asked', 'resubmitted', 'withdrawn', 'reasked')),
  level         INTEGER NOT NULL CHECK (level >= 1),
  employee_id   INTEGER REFERENCES employees (id),
  actor         TEXT NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
  on_behalf_of  TEXT CHECK (length(on_behalf_of) <= 2000),
  channel       TEXT NOT NULL CHECK (channel IN ('web', 'api', 'mail', 'cli', 'job')),
  note          TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 2000)
) STRICT;
CREATE INDEX approval_steps_approval ON approval_steps (approval_id, id);
CREATE INDEX approval_steps_employee ON approval_steps (employee_id, id);

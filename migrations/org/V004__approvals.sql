-- The approval engine: the chains that HR has drawn up, one row a thing that waits or waited, the people asked at each
-- level, and every step taken.

-- For which requests of a kind a chain is; the most particular one that fits is taken. What the organization says of
-- nothing is asked of the approver alone. Who confirms personal data is not a matter of choice: HR.
CREATE TABLE approval_chains (
  id            INTEGER PRIMARY KEY,
  kind          TEXT NOT NULL CHECK (kind IN ('leave', 'overtime', 'task', 'trip')),
  name          TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  leave_type_id INTEGER REFERENCES leave_types (id) CHECK (leave_type_id IS NULL OR kind = 'leave'),
  department_id INTEGER REFERENCES departments (id),
  -- Requests of at least as much; none is any amount.
  from_minutes  INTEGER CHECK (from_minutes IS NULL OR (from_minutes BETWEEN 1 AND 1000000 AND kind NOT IN ('task', 'trip'))),
  -- Hours of working days until the next one up is asked as well; none is never.
  escalate_after_hours INTEGER CHECK (escalate_after_hours BETWEEN 1 AND 1000)
) STRICT;
CREATE UNIQUE INDEX approval_chains_scope
  ON approval_chains (kind, coalesce(leave_type_id, 0), coalesce(department_id, 0), coalesce(from_minutes, 0));
CREATE INDEX approval_chains_leave_type ON approval_chains (leave_type_id);
CREATE INDEX approval_chains_department ON approval_chains (department_id);

-- Its levels, in their order. `approvers` is the rule as the API writes it; a group or a person that it names is held by
-- a reference besides, so that neither goes away beneath it.
CREATE TABLE approval_chain_levels (
  chain_id    INTEGER NOT NULL REFERENCES approval_chains (id),
  level       INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
  approvers   TEXT NOT NULL CHECK (length(approvers) BETWEEN 1 AND 60),
  group_id    INTEGER REFERENCES groups (id),
  employee_id INTEGER REFERENCES employees (id),
  needs       TEXT NOT NULL CHECK (needs IN ('one', 'all')),
  PRIMARY KEY (chain_id, level)
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_chain_levels_group ON approval_chain_levels (group_id);
CREATE INDEX approval_chain_levels_employee ON approval_chain_levels (employee_id);

CREATE TABLE approvals (
  id           INTEGER PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('leave', 'overtime', 'task', 'profile', 'trip')),
  subject_id   INTEGER NOT NULL,
  requester_id INTEGER NOT NULL REFERENCES employees (id),
  -- Whose line is asked: of a task the new colleague, else the requester.
  about_id     INTEGER NOT NULL REFERENCES employees (id),
  title        TEXT NOT NULL CHECK (length(title) BETWEEN 2 AND 2000),
  status       TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'clarification', 'withdrawn')),
  level        INTEGER NOT NULL DEFAULT 1 CHECK (level >= 1),
  -- The levels as they stood when it was sent (JSON): a chain that is changed since changes nothing that runs.
  levels       TEXT NOT NULL CHECK (length(levels) BETWEEN 2 AND 1000),
  -- Nobody is named: whoever has the role HR, or admin, decides.
  office       INTEGER NOT NULL DEFAULT 0 CHECK (office IN (0, 1)),
  version      INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  requested_at TEXT NOT NULL,
  -- When the present level should have been decided.
  due_at       TEXT NOT NULL,
  escalate_after_hours INTEGER CHECK (escalate_after_hours BETWEEN 1 AND 1000),
  -- When the next one up is asked as well; none where nobody is left to ask, or never shall be.
  escalates_at TEXT,
  decided_at   TEXT,
  CHECK ((status IN ('pending', 'clarification')) = (decided_at IS NULL))
) STRICT;
-- A subject is open at most once; what ended stays as history.
CREATE UNIQUE INDEX approvals_open ON approvals (kind, subject_id) WHERE status IN ('pending', 'clarification');
CREATE INDEX approvals_subject ON approvals (kind, subject_id, id);
-- What the clockwork looks through: what waits.
CREATE INDEX approvals_escalates ON approvals (escalates_at) WHERE status = 'pending' AND escalates_at IS NOT NULL;
CREATE INDEX approvals_pending ON approvals (id) WHERE status = 'pending';
CREATE INDEX approvals_office ON approvals (id) WHERE status = 'pending' AND office = 1;
CREATE INDEX approvals_about ON approvals (about_id);
CREATE INDEX approvals_requester ON approvals (requester_id, requested_at);

-- Who is asked at which level. `because` says by which rule, for the timeline and for HR.
CREATE TABLE approval_asked (
  approval_id INTEGER NOT NULL REFERENCES approvals (id),
  level       INTEGER NOT NULL CHECK (level >= 1),
  employee_id INTEGER NOT NULL REFERENCES employees (id),
  because     TEXT NOT NULL CHECK (because IN
                ('approver', 'line_manager', 'managers_manager', 'department_head', 'group', 'person', 'hr', 'admin', 'escalation', 'self')),
  open        INTEGER NOT NULL DEFAULT 1 CHECK (open IN (0, 1)),
  -- Agreed already, while others of the level are still asked.
  agreed      INTEGER NOT NULL DEFAULT 0 CHECK (agreed IN (0, 1) AND agreed + open <= 1),
  -- Asked as well, as nobody decided in time: their word is enough, and nobody waits for it.
  besides     INTEGER NOT NULL DEFAULT 0 CHECK (besides IN (0, 1)),
  PRIMARY KEY (approval_id, level, employee_id)
) STRICT, WITHOUT ROWID;
-- The inbox: what is open and waits for one person.
CREATE INDEX approval_asked_open ON approval_asked (employee_id, approval_id) WHERE open = 1;

CREATE TABLE approval_steps (
  id            INTEGER PRIMARY KEY,
  approval_id   INTEGER NOT NULL REFERENCES approvals (id),
  at            TEXT NOT NULL,
  step          TEXT NOT NULL CHECK (step IN ('requested', 'approved', 'rejected', 'asked', 'resubmitted', 'withdrawn', 'reasked',
                  'passed', 'escalated', 'left')),
  level         INTEGER NOT NULL CHECK (level >= 1),
  employee_id   INTEGER REFERENCES employees (id),
  actor         TEXT NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
  on_behalf_of  TEXT CHECK (length(on_behalf_of) <= 2000),
  -- In whose place it was decided, or who was asked besides.
  person_id     INTEGER REFERENCES employees (id),
  channel       TEXT NOT NULL CHECK (channel IN ('web', 'api', 'mail', 'cli', 'job')),
  note          TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 2000)
) STRICT;
CREATE INDEX approval_steps_approval ON approval_steps (approval_id, id);
CREATE INDEX approval_steps_person ON approval_steps (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX approval_steps_employee ON approval_steps (employee_id, id);

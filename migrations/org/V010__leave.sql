-- Leave: its types, its requests with the days they cover, and the ledger that every balance is the sum of.
-- All lengths of time are minutes; dates are the employee's own calendar dates.

CREATE TABLE leave_types (
  id                      INTEGER PRIMARY KEY,
  -- Names a type of the ready-made set to the program (time off in lieu is credited by overtime); own types have none.
  preset                  TEXT UNIQUE CHECK (length(preset) BETWEEN 1 AND 40),
  name                    TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  name_key                TEXT NOT NULL UNIQUE,
  description             TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 500),
  color                   TEXT NOT NULL CHECK (color IN ('green', 'violet', 'blue', 'brown', 'amber', 'plum', 'slate', 'grey')),
  -- Repeats the colour on the wall, for who cannot see it.
  letter                  TEXT NOT NULL CHECK (length(letter) = 1),
  unit                    TEXT NOT NULL CHECK (unit IN ('days', 'hours')),
  granularity             TEXT NOT NULL CHECK (granularity IN ('day', 'half_day', 'hour', 'quarter_hour')),
  requires_approval       INTEGER NOT NULL DEFAULT 1 CHECK (requires_approval IN (0, 1)),
  -- When a document (a sick note) is asked for: NULL never, 0 always, n from n days on.
  attachment_from_days    INTEGER CHECK (attachment_from_days BETWEEN 0 AND 366),
  -- It may follow within so many days; 0 is with the request.
  attachment_within_days  INTEGER NOT NULL DEFAULT 0 CHECK (attachment_within_days BETWEEN 0 AND 90),
  requires_reason         INTEGER NOT NULL DEFAULT 0 CHECK (requires_reason IN (0, 1)),
  notice_days             INTEGER NOT NULL DEFAULT 0 CHECK (notice_days BETWEEN 0 AND 366),
  max_consecutive_days    INTEGER CHECK (max_consecutive_days BETWEEN 1 AND 1100),
  max_minutes_per_year    INTEGER CHECK (max_minutes_per_year BETWEEN 1 AND 1000000),
  usable_after_months     INTEGER NOT NULL DEFAULT 0 CHECK (usable_after_months BETWEEN 0 AND 120),
  usable_after_probation  INTEGER NOT NULL DEFAULT 0 CHECK (usable_after_probation IN (0, 1)),
  -- Who may ask for it: people there, so employed, or of that group; none is everybody.
  entity_id               INTEGER REFERENCES entities (id),
  location_id             INTEGER REFERENCES locations (id),
  employment_type         TEXT CHECK (employment_type IN ('full_time', 'part_time', 'temporary', 'intern', 'contractor')),
  group_id                INTEGER REFERENCES groups (id),
  -- It comes when it comes (sickness): blackouts and coverage do not stop it.
  unplanned               INTEGER NOT NULL DEFAULT 0 CHECK (unplanned IN (0, 1)),
  -- What happens where it meets other leave of the same person: neither may, it gives the days back, it interrupts.
  overlap                 TEXT NOT NULL DEFAULT 'excludes' CHECK (overlap IN ('excludes', 'yields', 'interrupts')),
  negative_limit_minutes  INTEGER NOT NULL DEFAULT 0 CHECK (negative_limit_minutes BETWEEN 0 AND 1000000),
  counts_non_working_days INTEGER NOT NULL DEFAULT 0 CHECK (counts_non_working_days IN (0, 1)),
  visible_as              TEXT NOT NULL CHECK (visible_as IN ('name', 'away')),
  affects_balance         INTEGER NOT NULL DEFAULT 1 CHECK (affects_balance IN (0, 1)),
  -- Works elsewhere (home office, training): a low bar on the wall, not counted as away.
  works                   INTEGER NOT NULL DEFAULT 0 CHECK (works IN (0, 1)),
  paid                    INTEGER NOT NULL DEFAULT 1 CHECK (paid IN (0, 1)),
  sort_order              INTEGER NOT NULL DEFAULT 0,
  active                  INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  CHECK (works = 0 OR affects_balance = 0),
  CHECK (works = 0 OR overlap <> 'interrupts')
) STRICT;

CREATE TABLE leave_requests (
  id            INTEGER PRIMARY KEY,
  employee_id   INTEGER NOT NULL REFERENCES employees (id),
  leave_type_id INTEGER NOT NULL REFERENCES leave_types (id),
  start_date    TEXT NOT NULL CHECK (length(start_date) = 10),
  start_part    TEXT NOT NULL CHECK (start_part IN ('full_day', 'half_day_morning', 'half_day_afternoon')),
  end_date      TEXT NOT NULL CHECK (length(end_date) = 10 AND end_date >= start_date),
  end_part      TEXT NOT NULL CHECK (end_part IN ('full_day', 'half_day_morning', 'half_day_afternoon')),
  from_time     TEXT CHECK (length(from_time) = 5),
  to_time       TEXT CHECK (length(to_time) = 5 AND to_time > from_time),
  -- What its days charge together.
  minutes       INTEGER NOT NULL CHECK (minutes >= 0),
  reason        TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 1000),
  contact       TEXT NOT NULL DEFAULT '' CHECK (length(contact) <= 200),
  deputy_id     INTEGER REFERENCES employees (id) CHECK (deputy_id <> employee_id),
  status        TEXT NOT NULL CHECK (status IN ('pending', 'clarification', 'approved', 'rejected', 'cancelled', 'revoked')),
  -- Came back early: the last day first asked for.
  asked_until   TEXT CHECK (length(asked_until) = 10 AND asked_until > end_date),
  -- What its days charged when it was sent, where they were counted anew at its approval (a holiday entered since).
  sent_minutes  INTEGER CHECK (sent_minutes >= 0),
  -- The last day on which a paper may follow, where one is needed.
  documents_due_on TEXT CHECK (length(documents_due_on) = 10),
  -- HR that entered it for the person.
  entered_by    TEXT CHECK (length(entered_by) BETWEEN 1 AND 200),
  -- The company shutdown that it is part of.
  shutdown_id   INTEGER REFERENCES leave_shutdowns (id),
  -- Rises with every change: what a calendar program knows a newer version by.
  revision      INTEGER NOT NULL DEFAULT 0 CHECK (revision >= 0),
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL,
  approved_at   TEXT,
  CHECK ((from_time IS NULL) = (to_time IS NULL)),
  CHECK (from_time IS NULL OR start_date = end_date),
  CHECK (status NOT IN ('approved', 'revoked') OR approved_at IS NOT NULL)
) STRICT;
CREATE INDEX leave_requests_employee ON leave_requests (employee_id, start_date);
CREATE INDEX leave_requests_deputy ON leave_requests (deputy_id, start_date) WHERE deputy_id IS NOT NULL;
CREATE INDEX leave_requests_type ON leave_requests (leave_type_id);
CREATE INDEX leave_requests_status ON leave_requests (status, start_date);
CREATE INDEX leave_requests_shutdown ON leave_requests (shutdown_id) WHERE shutdown_id IS NOT NULL;
CREATE INDEX leave_requests_start ON leave_requests (start_date, id);
CREATE INDEX leave_requests_documents ON leave_requests (documents_due_on) WHERE documents_due_on IS NOT NULL;

-- Papers that show why somebody is away, a sick note above all. They are uploaded first and attached then; what was
-- attached to nothing goes after a day.
CREATE TABLE leave_documents (
  id          INTEGER PRIMARY KEY,
  file_id     TEXT NOT NULL UNIQUE REFERENCES vault_files (id),
  -- SHA-256 of what it holds: the same paper twice is one.
  digest      TEXT NOT NULL CHECK (length(digest) = 64),
  request_id  INTEGER REFERENCES leave_requests (id),
  uploaded_by INTEGER NOT NULL REFERENCES users (id),
  uploaded_at TEXT NOT NULL,
  attached_at TEXT,
  CHECK ((request_id IS NULL) = (attached_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX leave_documents_request ON leave_documents (request_id, digest) WHERE request_id IS NOT NULL;
CREATE UNIQUE INDEX leave_documents_loose ON leave_documents (uploaded_by, digest) WHERE request_id IS NULL;
CREATE INDEX leave_documents_sweep ON leave_documents (uploaded_at) WHERE request_id IS NULL;

-- Each calendar day of a request as it stands now: what is asked for of it and what it charges. Where the request no
-- longer occupies its days (rejected, cancelled, revoked) they stay as what was asked.
CREATE TABLE leave_request_days (
  request_id        INTEGER NOT NULL REFERENCES leave_requests (id),
  date              TEXT NOT NULL CHECK (length(date) = 10),
  employee_id       INTEGER NOT NULL REFERENCES employees (id),
  leave_type_id     INTEGER NOT NULL REFERENCES leave_types (id),
  leave_year        INTEGER NOT NULL,
  part              TEXT NOT NULL CHECK (part IN ('full_day', 'half_day_morning', 'half_day_afternoon', 'hours')),
  scheduled_minutes INTEGER NOT NULL CHECK (scheduled_minutes BETWEEN 0 AND 1440),
  holiday           TEXT CHECK (length(holiday) BETWEEN 1 AND 100),
  charged_minutes   INTEGER NOT NULL CHECK (charged_minutes BETWEEN 0 AND 1440),
  -- What it would charge besides, were it not interrupted (sickness in the middle of a vacation).
  given_back_minutes INTEGER NOT NULL DEFAULT 0 CHECK (given_back_minutes BETWEEN 0 AND 1440),
  PRIMARY KEY (request_id, date)
) STRICT, WITHOUT ROWID;
-- Who is away, and what lies in the way of a request.
CREATE INDEX leave_request_days_date ON leave_request_days (date, employee_id);
CREATE INDEX leave_request_days_employee ON leave_request_days (employee_id, date);
-- What pending requests reserve of an account.
CREATE INDEX leave_request_days_account ON leave_request_days (employee_id, leave_type_id, leave_year);

-- The ledger. An account is an employee's leave type in one leave year; a row is never changed or removed.
CREATE TABLE leave_ledger (
  id             INTEGER PRIMARY KEY,
  employee_id    INTEGER NOT NULL REFERENCES employees (id),
  leave_type_id  INTEGER NOT NULL REFERENCES leave_types (id),
  leave_year     INTEGER NOT NULL CHECK (leave_year BETWEEN 1900 AND 2200),
  kind           TEXT NOT NULL CHECK (kind IN
                   ('grant', 'accrual', 'carry_over', 'expiry', 'adjustment', 'taken', 'reversal', 'toil', 'encashed')),
  minutes        INTEGER NOT NULL CHECK (minutes <> 0 AND abs(minutes) <= 1000000),
  effective_date TEXT NOT NULL CHECK (length(effective_date) = 10),
  -- Of what grants: the last day on which it may be used.
  expires_on     TEXT CHECK (length(expires_on) = 10 AND expires_on >= effective_date),
  -- Of what takes: the row it draws from. None where the account is below zero.
  grant_id       INTEGER REFERENCES leave_ledger (id),
  request_id     INTEGER REFERENCES leave_requests (id),
  reverses_id    INTEGER UNIQUE REFERENCES leave_ledger (id),
  -- The entitlement policy that made it.
  policy_id      INTEGER REFERENCES leave_policies (id) CHECK (policy_id IS NULL OR kind IN ('grant', 'accrual', 'adjustment', 'reversal')),
  -- The rule that made it, in words: a sentence with its places (JSON), translated where it is shown.
  explanation    TEXT NOT NULL CHECK (length(explanation) BETWEEN 2 AND 2000),
  actor          TEXT NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
  created_at     TEXT NOT NULL,
  CHECK (kind NOT IN ('grant', 'accrual', 'toil') OR minutes > 0),
  -- A carry-over that names a grant moves that grant's rest out of this year. One that names none arrives from the year
  -- before, below zero where that was overdrawn.
  CHECK (kind <> 'carry_over' OR grant_id IS NULL OR minutes < 0),
  CHECK (kind NOT IN ('taken', 'expiry', 'encashed') OR minutes < 0),
  CHECK ((kind = 'taken') <= (request_id IS NOT NULL)),
  CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL)),
  CHECK (expires_on IS NULL OR minutes > 0)
) STRICT;
CREATE INDEX leave_ledger_account ON leave_ledger (employee_id, leave_type_id, leave_year, effective_date, id);
CREATE INDEX leave_ledger_request ON leave_ledger (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX leave_ledger_grant ON leave_ledger (grant_id) WHERE grant_id IS NOT NULL;
-- What may have expired unused.
CREATE INDEX leave_ledger_expires ON leave_ledger (expires_on) WHERE expires_on IS NOT NULL;

-- Only names and words may be taken out, when somebody who has left is erased: no figure, no date.
CREATE TRIGGER leave_ledger_no_update BEFORE UPDATE ON leave_ledger
WHEN NEW.id IS NOT OLD.id OR NEW.employee_id IS NOT OLD.employee_id OR NEW.leave_type_id IS NOT OLD.leave_type_id
  OR NEW.leave_year IS NOT OLD.leave_year OR NEW.kind IS NOT OLD.kind OR NEW.minutes IS NOT OLD.minutes
  OR NEW.effective_date IS NOT OLD.effective_date OR NEW.expires_on IS NOT OLD.expires_on
  OR NEW.grant_id IS NOT OLD.grant_id OR NEW.request_id IS NOT OLD.request_id OR NEW.reverses_id IS NOT OLD.reverses_id
  OR NEW.policy_id IS NOT OLD.policy_id OR NEW.created_at IS NOT OLD.created_at
BEGIN SELECT RAISE(ABORT, 'the leave ledger is append-only'); END;

CREATE TRIGGER leave_ledger_no_delete BEFORE DELETE ON leave_ledger
BEGIN SELECT RAISE(ABORT, 'the leave ledger is append-only'); END;

-- Lieu days: the row that was given for a holiday on a day that the person did not work anyway, and where. Taken back, it
-- is gone from here; the ledger keeps both rows.
CREATE TABLE leave_lieu_days (
  employee_id  INTEGER NOT NULL REFERENCES employees (id),
  holiday_date TEXT NOT NULL CHECK (length(holiday_date) = 10),
  location_id  INTEGER NOT NULL REFERENCES locations (id),
  ledger_id    INTEGER NOT NULL UNIQUE REFERENCES leave_ledger (id),
  PRIMARY KEY (employee_id, holiday_date)
) STRICT, WITHOUT ROWID;
CREATE INDEX leave_lieu_days_date ON leave_lieu_days (holiday_date);
CREATE INDEX leave_lieu_days_location ON leave_lieu_days (location_id);

-- A reversal undoes one whole row of the same account, and is itself never undone.
CREATE TRIGGER leave_ledger_reversal BEFORE INSERT ON leave_ledger WHEN NEW.kind = 'reversal'
BEGIN
  SELECT RAISE(ABORT, 'a reversal undoes one row of its own account')
  WHERE NOT EXISTS (
    SELECT 1 FROM leave_ledger undone
    WHERE undone.id = NEW.reverses_id AND undone.kind <> 'reversal' AND undone.minutes = -NEW.minutes
      AND undone.employee_id = NEW.employee_id AND undone.leave_type_id = NEW.leave_type_id
      AND undone.leave_year = NEW.leave_year AND undone.effective_date = NEW.effective_date);
END;

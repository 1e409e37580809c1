-- When leave is not possible, whatever the balance says: dates that HR closes, departments that must not empty, months
-- that payroll has closed.

CREATE TABLE leave_blackouts (
  id            INTEGER PRIMARY KEY,
  name          TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  start_date    TEXT NOT NULL CHECK (length(start_date) = 10),
  end_date      TEXT NOT NULL CHECK (length(end_date) = 10 AND end_date >= start_date),
  -- Of people in it or beneath it; none is everybody.
  department_id INTEGER REFERENCES departments (id),
  location_id   INTEGER REFERENCES locations (id)
) STRICT;
CREATE INDEX leave_blackouts_end ON leave_blackouts (end_date);
CREATE INDEX leave_blackouts_department ON leave_blackouts (department_id) WHERE department_id IS NOT NULL;
CREATE INDEX leave_blackouts_location ON leave_blackouts (location_id) WHERE location_id IS NOT NULL;

CREATE TABLE leave_coverage_rules (
  id              INTEGER PRIMARY KEY,
  department_id   INTEGER NOT NULL UNIQUE REFERENCES departments (id),
  -- People of the department, and beneath it, who are here in each half of a working day.
  minimum_present INTEGER NOT NULL CHECK (minimum_present BETWEEN 1 AND 1000),
  -- 1 refuses what would leave fewer, 0 warns.
  hard            INTEGER NOT NULL CHECK (hard IN (0, 1))
) STRICT;

CREATE TABLE leave_settings (
  id                     INTEGER PRIMARY KEY CHECK (id = 1),
  -- Elapsed hours after an approval within which it may be revoked; 0 is never.
  revoke_within_hours    INTEGER NOT NULL CHECK (revoke_within_hours BETWEEN 0 AND 720),
  -- The last day of the last month that payroll has closed.
  payroll_closed_through TEXT CHECK (length(payroll_closed_through) = 10)
) STRICT;
INSERT INTO leave_settings (id, revoke_within_hours) VALUES (1, 24);

-- Days on which the company, or a place of it, is closed: HR books them for everybody there. Each person's leave is a
-- request of its own (`leave_requests.shutdown_id`).
CREATE TABLE leave_shutdowns (
  id                     INTEGER PRIMARY KEY,
  name                   TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  leave_type_id          INTEGER NOT NULL REFERENCES leave_types (id),
  -- For whom the balance does not cover it; none leaves them out.
  fallback_leave_type_id INTEGER REFERENCES leave_types (id) CHECK (fallback_leave_type_id <> leave_type_id),
  start_date             TEXT NOT NULL CHECK (length(start_date) = 10),
  start_part             TEXT NOT NULL CHECK (start_part IN ('full_day', 'half_day_morning', 'half_day_afternoon')),
  end_date               TEXT NOT NULL CHECK (length(end_date) = 10 AND end_date >= start_date),
  end_part               TEXT NOT NULL CHECK (end_part IN ('full_day', 'half_day_morning', 'half_day_afternoon')),
  -- Of people who work there; none is everybody.
  location_id            INTEGER REFERENCES locations (id),
  created_by             TEXT NOT NULL CHECK (length(created_by) BETWEEN 1 AND 200),
  created_at             TEXT NOT NULL,
  taken_back_at          TEXT,
  -- Why; each person reads it.
  taken_back_reason      TEXT NOT NULL DEFAULT '' CHECK (length(taken_back_reason) <= 1000)
) STRICT;
CREATE INDEX leave_shutdowns_location ON leave_shutdowns (location_id) WHERE location_id IS NOT NULL;

-- Who works all the same.
CREATE TABLE leave_shutdown_exceptions (
  shutdown_id INTEGER NOT NULL REFERENCES leave_shutdowns (id),
  employee_id INTEGER NOT NULL REFERENCES employees (id),
  PRIMARY KEY (shutdown_id, employee_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX leave_shutdown_exceptions_employee ON leave_shutdown_exceptions (employee_id);

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

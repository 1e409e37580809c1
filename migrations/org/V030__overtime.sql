-- Projects, overtime requests with their breaks and day classes, limits, and the finished workbooks.

CREATE TABLE projects (
  id          INTEGER PRIMARY KEY,
  code        TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 20),
  code_key    TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  description TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 2000),
  active      INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT;

-- Names are kept as they were when the request was sent. `date` is the business date: the day it starts.
CREATE TABLE overtime_requests (
  id              INTEGER PRIMARY KEY,
  employee_id     INTEGER NOT NULL REFERENCES employees (id),
  project_id      INTEGER NOT NULL REFERENCES projects (id),
  department_id   INTEGER REFERENCES departments (id),
  employee_name   TEXT NOT NULL CHECK (length(employee_name) BETWEEN 1 AND 201),
  department_name TEXT NOT NULL DEFAULT '' CHECK (length(department_name) <= 100),
  project_name    TEXT NOT NULL CHECK (length(project_name) BETWEEN 1 AND 200),
  date            TEXT NOT NULL CHECK (length(date) = 10),
  start_time      TEXT NOT NULL CHECK (length(start_time) = 5),
  end_time        TEXT NOT NULL CHECK (length(end_time) = 5),
  starts_at       TEXT NOT NULL,
  ends_at         TEXT NOT NULL CHECK (ends_at > starts_at),
  zone            TEXT NOT NULL CHECK (length(zone) BETWEEN 1 AND 64),
  reason          TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  detail          TEXT NOT NULL DEFAULT '' CHECK (length(detail) <= 2000),
  compensation    TEXT NOT NULL CHECK (compensation IN ('pay', 'toil')),
  stage           TEXT NOT NULL CHECK (stage IN ('planned', 'worked')),
  status          TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'clarification', 'cancelled')),
  total_minutes   INTEGER NOT NULL CHECK (total_minutes BETWEEN 1 AND 1500),
  night_minutes   INTEGER NOT NULL CHECK (night_minutes BETWEEN 0 AND total_minutes),
  credited_minutes INTEGER NOT NULL CHECK (credited_minutes >= 0),
  is_weekend      INTEGER NOT NULL CHECK (is_weekend IN (0, 1)),
  is_holiday      INTEGER NOT NULL CHECK (is_holiday IN (0, 1)),
  limit_override  TEXT NOT NULL DEFAULT '' CHECK (length(limit_override) <= 1000),
  -- The credit of time off in lieu, while it stands.
  toil_ledger_id  INTEGER REFERENCES leave_ledger (id),
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL
) STRICT;
CREATE INDEX overtime_requests_employee ON overtime_requests (employee_id, date, id);
CREATE INDEX overtime_requests_date ON overtime_requests (date, id);
CREATE INDEX overtime_requests_project ON overtime_requests (project_id, date);
-- Without it each new row of the ledger would look through all requests for one that refers to it.
CREATE INDEX overtime_requests_toil ON overtime_requests (toil_ledger_id) WHERE toil_ledger_id IS NOT NULL;

CREATE TABLE overtime_breaks (
  request_id INTEGER NOT NULL REFERENCES overtime_requests (id) ON DELETE CASCADE,
  position   INTEGER NOT NULL CHECK (position >= 0),
  start_time TEXT NOT NULL CHECK (length(start_time) = 5),
  end_time   TEXT NOT NULL CHECK (length(end_time) = 5),
  PRIMARY KEY (request_id, position)
) STRICT, WITHOUT ROWID;

-- Minutes by day class, as classified when sent; `multiplier` in percent (150 is time and a half).
CREATE TABLE overtime_classes (
  request_id INTEGER NOT NULL REFERENCES overtime_requests (id) ON DELETE CASCADE,
  day_class  TEXT NOT NULL CHECK (day_class IN ('workday', 'rest_day', 'holiday')),
  minutes    INTEGER NOT NULL CHECK (minutes > 0),
  multiplier INTEGER NOT NULL CHECK (multiplier BETWEEN 0 AND 1000),
  credited_minutes INTEGER NOT NULL CHECK (credited_minutes >= 0),
  PRIMARY KEY (request_id, day_class)
) STRICT, WITHOUT ROWID;

-- Finished workbooks in the organization's reports folder; one row a file, made anew after each change.
CREATE TABLE overtime_reports (
  id         INTEGER PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('day', 'day_summary')),
  date       TEXT NOT NULL CHECK (length(date) = 10),
  path       TEXT NOT NULL UNIQUE CHECK (length(path) BETWEEN 1 AND 200),
  bytes      INTEGER NOT NULL CHECK (bytes > 0),
  rows       INTEGER NOT NULL CHECK (rows >= 0),
  made_at    TEXT NOT NULL
) STRICT;
CREATE INDEX overtime_reports_date ON overtime_reports (date);

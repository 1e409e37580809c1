-- Business trips: who is away for work, where and why. They draw from no balance, and stand at once unless a chain of
-- approvals is drawn up for them.
CREATE TABLE business_trips (
  id          INTEGER PRIMARY KEY,
  employee_id INTEGER NOT NULL REFERENCES employees (id),
  start_date  TEXT NOT NULL CHECK (length(start_date) = 10),
  end_date    TEXT NOT NULL CHECK (length(end_date) = 10 AND end_date >= start_date),
  -- Empty once they are erased.
  destination TEXT NOT NULL CHECK (length(destination) <= 100),
  purpose     TEXT NOT NULL CHECK (length(purpose) <= 200),
  notes       TEXT NOT NULL DEFAULT '' CHECK (length(notes) <= 1000),
  status      TEXT NOT NULL CHECK (status IN ('pending', 'clarification', 'active', 'rejected', 'cancelled')),
  -- Rises with every change: what a calendar program knows a newer version by.
  revision    INTEGER NOT NULL DEFAULT 0 CHECK (revision >= 0),
  -- HR that entered it for the person.
  entered_by  TEXT CHECK (length(entered_by) BETWEEN 1 AND 200),
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL
) STRICT;
CREATE INDEX business_trips_employee ON business_trips (employee_id, start_date);
CREATE INDEX business_trips_status ON business_trips (status, start_date);
CREATE INDEX business_trips_start ON business_trips (start_date, id);

-- What decides over the books of leave: who is entitled to what, by which leave year the books are kept, and which years
-- are closed.

-- A policy grants one kind of leave to everybody whom its scope fits; of several the most specific holds.
CREATE TABLE leave_policies (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  leave_type_id   INTEGER NOT NULL REFERENCES leave_types (id),
  entity_id       INTEGER REFERENCES entities (id),
  location_id     INTEGER REFERENCES locations (id),
  employment_type TEXT CHECK (employment_type IN ('full_time', 'part_time', 'temporary', 'intern', 'contractor')),
  employee_id     INTEGER REFERENCES employees (id),
  -- It grants the leave years that end on this day or later.
  valid_from      TEXT NOT NULL CHECK (length(valid_from) = 10),
  -- Amount, parts of years, rhythm, rounding, leave year, carry-over: as in the API.
  terms           TEXT NOT NULL CHECK (json_valid(terms) AND length(terms) <= 4000),
  -- Removed: it grants no more, and rows of the ledger still name it.
  active          INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  CHECK (employee_id IS NULL OR (entity_id IS NULL AND location_id IS NULL AND employment_type IS NULL))
) STRICT;
CREATE UNIQUE INDEX leave_policies_scope ON leave_policies
  (leave_type_id, coalesce(entity_id, 0), coalesce(location_id, 0), coalesce(employment_type, ''), coalesce(employee_id, 0), valid_from)
  WHERE active = 1;
CREATE INDEX leave_policies_entity ON leave_policies (entity_id) WHERE entity_id IS NOT NULL;
CREATE INDEX leave_policies_location ON leave_policies (location_id) WHERE location_id IS NOT NULL;
CREATE INDEX leave_policies_employee ON leave_policies (employee_id) WHERE employee_id IS NOT NULL;

-- By which leave year somebody's books of one kind of leave are kept, where that is not the calendar year.
CREATE TABLE leave_year_starts (
  employee_id   INTEGER NOT NULL REFERENCES employees (id),
  leave_type_id INTEGER NOT NULL REFERENCES leave_types (id),
  -- Month and day, "04-01".
  starts_on     TEXT NOT NULL CHECK (length(starts_on) = 5 AND starts_on <> '01-01'),
  PRIMARY KEY (employee_id, leave_type_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX leave_year_starts_type ON leave_year_starts (leave_type_id);

-- Accounts whose leave year was closed: what was left of them lapsed or went on. What is entered into one of these
-- afterwards has it closed anew.
CREATE TABLE leave_closings (
  employee_id   INTEGER NOT NULL REFERENCES employees (id),
  leave_type_id INTEGER NOT NULL REFERENCES leave_types (id),
  leave_year    INTEGER NOT NULL CHECK (leave_year BETWEEN 1900 AND 2200),
  -- By which policy; none where none held, and everything went on.
  policy_id     INTEGER REFERENCES leave_policies (id),
  -- What the policy said about the rest then: JSON as in the API, null where everything lapsed.
  carry_over    TEXT NOT NULL CHECK (json_valid(carry_over)),
  closed_at     TEXT NOT NULL,
  PRIMARY KEY (employee_id, leave_type_id, leave_year)
) STRICT, WITHOUT ROWID;
CREATE INDEX leave_closings_type ON leave_closings (leave_type_id);
CREATE INDEX leave_closings_policy ON leave_closings (policy_id);

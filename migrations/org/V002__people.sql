-- People and organization: entity → location → department → employee, with what changes over time kept dated.
--
-- Codes, numbers and addresses are unique regardless of case and Unicode form: the `*_key` columns hold the folded
-- form that the program computes (`text::fold`), because SQLite folds ASCII only. `name_key` sorts as people read.
-- A row is hidden, never deleted, while anything may name it: `hidden_by` is the audit entry of the act that hid it,
-- so that undoing the act revives exactly what it hid.

CREATE TABLE entities (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  name_key    TEXT NOT NULL,
  code        TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 10),
  code_key    TEXT NOT NULL UNIQUE,
  country     TEXT NOT NULL DEFAULT '' CHECK (length(country) IN (0, 2)),
  hidden_by   INTEGER
) STRICT;
CREATE INDEX entities_name ON entities (name_key, id);

CREATE TABLE locations (
  id          INTEGER PRIMARY KEY,
  entity_id   INTEGER NOT NULL REFERENCES entities (id),
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  name_key    TEXT NOT NULL,
  code        TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 10),
  code_key    TEXT NOT NULL UNIQUE,
  time_zone   TEXT NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64),
  country     TEXT NOT NULL DEFAULT '' CHECK (length(country) IN (0, 2)),
  region      TEXT NOT NULL DEFAULT '' CHECK (length(region) <= 20),
  address     TEXT NOT NULL DEFAULT '' CHECK (length(address) <= 500),
  -- What becomes of a whole holiday on a day that a person does not work anyway, and of which holidays: those from
  -- this date on. A lieu day can be used for so many months; NULL is without end.
  holiday_on_free_day TEXT NOT NULL DEFAULT 'nothing' CHECK (holiday_on_free_day IN ('nothing', 'next_working_day', 'lieu_day')),
  free_day_from       TEXT CHECK (length(free_day_from) = 10),
  lieu_expires_months INTEGER CHECK (lieu_expires_months BETWEEN 1 AND 60),
  hidden_by   INTEGER,
  CHECK ((holiday_on_free_day = 'nothing') = (free_day_from IS NULL)),
  CHECK (holiday_on_free_day = 'lieu_day' OR lieu_expires_months IS NULL)
) STRICT;
CREATE INDEX locations_entity ON locations (entity_id);
CREATE INDEX locations_name ON locations (name_key, id);

CREATE TABLE departments (
  id          INTEGER PRIMARY KEY,
  location_id INTEGER REFERENCES locations (id),
  parent_id   INTEGER REFERENCES departments (id) CHECK (parent_id <> id),
  head_id     INTEGER REFERENCES employees (id),
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  name_key    TEXT NOT NULL,
  code        TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 10),
  code_key    TEXT NOT NULL UNIQUE,
  -- For a year, in the currency's smallest unit (cents); both or neither.
  budget_minor INTEGER CHECK (budget_minor >= 0),
  currency    TEXT NOT NULL DEFAULT '' CHECK (length(currency) IN (0, 3)),
  hidden_by   INTEGER,
  CHECK ((budget_minor IS NULL) = (currency = ''))
) STRICT;
CREATE INDEX departments_location ON departments (location_id);
CREATE INDEX departments_parent ON departments (parent_id);
CREATE INDEX departments_head ON departments (head_id);
CREATE INDEX departments_name ON departments (name_key, id);

-- Whether somebody is invited, pre-boarding, active or has left follows from the dates and the login: no column for
-- it, so that none can be stale. `name_key` sorts by last name.
CREATE TABLE employees (
  id              INTEGER PRIMARY KEY,
  number          TEXT NOT NULL CHECK (length(number) BETWEEN 1 AND 20),
  number_key      TEXT NOT NULL UNIQUE,
  first_name      TEXT NOT NULL CHECK (length(first_name) BETWEEN 1 AND 100),
  last_name       TEXT NOT NULL CHECK (length(last_name) BETWEEN 1 AND 100),
  name_key        TEXT NOT NULL,
  email           TEXT NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  email_key       TEXT NOT NULL UNIQUE,
  phone           TEXT NOT NULL DEFAULT '' CHECK (length(phone) <= 40),
  position        TEXT NOT NULL DEFAULT '' CHECK (length(position) <= 100),
  employment_type TEXT NOT NULL DEFAULT 'full_time' CHECK (employment_type IN ('full_time', 'part_time', 'temporary', 'intern', 'contractor')),
  entity_id       INTEGER REFERENCES entities (id),
  location_id     INTEGER REFERENCES locations (id),
  department_id   INTEGER REFERENCES departments (id),
  manager_id      INTEGER REFERENCES employees (id) CHECK (manager_id <> id),
  approver_id     INTEGER REFERENCES employees (id) CHECK (approver_id <> id),
  deputy_id       INTEGER REFERENCES employees (id) CHECK (deputy_id <> id),
  join_date       TEXT NOT NULL CHECK (length(join_date) = 10),
  probation_end   TEXT CHECK (probation_end IS NULL OR (length(probation_end) = 10 AND probation_end >= join_date)),
  leave_date      TEXT CHECK (leave_date IS NULL OR (length(leave_date) = 10 AND leave_date >= join_date)),
  exclude_from_reports INTEGER NOT NULL DEFAULT 0 CHECK (exclude_from_reports IN (0, 1)),
  -- The photo, a sealed file.
  photo_id        TEXT REFERENCES vault_files (id),
  hidden_by       INTEGER,
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL
) STRICT;
CREATE INDEX employees_manager ON employees (manager_id);
CREATE INDEX employees_approver ON employees (approver_id);
CREATE INDEX employees_deputy ON employees (deputy_id);
CREATE INDEX employees_department ON employees (department_id, name_key);
CREATE INDEX employees_location ON employees (location_id, name_key);
CREATE INDEX employees_entity ON employees (entity_id, name_key);
CREATE INDEX employees_name ON employees (name_key, id);
CREATE INDEX employees_join ON employees (join_date);
CREATE INDEX employees_probation ON employees (probation_end) WHERE probation_end IS NOT NULL;
CREATE INDEX employees_photo ON employees (photo_id) WHERE photo_id IS NOT NULL;
-- Who has just left: what waited for them goes to others.
CREATE INDEX employees_leave ON employees (leave_date) WHERE leave_date IS NOT NULL;

-- What a search looks through: names, number, address and position, folded by the program. Three letters or more
-- go through the trigram index.
CREATE VIRTUAL TABLE employee_search USING fts5 (text, tokenize = 'trigram');

-- What the past and the future may be asked about: the value of one field from a date on. The first row of a field
-- begins with the employment. Of these rows the record's own columns hold what counts today; `planned` marks those
-- that they do not show yet.
CREATE TABLE employee_changes (
  id             INTEGER PRIMARY KEY,
  employee_id    INTEGER NOT NULL REFERENCES employees (id),
  field          TEXT NOT NULL CHECK (field IN ('department_id', 'location_id', 'entity_id', 'manager_id', 'employment_type', 'position')),
  effective_on   TEXT NOT NULL CHECK (length(effective_on) = 10),
  value          TEXT,
  planned        INTEGER NOT NULL DEFAULT 0 CHECK (planned IN (0, 1)),
  recorded_at    TEXT NOT NULL,
  UNIQUE (employee_id, field, effective_on)
) STRICT;
-- Who was, is or will be at a place.
CREATE INDEX employee_changes_value ON employee_changes (field, value);
CREATE INDEX employee_changes_planned ON employee_changes (effective_on) WHERE planned = 1;

-- Fields of HR's own on people's records, and what records hold in them. The code stays; a retired field keeps its
-- values. A value is text in the form that the program gives it (numbers without needless zeros, dates as 2026-03-01).
CREATE TABLE employee_fields (
  id          INTEGER PRIMARY KEY,
  code        TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 40),
  code_key    TEXT NOT NULL UNIQUE,
  label       TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 100),
  label_key   TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('text', 'number', 'date', 'choice')),
  required    INTEGER NOT NULL DEFAULT 0 CHECK (required IN (0, 1)),
  visible_to  TEXT NOT NULL CHECK (visible_to IN ('everyone', 'manager', 'hr')),
  editable_by_person INTEGER NOT NULL DEFAULT 0 CHECK (editable_by_person IN (0, 1)),
  sort_order  INTEGER NOT NULL DEFAULT 0 CHECK (sort_order BETWEEN 0 AND 9999),
  hidden_by   INTEGER
) STRICT;
CREATE TABLE employee_field_options (
  field_id    INTEGER NOT NULL REFERENCES employee_fields (id) ON DELETE CASCADE,
  place       INTEGER NOT NULL CHECK (place >= 0),
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  PRIMARY KEY (field_id, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE employee_field_values (
  employee_id INTEGER NOT NULL REFERENCES employees (id),
  field_id    INTEGER NOT NULL REFERENCES employee_fields (id),
  value       TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 500),
  PRIMARY KEY (employee_id, field_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX employee_field_values_field ON employee_field_values (field_id);

-- A working pattern, from a date on: one week, or several that follow each other, the first beginning on the Monday
-- `anchor`. Weekdays count from Monday, 1; a day without a row is free. Start and end are local wall times ("09:00"),
-- both or neither; an end before the start is on the next day. `template_id` says of which template it is a copy.
CREATE TABLE employee_schedules (
  id           INTEGER PRIMARY KEY,
  employee_id  INTEGER NOT NULL REFERENCES employees (id),
  effective_on TEXT NOT NULL CHECK (length(effective_on) = 10),
  weeks        INTEGER NOT NULL DEFAULT 1 CHECK (weeks BETWEEN 1 AND 12),
  anchor       TEXT CHECK (length(anchor) = 10),
  template_id  INTEGER REFERENCES schedule_templates (id),
  hidden_by    INTEGER,
  CHECK ((weeks = 1) = (anchor IS NULL))
) STRICT;
CREATE INDEX employee_schedules_template ON employee_schedules (template_id) WHERE template_id IS NOT NULL;
CREATE UNIQUE INDEX employee_schedules_dated ON employee_schedules (employee_id, effective_on) WHERE hidden_by IS NULL;
CREATE INDEX employee_schedules_employee ON employee_schedules (employee_id);
CREATE TABLE employee_schedule_days (
  schedule_id  INTEGER NOT NULL REFERENCES employee_schedules (id) ON DELETE CASCADE,
  week         INTEGER NOT NULL DEFAULT 1 CHECK (week BETWEEN 1 AND 12),
  weekday      INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  minutes      INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
  start_time   TEXT CHECK (length(start_time) = 5),
  end_time     TEXT CHECK (length(end_time) = 5),
  PRIMARY KEY (schedule_id, week, weekday),
  CHECK ((start_time IS NULL) = (end_time IS NULL))
) STRICT, WITHOUT ROWID;

-- Public holidays: global, of an entity, or of a location; the most specific row of a date decides. `working` says
-- that the date is no holiday there, whatever the wider rows say.
CREATE TABLE holidays (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  start_date  TEXT NOT NULL CHECK (length(start_date) = 10),
  end_date    TEXT NOT NULL CHECK (length(end_date) = 10 AND end_date >= start_date),
  half        TEXT CHECK (half IN ('morning', 'afternoon')),
  scope       TEXT NOT NULL CHECK (scope IN ('global', 'entity', 'location')),
  entity_id   INTEGER REFERENCES entities (id),
  location_id INTEGER REFERENCES locations (id),
  working     INTEGER NOT NULL DEFAULT 0 CHECK (working IN (0, 1)),
  -- The date is computed, and may turn out another (the moon is looked for).
  estimated   INTEGER NOT NULL DEFAULT 0 CHECK (estimated IN (0, 1)),
  -- Of what was imported: which list it came from ("DE-BY, holidays 0.108").
  source      TEXT NOT NULL DEFAULT '' CHECK (length(source) <= 60),
  -- Of a day that the law gives because a holiday falls on a free day: the date of that holiday.
  observed_for TEXT CHECK (length(observed_for) = 10),
  CHECK ((scope = 'entity') = (entity_id IS NOT NULL)),
  CHECK ((scope = 'location') = (location_id IS NOT NULL))
) STRICT;
CREATE INDEX holidays_dates ON holidays (end_date, start_date);
CREATE INDEX holidays_entity ON holidays (entity_id);
CREATE INDEX holidays_location ON holidays (location_id);

-- Groups receive tasks: it, finance, facilities…
CREATE TABLE groups (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  code     TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 40),
  code_key TEXT NOT NULL UNIQUE
) STRICT;
-- Who was in which group from when to when; without a last day, still. Past stays remain: hours for a while count for
-- the days on which somebody was in the group.
CREATE TABLE group_stays (
  group_id    INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  employee_id INTEGER NOT NULL REFERENCES employees (id),
  since       TEXT NOT NULL CHECK (since GLOB '????-??-??'),
  until       TEXT CHECK (until GLOB '????-??-??' AND until >= since),
  PRIMARY KEY (group_id, employee_id, since)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX group_stays_open ON group_stays (group_id, employee_id) WHERE until IS NULL;
CREATE INDEX group_stays_employee ON group_stays (employee_id);
-- Who is in which group today.
CREATE VIEW group_members AS SELECT group_id, employee_id FROM group_stays WHERE until IS NULL;

-- One row a manager of a department beside its head.
CREATE TABLE department_managers (
  department_id INTEGER NOT NULL REFERENCES departments (id),
  employee_id   INTEGER NOT NULL REFERENCES employees (id),
  PRIMARY KEY (department_id, employee_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX department_managers_employee ON department_managers (employee_id);

-- What a person and HR know and others do not; no row is nothing known yet.
CREATE TABLE employee_personal (
  employee_id        INTEGER PRIMARY KEY REFERENCES employees (id),
  legal_name         TEXT NOT NULL DEFAULT '' CHECK (length(legal_name) <= 200),
  private_email      TEXT NOT NULL DEFAULT '' CHECK (length(private_email) <= 254),
  private_phone      TEXT NOT NULL DEFAULT '' CHECK (length(private_phone) <= 40),
  home_address       TEXT NOT NULL DEFAULT '' CHECK (length(home_address) <= 500),
  birthday           TEXT CHECK (birthday IS NULL OR length(birthday) = 10),
  -- Colleagues may know day and month.
  birthday_shown     INTEGER NOT NULL DEFAULT 0 CHECK (birthday_shown IN (0, 1)),
  emergency_name     TEXT NOT NULL DEFAULT '' CHECK (length(emergency_name) <= 200),
  emergency_relation TEXT NOT NULL DEFAULT '' CHECK (length(emergency_relation) <= 100),
  emergency_phone    TEXT NOT NULL DEFAULT '' CHECK (length(emergency_phone) <= 40),
  account_holder     TEXT NOT NULL DEFAULT '' CHECK (length(account_holder) <= 200),
  iban               TEXT NOT NULL DEFAULT '' CHECK (length(iban) <= 34),
  bic                TEXT NOT NULL DEFAULT '' CHECK (length(bic) IN (0, 8, 11)),
  updated_at         TEXT NOT NULL
) STRICT;

-- What a person wants changed of what HR confirms: legal name and bank details, whole, before and after.
CREATE TABLE profile_changes (
  id          INTEGER PRIMARY KEY,
  employee_id INTEGER NOT NULL REFERENCES employees (id),
  "before"    TEXT NOT NULL CHECK (json_valid("before") AND length("before") <= 2000),
  "after"     TEXT NOT NULL CHECK (json_valid("after") AND length("after") <= 2000),
  status      TEXT NOT NULL CHECK (status IN ('pending', 'clarification', 'approved', 'rejected', 'withdrawn')),
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL
) STRICT;
CREATE INDEX profile_changes_employee ON profile_changes (employee_id, id);
CREATE INDEX profile_changes_status ON profile_changes (status, id);
CREATE UNIQUE INDEX profile_changes_one_at_a_time ON profile_changes (employee_id) WHERE status IN ('pending', 'clarification');

-- Why nothing of somebody may be erased, and what was erased of whom, the last time.
CREATE TABLE retention_holds (
  employee_id INTEGER PRIMARY KEY REFERENCES employees (id),
  reason      TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  set_by      TEXT NOT NULL CHECK (length(set_by) BETWEEN 1 AND 200),
  set_at      TEXT NOT NULL CHECK (length(set_at) = 20)
) STRICT;
CREATE TABLE erasures (
  employee_id INTEGER NOT NULL REFERENCES employees (id),
  kind        TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
  erased_at   TEXT NOT NULL CHECK (length(erased_at) = 20),
  PRIMARY KEY (employee_id, kind)
) STRICT, WITHOUT ROWID;

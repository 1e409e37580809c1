-- Working patterns ready to be given to people, and hours for a while that lie over the personal ones.

-- A pattern is copied when it is given: changing a template changes nobody's past. A retired one is hidden, because
-- what was copied from it names it. `preset` names those that come with the program.
CREATE TABLE schedule_templates (
  id        INTEGER PRIMARY KEY,
  preset    TEXT UNIQUE CHECK (length(preset) BETWEEN 1 AND 40),
  name      TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  name_key  TEXT NOT NULL UNIQUE,
  weeks     INTEGER NOT NULL CHECK (weeks BETWEEN 1 AND 12),
  hidden_by INTEGER
) STRICT;
CREATE TABLE schedule_template_days (
  template_id INTEGER NOT NULL REFERENCES schedule_templates (id),
  week        INTEGER NOT NULL CHECK (week BETWEEN 1 AND 12),
  weekday     INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  minutes     INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
  start_time  TEXT CHECK (length(start_time) = 5),
  end_time    TEXT CHECK (length(end_time) = 5),
  PRIMARY KEY (template_id, week, weekday),
  CHECK ((start_time IS NULL) = (end_time IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO schedule_templates (id, preset, name, name_key, weeks) VALUES
  (1, 'full_time', 'Full time', 'full time', 1),
  (2, 'four_days', 'Four days', 'four days', 1),
  (3, 'mornings', 'Mornings', 'mornings', 1);
INSERT INTO schedule_template_days (template_id, week, weekday, minutes, start_time, end_time) VALUES
  (1, 1, 1, 480, '09:00', '17:30'), (1, 1, 2, 480, '09:00', '17:30'), (1, 1, 3, 480, '09:00', '17:30'),
  (1, 1, 4, 480, '09:00', '17:30'), (1, 1, 5, 480, '09:00', '17:30'),
  (2, 1, 1, 480, '09:00', '17:30'), (2, 1, 2, 480, '09:00', '17:30'), (2, 1, 3, 480, '09:00', '17:30'),
  (2, 1, 4, 480, '09:00', '17:30'),
  (3, 1, 1, 240, '08:30', '12:30'), (3, 1, 2, 240, '08:30', '12:30'), (3, 1, 3, 240, '08:30', '12:30'),
  (3, 1, 4, 240, '08:30', '12:30'), (3, 1, 5, 240, '08:30', '12:30');

-- Hours for a while: over those of everybody, a location, a department with those below it, or a group. A weekday
-- without a row stays as it is; 0 minutes is free.
CREATE TABLE schedule_overlays (
  id            INTEGER PRIMARY KEY,
  name          TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  start_date    TEXT NOT NULL CHECK (length(start_date) = 10),
  end_date      TEXT NOT NULL CHECK (length(end_date) = 10 AND end_date >= start_date),
  mode          TEXT NOT NULL CHECK (mode IN ('at_most', 'instead')),
  scope         TEXT NOT NULL CHECK (scope IN ('everybody', 'location', 'department', 'group')),
  location_id   INTEGER REFERENCES locations (id),
  department_id INTEGER REFERENCES departments (id),
  group_id      INTEGER REFERENCES groups (id),
  hidden_by     INTEGER,
  CHECK ((scope = 'location') = (location_id IS NOT NULL)),
  CHECK ((scope = 'department') = (department_id IS NOT NULL)),
  CHECK ((scope = 'group') = (group_id IS NOT NULL))
) STRICT;
CREATE INDEX schedule_overlays_location ON schedule_overlays (location_id);
CREATE INDEX schedule_overlays_department ON schedule_overlays (department_id);
CREATE INDEX schedule_overlays_group ON schedule_overlays (group_id);
CREATE TABLE schedule_overlay_days (
  overlay_id INTEGER NOT NULL REFERENCES schedule_overlays (id),
  weekday    INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  minutes    INTEGER NOT NULL CHECK (minutes BETWEEN 0 AND 1440),
  start_time TEXT CHECK (length(start_time) = 5),
  end_time   TEXT CHECK (length(end_time) = 5),
  PRIMARY KEY (overlay_id, weekday),
  CHECK ((start_time IS NULL) = (end_time IS NULL))
) STRICT, WITHOUT ROWID;

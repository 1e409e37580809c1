-- Onboarding: templates and their frozen versions, one run a person, the tasks of a run with their history and talk.
-- `hidden_by` and `*_key` as in V002.

CREATE TABLE templates (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  name_key        TEXT NOT NULL UNIQUE,
  description     TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 2000),
  -- For whom it is meant; NULL means everybody. The template that names most of them wins.
  department_id   INTEGER REFERENCES departments (id),
  location_id     INTEGER REFERENCES locations (id),
  employment_type TEXT CHECK (employment_type IN ('full_time', 'part_time', 'temporary', 'intern', 'contractor')),
  -- The latest published version, 0 before the first. A draft that differs from it is `changed`.
  version         INTEGER NOT NULL DEFAULT 0 CHECK (version >= 0),
  changed         INTEGER NOT NULL DEFAULT 1 CHECK (changed IN (0, 1)),
  published_at    TEXT CHECK ((version = 0) = (published_at IS NULL)),
  hidden_by       INTEGER,
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL
) STRICT;
CREATE INDEX templates_department ON templates (department_id);
CREATE INDEX templates_location ON templates (location_id);

-- Version 0 is the draft that HR edits; publishing copies it under the next number, and what has a number stays.
CREATE TABLE template_tasks (
  id            INTEGER PRIMARY KEY,
  template_id   INTEGER NOT NULL REFERENCES templates (id),
  version       INTEGER NOT NULL DEFAULT 0 CHECK (version >= 0),
  sort_order    INTEGER NOT NULL CHECK (sort_order BETWEEN 0 AND 9999),
  title         TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  description   TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 4000),
  category      TEXT NOT NULL CHECK (category IN ('pre_boarding', 'first_day', 'first_week', 'first_month', 'later')),
  assignee      TEXT NOT NULL CHECK (assignee IN ('hire', 'manager', 'buddy', 'hr', 'group', 'employee')),
  group_id      INTEGER REFERENCES groups (id),
  employee_id   INTEGER REFERENCES employees (id),
  days_offset   INTEGER NOT NULL CHECK (days_offset BETWEEN -366 AND 732),
  day_count     TEXT NOT NULL CHECK (day_count IN ('calendar', 'working')),
  required      INTEGER NOT NULL DEFAULT 1 CHECK (required IN (0, 1)),
  completion    TEXT NOT NULL CHECK (completion IN ('tick', 'approval', 'acknowledge')),
  CHECK ((assignee = 'group') = (group_id IS NOT NULL)),
  CHECK ((assignee = 'employee') = (employee_id IS NOT NULL))
) STRICT;
CREATE INDEX template_tasks_order ON template_tasks (template_id, version, sort_order);
CREATE INDEX template_tasks_group ON template_tasks (group_id);
CREATE INDEX template_tasks_employee ON template_tasks (employee_id);

CREATE TABLE template_task_needs (
  task_id  INTEGER NOT NULL REFERENCES template_tasks (id) ON DELETE CASCADE,
  needs_id INTEGER NOT NULL REFERENCES template_tasks (id) ON DELETE CASCADE CHECK (needs_id <> task_id),
  PRIMARY KEY (task_id, needs_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX template_task_needs_needs ON template_task_needs (needs_id);

CREATE TRIGGER template_tasks_frozen_update BEFORE UPDATE ON template_tasks WHEN OLD.version > 0
BEGIN SELECT RAISE(ABORT, 'a published version of a template stays as it is'); END;
CREATE TRIGGER template_tasks_frozen_delete BEFORE DELETE ON template_tasks WHEN OLD.version > 0
BEGIN SELECT RAISE(ABORT, 'a published version of a template stays as it is'); END;

-- One person's run of a template version.
CREATE TABLE onboardings (
  id               INTEGER PRIMARY KEY,
  employee_id      INTEGER NOT NULL REFERENCES employees (id),
  template_id      INTEGER REFERENCES templates (id),
  template_version INTEGER NOT NULL CHECK (template_version >= 0),
  buddy_id         INTEGER REFERENCES employees (id) CHECK (buddy_id <> employee_id),
  -- The first day that the due dates are counted from.
  join_date        TEXT NOT NULL CHECK (length(join_date) = 10),
  status           TEXT NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'finished', 'cancelled')),
  started_at       TEXT NOT NULL,
  ended_at         TEXT CHECK ((status = 'running') = (ended_at IS NULL)),
  cancel_reason    TEXT NOT NULL DEFAULT '' CHECK (length(cancel_reason) <= 2000)
) STRICT;
CREATE UNIQUE INDEX onboardings_one_at_a_time ON onboardings (employee_id) WHERE status = 'running';
CREATE INDEX onboardings_employee ON onboardings (employee_id, id);
CREATE INDEX onboardings_status ON onboardings (status, join_date);
CREATE INDEX onboardings_template ON onboardings (template_id);
CREATE INDEX onboardings_buddy ON onboardings (buddy_id);

CREATE TABLE tasks (
  id            INTEGER PRIMARY KEY,
  onboarding_id INTEGER NOT NULL REFERENCES onboardings (id),
  sort_order    INTEGER NOT NULL CHECK (sort_order >= 0),
  title         TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  description   TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 4000),
  category      TEXT NOT NULL CHECK (category IN ('pre_boarding', 'first_day', 'first_week', 'first_month', 'later')),
  -- The part that does it (as the template says) and who that is here: one person, a group, or all of HR.
  role          TEXT NOT NULL CHECK (role IN ('hire', 'manager', 'buddy', 'hr', 'group', 'employee')),
  assignee_id   INTEGER REFERENCES employees (id),
  group_id      INTEGER REFERENCES groups (id) CHECK (group_id IS NULL OR assignee_id IS NULL),
  -- 1 where HR stands in because nobody fills the part yet.
  stand_in      INTEGER NOT NULL DEFAULT 0 CHECK (stand_in IN (0, 1)),
  -- Counted from the first day; both NULL where somebody set the date by hand.
  days_offset   INTEGER CHECK (days_offset BETWEEN -366 AND 732),
  day_count     TEXT CHECK (day_count IN ('calendar', 'working')),
  due_date      TEXT NOT NULL CHECK (length(due_date) = 10),
  required      INTEGER NOT NULL CHECK (required IN (0, 1)),
  completion    TEXT NOT NULL CHECK (completion IN ('tick', 'approval', 'acknowledge')),
  status        TEXT NOT NULL CHECK (status IN ('locked', 'open', 'awaiting_approval', 'done', 'dropped')),
  -- Who did it last and when: set while it waits and once it is done.
  done_by_id    INTEGER REFERENCES employees (id),
  done_by_name  TEXT NOT NULL DEFAULT '' CHECK (length(done_by_name) <= 200),
  done_at       TEXT CHECK ((status IN ('awaiting_approval', 'done')) = (done_at IS NOT NULL)),
  note          TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
  -- Why it came back from the one who decides.
  returned      TEXT NOT NULL DEFAULT '' CHECK (length(returned) <= 2000),
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL,
  CHECK ((days_offset IS NULL) = (day_count IS NULL))
) STRICT;
CREATE INDEX tasks_onboarding ON tasks (onboarding_id, sort_order);
CREATE INDEX tasks_assignee ON tasks (assignee_id, due_date) WHERE status IN ('open', 'locked', 'awaiting_approval');
CREATE INDEX tasks_group ON tasks (group_id, due_date) WHERE group_id IS NOT NULL AND status IN ('open', 'locked', 'awaiting_approval');
CREATE INDEX tasks_open ON tasks (due_date) WHERE status = 'open';
CREATE INDEX tasks_assignee_all ON tasks (assignee_id);
CREATE INDEX tasks_group_all ON tasks (group_id);
CREATE INDEX tasks_done_by ON tasks (done_by_id);

CREATE TABLE task_needs (
  task_id  INTEGER NOT NULL REFERENCES tasks (id),
  needs_id INTEGER NOT NULL REFERENCES tasks (id) CHECK (needs_id <> task_id),
  PRIMARY KEY (task_id, needs_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_needs_needs ON task_needs (needs_id);

-- What happened to a task, in order: its history on the page.
CREATE TABLE task_events (
  id          INTEGER PRIMARY KEY,
  task_id     INTEGER NOT NULL REFERENCES tasks (id),
  at          TEXT NOT NULL,
  event       TEXT NOT NULL CHECK (event IN ('added', 'completed', 'approved', 'rejected', 'asked', 'reassigned', 'postponed', 'changed', 'dropped', 'reopened', 'reminded')),
  employee_id INTEGER REFERENCES employees (id),
  actor       TEXT NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
  detail      TEXT NOT NULL DEFAULT '' CHECK (length(detail) <= 2000)
) STRICT;
CREATE INDEX task_events_task ON task_events (task_id, id);
CREATE INDEX task_events_employee ON task_events (employee_id);

CREATE TABLE task_comments (
  id          INTEGER PRIMARY KEY,
  task_id     INTEGER NOT NULL REFERENCES tasks (id),
  parent_id   INTEGER REFERENCES task_comments (id),
  employee_id INTEGER REFERENCES employees (id),
  author      TEXT NOT NULL CHECK (length(author) BETWEEN 1 AND 200),
  body        TEXT NOT NULL CHECK (length(body) BETWEEN 1 AND 4000),
  created_at  TEXT NOT NULL
) STRICT;
CREATE INDEX task_comments_task ON task_comments (task_id, id);
CREATE INDEX task_comments_parent ON task_comments (parent_id);
CREATE INDEX task_comments_employee ON task_comments (employee_id);

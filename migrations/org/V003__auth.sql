-- Logins, their roles, sessions and links. A user may exist without an employee (an admin who is not staff),
-- and an employee without a user (imported, not yet invited).

CREATE TABLE users (
  id             INTEGER PRIMARY KEY,
  employee_id    INTEGER UNIQUE REFERENCES employees (id),
  email          TEXT NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  email_key      TEXT NOT NULL UNIQUE,
  name           TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  password_hash  TEXT,
  password_set_at TEXT,
  language       TEXT NOT NULL DEFAULT 'en' CHECK (length(language) BETWEEN 2 AND 10),
  disabled_at    TEXT,
  created_at     TEXT NOT NULL,
  last_seen_at   TEXT
) STRICT;

CREATE TABLE user_roles (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role    TEXT NOT NULL CHECK (role IN ('employee', 'manager', 'hr', 'admin')),
  PRIMARY KEY (user_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_roles_role ON user_roles (role, user_id);

-- Logins, their roles, sessions and links. A user may exist without an employee (an admin who is not staff),
-- and an employee without a user (imported, not yet invited).

CREATE TABLE users (
  id             INTEGER PRIMARY KEY,
  employee_id    INTEGER UNIQUE REFERENCES employees (id),
  email          TEXT NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  email_key      TEXT NOT NULL UNIQUE,
  name           TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  name_key       TEXT NOT NULL DEFAULT '' CHECK (length(name_key) <= 400),
  password_hash  TEXT,
  password_set_at TEXT,
  -- Rises when the password is set and when the login is disabled: what was offered to an older one is over.
  credential_version INTEGER NOT NULL DEFAULT 0 CHECK (credential_version >= 0),
  language       TEXT NOT NULL DEFAULT 'en' CHECK (length(language) BETWEEN 2 AND 10),
  theme          TEXT NOT NULL DEFAULT '' CHECK (theme IN ('', 'light', 'dark')),
  disabled_at    TEXT,
  -- When the person has looked at what is noted of them, after the first password; until then they request nothing.
  welcomed_at    TEXT,
  created_at     TEXT NOT NULL,
  last_seen_at   TEXT
) STRICT;

CREATE TABLE user_roles (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role    TEXT NOT NULL CHECK (role IN ('employee', 'manager', 'hr', 'admin')),
  PRIMARY KEY (user_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_roles_role ON user_roles (role, user_id);

-- Signed-in browsers (kind web, known by a cookie) and API clients (kind api, known by access and refresh tokens).
-- Secrets are kept as SHA-256 only: they are 256 random bits, so a slow hash would protect nothing more.
-- AUTOINCREMENT: the audit log names sessions, an id must never come back.
CREATE TABLE sessions (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind         TEXT NOT NULL CHECK (kind IN ('web', 'api')),
  token_hash   BLOB UNIQUE CHECK (length(token_hash) = 32),
  device       TEXT NOT NULL CHECK (length(device) <= 100),
  address      TEXT NOT NULL DEFAULT '' CHECK (length(address) <= 45),
  created_at   TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  expires_at   TEXT NOT NULL,
  ended_at     TEXT,
  CHECK ((kind = 'web') = (token_hash IS NOT NULL))
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id, ended_at, last_seen_at);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- One row a refresh token that was ever given out for a session: the family.
CREATE TABLE refresh_tokens (
  token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
  session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at    TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- Personal access tokens: made by a person for a script, shown once. A read token may only GET.
CREATE TABLE personal_tokens (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name         TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  scope        TEXT NOT NULL CHECK (scope IN ('read', 'write')),
  token_hash   BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  created_at   TEXT NOT NULL,
  expires_at   TEXT NOT NULL,
  last_used_at TEXT,
  revoked_at   TEXT
) STRICT;
CREATE INDEX personal_tokens_user ON personal_tokens (user_id, revoked_at);

-- Browsers that a person has signed in from: their failures are counted apart, so that somebody else's do not
-- lock them out.
CREATE TABLE known_devices (
  user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash   BLOB NOT NULL CHECK (length(token_hash) = 32),
  last_used_at TEXT NOT NULL,
  PRIMARY KEY (user_id, token_hash)
) STRICT, WITHOUT ROWID;

-- Wrong passwords of one login from one place ("net 192.0.2.0/24" or "device 0a1b…"). recent: the instants of the
-- attempts within the window, separated by blanks.
CREATE TABLE sign_in_tries (
  user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  place        TEXT NOT NULL CHECK (length(place) BETWEEN 1 AND 80),
  recent       TEXT NOT NULL CHECK (length(recent) <= 200),
  locks        INTEGER NOT NULL CHECK (locks >= 0),
  locked_until TEXT,
  last_at      TEXT NOT NULL,
  PRIMARY KEY (user_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_tries_last ON sign_in_tries (last_at);

-- Links in mail that let somebody in once: an invitation, a new password.
CREATE TABLE sign_in_links (
  token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL CHECK (kind IN ('activation', 'password_reset')),
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at    TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_links_user ON sign_in_links (user_id, kind);
CREATE INDEX sign_in_links_expires ON sign_in_links (expires_at);

-- Codes on paper that let somebody in once: HMAC-SHA256 under the organization's key, for twelve letters are too few
-- for a bare hash.
CREATE TABLE sign_in_codes (
  user_id    INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  code_hash  BLOB NOT NULL CHECK (length(code_hash) = 32),
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX sign_in_codes_expires ON sign_in_codes (expires_at);

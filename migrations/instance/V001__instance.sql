-- What belongs to the appliance itself, whatever organizations it holds.
CREATE TABLE organizations (
  slug       TEXT PRIMARY KEY CHECK (length(slug) BETWEEN 1 AND 40),
  name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  state      TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE settings (
  key   TEXT PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 100),
  value TEXT NOT NULL CHECK (length(value) <= 10000)
) STRICT, WITHOUT ROWID;

-- What signing in needs to remember before it knows an organization.

-- The one-time link that sets Steward up; only the newest counts.
CREATE TABLE setup_links (
  token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
  created_at TEXT NOT NULL,
  used_at    TEXT
) STRICT, WITHOUT ROWID;

-- Wrong passwords for addresses that no organization knows, counted as for known ones so that nobody can tell them
-- apart. The address is kept as a keyed digest: people type passwords into the wrong field.
CREATE TABLE unknown_tries (
  address      BLOB NOT NULL CHECK (length(address) = 32),
  place        TEXT NOT NULL CHECK (length(place) BETWEEN 1 AND 80),
  recent       TEXT NOT NULL CHECK (length(recent) <= 200),
  locks        INTEGER NOT NULL CHECK (locks >= 0),
  locked_until TEXT,
  last_at      TEXT NOT NULL,
  PRIMARY KEY (address, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX unknown_tries_last ON unknown_tries (last_at);

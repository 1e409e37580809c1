-- Addresses under which calendar programs fetch who is away. Each opens one feed of one login; what is kept of it is its
-- hash. Revoked is gone.
CREATE TABLE feeds (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id),
  kind       TEXT NOT NULL CHECK (kind IN ('me', 'team', 'company', 'holidays')),
  token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  created_at TEXT NOT NULL,
  UNIQUE (user_id, kind)
) STRICT;

-- The host in the UIDs of all events, written down with the first feed and never changed: whatever this machine is called
-- later, a calendar program knows each absence again.
CREATE TABLE feed_host (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  host TEXT NOT NULL CHECK (length(host) BETWEEN 1 AND 255)
) STRICT;

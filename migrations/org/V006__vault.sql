-- Sealed files: one row a file that something names. The id is 128 random bits in hex; the file lies at
-- vault/<its first two digits>/<id>. Its own key is kept wrapped by the organization's.

CREATE TABLE vault_files (
  id          TEXT PRIMARY KEY CHECK (length(id) = 32 AND id NOT GLOB '*[^0-9a-f]*'),
  wrapped_key BLOB NOT NULL CHECK (length(wrapped_key) = 72),
  -- Of the content, in bytes.
  size        INTEGER NOT NULL CHECK (size >= 0),
  -- As the user named it.
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  media_type  TEXT NOT NULL CHECK (length(media_type) BETWEEN 3 AND 100),
  created_at  TEXT NOT NULL CHECK (length(created_at) = 20),
  -- Since when nothing names it. Row and file go a week later.
  removed_at  TEXT CHECK (removed_at IS NULL OR length(removed_at) = 20)
) STRICT, WITHOUT ROWID;
CREATE INDEX vault_files_removed ON vault_files (removed_at) WHERE removed_at IS NOT NULL;

-- Files of evidence and reports that the store keeps, by the SHA-256 of their bytes: with the database they are
-- encrypted, backed up and moved.
CREATE TABLE blob (
    sha256  TEXT PRIMARY KEY,
    content BLOB NOT NULL
) STRICT;

-- When somebody was here last: says something of the reader, not of the plant, and leaves no entry in the log.
CREATE TABLE visit (
    actor       TEXT NOT NULL,
    environment TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    since       TEXT,
    last        TEXT NOT NULL,
    PRIMARY KEY (actor, environment)
) STRICT;

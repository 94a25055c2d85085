-- Files taken in, one row each: what they said, so that it is known where every value came from, and what stood there
-- before, so that an import can be taken back.
CREATE TABLE intake (
    change      INTEGER PRIMARY KEY REFERENCES change (id),
    environment TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    source      TEXT NOT NULL,
    kind        TEXT NOT NULL,
    file        TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    taken       TEXT,
    said        BLOB NOT NULL,
    before      BLOB
) STRICT;
CREATE INDEX intake_source ON intake (environment, source);

-- What the newest file of a source names no more: proposed for closing, and a person decides.
CREATE TABLE proposal (
    environment TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    id          TEXT NOT NULL,
    change      INTEGER NOT NULL REFERENCES change (id),
    PRIMARY KEY (environment, kind, id)
) STRICT;

-- How the columns of a list are read, by name.
CREATE TABLE mapping (
    name    TEXT PRIMARY KEY,
    columns TEXT NOT NULL
) STRICT;

ALTER TABLE identity ADD COLUMN order_number TEXT NOT NULL DEFAULT '';
ALTER TABLE identity ADD COLUMN cpe TEXT NOT NULL DEFAULT '';
ALTER TABLE identity ADD COLUMN purl TEXT NOT NULL DEFAULT '';

-- The change that wrote the asset last, when that can be taken back.
ALTER TABLE asset ADD COLUMN change INTEGER;

-- Vulnerability intelligence, version 1. A file of its own: it holds nothing of any plant.

-- Each source with how far it is known.
CREATE TABLE source (
    id           TEXT PRIMARY KEY,
    newest       INTEGER,
    last_success INTEGER,
    cursor       TEXT
) STRICT;

-- One row for each entry or advisory of a source. Times are milliseconds since 1970, UTC.
CREATE TABLE record (
    key       INTEGER PRIMARY KEY,
    source    INTEGER NOT NULL,
    id        TEXT NOT NULL,
    modified  INTEGER NOT NULL,
    published INTEGER,
    state     INTEGER NOT NULL,
    content   BLOB NOT NULL,
    title     TEXT NOT NULL,
    publisher TEXT NOT NULL,
    names     BLOB NOT NULL,
    body      BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX record_id ON record (source, id);
CREATE INDEX record_modified ON record (source, modified);

-- Which records speak of a vulnerability, where their own id does not say so.
CREATE TABLE about (
    vulnerability TEXT NOT NULL,
    record        INTEGER NOT NULL,
    PRIMARY KEY (vulnerability, record)
) WITHOUT ROWID, STRICT;

-- Claims about products, filed under the hash of each name the product goes by.
CREATE TABLE claim (
    name   INTEGER NOT NULL,
    record INTEGER NOT NULL,
    claims BLOB NOT NULL,
    PRIMARY KEY (name, record)
) WITHOUT ROWID, STRICT;

-- Which of these names are families': few enough to hold, so that no asset need ask for those it has not.
CREATE TABLE family (
    name INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE exploited (
    cve        TEXT PRIMARY KEY,
    added      TEXT NOT NULL,
    due        TEXT,
    action     TEXT NOT NULL,
    ransomware INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE probability (
    cve        INTEGER PRIMARY KEY,
    score      REAL NOT NULL,
    percentile REAL NOT NULL
) STRICT;

-- Files already taken, by the hash of their bytes.
CREATE TABLE file (
    sha256 BLOB PRIMARY KEY
) WITHOUT ROWID, STRICT;

-- Bundle keys that were accepted.
CREATE TABLE pin (
    fingerprint TEXT PRIMARY KEY,
    label       TEXT NOT NULL,
    first_seen  INTEGER NOT NULL
) STRICT;

-- The plant's store, version 1. Ids are the plant's own and unique within an environment.

CREATE TABLE store (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE environment (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    organisation TEXT NOT NULL,
    demo         INTEGER NOT NULL
) STRICT;

CREATE TABLE profile (
    environment TEXT PRIMARY KEY REFERENCES environment (id) ON DELETE CASCADE,
    overrides   TEXT NOT NULL,
    reason      TEXT NOT NULL
) STRICT;

CREATE TABLE monitoring (
    environment TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    at          TEXT NOT NULL,
    source      TEXT NOT NULL,
    PRIMARY KEY (environment, at, source)
) STRICT;

CREATE TABLE zone (
    environment TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id          TEXT NOT NULL,
    position    INTEGER NOT NULL,
    name        TEXT NOT NULL,
    parent      TEXT,
    purdue      TEXT NOT NULL,
    safety      INTEGER NOT NULL,
    description TEXT NOT NULL,
    sl_t        TEXT NOT NULL,
    PRIMARY KEY (environment, id)
) STRICT;

CREATE TABLE conduit (
    environment  TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id           TEXT NOT NULL,
    position     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    from_zone    TEXT NOT NULL,
    to_zone      TEXT NOT NULL,
    protocols    TEXT NOT NULL,
    protected_by TEXT NOT NULL,
    PRIMARY KEY (environment, id),
    FOREIGN KEY (environment, from_zone) REFERENCES zone (environment, id),
    FOREIGN KEY (environment, to_zone) REFERENCES zone (environment, id)
) STRICT;

CREATE TABLE asset (
    environment    TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id             TEXT NOT NULL,
    position       INTEGER NOT NULL,
    zone           TEXT NOT NULL,
    identified     INTEGER NOT NULL,
    tag            TEXT NOT NULL,
    name           TEXT NOT NULL,
    component_type TEXT NOT NULL,
    criticality    TEXT NOT NULL,
    lifecycle      TEXT NOT NULL,
    owner          TEXT NOT NULL,
    serial         TEXT NOT NULL,
    ip             TEXT NOT NULL,
    mac            TEXT NOT NULL,
    installed      TEXT,
    PRIMARY KEY (environment, id),
    FOREIGN KEY (environment, zone) REFERENCES zone (environment, id)
) STRICT;

CREATE TABLE identity (
    environment TEXT NOT NULL,
    asset       TEXT NOT NULL,
    position    INTEGER NOT NULL,
    layer       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    vendor      TEXT NOT NULL,
    product     TEXT NOT NULL,
    version     TEXT NOT NULL,
    PRIMARY KEY (environment, asset, position),
    FOREIGN KEY (environment, asset) REFERENCES asset (environment, id) ON DELETE CASCADE
) STRICT;

-- What one source states of a vulnerability; findings that were told the same share a row.
CREATE TABLE vulnerability (
    key         INTEGER PRIMARY KEY,
    content     BLOB NOT NULL UNIQUE,
    cve         TEXT,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    cwes        TEXT NOT NULL,
    cvss        TEXT NOT NULL,
    severity    TEXT,
    kev         INTEGER NOT NULL,
    epss        REAL,
    exploit     TEXT
) STRICT;

CREATE TABLE finding (
    environment   TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id            TEXT NOT NULL,
    position      INTEGER NOT NULL,
    asset         TEXT NOT NULL,
    vulnerability INTEGER NOT NULL REFERENCES vulnerability (key),
    fix           TEXT NOT NULL,
    opened        TEXT NOT NULL,
    PRIMARY KEY (environment, id),
    FOREIGN KEY (environment, asset) REFERENCES asset (environment, id)
) STRICT;

CREATE INDEX finding_vulnerability ON finding (vulnerability);

CREATE TABLE change (
    id     INTEGER PRIMARY KEY,
    at     TEXT NOT NULL,
    actor  TEXT NOT NULL,
    action TEXT NOT NULL,
    undone TEXT
) STRICT;

CREATE TABLE finding_event (
    seq         INTEGER PRIMARY KEY,
    environment TEXT NOT NULL,
    finding     TEXT NOT NULL,
    at          TEXT NOT NULL,
    kind        TEXT NOT NULL,
    frs         TEXT NOT NULL,
    by          TEXT NOT NULL,
    reason      TEXT NOT NULL,
    until       TEXT,
    change      INTEGER REFERENCES change (id),
    FOREIGN KEY (environment, finding) REFERENCES finding (environment, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX finding_event_finding ON finding_event (environment, finding);
CREATE INDEX finding_event_change ON finding_event (change) WHERE change IS NOT NULL;

-- Why a finding is there, when matching put it there: the reason as it stood that day.
CREATE TABLE finding_origin (
    environment TEXT NOT NULL,
    finding     TEXT NOT NULL,
    at          TEXT NOT NULL,
    source      TEXT NOT NULL,
    record      TEXT NOT NULL,
    confidence  REAL NOT NULL,
    identity    TEXT NOT NULL,
    reason      TEXT NOT NULL,
    change      INTEGER REFERENCES change (id),
    PRIMARY KEY (environment, finding),
    FOREIGN KEY (environment, finding) REFERENCES finding (environment, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX finding_origin_change ON finding_origin (change) WHERE change IS NOT NULL;

-- What a person decided of a match, once for all assets of an environment with this identity.
CREATE TABLE match_decision (
    environment   TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    identity      TEXT NOT NULL,
    vulnerability TEXT NOT NULL,
    confirmed     INTEGER NOT NULL,
    at            TEXT NOT NULL,
    actor         TEXT NOT NULL,
    reason        TEXT NOT NULL,
    change        INTEGER NOT NULL REFERENCES change (id),
    PRIMARY KEY (environment, identity, vulnerability)
) STRICT;
CREATE INDEX match_decision_change ON match_decision (change);

CREATE TABLE control (
    environment TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id          TEXT NOT NULL,
    position    INTEGER NOT NULL,
    title       TEXT NOT NULL,
    zone        TEXT NOT NULL,
    owner       TEXT NOT NULL,
    srs         TEXT NOT NULL,
    expires     TEXT,
    PRIMARY KEY (environment, id)
) STRICT;

CREATE TABLE control_change (
    seq         INTEGER PRIMARY KEY,
    environment TEXT NOT NULL,
    control     TEXT NOT NULL,
    at          TEXT NOT NULL,
    status      TEXT NOT NULL,
    FOREIGN KEY (environment, control) REFERENCES control (environment, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE finding_control (
    environment TEXT NOT NULL,
    finding     TEXT NOT NULL,
    position    INTEGER NOT NULL,
    control     TEXT NOT NULL,
    PRIMARY KEY (environment, finding, position),
    FOREIGN KEY (environment, finding) REFERENCES finding (environment, id) ON DELETE CASCADE,
    FOREIGN KEY (environment, control) REFERENCES control (environment, id)
) STRICT;

CREATE TABLE ticket (
    environment TEXT NOT NULL,
    id          TEXT NOT NULL,
    position    INTEGER NOT NULL,
    system      TEXT NOT NULL,
    finding     TEXT NOT NULL,
    created     TEXT,
    assignee    TEXT NOT NULL,
    due         TEXT,
    status      TEXT NOT NULL,
    closed      TEXT,
    PRIMARY KEY (environment, id),
    FOREIGN KEY (environment, finding) REFERENCES finding (environment, id) ON DELETE CASCADE
) STRICT;

CREATE INDEX ticket_finding ON ticket (environment, finding);

CREATE TABLE sr_answer (
    seq           INTEGER PRIMARY KEY,
    environment   TEXT NOT NULL,
    zone          TEXT NOT NULL,
    requirement   TEXT NOT NULL,
    status        TEXT NOT NULL,
    at            TEXT NOT NULL,
    justification TEXT NOT NULL,
    control       TEXT,
    FOREIGN KEY (environment, zone) REFERENCES zone (environment, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX sr_answer_zone ON sr_answer (environment, zone);

CREATE TABLE report (
    id              TEXT PRIMARY KEY,
    title           TEXT NOT NULL,
    environments    TEXT NOT NULL,
    period_from     TEXT NOT NULL,
    period_to       TEXT NOT NULL,
    made            TEXT NOT NULL,
    format          TEXT NOT NULL,
    file            TEXT NOT NULL,
    size            INTEGER NOT NULL,
    pages           INTEGER,
    sha256          TEXT NOT NULL,
    evidence_sha256 TEXT NOT NULL
) STRICT;

CREATE TABLE attachment (
    sha256      TEXT PRIMARY KEY,
    environment TEXT REFERENCES environment (id),
    subject     TEXT NOT NULL,
    name        TEXT NOT NULL,
    size        INTEGER NOT NULL,
    added       TEXT NOT NULL
) STRICT;

-- Append-only; each row carries the hash of the one before.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL,
    before  TEXT NOT NULL,
    hash    TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log keeps its rows');
END;
CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log keeps its words');
END;

-- A decision that ends by itself carries its end with it: an event at a day to come. Another decision before that
-- day makes it void; it stays in the table, and comes back when that decision is taken back.
ALTER TABLE finding_event ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE finding_event ADD COLUMN void INTEGER REFERENCES change (id);
CREATE INDEX finding_event_void ON finding_event (void) WHERE void IS NOT NULL;

-- One ticket may be about many findings.
CREATE TABLE ticket_of_findings (
    environment TEXT NOT NULL,
    id          TEXT NOT NULL,
    position    INTEGER NOT NULL,
    system      TEXT NOT NULL,
    link        TEXT NOT NULL DEFAULT '',
    finding     TEXT NOT NULL,
    created     TEXT,
    assignee    TEXT NOT NULL,
    due         TEXT,
    status      TEXT NOT NULL,
    closed      TEXT,
    PRIMARY KEY (environment, id, finding),
    FOREIGN KEY (environment, finding) REFERENCES finding (environment, id) ON DELETE CASCADE
) STRICT;
INSERT INTO ticket_of_findings (environment, id, position, system, finding, created, assignee, due, status, closed)
    SELECT environment, id, position, system, finding, created, assignee, due, status, closed FROM ticket;
DROP TABLE ticket;
ALTER TABLE ticket_of_findings RENAME TO ticket;
CREATE INDEX ticket_finding ON ticket (environment, finding);

-- What a compensating control does, and the day when somebody looks at it again.
ALTER TABLE control ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE control ADD COLUMN review TEXT;

-- A conduit joins two zones or more, in an order; what it is assessed by stands in `zone` under its id.
ALTER TABLE conduit RENAME TO conduit_of_two;

CREATE TABLE conduit (
    environment  TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    id           TEXT NOT NULL,
    position     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    direction    TEXT NOT NULL,
    protocols    TEXT NOT NULL,
    protected_by TEXT NOT NULL,
    PRIMARY KEY (environment, id)
) STRICT;

CREATE TABLE conduit_zone (
    environment TEXT NOT NULL,
    conduit     TEXT NOT NULL,
    position    INTEGER NOT NULL,
    zone        TEXT NOT NULL,
    PRIMARY KEY (environment, conduit, zone),
    FOREIGN KEY (environment, conduit) REFERENCES conduit (environment, id) ON DELETE CASCADE,
    FOREIGN KEY (environment, zone) REFERENCES zone (environment, id)
) STRICT;
CREATE INDEX conduit_zone_zone ON conduit_zone (environment, zone);

INSERT INTO conduit (environment, id, position, name, direction, protocols, protected_by)
    SELECT environment, id, position, name, 'both', protocols, protected_by FROM conduit_of_two;
INSERT INTO conduit_zone (environment, conduit, position, zone)
    SELECT environment, id, 0, from_zone FROM conduit_of_two
    UNION ALL SELECT environment, id, 1, to_zone FROM conduit_of_two WHERE to_zone <> from_zone;
DROP TABLE conduit_of_two;

ALTER TABLE zone ADD COLUMN traits TEXT NOT NULL DEFAULT '[]';
ALTER TABLE zone ADD COLUMN conduit INTEGER NOT NULL DEFAULT 0;

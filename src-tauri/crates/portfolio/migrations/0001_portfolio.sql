-- A plant: an environment of somebody's store, under a key that is the same each time it is published.
CREATE TABLE plumbline.plant (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key          text NOT NULL UNIQUE,
    name         text NOT NULL,
    organisation text NOT NULL
);

-- How it stood at the end of a day. Of a day the one that was made last counts. The figures are sums over its zones.
CREATE TABLE plumbline.assessment (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plant           bigint NOT NULL REFERENCES plumbline.plant ON DELETE CASCADE,
    as_of           date NOT NULL,
    made            timestamptz NOT NULL,
    published       timestamptz NOT NULL DEFAULT now(),
    published_by    text NOT NULL,
    program         text NOT NULL,
    method          text NOT NULL,
    profile         text NOT NULL,
    evidence_sha256 text NOT NULL,
    zones           integer NOT NULL,
    below           integer NOT NULL,
    not_assessed    integer NOT NULL,
    gap             integer NOT NULL,
    open            integer NOT NULL,
    high            integer NOT NULL
);

-- Lists and trends read this alone, and of each plant one row of it for each day asked for.
CREATE UNIQUE INDEX assessment_of_day ON plumbline.assessment (plant, as_of)
    INCLUDE (zones, below, not_assessed, gap, open, high);

-- Levels by foundational requirement, FR 1 to FR 7; null where nothing could be said.
CREATE TABLE plumbline.zone (
    assessment bigint NOT NULL REFERENCES plumbline.assessment ON DELETE CASCADE,
    position   integer NOT NULL,
    id         text NOT NULL,
    name       text NOT NULL,
    target     smallint[] NOT NULL CHECK (cardinality(target) = 7),
    achieved   smallint[] NOT NULL CHECK (cardinality(achieved) = 7),
    PRIMARY KEY (assessment, position)
);

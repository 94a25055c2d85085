-- The evidence documents that kept reports were made from, packed.
CREATE TABLE report_evidence (
    report      TEXT NOT NULL REFERENCES report (id) ON DELETE CASCADE,
    environment TEXT NOT NULL,
    content     BLOB NOT NULL,
    PRIMARY KEY (report, environment)
) STRICT;

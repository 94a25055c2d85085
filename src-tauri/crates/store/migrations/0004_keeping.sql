-- What people keep of their work, small records by kind and id: rules, views, assignments, notes, requests, vendors'
-- updates, maintenance windows, files of evidence. `change` wrote it last.
CREATE TABLE kept (
    environment TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    id          TEXT NOT NULL,
    content     TEXT NOT NULL,
    change      INTEGER NOT NULL REFERENCES change (id),
    PRIMARY KEY (environment, kind, id)
) STRICT;

-- Never written; files are kept by what they are evidence of now.
DROP TABLE attachment;

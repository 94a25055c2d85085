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

-- Who gave an answer to a requirement, and the change that can be taken back.
ALTER TABLE sr_answer ADD COLUMN by TEXT NOT NULL DEFAULT '';
ALTER TABLE sr_answer ADD COLUMN change INTEGER REFERENCES change (id);
CREATE INDEX sr_answer_change ON sr_answer (change) WHERE change IS NOT NULL;

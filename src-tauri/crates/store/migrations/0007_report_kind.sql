-- What kind of report was kept: iec62443, executive, risk or extract.
ALTER TABLE report ADD COLUMN kind TEXT NOT NULL DEFAULT 'iec62443';

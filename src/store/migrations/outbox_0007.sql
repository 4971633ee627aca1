-- When a decision was made, by Meta's clock: what is older did not come after it.
ALTER TABLE triage ADD COLUMN at INTEGER;

-- A copy of what the other file holds of an agent's own decisions, because the
-- rules of the views need it. Times are Meta's, in milliseconds.
ALTER TABLE conversation ADD COLUMN aside       TEXT;
ALTER TABLE conversation ADD COLUMN until       INTEGER;
ALTER TABLE conversation ADD COLUMN through     INTEGER;
ALTER TABLE conversation ADD COLUMN kept_unread INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN labels      TEXT NOT NULL DEFAULT '[]';
-- When the bot last asked for a person: by a request for control, or by words
-- that the configuration names.
ALTER TABLE conversation ADD COLUMN asked_at    INTEGER;
-- The words (folded) and labels that ask for a person, by configuration.
CREATE TABLE asking (
  kind TEXT NOT NULL,
  word TEXT NOT NULL,
  PRIMARY KEY (kind, word)
) STRICT, WITHOUT ROWID;

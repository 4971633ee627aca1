-- 0 meant "keeps its text to itself", which is 2 now; 0 means "has not come back yet".
UPDATE outgoing SET given_back = 2 WHERE state = 'refused' AND given_back = 0;
-- A draft keeps its file when its thread is left: our copy of it, as in outgoing.
ALTER TABLE draft ADD COLUMN file TEXT;
-- Lines of the record that are not in its file yet. A reply has one line,
-- however often it is told that Meta took it.
CREATE TABLE audit (
  n     INTEGER PRIMARY KEY,
  reply TEXT UNIQUE,
  line  TEXT NOT NULL
) STRICT;

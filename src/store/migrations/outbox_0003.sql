-- What an agent decided for themselves, which nobody can tell us again. Times
-- are Meta's, in milliseconds; labels are a JSON list.
CREATE TABLE triage (
  conversation TEXT PRIMARY KEY,
  psid         TEXT NOT NULL,
  aside        TEXT,
  until        INTEGER,
  through      INTEGER,
  unread       INTEGER NOT NULL,
  labels       TEXT NOT NULL
) STRICT;

-- Private notes, by our clock.
CREATE TABLE note (
  id           TEXT PRIMARY KEY,
  conversation TEXT NOT NULL,
  psid         TEXT NOT NULL,
  at           INTEGER NOT NULL,
  agent        TEXT NOT NULL,
  text         TEXT NOT NULL
) STRICT;
CREATE INDEX note_in_thread ON note (conversation, at);

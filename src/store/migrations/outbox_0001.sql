CREATE TABLE outgoing (
  local        TEXT PRIMARY KEY,
  conversation TEXT NOT NULL,
  psid         TEXT NOT NULL,
  at           INTEGER NOT NULL,
  text         TEXT NOT NULL,
  send_as      TEXT NOT NULL,
  hand_back    TEXT,
  attempt      INTEGER NOT NULL DEFAULT 0,
  sent_at      INTEGER,
  state        TEXT NOT NULL,
  reason       TEXT,
  given_back   INTEGER NOT NULL DEFAULT 0,
  mid          TEXT UNIQUE
) STRICT;
CREATE INDEX outgoing_in_thread ON outgoing (conversation, at);

CREATE TABLE draft (
  conversation TEXT PRIMARY KEY,
  psid         TEXT NOT NULL,
  text         TEXT NOT NULL,
  line         INTEGER NOT NULL,
  col          INTEGER NOT NULL,
  at           INTEGER NOT NULL
) STRICT;

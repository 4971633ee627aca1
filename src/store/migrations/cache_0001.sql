CREATE TABLE conversation (
  id            TEXT PRIMARY KEY,
  psid          TEXT NOT NULL,
  platform      TEXT NOT NULL,
  name          TEXT,
  snippet       TEXT NOT NULL DEFAULT '',
  fold          TEXT NOT NULL DEFAULT '',
  updated_at    INTEGER NOT NULL,
  unread        INTEGER NOT NULL DEFAULT 0,
  customer_at   INTEGER,
  page_at       INTEGER,
  agent_at      INTEGER,
  owner         TEXT NOT NULL DEFAULT 'unknown',
  owner_since   INTEGER,
  control_until INTEGER,
  can_reply     INTEGER,
  seen_through  INTEGER,
  older_cursor  TEXT,
  older_known   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX conversation_psid ON conversation (psid);
CREATE INDEX conversation_updated ON conversation (updated_at DESC);

CREATE TABLE message (
  mid          TEXT PRIMARY KEY,
  conversation TEXT NOT NULL,
  at           INTEGER NOT NULL,
  author       TEXT NOT NULL,
  text         TEXT NOT NULL,
  parts        TEXT NOT NULL,
  gone         INTEGER NOT NULL,
  raw          TEXT NOT NULL
) STRICT;
CREATE INDEX message_in_thread ON message (conversation, at);

CREATE TABLE happening (
  conversation TEXT NOT NULL,
  at           INTEGER NOT NULL,
  what         TEXT NOT NULL,
  PRIMARY KEY (conversation, at, what)
) STRICT;

CREATE TABLE person (
  psid       TEXT PRIMARY KEY,
  missing    TEXT,
  name       TEXT,
  username   TEXT,
  locale     TEXT,
  utc_offset INTEGER,
  followers  INTEGER
) STRICT;

CREATE TABLE page (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

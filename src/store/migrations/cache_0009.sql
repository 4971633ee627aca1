-- Media that Meta keeps, by the bytes that it was given.
CREATE TABLE saved_media (
  platform TEXT NOT NULL,
  digest   TEXT NOT NULL,
  id       TEXT NOT NULL,
  kind     TEXT NOT NULL,
  name     TEXT NOT NULL,
  bytes    INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (platform, digest)
) STRICT, WITHOUT ROWID;

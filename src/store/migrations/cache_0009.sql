-- Media that Meta keeps, by the bytes that it was given, and as what.
CREATE TABLE saved_media (
  platform TEXT NOT NULL,
  digest   TEXT NOT NULL,
  id       TEXT NOT NULL,
  kind     TEXT NOT NULL,
  name     TEXT NOT NULL,
  bytes    INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (platform, digest, kind)
) STRICT, WITHOUT ROWID;

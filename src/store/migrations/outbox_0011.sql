-- What would be made again at Meta, or counted anew, if it went with the cache.
CREATE TABLE kept (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

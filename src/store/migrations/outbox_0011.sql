-- Single values that must outlive the cache: the persona's id at Meta, and when the
-- calls for the Page's profile were made.
CREATE TABLE kept (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What webhooks tell. Times are Meta's, in milliseconds.
ALTER TABLE conversation ADD COLUMN delivered_through INTEGER;
ALTER TABLE conversation ADD COLUMN read_through INTEGER;
ALTER TABLE conversation ADD COLUMN marked_seen_at INTEGER;
-- The newest hand-over that Meta told, and on which channel the customer's
-- newest act came (1: we are in charge). Together they say who holds the
-- thread, in whatever order they come. By our clock.
ALTER TABLE conversation ADD COLUMN moved_at  INTEGER;
ALTER TABLE conversation ADD COLUMN moved_to  TEXT;
ALTER TABLE conversation ADD COLUMN charge_at INTEGER;
ALTER TABLE conversation ADD COLUMN charge_us INTEGER;
-- Who held it by what we did or read: base_at is when we knew it, base_since
-- since when they hold it, as far as we saw it.
ALTER TABLE conversation ADD COLUMN base_owner TEXT NOT NULL DEFAULT 'unknown';
ALTER TABLE conversation ADD COLUMN base_at    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN base_since INTEGER;
UPDATE conversation SET base_owner = owner, base_at = coalesce(owner_since, 0), base_since = owner_since;
-- heard: by webhook, so its moment is exact.
ALTER TABLE message ADD COLUMN heard    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN reply_to TEXT;
ALTER TABLE message ADD COLUMN edits    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN unsent   INTEGER NOT NULL DEFAULT 0;
-- When the change was heard, by Meta's clock.
ALTER TABLE message ADD COLUMN edited_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE happening ADD COLUMN raw TEXT NOT NULL DEFAULT '';

-- What is said about a message, which may come before the message does: kind
-- is reaction:customer, reaction:page, edit, unsent or seen; of each kind the
-- greatest n counts (a moment, or the number of a change).
CREATE TABLE annotation (
  mid          TEXT NOT NULL,
  kind         TEXT NOT NULL,
  conversation TEXT NOT NULL,
  n            INTEGER NOT NULL,
  value        TEXT,
  at           INTEGER NOT NULL,
  PRIMARY KEY (mid, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX annotation_in_thread ON annotation (conversation, at);
CREATE TRIGGER annotation_removed AFTER DELETE ON message BEGIN
  DELETE FROM annotation WHERE mid = old.mid;
END;

CREATE TRIGGER conversation_removed AFTER DELETE ON conversation BEGIN
  DELETE FROM annotation WHERE conversation = old.id;
  DELETE FROM happening WHERE conversation = old.id;
END;

-- What was told of people whose conversation is not known yet (and, without a
-- person, of the Page), as it came.
CREATE TABLE parked (
  n    INTEGER PRIMARY KEY,
  psid TEXT NOT NULL,
  at   INTEGER NOT NULL,
  raw  TEXT NOT NULL,
  UNIQUE (psid, raw)
) STRICT;

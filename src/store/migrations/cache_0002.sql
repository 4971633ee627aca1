-- Where a row stands in the list is kept with the row, because it changes only
-- when news comes or when one of its moments passes (`turns_at`). Milliseconds.
ALTER TABLE conversation ADD COLUMN name_fold TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN messages  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN waits     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN needs_me  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN mine      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN bot       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN closing   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN ord       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN turns_at  INTEGER DEFAULT 0;

CREATE INDEX view_all      ON conversation (ord, id);
CREATE INDEX view_needs_me ON conversation (ord, id) WHERE needs_me = 1;
CREATE INDEX view_mine     ON conversation (ord, id) WHERE mine = 1;
CREATE INDEX view_bot      ON conversation (ord, id) WHERE bot = 1;
CREATE INDEX view_closing  ON conversation (ord, id) WHERE closing = 1;
CREATE INDEX waiting       ON conversation (ord, id) WHERE needs_me = 1 AND waits = 1;
CREATE INDEX turning       ON conversation (turns_at) WHERE turns_at IS NOT NULL;
CREATE INDEX named         ON conversation (updated_at DESC, name_fold, id, platform);

-- One row: how many each view holds.
CREATE TABLE tally (
  needs_me INTEGER NOT NULL,
  mine     INTEGER NOT NULL,
  bot      INTEGER NOT NULL,
  closing  INTEGER NOT NULL,
  everyone INTEGER NOT NULL
) STRICT;
INSERT INTO tally SELECT 0, 0, 0, 0, count(*) FROM conversation;
CREATE TRIGGER tally_added AFTER INSERT ON conversation BEGIN
  UPDATE tally SET everyone = everyone + 1, needs_me = needs_me + new.needs_me, mine = mine + new.mine,
    bot = bot + new.bot, closing = closing + new.closing;
END;
CREATE TRIGGER tally_removed AFTER DELETE ON conversation BEGIN
  UPDATE tally SET everyone = everyone - 1, needs_me = needs_me - old.needs_me, mine = mine - old.mine,
    bot = bot - old.bot, closing = closing - old.closing;
END;
CREATE TRIGGER tally_moved AFTER UPDATE OF needs_me, mine, bot, closing ON conversation
WHEN (new.needs_me, new.mine, new.bot, new.closing) IS NOT (old.needs_me, old.mine, old.bot, old.closing) BEGIN
  UPDATE tally SET needs_me = needs_me + new.needs_me - old.needs_me, mine = mine + new.mine - old.mine,
    bot = bot + new.bot - old.bot, closing = closing + new.closing - old.closing;
END;

-- A number of its own orders messages of one second, and the index of all
-- words needs one that stays.
CREATE TABLE message_numbered (
  n            INTEGER PRIMARY KEY,
  mid          TEXT NOT NULL UNIQUE,
  conversation TEXT NOT NULL,
  at           INTEGER NOT NULL,
  author       TEXT NOT NULL,
  text         TEXT NOT NULL,
  fold         TEXT NOT NULL,
  parts        TEXT NOT NULL,
  gone         INTEGER NOT NULL,
  raw          TEXT NOT NULL
) STRICT;
INSERT INTO message_numbered SELECT rowid, mid, conversation, at, author, text, fold(text), parts, gone, raw
  FROM message ORDER BY rowid;
DROP TABLE message;
ALTER TABLE message_numbered RENAME TO message;
CREATE INDEX message_in_thread ON message (conversation, at, n);
UPDATE conversation SET messages = (SELECT count(*) FROM message m WHERE m.conversation = conversation.id);
UPDATE conversation SET name_fold = fold(coalesce(name, ''));

CREATE VIRTUAL TABLE words USING fts5 (fold, content = 'message', content_rowid = 'n', tokenize = 'trigram');
INSERT INTO words (words) VALUES ('rebuild');
-- What is forgotten must leave the index, too, not only be marked as gone.
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
  INSERT INTO words (rowid, fold) VALUES (new.n, new.fold);
  UPDATE conversation SET messages = messages + 1 WHERE id = new.conversation;
END;
CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
  INSERT INTO words (words, rowid, fold) VALUES ('delete', old.n, old.fold);
  UPDATE conversation SET messages = messages - 1 WHERE id = old.conversation;
END;
CREATE TRIGGER message_reworded AFTER UPDATE OF fold ON message WHEN new.fold <> old.fold BEGIN
  INSERT INTO words (words, rowid, fold) VALUES ('delete', old.n, old.fold);
  INSERT INTO words (rowid, fold) VALUES (new.n, new.fold);
END;

-- The index of all words knows in which messages three letters stand, and not where: it
-- is a third as large and costs half as much to keep. Where they stand is seen in the
-- text itself.
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5 (
  fold, content = 'message', content_rowid = 'n', tokenize = 'trigram', detail = 'none', columnsize = 0
);
INSERT INTO words (words) VALUES ('rebuild');
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
-- `named` begins with the same column.
DROP INDEX conversation_updated;
-- Who adds a message puts its words into the index and counts it without a trigger: a
-- statement that has one begins a savepoint, where FTS5 writes to the disk what it has.
-- That would be once for each message, not once for all that are added together.
DROP TRIGGER message_added;

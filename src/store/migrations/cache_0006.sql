-- We held the thread, and nobody took it from us: control ran out, or was let go.
ALTER TABLE conversation ADD COLUMN lapsed INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER owner_lapsed AFTER UPDATE OF owner ON conversation WHEN new.owner <> old.owner BEGIN
  UPDATE conversation SET lapsed = (new.owner = 'idle' AND (old.owner = 'us' OR old.lapsed = 1)) WHERE id = new.id;
END;
-- All rows are placed anew: who waits and whose control has run out needs us.
UPDATE conversation SET turns_at = 0;

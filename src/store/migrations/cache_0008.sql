-- Control that has left us has lapsed as long as nobody is known to have it: "not
-- you" of a list comes before Meta's word that it is nobody's.
DROP TRIGGER owner_lapsed;
CREATE TRIGGER owner_lapsed AFTER UPDATE OF owner ON conversation WHEN new.owner <> old.owner BEGIN
  UPDATE conversation SET lapsed = (new.owner IN ('idle', 'not_us', 'unknown') AND (old.owner = 'us' OR old.lapsed = 1)) WHERE id = new.id;
END;

-- Every name by which a person is known, one a line, beside the one that is shown.
ALTER TABLE conversation ADD COLUMN names TEXT NOT NULL DEFAULT '';
UPDATE conversation SET names =
  (SELECT trim(coalesce(p.name, '') || char(10) || coalesce(p.username, ''), char(10)) FROM person p WHERE p.psid = conversation.psid)
  WHERE psid IN (SELECT psid FROM person WHERE coalesce(name, username) IS NOT NULL);
-- What is searched is folded in full now, and kept in both spellings (ä is also ae).
UPDATE conversation SET
  name_fold = searchable(CASE WHEN trim(coalesce(name, '')) = '' THEN name_fold ELSE name END || CASE names WHEN '' THEN '' ELSE char(10) || names END),
  fold = searchable(coalesce(name, '') || ' ' || snippet)
  WHERE names <> '' OR respelled(coalesce(name, '') || snippet) IS NOT NULL
    OR fold(name_fold || fold) <> name_fold || fold;
-- Messages follow behind the first frame, a little at a time.
INSERT INTO page (key, value) SELECT 'refold', '0' WHERE EXISTS (SELECT 1 FROM message);

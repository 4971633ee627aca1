-- What a reply holds besides text, and what is attached to a draft: a list, in which a
-- file is one kind among others.
ALTER TABLE outgoing RENAME COLUMN file TO content;
UPDATE outgoing SET content = '[{"files":[' || content || ']}]' WHERE content IS NOT NULL;
ALTER TABLE draft RENAME COLUMN file TO content;
UPDATE draft SET content = '[{"files":[' || content || ']}]' WHERE content IS NOT NULL;

-- A file that goes out instead of text: our copy of it, its name, size, kind and
-- media type, as JSON.
ALTER TABLE outgoing ADD COLUMN file TEXT;

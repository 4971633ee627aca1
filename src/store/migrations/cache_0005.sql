-- When the customer last did anything besides writing that opens the 24 hours (a
-- reaction, a link followed into the thread), by Meta's clock in milliseconds.
ALTER TABLE conversation ADD COLUMN opened_at INTEGER;

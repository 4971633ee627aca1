-- A part of a long text goes after this one, and a reply that can still be taken
-- back does not go before this moment (our clock, milliseconds).
ALTER TABLE outgoing ADD COLUMN follows    TEXT;
ALTER TABLE outgoing ADD COLUMN not_before INTEGER;

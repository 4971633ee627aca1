-- What the agent knew of the thread at Enter (Meta's clock, milliseconds), how
-- often a doubtful reply was looked for without finding it, and whether the
-- hand-back that was to follow a reply is done.
ALTER TABLE outgoing ADD COLUMN customer_at INTEGER;
ALTER TABLE outgoing ADD COLUMN page_at     INTEGER;
ALTER TABLE outgoing ADD COLUMN looks       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outgoing ADD COLUMN handed_back INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outgoing_unsettled ON outgoing (state) WHERE state NOT IN ('sent', 'dropped');

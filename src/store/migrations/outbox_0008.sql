-- Meta's id of the message that a reply, or a draft, replies to.
ALTER TABLE outgoing ADD COLUMN quote TEXT;
ALTER TABLE draft ADD COLUMN quote TEXT;

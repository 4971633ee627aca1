-- A reply, or a draft, that makes no sound on the customer's phone.
ALTER TABLE outgoing ADD COLUMN silent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN silent INTEGER NOT NULL DEFAULT 0;

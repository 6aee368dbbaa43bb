-- After a conversation: its review, kept as it was read; and what a lead's score is made of.
ALTER TABLE conversations ADD COLUMN reviewed_at TEXT;
ALTER TABLE conversations ADD COLUMN review_claimed_until TEXT;
ALTER TABLE conversations ADD COLUMN review_attempts INTEGER NOT NULL DEFAULT 0;
CREATE INDEX conversations_to_review ON conversations (ended_at) WHERE reviewed_at IS NULL AND ended_at IS NOT NULL;
ALTER TABLE voice_lead_calls ADD COLUMN review TEXT;
ALTER TABLE voice_leads ADD COLUMN score_reasons TEXT NOT NULL DEFAULT '[]';
ALTER TABLE voice_leads ADD COLUMN scored_at TEXT;
ALTER TABLE requirement_changes ADD COLUMN words TEXT;

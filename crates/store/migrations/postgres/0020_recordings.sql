-- The sound of calls: one row for each call that Twilio records, from its first word until the sound is gone again.
CREATE TABLE recordings (
    conversation_id TEXT PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    recording_sid TEXT,
    -- running: Twilio has not told us that it is whole. refused: the caller objected. gone: there is none, or no longer.
    status TEXT NOT NULL CHECK (status IN ('running', 'waiting', 'stored', 'refused', 'gone', 'failed')),
    duration BIGINT,
    bytes BIGINT,
    path TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_attempt_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX recordings_due ON recordings (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX consents_lead ON consents (lead_id, purpose);
-- Twilio's copies of recordings go like those of calls and messages. (SQLite changes a check by a new table.)
CREATE TABLE provider_deletions_new (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('call', 'message', 'recording')),
    provider_sid TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_attempt_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
INSERT INTO provider_deletions_new SELECT id, kind, provider_sid, attempts, next_attempt_at, created_at FROM provider_deletions;
DROP TABLE provider_deletions;
ALTER TABLE provider_deletions_new RENAME TO provider_deletions;
CREATE INDEX provider_deletions_due ON provider_deletions (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

-- What Twilio still keeps of somebody who was erased, or of a conversation whose time is over: deleted there, then here.
CREATE TABLE provider_deletions (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('call', 'message')),
    provider_sid TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_attempt_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX provider_deletions_due ON provider_deletions (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
-- Files of people who were erased: deleted from the shelf, then here.
CREATE TABLE file_deletions (
    path TEXT PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL
);
-- Whoever has a claim open is neither erased nor forgotten until it is lifted.
CREATE TABLE legal_holds (
    id TEXT PRIMARY KEY,
    lead_id INTEGER NOT NULL UNIQUE,
    reason TEXT NOT NULL,
    placed_at TIMESTAMPTZ NOT NULL
);

-- People who write: one row for each address, with the time at which what they wrote is to be answered. A chat is a row of
-- voice_lead_calls like a call, known by its conversation.
CREATE TABLE chats (
    address TEXT PRIMARY KEY,
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'whatsapp')),
    lead_id INTEGER NOT NULL REFERENCES voice_leads (id) ON DELETE CASCADE,
    profile_name TEXT,
    conversation_id TEXT,
    waiting_since TIMESTAMPTZ,
    answer_at TIMESTAMPTZ,
    claimed_until TIMESTAMPTZ,
    attempts INTEGER NOT NULL DEFAULT 0,
    passed_to TEXT,
    asks BOOLEAN NOT NULL DEFAULT FALSE,
    in_doubt BOOLEAN NOT NULL DEFAULT FALSE,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX chats_due ON chats (answer_at) WHERE answer_at IS NOT NULL;
CREATE INDEX chats_conversation ON chats (conversation_id);
CREATE TABLE message_media (
    id TEXT PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    provider_url TEXT NOT NULL,
    said_type TEXT,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'stored', 'refused', 'failed')),
    kind TEXT CHECK (kind IN ('picture', 'video', 'voice', 'document')),
    media_type TEXT,
    bytes INTEGER,
    path TEXT,
    detail TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TIMESTAMPTZ,
    deleted_at_provider TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (message_id, position)
);
CREATE INDEX message_media_due ON message_media (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
ALTER TABLE messages ADD COLUMN answered_at TIMESTAMPTZ;
UPDATE messages SET answered_at = created_at WHERE direction = 'inbound';
CREATE INDEX messages_unanswered ON messages (from_address, created_at) WHERE direction = 'inbound' AND answered_at IS NULL;
ALTER TABLE conversations ADD COLUMN ticket_id INTEGER;
ALTER TABLE voice_lead_calls ADD COLUMN conversation_id TEXT;
UPDATE voice_lead_calls SET conversation_id = (SELECT id FROM conversations v WHERE v.call_sid = voice_lead_calls.call_sid);
CREATE UNIQUE INDEX voice_lead_calls_conversation ON voice_lead_calls (conversation_id);

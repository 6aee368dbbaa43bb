-- Conversations: the saved state, every turn, and what each webhook was answered.
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    call_sid TEXT UNIQUE,
    lead_id INTEGER NOT NULL REFERENCES voice_leads (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    turn INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;
CREATE INDEX conversations_open ON conversations (updated_at) WHERE ended_at IS NULL;

CREATE TABLE conversation_turns (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    turn INTEGER NOT NULL,
    speaker TEXT NOT NULL CHECK (speaker IN ('caller', 'receptionist', 'tool', 'staff')),
    words TEXT,
    words_heard TEXT,
    confidence REAL,
    tool TEXT,
    arguments TEXT,
    result TEXT,
    dedupe_key TEXT UNIQUE,
    spoken_at TEXT NOT NULL,
    took_ms INTEGER
) STRICT;
CREATE INDEX conversation_turns_order ON conversation_turns (conversation_id, turn, id);

CREATE TABLE webhook_answers (
    door TEXT NOT NULL,
    request TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (door, request)
) STRICT;
CREATE INDEX webhook_answers_age ON webhook_answers (created_at);

-- Messages are their own outbox: a row is written in the transaction that causes it, claimed by lease, and every
-- attempt is a row.
CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'whatsapp', 'email')),
    kind TEXT NOT NULL,
    lead_id INTEGER,
    conversation_id TEXT,
    appointment_id INTEGER,
    to_address TEXT NOT NULL,
    from_address TEXT NOT NULL,
    body TEXT NOT NULL,
    content_sid TEXT,
    content_variables TEXT,
    status TEXT NOT NULL,
    dedupe_key TEXT UNIQUE,
    provider_sid TEXT UNIQUE,
    error_code INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    possible_duplicate BOOLEAN NOT NULL DEFAULT FALSE,
    fallback_for TEXT,
    send_after TIMESTAMPTZ NOT NULL,
    claimed_by TEXT,
    claimed_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX messages_due ON messages (send_after) WHERE status IN ('queued', 'sending', 'unknown');
CREATE INDEX messages_to ON messages (to_address, channel);
CREATE INDEX messages_from ON messages (from_address, channel) WHERE direction = 'inbound';
CREATE INDEX messages_lead ON messages (lead_id, created_at);

CREATE TABLE message_attempts (
    id TEXT PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'transient', 'permanent', 'unknown', 'reconciled', 'not_found', 'no_answer')),
    http_status INTEGER,
    error_code INTEGER,
    provider_sid TEXT,
    detail TEXT
);
CREATE INDEX message_attempts_message ON message_attempts (message_id, number);

CREATE TABLE consents (
    id TEXT PRIMARY KEY,
    lead_id INTEGER NOT NULL REFERENCES voice_leads (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    purpose TEXT NOT NULL,
    given BOOLEAN NOT NULL,
    words TEXT,
    recorded_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE opt_outs (
    id TEXT PRIMARY KEY,
    address TEXT NOT NULL,
    channel TEXT NOT NULL,
    purpose TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    UNIQUE (address, channel, purpose)
);

-- What the provider reported, kept as it came: a receipt may overtake the answer that tells us the message's id.
CREATE TABLE message_receipts (
    id TEXT PRIMARY KEY,
    provider_sid TEXT NOT NULL,
    status TEXT NOT NULL,
    error_code INTEGER,
    received_at TIMESTAMPTZ NOT NULL,
    applied_at TIMESTAMPTZ,
    UNIQUE (provider_sid, status)
);
CREATE INDEX message_receipts_waiting ON message_receipts (provider_sid) WHERE applied_at IS NULL;

-- Emergencies until somebody has taken them: who was rung, who reported, where it is. Transfers to people. Messages may be
-- posts to the staff's Slack and calls to the person on duty; the table is made anew, as a check cannot be widened alike
-- on both databases.
CREATE TABLE messages_wider (
    id TEXT PRIMARY KEY,
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'whatsapp', 'email', 'slack', 'voice')),
    kind TEXT NOT NULL,
    lead_id INTEGER,
    conversation_id TEXT,
    appointment_id INTEGER,
    alert_id TEXT,
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
INSERT INTO messages_wider (id, direction, channel, kind, lead_id, conversation_id, appointment_id, to_address, from_address, body,
    content_sid, content_variables, status, dedupe_key, provider_sid, error_code, attempts, possible_duplicate, fallback_for,
    send_after, claimed_by, claimed_until, created_at, updated_at)
SELECT id, direction, channel, kind, lead_id, conversation_id, appointment_id, to_address, from_address, body,
    content_sid, content_variables, status, dedupe_key, provider_sid, error_code, attempts, possible_duplicate, fallback_for,
    send_after, claimed_by, claimed_until, created_at, updated_at
FROM messages;
CREATE TABLE attempts_kept AS SELECT * FROM message_attempts;
DROP TABLE message_attempts;
DROP TABLE messages;
ALTER TABLE messages_wider RENAME TO messages;
CREATE INDEX messages_due ON messages (send_after) WHERE status IN ('queued', 'sending', 'unknown');
CREATE INDEX messages_to ON messages (to_address, channel);
CREATE INDEX messages_from ON messages (from_address, channel) WHERE direction = 'inbound';
CREATE INDEX messages_lead ON messages (lead_id, created_at);
CREATE INDEX messages_alert ON messages (alert_id) WHERE alert_id IS NOT NULL;
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
INSERT INTO message_attempts (id, message_id, number, started_at, finished_at, outcome, http_status, error_code, provider_sid, detail)
SELECT id, message_id, number, started_at, finished_at, outcome, http_status, error_code, provider_sid, detail FROM attempts_kept;
DROP TABLE attempts_kept;
CREATE INDEX message_attempts_message ON message_attempts (message_id, number);

-- Where it is: as it was said, and the building, by which reports of one incident are known to be one.
ALTER TABLE alerts ADD COLUMN place TEXT;
ALTER TABLE alerts ADD COLUMN pm_property_id INTEGER;
-- Hazard and building, while others may still report the same.
ALTER TABLE alerts ADD COLUMN incident TEXT;
ALTER TABLE alerts ADD COLUMN merged_into TEXT;
-- The ladder: how many were rung, and when the next is. Null: acknowledged, or part of another incident.
ALTER TABLE alerts ADD COLUMN rungs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN next_at TIMESTAMPTZ;
ALTER TABLE alerts ADD COLUMN acknowledged_name TEXT;
CREATE UNIQUE INDEX alerts_incident ON alerts (incident) WHERE incident IS NOT NULL;
CREATE INDEX alerts_due ON alerts (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX alert_steps_order ON alert_steps (alert_id, id);

CREATE TABLE alert_reporters (
    alert_id TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    conversation_id TEXT NOT NULL,
    lead_id INTEGER NOT NULL,
    name TEXT,
    phone TEXT,
    words TEXT NOT NULL,
    reported_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (alert_id, conversation_id)
);

CREATE TABLE alert_rings (
    id TEXT PRIMARY KEY,
    alert_id TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    user_id INTEGER,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    ends_round BOOLEAN NOT NULL,
    rung_at TIMESTAMPTZ NOT NULL,
    answer TEXT CHECK (answer IN ('accepted', 'passed_on', 'no_answer')),
    answered_at TIMESTAMPTZ
);
CREATE INDEX alert_rings_alert ON alert_rings (alert_id, id);
CREATE INDEX alert_rings_phone ON alert_rings (phone, id);

CREATE TABLE transfers (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    lead_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    summary TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ringing', 'accepted', 'connected', 'failed')),
    taken_by INTEGER,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX transfers_conversation ON transfers (conversation_id);
CREATE INDEX transfers_open ON transfers (started_at) WHERE ended_at IS NULL;

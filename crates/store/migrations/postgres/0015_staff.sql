-- Colleagues who sign in, their sessions, and links that let somebody choose a password once. Of tokens only the hash is kept.
CREATE TABLE staff_accounts (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'manager', 'negotiator', 'reviewer', 'read_only')),
    user_id BIGINT,
    password_hash TEXT,
    totp_secret TEXT,
    totp_step BIGINT,
    failed_attempts BIGINT NOT NULL DEFAULT 0,
    locked_until TIMESTAMPTZ,
    disabled_at TIMESTAMPTZ,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE staff_sessions (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES staff_accounts (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    browser TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX staff_sessions_account ON staff_sessions (account_id);

CREATE TABLE staff_links (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES staff_accounts (id) ON DELETE CASCADE,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);

CREATE INDEX audit_log_when ON audit_log (happened_at, id);
CREATE INDEX voice_lead_calls_when ON voice_lead_calls (created_at, id);
CREATE INDEX conversations_when ON conversations (started_at, id);
-- What whoever took a call over tells Sarah when they give it back.
ALTER TABLE transfers ADD COLUMN note TEXT;

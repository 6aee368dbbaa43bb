-- One-time codes, sent to the number that is on file: the third rung of the disclosure ladder. Only their digests are kept.
CREATE TABLE verification_codes (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    tenant_id INTEGER NOT NULL,
    digest TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    used_at TEXT
) STRICT;
CREATE INDEX verification_codes_conversation ON verification_codes (conversation_id, id);
CREATE INDEX verification_codes_tenant ON verification_codes (tenant_id, sent_at);

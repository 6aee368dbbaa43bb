-- Packages of homes, each with its signed page; and what a message may be made of besides words.
CREATE TABLE packages (
    id TEXT PRIMARY KEY,
    lead_id INTEGER NOT NULL REFERENCES voice_leads (id) ON DELETE CASCADE,
    conversation_id TEXT,
    occasion TEXT NOT NULL,
    homes INTEGER[] NOT NULL DEFAULT '{}',
    created_at TIMESTAMPTZ NOT NULL,
    opened_at TIMESTAMPTZ
);
CREATE INDEX packages_lead ON packages (lead_id, created_at);
ALTER TABLE messages ADD COLUMN package_id TEXT;
ALTER TABLE messages ADD COLUMN subject TEXT;
ALTER TABLE messages ADD COLUMN html TEXT;
ALTER TABLE messages ADD COLUMN media TEXT;
ALTER TABLE messages ADD COLUMN attachments TEXT;
ALTER TABLE messages ADD COLUMN unsubscribe TEXT;

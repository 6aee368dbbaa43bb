-- What colleagues write down: of a lead, of a repair, of a call or of one line of it.
CREATE TABLE notes (
    id TEXT PRIMARY KEY,
    lead_id INTEGER REFERENCES voice_leads (id) ON DELETE CASCADE,
    ticket_id INTEGER,
    conversation_id TEXT REFERENCES conversations (id) ON DELETE CASCADE,
    turn_id TEXT REFERENCES conversation_turns (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL,
    body TEXT NOT NULL,
    dedupe_key TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    CHECK (lead_id IS NOT NULL OR ticket_id IS NOT NULL OR conversation_id IS NOT NULL)
) STRICT;
CREATE INDEX notes_lead ON notes (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX notes_ticket ON notes (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX notes_conversation ON notes (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX notes_turn ON notes (turn_id) WHERE turn_id IS NOT NULL;

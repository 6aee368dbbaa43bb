-- What people asked to hear of, and what the market was when it was last looked at: whoever writes a home, it is noticed.
-- What was done about each appointment, at each time it had.
ALTER TABLE saved_searches ADD COLUMN conversation_id TEXT;
ALTER TABLE saved_searches ADD COLUMN listing TEXT;
ALTER TABLE saved_searches ADD COLUMN bedrooms_min INTEGER;
ALTER TABLE saved_searches ADD COLUMN bedrooms_max INTEGER;
ALTER TABLE saved_searches ADD COLUMN budget_max INTEGER;
ALTER TABLE saved_searches ADD COLUMN updated_at TIMESTAMPTZ;
CREATE UNIQUE INDEX saved_searches_lead ON saved_searches (lead_id);
CREATE INDEX saved_searches_active ON saved_searches (listing, budget_max);
CREATE TABLE property_watch (
    property_id INTEGER PRIMARY KEY,
    status TEXT NOT NULL,
    price INTEGER NOT NULL,
    was_available BOOLEAN NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE property_news (
    id TEXT PRIMARY KEY,
    property_id INTEGER NOT NULL,
    news TEXT NOT NULL CHECK (news IN ('appeared', 'reduced', 'back', 'gone')),
    price INTEGER NOT NULL,
    noticed_at TIMESTAMPTZ NOT NULL,
    told_at TIMESTAMPTZ
);
CREATE INDEX property_news_untold ON property_news (noticed_at) WHERE told_at IS NULL;
CREATE TABLE property_news_told (
    news_id TEXT NOT NULL REFERENCES property_news (id) ON DELETE CASCADE,
    lead_id INTEGER NOT NULL REFERENCES voice_leads (id) ON DELETE CASCADE,
    PRIMARY KEY (news_id, lead_id)
);
CREATE TABLE imported_properties (
    property_id INTEGER PRIMARY KEY,
    feed TEXT NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);
ALTER TABLE tasks ADD COLUMN escalated_at TIMESTAMPTZ;
CREATE INDEX messages_appointment ON messages (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE TABLE appointment_steps (
    appointment_id INTEGER NOT NULL,
    scheduled_date TIMESTAMPTZ NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('reminded', 'asked', 'completed', 'missed', 'unmarked')),
    taken_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (appointment_id, scheduled_date, step)
);

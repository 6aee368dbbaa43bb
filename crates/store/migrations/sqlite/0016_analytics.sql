-- Numbers of the calls, kept by London day so that years are added up in an instant (docs/analytics.md). A tally is the count and the
-- sum of one measure; it is counted again from the rows themselves whenever one of them changes.
CREATE TABLE london_hours (
    begins TEXT PRIMARY KEY,
    ends TEXT NOT NULL,
    day TEXT NOT NULL,
    -- 1-09: Monday, 9 to 10.
    weekday_hour TEXT NOT NULL
) STRICT;
CREATE INDEX london_hours_day ON london_hours (day);

CREATE TABLE call_tallies (
    day TEXT NOT NULL,
    channel TEXT NOT NULL,
    measure TEXT NOT NULL,
    item TEXT NOT NULL,
    n INTEGER NOT NULL,
    total INTEGER NOT NULL,
    PRIMARY KEY (day, measure, channel, item)
) STRICT;

-- What is drawn day by day has no items.
CREATE INDEX call_tallies_plain ON call_tallies (day, measure, channel, n, total) WHERE item = '';

-- UTC days of which something has changed since they were counted; many rows may name the same.
CREATE TABLE stale_days (
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL
) STRICT;

CREATE INDEX stale_days_day ON stale_days (day);

-- What a colleague thinks of a call they read: how good the answers were (1 to 5), and what the caller really wanted.
CREATE TABLE assessments (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL,
    score INTEGER NOT NULL CHECK (score BETWEEN 1 AND 5),
    intent TEXT,
    intent_is_right INTEGER,
    tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
    comment TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (conversation_id, account_id)
) STRICT;

-- What the model wanted to state in a call and was checked, and how much of that nothing backed.
ALTER TABLE voice_lead_calls ADD COLUMN statements_checked INTEGER;
ALTER TABLE voice_lead_calls ADD COLUMN statements_refused INTEGER;
ALTER TABLE voice_leads ADD COLUMN qualified_at TEXT;

CREATE INDEX voice_lead_calls_counted ON voice_lead_calls (created_at, lead_id);
CREATE INDEX voice_lead_calls_about ON voice_lead_calls (lead_id, intent, created_at);
CREATE INDEX voice_leads_created ON voice_leads (created_at);
CREATE INDEX surveys_asked ON surveys (asked_at);

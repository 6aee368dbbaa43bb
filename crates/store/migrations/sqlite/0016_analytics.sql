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
) STRICT, WITHOUT ROWID;

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

INSERT INTO stale_days (day) SELECT DISTINCT substr(created_at, 1, 10) FROM voice_lead_calls UNION SELECT substr(created_at, 1, 10) FROM voice_leads;

CREATE TRIGGER stale_call_insert AFTER INSERT ON voice_lead_calls
BEGIN INSERT INTO stale_days (day) VALUES (substr(NEW.created_at, 1, 10)); END;
CREATE TRIGGER stale_call_update AFTER UPDATE OF lead_id, channel, outcome, intent, duration, ended_at, model_cost_micros, statements_checked, statements_refused ON voice_lead_calls
BEGIN INSERT INTO stale_days (day) VALUES (substr(NEW.created_at, 1, 10)); END;
CREATE TRIGGER stale_call_delete AFTER DELETE ON voice_lead_calls
BEGIN INSERT INTO stale_days (day) VALUES (substr(OLD.created_at, 1, 10)); END;
CREATE TRIGGER stale_lead_insert AFTER INSERT ON voice_leads
BEGIN INSERT INTO stale_days (day) VALUES (substr(NEW.created_at, 1, 10)); END;
CREATE TRIGGER stale_lead_update AFTER UPDATE OF name, looking_for, status, score ON voice_leads WHEN OLD.name IS NOT NEW.name OR OLD.looking_for IS NOT NEW.looking_for OR OLD.status IS NOT NEW.status OR OLD.score IS NOT NEW.score
BEGIN INSERT INTO stale_days (day) VALUES (substr(NEW.created_at, 1, 10)); END;
CREATE TRIGGER stale_lead_delete AFTER DELETE ON voice_leads
BEGIN INSERT INTO stale_days (day) VALUES (substr(OLD.created_at, 1, 10)); END;
CREATE TRIGGER stale_survey_insert AFTER INSERT ON surveys
BEGIN INSERT INTO stale_days (day) VALUES (substr(NEW.asked_at, 1, 10)); END;
CREATE TRIGGER stale_survey_update AFTER UPDATE ON surveys
BEGIN INSERT INTO stale_days (day) VALUES (substr(NEW.asked_at, 1, 10)); END;
CREATE TRIGGER stale_survey_delete AFTER DELETE ON surveys
BEGIN INSERT INTO stale_days (day) VALUES (substr(OLD.asked_at, 1, 10)); END;
CREATE TRIGGER stale_transfer_insert AFTER INSERT ON transfers
BEGIN INSERT INTO stale_days (day) VALUES (substr(NEW.started_at, 1, 10)); END;
CREATE TRIGGER stale_transfer_delete AFTER DELETE ON transfers
BEGIN INSERT INTO stale_days (day) VALUES (substr(OLD.started_at, 1, 10)); END;
CREATE TRIGGER stale_assessment_insert AFTER INSERT ON assessments
BEGIN INSERT INTO stale_days (day) SELECT substr(created_at, 1, 10) FROM voice_lead_calls WHERE conversation_id = NEW.conversation_id; END;
CREATE TRIGGER stale_assessment_update AFTER UPDATE ON assessments
BEGIN INSERT INTO stale_days (day) SELECT substr(created_at, 1, 10) FROM voice_lead_calls WHERE conversation_id = NEW.conversation_id; END;
CREATE TRIGGER stale_assessment_delete AFTER DELETE ON assessments
BEGIN INSERT INTO stale_days (day) SELECT substr(created_at, 1, 10) FROM voice_lead_calls WHERE conversation_id = OLD.conversation_id; END;

-- When a lead first got as far as qualified, whoever took it there.
CREATE TRIGGER lead_qualified AFTER UPDATE OF status ON voice_leads
WHEN NEW.qualified_at IS NULL AND NEW.status IN ('qualified', 'viewing_booked', 'offer_made', 'converted')
BEGIN UPDATE voice_leads SET qualified_at = max(COALESCE(NEW.scored_at, ''), NEW.updated_at) WHERE id = NEW.id; END;

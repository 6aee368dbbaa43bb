-- Numbers of the calls, kept by London day so that years are added up in an instant (docs/analytics.md). A tally is the count and the
-- sum of one measure; it is counted again from the rows themselves whenever one of them changes.
CREATE TABLE london_hours (
    begins TIMESTAMPTZ PRIMARY KEY,
    ends TIMESTAMPTZ NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    -- 1-09: Monday, 9 to 10.
    weekday_hour TEXT NOT NULL
);
CREATE INDEX london_hours_day ON london_hours (day);

CREATE TABLE call_tallies (
    day TEXT COLLATE "C" NOT NULL,
    channel TEXT NOT NULL,
    measure TEXT NOT NULL,
    item TEXT NOT NULL,
    n BIGINT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (day, measure, channel, item)
);

-- UTC days of which something has changed since they were counted; many rows may name the same.
CREATE TABLE stale_days (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day TEXT NOT NULL
);

CREATE INDEX stale_days_day ON stale_days (day);

-- What a colleague thinks of a call they read: how good the answers were (1 to 5), and what the caller really wanted.
CREATE TABLE assessments (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL,
    score BIGINT NOT NULL CHECK (score BETWEEN 1 AND 5),
    intent TEXT,
    intent_is_right BOOLEAN,
    tags TEXT[] NOT NULL DEFAULT '{}',
    comment TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (conversation_id, account_id)
);

-- What the model wanted to state in a call and was checked, and how much of that nothing backed.
ALTER TABLE voice_lead_calls ADD COLUMN statements_checked BIGINT;
ALTER TABLE voice_lead_calls ADD COLUMN statements_refused BIGINT;
ALTER TABLE voice_leads ADD COLUMN qualified_at TIMESTAMPTZ;

CREATE INDEX voice_lead_calls_counted ON voice_lead_calls (created_at, lead_id);
CREATE INDEX voice_lead_calls_about ON voice_lead_calls (lead_id, intent, created_at);
CREATE INDEX voice_leads_created ON voice_leads (created_at);
CREATE INDEX surveys_asked ON surveys (asked_at);

INSERT INTO stale_days (day) SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM voice_lead_calls
UNION SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM voice_leads;

-- The day of the row's column that the trigger names.
CREATE FUNCTION mark_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_days (day) VALUES (to_char(
        (to_jsonb(COALESCE(NEW, OLD)) ->> TG_ARGV[0])::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD'));
    RETURN NULL;
END $$;
CREATE FUNCTION mark_stale_assessmented() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_days (day) SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
        FROM voice_lead_calls WHERE conversation_id = COALESCE(NEW.conversation_id, OLD.conversation_id);
    RETURN NULL;
END $$;
CREATE TRIGGER stale_call AFTER INSERT OR DELETE OR UPDATE OF lead_id, channel, outcome, intent, duration, ended_at, model_cost_micros, statements_checked, statements_refused
    ON voice_lead_calls FOR EACH ROW EXECUTE FUNCTION mark_stale('created_at');
CREATE TRIGGER stale_lead AFTER INSERT OR DELETE ON voice_leads FOR EACH ROW EXECUTE FUNCTION mark_stale('created_at');
CREATE TRIGGER stale_lead_update AFTER UPDATE OF name, looking_for, status, score ON voice_leads FOR EACH ROW
    WHEN ((OLD.name, OLD.looking_for, OLD.status, OLD.score) IS DISTINCT FROM (NEW.name, NEW.looking_for, NEW.status, NEW.score))
    EXECUTE FUNCTION mark_stale('created_at');
CREATE TRIGGER stale_survey AFTER INSERT OR DELETE OR UPDATE ON surveys FOR EACH ROW EXECUTE FUNCTION mark_stale('asked_at');
CREATE TRIGGER stale_transfer AFTER INSERT OR DELETE ON transfers FOR EACH ROW EXECUTE FUNCTION mark_stale('started_at');
CREATE TRIGGER stale_assessment AFTER INSERT OR DELETE OR UPDATE ON assessments FOR EACH ROW EXECUTE FUNCTION mark_stale_assessmented();

-- When a lead first got as far as qualified, whoever took it there.
CREATE FUNCTION note_qualified() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.qualified_at := GREATEST(NEW.scored_at, NEW.updated_at);
    RETURN NEW;
END $$;
CREATE TRIGGER lead_qualified BEFORE UPDATE OF status ON voice_leads FOR EACH ROW
    WHEN (NEW.qualified_at IS NULL AND NEW.status IN ('qualified', 'viewing_booked', 'offer_made', 'converted'))
    EXECUTE FUNCTION note_qualified();

-- Triggers: each database has its own words for them. What was there before is counted at once.
UPDATE voice_leads SET qualified_at = updated_at WHERE status IN ('qualified', 'viewing_booked', 'offer_made', 'converted');
INSERT INTO stale_days (day) SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM voice_lead_calls
UNION SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM voice_leads;

-- The day of the row's column that the trigger names.
CREATE FUNCTION mark_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_days (day) VALUES (to_char(
        (to_jsonb(COALESCE(NEW, OLD)) ->> TG_ARGV[0])::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD'));
    RETURN NULL;
END $$;
CREATE FUNCTION mark_stale_assessed() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER stale_assessment AFTER INSERT OR DELETE OR UPDATE ON assessments FOR EACH ROW EXECUTE FUNCTION mark_stale_assessed();

-- When a lead first got as far as qualified, whoever took it there.
CREATE FUNCTION note_qualified() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.qualified_at := GREATEST(NEW.scored_at, NEW.updated_at);
    RETURN NEW;
END $$;
CREATE TRIGGER lead_qualified BEFORE UPDATE OF status ON voice_leads FOR EACH ROW
    WHEN (NEW.qualified_at IS NULL AND NEW.status IN ('qualified', 'viewing_booked', 'offer_made', 'converted')
    AND OLD.status NOT IN ('qualified', 'viewing_booked', 'offer_made', 'converted'))
    EXECUTE FUNCTION note_qualified();

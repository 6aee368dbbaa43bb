-- Triggers: each database has its own words for them. What was there before is counted at once.
UPDATE voice_leads SET qualified_at = updated_at WHERE status IN ('qualified', 'viewing_booked', 'offer_made', 'converted');
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
    AND OLD.status NOT IN ('qualified', 'viewing_booked', 'offer_made', 'converted')
BEGIN UPDATE voice_leads SET qualified_at = max(COALESCE(NEW.scored_at, ''), NEW.updated_at) WHERE id = NEW.id; END;

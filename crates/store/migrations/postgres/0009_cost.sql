-- What the model's answers in a call cost, in millionths of the currency that the prices are set in.
ALTER TABLE voice_lead_calls ADD COLUMN model_cost_micros BIGINT;

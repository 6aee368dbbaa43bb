-- Callers who hold until a colleague is free: what they wait for, since when, and when their telephone last asked. One that has
-- not asked for minutes holds no longer.
ALTER TABLE transfers ADD COLUMN caller TEXT;
ALTER TABLE transfers ADD COLUMN property_id INTEGER;
ALTER TABLE transfers ADD COLUMN holding_since TEXT;
ALTER TABLE transfers ADD COLUMN asked_at TEXT;

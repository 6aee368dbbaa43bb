CREATE TABLE viewing_appointments (
    id INTEGER PRIMARY KEY,
    property_id INTEGER,
    lead_id INTEGER,
    agent_id INTEGER,
    kind TEXT NOT NULL,
    scheduled_date TEXT NOT NULL,
    duration_minutes INTEGER NOT NULL,
    status TEXT NOT NULL,
    viewer_name TEXT,
    viewer_email TEXT,
    viewer_phone TEXT,
    address TEXT,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX viewing_appointments_when ON viewing_appointments (scheduled_date);
CREATE INDEX viewing_appointments_phone ON viewing_appointments (viewer_phone);

CREATE TABLE support_tickets (
    id INTEGER PRIMARY KEY,
    reference TEXT NOT NULL,
    tenant_id INTEGER,
    pm_property_id INTEGER,
    category TEXT NOT NULL,
    urgency TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    assigned_to INTEGER,
    call_sid TEXT,
    created_at TEXT NOT NULL
) STRICT;

-- What people must do, and what they must know at once.
CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('call_back', 'follow_up', 'complaint', 'data_request', 'delivery_failed', 'review', 'other')),
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done', 'cancelled')),
    priority TEXT NOT NULL CHECK (priority IN ('urgent', 'normal')),
    title TEXT NOT NULL,
    notes TEXT,
    lead_id INTEGER,
    conversation_id TEXT,
    message_id TEXT,
    assigned_to INTEGER,
    dedupe_key TEXT UNIQUE,
    due_at TEXT,
    created_at TEXT NOT NULL,
    done_at TEXT
) STRICT;
CREATE INDEX tasks_open ON tasks (due_at) WHERE status = 'open';

CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    hazard TEXT,
    evidence TEXT,
    lead_id INTEGER,
    conversation_id TEXT,
    ticket_id INTEGER,
    dedupe_key TEXT UNIQUE,
    raised_at TEXT NOT NULL,
    acknowledged_at TEXT,
    acknowledged_by INTEGER
) STRICT;

CREATE TABLE alert_steps (
    id TEXT PRIMARY KEY,
    alert_id TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    happened_at TEXT NOT NULL,
    step TEXT NOT NULL,
    detail TEXT
) STRICT;

CREATE TABLE contractors (
    id INTEGER PRIMARY KEY,
    trade TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    hours TEXT
) STRICT;

CREATE TABLE oncall_rota (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    days TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(days)),
    starts TEXT,
    ends TEXT
) STRICT;

CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('brochure', 'contract', 'other')),
    property_id INTEGER,
    lead_id INTEGER,
    tenant_id INTEGER,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE audit_log (
    id TEXT PRIMARY KEY,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT,
    happened_at TEXT NOT NULL
) STRICT;

-- Settings that staff may edit, filled from the configuration at the first start. Values are JSON.
CREATE TABLE settings (
    section TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    updated_at TEXT NOT NULL
) STRICT;

-- Leads, their calls and the homes they spoke of (spec §5). Ids are integers, as the CRM has them.
CREATE TABLE voice_leads (
    id INTEGER PRIMARY KEY,
    phone TEXT CHECK (length(phone) <= 20) UNIQUE,
    name TEXT,
    email TEXT,
    looking_for TEXT CHECK (looking_for IN ('rent', 'buy', 'both', 'undecided')),
    property_type TEXT,
    bedrooms_min INTEGER,
    bedrooms_max INTEGER,
    budget_min INTEGER,
    budget_max INTEGER,
    preferred_areas TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(preferred_areas)),
    preferred_area_names TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(preferred_area_names)),
    move_in_date TEXT,
    must_haves TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(must_haves)),
    deal_breakers TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(deal_breakers)),
    has_deposit INTEGER,
    is_first_time_buyer INTEGER,
    mortgage_approved INTEGER,
    current_situation TEXT,
    reason_for_moving TEXT,
    urgency TEXT CHECK (urgency IN ('immediate', 'within_month', 'within_3_months', 'browsing')),
    temperature TEXT NOT NULL DEFAULT 'cold' CHECK (temperature IN ('hot', 'warm', 'cold')),
    score INTEGER NOT NULL DEFAULT 50 CHECK (score BETWEEN 0 AND 100),
    preferred_contact_method TEXT NOT NULL DEFAULT 'phone' CHECK (preferred_contact_method IN ('phone', 'email', 'whatsapp')),
    best_time_to_call TEXT,
    do_not_call_before TEXT,
    do_not_call_after TEXT,
    assigned_agent_id INTEGER,
    status TEXT NOT NULL DEFAULT 'new'
        CHECK (status IN ('new', 'contacted', 'qualified', 'viewing_booked', 'offer_made', 'converted', 'lost')),
    source TEXT NOT NULL CHECK (source IN ('phone_call', 'whatsapp', 'sms', 'email', 'web')),
    first_call_date TEXT,
    last_call_date TEXT,
    total_calls INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX voice_leads_status ON voice_leads (status);
CREATE INDEX voice_leads_score ON voice_leads (score DESC);

CREATE TABLE voice_lead_calls (
    id INTEGER PRIMARY KEY,
    lead_id INTEGER NOT NULL REFERENCES voice_leads (id) ON DELETE CASCADE,
    call_sid TEXT UNIQUE,
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    duration INTEGER,
    transcript TEXT,
    ai_summary TEXT,
    intent TEXT,
    properties_discussed TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(properties_discussed)),
    actions_taken TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(actions_taken)),
    follow_up_required INTEGER NOT NULL DEFAULT 0,
    follow_up_notes TEXT,
    outcome TEXT,
    channel TEXT NOT NULL CHECK (channel IN ('voice', 'whatsapp', 'sms', 'web')),
    language TEXT NOT NULL DEFAULT 'en-GB',
    response_ms_mean INTEGER,
    response_ms_max INTEGER,
    recording_url TEXT,
    created_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;
CREATE INDEX voice_lead_calls_lead ON voice_lead_calls (lead_id, created_at);

CREATE TABLE voice_lead_properties (
    id INTEGER PRIMARY KEY,
    lead_id INTEGER NOT NULL REFERENCES voice_leads (id) ON DELETE CASCADE,
    property_id INTEGER NOT NULL,
    first_mentioned TEXT NOT NULL,
    times_discussed INTEGER NOT NULL DEFAULT 1,
    interest TEXT NOT NULL DEFAULT 'medium' CHECK (interest IN ('high', 'medium', 'low', 'rejected')),
    viewing_booked_date TEXT,
    viewing_completed_date TEXT,
    feedback TEXT,
    info_sent_date TEXT,
    info_sent_via TEXT CHECK (info_sent_via IN ('email', 'whatsapp', 'sms', 'both')),
    UNIQUE (lead_id, property_id)
) STRICT;

CREATE TABLE requirement_changes (
    id TEXT PRIMARY KEY,
    lead_id INTEGER NOT NULL REFERENCES voice_leads (id) ON DELETE CASCADE,
    conversation_id TEXT,
    field TEXT NOT NULL,
    old_value TEXT,
    new_value TEXT,
    said_at TEXT NOT NULL
) STRICT;
CREATE INDEX requirement_changes_lead ON requirement_changes (lead_id, said_at);

CREATE TABLE saved_searches (
    id TEXT PRIMARY KEY,
    lead_id INTEGER NOT NULL REFERENCES voice_leads (id) ON DELETE CASCADE,
    wants TEXT NOT NULL,
    consent INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE surveys (
    id TEXT PRIMARY KEY,
    lead_id INTEGER NOT NULL REFERENCES voice_leads (id) ON DELETE CASCADE,
    conversation_id TEXT,
    asked_at TEXT NOT NULL,
    answered_at TEXT,
    score INTEGER CHECK (score BETWEEN 1 AND 5),
    comment TEXT
) STRICT;

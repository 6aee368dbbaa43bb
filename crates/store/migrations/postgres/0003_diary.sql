-- The diary's own tables. A cell is one quarter of an hour of one person or of one home; both are unique, so that two
-- appointments that overlap cannot both be written.
CREATE TABLE diary_cells (
    cell_start TIMESTAMPTZ NOT NULL,
    user_id INTEGER,
    property_id INTEGER,
    appointment_id INTEGER NOT NULL,
    CHECK ((user_id IS NULL) <> (property_id IS NULL))
);
CREATE UNIQUE INDEX diary_cells_user ON diary_cells (user_id, cell_start) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX diary_cells_property ON diary_cells (property_id, cell_start) WHERE property_id IS NOT NULL;
CREATE INDEX diary_cells_appointment ON diary_cells (appointment_id);

CREATE TABLE working_hours (
    user_id INTEGER NOT NULL,
    weekday TEXT NOT NULL,
    starts TEXT NOT NULL,
    ends TEXT NOT NULL,
    PRIMARY KEY (user_id, weekday, starts)
);

CREATE TABLE absences (
    id TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    reason TEXT
);
CREATE INDEX absences_user ON absences (user_id, starts_at);

CREATE TABLE viewing_rules (
    property_id INTEGER PRIMARY KEY,
    notice_hours INTEGER,
    weekdays TEXT[] NOT NULL DEFAULT '{}',
    earliest TEXT,
    latest_end TEXT,
    keys_with INTEGER,
    note TEXT
);

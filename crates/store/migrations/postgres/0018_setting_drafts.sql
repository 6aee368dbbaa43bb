-- What staff edit of the settings: a draft that nobody hears yet, and every version that was published.
CREATE TABLE setting_drafts (
    section TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    account_id TEXT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE setting_versions (
    section TEXT NOT NULL,
    version INTEGER NOT NULL,
    value TEXT NOT NULL,
    account_id TEXT,
    published_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (section, version)
);

CREATE TABLE pm_landlords (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT,
    email TEXT
) STRICT;
CREATE INDEX pm_landlords_phone ON pm_landlords (phone);

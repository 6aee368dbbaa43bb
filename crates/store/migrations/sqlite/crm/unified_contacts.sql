CREATE TABLE unified_contacts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    kind TEXT,
    vip INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX unified_contacts_phone ON unified_contacts (phone);

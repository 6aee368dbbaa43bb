CREATE TABLE pm_tenants (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    pm_property_id INTEGER
) STRICT;
CREATE INDEX pm_tenants_phone ON pm_tenants (phone);

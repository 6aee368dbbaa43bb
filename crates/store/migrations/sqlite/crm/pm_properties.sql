CREATE TABLE pm_properties (
    id INTEGER PRIMARY KEY,
    property_id INTEGER,
    address_line1 TEXT NOT NULL,
    postcode TEXT NOT NULL,
    landlord_id INTEGER,
    manager_id INTEGER
) STRICT;
